/** The engines with all kernels. */
import { Engines } from "./registry.js";
import * as binary from "./wasm-binary.js";
import { WasmBuilds } from "./wasm-module.js";

/** The kernels as WebAssembly: with relaxed SIMD, and without. */
export const WASM_BUILDS = new WasmBuilds(binary);

export const ENGINES = new Engines(WASM_BUILDS);
