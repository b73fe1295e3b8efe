/** Where TensorFlow.js treats masks otherwise than Keras: such networks would answer otherwise there. */
import { inputError } from "../../base/errors.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Layer } from "../../layers/layer.js";
import type { LSTM } from "../../layers/lstm.js";
import { maskedSoftmax } from "../../layers/softmax.js";
import { readsIds } from "../../layers/traits.js";
import type { NetworkLike } from "../../network/network.js";

const LOSES = "hands the mask on, and TensorFlow.js does not";
const HEEDS = "heeds the mask, and TensorFlow.js does not";

/** Layers that treat a mask otherwise here than their kind says, by what Keras does. */
const OTHERWISE: Readonly<Record<string, string>> = {
  AveragePooling1D: HEEDS,
  ELU: LOSES,
  GlobalAveragePooling1D: HEEDS,
  LeakyReLU: LOSES,
};

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
function heedsMask({ kind, inner }: Layer): boolean {
  return kind.recurrent === true || kind.activation === "softmax" || inner.some(heedsMask);
}

/** While a network runs, TensorFlow.js hands the last mask that there was to every layer that has none of its own. */
const STRAY = "gets no mask, and in TensorFlow.js that of a layer before it";

function outputMasked(layer: Layer, input: boolean): boolean {
  const { className, kind } = layer;
  if (readsIds(layer)) return layer.options.maskZero;
  if (kind.mask === "fromValues") return true;
  if (!input) return false;
  if (Object.hasOwn(OTHERWISE, className)) throw refusal(layer, OTHERWISE[className]!);
  switch (kind.mask) {
    case "ends":
      return false;
    case "passes":
      if (kind.activation) throw maskedSoftmax(layer.name);
      // TensorFlow.js hands the mask to a layer inside.
      if (heedsMask(layer)) throw refusal(layer, HEEDS);
      return true;
    case "passesInSequences": {
      const { returnSequences, zeroOutputForMask } = layer.options as LSTM["options"];
      if (zeroOutputForMask) throw refusal(layer, ZEROS);
      return returnSequences;
    }
    case "passesAsInner":
      if (!(layer as Bidirectional).pair[0].options.returnSequences) return false;
      throw refusal(layer, ZEROS);
    default:
      throw refusal(layer, HEEDS);
  }
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
