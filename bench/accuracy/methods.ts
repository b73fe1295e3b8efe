/** Who is measured: rows in, answers out. A method more is an entry more in METHODS. */
import { type LabelledText, TextClassifier, type TrainOptions } from "../../src/index.js";
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
  auto: classifier((_, { seed, effort }) => ({ model: "auto", seed, effort })),
  /** As scikit-learn does without settings. */
  linear: { seeded: false, train: async (rows) => saved(LinearClassifier.train(rows)) },
  "linear-tuned": { seeded: false, train: async (rows) => saved(LinearClassifier.tuned(rows)) },
  bilstm: classifier((rows, { seed }) => ({
    ...{ model: "bilstm", vocabulary: 10_000, length: longest(rows, 200), batchSize: 32, seed },
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

/** Words of the longest text, or `most`: steps that no text fills cost time and say nothing. */
function longest(rows: readonly LabelledText[], most: number): number {
  return Math.min(most, Math.max(...rows.map(({ text }) => text.split(/\s+/).length)));
}
