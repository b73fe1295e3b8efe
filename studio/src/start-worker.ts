/** How this page starts workers, in place of `#worker-start` of the library (scripts/build-studio.mjs): from the file beside. */
export const startWorker = (): Worker =>
  new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "cellstate" });
