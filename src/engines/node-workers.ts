/** Threads in Node. Bundles for browsers get browser-workers.ts instead (package.json, "imports"). */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

export interface WorkerHandle {
  postMessage(message: unknown): void;
  terminate(): void;
}

/** A worker that runs `main`, the text of a function of its message port. It does not keep the process alive. */
export function spawnWorker(main: string): WorkerHandle {
  const source = `(${main})(require("node:worker_threads").parentPort)`;
  const worker = new Worker(source, { eval: true, execArgv: [], name: "cellstate" });
  worker.unref();
  return worker;
}

/** Threads that this process may use. */
export const availableThreads = (): number => availableParallelism();

/** Whether threads can share WebAssembly memory. */
export const canShareMemory = (): boolean => true;
