/**
 * The reference engine: plain TypeScript loops over one ArrayBuffer, one thread. It defines what every other engine
 * must compute. With precision "float64" the same code serves central-difference checks.
 */

import type { Argument, Reals } from "../kernels/declare.js";
import { kernelOf } from "../kernels/kernels.js";
import { ANY, dimensionsOf, elementsOf } from "../kernels/sizes.js";
import { view } from "./arena.js";
import type { Call, Engine, Phase, Program } from "./engine.js";

type Bound = Reals | Uint32Array | number | null;

export class ReferenceEngine implements Engine {
  readonly name = "reference";
  readonly threads = 1;
  readonly elementBytes: 4 | 8;
  readonly base = 64;
  buffer = new ArrayBuffer(0);

  constructor({ precision = "float32" }: { precision?: "float32" | "float64" } = {}) {
    this.elementBytes = precision === "float64" ? 8 : 4;
  }

  reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    const grown = new ArrayBuffer(bytes);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }

  load(phases: Phase[]): Program {
    const calls = phases.flat(2);
    let boundTo: ArrayBufferLike | null = null;
    let steps: (() => void)[] = [];
    return {
      run: () => {
        // Views are made once, and again when the memory has grown.
        if (boundTo !== this.buffer) {
          steps = calls.map((call) => this.bind(call));
          boundTo = this.buffer;
        }
        for (const step of steps) step();
      },
      dispose: () => {
        steps = [];
        calls.length = 0;
      },
    };
  }

  private bind({ kernel, args }: Call): () => void {
    const { arguments: declared, reference } = kernelOf(kernel);
    const given = args as Record<string, number>;
    const bound: Record<string, Bound> = {};
    for (const [field, argument] of Object.entries(declared)) {
      bound[field] = this.bindArgument(argument, given, field, `${kernel} ${field}`);
    }
    // Bound as declared, which the compiler cannot see of a kernel known by its name only.
    return () => reference(bound as never);
  }

  private bindArgument(
    argument: Argument,
    given: Readonly<Record<string, number>>,
    field: string,
    where: string,
  ): Bound {
    const value = given[field];
    if (value === undefined || Number.isNaN(value)) throw new TypeError(`${where} has no value`);
    if (!("shape" in argument)) {
      if (argument.kind === "whole" && value < 0) throw new RangeError(`${where} is negative`);
      return value;
    }
    if (value === 0) {
      if (argument.kind === "reals" && argument.optional) return null;
      throw new RangeError(`${where} is a null pointer`);
    }
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
    this.buffer = new ArrayBuffer(0);
  }
}
