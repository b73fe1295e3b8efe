/** What workers of the WebAssembly pool run (wasm-worker.ts), as text; written into dist by scripts/build-worker.mjs. */
export const workerProgram: string;
