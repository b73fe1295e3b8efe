/** What a file counts is held against what was read from it, and each complaint names both numbers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { readZip } from "../../src/formats/zip.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { InputError, layers, loadModel, sequential, TextClassifier } from "../../src/index.js";
import { readKeras, readKerasWeights, readShardedKerasWeights, writeKeras } from "../../src/keras.js";
import { Vectorizer } from "../../src/tokens/vectorizer.js";
import { readSample } from "./samples.js";

const WORDS = ["", "[UNK]", "rain", "sun", "wind"];
const encode = (text: string) => new TextEncoder().encode(text);

type Members = Map<string, Uint8Array>;
type Config = { [key: string]: unknown };

function textModel(inputDim = WORDS.length, split: "whitespace" | "none" = "whitespace"): Uint8Array {
  const model = sequential([
    layers.textVectorization({ vocabulary: WORDS, split, outputSequenceLength: 3 }),
    layers.embedding({ inputDim, outputDim: 2 }),
    layers.globalAveragePooling1D(),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  return writeKeras(model);
}

/** The same archive with some members changed. */
function changed(bytes: Uint8Array, change: (members: Members) => void): Uint8Array {
  const members: Members = new Map(
    [...readZip(bytes, "file")].map(([name, member]) => [name, member.read()]),
  );
  change(members);
  return writeZip(members);
}

const withVocabulary = (text: string, which = /vocabulary\.txt$/) =>
  changed(textModel(), (members) => {
    for (const name of members.keys()) if (which.test(name)) members.set(name, encode(text));
  });

function withSetting(key: string, value: unknown): Uint8Array {
  return changed(textModel(), (members) => {
    const config = JSON.parse(new TextDecoder().decode(members.get("config.json")!)) as Config;
    const all = (config["config"] as Config)["layers"] as Config[];
    const layer = all.find((one) => one["class_name"] === "TextVectorization")!;
    (layer["config"] as Config)[key] = value;
    members.set("config.json", encode(JSON.stringify(config)));
  });
}

const read = (bytes: Uint8Array) => readKeras(bytes, { name: "rain.keras" });

describe("the words of TextVectorization", () => {
  const refused: [string, Uint8Array, RegExp][] = [
    [
      "one that holds the end of a line",
      withVocabulary("\n[UNK]\nrain\nsun\nwind\nmore"),
      /text_vectorization: expected 5 words, as its vocabulary_size says but received 6/,
    ],
    ["one too few", withVocabulary("\n[UNK]\nrain\nsun"), /expected 5 words.* but received 4/],
    ["an empty line between them", withVocabulary("\n[UNK]\nrain\n\nwind"), /each word once/],
    ["one word twice", withVocabulary("\n[UNK]\nrain\nrain\nwind"), /each word once but received "rain"/],
    [
      "one that ends in a carriage return",
      withVocabulary("\n[UNK]\nrain\r\nsun\nwind"),
      /vocabulary.txt: expected \\r at the end of all 4 lines or of none but received 1/,
    ],
    [
      "two copies that differ",
      withVocabulary("\n[UNK]\nsun\nrain\nwind", /_lookup_layer\/vocabulary/),
      /expected the same words in both copies of vocabulary.txt/,
    ],
    [
      "more than max_tokens",
      withSetting("max_tokens", 4),
      /at most 4 words, as its max_tokens says but received 5/,
    ],
    [
      "vocabulary_size that is no number",
      withSetting("vocabulary_size", "5"),
      /vocabulary_size: expected a whole/,
    ],
    [
      "a part of a step",
      withSetting("output_sequence_length", 2.5),
      /output_sequence_length: expected a whole/,
    ],
    ["an unknown setting", withSetting("num_oov_indices", 3), /num_oov_indices: expected no setting/],
    [
      "more than the Embedding behind it has rows",
      textModel(4),
      /layers\[2\] embedding: expected a vocabulary of at most 4 words, as its input_dim says but received "5 of text/,
    ],
  ];
  for (const [what, bytes, message] of refused) {
    test(`${what}: refused`, () => assert.throws(() => read(bytes), message));
    if (!/Embedding|unknown setting/.test(what)) {
      test(`${what}: as a vocabulary beside a model too`, () => {
        assert.throws(() => readVocabulary(bytes, { name: "v" }), InputError);
      });
    }
  }

  test("as many as it says, with either kind of line end, in one copy or both, or without a count", () => {
    const sound = [
      withVocabulary("\n[UNK]\nrain\nsun\nwind"),
      withVocabulary("\r\n[UNK]\r\nrain\r\nsun\r\nwind"),
      withSetting("max_tokens", 5),
      withSetting("vocabulary_size", null),
      changed(textModel(), (members) => {
        for (const name of members.keys()) if (name.includes("_lookup_layer")) members.delete(name);
      }),
      textModel(9),
    ];
    for (const bytes of sound) {
      const { model } = read(bytes);
      const text = model.nodes[0]!.layer as unknown as { vectorizer: Vectorizer };
      assert.deepEqual(text.vectorizer.vocabulary, WORDS);
      assert.equal(model.predict(["rain wind"]).length, 1);
    }
  });
});

