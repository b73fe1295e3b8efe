/** Where TensorFlow.js treats masks otherwise than Keras: such networks would answer otherwise there. */
import { inputError } from "../../base/errors.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Embedding } from "../../layers/embedding.js";
import type { Layer } from "../../layers/layer.js";
import type { LSTM } from "../../layers/lstm.js";
import { maskedSoftmax } from "../../layers/softmax.js";
import type { NetworkLike } from "../../network/network.js";

/** Layers whose output has a mask where their input has one. */
const PASSING: ReadonlySet<string> = new Set([
  ...["Activation", "BatchNormalization", "Dense", "Dropout", "LayerNormalization", "PReLU", "ReLU"],
  "SpatialDropout1D",
]);

const RECURRENT: ReadonlySet<string> = new Set(["LSTM", "GRU", "SimpleRNN"]);
const DROPPING: ReadonlySet<string> = new Set([
  ...["Conv1D", "Flatten", "GlobalMaxPooling1D", "MaxPooling1D", "Permute", "Reshape"],
]);
/** Layers that hand a mask on in Keras alone. */
const LOSING: ReadonlySet<string> = new Set(["ELU", "LeakyReLU"]);

/** @throws InputError for a layer that would meet a mask and answer otherwise in TensorFlow.js */
export function checkMasks({ nodes }: NetworkLike): void {
  const masked: boolean[] = [];
  const meets = nodes.map(({ layer, inputs }) => {
    const input = inputs.some((i) => masked[i]);
    masked.push(outputMasked(layer, input));
    return input;
  });
  for (const [n, { layer }] of nodes.entries()) {
    if (meets[n] || !heedsMask(layer)) continue;
    const later = behind(nodes, n);
    if (meets.some((met, m) => met && !later.has(m))) throw refusal(layer, STRAY, "in a network with masks");
  }
}

/** All nodes that cannot run before this one. */
function behind(nodes: NetworkLike["nodes"], n: number): ReadonlySet<number> {
  const found = new Set([n]);
  for (const [m, { inputs }] of nodes.entries()) if (inputs.some((i) => found.has(i))) found.add(m);
  return found;
}

/** Layers that answer otherwise, in TensorFlow.js, when they are handed a mask. */
function heedsMask({ className, inner }: Layer): boolean {
  if (className === "TimeDistributed") return heedsMask(inner[0]!);
  return RECURRENT.has(className) || className === "Bidirectional" || className === "Softmax";
}

/** While a network runs, TensorFlow.js hands the last mask that there was to every layer that has none of its own. */
const STRAY = "gets no mask, and in TensorFlow.js that of a layer before it";

function outputMasked(layer: Layer, input: boolean): boolean {
  const { className, options } = layer;
  if (className === "Embedding") return (options as Embedding["options"]).maskZero;
  if (className === "Masking") return true;
  if (!input) return false;
  if (PASSING.has(className)) return true;
  if (RECURRENT.has(className)) {
    const { returnSequences, zeroOutputForMask } = options as LSTM["options"];
    if (zeroOutputForMask) throw refusal(layer, ZEROS);
    return returnSequences;
  }
  if (DROPPING.has(className)) return false;
  if (LOSING.has(className)) throw refusal(layer, "hands the mask on, and TensorFlow.js does not");
  if (className === "Softmax") throw maskedSoftmax(layer.name);
  // TensorFlow.js hands the mask to the layer inside.
  if (className === "TimeDistributed" && !heedsMask(layer)) return true;
  if (className === "Bidirectional") {
    if (!(layer as Bidirectional).pair[0].options.returnSequences) return false;
    throw refusal(layer, ZEROS);
  }
  throw refusal(layer, "heeds the mask, and TensorFlow.js does not");
}

const ZEROS = "puts out 0 at hidden steps, and TensorFlow.js does not";

function refusal({ name, className }: Layer, why: string, how = "after a mask") {
  return inputError({
    expected: "a network that answers alike in Keras and in TensorFlow.js",
    where: `layer ${name}`,
    received: `${className} ${how}`,
    next: `In Keras it ${why}.`,
  });
}
