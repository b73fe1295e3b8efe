/** Where TensorFlow.js treats masks otherwise than Keras: such networks would answer otherwise there. */
import { inputError } from "../../errors.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Embedding } from "../../layers/embedding.js";
import type { Layer } from "../../layers/layer.js";
import type { LSTM } from "../../layers/lstm.js";
import type { Model } from "../../model/model.js";

/** Layers whose output has a mask where their input has one. */
const PASSING: ReadonlySet<string> = new Set(["Activation", "Dense", "Dropout"]);

const RECURRENT: ReadonlySet<string> = new Set(["LSTM", "GRU", "SimpleRNN"]);
const POOLING: ReadonlySet<string> = new Set(["Flatten", "GlobalMaxPooling1D", "MaxPooling1D"]);

/** @throws InputError for a layer that would meet a mask and answer otherwise in TensorFlow.js */
export function checkMasks(model: Model): void {
  const masked: boolean[] = [];
  for (const { layer, inputs } of model.nodes) {
    masked.push(
      outputMasked(
        layer,
        inputs.some((i) => masked[i]),
      ),
    );
  }
}

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
  if (POOLING.has(className)) return false;
  if (className === "Bidirectional") {
    if (!(layer as Bidirectional).inner[0]!.options.returnSequences) return false;
    throw refusal(layer, ZEROS);
  }
  throw refusal(layer, "heeds the mask, and TensorFlow.js does not");
}

const ZEROS = "puts out 0 at hidden steps, and TensorFlow.js does not";

function refusal({ name, className }: Layer, why: string) {
  return inputError({
    expected: "a network that answers alike in Keras and in TensorFlow.js",
    where: `layer ${name}`,
    received: `${className} after a mask`,
    next: `In Keras it ${why}.`,
  });
}
