/** How this page starts workers, in place of `#worker-start` of the library (scripts/build-studio.mjs): from the file beside. */
/** Written in by the build: the worker's address, from the page's. */
declare const WORKER: string;

export const startWorker = (): Worker =>
  new Worker(new URL(WORKER, document.baseURI), { type: "module", name: "cellstate" });
