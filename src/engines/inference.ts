/** The engines with the kernels that answering takes, and no more: half of them. */
import { Engines } from "./registry.js";
import * as binary from "./wasm-inference-binary.js";
import { WasmBuilds } from "./wasm-module.js";

/** Those kernels as WebAssembly: with relaxed SIMD, and without. */
export const INFERENCE_BUILDS = new WasmBuilds(binary, "answering");

export const INFERENCE_ENGINES = new Engines(INFERENCE_BUILDS);
