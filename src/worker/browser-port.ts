/** A worker's own end, in browsers. */
import type { OwnPort } from "./node-port.js";

export type { OwnPort };

/** Null where this is no worker. */
export function ownPort(): OwnPort | null {
  if (!("importScripts" in globalThis)) return null;
  const port = globalThis as unknown as Pick<Worker, "postMessage" | "addEventListener">;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: (onMessage) => port.addEventListener("message", (event) => onMessage(event.data)),
  };
}
