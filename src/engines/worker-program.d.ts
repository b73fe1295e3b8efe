/** What workers of the WebAssembly pool run (wasm-worker.ts), as text; written into dist by scripts/build-worker.mjs. */
export const workerProgram: string;
/** Which program that is: a hash of it. */
export const workerVersion: string;
