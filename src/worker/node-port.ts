/** A worker's own end, in Node. Bundles for browsers get browser-port.ts instead (package.json, "imports"). */
import { parentPort } from "node:worker_threads";

/** The end of a worker at which messages come and go. */
export interface OwnPort {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** Null where this is no worker. */
export function ownPort(): OwnPort | null {
  const port = parentPort;
  return (
    port && {
      post: (message, transfer) => port.postMessage(message, transfer),
      listen: (onMessage) => void port.on("message", onMessage),
    }
  );
}
