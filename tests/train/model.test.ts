/** A model over its life: plans that share memory, compile and freeze, built late, used in between, disposed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { direct } from "../../src/engines/engine.js";
import {
  type Callback,
  callbacks,
  InputError,
  layers,
  type Model,
  optimizers,
  sequential,
} from "../../src/index.js";
import { trainerOf } from "../../src/model/model.js";

const ids = (rows: number, steps: number, offset = 0) =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: steps }, (_, t) => 1 + ((r * 5 + t * 3 + offset) % 8)),
  );
const labels = (rows: number) => Array.from({ length: rows }, (_, r) => r % 2);

/** Any number of steps, dropout, a folded embedding in inference. */
function text(seed = 1): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }),
      layers.lstm({ units: 5, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );
  model.compile({ loss: "binaryCrossentropy", optimizer: optimizers.adam({ learningRate: 0.05 }) });
  return model;
}

/** The same weights in a model that has never done anything else. */
function twin(model: Model): Model {
  const other = text();
  other.setWeights(model.getWeights());
  return other;
}

// ---- plans ----------------------------------------------------------------------------------------------

test("predictions do not depend on the batch size, to the bit", () => {
  const model = text();
  const x = ids(70, 6);
  const expected = model.predict(x, { batchSize: 70 });
  for (const batchSize of [1, 5, 16, 17, 33, 256])
    assert.deepEqual(model.predict(x, { batchSize }), expected);
});

test("an evaluation does not depend on the batch size, and is that of the predictions", async () => {
  const model = text();
  const [x, y] = [ids(70, 6), labels(70)];
  const p = model.predict(x).map((out) => (out as number[])[0]!);
  const expected = p.reduce((sum, q, r) => sum - Math.log(y[r] ? q : 1 - q), 0) / 70;
  for (const batchSize of [1, 16, 33, 256]) {
    const { loss, accuracy } = await model.evaluate(x, y, { batchSize });
    assert.ok(Math.abs(loss - expected) < 1e-6);
    assert.equal(accuracy, p.filter((q, r) => q > 0.5 === (y[r] === 1)).length / 70);
  }
});

test("more plans than are kept, in any order, interleaved with training: each as if it were alone", () => {
  const model = text();
  for (let round = 0; round < 3; round++) {
    for (let steps = 1; steps <= 15; steps++) {
      const rows = 1 + ((steps * 7 + round) % 20);
      model.trainOnBatch(ids(rows, steps), labels(rows));
      const x = ids(1 + (steps % 4), 16 - steps, round);
      assert.deepEqual(model.predict(x), twin(model).predict(x), `round ${round}, ${steps} steps`);
    }
  }
});

test("plans take turns in one memory: its size is that of the largest, however many there were", () => {
  const model = text();
  const largest = () => model.trainOnBatch(ids(40, 30), labels(40));
  largest();
  const bytes = direct(trainerOf(model).network.runtime.engine).buffer.byteLength;
  for (let steps = 1; steps < 30; steps++) {
    model.trainOnBatch(ids(8, steps), labels(8));
    model.predict(ids(20, steps));
  }
  largest();
  model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });
  largest();
  assert.equal(direct(trainerOf(model).network.runtime.engine).buffer.byteLength, bytes);
});

test("what derives from the weights is made anew whenever they change", async () => {
  const model = text();
  const x = ids(3, 5);
  const same = () => assert.deepEqual(model.predict(x), twin(model).predict(x));
  const before = model.predict(x);
  same();
  model.trainOnBatch(x, labels(3));
  same();
  const snapshot = model.weightSnapshot();
  await model.fit(x, labels(3), { epochs: 2 });
  same();
  model.restoreWeights(snapshot);
  same();
  model.setWeights(model.getWeights().map(({ data }) => data.map((w) => w / 2)));
  same();
  model.predict(ids(9, 2));
  same();
  assert.notDeepEqual(model.predict(x), before);
});

