/** Layers over the steps of a sequence, for one row at a time: masking, pooling, convolution, both directions. */
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

  windows: () => {
    return ({ span, stride, padding }, T) => {
      const S = padding === "valid" ? Math.floor((T - span) / stride) + 1 : Math.ceil(T / stride);
      if (!(S > 0)) throw new RangeError(`expected at least ${span} steps but received ${T}`);
      const outside = Math.max(0, (S - 1) * stride + span - T);
      return { S, before: padding === "valid" ? 0 : padding === "same" ? outside >> 1 : span - 1 };
    };
  },

  /** Gaps are not read; other groups are zeros of the kernel. */
  conv1D: ({ memory, matrix, padded, product, windows }) => {
    return ({ I, U, K, dilation, groups, kernel, bias, activation, ...sliding }) => {
      const inputs = I / groups;
      const places = Array.from({ length: K }, (_, k) => {
        const wide = new Float32Array(I * U);
        for (let i = 0; i < inputs; i++) {
          for (let u = 0; u < U; u++) {
            const group = Math.floor((u * groups) / U);
            wide[(group * inputs + i) * U + u] = kernel[(k * inputs + i) * U + u]!;
          }
        }
        return matrix(wide, I, U);
      });
      const { N } = places[0]!;
      const start = padded(bias, U);
      return ([x]) =>
        memory.borrow(() => {
          const T = x!.shape[0]!;
          const { S, before } = windows(sliding, T);
          const data = new Float32Array(S * U);
          const from = memory.put(x!.data);
          const to = memory.take(N);
          const nothing = padded(null, I);
          for (let s = 0; s < S; s++) {
            for (let k = 0; k < K; k++) {
              const t = s * sliding.stride + k * dilation - before;
              const step = t >= 0 && t < T ? from + 4 * t * I : nothing;
              product(to, k === 0 ? start : to, step, places[k]!.at, I, N);
            }
            data.set(memory.floats.subarray(to / 4, to / 4 + U), s * U);
            activation(data, s * U, (s + 1) * U);
          }
          return { data, shape: [S, U], mask: null };
        });
    };
  },

  pool:
    ({ windows }) =>
    ({ average, ...sliding }) =>
    ([x]) => {
      const { span: size, stride } = sliding;
      const [T, F] = x!.shape as [number, number];
      const { S, before } = windows(sliding, T);
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
