import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { InputError, loadModel, optimizers, padSequences, TextClassifier } from "../../src/index.js";

const FRUIT = ["apple", "pear", "plum", "cherry", "quince"];
const TOOLS = ["hammer", "saw", "drill", "wrench", "chisel"];
const CITIES = ["Rome", "Oslo", "Lima", "Cairo", "Kyoto"];

/** Short sentences about one of the topics; two words of filler around the word that tells. */
function sentences(topics: Record<string, string[]>, rows: number): { text: string; label: string }[] {
  const labels = Object.keys(topics);
  return Array.from({ length: rows }, (_, r) => {
    const label = labels[r % labels.length]!;
    const words = topics[label]!;
    return { text: `please bring the ${words[(r * 7) % words.length]} number ${r % 9} today`, label };
  });
}

const quick = {
  ...{ model: "lstm", vocabulary: 40, length: 8, epochs: 12, batchSize: 8, seed: 3 },
  optimizer: optimizers.adam({ learningRate: 0.01 }),
};
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
});
after(() => rm(folder, { recursive: true }));

describe("TextClassifier", () => {
  test("learns two labels, saves, and comes back with the same answers", async () => {
    const classifier = await TextClassifier.train(sentences({ fruit: FRUIT, tool: TOOLS }, 120), quick);
    const prediction = classifier.predict("please bring the pear today");
    assert.equal(prediction.label, "fruit");
    assert.ok(prediction.probability > 0.8, `probability ${prediction.probability}`);
    assert.ok(Math.abs(prediction.scores["fruit"]! + prediction.scores["tool"]! - 1) < 1e-6);

    const path = join(folder, "two.keras");
    await classifier.save(path);
    const loaded = await TextClassifier.load(path);
    assert.deepEqual(loaded.predict("bring the saw"), classifier.predict("bring the saw"));
    assert.deepEqual(loaded.labels, ["fruit", "tool"]);
    assert.equal(loaded.training?.rows, 108);
    assert.deepEqual(loaded.training, JSON.parse(JSON.stringify(classifier.training)));
    const network = await loadModel(path);
    assert.equal(network.countParams(), classifier.model.countParams());
  });

  test("three labels end in softmax", async () => {
    const rows = sentences({ fruit: FRUIT, tool: TOOLS, city: CITIES }, 180);
    const classifier = await TextClassifier.train(rows, { ...quick, model: "gru", epochs: 20 });
    assert.equal(classifier.model.outputSize, 3);
    assert.equal(classifier.predict("please bring the Oslo number 4 today").label, "city");
    const evaluation = await classifier.evaluate(rows);
    assert.ok(evaluation.accuracy > 0.95, `accuracy ${evaluation.accuracy}`);
    assert.deepEqual(evaluation.labels, ["city", "fruit", "tool"]);
  });

  test("rows that follow from the seed give the same bits", async () => {
    const rows = sentences({ fruit: FRUIT, tool: TOOLS }, 60);
    const [one, two] = await Promise.all(
      [1, 1].map(() => TextClassifier.train(rows, { ...quick, epochs: 2 })),
    );
    assert.deepEqual(one!.model.getWeights(), two!.model.getWeights());
    const other = await TextClassifier.train(rows, { ...quick, epochs: 2, seed: 4 });
    assert.notDeepEqual(one!.model.getWeights(), other.model.getWeights());
  });

  test("learningRate is that of the optimizer, by name, as made, or of the model gone on from", async () => {
    const rows = sentences({ fruit: FRUIT, tool: TOOLS }, 20);
    const { optimizer, ...plain } = { ...quick, epochs: 1 };
    const { model: asMade } = await TextClassifier.train(rows, { ...plain, optimizer });
    const { model: said } = await TextClassifier.train(rows, { ...plain, learningRate: 0.01 });
    assert.deepEqual(said.getWeights(), asMade.getWeights());
    const beside = await TextClassifier.train(rows, {
      ...{ ...plain, learningRate: 0.5 },
      optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
    });
    const { name, learningRate, momentum } = beside.model.compiled.optimizer as ReturnType<
      typeof optimizers.sgd
    >;
    assert.deepEqual([name, learningRate, momentum], ["sgd", 0.5, 0.9]);
    const on = await TextClassifier.train(rows, { model: beside, epochs: 1, learningRate: 0.25 });
    assert.equal(on.model.compiled.optimizer.name, "sgd");
    assert.equal(on.model.learningRate, 0.25);
  });

  test("predictions do not depend on company", async () => {
    const rows = sentences({ fruit: FRUIT, tool: TOOLS }, 60);
    const classifier = await TextClassifier.train(rows, { ...quick, epochs: 2 });
    const texts = rows.map((row) => row.text);
    const together = classifier.predictMany(texts);
    texts.forEach((text, i) => {
      assert.ok(Math.abs(classifier.predict(text).probability - together[i]!.probability) < 1e-6);
    });
  });

  for (const [name, rows, options, message] of [
    ["one label only", [{ text: "a b", label: "x" }], {}, /every row is labelled "x"/],
    ["no rows", [], {}, /no rows/],
    ["length 0", sentences({ a: FRUIT, b: TOOLS }, 9), { length: 0 }, /length.*at least 1|length.*from 1/],
    ["vocabulary 1", sentences({ a: FRUIT, b: TOOLS }, 9), { vocabulary: 1 }, /vocabulary/],
    ["an unknown model", sentences({ a: FRUIT, b: TOOLS }, 9), { model: "lstn" }, /Did you mean lstm/],
  ] as const) {
    test(`refuses ${name}`, async () => {
      await assert.rejects(TextClassifier.train([...rows], { model: "lstm", ...options }), (error: Error) => {
        assert.ok(error instanceof InputError, `${error}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test("refuses what is no text, in words", async () => {
    const rows = sentences({ a: FRUIT, b: TOOLS }, 20);
    const classifier = await TextClassifier.train(rows, { ...quick, epochs: 1 });
    const odd = classifier as unknown as Record<string, (given: unknown) => unknown>;
    for (const given of [5, undefined, null, ["a"], {}]) {
      assert.throws(() => odd["predict"]!(given), {
        name: "InputError",
        message: /^predict: expected a text/,
      });
    }
    for (const given of [5, undefined, "abc", ["a", 5]]) {
      const message = /^predictMany(\[1\])?: expected a (list|text)(\.| but received)/;
      assert.throws(() => odd["predictMany"]!(given), { name: "InputError", message });
    }
    const vectorizer = classifier.vectorizer as unknown as Record<string, (given: unknown) => unknown>;
    for (const name of ["tokens", "encode", "encodeRows"]) {
      assert.throws(() => vectorizer[name]!(5), {
        name: "InputError",
        message: new RegExp(`^${name}: expected a`),
      });
    }
    const train = TextClassifier.train as (rows: unknown) => Promise<unknown>;
    for (const given of [5, undefined, null, "abc"]) {
      await assert.rejects(train(given), { name: "InputError", message: /^data: expected rows/ });
      await assert.rejects(async () => odd["evaluate"]!(given), {
        name: "InputError",
        message: /^data: expected rows/,
      });
    }
    for (const given of [[null], [5], ["a"], [{ text: "a" }], [{ text: 1, label: "x" }]]) {
      await assert.rejects(train(given), {
        name: "InputError",
        message: /^row 1: expected \{ text, label \} of strings/,
      });
    }
    const pad = padSequences as (given: unknown) => unknown;
    for (const given of [[["a"]], [5], 5, undefined, [[1, null]], [[Number.NaN]]]) {
      assert.throws(() => pad(given), {
        name: "InputError",
        message: /^padSequences(\[0\](\[\d\])?)?: expected/,
      });
    }
    assert.deepEqual(padSequences([[1, 2], [3]]).ids, Float32Array.of(1, 2, 0, 3));
  });

  test("refuses a model file without vocabulary, and a damaged one, in a sentence", async () => {
    const classifier = await TextClassifier.train(sentences({ a: FRUIT, b: TOOLS }, 40), {
      ...quick,
      epochs: 1,
    });
    const bare = join(folder, "bare.keras");
    await classifier.model.save(bare);
    await assert.rejects(TextClassifier.load(bare), /holds a network only/);
    const whole = join(folder, "whole.keras");
    await classifier.save(whole);
    const bytes = await readFile(whole);
    for (const share of [0.1, 0.5, 0.99]) {
      const cut = join(folder, "cut.keras");
      await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * share)));
      await assert.rejects(TextClassifier.load(cut), InputError);
    }
  });
});
