/** Callbacks: Keras's decisions epoch by epoch, best weights, order of calls, state, complaints. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type Callback,
  callbacks,
  type FitOptions,
  InputError,
  type Logs,
  layers,
  type Model,
  optimizers,
  sequential,
} from "../../src/index.js";

const X = Array.from({ length: 6 }, (_, r) => [r / 6]);
const Y = X.map(([x]) => 2 * x! + 1);

function regression(): Model {
  const model = sequential([layers.input({ shape: [1] }), layers.dense({ units: 1 })], { seed: 2 });
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 0.1 }) });
  return model;
}

/** Puts made-up values in place of a metric; named, so that it is called in its place among those with state. */
const scripted = (metric: string, values: readonly (number | null)[]): Callback => ({
  name: "scripted",
  onEpochEnd: ({ epoch }, logs) => void (logs[metric] = values[epoch] ?? Number.NaN),
});

const fit = (model: Model, options: FitOptions) => model.fit(X, Y, { batchSize: 2, ...options });

// ---- Keras's own decisions ------------------------------------------------------------------------------

interface KerasCase {
  values: string;
  monitor: "val_loss" | "val_accuracy";
  mode: "min" | "max";
  patience: number;
  min_delta: number;
}
interface Vectors {
  sequences: Record<string, (number | null)[]>;
  earlyStopping: (KerasCase & { epochs: number; best: number })[];
  reduceOnPlateau: (KerasCase & { factor: number; cooldown: number; min_lr: number; rates: number[] })[];
}
// The compiled test lies in dist/tests/train.
const file = new URL("../../../tests/train/golden/callbacks.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;

const ours = ({ monitor, mode, patience, min_delta }: KerasCase) => ({
  monitor: monitor === "val_loss" ? "valLoss" : "valAccuracy",
  ...{ mode, patience, minDelta: min_delta },
});

test("EarlyStopping stops in the epoch in which Keras stops, with the same best epoch", async () => {
  assert.ok(vectors.earlyStopping.length > 40);
  for (const given of vectors.earlyStopping) {
    const values = vectors.sequences[given.values]!;
    const early = callbacks.earlyStopping(ours(given));
    const list = [scripted(ours(given).monitor, values), early];
    const { epochs } = await fit(regression(), { epochs: values.length, callbacks: list });
    const { bestEpoch } = early;
    assert.deepEqual(
      { epochs, bestEpoch },
      { epochs: given.epochs, bestEpoch: given.best + 1 },
      JSON.stringify(given),
    );
  }
});

test("ReduceLearningRateOnPlateau sets Keras's rate after every epoch", async () => {
  assert.ok(vectors.reduceOnPlateau.length > 100);
  for (const given of vectors.reduceOnPlateau) {
    const { factor, cooldown, min_lr: minLearningRate } = given;
    const values = vectors.sequences[given.values]!;
    const rates: number[] = [];
    await fit(regression(), {
      epochs: values.length,
      callbacks: [
        scripted(ours(given).monitor, values),
        callbacks.reduceLearningRateOnPlateau({ ...ours(given), factor, cooldown, minLearningRate }),
        { onEpochEnd: ({ model }) => void rates.push(model.learningRate) },
      ],
    });
    rates.forEach((rate, epoch) => {
      const expected = given.rates[epoch]!;
      assert.ok(
        Math.abs(rate - expected) < 1e-6 * expected,
        `epoch ${epoch}: ${rate} ${JSON.stringify(given)}`,
      );
    });
  }
});

test("logs hold the rate that the epoch was trained with", async () => {
  const plateau = callbacks.reduceLearningRateOnPlateau({
    monitor: "loss",
    patience: 0,
    minDelta: 100,
    factor: 0.5,
  });
  const { history } = await fit(regression(), { epochs: 3, callbacks: [plateau] });
  assert.deepEqual(history["learningRate"], [0.1, 0.1, 0.05]);
});

// ---- best weights ---------------------------------------------------------------------------------------

/** Weights as they were at the end of every epoch. */
const recorder = (into: Float32Array[]): Callback => ({
  onEpochEnd: ({ model }) => void into.push(model.weightSnapshot()),
});

test("the best epoch's weights come back however training ends", async () => {
  const controller = new AbortController();
  const endings: Record<string, FitOptions> = {
    "out of patience": { epochs: 9 },
    "out of epochs": { epochs: 4 },
    aborted: {
      epochs: 9,
      signal: controller.signal,
      callbacks: [
        { onBatchEnd: ({ epoch, batch }) => void (epoch === 3 && batch === 1 && controller.abort()) },
      ],
    },
    stopped: {
      epochs: 9,
      callbacks: [{ onBatchEnd: ({ epoch, stop }) => void (epoch === 3 && stop("enough")) }],
    },
  };
  for (const [ending, { callbacks: more = [], ...options }] of Object.entries(endings)) {
    const model = regression();
    const seen: Float32Array[] = [];
    const early = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
    const script = scripted("valLoss", [0.5, 0.3, 0.4, 0.4, 0.4, 0.4]);
    await fit(model, { ...options, callbacks: [script, early, recorder(seen), ...more] });
    assert.equal(early.bestEpoch, 2, ending);
    assert.deepEqual(model.weightSnapshot(), seen[1], ending);
    assert.notDeepEqual(seen[1], seen.at(-1), ending);
  }
});

test("a tie breaker decides where the watched metric is equal, and is kept for a resumed run", async () => {
  const run = async (values: number[], losses: number[]) => {
    const early = callbacks.earlyStopping({
      monitor: "valF1",
      mode: "max",
      patience: 2,
      tieBreaker: "valLoss",
    });
    const scripts = [scripted("valF1", values), scripted("valLoss", losses)];
    const { epochs } = await fit(regression(), { epochs: 9, callbacks: [...scripts, early] });
    return { epochs, best: early.bestEpoch, early };
  };
  // The second and third are equal to the best: the loss falls, then rises; the fourth is worse, however low its loss.
  const { epochs, best, early } = await run([0.5, 0.5, 0.5, 0.4], [0.9, 0.7, 0.8, 0.1]);
  assert.deepEqual({ epochs, best }, { epochs: 4, best: 2 });
  assert.deepEqual(early.state().values, { best: 0.5, wait: 2, bestEpoch: 2, tieBreaker: 0.7 });
  // A better one counts with a higher loss, which is then the one to beat.
  assert.equal((await run([0.5, 0.6, 0.6, 0.6, 0.6], [0.1, 0.9, 0.8, 0.9, 0.9])).best, 3);
  const again = callbacks.earlyStopping({ monitor: "valF1", tieBreaker: "valLoss" });
  again.restore(early.state());
  assert.deepEqual(again.state(), early.state());
});

test("without restoreBestWeights the last weights stay", async () => {
  const model = regression();
  const seen: Float32Array[] = [];
  const early = callbacks.earlyStopping({ patience: 1, restoreBestWeights: false });
  await fit(model, { epochs: 9, callbacks: [scripted("valLoss", [0.5, 0.6, 0.7]), early, recorder(seen)] });
  assert.equal(seen.length, 2);
  assert.deepEqual(model.weightSnapshot(), seen[1]);
});

test("a second fit starts the callbacks afresh", async () => {
  const model = regression();
  const early = callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
  const run = async (values: number[]) => {
    const { epochs } = await fit(model, { epochs: 9, callbacks: [scripted("valLoss", values), early] });
    return { epochs, best: early.bestEpoch };
  };
  assert.deepEqual(await run([0.1, 0.2, 0.3]), { epochs: 3, best: 1 });
  // Worse throughout than the first run's best, and yet getting better.
  assert.deepEqual(await run([0.9, 0.8, 0.9, 0.9]), { epochs: 4, best: 2 });
});

test("the reason for stopping is told", async () => {
  const early = callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
  const { stopped } = await fit(regression(), {
    epochs: 9,
    callbacks: [scripted("valLoss", [0.5, 0.6, 0.6]), early],
  });
  assert.equal(stopped, "no improvement for 2 epochs; the best was epoch 1");
});

// ---- the order of things --------------------------------------------------------------------------------

test("callbacks are called in order, with where training is", async () => {
  const events: string[] = [];
  const spy = (who: string, name?: string): Callback => ({
    ...(name && { name }),
    onTrainBegin: ({ epochs, batches, batchSize }) =>
      void events.push(`${who} begin ${epochs} epochs of ${batches} × ${batchSize}`),
    onEpochBegin: ({ epoch, batch }) => void events.push(`${who} epoch ${epoch} batch ${batch}`),
    // Asynchronous ones are waited for.
    onBatchEnd: async ({ epoch, batch, step }, { loss }) => {
      await null;
      events.push(`${who} ${epoch}.${batch} step ${step} ${Number.isFinite(loss)}`);
    },
    onEpochEnd: async ({ epoch, batch, step }, logs) => {
      await null;
      events.push(`${who} ended ${epoch}.${batch} step ${step}: ${Object.keys(logs).join(" ")}`);
    },
    onTrainEnd: ({ step }) => void events.push(`${who} end ${step}`),
  });
  const plain = spy("plain");
  await fit(regression(), {
    epochs: 2,
    batchSize: 4,
    validationSplit: 0.2,
    callbacks: [plain, spy("named", "n")],
  });
  const logs = "loss valLoss learningRate";
  const both = (what: string) => [`plain ${what}`, `named ${what}`];
  assert.deepEqual(events, [
    ...both("begin 2 epochs of 1 × 4"),
    ...both("epoch 0 batch 0"),
    ...both("0.1 step 1 true"),
    // Those with a name may steer and come first, so that a checkpoint holds what they decided.
    `named ended 0.1 step 1: ${logs}`,
    `plain ended 0.1 step 1: ${logs}`,
    ...both("epoch 1 batch 0"),
    ...both("1.1 step 2 true"),
    `named ended 1.1 step 2: ${logs}`,
    `plain ended 1.1 step 2: ${logs}`,
    ...both("end 2"),
  ]);
});

test("what a callback throws ends the run and reaches the caller", async () => {
  const model = regression();
  const failing: Callback = {
    onBatchEnd: () => {
      throw new Error("the disk is full");
    },
  };
  await assert.rejects(fit(model, { epochs: 3, callbacks: [failing] }), /the disk is full/);
  assert.equal(model.iterations, 1);
  await fit(model, { epochs: 1 });
});

test("two callbacks of one kind keep a state each over a resume", async () => {
  const pair = () => [
    callbacks.earlyStopping({ monitor: "loss", patience: 50 }),
    callbacks.earlyStopping({ monitor: "learningRate", mode: "max", patience: 50 }),
  ];
  let state: FitOptions["resume"];
  await fit(regression(), {
    epochs: 2,
    callbacks: [...pair(), { onEpochEnd: (progress) => void (state = structuredClone(progress.state())) }],
  });
  const [first, second] = pair();
  await fit(regression(), { epochs: 2, callbacks: [first!, second!], resume: state });
  assert.deepEqual([first!.bestEpoch, second!.bestEpoch], [2, 1]);
});

test("a run that early stopping had ended stays ended when it is resumed", async () => {
  const model = regression();
  const script = () => scripted("valLoss", [0.5, 0.4, 0.6, 0.6, 0.1]);
  const list = () => [script(), callbacks.earlyStopping({ patience: 2, restoreBestWeights: true })];
  let state: FitOptions["resume"];
  const save: Callback = { onEpochEnd: (progress) => void (state = structuredClone(progress.state())) };
  const whole = await fit(model, { epochs: 9, callbacks: [...list(), save] });
  const again = regression();
  assert.deepEqual(await fit(again, { epochs: 9, callbacks: list(), resume: state }), whole);
  assert.deepEqual(again.weightSnapshot(), model.weightSnapshot());
});

test("options are checked where the callback is made", () => {
  const refused: [() => unknown, RegExp][] = [
    [() => callbacks.earlyStopping({ patiance: 2 } as never), /earlyStopping.*Did you mean patience/],
    [() => callbacks.earlyStopping({ patience: -1 }), /patience/],
    [() => callbacks.earlyStopping({ minDelta: "0" as never }), /minDelta/],
    [() => callbacks.earlyStopping({ mode: "minimum" as never }), /mode: expected one of auto, min, max/],
    [() => callbacks.reduceLearningRateOnPlateau({ factor: 1 }), /factor: expected a number below 1/],
    [() => callbacks.reduceLearningRateOnPlateau({ cooldwn: 1 } as never), /Did you mean cooldown/],
    [() => callbacks.reduceLearningRateOnPlateau({ minLearningRate: -1 }), /minLearningRate/],
  ];
  for (const [make, message] of refused) {
    assert.throws(
      make,
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
  }
});

test("a metric that the run has not got is refused by name", async () => {
  const monitor = (name: string) =>
    fit(regression(), { epochs: 1, callbacks: [callbacks.earlyStopping({ monitor: name })] });
  await assert.rejects(monitor("valLoss"), /a metric of this run: loss, learningRate.*validationData/);
  await assert.rejects(monitor("los"), /Did you mean loss\?/);
  const validated = (name: string): Promise<{ history: Record<string, number[]> }> =>
    fit(regression(), {
      ...{ epochs: 1, validationSplit: 0.5 },
      callbacks: [callbacks.earlyStopping({ monitor: name })],
    });
  await assert.rejects(validated("val_loss"), /Did you mean valLoss\?/);
});

test("without a monitor named, the validation loss is watched, or the loss where there is none", async () => {
  const values = (logs: Logs) => logs["valLoss"] ?? logs["loss"];
  for (const validationSplit of [0, 0.5]) {
    const seen: number[] = [];
    const early = callbacks.earlyStopping({ patience: 99, restoreBestWeights: true });
    await fit(regression(), {
      ...{ epochs: 4, validationSplit },
      callbacks: [early, { onEpochEnd: (_, logs) => void seen.push(values(logs)!) }],
    });
    assert.equal(early.bestEpoch, seen.indexOf(Math.min(...seen)) + 1);
  }
});

// ---- checkpoints ----------------------------------------------------------------------------------------

test("checkpoints are timed by a clock that nobody can set back", async (t) => {
  const saved: string[] = [];
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  let day = Date.UTC(2030, 0, 1);
  t.mock.method(Date, "now", () => day);
  const clocks = {
    onBatchEnd() {
      now += 4000;
      day -= 86_400_000;
    },
  };
  const keep = callbacks.checkpoint(({ epoch, batch }) => void saved.push(`${epoch}.${batch}`), 10);
  const rows = Array.from({ length: 12 }, (_, r) => [r]);
  await regression().fit(rows, rows, { epochs: 1, batchSize: 1, callbacks: [clocks, keep] });
  assert.deepEqual(saved, ["0.3", "0.6", "0.9", "0.12", "1.0"]);
});

test("a checkpoint that cannot be saved is told of, and the last is tried again at the end", async () => {
  const kept: (readonly [number, Float32Array])[] = [];
  const told: string[] = [];
  let full = true;
  const keep = callbacks.checkpoint(
    ({ epoch, weights }) => {
      if (full) throw new Error("no space");
      kept.push([epoch, weights]);
    },
    1000,
    (error, failures) => void told.push(`${failures} ${(error as Error).message}`),
  );
  const model = regression();
  const last: Float32Array[] = [];
  const early = callbacks.earlyStopping({
    monitor: "loss",
    patience: 9,
    minDelta: 100,
    restoreBestWeights: true,
  });
  const room = { onTrainEnd: () => void (full = false) };
  await fit(model, { epochs: 3, callbacks: [early, recorder(last), room, keep] });
  assert.deepEqual(told, ["1 no space", "2 no space", "3 no space"]);
  // The state of the last epoch, not the best weights that early stopping went back to.
  assert.deepEqual(kept, [[3, last[2]!]]);
  assert.deepEqual(model.weightSnapshot(), last[0]);
});

test("a checkpoint without a function, or an interval that is none, is refused", () => {
  assert.throws(() => callbacks.checkpoint(undefined as never), /checkpoint save: expected a function/);
  assert.throws(() => callbacks.checkpoint(() => {}, Number.NaN), /everySeconds: expected a number/);
});
