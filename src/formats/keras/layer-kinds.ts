/** The layers that Keras files may hold: the one list of what is read and written. */
import { activation, activationOptions } from "../../layers/activation.js";
import { batchNormalization, batchNormalizationOptions } from "../../layers/batch-normalization.js";
import { bidirectional, bidirectionalOptions } from "../../layers/bidirectional.js";
import { concatenate, concatenateOptions } from "../../layers/concatenate.js";
import { conv1D, conv1DOptions } from "../../layers/conv1d.js";
import { dense, denseOptions } from "../../layers/dense.js";
import { dropout, dropoutOptions } from "../../layers/dropout.js";
import { elu, eluOptions } from "../../layers/elu.js";
import { embedding, embeddingOptions } from "../../layers/embedding.js";
import { flatten } from "../../layers/flatten.js";
import { gru, gruCellOptions, gruOptions } from "../../layers/gru.js";
import { Layer, type Parameter } from "../../layers/layer.js";
import { layerNormalization, layerNormalizationOptions } from "../../layers/layer-normalization.js";
import { leakyReLU, leakyReLUOptions } from "../../layers/leaky-relu.js";
import { lstm, lstmCellOptions, lstmOptions } from "../../layers/lstm.js";
import { masking, maskingOptions } from "../../layers/masking.js";
import { add, average, maximum, minimum, multiply, subtract } from "../../layers/merge.js";
import { snakeCase } from "../../layers/names.js";
import type { OptionTable } from "../../layers/options.js";
import { permute, permuteOptions } from "../../layers/permute.js";
import {
  averagePooling1D,
  averagePoolingOptions,
  globalAveragePooling1D,
  globalMaxPooling1D,
  globalPoolingOptions,
  maxPooling1D,
  poolingOptions,
} from "../../layers/pooling.js";
import { prelu, preluOptions } from "../../layers/prelu.js";
import { cellOptions } from "../../layers/recurrent.js";
import { relu, reluOptions } from "../../layers/relu.js";
import { repeatVector, repeatVectorOptions } from "../../layers/repeat-vector.js";
import { reshape, reshapeOptions } from "../../layers/reshape.js";
import { rnn, rnnOptions } from "../../layers/rnn.js";
import {
  gruCell,
  lstmCell,
  simpleRNNCell,
  stackedRNNCells,
  stackedRNNCellsOptions,
} from "../../layers/rnn-cells.js";
import { simpleRNN, simpleRNNOptions } from "../../layers/simple-rnn.js";
import { softmax, softmaxOptions } from "../../layers/softmax.js";
import { spatialDropout1D } from "../../layers/spatial-dropout1d.js";
import { timeDistributed, timeDistributedOptions } from "../../layers/time-distributed.js";
import { zeroPadding1D, zeroPadding1DOptions } from "../../layers/zero-padding1d.js";
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
  /** Options that are layers or lists of layers, with the name of each one's group under this layer's own. */
  readonly inner?: Readonly<Record<string, string>>;
  /** Keys by which older Kerases knew some of them. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Whether Keras's constructor refuses `trainable`. */
  readonly withoutTrainable?: boolean;
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
  [
    "BatchNormalization",
    { options: batchNormalizationOptions, make: batchNormalization, mask: keeps, heedsMask: true },
  ],
  ["Conv1D", { options: conv1DOptions, make: conv1D, mask: drops }],
  ["ELU", { options: eluOptions, make: elu, mask: keeps }],
  ["LayerNormalization", { options: layerNormalizationOptions, make: layerNormalization, mask: keeps }],
  [
    "LeakyReLU",
    { options: leakyReLUOptions, make: leakyReLU, mask: keeps, renamed: { alpha: "negative_slope" } },
  ],
  ["PReLU", { options: preluOptions, make: prelu, mask: keeps }],
  ["Permute", { options: permuteOptions, make: permute, mask: drops }],
  [
    "RNN",
    { options: rnnOptions, make: rnn, mask: keepsInSequences, heedsMask: true, inner: { cell: "cell" } },
  ],
  ["LSTMCell", { options: lstmCellOptions, make: lstmCell, mask: drops }],
  ["GRUCell", { options: gruCellOptions, make: gruCell, mask: drops }],
  ["SimpleRNNCell", { options: cellOptions, make: simpleRNNCell, mask: drops }],
  [
    "StackedRNNCells",
    { options: stackedRNNCellsOptions, make: stackedRNNCells, mask: drops, inner: { cells: "cells" } },
  ],
  ["ReLU", { options: reluOptions, make: relu, mask: keeps }],
  ["RepeatVector", { options: repeatVectorOptions, make: repeatVector, mask: drops }],
  ["Reshape", { options: reshapeOptions, make: reshape, mask: drops }],
  ["Softmax", { options: softmaxOptions, make: softmax, mask: keeps, heedsMask: true }],
  [
    "SpatialDropout1D",
    { options: dropoutOptions, make: spatialDropout1D, mask: keeps, withoutTrainable: true },
  ],
  [
    "TimeDistributed",
    {
      options: timeDistributedOptions,
      make: timeDistributed,
      mask: keeps,
      heedsMask: true,
      inner: { layer: "layer" },
    },
  ],
  ["ZeroPadding1D", { options: zeroPadding1DOptions, make: zeroPadding1D, mask: drops }],
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
  const options = layer.options as Record<string, Layer | readonly Layer[]>;
  const below = (one: Layer, outer: string) =>
    weightPlaces(one).map((place) => ({ ...place, group: `${outer}/${place.group}` }));
  return Object.entries(inner).flatMap(([option, outer]) => {
    const value = options[option]!;
    if (value instanceof Layer) return below(value, outer);
    const names = containerNames(value.map(({ className }) => className));
    return value.flatMap((one, i) => below(one, `${outer}/${names[i]}`));
  });
}

/** Names that Keras gives the entries of a list of layers in `model.weights.h5`: class names, counted. */
export function containerNames(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = snakeCase(className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
