/** `model: "linear"`: the plainest of what the automatic classifier tries, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError, TextClassifier } from "../../src/index.js";
import { loadClassifier } from "../../src/predict.js";

const rows = Array.from({ length: 60 }, (_, r) => {
  const label = ["fruit", "tool"][r % 2]!;
  const word = { fruit: ["apple", "pear", "plum"], tool: ["hammer", "saw", "drill"] }[label]![r % 3]!;
  return { label, text: `please bring the ${word} number ${r % 7} today` };
});

describe('model: "linear"', () => {
  test("is words and pairs of them, on record and in its file", async () => {
    const classifier = await TextClassifier.train(rows, { model: "linear", engine: "reference" });
    const { auto, settings } = classifier.training!;
    assert.deepEqual(settings, { model: "linear", seed: 0 });
    assert.deepEqual(
      auto!.members.map(({ name, picked }) => [name, picked]),
      [["words and pairs of them", true]],
    );
    assert.match(auto!.why, /words and pairs of them 100 %.*what was asked for; nothing else was tried/);
    assert.equal(classifier.predict("the saw").label, "tool");
    const { blocks } = JSON.parse(JSON.stringify(classifier.encoder)) as { blocks: object };
    assert.deepEqual(Object.keys(blocks), ["w1", "w2"]);
    const back = await loadClassifier(await classifier.toBytes(), { engine: "reference" });
    assert.deepEqual(back.predict("the saw"), classifier.predict("the saw"));
    classifier.model.dispose();
  });

  test("refuses what auto refuses, by its own name", async () => {
    for (const [name, value] of Object.entries({ epochs: 3, vocabulary: 100, balance: true })) {
      await assert.rejects(
        TextClassifier.train(rows, { model: "linear", [name]: value }),
        (error: Error) =>
          error instanceof InputError &&
          error.message.startsWith(
            `TextClassifier.train ${name}: expected to be left out with model: "linear",`,
          ),
      );
    }
  });

  test("the same seed gives the same bits, and steps are told", async () => {
    const steps: string[] = [];
    const train = () =>
      TextClassifier.train(rows, {
        model: "linear",
        engine: "reference",
        onStep: (what) => steps.push(what),
      });
    const [one, two] = [await train(), await train()];
    assert.deepEqual(one.model.getWeights(), two.model.getWeights());
    assert.deepEqual(steps.slice(0, 3), [
      "counting n-grams",
      "trying words and pairs of them",
      "fitting words and pairs of them",
    ]);
  });
});
