/** Classifiers on an engine that answers later: predictAsync answers as predict does at once, and fails in its words. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Prediction } from "../../src/classifier/answer.js";
import { layers, sequential, TextClassifier } from "../../src/index.js";
import { loadClassifier } from "../../src/predict.js";
import { DelayedEngine, FailingEngine } from "../contract/delayed-engine.js";

const ROWS = Array.from({ length: 60 }, (_, r) => ({
  text: `soup ${["it", "we", "staff"][r % 3]} ${["lovely", "awful", "plain"][(r % 7) % 3]}`,
  label: ["good", "bad", "so so"][(r % 7) % 3]!,
}));
const TEXTS = [...ROWS.map(({ text }) => text), "soup", "", "lovely lovely staff", "what else"];

/** Texts without a known word have no answer: there is no mean over none. */
const averaging = ({
  vocabulary,
  length,
  classes,
}: {
  vocabulary: number;
  length: number;
  classes: number;
}) =>
  sequential(
    [
      layers.embedding({ inputDim: vocabulary, outputDim: 4, inputLength: length, maskZero: true }),
      layers.gru({ units: 4, returnSequences: true }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: classes, activation: "softmax" }),
    ],
    { engine: "reference", seed: 1 },
  );

interface Answers {
  predict(text: string): Prediction;
  predictMany(texts: readonly string[]): Prediction[];
  predictAsync(text: string): Promise<Prediction>;
  predictManyAsync(texts: readonly string[]): Promise<Prediction[]>;
}

const of = { model: "lstm", vocabulary: 20, length: 6, epochs: 1, engine: "reference" } as const;
/** Binary, with a threshold; several labels; and one that has no answer to some texts. */
const MADE = {
  "two labels": () =>
    TextClassifier.train(
      ROWS.filter(({ label }) => label !== "so so"),
      of,
    ),
  "three labels": () => TextClassifier.train(ROWS, of),
  "a mean over words": () => TextClassifier.train(ROWS, { ...of, model: averaging }),
};
const LOADED = { TextClassifier: TextClassifier.load, TextPredictor: loadClassifier };

const refused = { name: "InputError", message: /an engine that answers at once.*delayed.*predictAsync/ };

/** What a call throws or rejects with, in words. */
async function words(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return `${error}`;
  }
  throw new Error("it did not fail");
}

for (const [what, load] of Object.entries(LOADED)) {
  describe(`a ${what} on an engine that answers later`, () => {
    const files = new Map<string, Uint8Array>();
    before(async () => {
      for (const [name, make] of Object.entries(MADE)) {
        const classifier = await make();
        if (name === "two labels") classifier.threshold = 0.5123;
        files.set(name, await classifier.toBytes());
      }
    });
    const opened = async (
      name: keyof typeof MADE,
      engine = new DelayedEngine(),
    ): Promise<[Answers, Answers]> => {
      const bytes = files.get(name)!;
      return [await load(bytes, { engine }), await load(bytes, { engine: "reference" })];
    };

    for (const name of ["two labels", "three labels"] as const) {
      test(`${name}: the answers are those of the same kernels at once`, async () => {
        const [later, now] = await opened(name);
        const wanted = now.predictMany(TEXTS);
        assert.deepEqual(await later.predictManyAsync(TEXTS), wanted);
        for (const [i, text] of TEXTS.slice(0, 5).entries()) {
          assert.deepEqual(await later.predictAsync(text), wanted[i]);
        }
        assert.deepEqual(await later.predictManyAsync([]), []);
        assert.deepEqual(await now.predictManyAsync(TEXTS), wanted);
      });
    }

    test("texts asked at once do not get each other's answers, nor do texts that change", async () => {
      const [later, now] = await opened("three labels");
      const texts = TEXTS.slice(0, 9);
      const asked = [
        later.predictAsync("lovely"),
        later.predictManyAsync(texts),
        later.predictAsync("awful"),
      ];
      texts.push("one more");
      assert.deepEqual(await Promise.all(asked), [
        now.predict("lovely"),
        now.predictMany(TEXTS.slice(0, 9)),
        now.predict("awful"),
      ]);
    });

    test("what is wrong is said in the words of predict", async () => {
      const [later, now] = await opened("a mean over words");
      const texts = ["soup", "we", "zzz", "it"];
      const unanswered = await words(() => now.predictMany(texts));
      assert.match(unanswered, /text 3 \("zzz"\).*received NaN\. No known word is left in it/);
      assert.equal(await words(() => later.predictManyAsync(texts)), unanswered);
      assert.equal(await words(() => later.predictAsync("zzz")), await words(() => now.predict("zzz")));
      for (const wrong of [5, null, ["soup"]] as unknown as string[]) {
        assert.equal(await words(() => later.predictAsync(wrong)), await words(() => now.predict(wrong)));
      }
      for (const wrong of ["soup", ["soup", 1], null] as unknown as string[][]) {
        assert.equal(
          await words(() => later.predictManyAsync(wrong)),
          await words(() => now.predictMany(wrong)),
        );
      }
      assert.deepEqual(await later.predictAsync("soup"), now.predict("soup"));
    });

    test("an engine that fails rejects what was asked, and answers again", async () => {
      const engine = new FailingEngine();
      const [later, now] = await opened("three labels", engine);
      assert.deepEqual(await later.predictAsync("soup"), now.predict("soup"));
      engine.failures = 1;
      await assert.rejects(later.predictManyAsync(TEXTS), /the device is lost/);
      assert.deepEqual(await later.predictManyAsync(TEXTS), now.predictMany(TEXTS));
    });

    test("what cannot wait names the engine and predictAsync", async () => {
      const [later] = await opened("three labels");
      assert.throws(() => later.predict("soup"), refused);
      assert.throws(() => later.predictMany(["soup"]), refused);
      if (!(later instanceof TextClassifier)) return;
      assert.throws(() => [...later.answers(["soup"])], refused);
      await assert.rejects(later.evaluate(ROWS), refused);
      await assert.rejects(later.toBytes(), refused);
      assert.deepEqual((await later.predictAsync("soup")).label.length > 0, true);
    });
  });
}

test("the threshold is that of when the text was put", async () => {
  const bytes = await (await MADE["two labels"]()).toBytes();
  const later = await TextClassifier.load(bytes, { engine: new DelayedEngine() });
  later.threshold = 0;
  const answer = later.predictAsync("soup");
  later.threshold = 1;
  assert.equal((await answer).label, later.labels[1]);
  assert.equal((await later.predictAsync("soup")).label, later.labels[0]);
});
