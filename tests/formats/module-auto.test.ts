/** Modules of automatic classifiers: the lexer, n-grams and networks of the library, in a file of their own. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import vm from "node:vm";
import { type ModuleOptions, writeClassifierModule } from "../../src/formats/module/write.js";
import { TextClassifier } from "../../src/index.js";
import { intents, ordered } from "../classifier/automatic.js";

type Classify = (text: string) => ReturnType<TextClassifier["predict"]>;

/** Runs a module with the language and what takes texts apart around it, and nothing else. */
function classifyOf(classifier: TextClassifier, options: ModuleOptions = {}, host: object = {}): Classify {
  const script = writeClassifierModule(classifier, options).replaceAll("export const", "const");
  const around = { TextEncoder, TextDecoder, ...host };
  const classify = vm.runInNewContext(`"use strict";${script};classify`, around) as Classify;
  return (text) => JSON.parse(JSON.stringify(classify(text)));
}

/** Texts of all sorts: known, in part, not at all, and none. */
const ODD = [
  "",
  "   ",
  "?!",
  "3.5 10,000",
  "PLAY some jazz, isn't it's <br /> “a list”…",
  "xqzt vvk",
  "今日は天気がいい",
  "cafe\u0301 CAFÉ ﬁn \ud800 😀",
  "red blue red blue old stone bridge",
];

function assertAlike(
  classifier: TextClassifier,
  classify: Classify,
  texts: readonly string[],
  most: number,
): void {
  for (const text of texts) {
    const [found, wanted] = [classify(text), classifier.predict(text)];
    const scores = Object.entries(wanted.scores);
    const far = Math.max(...scores.map(([label, score]) => Math.abs(score - found.scores[label]!)));
    assert.ok(far <= most, `${JSON.stringify(text)}: ${far}`);
    assert.deepEqual(Object.keys(found.scores), Object.keys(wanted.scores));
    assert.deepEqual([found.known, found.rejected], [wanted.known, wanted.rejected]);
    assert.equal(found.probability, found.scores[found.label]);
    if (scores.every(([, a], i) => scores.every(([, b], j) => i === j || Math.abs(a - b) > 2 * most))) {
      assert.equal(found.label, wanted.label);
    }
  }
}

describe("answers as the classifier does", () => {
  const made: Record<string, TextClassifier> = {};
  before(async () => {
    const options = { seed: 1, engine: "wasm" } as const;
    made["n-grams of two labels"] = await TextClassifier.train(intents(["music", "table"]), options);
    made["n-grams of three labels"] = await TextClassifier.train(
      intents(["music", "table", "weather"]),
      options,
    );
    made["an LSTM both ways beside"] = await TextClassifier.train(ordered(420, 2), options);
    made["convolutions beside"] = await TextClassifier.train(ordered(420, 3), options);
  });
  after(() => {
    for (const { model } of Object.values(made)) model.dispose();
  });
  const texts = [...intents(["music", "weather"]), ...ordered(12, 3)].map(({ text }) => text);

  for (const [name, networks] of [
    ["n-grams of two labels", false],
    ["n-grams of three labels", false],
    ["an LSTM both ways beside", true],
    ["convolutions beside", true],
  ] as const) {
    test(name, () => {
      const classifier = made[name]!;
      assert.equal(classifier.training!.auto!.networks !== null, networks);
      const all = [...texts.filter((_, i) => i % 4 === 0), ...ODD];
      assertAlike(classifier, classifyOf(classifier, { weights: "float32" }), all, 2e-6);
      assertAlike(classifier, classifyOf(classifier), all, 0.01);
      assertAlike(
        classifier,
        classifyOf(classifier, { weights: "float32" }, { WebAssembly: undefined }),
        ODD,
        2e-6,
      );
    });
  }

  test("and rejects what it rejects", () => {
    const classifier = made["n-grams of three labels"]!;
    const accepting = classifyOf(classifier)("xqzt vvk");
    assert.ok(!("rejected" in accepting));
    classifier.reject = 0.6;
    const classify = classifyOf(classifier, { weights: "float32" });
    assertAlike(classifier, classify, [...texts, ...ODD], 2e-6);
    assert.equal(classify("xqzt vvk").rejected, "strange");
    assert.equal(classify("please play some jazz").rejected, false);
    classifier.reject = null;
  });
});