test("whoever predicts and evaluates during training does not change it", async () => {
  const [x, y] = [ids(40, 6), labels(40)];
  const [alone, watched] = [text(), text()];
  const options = { epochs: 3, batchSize: 9, validationSplit: 0.25 };
  const watch: Callback = {
    onBatchEnd: async ({ model, batch }) => {
      model.predict(ids(2 + batch, 3));
      await model.evaluate(x, y, { batchSize: 11 });
      model.gradients(x.slice(0, 3), y.slice(0, 3));
    },
  };
  const expected = await alone.fit(x, y, options);
  assert.deepEqual((await watched.fit(x, y, { ...options, callbacks: [watch] })).history, expected.history);
  assert.deepEqual(watched.getWeights(), alone.getWeights());
});

test("gradients leaves weights and optimizer as they are, trainOnBatch does not", () => {
  const model = text();
  const [x, y] = [ids(4, 5), labels(4)];
  const before = model.getWeights();
  const { loss, gradients } = model.gradients(x, y);
  assert.deepEqual(model.getWeights(), before);
  assert.equal(model.iterations, 0);
  assert.deepEqual(
    gradients.map(({ name }) => name),
    before.map(({ name }) => name),
  );
  assert.equal(model.trainOnBatch(x, y), loss, "the loss is that before the step");
  assert.equal(model.iterations, 1);
  assert.notDeepEqual(model.getWeights(), before);
});

// ---- compile, freeze ------------------------------------------------------------------------------------

test("compiling again starts the optimizer afresh and keeps the weights", async () => {
  const [model, other] = [text(), text()];
  const [x, y] = [ids(8, 5), labels(8)];
  await model.fit(x, y, { epochs: 3 });
  const weights = model.getWeights();
  const p = model.predict(x);
  model.compile({ loss: "meanSquaredError", optimizer: "rmsprop" });
  assert.equal(model.iterations, 0);
  assert.ok(model.optimizerState().slots.every((slot) => slot.every((value) => value === 0)));
  assert.deepEqual(model.getWeights(), weights);
  assert.deepEqual(model.predict(x), p);
  other.compile({ loss: "meanSquaredError", optimizer: "rmsprop" });
  other.setWeights(weights);
  const continued = await model.fit(x, y, { epochs: 2 });
  assert.deepEqual(continued.history, (await other.fit(x, y, { epochs: 2 })).history);
});

test("the optimizer's state comes back to the bit", async () => {
  const [x, y] = [ids(8, 5), labels(8)];
  for (const optimizer of [
    optimizers.sgd({ momentum: 0.9, nesterov: true }),
    optimizers.rmsprop({ momentum: 0.5, centered: true }),
    optimizers.adam({ amsgrad: true }),
    optimizers.adamw(),
  ]) {
    const [model, other] = [text(), text()];
    for (const each of [model, other]) each.compile({ loss: "binaryCrossentropy", optimizer });
    await model.fit(x, y, { epochs: 3 });
    model.learningRate = 0.003;
    other.setWeights(model.getWeights());
    other.setOptimizerState(model.optimizerState());
    assert.deepEqual(await other.fit(x, y, { epochs: 2 }), await model.fit(x, y, { epochs: 2 }));
    assert.deepEqual(other.getWeights(), model.getWeights(), optimizer.name);
  }
});

/** Two dense layers, the first frozen or not, both with a penalty. */
function regularized(trainable: boolean): Model {
  const kernelRegularizer = { l2: 0.5 };
  const model = sequential(
    [
      layers.input({ shape: [2] }),
      layers.dense({ units: 3, trainable, kernelRegularizer }),
      layers.dense({ units: 1, kernelRegularizer }),
    ],
    { seed: 6 },
  );
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.adam({ globalClipnorm: 0.1 }) });
  return model;
}
const X = [
  [1, 2],
  [3, 4],
  [-1, 0.5],
];
const Y = [1, 0, 2];

test("a frozen layer keeps its weights to the bit and costs no penalty, as in Keras", async () => {
  const [frozen, free] = [regularized(false), regularized(true)];
  const sumSquares = (i: number) => frozen.getWeights()[i]!.data.reduce((sum, w) => sum + w * w, 0);
  const [first, last] = [sumSquares(0) / 2, sumSquares(2) / 2];
  const mse = frozen.predict(X).reduce((sum, p, r) => sum + ((p as number[])[0]! - Y[r]!) ** 2, 0) / 3;
  const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-5, `${value}`);
  near((await frozen.evaluate(X, Y)).loss, mse + last);
  near((await free.evaluate(X, Y)).loss, mse + first + last);
  const before = frozen.getWeights();
  await frozen.fit(X, Y, { epochs: 3 });
  const after = frozen.getWeights();
  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
  assert.notDeepEqual(after[2], before[2]);
  assert.notDeepEqual(after[3], before[3]);
  assert.equal(frozen.optimizerState().slots.length, 4);
  assert.equal(free.optimizerState().slots.length, 8);
});

