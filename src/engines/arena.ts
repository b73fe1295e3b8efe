/** Places buffers one after another in an engine's memory. Offsets are fixed at once; memory is taken by `commit`. */

import type { Pointer } from "../kernels/declare.js";
import type { Engine, SynchronousEngine } from "./engine.js";

/** Widest vector (AVX-512) and a cache line: no two buffers share one. */
const ALIGNMENT = 64;
/** A float32 memory that every engine can address, WebAssembly's 32-bit one included. */
const LARGEST = 2 ** 32 - 65536;

export class Arena {
  private top: number;

  constructor(private readonly engine: Engine) {
    this.top = engine.base;
  }

  allocate(elements: number): Pointer {
    const at = this.top;
    const bytes = Math.ceil((elements * this.engine.elementBytes) / ALIGNMENT) * ALIGNMENT;
    if (at + bytes > LARGEST) {
      throw new RangeError(
        `this needs ${((at + bytes) / 2 ** 30).toFixed(1)} GiB of memory, more than the 4 GiB an engine can address. ` +
          "Use a smaller batch, fewer time steps or fewer units.",
      );
    }
    this.top += bytes;
    return at;
  }

  /** Where the next buffer will lie; `release` goes back to it. */
  mark(): number {
    return this.top;
  }

  release(mark: number): void {
    this.top = mark;
  }

  commit(): void {
    this.engine.reserve(this.top);
  }
}

/** A view of elements, valid until the engine's memory grows. */
export function view(engine: SynchronousEngine, at: Pointer, length: number): Float32Array | Float64Array {
  return engine.elementBytes === 8
    ? new Float64Array(engine.buffer, at, length)
    : new Float32Array(engine.buffer, at, length);
}
