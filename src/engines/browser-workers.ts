/** Threads in browsers: workers, where the page is cross-origin isolated and so may share memory. */
import type { WorkerHandle } from "./node-workers.js";

export type { WorkerHandle };

/** A worker that runs a program in which `port` is its message port. */
export function spawnWorker(program: string): WorkerHandle {
  const url = URL.createObjectURL(new Blob(["const port = self;", program], { type: "text/javascript" }));
  return new Worker(url, { name: "cellstate" });
}

/** Threads that this page may use. */
export const availableThreads = (): number => (canShareMemory() ? navigator.hardwareConcurrency || 1 : 1);

/** Whether threads can share WebAssembly memory: the server must send COOP and COEP headers. */
export const canShareMemory = (): boolean => globalThis.crossOriginIsolated === true;
