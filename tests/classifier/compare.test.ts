import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assembleClassifier,
  compareClassifiers,
  InputError,
  layers,
  sequential,
  type TextClassifier,
  Vectorizer,
} from "../../src/index.js";

/** Adds up what its words are worth: above 0 it answers the second label. */
function adding(worth: Record<string, number>, labels: string[]): TextClassifier {
  const words = ["", ...Object.keys(worth)];
  const model = sequential(
    [
      layers.embedding({ inputDim: words.length, outputDim: 1, inputLength: 3 }),
      layers.flatten(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference" },
  );
  model.build([3]);
  const [embedding, kernel, bias] = model.getWeights();
  embedding!.data.set([0, ...Object.values(worth)]);
  kernel!.data.fill(1);
  bias!.data.fill(0);
  model.setWeights([embedding!, kernel!, bias!]);
  const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, words);
  return assembleClassifier(model, { vectorizer, length: 3, labels, threshold: 0.5 });
}

/** Knows "good" and "bad"; the other knows "bad" and "nice", has its labels the other way round and another vocabulary. */
const first = () => adding({ good: 2, bad: -2 }, ["no", "yes"]);
const second = () => adding({ nice: -3, bad: 1, filler: 0 }, ["yes", "no"]);

const ROWS = [
  { text: "good film", label: "yes" }, // both: B knows neither word, and one half is its first label
  { text: "bad film", label: "no" }, // both
  { text: "nice film", label: "no" }, // A alone, which knows neither word; B is sure of "yes"
  { text: "nice bad film", label: "yes" }, // B alone
  { text: "nice bad film", label: "yes" }, // B alone
  { text: "good nice film", label: "no" }, // neither
];

describe("two classifiers on the same texts", () => {
  test("each by itself, and row by row", async () => {
    const [a, b] = [first(), second()];
    const { a: ofA, b: ofB, ...paired } = await compareClassifiers(a, b, ROWS);
    const { accuracy, interval } = paired.difference;
    assert.deepEqual([paired.rows, paired.both, paired.neither], [6, 2, 1]);
    assert.deepEqual(paired.mcnemar, { onlyA: 1, onlyB: 2, statistic: 1, p: 1, test: "exact binomial" });
    assert.equal(accuracy, 1 / 6);
    assert.ok(interval[0] < 0 && interval[1] > 1 / 6);
    assert.deepEqual(ofA, await a.evaluate(ROWS));
    assert.deepEqual(ofB, await b.evaluate(ROWS));
  });

  test("where they are furthest apart, in the words of each", async () => {
    const { apart, b } = await compareClassifiers(first(), second(), ROWS);
    assert.deepEqual(
      apart.ofA.map(({ row, text }) => [row, text]),
      [
        [3, "nice bad film"],
        [4, "nice bad film"],
      ],
    );
    assert.deepEqual(
      apart.ofB.map(({ row, label, predicted }) => [row, b.labels[label], b.labels[predicted]]),
      [[2, "no", "yes"]],
    );
    const few = await compareClassifiers(first(), second(), ROWS, { mistakes: 1 });
    assert.deepEqual([few.apart.ofA.length, few.a.mistakes.length, few.b.mistakes.length], [1, 1, 1]);
  });

  test("a classifier and itself are alike, on rows that come one by one and once", async () => {
    async function* rows() {
      yield* ROWS;
    }
    const a = first();
    const { both, neither, difference, mcnemar } = await compareClassifiers(a, a, rows());
    assert.deepEqual([both, neither, difference.accuracy, mcnemar.p], [3, 3, 0, 1]);
  });

  test("other labels are refused, and named", async () => {
    const other = adding({ good: 1 }, ["yes", "perhaps"]);
    await assert.rejects(compareClassifiers(first(), other, ROWS), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /^compareClassifiers b: expected the labels of the first classifier/);
      assert.match(error.message, /It lacks no and has perhaps besides\./);
      return true;
    });
  });

  test("a row of a label that they lack is refused by its number; no rows are none", async () => {
    const rows = [{ text: "x", label: "maybe", row: 7 }];
    await assert.rejects(compareClassifiers(first(), second(), rows), /^InputError: row 7: expected a label/);
    await assert.rejects(compareClassifiers(first(), second(), []), /The data holds no rows/);
  });

  test("a signal ends it", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(compareClassifiers(first(), second(), ROWS, { signal }), { name: "AbortError" });
  });
});
