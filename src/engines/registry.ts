/** Engines by name. `auto` takes the fastest that this machine can run. */
import { loadAddon } from "#native-engine";
import { availableThreads, canShareMemory } from "#workers";
import { inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { direct, type Engine, type SynchronousEngine } from "./engine.js";
import { type AddonResult, NativeEngine } from "./native.js";
import { ReferenceEngine } from "./reference.js";
import { WasmEngine } from "./wasm.js";
import type { WasmBuilds } from "./wasm-module.js";
import { startWorkersFrom } from "./wasm-pool.js";

/** How an engine is made here, or why it cannot be. `instead`: why it is not the next faster one that is made. */
type Recipe = { make: (instead?: string) => Engine } | { missing: string };

/** "reference": plain loops that can be read; "wasm": WebAssembly with SIMD; "native": a Node addon. */
export type EngineName = "native" | "wasm" | "reference";

/**
 * Every engine, one row each, in the order in which `auto` prefers them. One that answers later belongs behind those that
 * answer at once: what `auto` takes must serve everyone.
 */
const RECIPES: Record<EngineName, (kernels: WasmBuilds, threads: number) => Recipe> = {
  native: (_, threads) => {
    const found = nativeAddon();
    return "addon" in found ? { make: () => new NativeEngine(found.addon, threads) } : found;
  },
  wasm: (kernels, threads) => {
    const found = kernels.choose(sharesMemory(threads));
    if ("missing" in found) return found;
    const { modules, mayShare } = found;
    return { make: () => new WasmEngine(modules, mayShare && canShareMemory() ? threads : 1) };
  },
  reference: () => ({
    make: (instead) => new ReferenceEngine(instead === undefined ? {} : { notes: [slowNote(instead)] }),
  }),
};

/** What the slowest engine costs, and why it computes all the same. */
const slowNote = (why: string) =>
  `engine: no faster one than the reference runs here, which takes ${COST_OF_REFERENCE} as long as WebAssembly: ${why}`;

/** By docs/performance.md: the flagship's answer to one row, and to many; its training lies between them. */
const COST_OF_REFERENCE = "10 to 40 times";

/** Whether so many threads work on one memory of WebAssembly here. */
const sharesMemory = (threads: number) => threads > 1 && canShareMemory();

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

/** What a page brings of its own; all may be left out. */
export interface PrepareOptions {
  /**
   * The kernels, compiled, where nothing may compile them: of the package's file kernels.wasm, or kernels-plain.wasm for runtimes
   * without relaxed SIMD; to answer, kernels-answering.wasm and kernels-answering-plain.wasm are enough. They work on one thread.
   */
  kernels?: WebAssembly.Module;
  /**
   * Where the package's file engine-worker.js is served, for threads of pages whose security policy forbids workers from blobs.
   * It is of one version with the library. In Node it changes nothing: threads need no file there.
   */
  workerUrl?: string | URL;
}

/** What models compute with where nothing else is asked for. */
export interface PreparedEngine {
  /** "native", "wasm" or "reference". */
  readonly engineName: string;
  /** Threads that will share the work. */
  readonly threads: number;
  /** What there is to say of it, a line each: why it is slow, and what helps. */
  readonly notes: readonly string[];
}

let addon: AddonResult | undefined;

/** The native addon or why there is none; looked for once. */
export function nativeAddon(): AddonResult {
  addon ??= loadAddon();
  return addon;
}

/** @throws InputError for what is no address */
function checkUrl(url: unknown, where: string): void {
  if (url instanceof URL || (typeof url === "string" && url !== "")) return;
  throw inputError({ expected: "the address of engine-worker.js", where, received: url });
}

const OPERATIONS = ["reserve", "write", "read", "load", "dispose"] as const;

/** @throws InputError for what is neither an engine's name nor an engine */
export function checkEngine(engine: unknown, where: string): void {
  const own = engine as Partial<Engine> | null;
  if (typeof own === "object" && OPERATIONS.every((name) => typeof own?.[name] === "function")) return;
  oneOf(engine, ENGINE_CHOICES, where);
}

/** Makes an engine when it is needed. */
export interface EngineMaker {
  (): Engine;
  /** Compiles ahead what that takes, while this thread does something else; undefined where there is nothing to wait for. */
  ready?(): Promise<void> | undefined;
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
    const count = threadsOf(threads);
    if (engine === "auto") return this.fastest(count);
    const recipe = this.recipe(engine, count);
    if ("make" in recipe) return recipe.make();
    throw inputError({
      expected: "an engine that can run here",
      where: "engine",
      received: engine,
      next: `It cannot: ${recipe.missing}. Or choose "auto", which takes the fastest that is there.`,
    });
  }

  private fastest(threads: number): Engine {
    let missing: string | undefined;
    for (const name of ENGINE_NAMES) {
      const recipe = this.recipe(name, threads);
      if ("make" in recipe) return recipe.make(missing);
      missing = recipe.missing;
    }
    throw new Error(`no engine runs here: ${missing}`);
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
  maker({ engine = "auto", threads }: EngineOptions, where: string): EngineMaker {
    checkEngine(engine, `${where} engine`);
    if (threads !== undefined) wholeNumber(threads, `${where} threads`, 1, MOST_THREADS);
    const options = { engine, ...(threads !== undefined && { threads }) };
    return Object.assign(() => this.create(options), { ready: () => this.ready(options) });
  }

  /**
   * Compiles ahead what the engine of these options takes, while this thread does something else: every function that may
   * wait does so before it makes an engine. Undefined where there is nothing to wait for.
   */
  ready({ engine = "auto", threads }: EngineOptions = {}): Promise<void> | undefined {
    const isWasm = engine === "wasm" || (engine === "auto" && "missing" in nativeAddon());
    return isWasm ? this.kernels.ready(sharesMemory(threadsOf(threads))) : undefined;
  }

  /** As `prepareEngine` says. @throws InputError for options that are none, and kernels that do not fit */
  async prepare(options: PrepareOptions = {}): Promise<PreparedEngine> {
    knownOptions(options, ["kernels", "workerUrl"], "prepareEngine");
    const { kernels, workerUrl } = options;
    if (workerUrl !== undefined) checkUrl(workerUrl, "prepareEngine workerUrl");
    if (kernels !== undefined) this.kernels.use(kernels);
    if (workerUrl !== undefined) startWorkersFrom(workerUrl);
    // For one thread and for several, which are compiled each by itself.
    await Promise.all([this.ready({ threads: 1 }), this.ready()]);
    const engine = this.create();
    const { name, threads, notes = [] } = engine;
    engine.dispose();
    return { engineName: name, threads, notes };
  }

  /** Those that this machine can run, fastest first. */
  available(): EngineName[] {
    return ENGINE_NAMES.filter((name) => "make" in this.recipe(name, 1));
  }

  /** Those of them that answer at once. */
  synchronous(): EngineName[] {
    return this.available().filter((engine) => {
      const made = this.create({ engine, threads: 1 });
      made.dispose();
      return made.synchronous;
    });
  }

  private recipe(name: EngineName, threads: number): Recipe {
    return RECIPES[name](this.kernels, threads);
  }
}

/** @throws InputError for what is no number of threads */
const threadsOf = (threads: number | undefined): number =>
  threads === undefined ? availableThreads() : wholeNumber(threads, "threads", 1, MOST_THREADS);
