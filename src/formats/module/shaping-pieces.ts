/** Layers that lay out the numbers of a row otherwise, and one layer on every step. */
import type { Pieces, ShapingKit } from "./kit.js";

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
