/** The training loop: which rows it sees in which order, how it ends, and what it leaves behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Callback,
  callbacks,
  type FitOptions,
  InputError,
  layers,
  type Model,
  optimizers,
  sequential,
  TrainingError,
} from "../../src/index.js";

const ROWS = 11;
const X = Array.from({ length: ROWS }, () => [1]);
/** Row r alone has the loss r + 1 while the output is 0. */
const Y = Array.from({ length: ROWS }, (_, r) => Math.sqrt(r + 1));

/** A model whose output is 0 for ever: the losses tell which rows it was given. */
function idle(seed = 1): Model {
  const model = sequential([layers.input({ shape: [1] }), layers.dense({ units: 1 })], { seed });
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 0 }) });
  model.setWeights([[0], [0]]);
  return model;
}

/** The rows in the order in which fit saw them, one a batch, an array an epoch. */
async function rowsSeen(model: Model, options: FitOptions): Promise<number[][]> {
  const epochs: number[][] = [];
  let sum = 0;
  const spy: Callback = {
    onEpochBegin: () => void epochs.push([]),
    onBatchEnd: ({ batch }, { loss }) => {
      if (batch === 1) sum = 0;
      epochs.at(-1)!.push(Math.round(loss! * batch - sum) - 1);
      sum = loss! * batch;
    },
  };
  await model.fit(X, Y, { batchSize: 1, ...options, callbacks: [spy] });
  return epochs;
}

const all = Array.from({ length: ROWS }, (_, r) => r);

test("every epoch sees every row once, in an order of its own; the seed decides which", async () => {
  const model = idle();
  const [first, second] = (await rowsSeen(model, { epochs: 2 })) as [number[], number[]];
  const [third] = await rowsSeen(model, { epochs: 1 });
  for (const epoch of [first, second, third!])
    assert.deepEqual(
      [...epoch].sort((a, b) => a - b),
      all,
    );
  assert.equal(new Set([first, second, third!, all].map(String)).size, 4, "another fit goes on, not back");
  assert.deepEqual(await rowsSeen(idle(), { epochs: 2 }), [first, second]);
  assert.notDeepEqual((await rowsSeen(idle(2), { epochs: 1 }))[0], first);
});

test("without shuffling, rows come as they are; every place is as likely with it", async () => {
  assert.deepEqual(await rowsSeen(idle(), { epochs: 2, shuffle: false }), [all, all]);
  const epochs = await rowsSeen(idle(), { epochs: 400 });
  const firsts = all.map((row) => epochs.filter((epoch) => epoch[0] === row).length);
  // 400 / 11 = 36, standard deviation 5.7.
  for (const count of firsts) assert.ok(Math.abs(count - 36) < 24, `${firsts}`);
});

test("validationSplit takes the last rows, ⌊n · (1 − share)⌋ stay", async () => {
  for (const [share, stay] of [
    [0.2, 8],
    [0.25, 8],
    [0.5, 5],
    [0.05, 10],
  ] as const) {
    const epochs = await rowsSeen(idle(), { epochs: 2, validationSplit: share });
    for (const epoch of epochs)
      assert.deepEqual(
        [...epoch].sort((a, b) => a - b),
        all.slice(0, stay),
      );
    const { history } = await idle().fit(X, Y, { validationSplit: share });
    const rest = all.slice(stay).map((row) => row + 1);
    const expected = rest.reduce((a, b) => a + b) / rest.length;
    assert.ok(Math.abs(history["valLoss"]![0]! - expected) < 1e-5, `${share}`);
  }
});

test("with validationData no row is held out", async () => {
  const { history } = await idle().fit(X, Y, { validationData: [[[1]], [3]] });
  assert.ok(Math.abs(history["loss"]![0]! - 6) < 1e-5);
  assert.ok(Math.abs(history["valLoss"]![0]! - 9) < 1e-5);
});

test("an epoch's loss is the mean over its rows, not over its batches", async () => {
  const { history } = await idle().fit(X, Y, { batchSize: 4, shuffle: false });
  assert.ok(Math.abs(history["loss"]![0]! - 6) < 1e-5);
});

test("0 epochs do nothing and say so", async () => {
  const model = idle();
  assert.deepEqual(await model.fit(X, Y, { epochs: 0 }), { history: {}, epochs: 0, stopped: null });
  assert.equal(model.iterations, 0);
});

// ---- ending early ---------------------------------------------------------------------------------------

const abortAfter = (step: number, controller: AbortController): Callback => ({
  onBatchEnd: (progress) => void (progress.step === step && controller.abort()),
});

test("a signal ends the run after the step, in the middle of an epoch", async () => {
  const model = idle();
  const controller = new AbortController();
  const { stopped, epochs, history } = await model.fit(X, Y, {
    ...{ epochs: 3, batchSize: 2, signal: controller.signal },
    callbacks: [abortAfter(8, controller)],
  });
  assert.equal(model.iterations, 8);
  assert.equal(stopped, "aborted");
  assert.equal(epochs, 1);
  assert.equal(history["loss"]!.length, 1);
});

