/**
 * The reference engine: plain TypeScript loops over one ArrayBuffer, one thread. It defines what every other engine
 * must compute. With precision "float64" the same code serves central-difference checks.
 */

import type { Argument, Reals } from "../kernels/declare.js";
import { kernelOf } from "../kernels/kernels.js";
import { ANY, dimensionsOf, elementsOf } from "../kernels/sizes.js";
import { view } from "./arena.js";
import { DirectEngine } from "./direct.js";
import type { Call, Phase, SynchronousProgram } from "./engine.js";
import { givenValue } from "./given.js";

type Bound = Reals | Uint32Array | number | null;

export class ReferenceEngine extends DirectEngine {
  readonly name = "reference";
  readonly threads = 1;
  readonly elementBytes: 4 | 8;
  readonly base = 64;
  readonly notes: readonly string[];
  buffer = new ArrayBuffer(0);
  private disposed = false;

  /** @param options.notes what there is to say of its being used */
  constructor({
    precision = "float32",
    notes = [],
  }: {
    precision?: "float32" | "float64";
    notes?: readonly string[];
  } = {}) {
    super();
    this.notes = notes;
    this.elementBytes = precision === "float64" ? 8 : 4;
  }

  reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    const grown = new ArrayBuffer(bytes);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }

  load(phases: Phase[]): SynchronousProgram {
    const calls = phases.flat(2);
    for (const call of calls) {
      for (const [field, argument] of argumentsOf(call)) givenValue(call, field, argument);
    }
    let live = true;
    let boundTo: ArrayBufferLike | null = null;
    let steps: (() => void)[] = [];
    return {
      run: () => {
        if (!live || this.disposed) throw new Error("this program or its engine is disposed");
        // Views are made once, and again when the memory has grown.
        if (boundTo !== this.buffer) {
          steps = calls.map((call) => this.bind(call));
          boundTo = this.buffer;
        }
        for (const step of steps) step();
      },
      dispose: () => {
        live = false;
        steps = [];
        calls.length = 0;
      },
    };
  }

  private bind(call: Call): () => void {
    const bound: Record<string, Bound> = {};
    for (const [field, argument] of argumentsOf(call))
      bound[field] = this.bindArgument(call, field, argument);
    // Bound as declared, which the compiler cannot see of a kernel known by its name only.
    return () => kernelOf(call.kernel).reference(bound as never);
  }

  private bindArgument(call: Call, field: string, argument: Argument): Bound {
    const given = call.args as Record<string, number>;
    const [value, where] = [given[field]!, `${call.kernel} ${field}`];
    if (!("shape" in argument)) {
      if (argument.kind === "whole" && value < 0) throw new RangeError(`${where} is negative`);
      return value;
    }
    if (value === 0) return null;
    const elements = elementsOf(argument.shape, given);
    const bytes = argument.kind === "words" ? 4 : this.elementBytes;
    if (value % bytes !== 0) throw new RangeError(`${where} is not aligned`);
    if (value + elements * bytes > this.buffer.byteLength) {
      throw new RangeError(`${where} reaches past the end of the memory`);
    }
    if (argument.kind === "words") return new Uint32Array(this.buffer, value, elements);
    const open = dimensionsOf(argument.shape).includes(ANY);
    return view(this, value, open ? Math.floor((this.buffer.byteLength - value) / bytes) : elements);
  }

  dispose(): void {
    this.disposed = true;
    this.buffer = new ArrayBuffer(0);
  }
}

const argumentsOf = ({ kernel }: Call) => Object.entries(kernelOf(kernel).arguments);
