/** `train(rows, { vectors })`: an Embedding that begins with vectors learned elsewhere, tuned or left as they are. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { vectorsText } from "../../src/cli/ui/vectors.js";
import { memorySource } from "../../src/data/source.js";
import {
  AbortedTraining,
  InputError,
  layers,
  loadFile,
  type PresetSizes,
  readVectors,
  sequential,
  TextClassifier,
  type TrainOptions,
} from "../../src/index.js";

const rows = Array.from({ length: 40 }, (_, r) => {
  const label = ["fruit", "tool"][r % 2]!;
  const word = { fruit: ["apple", "pear", "plum"], tool: ["hammer", "saw", "drill"] }[label]![r % 3]!;
  return { label, text: `the ${word} number ${r % 3}` };
});

/** Three numbers for most words; "pear" is there in capitals alone. */
const FILE = "the 1 2 3\napple 4 5 6\nPear 7 8 9\nsaw -1 -2 -3\nunheard 9 9 9\n";
const open = (content = FILE) => readVectors(memorySource(content).chunks, { name: "some.txt" });

const quick: TrainOptions = {
  ...{ model: "bilstm", vocabulary: 40, length: 6, epochs: 2, batchSize: 8, seed: 3, engine: "reference" },
};

/** The rows of the table by word, before or after training. */
function tableOf({ model, vectorizer }: TextClassifier): Record<string, number[]> {
  const { data, shape } = model.getWeights()[0]!;
  return Object.fromEntries(
    vectorizer.vocabulary.map((word, id) => [
      word,
      Array.from(data.subarray(id * shape[1]!, (id + 1) * shape[1]!)),
    ]),
  );
}

const refusal = (message: RegExp) => (error: Error) => {
  assert.ok(error instanceof InputError, String(error.stack));
  assert.match(error.message, message);
  return true;
};

describe("vectors", () => {
  for (const model of ["lstm", "gru", "rnn", "bilstm", "bigru", "cnn"]) {
    test(`of ${model} stay as they are where that is asked for, and no others do`, async () => {
      const options = { ...quick, model, vectors: await open(), freezeVectors: true };
      const classifier = await TextClassifier.train(rows, options);
      const table = tableOf(classifier);
      assert.deepEqual(
        [table["the"], table["apple"], table["saw"]],
        [
          [1, 2, 3],
          [4, 5, 6],
          [-1, -2, -3],
        ],
      );
      assert.ok(table["pear"]!.every((value) => Math.abs(value) <= 0.05));
      const { model: back } = await loadFile(await classifier.toBytes(), { engine: "reference" });
      assert.deepEqual(
        back.layers.filter(({ trainable }) => !trainable).map(({ className }) => className),
        ["Embedding"],
      );
      back.dispose();
      classifier.model.dispose();
    });
  }

  test("are tuned by default, and what was found is on record", async () => {
    const classifier = await TextClassifier.train(rows, { ...quick, vectors: await open() });
    const apple = tableOf(classifier)["apple"]!;
    assert.notDeepEqual(apple, [4, 5, 6]);
    assert.ok(
      apple.every((value, i) => Math.abs(value - [4, 5, 6][i]!) < 0.5),
      String(apple),
    );
    const words = classifier.vectorizer.size - 1;
    const { missing, ...record } = classifier.training!.vectors!;
    assert.deepEqual(record, {
      ...{ name: "some.txt", format: "GloVe or other text", width: 3, words, found: 3 },
      ...{ otherCase: 1, otherCaseExample: ["pear", "Pear"], frozen: false },
    });
    assert.equal(missing.length, words - 3);
    assert.ok(missing.includes("pear") && missing[0] === "number");
    classifier.model.dispose();
  });

  test("begin the training that they are told of, with the same bits each time", async () => {
    const train = async () => TextClassifier.train(rows, { ...quick, vectors: await open(), epochs: 1 });
    const [one, two] = [await train(), await train()];
    assert.deepEqual(one.model.getWeights(), two.model.getWeights());
  });

  test("a function's model is told their width, and must have it", async () => {
    const make = (width: number) => (sizes: PresetSizes) =>
      sequential([
        layers.embedding({ inputDim: sizes.vocabulary, outputDim: sizes.width ?? width }),
        layers.globalMaxPooling1D(),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]);
    const classifier = await TextClassifier.train(rows, { ...quick, model: make(8), vectors: await open() });
    assert.deepEqual(classifier.model.getWeights()[0]!.shape[1], 3);
    const deaf = ({ width: _, ...sizes }: PresetSizes) => make(8)(sizes);
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, model: deaf, vectors: await open() }),
      refusal(/whose Embedding has an outputDim of 3.*received 8.*sizes\.width/),
    );
    const small = (sizes: PresetSizes) => make(8)({ ...sizes, vocabulary: 4 });
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, model: small, vectors: await open() }),
      refusal(/inputDim of at least \d+.*received 4.*sizes\.vocabulary/),
    );
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, model: classifier, vectors: await open() }),
      refusal(/train vectors: expected to be left out with a model that has its words' vectors already/),
    );
  });

  test("are refused where they change nothing, or are no vectors", async () => {
    for (const model of ["auto", "linear"]) {
      await assert.rejects(
        TextClassifier.train(rows, { model, vectors: await open() }),
        refusal(/train vectors: expected to be left out/),
      );
    }
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, freezeVectors: true }),
      refusal(/freezeVectors: expected to be left out without vectors/),
    );
    await assert.rejects(TextClassifier.train(rows, { ...quick, vectors: {} as never }), refusal(/vectors/));
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, vectors: await open("a 1 2\nthe 1\n") }),
      refusal(/some\.txt, line 2: expected a word and 2 numbers/),
    );
  });

  test("a signal while they are read ends it with nothing learned", async () => {
    const controller = new AbortController();
    async function* slow() {
      yield new TextEncoder().encode("the 1 2\n");
      controller.abort();
      yield new TextEncoder().encode("saw 1 2\n");
    }
    const vectors = await readVectors(slow(), { name: "slow" });
    await assert.rejects(
      TextClassifier.train(rows, { ...quick, vectors, signal: controller.signal }),
      (error: Error) => error instanceof AbortedTraining && error.cause.classifier === null,
    );
  });
});

test("what was found, as text: few are said loudly", () => {
  const record = {
    ...{ name: "g.txt", format: "word2vec text", width: 50, words: 1000, found: 934, missing: ["qq", "zz"] },
    ...{ otherCase: 0, otherCaseExample: null, frozen: true },
  };
  const text = vectorsText(record);
  assert.match(text, /g\.txt \(word2vec text, 50 numbers a word\): 934 of 1,000 words found/);
  assert.match(text, /they stay as they\s+are\n {2}not found: "qq", "zz", …/);
  assert.doesNotMatch(text, /!/);
  const cased = vectorsText({ ...record, found: 60, otherCase: 900, otherCaseExample: ["rome", "Rome"] });
  assert.match(cased, /! Few of the words have a vector.*"Rome" for "rome".*lower-case words/s);
  assert.match(vectorsText({ ...record, found: 60 }), /! Few of the words.*of the same language/s);
});
