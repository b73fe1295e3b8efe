/** The layers that Keras files may hold: the one list of what is read and written. */
import { activation, activationOptions } from "../../layers/activation.js";
import { bidirectional, bidirectionalOptions } from "../../layers/bidirectional.js";
import { concatenate, concatenateOptions } from "../../layers/concatenate.js";
import { dense, denseOptions } from "../../layers/dense.js";
import { dropout, dropoutOptions } from "../../layers/dropout.js";
import { embedding, embeddingOptions } from "../../layers/embedding.js";
import { flatten } from "../../layers/flatten.js";
import { gru, gruOptions } from "../../layers/gru.js";
import type { Layer, Parameter } from "../../layers/layer.js";
import { lstm, lstmOptions } from "../../layers/lstm.js";
import { masking, maskingOptions } from "../../layers/masking.js";
import { add, average, maximum, minimum, multiply, subtract } from "../../layers/merge.js";
import type { OptionTable } from "../../layers/options.js";
import {
  averagePooling1D,
  averagePoolingOptions,
  globalAveragePooling1D,
  globalMaxPooling1D,
  globalPoolingOptions,
  maxPooling1D,
  poolingOptions,
} from "../../layers/pooling.js";
import { simpleRNN, simpleRNNOptions } from "../../layers/simple_rnn.js";
import { MASK_RULES, type MaskRule } from "./masks.js";

export interface LayerKind {
  /** Our options; Keras's keys are the same in snake_case. */
  readonly options: OptionTable;
  make(options: object): Layer;
  /** What becomes of its input's mask. */
  readonly mask: MaskRule;
  /** Whether its calls take a mask. */
  readonly heedsMask?: boolean;
  /** The group under the layer's own in `model.weights.h5` that holds its variables. Default "vars". */
  readonly group?: string;
  /** Options that are layers, with the name of each one's group under this layer's own. */
  readonly inner?: Readonly<Record<string, string>>;
  /** Whether it is called on a list of tensors. */
  readonly merges?: boolean;
}

const { keeps, drops, keepsInSequences, keepsAsInner, embeds, hides, merges, joins } = MASK_RULES;
const cell = { mask: keepsInSequences, heedsMask: true, group: "cell/vars" };
const merge = (make: LayerKind["make"]): LayerKind => ({ options: {}, make, mask: merges, merges: true });

export const LAYER_KINDS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ["Activation", { options: activationOptions, make: activation, mask: keeps }],
  ["Add", merge(add)],
  ["Average", merge(average)],
  ["AveragePooling1D", { options: averagePoolingOptions, make: averagePooling1D, mask: drops }],
  [
    "Bidirectional",
    {
      options: bidirectionalOptions,
      make: bidirectional,
      mask: keepsAsInner,
      heedsMask: true,
      inner: { layer: "forward_layer", backwardLayer: "backward_layer" },
    },
  ],
  ["Concatenate", { options: concatenateOptions, make: concatenate, mask: joins, merges: true }],
  ["Dense", { options: denseOptions, make: dense, mask: keeps }],
  ["Dropout", { options: dropoutOptions, make: dropout, mask: keeps }],
  ["Embedding", { options: embeddingOptions, make: embedding, mask: embeds }],
  ["Flatten", { options: {}, make: flatten, mask: drops }],
  ["GRU", { options: gruOptions, make: gru, ...cell }],
  [
    "GlobalAveragePooling1D",
    { options: globalPoolingOptions, make: globalAveragePooling1D, mask: drops, heedsMask: true },
  ],
  ["GlobalMaxPooling1D", { options: globalPoolingOptions, make: globalMaxPooling1D, mask: drops }],
  ["LSTM", { options: lstmOptions, make: lstm, ...cell }],
  ["Masking", { options: maskingOptions, make: masking, mask: hides }],
  ["MaxPooling1D", { options: poolingOptions, make: maxPooling1D, mask: drops }],
  ["Maximum", merge(maximum)],
  ["Minimum", merge(minimum)],
  ["Multiply", merge(multiply)],
  ["SimpleRNN", { options: simpleRNNOptions, make: simpleRNN, ...cell }],
  ["Subtract", merge(subtract)],
]);

/** Whether a layer of this class is called on a list of tensors. */
export const isMerging = (className: string): boolean => LAYER_KINDS.get(className)?.merges === true;

/** Variables of a layer, and the group under the layer's own in `model.weights.h5` that holds them in their order. */
export interface WeightPlace {
  group: string;
  parameters: readonly Parameter[];
}

/** Where a layer's variables lie, in the order of its parameters. */
export function weightPlaces(layer: Layer): WeightPlace[] {
  const { group = "vars", inner } = LAYER_KINDS.get(layer.className) ?? {};
  if (!inner) return [{ group, parameters: layer.parameters }];
  const options = layer.options as Record<string, Layer>;
  return Object.entries(inner).flatMap(([option, outer]) =>
    weightPlaces(options[option]!).map((place) => ({ ...place, group: `${outer}/${place.group}` })),
  );
}