test("freezing and thawing count from the next compile; training in between is refused", async () => {
  const model = regularized(true);
  await model.fit(X, Y);
  model.layers[0]!.trainable = false;
  await assert.rejects(
    model.fit(X, Y),
    /Dense dense: expected the trainable .* but received false.*compile again/,
  );
  assert.equal(model.optimizerState().slots.length, 8, "the state is still that of the programs");
  assert.equal(model.predict(X).length, 3);
  model.compile({ loss: "meanSquaredError" });
  const before = model.getWeights();
  await model.fit(X, Y);
  assert.deepEqual(model.getWeights()[0], before[0]);
  model.layers[0]!.trainable = true;
  model.compile({ loss: "meanSquaredError" });
  await model.fit(X, Y);
  assert.notDeepEqual(model.getWeights()[0], before[0]);
});

test("everything frozen: training runs and changes nothing", async () => {
  const model = regularized(false);
  model.layers[1]!.trainable = false;
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ clipnorm: 1 }) });
  const before = model.getWeights();
  const { history } = await model.fit(X, Y, { epochs: 2 });
  assert.deepEqual(model.getWeights(), before);
  assert.equal(history["loss"]![0], history["loss"]![1]);
});

test("optimizer options: as Keras, clipnorm 0 is none; senseless ones are refused", () => {
  const step = (options: Parameters<typeof optimizers.sgd>[0]) => {
    const model = regularized(true);
    model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd(options) });
    model.trainOnBatch(X, Y);
    return model.getWeights();
  };
  assert.deepEqual(step({ clipnorm: 0 }), step({}));
  assert.notDeepEqual(step({ clipnorm: 1e-3 }), step({}));
  const refused: [() => unknown, RegExp][] = [
    [() => optimizers.adam({ learningRate: -1 }), /learningRate: expected a number/],
    [() => optimizers.adam({ learningRate: "0.1" as never }), /"0\.1"/],
    [() => optimizers.adam({ beta1: 1 }), /beta1: expected a number below 1/],
    [() => optimizers.adam({ amsgrad: 1 as never }), /amsgrad: expected true or false/],
    [() => optimizers.adam({ epsilon: null as never }), /epsilon/],
    [() => optimizers.sgd({ momentum: 1.5 }), /momentum/],
    [() => optimizers.sgd({ clipnorm: 1, clipvalue: 1 }), /one of clipnorm, clipvalue/],
    [() => optimizers.rmsprop({ rh: 0.5 } as never), /Did you mean rho/],
    [() => void (regularized(true).learningRate = Number.NaN), /learningRate/],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

// ---- weights --------------------------------------------------------------------------------------------

test("setWeights takes all or nothing, and shapes count", () => {
  const model = regularized(true);
  const before = model.getWeights();
  const ones = before.map(({ data }) => data.map(() => 1));
  const swapped = before.map(({ name, data, shape }) => ({ name, data, shape: [...shape].reverse() }));
  const refused: [Parameters<Model["setWeights"]>[0], RegExp][] = [
    [ones.slice(1), /4 arrays \(dense\/kernel, dense\/bias/],
    [[...ones.slice(0, 3), new Float32Array(2)], /dense_1\/bias: expected 1 numbers of shape \[1\]/],
    [swapped, /dense\/kernel: expected 6 numbers of shape \[2, 3\] but received "shape \[3, 2\]"/],
  ];
  for (const [values, message] of refused) {
    assert.throws(() => model.setWeights(values), message);
    assert.deepEqual(model.getWeights(), before);
  }
  assert.throws(() => model.restoreWeights(new Float32Array(3)), /a snapshot of 13 numbers/);
  model.setWeights(ones);
  assert.ok(model.weightSnapshot().every((w) => w === 1));
});

// ---- built late -----------------------------------------------------------------------------------------

test("a model without an input shape is built by its first data, by fit or predict, compiled before or after", async () => {
  const late = () => sequential([layers.gru({ units: 2 }), layers.dense({ units: 1 })], { seed: 5 });
  const early = sequential(
    [layers.input({ shape: [2, 3] }), layers.gru({ units: 2 }), layers.dense({ units: 1 })],
    {
      seed: 5,
    },
  );
  early.compile({ loss: "meanSquaredError" });
  const x = [0, 1, 2].map((r) => [
    [r, 1, 2],
    [3, r, 4],
  ]);
  const expected = await early.fit(x, Y, { epochs: 2 });
  const [fitted, predicted, declared] = [late(), late(), late()];
  fitted.compile({ loss: "meanSquaredError" });
  predicted.predict(x);
  declared.build([2, 3]);
  for (const model of [predicted, declared]) model.compile({ loss: "meanSquaredError" });
  for (const model of [fitted, predicted, declared]) {
    assert.deepEqual((await model.fit(x, Y, { epochs: 2 })).history, expected.history);
    assert.deepEqual(model.getWeights(), early.getWeights());
  }
  assert.throws(() => fitted.predict([[[1, 2, 3]]]), /rows of shape \[2, 3\]/);
});

test("data that cannot build the model leaves it unbuilt", () => {
  const model = sequential([layers.gru({ units: 2 })]);
  assert.throws(() => model.predict([[1, 2, 3]]), /a sequence \[steps, features\]/);
  assert.equal(model.isBuilt, false);
  assert.equal(model.predict([[[1], [2]]]).length, 1);
});

// ---- the end --------------------------------------------------------------------------------------------

test("a disposed model refuses, instead of answering with fresh weights", async () => {
  const model = text();
  model.predict(ids(1, 3));
  model.dispose();
  model.dispose();
  assert.throws(() => model.predict(ids(1, 3)), /disposed/);
  await assert.rejects(model.fit(ids(1, 3), [0]), /disposed/);
});

// ---- what is given ----------------------------------------------------------------------------------------

test("what is no state, no weights and no shape is refused, and nothing is changed", () => {
  const model = sequential([layers.input({ shape: [2] }), layers.dense({ units: 1 })], { seed: 1 });
  model.compile({ loss: "meanSquaredError" });
  model.trainOnBatch([[1, 2]], [1]);
  const state = model.optimizerState();
  const calls: [(given: never) => unknown, readonly unknown[]][] = [
    [(given) => model.setWeights(given), [undefined, null, 5, "ab", {}, [null, null], [["a", "b"], [1]]]],
    [(given) => model.restoreWeights(given), [undefined, null, 5, [1, 2, 3], new Float32Array(2)]],
    [(given) => model.weightSnapshot(given), [null, 5, [], new Float32Array(2)]],
    [(given) => model.setOptimizerState(given), [undefined, null, 5, "x", {}, { slots: null }]],
    [(given) => model.setOptimizerState({ ...state, slots: given }), [null, [], state.slots.map(() => null)]],
    [(given) => model.setOptimizerState({ ...state, iterations: given }), [undefined, -1, 0.5, "1"]],
    [(given) => model.setOptimizerState({ ...state, learningRate: given }), [undefined, -1, Number.NaN, "1"]],
    [(given) => model.build(given), [undefined, null, 5, "x", [3], [2, 2], [-1], ["2"]]],
    [(given) => model.trainOnBatch([[1, 2]], [1], given), [null, 5, { batchSize: 1 }]],
    [(given) => model.gradients([[1, 2]], [1], given), [null, 5, { batchSize: 1 }]],
    [(given) => callbacks.checkpoint(given), [undefined, null, {}]],
    [(given) => callbacks.earlyStopping({ monitor: given }), [null, 5]],
  ];
  const weights = model.getWeights();
  for (const [call, values] of calls) {
    for (const value of values) assert.throws(() => call(value as never), InputError, `${call} ${value}`);
  }
  assert.deepEqual(model.getWeights(), weights);
  assert.deepEqual(model.optimizerState(), state);
  model.build([2]);
});
