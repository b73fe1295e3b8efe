/** Class and sample weights: what they do to losses and steps, and where they do nothing, as in Keras. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, type LossName, layers, type Model, optimizers, sequential } from "../../src/index.js";

const ROWS = 21;
const X = Array.from({ length: ROWS }, (_, r) => [Math.sin(r), Math.cos(2 * r)]);
const LABELS = X.map((_, r) => (r % 3 === 0 ? 1 : 0));
const THREE = X.map((_, r) => r % 3);
const WEIGHTS = X.map((_, r) => 0.25 + (r % 4));

function classifier(loss: LossName = "binaryCrossentropy", learningRate = 0.1): Model {
  const units = loss === "binaryCrossentropy" ? 1 : 3;
  const activation = units === 1 ? "sigmoid" : "softmax";
  const model = sequential([layers.input({ shape: [2] }), layers.dense({ units, activation })], { seed: 3 });
  model.compile({ loss, optimizer: optimizers.sgd({ learningRate }) });
  return model;
}

/** −log of the probability that the model gives each row's label. */
const rowLosses = (model: Model, y: number[]) =>
  model.predict(X).map((out, r) => {
    const p = out as number[];
    return -Math.log(p.length === 1 ? (y[r] ? p[0]! : 1 - p[0]!) : p[y[r]!]!);
  });
const close = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 2e-6 * Math.max(1, Math.abs(expected)), `${value}, not ${expected}`);
const weighted = (losses: number[], weights: number[]) =>
  losses.reduce((sum, loss, r) => sum + loss * weights[r]!, 0) / losses.length;

test("the loss is Σ weight · loss / rows: not divided by the weights' sum, as in Keras", async () => {
  const model = classifier();
  const losses = rowLosses(model, LABELS);
  close((await model.evaluate(X, LABELS, { sampleWeight: WEIGHTS })).loss, weighted(losses, WEIGHTS));
  close(
    (await model.evaluate(X, LABELS)).loss,
    weighted(
      losses,
      LABELS.map(() => 1),
    ),
  );
  close(model.trainOnBatch(X, LABELS, { sampleWeight: WEIGHTS }), weighted(losses, WEIGHTS));
});

test("class weights are sample weights by label: one output, class indices, one-hot rows", async () => {
  const cases: [LossName, number[] | number[][], number[]][] = [
    ["binaryCrossentropy", LABELS, LABELS],
    ["sparseCategoricalCrossentropy", THREE, THREE],
    ["categoricalCrossentropy", THREE.map((k) => [0, 1, 2].map((j) => (j === k ? 1 : 0))), THREE],
  ];
  for (const [loss, y, labels] of cases) {
    const classWeight: Record<number, number> = labels === THREE ? { 0: 0.5, 1: 3, 2: 7 } : { 0: 0.5, 1: 3 };
    const [byClass, byRow] = [classifier(loss), classifier(loss)];
    const first = await byClass.fit(X, y, { epochs: 3, batchSize: 8, classWeight });
    const sampleWeight = labels.map((label) => classWeight[label]!);
    const second = await byRow.fit(X, y, { epochs: 3, batchSize: 8, sampleWeight });
    assert.deepEqual(first.history, second.history);
    assert.deepEqual(byClass.getWeights(), byRow.getWeights());
    assert.notDeepEqual(byClass.getWeights(), await trained(classifier(loss), y));
  }
});

async function trained(model: Model, y: number[] | number[][]) {
  await model.fit(X, y, { epochs: 3, batchSize: 8 });
  return model.getWeights();
}

test("a weight of 0 is as good as a row that is not there, but for the count", () => {
  const sampleWeight = X.map((_, r) => (r < 14 ? 1.5 : 0));
  const [whole, part] = [classifier(), classifier()];
  whole.trainOnBatch(X, LABELS, { sampleWeight });
  part.trainOnBatch(X.slice(0, 14), LABELS.slice(0, 14)); // 1.5 · 14 / 21 = 1
  whole.getWeights().forEach(({ data }, i) => {
    for (let k = 0; k < data.length; k++) close(data[k]!, part.getWeights()[i]!.data[k]!);
  });
});

