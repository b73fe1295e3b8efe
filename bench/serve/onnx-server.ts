/** ONNX Runtime behind Fastify, as the Open Inference Protocol has it: onnx-server.js MODEL.onnx PORT. */
import { createRequire } from "node:module";
import { fastify } from "fastify";

/** As much of onnxruntime's interface as is used. */
interface Runtime {
  InferenceSession: {
    create(
      path: string,
      options: object,
    ): Promise<{
      inputNames: readonly string[];
      outputNames: readonly string[];
      run(
        feeds: Record<string, unknown>,
      ): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>;
    }>;
  };
  Tensor: new (type: string, data: Int32Array, dims: readonly number[]) => unknown;
}
interface Body {
  inputs: [{ shape: number[]; data: number[] }];
}

const [file, port] = process.argv.slice(2);
const { InferenceSession, Tensor } = createRequire(import.meta.url)("onnxruntime-node") as Runtime;
const session = await InferenceSession.create(file!, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const [name, out] = [session.inputNames[0]!, session.outputNames[0]!];
const app = fastify();
app.get("/v2/health/ready", async () => ({ ready: true }));
app.post<{ Body: Body }>("/v2/models/flagship/infer", async ({ body }) => {
  const [{ shape, data }] = body.inputs;
  const answered = (await session.run({ [name]: new Tensor("int32", Int32Array.from(data), shape) }))[out]!;
  const output = { name: out, shape: answered.dims, datatype: "FP32", data: Array.from(answered.data) };
  return { model_name: "flagship", outputs: [output] };
});
await app.listen({ port: Number(port) });
