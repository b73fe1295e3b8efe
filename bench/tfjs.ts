/** TensorFlow.js on its WebAssembly backend. It predicts; to train an LSTM its backend lacks kernels. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Contender, ids, LENGTH, type Task, VOCABULARY } from "./contenders.js";

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** As much of TensorFlow.js as is used. */
interface Tfjs {
  version: { tfjs: string };
  setBackend(name: string): Promise<boolean>;
  tensor2d(data: Float32Array, shape: [number, number]): Tensor;
  sequential(options: { layers: object[] }): { predict(x: Tensor): Tensor };
  layers: Record<"embedding" | "lstm" | "dense", (options: object) => object>;
}

const require = createRequire(fileURLToPath(new URL("../../bench/peers/package.json", import.meta.url)));

function load(): Tfjs | null {
  try {
    const tf = require("@tensorflow/tfjs") as Tfjs;
    const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
    const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm"));
    wasm.setWasmPaths(`${pathToFileURL(folder).pathname}/`);
    return tf;
  } catch {
    return null;
  }
}

function network(tf: Tfjs, { inputs, units }: Task) {
  return tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: VOCABULARY, outputDim: inputs, inputLength: LENGTH }),
      tf.layers.lstm({ units }),
      tf.layers.dense({ units: 256, activation: "sigmoid" }),
      tf.layers.dense({ units: 1, activation: "sigmoid" }),
    ],
  });
}

export async function tensorflowJs(): Promise<Contender | null> {
  const tf = load();
  if (!tf || !(await tf.setBackend("wasm").catch(() => false))) return null;
  const runs = new Map<string, () => void>();
  const prepare = (task: Task) => {
    const model = network(tf, task);
    const x = tf.tensor2d(ids(task.batch), [task.batch, LENGTH]);
    return () => {
      const y = model.predict(x);
      y.dataSync();
      y.dispose();
    };
  };
  return {
    name: `TensorFlow.js ${tf.version.tfjs} wasm, 1 thread`,
    async time(task, repeats) {
      if (task.what !== "predict") return null;
      const key = JSON.stringify(task);
      let run = runs.get(key);
      if (!run) {
        run = prepare(task);
        runs.set(key, run);
        run();
      }
      const from = performance.now();
      for (let i = 0; i < repeats; i++) run();
      return (performance.now() - from) / repeats;
    },
    close: () => runs.clear(),
  };
}
