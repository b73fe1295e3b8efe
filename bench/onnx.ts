/** ONNX Runtime: the native binding and the WebAssembly one, on a model with a native LSTM node (made by Python's onnx). */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Contender, ids, LENGTH, type Task } from "./contenders.js";

/** As much of onnxruntime's interface as is used. */
interface Session {
  inputNames: string[];
  run(feeds: Record<string, unknown>): Promise<unknown>;
}
interface Runtime {
  InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: Float32Array | Int32Array, dims: number[]) => unknown;
  env?: { wasm: { numThreads: number } };
}

const require = createRequire(fileURLToPath(new URL("../../bench/peers/package.json", import.meta.url)));

async function runtime(name: string): Promise<Runtime | null> {
  try {
    return require(name) as Runtime;
  } catch {
    return null;
  }
}

/** Null where there is no Python with onnx. */
function makeOnnx(inputs: number, units: number): Uint8Array | null {
  const python = process.env["CELLSTATE_PYTHON"] ?? "python3";
  const script = fileURLToPath(new URL("../../bench/peers/make_onnx.py", import.meta.url));
  const { status, stdout } = spawnSync(python, [script, String(inputs), String(units)], {
    maxBuffer: 2 ** 27,
  });
  return status === 0 ? stdout : null;
}

export const onnxNode = () => contender("onnxruntime-node", { intraOpNumThreads: 1, interOpNumThreads: 1 });
export const onnxWeb = () => contender("onnxruntime-web", { executionProviders: ["wasm"] });

async function contender(name: string, options: object): Promise<Contender | null> {
  const ort = await runtime(name);
  if (!ort) return null;
  if (ort.env?.wasm) ort.env.wasm.numThreads = 1;
  if (!makeOnnx(16, 32)) return null;
  const sessions = new Map<string, { session: Session; feeds: Record<string, unknown> }>();
  const open = async (task: Task) => {
    const session = await ort.InferenceSession.create(makeOnnx(task.inputs, task.units)!, options);
    const feeds = {
      [session.inputNames[0]!]: new ort.Tensor("float32", ids(task.batch), [task.batch, LENGTH]),
    };
    return { session, feeds };
  };
  return {
    name: `${name}, 1 thread`,
    async time(task, repeats) {
      if (task.what !== "predict") return null;
      const key = JSON.stringify(task);
      const opened = sessions.get(key) ?? (await open(task));
      sessions.set(key, opened);
      const from = performance.now();
      for (let i = 0; i < repeats; i++) await opened.session.run(opened.feeds);
      return (performance.now() - from) / repeats;
    },
    close: () => sessions.clear(),
  };
}
