/** Who can be timed: each contender runs a task a few times and says how long one run took. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Timed } from "../src/cli/measure.js";
import { layers, type Model, type ModelOptions, sequential } from "../src/index.js";
import { PURPOSE, Random } from "../src/kernels/philox.js";

export const LENGTH = 200;
export const VOCABULARY = 1000;

/** Embedding(1000, inputs) → LSTM(units) → Dense(256) → Dense(1) over 200 steps, dropout everywhere .1 in training. */
export interface Task {
  what: "train" | "predict";
  batch: number;
  inputs: number;
  units: number;
  /** Which recurrent layer, where it is not the LSTM. */
  cell?: "lstm" | "gru" | "simpleRNN";
  recurrentDropout?: number;
  /** Steps, where not 200. */
  length?: number;
}

export interface Contender {
  name: string;
  /** Milliseconds of one run, over so many; null where it cannot do this task. */
  time(task: Task, repeats: number): Promise<number | null>;
  close(): void;
}

/** Full rows of ids, none of them padding. */
export function ids(batch: number, length = LENGTH): Float32Array {
  const random = new Random(1, PURPOSE.selfCheck, batch);
  return Float32Array.from(
    { length: batch * length },
    (_, i) => 1 + Math.floor(random.uniform(i) * (VOCABULARY - 1)),
  );
}

export function network(task: Task, options: ModelOptions): Model {
  const { inputs, units, cell = "lstm", recurrentDropout = 0.1, length = LENGTH } = task;
  return sequential(
    [
      layers.embedding({ inputDim: VOCABULARY, outputDim: inputs, inputLength: length }),
      layers[cell]({ units, dropout: 0.1, recurrentDropout }),
      layers.flatten(),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 256, activation: "sigmoid" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 1, ...options },
  );
}

/** One run of a task on a network of its own. */
export function prepare(task: Task, options: ModelOptions): Timed & { dispose(): void } {
  const { batch, length = LENGTH } = task;
  const model = network(task, options);
  const x = { data: ids(batch, length), rows: batch, shape: [length] };
  const dispose = () => model.dispose();
  if (task.what === "predict") return { run: () => void model.predictFlat(x), dispose };
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const y = Float32Array.from({ length: batch }, (_, i) => i % 2);
  return { run: () => void model.trainOnBatch(x, y), dispose };
}

/** Cellstate on an engine; `make` makes one for so many threads where its name does not say enough. */
export function ours(name: string, threads: number, make: (threads: number) => ModelOptions): Contender {
  const runs = new Map<string, ReturnType<typeof prepare>>();
  return {
    name: `Cellstate ${name}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    async time(task, repeats) {
      const key = JSON.stringify(task);
      let prepared = runs.get(key);
      if (!prepared) {
        prepared = prepare(task, make(threads));
        runs.set(key, prepared);
        prepared.run();
      }
      const from = performance.now();
      for (let i = 0; i < repeats; i++) prepared.run();
      return (performance.now() - from) / repeats;
    },
    close() {
      for (const prepared of runs.values()) prepared.dispose();
      runs.clear();
    },
  };
}

/** A Python program that answers lines of tasks with milliseconds; null where Python lacks what it imports. */
export async function pythonPeer(
  script: string,
  args: string[],
  env: Record<string, string>,
): Promise<Contender | null> {
  const python = process.env["CELLSTATE_PYTHON"] ?? "python3";
  const path = fileURLToPath(new URL(`../../bench/peers/${script}`, import.meta.url));
  const child = spawn(python, [path, ...args], {
    env: { ...process.env, OMP_NUM_THREADS: "1", ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  child.on("error", () => {});
  child.stdin!.on("error", () => {});
  const hello = await lines.next();
  if (hello.done) return null;
  return {
    name: `${hello.value}, 1 thread`,
    async time({ what, batch, inputs, units, cell = "lstm", recurrentDropout = 0.1 }, repeats) {
      if (cell !== "lstm" || recurrentDropout !== 0.1) return null;
      child.stdin!.write(`${what} ${batch} ${inputs} ${units} ${repeats}\n`);
      const answer = await lines.next();
      return answer.done ? null : Number(answer.value);
    },
    close: () => stop(child),
  };
}

function stop(child: ChildProcess): void {
  child.stdin?.end();
  child.kill();
}
