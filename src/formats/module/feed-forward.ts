/** Layers without a state, for one row at a time. */
import type { Activation } from "../../layers/activation.js";
import type { BatchNormalization } from "../../layers/batch-normalization.js";
import type { Dense } from "../../layers/dense.js";
import type { ELU } from "../../layers/elu.js";
import type { Embedding } from "../../layers/embedding.js";
import type { LayerNormalization } from "../../layers/layer-normalization.js";
import type { LeakyReLU } from "../../layers/leaky-relu.js";
import type { PReLU } from "../../layers/prelu.js";
import type { ReLU } from "../../layers/relu.js";
import type { Softmax } from "../../layers/softmax.js";
import { call, entry, object, type Place } from "./emitter.js";
import type { Activate, Pieces, RowLayer } from "./kit.js";

export interface DenseOptions {
  I: number;
  U: number;
  kernel: Float32Array;
  bias: Float32Array | null;
  activation: Activate;
}

export interface NormalizationOptions {
  F: number;
  gamma: Float32Array | null;
  beta: Float32Array | null;
  epsilon: number;
}

export interface FeedForwardKit {
  embedding(o: { V: number; F: number; table: Float32Array; maskZero: boolean }): RowLayer;
  dense(o: DenseOptions): RowLayer;
  activation(f: Activate): RowLayer;
  /** What does nothing when predicting. */
  pass: RowLayer;
  flatten: RowLayer;
  /** By moving statistics [F]. */
  batchNormalization(o: NormalizationOptions & { mean: Float32Array; variance: Float32Array }): RowLayer;
  layerNormalization(o: NormalizationOptions): RowLayer;
  /** A slope for every place of a row; the sizes of alpha [T, F] are 1 along shared axes. */
  prelu(o: { alpha: Float32Array; T: number; F: number }): RowLayer;
  softmaxOver(what: "features" | "steps"): RowLayer;
}

declare module "./kit.js" {
  interface Kit extends FeedForwardKit {}
}

export const feedForwardPieces: Pieces<FeedForwardKit> = {
  embedding:
    () =>
    ({ V, F, table, maskZero }) =>
    ([x]) => {
      const ids = x!.data;
      for (const id of ids) {
        if (id >= 0 && id < V && Number.isInteger(id)) continue;
        throw new RangeError(`expected token ids from 0 to ${V - 1} but received ${id}`);
      }
      let data: Float32Array | undefined;
      return {
        shape: [ids.length, F],
        mask: maskZero ? Uint8Array.from(ids, (id) => (id === 0 ? 0 : 1)) : null,
        looked: { ids, table },
        /** Only made for a layer that reads it. */
        get data() {
          if (!data) {
            data = new Float32Array(ids.length * F);
            ids.forEach((id, t) => void data!.set(table.subarray(id * F, (id + 1) * F), t * F));
          }
          return data;
        },
      };
    },

  dense:
    ({ memory, matrix, padded, product }) =>
    ({ I, U, kernel, bias, activation }) => {
      const weights = matrix(kernel, I, U);
      const start = padded(bias, U);
      return ([x]) =>
        memory.borrow(() => {
          const rows = x!.data.length / I;
          const data = new Float32Array(rows * U);
          const from = memory.put(x!.data);
          const to = memory.take(weights.N);
          for (let r = 0; r < rows; r++) {
            product(to, start, from + 4 * r * I, weights.at, I, weights.N);
            data.set(memory.floats.subarray(to / 4, to / 4 + U), r * U);
            activation(data, r * U, (r + 1) * U);
          }
          return { data, shape: [...x!.shape.slice(0, -1), U], mask: x!.mask };
        });
    },

  activation:
    () =>
    (f) =>
    ([x]) => {
      const data = x!.data.slice();
      const F = x!.shape.at(-1)!;
      for (let from = 0; from < data.length; from += F) f(data, from, from + F);
      return { data, shape: x!.shape, mask: x!.mask };
    },

  pass:
    () =>
    ([x]) =>
      x!,

  flatten:
    () =>
    ([x]) => ({ data: x!.data, shape: [x!.data.length], mask: null }),

  batchNormalization:
    () =>
    ({ F, mean, variance, gamma, beta, epsilon }) => {
      const scale = variance.map((v, f) => (gamma ? gamma[f]! : 1) / Math.sqrt(v + epsilon));
      return ([x]) => {
        const data = x!.data.map((v, i) => (v - mean[i % F]!) * scale[i % F]! + (beta ? beta[i % F]! : 0));
        return { data, shape: x!.shape, mask: x!.mask };
      };
    },

  layerNormalization:
    () =>
    ({ F, gamma, beta, epsilon }) =>
    ([x]) => {
      const data = x!.data.slice();
      for (let from = 0; from < data.length; from += F) {
        let mean = 0;
        for (let f = 0; f < F; f++) mean += data[from + f]! / F;
        let variance = 0;
        for (let f = 0; f < F; f++) variance += (data[from + f]! - mean) ** 2 / F;
        const inverse = 1 / Math.sqrt(variance + epsilon);
        for (let f = 0; f < F; f++) {
          data[from + f] =
            (data[from + f]! - mean) * inverse * (gamma ? gamma[f]! : 1) + (beta ? beta[f]! : 0);
        }
      }
      return { data, shape: x!.shape, mask: x!.mask };
    },

  prelu:
    () =>
    ({ alpha, T, F }) =>
    ([x]) => {
      const width = x!.shape.at(-1)!;
      const data = x!.data.map((v, i) => {
        const [t, f] = [T === 1 ? 0 : Math.floor(i / width), F === 1 ? 0 : i % width];
        return v > 0 ? v : alpha[t * F + f]! * v;
      });
      return { data, shape: x!.shape, mask: x!.mask };
    },

  softmaxOver: ({ activation, softmax, transposed }) => {
    const overFeatures = activation(softmax);
    return (what) => (inputs) => {
      if (inputs[0]!.mask) throw new TypeError("Softmax takes no sequence with a mask, nor does Keras's");
      if (what === "features") return overFeatures(inputs);
      return transposed([overFeatures([transposed(inputs)])]);
    };
  },
};

