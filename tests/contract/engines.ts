/** The engines under test, each with its builds for different processors. */
import { setFlagsFromString } from "node:v8";
import type { Engine, SynchronousEngine } from "../../src/engines/engine.js";
import { WASM_BUILDS } from "../../src/engines/engines.js";
import { NativeEngine } from "../../src/engines/native.js";
import { ENGINE_NAMES, type EngineName, nativeAddon } from "../../src/engines/registry.js";
import { WasmEngine } from "../../src/engines/wasm.js";
import { packedBuild, type WasmBuild } from "../../src/engines/wasm-module.js";
import { checked } from "./checked-binary.js";
import { DelayedEngine } from "./delayed-engine.js";

// Node 20 can run relaxed SIMD, but only when asked.
if (process.version.startsWith("v20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** WebAssembly kernels that check their calls and their working room (kernels/checked.h). */
export const CHECKED_BUILD = packedBuild("checked", checked);

export interface TestedEngine<E extends Engine = SynchronousEngine> {
  label: string;
  /** Whether it fuses multiply-add on hardware that can: those engines agree to the bit. */
  fused: boolean;
  create: (threads?: number) => E;
  /** Why it cannot run here. */
  missing: string | undefined;
}

/** The builds of every engine of the registry; the reference is what they are held to. */
const BUILDS: Record<EngineName, () => TestedEngine[]> = {
  native: nativeEngines,
  wasm: () => [WASM_BUILDS.simd, WASM_BUILDS.relaxed, CHECKED_BUILD].map(wasmEngine),
  reference: () => [],
};

export const testedEngines = (): TestedEngine[] => ENGINE_NAMES.flatMap((name) => BUILDS[name]());

/** Those, and an asynchronous engine: all that the contract itself is tried on. */
export function contractEngines(): TestedEngine<Engine>[] {
  const delayed = { label: "delayed", fused: false, create: () => new DelayedEngine(), missing: undefined };
  return [...testedEngines(), delayed];
}

function nativeEngines(): TestedEngine[] {
  const found = nativeAddon();
  if ("missing" in found)
    return [{ label: "native", fused: true, create: unavailable, missing: found.missing }];
  return found.addon.variants.map((variant) => ({
    label: `native ${variant}`,
    fused: variant !== "plain",
    create: (threads = 1) => new NativeEngine(found.addon, threads, { variant }),
    missing: undefined,
  }));
}

function wasmEngine(build: WasmBuild): TestedEngine {
  const missing = build.runsHere ? undefined : `this Node does not run ${build.name} WebAssembly`;
  const create = (threads = 1) => new WasmEngine(build, threads);
  return { label: `wasm ${build.name}`, fused: build === WASM_BUILDS.relaxed, create, missing };
}

const unavailable = (): SynchronousEngine => {
  throw new Error("not available");
};
