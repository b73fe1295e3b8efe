/** Threads in browsers: workers, where the page is cross-origin isolated and so may share memory. */
import type { WorkerHandle } from "./node-workers.js";

export type { WorkerHandle };

/** A worker that runs `main`, the text of a function of its global scope. */
export function spawnWorker(main: string): WorkerHandle {
  const url = URL.createObjectURL(new Blob([`(${main})(self)`], { type: "text/javascript" }));
  return new Worker(url, { name: "cellstate" });
}

/** Threads that this page may use. */
export const availableThreads = (): number => (canShareMemory() ? navigator.hardwareConcurrency || 1 : 1);

/** Whether threads can share WebAssembly memory: the server must send COOP and COEP headers. */
export const canShareMemory = (): boolean => globalThis.crossOriginIsolated === true;
