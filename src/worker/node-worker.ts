/** The worker of a trainer or model, in Node. Bundles for browsers get browser-worker.ts instead (package.json, "imports"). */
import { Worker } from "node:worker_threads";
import type { WorkerLike } from "./worker-like.js";

/** @param url of a program in place of this package's own */
export const startWorker = (url: string | URL | undefined): WorkerLike =>
  new Worker(url ?? new URL("./program.js", import.meta.url), { name: "cellstate", execArgv: [] });
