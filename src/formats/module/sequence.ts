/** Layers over the steps of a sequence, for one row at a time: masking, pooling, convolution, both directions. */
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Conv1D } from "../../layers/conv1d.js";
import type { Masking } from "../../layers/masking.js";
import type { AveragePooling1D, GlobalMaxPooling1D, MaxPooling1D } from "../../layers/pooling.js";
import { call, entry, object, type Place, SUM } from "./emitter.js";
import type { Activate, Pieces, RowLayer, Value } from "./kit.js";

/** Windows that slide along steps; a span is the steps that one covers, gaps included. */
export interface Windows {
  span: number;
  stride: number;
  padding: "valid" | "same" | "causal";
}

export interface ConvolutionOptions extends Windows {
  I: number;
  U: number;
  K: number;
  dilation: number;
  groups: number;
  /** [K][I / groups][U] */
  kernel: Float32Array;
  bias: Float32Array | null;
  activation: Activate;
}

export interface SequenceKit {
  /** Hides steps of which every number is the value. */
  masking(value: number): RowLayer;
  globalMax(keepdims: boolean): RowLayer;
  /** Of the steps that are not hidden. */
  globalAverage(keepdims: boolean): RowLayer;
  /** S, how many windows there are over T steps, and the steps of padding before the first. */
  windows(o: Windows, T: number): { S: number; before: number };
  pool(o: Windows & { average: boolean }): RowLayer;
  conv1D(o: ConvolutionOptions): RowLayer;
  /** A sequence from its last step to its first; a vector as it is. */
  reversed(x: Value): Value;
  bidirectional(forward: RowLayer, backward: RowLayer, merge: RowLayer): RowLayer;
}

declare module "./kit.js" {
  interface Kit extends SequenceKit {}
}

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

export const sequenceEmitters = [
  entry<AveragePooling1D>("AveragePooling1D", (place) => pooling(place, true)),
  entry<Bidirectional>("Bidirectional", bidirectional),
  entry<Conv1D>("Conv1D", conv1D),
  entry<GlobalMaxPooling1D>("GlobalAveragePooling1D", ({ layer, w }) => {
    return call(w, "globalAverage", layer.options.keepdims);
  }),
  entry<GlobalMaxPooling1D>("GlobalMaxPooling1D", ({ layer, w }) => {
    return call(w, "globalMax", layer.options.keepdims);
  }),
  entry<Masking>("Masking", ({ layer, w }) => call(w, "masking", layer.options.maskValue)),
  entry<MaxPooling1D>("MaxPooling1D", (place) => pooling(place, false)),
];

function bidirectional({ layer, inputs, w, emit }: Place<Bidirectional>): string {
  const merges = {
    concat: () => w.use("joinFeatures"),
    sum: () => call(w, "merged", SUM, 1),
    ave: () => call(w, "merged", SUM, 0.5),
    mul: () => call(w, "merged", "(a, b) => a * b", 1),
  };
  const both = layer.pair.map((inner) => emit(inner, inputs));
  return call(w, "bidirectional", ...both, merges[layer.options.mergeMode]());
}

const windows = (span: number, stride: number, padding: string) => ({
  span,
  stride,
  padding: JSON.stringify(padding),
});

function conv1D({ layer, path, inputs, w }: Place<Conv1D>): string {
  const { filters: U, kernelSize: K, strides, padding, dilationRate, groups, activation } = layer.options;
  const options = {
    ...{ I: inputs[0]![1]!, U, K, dilation: dilationRate, groups },
    ...windows((K - 1) * dilationRate + 1, strides, padding),
    kernel: w.weight(`${path}/kernel`, "columns"),
    bias: w.weight(`${path}/bias`, "none"),
    activation: w.use(activation),
  };
  return call(w, "conv1D", object(options));
}

function pooling({ layer, w }: Place<MaxPooling1D | AveragePooling1D>, average: boolean): string {
  const { poolSize: size, strides, padding } = layer.options;
  return call(w, "pool", object({ ...windows(size, strides ?? size, padding), average }));
}