export const feedForwardEmitters = [
  entry<Activation>("Activation", ({ layer, w }) => call(w, "activation", w.use(layer.options.activation))),
  entry<BatchNormalization>("BatchNormalization", (place) => {
    const { path, w } = place;
    const mean = w.weight(`${path}/moving_mean`, "none");
    const variance = w.weight(`${path}/moving_variance`, "none");
    return call(w, "batchNormalization", object({ ...normalization(place), mean, variance }));
  }),
  entry<Dense>("Dense", dense),
  entry("Dropout", ({ w }) => w.use("pass")),
  entry<ELU>("ELU", ({ layer, w }) => call(w, "activation", call(w, "eluOf", layer.options.alpha))),
  entry<Embedding>("Embedding", embedding),
  entry("Flatten", ({ w }) => w.use("flatten")),
  entry<LayerNormalization>("LayerNormalization", (place) => {
    return call(place.w, "layerNormalization", object(normalization(place)));
  }),
  entry<LeakyReLU>("LeakyReLU", ({ layer, w }) => {
    return call(w, "activation", call(w, "leaky", layer.options.negativeSlope));
  }),
  entry<PReLU>("PReLU", ({ layer, path, w }) => {
    const { shape } = layer.parameters[0]!;
    const sizes = { T: shape.at(-2) ?? 1, F: shape.at(-1)! };
    return call(w, "prelu", object({ alpha: w.weight(`${path}/alpha`, "none"), ...sizes }));
  }),
  entry<ReLU>("ReLU", ({ layer, w }) => {
    const { negativeSlope, threshold, maxValue } = layer.options;
    const f = call(w, "rectified", negativeSlope, threshold, maxValue ?? Number.POSITIVE_INFINITY);
    return call(w, "activation", f);
  }),
  entry<Softmax>("Softmax", ({ layer, inputs, w }) => {
    const { axis } = layer.options;
    const overFeatures = axis === -1 || axis === inputs[0]!.length;
    return call(w, "softmaxOver", overFeatures ? '"features"' : '"steps"');
  }),
  entry("SpatialDropout1D", ({ w }) => w.use("pass")),
];

function embedding({ layer, path, w }: Place<Embedding>): string {
  const { inputDim: V, outputDim: F, maskZero } = layer.options;
  return call(w, "embedding", object({ V, F, table: w.weight(`${path}/embeddings`, "rows"), maskZero }));
}

function dense({ layer, path, w }: Place<Dense>): string {
  const { units: U, activation } = layer.options;
  const I = layer.parameters[0]!.shape[0]!;
  const kernel = w.weight(`${path}/kernel`, "either");
  const bias = w.weight(`${path}/bias`, "none");
  return call(w, "dense", object({ I, U, kernel, bias, activation: w.use(activation) }));
}

/** What both normalizations take; weights of one row, too few and too telling to be rounded. */
function normalization({ layer, path, inputs, w }: Place<BatchNormalization | LayerNormalization>) {
  return {
    F: inputs[0]!.at(-1)!,
    gamma: w.weight(`${path}/gamma`, "none"),
    beta: w.weight(`${path}/beta`, "none"),
    epsilon: layer.options.epsilon,
  };
}
