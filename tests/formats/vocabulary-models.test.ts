/** Models that begin with TextVectorization: read from real Keras's files, and written so that it opens them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { ownVectorizer } from "../../src/classifier/assemble.js";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import {
  assembleClassifier,
  model as graph,
  InputError,
  layers,
  type Model,
  sequential,
} from "../../src/index.js";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/keras.js";
import { assertClose } from "../golden/compare.js";
import { flatten } from "../golden/models.js";

interface ModelCase {
  name: string;
  vocabulary: string[];
  ids: number[][];
  output: number[][];
}

const FOLDER = new URL("../../../tests/formats/golden/", import.meta.url);
const golden: { texts: string[]; models: ModelCase[] } = JSON.parse(
  readFileSync(new URL("vocabularies.json", FOLDER), "utf8"),
);
const { texts } = golden;
const readFile = (name: string) => gunzipSync(readFileSync(new URL(`${name}.keras.gz`, FOLDER)));
const open = (name: string) => readKeras(readFile(name), { name });
const outputs = (model: Model) => flatten(model.predict(texts));
const adapted = () => open("text_adapted").model;

describe("models of Keras's that take texts", () => {
  for (const { name, vocabulary, ids, output } of golden.models) {
    test(`${name}: Keras's ids, outputs within 1e-5`, () => {
      const { model, receipt } = open(name);
      const vectorizer = ownVectorizer(model)!;
      assert.deepEqual(vectorizer.vocabulary, vocabulary);
      const rows = vectorizer.encodeRows(texts);
      assert.deepEqual(Array.from(rows.ids), ids.flat());
      assertClose(outputs(model), output.flat(), name, { absolute: 1e-5 });
      assertClose(flatten(model.predict(ids)), output.flat(), `${name}, from ids`, { absolute: 1e-5 });
      assert.deepEqual([receipt.warnings, receipt.ignored, receipt.filled], [[], [], []]);
    });
    for (const [form, write] of [
      [".keras", writeKeras],
      [".h5", writeKerasH5],
    ] as const) {
      test(`${name}: written as ${form} and read back, the same to the bit`, () => {
        const { model } = open(name);
        const again = readKeras(write(model), { name: name + form });
        assert.deepEqual(again.model.predict(texts), model.predict(texts));
        assert.deepEqual(again.model.summary(), model.summary());
        assert.deepEqual(again.receipt.warnings, []);
      });
    }
    test(`${name} serves as --tokenizer`, () => {
      const { vectorizer } = readVocabulary(readFile(name), { name });
      assert.deepEqual(vectorizer.toJSON(), ownVectorizer(open(name).model)!.toJSON());
    });
  }

  test("the outputs tell texts apart", () => {
    const values = golden.models[0]!.output.map(([first]) => first!.toFixed(4));
    assert.ok(new Set(values).size > 4, String(values));
  });

  test("the vocabulary is written twice, as Keras does", () => {
    const members = unzipSync(writeKeras(adapted()));
    const folder = "assets/layers/text_vectorization";
    const [inner, outer] = ["_lookup_layer/vocabulary.txt", "vocabulary.txt"].map((file) =>
      new TextDecoder().decode(members[`${folder}/${file}`]),
    );
    assert.equal(outer, golden.models[0]!.vocabulary.join("\n"));
    assert.equal(inner, outer);
  });

  test("words that Python would take for two lines stand in the configuration", () => {
    const model = sequential([
      layers.textVectorization({ vocabulary: ["", "[UNK]", "a\u0085b", "c"], outputSequenceLength: 3 }),
      layers.embedding({ inputDim: 4, outputDim: 2 }),
      layers.lstm({ units: 2 }),
    ]);
    const bytes = writeKeras(model);
    assert.ok(!Object.keys(unzipSync(bytes)).some((name) => name.endsWith("vocabulary.txt")));
    const again = readKeras(bytes).model;
    assert.deepEqual(ownVectorizer(again)!.encode("a\u0085b c"), [2, 3]);
  });

  test("a file that lost its vocabulary takes ids, and says so", () => {
    const members = unzipSync(readFile("text_adapted"));
    const config = JSON.parse(new TextDecoder().decode(members["config.json"]));
    const { model, receipt } = readKeras(new TextEncoder().encode(JSON.stringify(config)), { name: "lost" });
    assert.match(receipt.warnings[0]!, /layers\[1\] text_vectorization: the file has no vocabulary/);
    assert.deepEqual(model.inputShapes, [[7]]);
  });
});

describe("texts as input", () => {
  test("training on texts is training on their ids", () => {
    const y = texts.map((_, i) => [i % 2, 1 - (i % 2)]);
    const [one, two] = [adapted(), adapted()];
    for (const model of [one, two]) model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    const { ids, rows, length } = ownVectorizer(one)!.encodeRows(texts);
    const fromIds = two.trainOnBatch({ data: ids, rows, shape: [length] }, y);
    assert.equal(one.trainOnBatch(texts, y), fromIds);
    assert.deepEqual(one.getWeights(), two.getWeights());
  });

  test("rows are as long as the longest text, where no length is set; never empty", () => {
    const { model } = open("text_listed");
    const together = model.predict(["the cat", "sat"]);
    assert.notDeepEqual(together[1], model.predict(["sat"])[0]);
    assert.deepEqual(model.predict([""]), model.predict([[0]]));
  });

  test("next to other inputs", () => {
    const text = layers.textVectorization({
      vocabulary: ["", "[UNK]", "a", "b"],
      outputSequenceLength: 2,
    });
    const more = layers.input({ shape: [1] });
    const vector = layers
      .lstm({ units: 2 })
      .apply(layers.embedding({ inputDim: 4, outputDim: 2 }).apply(text));
    const model = graph({
      inputs: [text, more],
      outputs: layers.dense({ units: 1 }).apply(layers.concatenate().apply([vector, more])),
    });
    assert.deepEqual(
      model.predict([
        ["a b", "b"],
        [[1], [2]],
      ]),
      model.predict([
        [
          [2, 3],
          [3, 0],
        ],
        [[1], [2]],
      ]),
    );
  });

  test("a model of ids refuses texts, and says what to do", () => {
    const model = sequential([
      layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 2 }),
      layers.lstm({ units: 1 }),
    ]);
    assert.throws(
      () => model.predict(["a text"]),
      /^InputError: x: expected rows of numbers but received \["a text"\].*Vectorizer/,
    );
    assert.throws(() => adapted().predict(["a", 3] as never), InputError);
  });
});

describe("a classifier put together", () => {
  test("a model that takes texts needs no vocabulary", () => {
    const classifier = assembleClassifier(adapted(), { labels: ["calm", "wild"] });
    const { output } = golden.models[0]!;
    texts.forEach((text, i) => {
      const { scores } = classifier.predict(text);
      assertClose([scores["calm"]!, scores["wild"]!], output[i]!, text, { absolute: 1e-5 });
    });
  });

  const network = (length: number | null = 4) =>
    sequential([
      layers.embedding({ inputDim: 4, outputDim: 2, inputLength: length }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
  const words = (...list: string[]) =>
    readVocabulary(
      new TextEncoder().encode(JSON.stringify(Object.fromEntries(list.map((w, i) => [w, i + 1])))),
    ).vectorizer;

  test("the length is the model's", () => {
    assert.equal(assembleClassifier(network(), { vectorizer: words("a", "b") }).length, 4);
    assert.equal(assembleClassifier(network(null), { vectorizer: words("a", "b"), length: 3 }).length, 3);
  });
  for (const [what, model, parts, says] of [
    ["no vocabulary", network(), {}, /expected a vocabulary.*readVocabulary/],
    [
      "a vocabulary that is too large",
      network(),
      { vectorizer: words("a", "b", "c", "d") },
      /at most 4 ids.*received 5.*readVocabulary size: 4/,
    ],
    ["another length", network(), { vectorizer: words("a"), length: 5 }, /rows of 4 ids but received 5/],
    [
      "no length at all",
      network(null),
      { vectorizer: words("a") },
      /say which it was trained with, length: N/,
    ],
    ["three labels for one unit", network(), { vectorizer: words("a"), labels: ["x", "y", "z"] }, /3 units/],
    ["equal labels", network(), { vectorizer: words("a"), labels: ["x", "x"] }, /different labels/],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => assembleClassifier(model, parts, "net.keras"),
        (error: Error) => {
          assert.ok(error instanceof InputError, error.stack);
          assert.match(error.message, says);
          return true;
        },
      );
    });
  }
});
