/** Layers over the steps of a sequence, for one row at a time: masking, pooling, both directions. */
import type { Pieces, SequenceKit } from "./kit.js";

export const sequencePieces: Pieces<SequenceKit> = {
  masking:
    () =>
    (value) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const data = new Float32Array(T * F);
      const mask = new Uint8Array(T);
      for (let t = 0; t < T; t++) {
        const step = x!.data.subarray(t * F, (t + 1) * F);
        if (step.every((v) => v === Math.fround(value))) continue;
        mask[t] = 1;
        data.set(step, t * F);
      }
      return { data, shape: [T, F], mask };
    },

  globalMax:
    () =>
    (keepdims) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const data = new Float32Array(F).fill(-Infinity);
      for (let i = 0; i < T * F; i++) data[i % F] = Math.max(data[i % F]!, x!.data[i]!);
      return { data, shape: keepdims ? [1, F] : [F], mask: null };
    },

  globalAverage:
    () =>
    (keepdims) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const data = new Float32Array(F);
      let steps = 0;
      for (let t = 0; t < T; t++) {
        if (x!.mask && !x!.mask[t]) continue;
        steps++;
        for (let f = 0; f < F; f++) data[f]! += x!.data[t * F + f]!;
      }
      for (let f = 0; f < F; f++) data[f]! /= steps;
      return { data, shape: keepdims ? [1, F] : [F], mask: null };
    },

  pool:
    () =>
    ({ size, stride, same, average }) =>
    ([x]) => {
      const [T, F] = x!.shape as [number, number];
      const S = same ? Math.ceil(T / stride) : Math.floor((T - size) / stride) + 1;
      if (!(S > 0)) throw new RangeError(`expected at least ${size} steps but received ${T}`);
      const before = same ? Math.floor(Math.max(0, (S - 1) * stride + size - T) / 2) : 0;
      const data = new Float32Array(S * F);
      for (let s = 0; s < S; s++) {
        const from = Math.max(0, s * stride - before);
        const to = Math.min(T, s * stride - before + size);
        for (let f = 0; f < F; f++) {
          let pooled = average ? 0 : -Infinity;
          for (let t = from; t < to; t++) {
            const v = x!.data[t * F + f]!;
            pooled = average ? pooled + v / (to - from) : Math.max(pooled, v);
          }
          data[s * F + f] = pooled;
        }
      }
      return { data, shape: [S, F], mask: null };
    },

  reversed: () => (x) => {
    if (x.shape.length === 1) return x;
    const [T, F] = x.shape as [number, number];
    const data = new Float32Array(T * F);
    for (let t = 0; t < T; t++) data.set(x.data.subarray(t * F, (t + 1) * F), (T - 1 - t) * F);
    return { data, shape: x.shape, mask: x.mask };
  },

  bidirectional:
    ({ reversed }) =>
    (forward, backward, merge) =>
    (inputs) =>
      merge([forward(inputs), reversed(backward(inputs))]),
};
