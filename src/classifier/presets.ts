/** Ready-made networks by name. Each reads ids of one vocabulary and length and tells so many labels apart. */
import { knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import * as layers from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type Model, sequential } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";

/** What a ready-made network is built for. */
export interface PresetSizes {
  /** Ids in the vocabulary: the Embedding's inputDim. */
  vocabulary: number;
  /** Ids in a row. */
  length: number;
  /** Labels to tell apart: 2 end in one sigmoid unit, more in softmax. */
  classes: number;
}

type RecurrentOptions = { units: number; dropout: number; recurrentDropout: number };

/** Embedding → one recurrent layer → Dense 256 → output: the flagship's shape around any cell. */
function network(recurrent: (options: RecurrentOptions) => Layer): (sizes: PresetSizes) => Layer[] {
  return ({ vocabulary, length, classes }) => [
    layers.embedding({ inputDim: vocabulary, outputDim: 16, inputLength: length }),
    recurrent({ units: 32, dropout: 0.1, recurrentDropout: 0.1 }),
    // The recurrent layer already yields a vector; Flatten stands here as in the networks people bring from Keras.
    layers.flatten(),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 256, activation: "sigmoid" }),
    classes === 2
      ? layers.dense({ units: 1, activation: "sigmoid" })
      : layers.dense({ units: classes, activation: "softmax" }),
  ];
}

const PRESETS = {
  /** The default: Embedding(16) → LSTM(32) → Dense(256) → output; 30,977 parameters at 1,000 words. */
  lstm: network(layers.lstm),
  gru: network(layers.gru),
  rnn: network(layers.simpleRNN),
};

/** The name of a ready-made network. */
export type PresetName = keyof typeof PRESETS;
/**
 * The names that `presetModel` and `TextClassifier.train`'s `model` take: "lstm" (the default), "gru", "rnn".
 */
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** A fresh model of a preset. @throws InputError on a name that is none, with the nearest that is */
export function presetModel(name: string, sizes: PresetSizes, options: ModelOptions = {}): Model {
  knownOptions(sizes, ["vocabulary", "length", "classes"], "preset sizes");
  wholeNumber(sizes.classes, "preset classes", 2);
  return sequential(PRESETS[oneOf(name, PRESET_NAMES, "model")](sizes), options);
}
