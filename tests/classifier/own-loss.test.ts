/** What a model that is given to learn labels was compiled with, and what its file said, is kept or said. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import {
  type CompileOptions,
  layers,
  losses,
  type Model,
  optimizers,
  sequential,
  TextClassifier,
} from "../../src/index.js";
import { remarksOf } from "../../src/model/model.js";

const DATA = Array.from({ length: 24 }, (_, r) => ({
  text: ["red apple", "blue sky", "green leaf"][r % 3]!,
  label: ["a", "b", "c"][r % 3]!,
}));
const TWO = DATA.filter(({ label }) => label !== "c");

function network(
  units: number,
  activation: "softmax" | "sigmoid" | "linear",
  compile?: CompileOptions,
  onWarning?: (text: string) => void,
): Model {
  const model = sequential(
    [
      layers.input({ shape: [4] }),
      layers.embedding({ inputDim: 12, outputDim: 4 }),
      layers.globalAveragePooling1D(),
      layers.dense({ units, activation }),
    ],
    { seed: 4, engine: "reference", name: "topics", onWarning },
  );
  if (compile) model.compile(compile);
  return model;
}

const train = (data: typeof DATA, model: Model, more: object = {}) =>
  TextClassifier.train(data, { model, vocabulary: 12, length: 4, epochs: 1, validationSplit: 0, ...more });

describe("a model compiled with another loss than that of labels", () => {
  let said: string[] = [];
  beforeEach(() => {
    said = [];
    mock.method(console, "warn", (text: string) => said.push(text));
  });
  afterEach(() => mock.restoreAll());

  const others: [string, number, "softmax" | "sigmoid", CompileOptions["loss"], string][] = [
    ["mean squared error", 3, "softmax", losses.meanSquaredError(), "sparseCategoricalCrossentropy"],
    ["mean squared error of one output", 1, "sigmoid", losses.meanSquaredError(), "binaryCrossentropy"],
    ["tags", 3, "softmax", losses.binaryCrossentropy(), "sparseCategoricalCrossentropy"],
    [
      "smoothed rows",
      3,
      "softmax",
      losses.categoricalCrossentropy({ labelSmoothing: 0.2 }),
      "sparseCategoricalCrossentropy",
    ],
  ];
  for (const [what, units, activation, loss, instead] of others) {
    test(`${what}: replaced, and said once`, async () => {
      const { model } = await train(units === 1 ? TWO : DATA, network(units, activation, { loss }));
      assert.equal(model.compiled.loss.name, instead);
      assert.equal(said.length, 1);
      assert.match(
        said[0]!,
        new RegExp(`^model topics loss \\w+: replaced by ${instead}, the loss of labels$`),
      );
      assert.deepEqual(model.notes, said);
    });
  }

  test("one-hot rows' cross-entropy becomes the same of class numbers, logits and sum included", async () => {
    const options = { fromLogits: true, reduction: "sum" } as const;
    const start = network(3, "linear", {
      loss: losses.categoricalCrossentropy(options),
      optimizer: optimizers.sgd({ learningRate: 0.05 }),
    });
    const rows = Float32Array.from(
      DATA.flatMap(({ label }) => ["a", "b", "c"].map((each) => +(each === label))),
    );
    const { model, vectorizer } = await train(DATA, start, { batchSize: 24 });
    assert.deepEqual({ ...model.compiled.loss }, { ...losses.sparseCategoricalCrossentropy(options) });
    const same = network(3, "linear", {
      loss: losses.categoricalCrossentropy(options),
      optimizer: optimizers.sgd({ learningRate: 0.05 }),
    });
    const x = DATA.map(({ text }) => {
      const row = new Float32Array(4);
      vectorizer.encodeInto(row, text);
      return [...row];
    });
    await same.fit(x, { shape: [24, 3], data: rows } as never, { epochs: 1, batchSize: 24, shuffle: false });
    const [a, b] = [model, same].map((each) => each.getWeights().map(({ data }) => [...data]));
    for (const [i, w] of a!.flat().entries())
      assert.ok(Math.abs(w - b!.flat()[i]!) < 1e-5, `${w} is ${b!.flat()[i]}`);
    assert.deepEqual(said, []);
  });

  test("the loss of labels, and none, are not worth a word", async () => {
    await train(DATA, network(3, "softmax"));
    await train(DATA, network(3, "softmax", { loss: "sparseCategoricalCrossentropy" }));
    await train(TWO, network(1, "sigmoid", { loss: losses.binaryCrossentropy({ labelSmoothing: 0.1 }) }));
    assert.deepEqual(said, []);
  });

  test("what a file's model has to say is said by its copy, to the same, and not twice", async () => {
    const told: string[] = [];
    const start = network(3, "softmax", undefined, (text) => told.push(text));
    remarksOf(start).add([{ text: "lstm kernel_constraint: MaxNorm is not applied", training: true }]);
    const { model } = await train(DATA, start);
    assert.deepEqual(model.notes, ["lstm kernel_constraint: MaxNorm is not applied"]);
    assert.deepEqual(told, ["lstm kernel_constraint: MaxNorm is not applied"]);
    const more = await TextClassifier.train(DATA, { model, vocabulary: 12, length: 4, epochs: 1 });
    assert.deepEqual(more.model.notes, model.notes);
    assert.equal(told.length, 1);
    assert.deepEqual(said, []);
  });
});
