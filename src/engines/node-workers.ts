/** Threads in Node. Bundles for browsers get browser-workers.ts instead (package.json, "imports"). */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

export interface WorkerHandle {
  postMessage(message: unknown): void;
  terminate(): void;
}

/**
 * A worker that runs a program in which `port` is its message port, always from its text. It does not keep the process alive.
 * @param onFailure told why it did not start, or ended
 * @throws what Node throws where no thread may be started
 */
export function spawnWorker(
  program: string,
  _url: string | URL | null,
  onFailure: (reason: string) => void,
): WorkerHandle {
  const port = 'const port = require("node:worker_threads").parentPort;';
  const worker = new Worker(port + program, { eval: true, execArgv: [], name: "cellstate" });
  worker.on("error", ({ message }) => onFailure(message));
  worker.unref();
  return worker;
}

/** Threads that this process may use. */
export const availableThreads = (): number => availableParallelism();

/** Whether threads can share WebAssembly memory. */
export const canShareMemory = (): boolean => true;
