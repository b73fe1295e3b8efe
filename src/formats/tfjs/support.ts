/** What TensorFlow.js has of what a network may hold, and where it answers otherwise than Keras. */
import { inputError } from "../../base/errors.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Layer } from "../../layers/layer.js";

/** The layers that TensorFlow.js 4.22 has and that were seen to answer there as in Keras. */
const LAYERS: ReadonlySet<string> = new Set([
  ...["Activation", "Add", "Average", "AveragePooling1D", "BatchNormalization", "Bidirectional"],
  ...["Concatenate", "Conv1D", "Dense", "Dropout", "ELU", "Embedding", "Flatten", "GRU"],
  ...[
    "GlobalAveragePooling1D",
    "GlobalMaxPooling1D",
    "InputLayer",
    "LSTM",
    "LayerNormalization",
    "LeakyReLU",
  ],
  ...[
    "Masking",
    "MaxPooling1D",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
  ],
  ...["Reshape", "SimpleRNN", "Softmax", "SpatialDropout1D", "TimeDistributed"],
]);

/** An option of which TensorFlow.js has less than Keras. */
interface Limit {
  option: string;
  /** Of a layer whose input has so many axes besides the batch. */
  has(value: unknown, axes: number): boolean;
  expected: string;
  next?: string;
}

const only = (option: string, key: string, value: unknown): Limit => ({
  option,
  has: (given) => given === value,
  expected: `${key} = ${value}, all that TensorFlow.js has`,
});

const GLOBAL_POOLING = [only("keepdims", "keepdims", false)];

const LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  Conv1D: [
    {
      option: "padding",
      has: (padding) => padding !== "causal",
      expected: 'padding "valid" or "same", all that TensorFlow.js has',
    },
    only("groups", "groups", 1),
  ],
  ELU: [only("alpha", "alpha", 1)],
  GRU: [
    {
      option: "resetAfter",
      has: (resetAfter) => !resetAfter,
      expected: "reset_after = false",
      next: "TensorFlow.js refuses a GRU that resets after the recurrent product, Keras's default.",
    },
  ],
  GlobalAveragePooling1D: GLOBAL_POOLING,
  GlobalMaxPooling1D: GLOBAL_POOLING,
  ReLU: [only("negativeSlope", "negative_slope", 0), only("threshold", "threshold", 0)],
  Softmax: [
    {
      option: "axis",
      has: (axis, axes) => axis === -1 || axis === axes,
      expected: "axis = -1, all that TensorFlow.js has",
    },
  ],
};

/** Its activations by Cellstate's names. Its hard sigmoid is that of Keras 2. */
export const ACTIVATIONS: Readonly<Record<string, string>> = {
  elu: "elu",
  gelu: "gelu",
  hardSigmoid2: "hard_sigmoid",
  linear: "linear",
  mish: "mish",
  relu: "relu",
  relu6: "relu6",
  selu: "selu",
  sigmoid: "sigmoid",
  silu: "swish",
  softmax: "softmax",
  softplus: "softplus",
  softsign: "softsign",
  tanh: "tanh",
};

/**
 * `axes`: how many its input has besides the batch.
 * @throws InputError for a layer or setting that TensorFlow.js has not
 */
export function checkLayer(layer: Layer, axes: number, where = `layer ${layer.name}`): void {
  const { className } = layer;
  if (layer.kind.takesTexts) {
    const next = "Take the model that reads ids; the vocabulary can be kept beside it.";
    throw inputError({ expected: "a network without TextVectorization", where, received: className, next });
  }
  if (!LAYERS.has(className)) {
    const expected = `a layer that TensorFlow.js has (${[...LAYERS].join(", ")})`;
    throw inputError({ expected, where, received: className });
  }
  for (const [key, value] of Object.entries(layer.options)) {
    if (!/activation$/i.test(key) || Object.hasOwn(ACTIVATIONS, String(value))) continue;
    const expected = `an activation that TensorFlow.js has (${Object.keys(ACTIVATIONS).join(", ")})`;
    throw inputError({ expected, where: `${where} ${key}`, received: value });
  }
  for (const { option, has, expected, next } of LIMITS[className] ?? []) {
    const value = (layer.options as Record<string, unknown>)[option];
    if (!has(value, axes)) throw inputError({ expected, where, received: value, ...(next && { next }) });
  }
  CHECKS[className]?.(layer, where);
  const innerAxes = INSIDE[className] ?? axes;
  for (const inner of layer.inner) checkLayer(inner, innerAxes, `${where}/${inner.name}`);
}

/** Axes of what layers inside take, where they are not those of the layer's own input. */
const INSIDE: Readonly<Record<string, number>> = { TimeDistributed: 1 };

const CHECKS: Readonly<Record<string, (layer: Layer, where: string) => void>> = {
  Bidirectional: (layer, where) => checkMirror(layer as Bidirectional, where),
};

/** TensorFlow.js makes the backward layer itself, of the forward one's settings. */
function checkMirror({ pair: [forward, backward] }: Bidirectional, where: string): void {
  const settings = ({ className, options }: Layer) =>
    JSON.stringify([className, { ...options, goBackwards: null, zeroOutputForMask: null }]);
  if (settings(forward) === settings(backward) && !forward.options.goBackwards) return;
  throw inputError({
    expected: "a backward layer with the settings of the forward one, all that TensorFlow.js has",
    where,
    received: `${forward.className} and ${backward.className}`,
  });
}
