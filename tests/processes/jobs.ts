/** What several processes do in tests, by name: each is one process's part, or all of it without a communicator. */

import { Corpus } from "../../src/classifier/corpus.js";
import { choice, logUniform, tune } from "../../src/classifier/tuning/index.js";
import { RowFile } from "../../src/data/row-file.js";
import { crossValidate, type LabelledText, TextClassifier } from "../../src/index.js";
import type { Communicator } from "../../src/processes/communicator.js";
import { ProcessGroup } from "../../src/processes/group.js";
import type { TrainingState } from "../../src/train/training-state.js";
import { runScenario, type ScenarioName } from "./scenarios.js";

type Options = { communicator?: Communicator };
const by = (communicator: Communicator | undefined): Options => (communicator ? { communicator } : {});

const WORDS = [
  "win",
  "cash",
  "call",
  "free",
  "prize",
  "home",
  "soon",
  "lunch",
  "ok",
  "later",
  "see",
  "you",
  "now",
  "at",
];

/** Rows whose label hangs on their words, and a little on chance. */
export const rows = (count: number): LabelledText[] =>
  Array.from({ length: count }, (_, r) => {
    const words = Array.from(
      { length: 4 + (r % 5) },
      (_, t) => (r * 31 + t * t * 17 + (r % 7) * t * 5) % WORDS.length,
    );
    const loud = words.filter((word) => word < 5).length;
    const label = r % 13 === 0 ? (r % 2 === 0 ? "spam" : "ham") : loud >= 2 ? "spam" : "ham";
    return { text: words.map((word) => WORDS[word]).join(" "), label };
  });

const bytesOf = async (classifier: TextClassifier) => ({ bytes: Array.from(await classifier.toBytes()) });

export const JOBS = {
  fit: (communicator: Communicator | undefined, name: ScenarioName, resume?: TrainingState) =>
    runScenario(name, communicator, resume),

  async auto(
    communicator: Communicator | undefined,
    options: { model?: string; effort?: "low" | "high"; seed?: number },
  ) {
    return bytesOf(await TextClassifier.train(rows(260), { ...options, threads: 1, ...by(communicator) }));
  },

  /** Other words in one of the processes. */
  async differing(communicator: Communicator | undefined, what: "auto" | "folds" | "tune") {
    const own = rows(120).map(({ text, label }, r) => ({
      text: communicator?.rank === 1 && r === 50 ? `${text} other` : text,
      label: label as string,
    }));
    const options = { threads: 1, ...by(communicator) };
    const works = {
      auto: () => TextClassifier.train(own, { model: "linear", ...options }),
      folds: () => crossValidate(own, { model: "linear", folds: 3, ...options }),
      tune: async () =>
        tune(await Corpus.read(own, { frontEnd: "tokenizer", segment: "auto" }), {
          space: { batchSize: choice([16, 32]) },
          optionsOf: () => ({ model: "rnn", length: 8, threads: 1 }),
          ...{ trials: 2, epochs: 1 },
          ...by(communicator),
        }),
    };
    const error = await works[what]().then(
      () => null,
      (thrown: Error) => thrown.message,
    );
    return { error };
  },

  /** With rows in files: what came of it, and how many rows this process wrote for the network to read. */
  async scratch(communicator: Communicator | undefined, folder: string) {
    const { add } = RowFile.prototype;
    let written = 0;
    RowFile.prototype.add = function (this: RowFile, ...given: Parameters<typeof add>) {
      if (this.layout.values > 0) written++;
      return add.apply(this, given);
    };
    const options = { model: "rnn", length: 6, epochs: 2, batchSize: 48, threads: 1, scratch: folder };
    const classifier = await TextClassifier.train(rows(260), { ...options, ...by(communicator) });
    RowFile.prototype.add = add;
    return { ...(await bytesOf(classifier)), written };
  },

  /** With a clock that only the first process's decisions may follow. */
  async budget(communicator: Communicator | undefined, seconds: number[]) {
    const budget = seconds[communicator?.rank ?? 0]!;
    const classifier = await TextClassifier.train(rows(260), { budget, threads: 1, ...by(communicator) });
    const { members, ran } = classifier.training!.auto!;
    return { ...(await bytesOf(classifier)), members: members.length, ran };
  },

  async folds(communicator: Communicator | undefined, model: string) {
    const told: number[] = [];
    const network = model === "linear" ? {} : { epochs: 2 };
    const options = { model, folds: 5, ...network, threads: 1, ...by(communicator) };
    const result = await crossValidate(rows(150), { ...options, onFold: ({ number }) => told.push(number) });
    return { result, told };
  },

  async tune(communicator: Communicator | undefined, { budget }: { budget?: number } = {}) {
    const told: string[] = [];
    const trained: number[] = [];
    const result = await tune(await Corpus.read(rows(150), { frontEnd: "tokenizer", segment: "auto" }), {
      space: { batchSize: choice([16, 32]), learningRate: logUniform(0.001, 0.3) },
      optionsOf: ({ batchSize, learningRate }) => {
        trained.push(learningRate as number);
        return {
          ...{ model: "rnn", length: 8, threads: 1, validationSplit: 0.3 },
          ...{ batchSize: batchSize as number, learningRate: learningRate as number },
        };
      },
      ...{ trials: 7, epochs: 6, ...(budget === undefined ? {} : { budget }) },
      onTrial: ({ number }, rung) => told.push(`${rung}:${number}`),
      ...by(communicator),
    });
    const { classifier, ...rest } = result;
    return { ...rest, told, trained: trained.length, ...(classifier ? await bytesOf(classifier) : {}) };
  },

  /** Pieces of work of different sizes, one of which may fail. */
  async spread(
    communicator: Communicator | undefined,
    { counts, failing = -1 }: { counts: number[]; failing?: number },
  ) {
    const group = new ProcessGroup(communicator!);
    const results: number[][][] = [];
    try {
      for (const count of counts) {
        const told = await group.spread(count, async (piece) => {
          if (piece === failing) throw new RangeError(`piece ${piece} fails`);
          return Uint8Array.from({ length: 3 * piece }, (_, i) => piece + i);
        });
        results.push(told.map((bytes) => Array.from(bytes)));
      }
      return { results, error: null, name: null };
    } catch (error) {
      return { results: null, error: (error as Error).message, name: (error as Error).name };
    }
  },
};

export type JobName = keyof typeof JOBS;
