/** The worker of a trainer or model, in browsers. */
import type { WorkerLike } from "./worker-like.js";

/** @param url of a program in place of this package's own, which bundlers know by the expression below */
export const startWorker = (url: string | URL | undefined): WorkerLike =>
  url === undefined
    ? new Worker(new URL("./program.js", import.meta.url), { type: "module", name: "cellstate" })
    : new Worker(url, { type: "module", name: "cellstate" });