test("a signal that was given before makes no step", async () => {
  const model = idle();
  const { stopped } = await model.fit(X, Y, { signal: AbortSignal.abort() });
  assert.equal(stopped, "aborted");
  assert.equal(model.iterations, 0);
});

test("what an abort cut short goes on from its state, to the same bits", async () => {
  const fresh = () => {
    const model = sequential(
      [layers.input({ shape: [1] }), layers.dropout({ rate: 0.3 }), layers.dense({ units: 1 })],
      { seed: 4 },
    );
    model.compile({ loss: "meanSquaredError" });
    return model;
  };
  const whole = fresh();
  const expected = await whole.fit(X, Y, { epochs: 3, batchSize: 2 });
  const first = fresh();
  const controller = new AbortController();
  let state: FitOptions["resume"];
  const save: Callback = { onTrainEnd: (progress) => void (state = structuredClone(progress.state())) };
  await first.fit(X, Y, {
    ...{ epochs: 3, batchSize: 2, signal: controller.signal },
    callbacks: [abortAfter(8, controller), save],
  });
  const second = fresh();
  assert.deepEqual(await second.fit(X, Y, { epochs: 3, batchSize: 2, resume: state }), expected);
  assert.deepEqual(second.getWeights(), whole.getWeights());
});

test("an abort is checkpointed at once, however long ago the last checkpoint was", async () => {
  const controller = new AbortController();
  const saved: number[] = [];
  const keep = callbacks.checkpoint((state) => void saved.push(state.optimizer.iterations), 1e6);
  await idle().fit(X, Y, {
    ...{ epochs: 3, batchSize: 2, signal: controller.signal },
    callbacks: [abortAfter(3, controller), keep],
  });
  assert.deepEqual(saved, [3]);
});

test("a state of other data, weights or settings is refused", async () => {
  let state: FitOptions["resume"];
  const save: Callback = { onEpochEnd: (progress) => void (state = structuredClone(progress.state())) };
  await idle().fit(X, Y, { batchSize: 4, callbacks: [save] });
  const base: FitOptions = { epochs: 2, batchSize: 4, resume: state };
  assert.equal((await idle().fit(X, Y, base)).epochs, 2);
  const others: [Model, number[], FitOptions][] = [
    [idle(), Y.map((y) => y + 1), base],
    [idle(2), Y, base],
    [idle(), Y, { ...base, batchSize: 5 }],
    [idle(), Y, { ...base, shuffle: false }],
    [idle(), Y, { ...base, sampleWeight: Y }],
  ];
  for (const [model, y, options] of others) {
    await assert.rejects(model.fit(X, y, options), /same data, model, seed and settings/);
  }
});

/** Steps so long that losses leave the range of float32 at once. */
function exploding(): Model {
  const model = sequential([layers.input({ shape: [1] }), layers.dense({ units: 1, useBias: false })]);
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 1e25 }) });
  model.setWeights([[1]]);
  return model;
}

test("a loss that is no number: the step is told, and the last good weights are back", async () => {
  const model = exploding();
  const error = await model.fit([[1]], [0], { epochs: 50 }).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TrainingError);
  // w: 1, −2e25 (loss 4e50 → ∞ in float32 at step 2).
  assert.match(error.message, /the loss became Infinity at step 2 \(epoch 2, batch 1\)/);
  assert.deepEqual(Array.from(model.getWeights()[0]!.data), [1]);
});

test("weights that the very last step spoils are found", async () => {
  const model = exploding();
  model.learningRate = 3e38;
  const error = await model.fit([[1]], [-1], { epochs: 1 }).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TrainingError);
  assert.match(error.message, /the weights became infinite or NaN at step 1 \(epoch 1, batch 1\)/);
  assert.match(error.message, /The weights from before step 1 are kept/);
  assert.deepEqual(Array.from(model.getWeights()[0]!.data), [1]);
});

test("after such an end the model trains on with a better rate", async () => {
  const model = exploding();
  await assert.rejects(model.fit([[1]], [0], { epochs: 50 }), TrainingError);
  model.learningRate = 0.1;
  const { history } = await model.fit([[1]], [0], { epochs: 20 });
  assert.ok(history["loss"]!.at(-1)! < 0.01);
});

// ---- misuse ---------------------------------------------------------------------------------------------

