/** The kernels as WebAssembly, packed as `WasmBuild` says; written into dist by scripts/build-wasm.mjs. */
/** Hash of the kernels.h they were built from. */
export const abi: number;
export const simd: string;
export const relaxed: string;