test("a label that is not quite 0 or 1 is weighed as the class it is nearest", async () => {
  const soft = LABELS.map((label) => (label ? 0.9 : 0.1));
  const classWeight = { 0: 1, 1: 4 };
  const sampleWeight = LABELS.map((label) => (label ? 4 : 1));
  const [a, b] = [classifier(), classifier()];
  assert.equal(a.trainOnBatch(X, soft, { classWeight }), b.trainOnBatch(X, soft, { sampleWeight }));
});

test("in validation sample weights count, class weights do not, as in Keras", async () => {
  const valLoss = async (options: object) => {
    const { history } = await classifier("binaryCrossentropy", 0).fit(X, LABELS, {
      validationSplit: 1 / 3,
      ...options,
    });
    return history["valLoss"]![0]!;
  };
  const losses = rowLosses(classifier("binaryCrossentropy", 0), LABELS).slice(14);
  close(
    await valLoss({}),
    weighted(
      losses,
      losses.map(() => 1),
    ),
  );
  close(
    await valLoss({ classWeight: { 0: 5, 1: 9 } }),
    weighted(
      losses,
      losses.map(() => 1),
    ),
  );
  close(await valLoss({ sampleWeight: WEIGHTS }), weighted(losses, WEIGHTS.slice(14)));
  close(
    await valLoss({
      validationSplit: 0,
      validationData: [X.slice(14), LABELS.slice(14), WEIGHTS.slice(14)],
    }),
    weighted(losses, WEIGHTS.slice(14)),
  );
});

test("weights that make no sense are refused", async () => {
  const refused: [object, RegExp][] = [
    [{ classWeight: { 0: 1 }, sampleWeight: WEIGHTS }, /classWeight or sampleWeight, not both/],
    [{ sampleWeight: WEIGHTS.slice(1) }, /sampleWeight: expected 21 weights, one a row but received 20/],
    [{ sampleWeight: WEIGHTS.map((w, r) => (r === 4 ? Number.NaN : w)) }, /sampleWeight row 4.*NaN/],
    [{ sampleWeight: WEIGHTS.map((w, r) => (r === 4 ? -1 : w)) }, /sampleWeight row 4.*-1/],
    [{ classWeight: { spam: 2 } }, /class indices from 0 to 1 but received "spam"/],
    [{ classWeight: { 0: "2" } }, /classWeight 0.*"2"/],
    [{ classWeight: { 0: 1, 2: 5 } }, /class indices from 0 to 1 but received "2"/],
    [{ classWeight: [1, 5] }, /weights by class index, as \{ 0: 1, 1: 5 \}/],
    [{ classWeight: { 0: 1e39 } }, /classWeight 0: expected a number within the range of float32/],
    [{ sampleWeight: WEIGHTS.map((w, r) => (r === 4 ? 1e39 : w)) }, /sampleWeight row 4.*range of float32/],
    [{ classWeight: { 1: Number.POSITIVE_INFINITY } }, /classWeight 1/],
  ];
  for (const [options, message] of refused) {
    const rejected = (error: unknown) => error instanceof InputError && message.test(error.message);
    await assert.rejects(classifier().fit(X, LABELS, options), rejected, String(message));
  }
  await assert.rejects(
    classifier("sparseCategoricalCrossentropy").fit(X, THREE, { classWeight: { 3: 1 } }),
    /class indices from 0 to 2 but received "3"/,
  );
});

test("class weights are refused where a row is of no one class: values, and several labels", async () => {
  const values = sequential([layers.input({ shape: [X[0]!.length] }), layers.dense({ units: 1 })]);
  values.compile({ loss: "meanSquaredError" });
  const y = LABELS.map((label, r) => (r === 3 ? 0.5 : label));
  await assert.rejects(
    values.fit(X, y, { classWeight: { 0: 1, 1: 2 } }),
    /y row 3: expected targets that are classes.*received 0\.5/,
  );
  await values.fit(X, LABELS, { classWeight: { 0: 1, 1: 2 } });
  const several = sequential([
    layers.input({ shape: [X[0]!.length] }),
    layers.dense({ units: 3, activation: "sigmoid" }),
  ]);
  several.compile({ loss: "binaryCrossentropy" });
  const labels = X.map((_, r) => (r === 5 ? [1, 0, 1] : [0, 1, 0]));
  await assert.rejects(
    several.fit(X, labels, { classWeight: { 1: 2 } }),
    /y row 5.*\[1, 0, 1\].*sampleWeight/,
  );
});
