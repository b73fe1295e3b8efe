/** Engines by name. `auto` takes the fastest that this machine can run. */
import { loadAddon } from "#native-engine";
import { availableThreads, canShareMemory } from "#workers";
import { inputError, oneOf, wholeNumber } from "../base/errors.js";
import { direct, type Engine, type SynchronousEngine } from "./engine.js";
import { type AddonResult, NativeEngine } from "./native.js";
import { ReferenceEngine } from "./reference.js";
import { WasmEngine } from "./wasm.js";
import type { WasmBuilds } from "./wasm-module.js";

/** How an engine is made here, or why it cannot be. */
type Recipe = { make: (threads: number) => Engine } | { missing: string };

/** "reference": plain loops that can be read; "wasm": WebAssembly with SIMD; "native": a Node addon. */
export type EngineName = "native" | "wasm" | "reference";

/**
 * Every engine, one row each, in the order in which `auto` prefers them. One that answers later belongs behind those that
 * answer at once: what `auto` takes must serve everyone.
 */
const RECIPES: Record<EngineName, (kernels: WasmBuilds) => Recipe> = {
  native: () => {
    const found = nativeAddon();
    return "addon" in found ? { make: (threads) => new NativeEngine(found.addon, threads) } : found;
  },
  wasm: (kernels) => {
    const found = kernels.choose();
    if ("missing" in found) return found;
    return { make: (threads) => new WasmEngine(found.build, canShareMemory() ? threads : 1) };
  },
  reference: () => ({ make: () => new ReferenceEngine() }),
};

export const ENGINE_NAMES = Object.keys(RECIPES) as EngineName[];

/** An engine by name; "auto" takes the fastest that runs here. */
export type EngineChoice = "auto" | EngineName;
/** What `engine` may be. */
export const ENGINE_CHOICES: readonly EngineChoice[] = ["auto", ...ENGINE_NAMES];

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

const OPERATIONS = ["reserve", "write", "read", "load", "dispose"] as const;

/** @throws InputError for what is neither an engine's name nor an engine */
export function checkEngine(engine: unknown, where: string): void {
  const own = engine as Partial<Engine> | null;
  if (typeof own === "object" && OPERATIONS.every((name) => typeof own?.[name] === "function")) return;
  oneOf(engine, ENGINE_CHOICES, where);
}

/** The engines, WebAssembly's with kernels that are given: pages ship those that they need. */
export class Engines {
  constructor(private readonly kernels: WasmBuilds) {}

  /**
   * A fresh engine with memory of its own.
   * @throws InputError for an unknown name, or one that this machine cannot run (the message says what is missing)
   */
  create({ engine = "auto", threads }: EngineOptions = {}): Engine {
    checkEngine(engine, "engine");
    if (typeof engine === "object") return engine;
    const count =
      threads === undefined ? availableThreads() : wholeNumber(threads, "threads", 1, MOST_THREADS);
    const recipe = this.recipe(engine === "auto" ? this.available()[0]! : engine);
    if ("make" in recipe) return recipe.make(count);
    throw inputError({
      expected: "an engine that can run here",
      where: "engine",
      received: engine,
      next: `It cannot: ${recipe.missing}. Or choose "auto", which takes the fastest that is there.`,
    });
  }

  /**
   * As `create`, for callers who cannot wait for answers.
   * @throws InputError also for an engine that answers later
   */
  createSynchronous(options: EngineOptions = {}): SynchronousEngine {
    const engine = this.create(options);
    try {
      return direct(engine);
    } catch (error) {
      // Whose engine it is, it goes on to be: only one made here ends here.
      if (engine !== options.engine) engine.dispose();
      throw error;
    }
  }

  /** Checks what is asked for now, and makes the engine when it is needed. @throws InputError that names `where` */
  maker({ engine = "auto", threads }: EngineOptions, where: string): () => Engine {
    checkEngine(engine, `${where} engine`);
    if (threads !== undefined) wholeNumber(threads, `${where} threads`, 1, MOST_THREADS);
    return () => this.create({ engine, ...(threads !== undefined && { threads }) });
  }

  /** Those that this machine can run, fastest first. */
  available(): EngineName[] {
    return ENGINE_NAMES.filter((name) => "make" in this.recipe(name));
  }

  /** Those of them that answer at once. */
  synchronous(): EngineName[] {
    return this.available().filter((engine) => {
      const made = this.create({ engine, threads: 1 });
      made.dispose();
      return made.synchronous;
    });
  }

  private recipe(name: EngineName): Recipe {
    return RECIPES[name](this.kernels);
  }
}
