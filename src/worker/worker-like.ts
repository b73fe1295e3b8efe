/** A worker of the web or of Node, whoever started it. */

/** A `Worker`, of the web or of `node:worker_threads`. */
export type WorkerLike = {
  /** Hands a message over; what is in `transfer` moves and is not copied. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Ends it. */
  terminate(): unknown;
} & (WebEvents | NodeEvents);

interface WebEvents {
  addEventListener(type: string, listener: (event: Event) => void): void;
}

interface NodeEvents {
  on(type: string, listener: (value: unknown) => void): unknown;
  ref?(): void;
  unref?(): void;
}

export interface WorkerListener {
  message(message: unknown): void;
  /** @param why how it ended, or what could not be read */
  failed(why: string): void;
}

export function listen(worker: WorkerLike, { message, failed }: WorkerListener): void {
  if ("addEventListener" in worker) {
    worker.addEventListener("message", (event) => message((event as MessageEvent).data));
    worker.addEventListener("error", (event) => failed(described(event as ErrorEvent)));
    worker.addEventListener("messageerror", () => failed(UNREADABLE));
    return;
  }
  worker.on("message", message);
  worker.on("error", (error) => failed(error instanceof Error ? error.message : String(error)));
  worker.on("messageerror", () => failed(UNREADABLE));
  worker.on("exit", (code) => failed(`it ended with code ${code}`));
}

const UNREADABLE = "a message of it could not be read";

/** Browsers say nothing of a program that they could not load, or were not allowed to. */
const described = ({ message, filename, lineno }: ErrorEvent): string =>
  message
    ? `${message}${filename ? ` (${filename}, line ${lineno})` : ""}`
    : "its program could not be loaded";

/** Whether the process waits for the worker; a page knows no such thing. */
export function keepAlive(worker: WorkerLike, wanted: boolean): void {
  if ("addEventListener" in worker) return;
  if (wanted) worker.ref?.();
  else worker.unref?.();
}
