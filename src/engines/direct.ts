/** What engines have in common whose memory JavaScript sees. */
import type { Pointer } from "../kernels/declare.js";
import { view } from "./arena.js";
import type { Phase, SynchronousEngine, SynchronousProgram, Values } from "./engine.js";

export abstract class DirectEngine implements SynchronousEngine {
  readonly synchronous = true;
  abstract readonly name: string;
  abstract readonly threads: number;
  abstract readonly elementBytes: 4 | 8;
  abstract readonly base: Pointer;
  abstract readonly buffer: ArrayBufferLike;

  abstract reserve(bytes: number): void;
  abstract load(phases: Phase[]): SynchronousProgram;
  abstract dispose(): void;

  write(at: Pointer, values: Values): void {
    this.viewLike(values, at).set(values);
  }

  read(at: Pointer, into: Values): void {
    into.set(this.viewLike(into, at));
  }

  private viewLike(values: Values, at: Pointer): Values {
    if (values instanceof Uint32Array) return new Uint32Array(this.buffer, at, values.length);
    return view(this, at, values.length);
  }
}
