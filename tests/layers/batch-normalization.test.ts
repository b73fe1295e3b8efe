/** When BatchNormalization learns its averages, and when it uses them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Layer, layers, sequential } from "../../src/index.js";

const rows = Array.from({ length: 40 }, (_, r) => [Math.sin(r), 3 + Math.cos(2 * r), r % 5]);
const targets = rows.map((_, r) => [r % 2]);

function modelWith(layer: Layer) {
  const model = sequential([layers.input({ shape: [3] }), layer, layers.dense({ units: 1 })], {
    engine: "reference",
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const moving = () => model.getWeights().filter(({ name }) => name.includes("moving"));
  return { model, moving: () => moving().map(({ data }) => Array.from(data)) };
}

const mean = (f: number) => rows.reduce((sum, row) => sum + row[f]!, 0) / rows.length;
const variance = (f: number) => rows.reduce((sum, row) => sum + (row[f]! - mean(f)) ** 2, 0) / rows.length;

test("a step moves the averages by their share, over all rows of the batch together", () => {
  const { model, moving } = modelWith(layers.batchNormalization({ momentum: 0.75 }));
  model.trainOnBatch(rows, targets);
  const [means, variances] = moving();
  for (let f = 0; f < 3; f++) {
    assert.ok(Math.abs(means![f]! - 0.25 * mean(f)) < 1e-6, `mean ${f}: ${means![f]}`);
    assert.ok(Math.abs(variances![f]! - (0.75 + 0.25 * variance(f))) < 1e-6, `variance ${f}`);
  }
});

test("gradients, evaluation and prediction leave them; a frozen layer does not learn them", async () => {
  const { model, moving } = modelWith(layers.batchNormalization());
  const before = moving();
  model.gradients(rows, targets);
  await model.evaluate(rows, targets);
  model.predict(rows);
  assert.deepEqual(moving(), before);
  const frozen = modelWith(layers.batchNormalization({ trainable: false }));
  frozen.model.trainOnBatch(rows, targets);
  assert.deepEqual(frozen.moving(), before);
});

test("in training a row's output depends on the others of its batch, in prediction it does not", () => {
  const { model } = modelWith(layers.batchNormalization());
  model.trainOnBatch(rows, targets);
  const alone = model.predict([rows[7]!]);
  assert.deepEqual(model.predict(rows)[7], alone[0]);
  const loss = (batch: number[][]) => model.gradients(batch, targets.slice(0, batch.length)).loss;
  const [one, two] = [loss(rows.slice(0, 20)), loss(rows.slice(20))];
  assert.ok(Math.abs(loss(rows) - (one + two) / 2) > 1e-4, "the loss of a batch is not that of its parts");
});

test("within TimeDistributed it predicts; in training it is refused unless frozen", () => {
  const steps = rows.map((row) => [row, row]);
  const make = (trainable: boolean) => {
    const layer = layers.batchNormalization({ trainable });
    const inside = layers.timeDistributed({ layer });
    const model = sequential(
      [layers.input({ shape: [2, 3] }), inside, layers.flatten(), layers.dense({ units: 1 })],
      { engine: "reference" },
    );
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    return model;
  };
  assert.equal(make(true).predict(steps).length, 40);
  assert.throws(() => make(true).trainOnBatch(steps, targets), /statistics of each step apart/);
  assert.ok(make(false).trainOnBatch(steps, targets) > 0);
});

test("another axis than that of the features is refused", () => {
  for (const make of [layers.batchNormalization, layers.layerNormalization] as const) {
    const input = layers.input({ shape: [4, 3] });
    assert.throws(() => sequential([input, make({ axis: 1 })]), /axis of the features \(−1 or 2\)/);
    sequential([layers.input({ shape: [4, 3] }), make({ axis: 2 })]);
  }
});
