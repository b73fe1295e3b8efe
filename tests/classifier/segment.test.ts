/** Texts in scripts without spaces, from rows to answers; and texts of which no word is known. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeClassifierModule } from "../../src/formats/module/write.js";
import {
  assembleClassifier,
  Corpus,
  layers,
  type Prediction,
  sequential,
  TextClassifier,
  type TrainOptions,
  Vectorizer,
} from "../../src/index.js";
import { loadClassifier } from "../../src/predict.js";
import type { Segmentation } from "../../src/tokens/options.js";
import { heldOut, type Language, learned, unspaced } from "../tokens/unspaced.js";

const OPTIONS: TrainOptions = { model: "cnn", vocabulary: 300, length: 24, epochs: 6, engine: "wasm" };
const cutInto = (segment: Segmentation): TrainOptions => ({
  ...OPTIONS,
  text: { frontEnd: "tokenizer", segment },
});

describe("texts in scripts without spaces", () => {
  for (const language of ["chinese", "japanese", "thai"] as Language[]) {
    test(`${language}: what was learned is known again in texts held out`, async () => {
      const rows = unspaced(language);
      const classifier = await TextClassifier.train(learned(rows), OPTIONS);
      const { accuracy, encoding } = await classifier.evaluate(heldOut(rows));
      assert.ok(accuracy > 0.95, `${accuracy}`);
      assert.ok(encoding.outOfVocabulary < 0.05 * encoding.tokens);
      const whole = await TextClassifier.train(learned(rows), cutInto("none"));
      const measured = await whole.evaluate(heldOut(rows));
      assert.equal(measured.encoding.outOfVocabulary, measured.encoding.tokens);
    });
  }

  test("are cut as asked, and a saved classifier cuts as it did", async () => {
    const rows = unspaced("chinese").slice(0, 80);
    for (const segment of ["words", "characters"] as const) {
      const classifier = await TextClassifier.train(rows, { ...cutInto(segment), epochs: 1 });
      assert.equal(classifier.vectorizer.frontEnd.segment, segment);
      const again = await TextClassifier.load(await classifier.toBytes(), { engine: "wasm" });
      const texts = [rows[0]!.text, "新手机 iPhone，非常好看！", ""];
      assert.deepEqual(again.predictMany(texts), classifier.predictMany(texts));
      assert.deepEqual(again.vectorizer.toJSON(), classifier.vectorizer.toJSON());
      const predictor = await loadClassifier(await classifier.toBytes(), { engine: "wasm" });
      assert.deepEqual(predictor.predictMany(texts), classifier.predictMany(texts));
    }
  });

  test("are gone on with as they were learned, and nothing else is", async () => {
    const rows = unspaced("chinese").slice(0, 80);
    const start = await TextClassifier.train(rows, { ...cutInto("words"), epochs: 1 });
    const { text, ...rest } = { ...cutInto("words"), epochs: 1, model: start, vocabulary: undefined };
    const more = await TextClassifier.train(rows, { ...rest, text });
    assert.equal(more.vectorizer, start.vectorizer);
    assert.equal((await TextClassifier.train(rows, rest)).vectorizer, start.vectorizer);
    const auto: TrainOptions = { ...rest, text: { frontEnd: "tokenizer", segment: "auto" } };
    assert.equal((await TextClassifier.train(rows, auto)).vectorizer, start.vectorizer);
    for (const segment of ["none", "characters"] as const) {
      await assert.rejects(
        TextClassifier.train(rows, { ...rest, text: { frontEnd: "tokenizer", segment } }),
        /text segment: expected "words", as the vocabulary was made with but received/,
      );
    }
    const corpus = await Corpus.read(rows, { frontEnd: "tokenizer", segment: "characters" });
    await assert.rejects(TextClassifier.train(corpus, rest), /corpus: expected texts taken apart by/);
  });

  test("exported as a module, are cut alike", async () => {
    const rows = unspaced("japanese").slice(0, 80);
    const texts = [...rows.slice(0, 20).map((row) => row.text), "新しいiPhone、とても楽しい！", "hello", ""];
    for (const segment of ["words", "characters"] as const) {
      const classifier = await TextClassifier.train(rows, { ...cutInto(segment), epochs: 2 });
      const source = writeClassifierModule(classifier, { weights: "float32" });
      const { classify } = (await import(
        `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`
      )) as { classify(text: string): Prediction };
      for (const text of texts) {
        const [found, wanted] = [classify(text), classifier.predict(text)];
        assert.deepEqual([found.label, found.known], [wanted.label, wanted.known], text);
        assert.ok(Math.abs(found.probability - wanted.probability) < 1e-5, text);
      }
    }
  });

  test("a module is not written where the dictionary is not the one that was learned by", async () => {
    const vectorizer = new Vectorizer({ frontEnd: "tokenizer", segment: "words" }, ["", "酒店"], {}, [7]);
    const model = sequential([
      layers.embedding({ inputDim: 2, outputDim: 1, inputLength: 4 }),
      layers.flatten(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    const classifier = assembleClassifier(model, { vectorizer });
    assert.throws(
      () => writeClassifierModule(classifier),
      /texts cut by the dictionary of this platform.*segment: "characters"/,
    );
  });
});

const SIDES = { padding: "pre", truncating: "pre" } as const;

describe("texts without a known word", () => {
  const classifier = (frontEnd: "tokenizer" | "textVectorization") => {
    const special = frontEnd === "tokenizer" ? [""] : ["", "[UNK]"];
    const vectorizer = new Vectorizer({ frontEnd }, [...special, "good", "bad"], SIDES);
    const model = sequential([
      layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    return assembleClassifier(model, { vectorizer });
  };

  test("are marked, whatever stands for unknown words, and no other answer is", async () => {
    for (const frontEnd of ["tokenizer", "textVectorization"] as const) {
      const one = classifier(frontEnd);
      const texts = ["good", "very good", "very strange", "", "a b c d bad"];
      const known = one.predictMany(texts).map((answer) => answer.known);
      assert.deepEqual(known, [undefined, undefined, 0, 0, undefined]);
      assert.ok(!("known" in one.predict("good")));
      assert.deepEqual(
        (await one.predictManyAsync(texts)).map((answer) => answer.known),
        known,
      );
    }
  });

  test("are those of which nothing known is read", () => {
    // Words that are unknown leave no trace, or are cut off in front with what is known.
    const one = classifier("tokenizer");
    assert.equal(one.predict("good x y z w v").known, undefined);
    const unknown = new Vectorizer({ frontEnd: "textVectorization" }, ["", "[UNK]", "good"], SIDES);
    const other = assembleClassifier(one.model, { vectorizer: unknown });
    assert.equal(other.predict("good x y z w v").known, 0);
    assert.equal(other.predict("x y good").known, undefined);
  });

  test("of an automatic classifier, too", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      text: i % 2 ? `fine words ${i}` : `poor words ${i}`,
      label: i % 2 ? "good" : "bad",
    }));
    const auto = await TextClassifier.train(rows, { model: "linear", engine: "reference" });
    assert.equal(auto.predict("zqxvw").known, 0);
    assert.equal(auto.predict("").known, 0);
    assert.equal(auto.predict("fine").known, 1);
  });
});

test("what is held out of training is told before it begins", async () => {
  const rows = unspaced("chinese").slice(0, 60);
  const corpus = await Corpus.read(rows, { frontEnd: "tokenizer" });
  let seen: [learned: number, heldOut: number] | undefined;
  await TextClassifier.train(corpus, {
    ...{ ...OPTIONS, epochs: 1, validationSplit: 0.2 },
    onPrepared({ rows: those, heldOut: others }) {
      assert.equal(new Set([...those, ...others]).size, 60);
      seen = [those.length, others.length];
    },
  });
  assert.deepEqual(seen, [48, 12]);
});
