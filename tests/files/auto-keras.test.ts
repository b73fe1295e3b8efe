/** An automatic classifier answers in Python Keras, behind the front end of docs/auto.md, as it does here. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { MultiLabelClassifier } from "../../src/classifier/multi-label.js";
import { TextRegressor } from "../../src/classifier/regressor.js";
import { FeatureEncoder } from "../../src/tokens/feature-encoder.js";
import { BLOCKS } from "../../src/tokens/ngrams.js";

const golden = (name: string) => new URL(`../../../tests/files/golden/${name}`, import.meta.url);

/** [archive][text][outputs] made by auto_in_keras.py */
const { frontEnd, texts, answers } = JSON.parse(readFileSync(golden("auto.json"), "utf8")) as {
  frontEnd: string;
  texts: string[];
  answers: Record<string, number[][]>;
};

const load = (name: string) => TextClassifier.load(readFileSync(golden(`auto_${name}.keras`)));

test("they were made by the front end that the page has", () => {
  const page = readFileSync(new URL("../../../docs/auto.md", import.meta.url), "utf8");
  const block = /```python\n(.*?)```/s.exec(page)![1]!;
  const next = "docs/auto.md has changed: run tests/files/auto_in_keras.py again";
  assert.equal(createHash("sha256").update(block).digest("hex"), frontEnd, next);
});

const CLASSES = Object.keys(answers).filter((name) => name !== "tags" && name !== "amount");

describe("Keras's answers", () => {
  test("several labels a text, and an amount", async () => {
    const bytes = (name: string) => readFileSync(golden(`auto_${name}.keras`));
    const tags = await MultiLabelClassifier.load(bytes("tags"));
    const amount = await TextRegressor.load(bytes("amount"));
    for (const [row, text] of texts.entries()) {
      const { scores } = tags.predict(text);
      for (const [k, label] of tags.labels.entries())
        assert.ok(Math.abs(answers["tags"]![row]![k]! - scores[label]!) < 1e-5, text);
      assert.ok(Math.abs(answers["amount"]![row]![0]! - amount.predict(text).value) < 1e-5, text);
    }
  });

  for (const name of CLASSES) {
    const rows = answers[name]!;
    test(name, async () => {
      const classifier = await load(name);
      const two = classifier.labels.length === 2;
      const [together, alone] = [
        classifier.predictMany(texts),
        texts.map((text) => classifier.predict(text)),
      ];
      assert.deepEqual(together, alone);
      for (const [row, { scores }] of together.entries()) {
        const own = classifier.labels.map((label) => scores[label]!);
        const differences = rows[row]!.map((value, k) => Math.abs(value - own[two ? 1 : k]!));
        assert.ok(
          Math.max(...differences) < 1e-5,
          `${JSON.stringify(texts[row])}: ${own}, Keras ${rows[row]}`,
        );
      }
      classifier.model.dispose();
    });
  }
});

test("the archives have every block and every kind of scales between them", async () => {
  const found = new Set<string>();
  for (const name of CLASSES) {
    const { encoder, model } = await load(name);
    assert.ok(encoder instanceof FeatureEncoder);
    for (const block of Object.keys(encoder.parts.hashes)) found.add(block);
    for (const { by } of encoder.parts.scales) found.add(by);
    model.dispose();
  }
  assert.deepEqual([...found].sort(), [...BLOCKS, "count", "idf", "ratio"].sort());
});
