/** The kernels as WebAssembly that checks its calls, deflated, base64; written into dist by scripts/build-wasm.mjs. */
export const checked: string;
