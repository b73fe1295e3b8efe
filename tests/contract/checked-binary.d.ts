/** The kernels as WebAssembly that checks its calls, packed as `WasmBuild` says; written into dist by scripts/build-wasm.mjs. */
export const checked: string;
