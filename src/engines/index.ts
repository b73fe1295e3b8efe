/** Engines by name. `auto` takes the fastest that this machine can run. */
import { loadAddon } from "#native-engine";
import { availableThreads, canShareMemory } from "#workers";
import { inputError, oneOf, wholeNumber } from "../base/errors.js";
import type { Engine, EngineName } from "./engine.js";
import { type AddonResult, NativeEngine } from "./native.js";
import { ReferenceEngine } from "./reference.js";
import { WasmEngine } from "./wasm.js";
import { chooseBuild } from "./wasm-module.js";

/** What `engine` may be. */
export const ENGINE_CHOICES = ["auto", "native", "wasm", "reference"] as const;
/** An engine by name; "auto" takes the fastest that runs here. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Where a model computes. */
export interface EngineOptions {
  /**
   * Which engine; `auto` (the default) is native where it is built, then wasm, then reference;
   * or one of your own making: the model then owns it and its memory, so no two models may share it.
   */
  engine?: EngineChoice | Engine;
  /** Threads that share the work, this one included; as many as the machine has cores where not given. */
  threads?: number;
}

export const MOST_THREADS = 256;

let addon: AddonResult | undefined;

/** The native addon or why there is none; looked for once. */
export function nativeAddon(): AddonResult {
  addon ??= loadAddon();
  return addon;
}

/** @throws InputError for what is neither an engine's name nor an engine */
export function checkEngine(engine: unknown, where: string): void {
  const own = engine as Partial<Engine> | null;
  if (typeof own === "object" && typeof own?.reserve === "function" && typeof own.load === "function") return;
  oneOf(engine, ENGINE_CHOICES, where);
}

/**
 * A fresh engine with memory of its own.
 * @throws InputError for an unknown name, or one that this machine cannot run (the message says what is missing)
 */
export function createEngine({ engine = "auto", threads }: EngineOptions = {}): Engine {
  checkEngine(engine, "engine");
  if (typeof engine === "object") return engine;
  const count = threads === undefined ? availableThreads() : wholeNumber(threads, "threads", 1, MOST_THREADS);
  if (engine === "reference") return new ReferenceEngine();
  if (engine === "auto") return fastest(count);
  const made = engine === "native" ? native(count) : wasm(count);
  if (!("missing" in made)) return made;
  throw inputError({
    expected: "an engine that can run here",
    where: "engine",
    received: engine,
    next: `It cannot: ${made.missing}. Or choose "auto", which takes the fastest that is there.`,
  });
}

type Made = Engine | { missing: string };

function native(threads: number): Made {
  const found = nativeAddon();
  return "addon" in found ? new NativeEngine(found.addon, threads) : found;
}

function wasm(threads: number): Made {
  const found = chooseBuild();
  return "build" in found ? new WasmEngine(found.build, canShareMemory() ? threads : 1) : found;
}

/** The engines that this machine can run, fastest first. */
export function availableEngines(): EngineName[] {
  const names: EngineName[] = ["reference"];
  if ("build" in chooseBuild()) names.unshift("wasm");
  if ("addon" in nativeAddon()) names.unshift("native");
  return names;
}

function fastest(threads: number): Engine {
  const made = [native, wasm].map((make) => make(threads)).find((one) => !("missing" in one));
  return (made as Engine | undefined) ?? new ReferenceEngine();
}
