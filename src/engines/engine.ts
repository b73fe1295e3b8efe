/**
 * The engine contract: an engine owns one linear memory and runs kernels over byte offsets ("pointers") into it. What is
 * asked of it (writes, runs, reads) happens in the order in which it was asked.
 */
import { inputError } from "../base/errors.js";
import type { Pointer } from "../kernels/declare.js";
import type { KernelArguments, KernelName } from "../kernels/kernels.js";

/** A call of kernel K, or of any. */
export type CallOf<K extends KernelName> = { [N in K]: { kernel: N; args: KernelArguments<N> } }[K];
/** One kernel call with its arguments fixed. */
export type Call = CallOf<KernelName>;
/** Calls that run in order on one thread. */
export type Task = Call[];
/** Phases run one after another; the tasks of a phase are independent and may run on as many threads as there are. */
export type Phase = Task[];

/** Calls made ready to run, again and again. */
export interface Program {
  /** Runs every phase; all is done when it returns or, of an asynchronous engine, when its promise is kept. */
  run(): void | Promise<void>;
  /** Gives back what `load` took, after the runs that were asked for; the program must not run again. */
  dispose(): void;
}

/** What goes into memory and comes out of it: reals, converted to the engine's elements and back, or uint32 as they are. */
export type Values = Float32Array | Float64Array | Uint32Array;

/** One linear memory, and a way to run kernels over it. Several implement it; one of your own may too. */
export interface Engine {
  /** As the registry (engines/registry.ts) and messages call it. */
  readonly name: string;
  /** Whether this is a SynchronousEngine. */
  readonly synchronous: boolean;
  /**
   * Threads that share the work, the caller's own included: those that were asked for, until it turns out that some of them
   * cannot be had.
   */
  readonly threads: number;
  /** Bytes an element takes: 4, or 8 for the float64 reference. */
  readonly elementBytes: 4 | 8;
  /** The first offset that buffers may take, a multiple of 64. Below lie 0, which means absent, and the engine's own. */
  readonly base: Pointer;
  /** What users should know of how it works here, a line each: its model says it once. */
  readonly notes?: readonly string[];
  /** Grows the memory to at least this many bytes, zero-filled, contents kept. */
  reserve(bytes: number): void;
  /** Copies values into the memory; they may change as soon as it returns. */
  write(at: Pointer, values: Values): void;
  /** Fills `into` from the memory. */
  read(at: Pointer, into: Values): void | Promise<void>;
  /** Prepares calls for running. */
  load(phases: Phase[]): Program;
  /** Frees threads and memory. */
  dispose(): void;
}

/** A program of an engine that does everything at once. */
export interface SynchronousProgram extends Program {
  run(): void;
}

/** An engine that does everything at once, on memory that JavaScript sees. */
export interface SynchronousEngine extends Engine {
  readonly synchronous: true;
  /** The memory itself. Do not hold on to it across `reserve`, which may make it another object. */
  readonly buffer: ArrayBufferLike;
  read(at: Pointer, into: Values): void;
  load(phases: Phase[]): SynchronousProgram;
}

const isSynchronous = (engine: Engine): engine is SynchronousEngine => engine.synchronous;

/** The engine, for whoever cannot wait. @throws InputError that names an engine that answers later */
export function direct(engine: Engine): SynchronousEngine {
  if (isSynchronous(engine)) return engine;
  throw inputError({
    expected: "an engine that answers at once",
    where: "engine",
    received: engine.name,
    next: `The ${engine.name} engine answers later: ask it with predictAsync, and use another for anything else.`,
  });
}
