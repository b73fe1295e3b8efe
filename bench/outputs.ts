/**
 * npm run bench:outputs [-- --models auto,cnn]: several labels a text, and amounts, on rows that were not learned from. No
 * natural sets of these kinds are at hand: they are made of TREC's questions, sentences of IMDB's reviews, and the two classes of
 * SST-2 and IMDB as amounts. CELLSTATE_DATA names the folder that bench:accuracy reads.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LabelSetText } from "../src/classifier/label-set-corpus.js";
import { readLabelledPath } from "../src/data/node-source.js";
import { type AmountText, MultiLabelClassifier, TextRegressor } from "../src/index.js";
import { PURPOSE, Random } from "../src/kernels/philox.js";

const { values } = parseArgs({ options: { models: { type: "string", default: "auto" } } });
const folder = process.env["CELLSTATE_DATA"];
if (!folder)
  throw new Error("CELLSTATE_DATA: expected a folder with trec, sst2 and imdb, as bench/README.md says.");

async function rowsOf(file: string, header = true): Promise<{ text: string; label: string }[]> {
  const rows: { text: string; label: string }[] = [];
  for await (const row of await readLabelledPath(join(folder!, file), { header })) rows.push(row);
  return rows;
}

/** The class of a question, and what shows in its words: 16 labels. */
function signs({ text, label }: { text: string; label: string }): LabelSetText {
  const lower = text.toLowerCase();
  const words = ["who", "what", "how", "where", "when", "many"].filter((word) =>
    new RegExp(`\\b${word}\\b`).test(lower),
  );
  const more = [
    ...(/\d/.test(text) ? ["digit"] : []),
    ...(/\b[A-Z]/.test(text.slice(1)) ? ["capital"] : []),
    ...(lower.includes("year") ? ["year"] : []),
    ...(text.includes("`") ? ["quote"] : []),
  ];
  return { text, labels: [label, ...words, ...more] };
}

/** Sentences with 100 labels: each is that one of four words is there, and one in ten is lost. */
function hundred(reviews: readonly { text: string }[]): LabelSetText[] {
  const random = new Random(1, PURPOSE.split, 7);
  let next = 0;
  const drawn = () => random.uniform(next++);
  const split = reviews.flatMap(({ text }) => text.split(/[.!?]\s|<br \/>/).slice(0, 3));
  const sentences = [...new Set(split.map((sentence) => sentence.trim()))].filter((sentence) => {
    const words = sentence.split(/\s+/).length;
    return words >= 6 && words <= 25;
  });
  const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[a-z]+/g) ?? []);
  const some = sentences
    .map((text) => ({ text, at: drawn() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, 25_000);
  const counts = new Map<string, number>();
  for (const { text } of some)
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const telling = [...counts].filter(([, count]) => count >= 40 && count <= 1500).map(([word]) => word);
  const shuffled = telling.sort().map((word) => ({ word, at: drawn() }));
  shuffled.sort((a, b) => a.at - b.at);
  return some.map(({ text }) => {
    const own = wordsOf(text);
    const labels = Array.from({ length: 100 }, (_, k) => k).filter((k) =>
      shuffled.slice(4 * k, 4 * k + 4).some(({ word }) => own.has(word)),
    );
    return { text, labels: labels.filter(() => drawn() < 0.9).map(String) };
  });
}

const amounts = (rows: readonly { text: string; label: string }[], high: string): AmountText[] =>
  rows.map(({ text, label }) => ({ text, value: label === high ? 8 : 3 }));

/** Prints one line: figures of rows not learned from, wall seconds, bytes of the file. */
function told(name: string, model: string, figures: Record<string, number>, began: number, bytes: number) {
  const parts = Object.entries(figures).map(([figure, value]) => `${figure} ${value.toFixed(4)}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${name.padEnd(14)} ${model.padEnd(6)} ${parts.join("  ")}  ${seconds} s  ${bytes} bytes`);
}

const trec = [await rowsOf("trec/train.csv"), await rowsOf("trec/test.csv")] as const;
const imdb = [await rowsOf("imdb/train.csv.gz"), await rowsOf("imdb/test.csv.gz")] as const;
const sst2 = [await rowsOf("sst2/train.tsv", false), await rowsOf("sst2/test.tsv", false)] as const;
const sentences = hundred(imdb[0]);
const sets: Record<string, readonly [LabelSetText[], LabelSetText[]]> = {
  "TREC, 16": [trec[0].map(signs), trec[1].map(signs)],
  "sentences, 100": [sentences.slice(0, 20_000), sentences.slice(20_000)],
};
const measured: Record<string, readonly [AmountText[], AmountText[]]> = {
  "SST-2, 3 and 8": [amounts(sst2[0], "1"), amounts(sst2[1], "1")],
  "IMDB, 3 and 8": [amounts(imdb[0], "pos"), amounts(imdb[1], "pos")],
};
for (const model of values.models.split(",")) {
  for (const [name, [train, test]] of Object.entries(sets)) {
    const began = performance.now();
    const made = await MultiLabelClassifier.train(train, { model });
    const { length } = await made.toBytes();
    const { micro, macro, subsetAccuracy, logLoss } = await made.evaluate(test);
    const figures = { "micro F1": micro.f1, "macro F1": macro.f1, "all right": subsetAccuracy };
    told(name, model, { ...figures, "log loss": logLoss }, began, length);
    made.model.dispose();
  }
  for (const [name, [train, test]] of Object.entries(measured)) {
    const began = performance.now();
    const made = await TextRegressor.train(train, { model });
    const { length } = await made.toBytes();
    const { r2, rootMeanSquaredError, baseline } = await made.evaluate(test);
    told(
      name,
      model,
      { "R²": r2 ?? 0, off: rootMeanSquaredError, "without a model": baseline.rootMeanSquaredError },
      began,
      length,
    );
    made.model.dispose();
  }
}
