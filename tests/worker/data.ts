/** Texts to learn from in a worker, and small trainings of them that end soon. */
import { Corpus, type LabelledText, loadModel, TextClassifier, type TrainOptions } from "../../src/index.js";

const SPAM = ["free prize now", "win cash free", "claim your prize"];
const HAM = ["see you soon", "home for dinner", "call me later"];

export const ROWS: readonly LabelledText[] = Array.from({ length: 90 }, (_, i) => [
  { text: `${SPAM[i % 3]} ${"abcdefg"[i % 7]}`, label: "spam" },
  { text: `${HAM[i % 3]} ${"hijkl"[i % 5]}`, label: "ham" },
]).flat();

export const CSV = `text,label\n${ROWS.map(({ text, label }) => `${text},${label}`).join("\n")}\n`;

/** A small network, with dropout nowhere but seeded all the same; the reference of all that is compared. */
export const SMALL = {
  model: "lstm",
  vocabulary: 30,
  length: 6,
  epochs: 3,
  batchSize: 16,
  seed: 4,
  validationSplit: 0.2,
  engine: "wasm",
  threads: 1,
} as const;

/** The same training in this thread. */
export const direct = (options: TrainOptions = {}): Promise<TextClassifier> =>
  TextClassifier.train(ROWS, { ...SMALL, ...options });

/** The weights of a file, one after another. */
export async function weightsOf(bytes: Uint8Array): Promise<number[]> {
  const model = await loadModel(bytes, { engine: "reference" });
  return model.getWeights().flatMap(({ data }) => [...data]);
}

export const weightsIn = ({ model }: TextClassifier): number[] =>
  model.getWeights().flatMap(({ data }) => [...data]);

export const corpusOf = (): Promise<Corpus> => Corpus.read(ROWS, { frontEnd: "tokenizer", segment: "auto" });
