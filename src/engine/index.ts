/** Engines by name. `auto` takes the fastest that this machine can run. */
import { loadAddon } from "#native-engine";
import { inputError, oneOf, wholeNumber } from "../errors.js";
import type { Engine } from "./contract.js";
import { type AddonResult, NativeEngine } from "./native.js";
import { ReferenceEngine } from "./reference.js";

export const ENGINE_CHOICES = ["auto", "native", "reference"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export interface EngineOptions {
  /**
   * Which engine; `auto` (the default) is native where it is built, then wasm, then reference;
   * or one of your own making: the model then owns it and its memory, so no two models may share it.
   */
  engine?: EngineChoice | Engine;
  /** Threads that share the work, this one included; as many as the machine has cores where not given. */
  threads?: number;
}

const MOST_THREADS = 256;

let addon: AddonResult | undefined;

/** The native addon or why there is none; looked for once. */
export function nativeAddon(): AddonResult {
  addon ??= loadAddon();
  return addon;
}

/**
 * A fresh engine with memory of its own.
 * @throws InputError for an unknown name, or one that this machine cannot run (the message says what is missing)
 */
export function createEngine({ engine = "auto", threads = 1 }: EngineOptions = {}): Engine {
  if (typeof engine === "object" && engine !== null) return engine;
  oneOf(engine, ENGINE_CHOICES, "engine");
  const count = wholeNumber(threads, "threads", 1, MOST_THREADS);
  if (engine === "native") return requireNative(count);
  return new ReferenceEngine();
}

function requireNative(threads: number): Engine {
  const found = nativeAddon();
  if ("addon" in found) return new NativeEngine(found.addon, threads);
  throw inputError({
    expected: "an engine that this machine has",
    where: "engine",
    received: "native",
    next: `${found.missing}. Or choose auto, which takes the fastest that is there.`,
  });
}
