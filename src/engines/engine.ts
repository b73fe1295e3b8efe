/** The engine contract: an engine owns one linear memory and runs kernels over byte offsets ("pointers") into it. */
import type { Pointer } from "../kernels/declare.js";
import type { KernelArguments, KernelName } from "../kernels/kernels.js";

/** One kernel call with its arguments fixed. */
export type Call = { [K in KernelName]: { kernel: K; args: KernelArguments<K> } }[KernelName];
/** Calls that run in order on one thread. */
export type Task = Call[];
/** Phases run one after another; the tasks of a phase are independent and may run on as many threads as there are. */
export type Phase = Task[];

export interface Program {
  /** Runs every phase and returns when all is done. */
  run(): void;
  /** Gives back what `load` took; the program must not run again. */
  dispose(): void;
}

/** "reference": plain loops that can be read; "wasm": WebAssembly with SIMD; "native": a Node addon. */
export type EngineName = "reference" | "wasm" | "native";

/** One linear memory, and a way to run kernels over it. Several implement it; one of your own may too. */
export interface Engine {
  /** Which one; of an engine of your own, the one that it is like. */
  readonly name: EngineName;
  /** Threads that share the work, the caller's own included. */
  readonly threads: number;
  /** Bytes an element takes: 4, or 8 for the float64 reference. */
  readonly elementBytes: 4 | 8;
  /** The first offset that buffers may take, a multiple of 64. Below lie 0, which means absent, and the engine's own. */
  readonly base: Pointer;
  /** Grows the memory to at least this many bytes, zero-filled, contents kept. `buffer` may be another object after. */
  reserve(bytes: number): void;
  /** The memory itself. Do not hold on to it across `reserve`. */
  readonly buffer: ArrayBufferLike;
  /** Prepares calls for running. */
  load(phases: Phase[]): Program;
  /** Frees threads and memory. */
  dispose(): void;
}