describe("a Tokenizer's dictionaries", () => {
  const tokenizer = (config: Config) =>
    readVocabulary(
      encode(
        JSON.stringify({
          class_name: "Tokenizer",
          config: Object.fromEntries(
            Object.entries(config).map(([key, value]) => [
              key,
              typeof value === "object" ? JSON.stringify(value) : value,
            ]),
          ),
        }),
      ),
      { name: "t" },
    );
  const index = { a: 1, b: 2, c: 3 };

  test("word_index alone turns texts into ids, as in Keras; where the others differ it is said", () => {
    const counts = { a: 5, b: 4, c: 1 };
    const whole = tokenizer({
      word_index: index,
      index_word: { 1: "a", 2: "b", 3: "c" },
      word_counts: counts,
    });
    assert.deepEqual(whole.assumed, []);
    const other = tokenizer({
      word_index: index,
      index_word: { 1: "a", 2: "c", 3: "b" },
      word_counts: { a: 5 },
    });
    assert.deepEqual(other.vectorizer.encode("a b c"), [1, 2, 3]);
    assert.match(other.assumed[0]!, /index_word says otherwise of 2 of its words/);
    assert.match(other.assumed[1]!, /3 words, where word_counts has 1/);
    const withOov = tokenizer({ word_index: { o: 1, a: 2 }, oov_token: "o", word_counts: { a: 1 } });
    assert.deepEqual(withOov.assumed, []);
  });

  test("an id that two words have is refused; ids with gaps stay as they are", () => {
    assert.throws(() => tokenizer({ word_index: { a: 1, b: 1 } }), /b: expected an id of its own/);
    const { vectorizer } = tokenizer({ word_index: { a: 2, b: 5 } });
    assert.deepEqual([vectorizer.encode("a b"), vectorizer.size], [[2, 5], 6]);
  });
});

describe("a classifier's own part of a file", () => {
  const model = () =>
    sequential([
      layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 4 }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 3, activation: "softmax" }),
    ]);
  const extras = (change: Config) => ({
    ...{ kind: "text-classifier", version: 1, length: 4, labels: ["a", "b", "c"], threshold: 0.5 },
    vectorizer: new Vectorizer({ frontEnd: "textVectorization" }, WORDS, { length: 4 }).toJSON(),
    ...change,
  });
  const load = (change: Config) => TextClassifier.fromModel(model(), extras(change), "c.keras");

  const refused: [string, Config, RegExp][] = [
    ["labels and outputs", { labels: ["a", "b"] }, /1 or 2 units for 2 labels but received 3/],
    ["one label twice", { labels: ["a", "b", "a"] }, /c.keras: labels: expected different labels/],
    [
      "words and rows of the Embedding",
      {
        vectorizer: new Vectorizer({ frontEnd: "textVectorization" }, [...WORDS, "fog"], {
          length: 4,
        }).toJSON(),
      },
      /a vocabulary of at most 5 ids.* but received 6/,
    ],
    ["length and input", { length: 5 }, /c.keras: length: expected rows of 4 ids.* but received 5/],
    [
      "a version to come",
      { version: 3 },
      /c.keras: version: expected 1 or 2 but received 3. A newer Cellstate/,
    ],
  ];
  for (const [what, change, message] of refused) {
    test(`${what}: refused`, () => assert.throws(() => load(change), message));
  }
  test("what fits is read", () => assert.deepEqual(load({}).labels, ["a", "b", "c"]));
});

describe("weights", () => {
  test("that no layer takes are said, in archives and in older files", () => {
    const small = () =>
      sequential([layers.input({ shape: [3] }), layers.dense({ units: 2, name: "dense" })], {
        name: "small",
      });
    const large = sequential(
      [
        layers.input({ shape: [3] }),
        layers.dense({ units: 2, name: "dense" }),
        layers.dense({ units: 1, name: "more" }),
      ],
      { name: "large" },
    );
    const bytes = writeKeras(large);
    assert.deepEqual(readKeras(bytes).receipt.warnings, []);
    assert.match(
      readKerasWeights(small(), bytes)[0]!,
      /layers\/dense_1\/vars\/0 and 1 more: stored weights that no/,
    );
    const cut = changed(bytes, (members) => members.set("config.json", readConfig(writeKeras(small()))));
    assert.match(
      readKeras(cut).receipt.warnings[0]!,
      /dense_1.*stored weights that no layer of the model takes/,
    );
  });

  const readConfig = (bytes: Uint8Array) => readZip(bytes, "x").get("config.json")!.read();

  test("in several files: as many bytes as the index says, and where it says", async () => {
    const index = JSON.parse(readSample("sharded.weights.json").toString()) as {
      metadata: { total_size: number };
      weight_map: Record<string, string | string[]>;
    };
    const load = (change: (copy: typeof index) => void) => {
      const copy = structuredClone(index);
      change(copy);
      const { model } = readKeras(readSample("flagship.config.json"), { name: "config" });
      return readShardedKerasWeights(model, encode(JSON.stringify(copy)), readSample, { name: "w.json" });
    };
    assert.deepEqual(await load(() => {}), []);
    await assert.rejects(
      load((copy) => {
        copy.metadata.total_size = 784;
      }),
      /w.json: metadata.total_size: expected 784 bytes.* but received 780/,
    );
    await assert.rejects(
      load((copy) => {
        copy.weight_map["/layers/dense/vars"] = "sharded_00000.weights.h5";
      }),
      /sharded_00000.weights.h5: expected weights of \/layers\/dense\/vars, as w.json says but received "none"/,
    );
  });
});

test("ids beyond an Embedding's rows are refused with both numbers", async () => {
  const model = await loadModel(
    writeKeras(
      sequential([layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 2 }), layers.flatten()]),
    ),
  );
  assert.throws(() => model.predict([[1, 5]]), /4|5/);
  assert.throws(() => model.predict([[1, -1]]), InputError);
  assert.throws(() => model.predict([[1, 1.5]]), InputError);
  assert.throws(() => model.predict([[1, Number.NaN]]), InputError);
});
