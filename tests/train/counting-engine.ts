/** The reference engine, counting how many elements its kernels look at or change, and how many are written and read. */
import { view } from "../../src/engines/arena.js";
import type { Call, Phase, SynchronousProgram, Values } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import type { Argument, Reals } from "../../src/kernels/declare.js";
import { kernelOf } from "../../src/kernels/kernels.js";
import { ANY, dimensionsOf, elementsOf } from "../../src/kernels/sizes.js";

export class CountingEngine extends ReferenceEngine {
  /** By kernel; "write" and "read" are those of the engine itself. */
  readonly visited = new Map<string, number>();

  private count(what: string, elements: number): void {
    this.visited.set(what, (this.visited.get(what) ?? 0) + elements);
  }

  override write(at: number, values: Values): void {
    this.count("write", values.length);
    super.write(at, values);
  }

  override read(at: number, into: Values): void {
    this.count("read", into.length);
    super.read(at, into);
  }

  override load(phases: Phase[]): SynchronousProgram {
    const calls = phases.flat(2);
    return {
      run: () => {
        for (const call of calls) kernelOf(call.kernel).reference(this.boundTo(call) as never);
      },
      dispose: () => {},
    };
  }

  private boundTo(call: Call): Record<string, unknown> {
    const args = call.args as Record<string, number>;
    const declared = Object.entries(kernelOf(call.kernel).arguments);
    return Object.fromEntries(
      declared.map(([field, argument]) => [field, this.one(call, args[field]!, argument)]),
    );
  }

  private one(call: Call, value: number, argument: Argument): unknown {
    if (!("shape" in argument)) return value;
    if (value === 0) return null;
    const open = dimensionsOf(argument.shape).includes(ANY);
    const rest = Math.floor((this.buffer.byteLength - value) / 4);
    const length = open ? rest : elementsOf(argument.shape, call.args as Record<string, number>);
    if (argument.kind === "words")
      return this.counted(call.kernel, new Uint32Array(this.buffer, value, length));
    return this.counted(call.kernel, view(this, value, length));
  }

  /** An array that counts. */
  private counted<A extends Reals | Uint32Array>(kernel: string, array: A): A {
    return new Proxy(array, {
      get: (target, key) => {
        if (key === "subarray") {
          return (from?: number, to?: number) => this.counted(kernel, target.subarray(from, to));
        }
        if (key === "fill") {
          return (value: number, from = 0, to = target.length) => {
            this.count(kernel, to - from);
            return this.counted(kernel, target.fill(value, from, to) as A);
          };
        }
        if (typeof key === "string" && /^\d+$/.test(key)) this.count(kernel, 1);
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        this.count(kernel, target.length);
        return value.bind(target);
      },
      set: (target, key, value) => {
        this.count(kernel, 1);
        return Reflect.set(target, key, value, target);
      },
    });
  }
}
