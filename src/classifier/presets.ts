/** Ready-made networks by name. Each reads ids of one vocabulary and length and tells so many labels apart. */
import { knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import * as layers from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { model as graph } from "../model/functional.js";
import { type Model, sequential } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";

const PRESET_OUTPUTS = ["class", "labels", "amount"] as const;

/** What a ready-made network is built for. */
export interface PresetSizes {
  /** Ids in the vocabulary: the Embedding's inputDim. */
  vocabulary: number;
  /** Ids in a row. */
  length: number;
  /** Labels to tell apart: 2 end in one sigmoid unit, more in softmax. */
  classes: number;
  /**
   * What is put out for a text. "class" (default): one of the labels; "labels": a sigmoid unit a label, each a question of its own;
   * "amount": one linear unit, whatever the classes.
   */
  output?: (typeof PRESET_OUTPUTS)[number];
  /** Numbers in a word's vector: the Embedding's outputDim. Default 16; of bilstm, bigru and cnn 64. */
  width?: number;
}

/** How a preset is built. */
type Build = (sizes: PresetSizes, options: ModelOptions) => Model;

type RecurrentOptions = { units: number; dropout: number; recurrentDropout: number };

/** Of one label of two: one sigmoid unit, of more softmax; of several labels a sigmoid unit each; of an amount a linear unit. */
function outputFor({ classes, output = "class" }: Pick<PresetSizes, "classes" | "output">): Layer {
  if (output === "amount") return layers.dense({ units: 1 });
  if (output === "labels") return layers.dense({ units: classes, activation: "sigmoid" });
  return classes === 2
    ? layers.dense({ units: 1, activation: "sigmoid" })
    : layers.dense({ units: classes, activation: "softmax" });
}

/** Embedding → one recurrent layer → Dense 256 → output: the flagship's shape around any cell. */
function network(recurrent: (options: RecurrentOptions) => Layer): Build {
  return ({ vocabulary, length, width = 16, ...output }, options) =>
    sequential(
      [
        layers.embedding({ inputDim: vocabulary, outputDim: width, inputLength: length }),
        recurrent({ units: 32, dropout: 0.1, recurrentDropout: 0.1 }),
        // The recurrent layer already yields a vector; Flatten stands here as in the networks people bring from Keras.
        layers.flatten(),
        layers.dropout({ rate: 0.1 }),
        layers.dense({ units: 256, activation: "sigmoid" }),
        outputFor(output),
      ],
      options,
    );
}

/**
 * Embedding, padding masked → a cell in both directions → the largest value of each unit over all words → output. Masked, a
 * short text costs its own words alone. The mean beside the largest was no better, and of a text without known words it is NaN.
 */
function bothWays(recurrent: (options: { units: number; returnSequences: true }) => Layer): Build {
  return ({ vocabulary, length, width = 64, ...output }, options) =>
    sequential(
      [
        layers.embedding({ inputDim: vocabulary, outputDim: width, maskZero: true, inputLength: length }),
        layers.spatialDropout1D({ rate: 0.5 }),
        layers.bidirectional({ layer: recurrent({ units: 32, returnSequences: true }) }),
        layers.globalMaxPooling1D(),
        layers.dropout({ rate: 0.5 }),
        outputFor(output),
      ],
      options,
    );
}

/** Words in a row that each convolution looks at. */
const WIDTHS = [2, 3, 4];

/** Embedding → convolutions of several widths, the largest value of each filter over all places → output (Kim 2014). */
function convolutions(
  { vocabulary, length, width = 64, ...output }: PresetSizes,
  options: ModelOptions,
): Model {
  const ids = layers.input({ shape: [length] });
  const vectors = layers.embedding({ inputDim: vocabulary, outputDim: width }).apply(ids);
  const words = layers.spatialDropout1D({ rate: 0.3 }).apply(vectors);
  const found = WIDTHS.map((kernelSize) => {
    const filters = layers.conv1D({ filters: 64, kernelSize, activation: "relu", padding: "same" });
    return layers.globalMaxPooling1D().apply(filters.apply(words));
  });
  const read = layers.dropout({ rate: 0.5 }).apply(layers.concatenate().apply(found));
  return graph({ inputs: ids, outputs: outputFor(output).apply(read), ...options });
}

const PRESETS = {
  /** The flagship: Embedding(16) → LSTM(32) → Dense(256) → output; 30,977 parameters at 1,000 words. */
  lstm: network(layers.lstm),
  gru: network(layers.gru),
  rnn: network(layers.simpleRNN),
  bilstm: bothWays(layers.lstm),
  bigru: bothWays(layers.gru),
  cnn: convolutions,
} satisfies Record<string, Build>;

/** The name of a ready-made network. */
export type PresetName = keyof typeof PRESETS;
/**
 * The names that `presetModel` and `TextClassifier.train`'s `model` take: "lstm" (the flagship), "gru", "rnn", "bilstm",
 * "bigru", "cnn".
 */
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** A fresh model of a preset. @throws InputError on a name that is none, with the nearest that is */
export function presetModel(name: string, sizes: PresetSizes, options: ModelOptions = {}): Model {
  knownOptions(sizes, ["vocabulary", "length", "classes", "output", "width"], "preset sizes");
  const output = oneOf(sizes.output ?? "class", PRESET_OUTPUTS, "preset output");
  wholeNumber(sizes.classes, "preset classes", output === "class" ? 2 : 1);
  return PRESETS[oneOf(name, PRESET_NAMES, "model")](sizes, options);
}
