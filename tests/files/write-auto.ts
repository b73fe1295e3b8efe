/**
 * Writes the archives of automatic classifiers that auto_in_keras.py opens in Python Keras: golden/auto_*.keras, small, and
 * between them with every block of n-grams, every rule of scales, and networks of both kinds beside them. node dist/tests/files/write-auto.js FOLDER
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TextClassifier } from "../../src/classifier/classifier.js";
import type { LabelledText } from "../../src/classifier/corpus.js";
import { MultiLabelClassifier } from "../../src/classifier/multi-label.js";
import { TextRegressor } from "../../src/classifier/regressor.js";
import { Random } from "../../src/kernels/philox.js";
import { ordered } from "../classifier/automatic.js";

const PHRASES: Record<string, readonly string[]> = {
  good: ["I loved it!!!", "Great fun, isn't it? 😀", "très bien, vraiment", "非常好看", "worth 10,000 stars"],
  bad: [
    "I hated it...",
    "not Kim's best, didn't care 😡",
    "très mauvais, hélas",
    "不好看",
    "0.5 stars<br />never again",
  ],
};

const INTENTS: Record<string, readonly string[]> = {
  alarm: ["wake me at 7", "set an alarm for noon"],
  light: ["turn the lamp on", "too dark in here"],
  music: ["play some jazz", "turn it up 🎵"],
  time: ["what time is it", "现在几点"],
  weather: ["will it rain today", "明天会下雨吗"],
  __proto__x: ["what is the capital of France", "who wrote Dubliners"],
};

/** Each phrase some times over, among a few other words. */
function short(phrases: Record<string, readonly string[]>, times: number): LabelledText[] {
  const extra = ["", "please", "Now", "OK", "well ,"];
  return Object.entries(phrases).flatMap(([label, own]) =>
    own.flatMap((text, k) =>
      Array.from({ length: times }, (_, i) => ({ label, text: `${extra[(i * 3 + k) % 5]} ${text}`.trim() })),
    ),
  );
}

/** More than a thousand rows of sixty tokens and more, of few different phrases. */
function long(): LabelledText[] {
  const random = new Random(4, 50);
  const words = {
    pro: ["a warm and funny film", "well acted indeed", "the plot was fine", "it ran two hours"],
    con: ["a dull and empty film", "badly acted indeed", "the plot was fine", "it ran two hours"],
  };
  return Array.from({ length: 1010 }, (_, row) => {
    const label = row % 2 === 0 ? "pro" : "con";
    const parts = Array.from(
      { length: 16 },
      (_, k) => words[label][Math.floor(4 * random.uniform(16 * row + k))]!,
    );
    return { label, text: `${parts.join(". ")}.` };
  });
}

const DATA: Record<string, [rows: LabelledText[], effort: "medium" | "high"]> = {
  two: [short(PHRASES, 3), "medium"],
  six: [short(INTENTS, 3), "medium"],
  long: [long(), "medium"],
  recurrent: [ordered(600, 2), "high"],
  convolutional: [ordered(600, 3), "medium"],
};

const keep = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(process.argv[2]!, `auto_${name}.keras`), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
};

/** Each phrase with what it is, and with what stands before it. */
const tagged = short(PHRASES, 6).map(({ text, label }) => {
  const [first] = text.split(" ");
  return { text, labels: [label, ...(first === "please" || first === "Now" ? ["urgent"] : [])] };
});
const tags = await MultiLabelClassifier.train(tagged, { seed: 2, engine: "wasm" });
keep("tags", await tags.toBytes());
const stars = short(PHRASES, 6).map(({ text, label }) => ({
  text,
  value: (label === "good" ? 4 : 1.5) + text.length / 100,
}));
const amount = await TextRegressor.train(stars, { seed: 2, engine: "wasm" });
keep("amount", await amount.toBytes());

for (const [name, [rows, effort]] of Object.entries(DATA)) {
  const classifier = await TextClassifier.train(rows, { seed: 2, effort, engine: "wasm" });
  console.log(classifier.training!.auto!.picked);
  keep(name, await classifier.toBytes());
}
