/** Answers that are not to be relied on: unsure ones, and those to texts of strangers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError, type Prediction, TextClassifier } from "../../src/index.js";
import { loadClassifier } from "../../src/predict.js";
import { reviews } from "../cli/data.js";
import { tiny } from "./automatic.js";

// yes 90 %, yes 56 %, no 94 %; then one known word of three, none, and no word at all
const TEXTS = ["good", "film", "bad", "good xyzzy zork", "xyzzy", ""];
const WANTED = [false, "unsure", false, "strange", "strange", "strange"];

const rejected = (answers: readonly Prediction[]) => answers.map((answer) => answer.rejected);

describe("rejecting", () => {
  const classifier = tiny();

  test("is only spoken of where it is asked for", () => {
    assert.ok(classifier.predictMany(TEXTS).every((answer) => !("rejected" in answer)));
    assert.ok(!("rejected" in classifier.predict("good", { reject: null })));
  });

  test("says why, and answers all the same", async () => {
    const answers = classifier.predictMany(TEXTS, { reject: 0.8 });
    assert.deepEqual(rejected(answers), WANTED);
    const plain = classifier.predictMany(TEXTS);
    assert.deepEqual(
      answers.map(({ rejected: _, ...rest }) => rest),
      plain,
    );
    assert.deepEqual(rejected([...classifier.answers(TEXTS, 1, { reject: 0.8 })]), WANTED);
    assert.deepEqual(rejected(await classifier.predictManyAsync(TEXTS, { reject: 0.8 })), WANTED);
    assert.equal(classifier.predict("film", { reject: 0.8 }).rejected, "unsure");
    assert.equal((await classifier.predictAsync("film", { reject: 0.8 })).rejected, "unsure");
  });

  test("at 0 leaves strange texts alone unanswered, above what a text reaches all", () => {
    assert.deepEqual(rejected(classifier.predictMany(TEXTS, { reject: 0 })), [
      false,
      false,
      false,
      ...WANTED.slice(3),
    ]);
    assert.deepEqual(rejected(classifier.predictMany(["good", "bad"], { reject: 1 })), ["unsure", "unsure"]);
  });

  test("a probability that is what was asked for suffices", () => {
    const { probability } = classifier.predict("good");
    assert.equal(classifier.predict("good", { reject: probability }).rejected, false);
    assert.equal(classifier.predict("good", { reject: probability + 1e-6 }).rejected, "unsure");
  });

  test("is a default that is saved with the classifier", async () => {
    const own = tiny();
    assert.equal(own.reject, null);
    own.reject = 0.8;
    assert.deepEqual(rejected(own.predictMany(TEXTS)), WANTED);
    const bytes = await own.toBytes();
    const again = await TextClassifier.load(bytes, { engine: "reference" });
    assert.equal(again.reject, 0.8);
    assert.deepEqual(rejected(again.predictMany(TEXTS)), WANTED);
    assert.ok(!("rejected" in again.predict("film", { reject: null })));
    const predictor = await loadClassifier(bytes, { engine: "reference" });
    assert.equal(predictor.reject, 0.8);
    assert.deepEqual(rejected(predictor.predictMany(TEXTS)), WANTED);
    assert.equal(predictor.predict("film", { reject: 0.5 }).rejected, false);
    assert.deepEqual(rejected(await predictor.predictManyAsync(TEXTS)), WANTED);
    assert.equal((await predictor.predictAsync("film", { reject: 0.5 })).rejected, false);
    predictor.dispose();
  });

  test("takes probabilities alone", () => {
    for (const reject of [-0.1, 1.1, Number.NaN, "0.8"]) {
      assert.throws(
        () => classifier.predict("good", { reject: reject as number }),
        /reject: expected a number from 0 to 1/,
      );
    }
    assert.throws(() => classifier.predict("good", { rejct: 0.8 } as object), /Did you mean reject/);
  });

  test("and a threshold are refused where they are set, and what was set before stays", () => {
    const own = tiny();
    own.reject = 0.8;
    own.threshold = 0.6;
    for (const wrong of [7, -0.1, Number.NaN, "0.8", undefined, null]) {
      const refused = (name: string) => (error: unknown) =>
        error instanceof InputError && error.message.startsWith(`TextClassifier ${name}: expected a number`);
      assert.throws(() => {
        own.threshold = wrong as number;
      }, refused("threshold"));
      if (wrong === null) continue;
      assert.throws(() => {
        own.reject = wrong as number;
      }, refused("reject"));
    }
    assert.deepEqual([own.reject, own.threshold], [0.8, 0.6]);
    own.reject = null;
    assert.equal(own.reject, null);
  });

  test("of a network of words goes by the probability alone", async () => {
    const words = await TextClassifier.train(reviews(40), {
      ...{ model: "lstm", vocabulary: 60, length: 12, epochs: 1, engine: "reference" },
    });
    const answers = words.predictMany(["xyzzy", "the film was lovely"], { reject: 0 });
    assert.deepEqual(rejected(answers), [false, false]);
    assert.deepEqual(rejected(words.predictMany(["xyzzy"], { reject: 1 })), ["unsure"]);
  });
});

describe("evaluating with rejecting", () => {
  const classifier = tiny();
  const rows = [
    { text: "good", label: "yes" },
    { text: "good, good", label: "no" },
    { text: "bad", label: "no" },
    { text: "film", label: "yes" },
    { text: "xyzzy zork", label: "no" },
  ];

  test("counts what is answered, and how much of it rightly", async () => {
    const { rejecting, ...all } = await classifier.evaluate(rows, { reject: 0.8 });
    assert.deepEqual(rejecting, {
      reject: 0.8,
      coverage: 3 / 5,
      answered: { rows: 3, accuracy: 2 / 3 },
      unsure: 1,
      strange: 1,
    });
    assert.deepEqual(all, await classifier.evaluate(rows));
  });

  test("with nothing left to answer there is no accuracy", async () => {
    const { rejecting } = await classifier.evaluate(rows, { reject: 1 });
    assert.deepEqual(rejecting!.answered, { rows: 0, accuracy: null });
    assert.equal(rejecting!.coverage, 0);
  });

  test("agrees with predict, text by text", async () => {
    const texts = rows.map(({ text }) => text);
    for (const reject of [0, 0.5, 0.6, 0.9, 0.95]) {
      const answers = classifier.predictMany(texts, { reject });
      const { rejecting } = await classifier.evaluate(rows, { reject });
      const answered = answers.filter((answer) => answer.rejected === false).length;
      assert.equal(rejecting!.answered.rows, answered);
      assert.equal(rejecting!.strange, answers.filter((answer) => answer.rejected === "strange").length);
    }
  });
});
