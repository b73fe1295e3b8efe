/** Labels weighed alike, on one rare text in a hundred: what decides when to stop, and which weights are kept. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type LabelledText, optimizers, TextClassifier } from "../../src/index.js";

const messages = (): LabelledText[] =>
  readFileSync("examples/data/sms-spam.tsv", "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => ({ label: line.slice(0, line.indexOf("\t")), text: line.slice(line.indexOf("\t") + 1) }));

describe("balance: true where one text in a hundred is spam", async () => {
  const all = messages();
  const of = (label: string) => all.filter((row) => row.label === label);
  const [ham, spam] = [of("ham"), of("spam")];
  const learned = [...ham.slice(0, 1500), ...spam.slice(0, 20)];
  const tested = [...ham.slice(3000, 4000), ...spam.slice(400, 410)];
  const options = {
    ...{ model: "lstm", balance: true, vocabulary: 500, length: 40, validationSplit: 0.2, seed: 1 },
    ...{ optimizer: optimizers.adam({ learningRate: 0.005 }), engine: "wasm" as const },
  };
  const classifier = await TextClassifier.train(learned, options);
  const { history, bestEpoch } = classifier.training!;

  test("macro F1 on the rows held out decides, and of equal ones the lower weighed loss", () => {
    const { valMacroF1, valLoss } = history as Record<"valMacroF1" | "valLoss", number[]>;
    const order = [...valMacroF1.keys()].sort(
      (a, b) => valMacroF1[b]! - valMacroF1[a]! || valLoss[a]! - valLoss[b]!,
    );
    assert.equal(bestEpoch, order[0]! + 1);
    assert.equal(valMacroF1.length, valLoss.length);
  });

  test("spam is found: by the unweighted loss the second epoch was kept, which finds none", async () => {
    const { macro } = await classifier.evaluate(tested);
    assert.ok(macro.f1 > 0.55, `macro F1 ${macro.f1}`);
  });

  test("the validation loss counts each label alike, as the training loss does", async () => {
    const rows = Array.from({ length: 200 }, (_, r) => ({
      text: "the same",
      label: r % 20 === 0 ? "b" : "a",
    }));
    const small = {
      ...options,
      vocabulary: 5,
      length: 2,
      epochs: 1,
      optimizer: optimizers.sgd({ learningRate: 0 }),
    };
    const flat = await TextClassifier.train(rows, small);
    const { scores } = flat.predict("the same");
    const [a, b] = [-Math.log(scores["a"]!), -Math.log(scores["b"]!)];
    for (const name of ["loss", "valLoss"]) {
      const value = flat.training!.history[name]![0]!;
      assert.ok(Math.abs(value - (a + b) / 2) < 1e-4, `${name} ${value}, ${(a + b) / 2} by hand`);
    }
  });

  test("without it the loss alone decides, as before", async () => {
    const { training } = await TextClassifier.train(learned, { ...options, balance: false, epochs: 2 });
    assert.ok(!("valMacroF1" in training!.history));
  });
});