test("what is wrong with fit's options is said before anything is trained", async () => {
  const refused: [FitOptions, RegExp][] = [
    [{ epoch: 5 } as never, /fit.*"epoch".*Did you mean epochs/],
    [{ epochs: -1 }, /fit epochs: expected a whole number of at least 0/],
    [{ epochs: 1.5 }, /1\.5/],
    [{ batchSize: 0 }, /fit batchSize: expected a whole number of at least 1/],
    [{ validationSplit: 1 }, /rows on both sides of 11/],
    [{ validationSplit: -1 }, /validationSplit: expected a number from 0 to 1/],
    [{ validationSplit: 0.5, validationData: [X, Y] }, /validationData or validationSplit, not both/],
    [{ validationData: [X] as never }, /validationData: expected \[x, y\] or/],
    [{ validationData: [X, Y, Y, Y] as never }, /validationData: expected \[x, y\] or/],
    [{ validationData: [X, Y.map((y, r) => (r === 2 ? 1e39 : y))] }, /validationData y row 2.*Infinity/],
    [{ shuffle: "batch" as never }, /shuffle: expected true or false but received "batch"/],
    [{ shuffle: 0 as never }, /shuffle: expected true or false but received 0/],
    [{ signal: new AbortController() as never }, /signal: expected an AbortSignal/],
    [{ callbacks: callbacks.earlyStopping() as never }, /callbacks: expected a list but received/],
    [{ callbacks: [{ onEpochEnds() {} } as never] }, /"onEpochEnds".*Did you mean onEpochEnd\?/],
    [{ callbacks: [{ onEpochEnd: 5 } as never] }, /a function for onEpochEnd but received 5/],
    [{ onWarning: "loud" as never }, /fit onWarning: expected a function, or null/],
  ];
  for (const [options, message] of refused) {
    const model = idle();
    await assert.rejects(
      model.fit(X, Y, options),
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
    assert.equal(model.iterations, 0);
  }
});

test("what is no finite number is refused by its place, before anything is trained", async () => {
  const spoilt = (row: number, value: number) => X.map((x, r) => (r === row ? [value] : x));
  const refused: [number[][], number[], RegExp][] = [
    [spoilt(3, Number.POSITIVE_INFINITY), Y, /^x row 3: expected finite numbers.*received Infinity/],
    [spoilt(4, -1e39), Y, /^x row 4: expected finite numbers within the range of float32.*-Infinity/],
    [X, Y.map((y, r) => (r === 7 ? Number.NEGATIVE_INFINITY : y)), /^y row 7: .*-Infinity/],
  ];
  for (const [x, y, message] of refused) {
    const model = idle();
    const rejected = (error: unknown) => error instanceof InputError && message.test(error.message);
    await assert.rejects(model.fit(x, y), rejected, String(message));
    assert.throws(() => model.trainOnBatch(x, y), rejected, String(message));
    assert.equal(model.iterations, 0);
  }
  const steps = sequential([layers.input({ shape: [2, 3] }), layers.lstm({ units: 1 })]);
  steps.compile({ loss: "meanSquaredError" });
  const data = Float32Array.from({ length: 12 }, (_, i) => (i === 10 ? Number.POSITIVE_INFINITY : 0));
  await assert.rejects(
    steps.fit({ data, rows: 2, shape: [2, 3] }, [0, 0]),
    /^InputError: x row 1 step 1, position 1: .*Infinity/,
  );
  data[10] = Number.NaN;
  await assert.rejects(
    steps.fit({ data, rows: 2, shape: [2, 3] }, [0, 0]),
    /^InputError: x row 1 step 1, position 1: .*NaN/,
  );
});

test("weights that are no numbers are named, and no learning rate is blamed", async () => {
  const model = idle();
  model.setWeights([[0], [Number.NaN]]);
  await assert.rejects(model.fit(X, Y), (error: Error) => {
    return error instanceof InputError && /weight dense\/bias: .*received NaN/.test(error.message);
  });
});

test("a checkpoint of more epochs than are asked for is refused, of as many it is the result", async () => {
  let state: FitOptions["resume"];
  const save: Callback = { onEpochEnd: (progress) => void (state = structuredClone(progress.state())) };
  const whole = await idle().fit(X, Y, { epochs: 2, callbacks: [save] });
  assert.deepEqual(await idle().fit(X, Y, { epochs: 2, resume: state! }), whole);
  await assert.rejects(
    idle().fit(X, Y, { epochs: 1, resume: state! }),
    /at most 1 epochs.*received "2 epochs"/,
  );
});

test("a model that is not compiled says what to do", async () => {
  const model = sequential([layers.input({ shape: [1] }), layers.dense({ units: 1 })]);
  await assert.rejects(model.fit(X, Y), /Call compile\(\{ loss \}\) first/);
  await assert.rejects(model.evaluate(X, Y), /compile/);
  assert.equal(model.predict(X).length, ROWS);
});

test("two fits at once are refused, one after the other not", async () => {
  const model = idle();
  const first = model.fit(X, Y, { epochs: 2 });
  await assert.rejects(model.fit(X, Y), /one fit at a time/);
  await first;
  assert.equal((await model.fit(X, Y)).epochs, 1);
});
