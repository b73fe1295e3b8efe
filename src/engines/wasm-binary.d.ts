/** The kernels as WebAssembly with relaxed SIMD, as `WasmBinary` says; written into dist by scripts/build-wasm.mjs. */
export const abi: number;
export const packed: string;
