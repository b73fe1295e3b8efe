/** Small models of every kind that is served, and their files. */
import { join } from "node:path";
import {
  assembleClassifier,
  assembleMultiLabel,
  assembleRegressor,
  layers,
  sequential,
  Vectorizer,
} from "../../src/index.js";

export const WORDS = [
  "",
  "[UNK]",
  ..."the a film was good bad free entry call now prize home late".split(" "),
];
const LENGTH = 6;
const vectorizer = () => new Vectorizer({ frontEnd: "tokenizer" }, WORDS, { length: LENGTH });

const network = (units: number, activation: "sigmoid" | "softmax" | "linear", seed: number) =>
  sequential(
    [
      layers.embedding({ inputDim: WORDS.length, outputDim: 4, inputLength: LENGTH }),
      layers.lstm({ units: 3 }),
      layers.dense({ units, activation }),
    ],
    { seed, threads: 1 },
  );

export const spam = (seed = 1) =>
  assembleClassifier(network(1, "sigmoid", seed), { vectorizer: vectorizer(), labels: ["ham", "spam"] });
export const topics = () =>
  assembleClassifier(network(3, "softmax", 2), { vectorizer: vectorizer(), labels: ["a", "b", "c"] });
export const tags = () =>
  assembleMultiLabel(network(3, "sigmoid", 3), { vectorizer: vectorizer(), labels: ["x", "y", "z"] });
export const amounts = () => assembleRegressor(network(1, "linear", 4), { vectorizer: vectorizer() });

/** Numbers in, numbers out. */
export const plain = () =>
  sequential([layers.input({ shape: [3], name: "numbers" }), layers.dense({ units: 2, name: "sums" })], {
    seed: 5,
  });

/** Steps of two numbers, as many as there are; a vector a step. */
export const steps = () =>
  sequential(
    [
      layers.input({ shape: [null, 2], name: "steps" }),
      layers.lstm({ units: 3, returnSequences: true, name: "states" }),
    ],
    { seed: 6 },
  );

/** Texts in by the network's own layer, padded to the longest of a question. */
export const reading = () =>
  sequential(
    [
      layers.textVectorization({ vocabulary: WORDS, name: "texts" }),
      layers.embedding({ inputDim: WORDS.length, outputDim: 4 }),
      layers.lstm({ units: 3 }),
      layers.dense({ units: 1, activation: "sigmoid", name: "chance" }),
    ],
    { seed: 7 },
  );

export const TEXTS = [
  "the film was good",
  "free entry call now",
  "bad",
  "",
  "unheard of",
  "a free prize now the film was late",
];

/** As many texts as are wanted, no two alike for long. */
export const many = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: 1 + (i % 7) }, (_, k) => WORDS[2 + ((i * 5 + k * 3) % (WORDS.length - 2))]).join(
      " ",
    ),
  );

/** Writes a classifier into a folder. */
export async function spamFile(folder: string, name = "spam.keras", seed = 1): Promise<string> {
  const file = join(folder, name);
  await spam(seed).save(file);
  return file;
}
