/** Layers that lay out the numbers of a row otherwise, and one layer on every step. */
import type { Permute } from "../../layers/permute.js";
import type { RepeatVector } from "../../layers/repeat-vector.js";
import type { Reshape } from "../../layers/reshape.js";
import type { TimeDistributed } from "../../layers/time-distributed.js";
import type { ZeroPadding1D } from "../../layers/zero-padding1d.js";
import { call, entry } from "./emitter.js";
import type { Pieces, RowLayer } from "./kit.js";

export interface ShapingKit {
  repeatVector(n: number): RowLayer;
  /** A size of −1 takes what is left. */
  reshape(target: readonly number[]): RowLayer;
  /** Steps and features change places. */
  transposed: RowLayer;
  /** A value without its mask. */
  unmasked: RowLayer;
  zeroPadding(before: number, behind: number): RowLayer;
  /** A layer on every step by itself. */
  timeDistributed(layer: RowLayer): RowLayer;
}

declare module "./kit.js" {
  interface Kit extends ShapingKit {}
}

export const shapingPieces: Pieces<ShapingKit> = {
  repeatVector:
    () =>
    (n) =>
    ([x]) => {
      const F = x!.data.length;
      const data = Float32Array.from({ length: n * F }, (_, i) => x!.data[i % F]!);
      return { data, shape: [n, F], mask: null };
    },

  reshape:
    () =>
    (target) =>
    ([x]) => {
      const { data } = x!;
      const known = target.reduce((product, n) => (n === -1 ? product : product * n), 1);
      const shape = target.map((n) => (n === -1 ? data.length / known : n));
      if (shape.reduce((a, b) => a * b, 1) === data.length && shape.every(Number.isInteger)) {
        return { data, shape, mask: null };
      }
      throw new RangeError(`expected numbers for a shape of [${target}] but received ${data.length}`);
    },

  transposed:
    () =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const data = Float32Array.from(x!.data, (_, i) => x!.data[(i % T) * F + Math.floor(i / T)]!);
      return { data, shape: [F, T], mask: null };
    },

  unmasked:
    () =>
    ([x]) => ({ data: x!.data, shape: x!.shape, mask: null }),

  zeroPadding:
    () =>
    (before, behind) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const data = new Float32Array((before + T + behind) * F);
      data.set(x!.data, before * F);
      return { data, shape: [before + T + behind, F], mask: null };
    },

  timeDistributed:
    () =>
    (layer) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const steps = Array.from({ length: T }, (_, t) => {
        return layer([{ data: x!.data.subarray(t * F, (t + 1) * F), shape: [F], mask: null }]).data;
      });
      const U = steps[0]!.length;
      const data = new Float32Array(T * U);
      steps.forEach((step, t) => void data.set(step, t * U));
      return { data, shape: [T, U], mask: x!.mask };
    },
};

export const shapingEmitters = [
  entry<Permute>("Permute", ({ layer, w }) => {
    return w.use(layer.options.dims[0] === 2 ? "transposed" : "unmasked");
  }),
  entry<RepeatVector>("RepeatVector", ({ layer, w }) => call(w, "repeatVector", layer.options.n)),
  entry<Reshape>("Reshape", ({ layer, w }) => {
    return call(w, "reshape", `[${layer.options.targetShape.join(", ")}]`);
  }),
  entry<TimeDistributed>("TimeDistributed", ({ layer, inputs, w, emit }) => {
    return call(w, "timeDistributed", emit(layer.options.layer, [inputs[0]!.slice(1)]));
  }),
  entry<ZeroPadding1D>("ZeroPadding1D", ({ layer, w }) => call(w, "zeroPadding", ...layer.options.padding)),
];
