/** Threads in browsers: workers, where the page is cross-origin isolated and so may share memory. */
import type { WorkerHandle } from "./node-workers.js";

export type { WorkerHandle };

/**
 * A worker that runs a program in which `port` is its message port, from the file at `url` that holds it, or else from its text.
 * @param onFailure told why it did not start, or ended
 * @throws what the browser throws where it may not be started
 */
export function spawnWorker(
  program: string,
  url: string | URL | null,
  onFailure: (reason: string) => void,
): WorkerHandle {
  const from =
    url ?? URL.createObjectURL(new Blob(["const port = self;", program], { type: "text/javascript" }));
  const worker = new Worker(from, { name: "cellstate" });
  worker.onerror = (event) => {
    event.preventDefault?.();
    // Of a file that may not be fetched, browsers tell nothing.
    onFailure(event.message || whatStopsWorkers(url));
  };
  return worker;
}

const whatStopsWorkers = (url: string | URL | null) =>
  url === null
    ? "the page's Content-Security-Policy allows no worker from a blob: worker-src blob:, or serve engine-worker.js and name it, prepareEngine({ workerUrl })"
    : `${url} could not be started: is it there, of the page's own origin, allowed by the Content-Security-Policy's worker-src, and sent with the same Cross-Origin-Embedder-Policy?`;

/** Threads that this page may use. */
export const availableThreads = (): number => (canShareMemory() ? navigator.hardwareConcurrency || 1 : 1);

/** Whether threads can share WebAssembly memory: the server must send COOP and COEP headers. */
export const canShareMemory = (): boolean => globalThis.crossOriginIsolated === true;
