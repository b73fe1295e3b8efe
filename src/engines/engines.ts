/** The engines with all kernels. */
import { Engines, type PreparedEngine, type PrepareOptions } from "./registry.js";
import * as binary from "./wasm-binary.js";
import { WasmBuilds } from "./wasm-module.js";

/** The kernels as WebAssembly: with relaxed SIMD, and without. */
export const WASM_BUILDS = new WasmBuilds(binary, "all");

export const ENGINES = new Engines(WASM_BUILDS);

/**
 * Makes ready what models compute with, before there is one: compiles WebAssembly while the page does something else, takes
 * what the page brings of its own, and says what it came to. Not needed where none of that matters: functions that return a promise
 * (loading, training, `evaluate`, `predictAsync`) do it by themselves. Those that return at once compile at once, which a page's main
 * thread may not do everywhere.
 * @throws InputError for kernels that are not this version's
 * @example await prepareEngine({ workerUrl: "/engine-worker.js" })
 */
export async function prepareEngine(options: PrepareOptions = {}): Promise<PreparedEngine> {
  return ENGINES.prepare(options);
}
