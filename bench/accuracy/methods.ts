/** Who is measured: rows in, answers out. A method more is an entry more in METHODS. */
import {
  type LabelledText,
  layers,
  type Model,
  model,
  type PresetSizes,
  TextClassifier,
  type TrainOptions,
} from "../../src/index.js";
import { LinearClassifier } from "./linear.js";
import type { Effort } from "./runs.js";

/** What a method may go by besides the rows. */
export interface Settings {
  seed: number;
  effort: Effort;
}

/** What came of training. */
export interface Learned {
  /** All that answering takes, as it is saved. */
  bytes: Uint8Array;
  predict(texts: readonly string[]): string[];
  dispose?(): void;
}

export interface Method {
  /** Whether the seed makes a difference. */
  seeded: boolean;
  train(rows: readonly LabelledText[], settings: Settings): Promise<Learned>;
}

export const METHODS: Record<string, Method> = {
  /** The default: the data chooses. */
  auto: classifier((_, { seed }) => ({ model: "auto", seed })),
  /** As scikit-learn does without settings. */
  linear: { seeded: false, train: async (rows) => saved(LinearClassifier.train(rows)) },
  "linear-tuned": { seeded: false, train: async (rows) => saved(LinearClassifier.tuned(rows)) },
  bilstm: classifier((rows, { seed }) => ({
    ...{ model: bilstm, vocabulary: 10_000, length: longest(rows, 200), batchSize: 32, seed },
    ...{ validationSplit: 0.1, epochs: 20, patience: 3 },
  })),
  lstm: classifier((_, { seed }) => ({ model: "lstm", seed })),
};

/** A classifier of this library, trained with options that may follow from the rows. */
function classifier(options: (rows: readonly LabelledText[], settings: Settings) => TrainOptions): Method {
  return {
    seeded: true,
    async train(rows, settings) {
      const learned = await TextClassifier.train(rows, options(rows, settings));
      return {
        bytes: await learned.toBytes(),
        predict: (texts) => learned.predictMany(texts).map(({ label }) => label),
        dispose: () => learned.model.dispose(),
      };
    },
  };
}

function saved(linear: LinearClassifier): Learned {
  return { bytes: linear.toBytes(), predict: (texts) => linear.predict(texts) };
}

/** Embedding 64 → BiLSTM 32 → the largest and the mean of its steps → labels. */
function bilstm({ vocabulary, length, classes }: PresetSizes): Model {
  const ids = layers.input({ shape: [length] });
  const vectors = layers.embedding({ inputDim: vocabulary, outputDim: 64 }).apply(ids);
  const words = layers.dropout({ rate: 0.3 }).apply(vectors);
  const cell = layers.lstm({ units: 32, returnSequences: true });
  const steps = layers.bidirectional({ layer: cell }).apply(words);
  const pools = [layers.globalMaxPooling1D().apply(steps), layers.globalAveragePooling1D().apply(steps)];
  const read = layers.dropout({ rate: 0.3 }).apply(layers.concatenate().apply(pools));
  const end =
    classes === 2
      ? layers.dense({ units: 1, activation: "sigmoid" })
      : layers.dense({ units: classes, activation: "softmax" });
  return model({ inputs: ids, outputs: end.apply(read) });
}

/** Words of the longest text, or `most`: steps that no text fills cost time and say nothing. */
function longest(rows: readonly LabelledText[], most: number): number {
  return Math.min(most, Math.max(...rows.map(({ text }) => text.split(/\s+/).length)));
}
