/** What TensorFlow.js has of what a network may hold, and where it answers otherwise than Keras. */
import { inputError } from "../../errors.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Layer } from "../../layers/layer.js";
import { TextVectorization } from "../../layers/text_vectorization.js";

/** The layers that TensorFlow.js 4.22 has and that were seen to answer there as in Keras. */
const LAYERS: ReadonlySet<string> = new Set([
  ...["Activation", "Add", "Average", "AveragePooling1D", "Bidirectional", "Concatenate", "Dense", "Dropout"],
  ...["Embedding", "Flatten", "GRU", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "InputLayer", "LSTM"],
  ...["Masking", "MaxPooling1D", "Maximum", "Minimum", "Multiply", "SimpleRNN"],
]);

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

/** @throws InputError for a layer or setting that TensorFlow.js has not */
export function checkLayer(layer: Layer, where = `layer ${layer.name}`): void {
  const { className } = layer;
  if (layer instanceof TextVectorization) {
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
  const { resetAfter, keepdims } = layer.options as { resetAfter?: boolean; keepdims?: boolean };
  if (className === "GRU" && resetAfter) {
    const next = "TensorFlow.js refuses a GRU that resets after the recurrent product, Keras's default.";
    throw inputError({ expected: "reset_after = false", where, received: true, next });
  }
  if (keepdims)
    throw inputError({ expected: "keepdims = false, all that TensorFlow.js has", where, received: true });
  if (className === "Bidirectional") checkMirror(layer as Bidirectional, where);
  for (const inner of layer.inner) checkLayer(inner, `${where}/${inner.name}`);
}

/** TensorFlow.js makes the backward layer itself, of the forward one's settings. */
function checkMirror({ inner: [forward, backward] }: Bidirectional, where: string): void {
  const settings = ({ className, options }: Layer) =>
    JSON.stringify([className, { ...options, goBackwards: null, zeroOutputForMask: null }]);
  if (settings(forward) === settings(backward) && !forward.options.goBackwards) return;
  throw inputError({
    expected: "a backward layer with the settings of the forward one, all that TensorFlow.js has",
    where,
    received: `${forward.className} and ${backward.className}`,
  });
}
