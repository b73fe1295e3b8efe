/** kernels/module as WebAssembly, in base64 without padding; written into dist by scripts/build-wasm.mjs. */
export const kernelBinary: string;
