/** While a fit runs, nothing but its own callbacks changes the model; measuring is right or refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Callback,
  type FitOptions,
  InputError,
  layers,
  type Model,
  sequential,
  TextClassifier,
} from "../../src/index.js";
import { writeKeras } from "../../src/keras.js";

const X = Array.from({ length: 40 }, (_, r) => Array.from({ length: 5 }, (_, t) => (r * 7 + t * 13) % 9));
const Y = X.map((row) => row[0]! % 2);

function network(): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 4 }),
      layers.lstm({ units: 4, dropout: 0.2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3, engine: "reference" },
  );
  model.compile({ loss: "binaryCrossentropy" });
  return model;
}

const OPTIONS: FitOptions = { epochs: 3, batchSize: 8, validationSplit: 0.2 };

/** What changes a model, and whether callbacks may do it too. */
const CHANGES: [name: string, change: (model: Model) => unknown, inCallbacks: boolean][] = [
  ["compile", (model) => model.compile({ loss: "meanSquaredError", optimizer: "sgd" }), false],
  ["trainOnBatch", (model) => model.trainOnBatch(X.slice(0, 4), Y.slice(0, 4)), false],
  ["setOptimizerState", (model) => model.setOptimizerState(model.optimizerState()), false],
  ["build", (model) => model.build([5]), false],
  ["dispose", (model) => model.dispose(), false],
  ["fit", (model) => model.fit(X, Y), false],
  ["setWeights", (model) => model.setWeights(model.getWeights()), true],
  ["restoreWeights", (model) => model.restoreWeights(model.weightSnapshot()), true],
  [
    "learningRate",
    (model) => {
      model.learningRate = 0.5;
    },
    true,
  ],
  ["evaluate", (model) => model.evaluate(X, Y), true],
];

const refusal = (error: unknown) =>
  error instanceof InputError && /no fit to be running|one fit at a time/.test(error.message);

describe("from outside, while a fit runs", () => {
  for (const [name, change] of CHANGES) {
    test(`${name} is refused, and the run goes on as if nothing had been`, async () => {
      const [model, alone] = [network(), network()];
      const expected = await alone.fit(X, Y, OPTIONS);
      // Outside is where a callback's promise has not been made yet: a turn of another.
      let refused = 0;
      const run = model.fit(X, Y, OPTIONS);
      await assert.rejects(
        async () => change(model),
        (error) => refusal(error) && ++refused > 0,
      );
      assert.deepEqual(await run, expected);
      assert.equal(refused, 1);
      assert.deepEqual(model.weightSnapshot(), alone.weightSnapshot());
      // Once it is done all is as it was.
      await change(model);
    });
  }
});

describe("in a callback of the fit", () => {
  for (const [name, change, allowed] of CHANGES) {
    test(`${name} is ${allowed ? "done" : "refused"}`, async () => {
      const model = network();
      let calls = 0;
      const steer: Callback = {
        async onEpochEnd() {
          calls++;
          if (allowed) await change(model);
          else await assert.rejects(async () => change(model), refusal);
        },
      };
      const { epochs } = await model.fit(X, Y, { ...OPTIONS, callbacks: [steer] });
      assert.deepEqual([epochs, calls], [3, 3]);
    });
  }

  test("the model may be asked and saved: nothing of the run changes", async () => {
    const [model, alone] = [network(), network()];
    const expected = await alone.fit(X, Y, OPTIONS);
    const ask: Callback = {
      onBatchEnd: async () => {
        model.predict(X.slice(0, 3));
        model.gradients(X.slice(0, 5), Y.slice(0, 5));
        await model.evaluate(X.slice(0, 9), Y.slice(0, 9));
        writeKeras(model);
      },
    };
    assert.deepEqual(await model.fit(X, Y, { ...OPTIONS, callbacks: [ask] }), expected);
    assert.deepEqual(model.weightSnapshot(), alone.weightSnapshot());
  });
});

test("a fit that fails lets the model go", async () => {
  const model = network();
  const failing: Callback = {
    onBatchEnd: () => {
      throw new Error("the disk is full");
    },
  };
  await assert.rejects(model.fit(X, Y, { ...OPTIONS, callbacks: [failing] }), /the disk is full/);
  model.compile({ loss: "meanSquaredError" });
  await model.fit(X, Y);
  model.dispose();
});

describe("while evaluate runs", () => {
  /** Holds the thread long enough, by the clock it goes by, for evaluate to hand it on. */
  const slowly = async (run: () => Promise<unknown>): Promise<unknown> => {
    const { now } = performance;
    let time = 0;
    performance.now = () => (time += 100);
    try {
      return await run();
    } finally {
      performance.now = now;
    }
  };

  test("another evaluate gives the figures of both", async () => {
    const model = network();
    const one = await model.evaluate(X, Y, { batchSize: 4 });
    const other = await model.evaluate(X.slice(3, 19), Y.slice(3, 19), { batchSize: 5 });
    const both = await slowly(() =>
      Promise.all([
        model.evaluate(X, Y, { batchSize: 4 }),
        model.evaluate(X.slice(3, 19), Y.slice(3, 19), { batchSize: 5 }),
      ]),
    );
    assert.deepEqual(both, [one, other]);
  });

  for (const [name, change] of CHANGES.filter(([name]) => /trainOnBatch|Weights$|^fit/.test(name))) {
    test(`${name} makes it refuse: its figures would be of no model`, async () => {
      const model = network();
      await slowly(async () => {
        const running = model.evaluate(X, Y, { batchSize: 4 });
        const done = change(model);
        await assert.rejects(running, /evaluate.*expected weights that stay as they are/);
        await done;
      });
    });
  }

  test("a signal ends it, one that was given before too", async () => {
    const model = network();
    const aborted = (error: Error) => error.name === "AbortError";
    await assert.rejects(model.evaluate(X, Y, { signal: AbortSignal.abort() }), aborted);
    const controller = new AbortController();
    await slowly(async () => {
      const running = model.evaluate(X, Y, { batchSize: 4, signal: controller.signal });
      controller.abort();
      await assert.rejects(running, aborted);
    });
    await assert.rejects(model.evaluate(X, Y, { signal: controller as never }), /expected an AbortSignal/);
  });
});

describe("a classifier", () => {
  const TEXTS = Array.from({ length: 40 }, (_, i) => ({
    text: `${i % 2 ? "win a prize" : "see you"} ${i}`,
    label: i % 2 ? "spam" : "ham",
  }));
  const options = { model: "lstm", vocabulary: 20, length: 4, epochs: 2, engine: "reference" } as const;

  test("whose model is being fit is the start of another, which trains a copy", async () => {
    const rows = Array.from({ length: 40 }, (_, r) => [1, 2, 3, r % 5]);
    const run = async (meanwhile: (model: Model) => Promise<unknown>) => {
      const { model } = await TextClassifier.train(TEXTS, options);
      const fitting = model.fit(
        rows,
        rows.map((_, r) => r % 2),
        { epochs: 3 },
      );
      await meanwhile(model);
      return { history: await fitting, weights: model.weightSnapshot() };
    };
    const alone = await run(async () => {});
    const beside = await run(async (model) => {
      const other = await TextClassifier.train(TEXTS, { ...options, model });
      assert.notEqual(other.model, model);
    });
    assert.deepEqual(beside, alone);
  });

  test("evaluate listens to its signal", async () => {
    const classifier = await TextClassifier.train(TEXTS, options);
    const aborted = (error: Error) => error.name === "AbortError";
    await assert.rejects(classifier.evaluate(TEXTS, { signal: AbortSignal.abort() }), aborted);
    await assert.rejects(
      classifier.evaluate(TEXTS, { signal: new AbortController() as never }),
      /evaluate signal: expected an AbortSignal/,
    );
    const { rows } = await classifier.evaluate(TEXTS, { signal: new AbortController().signal });
    assert.equal(rows, 40);
  });

  test("counts its best epoch from 1, as its messages do", async () => {
    const { training } = await TextClassifier.train(TEXTS, { ...options, epochs: 6 });
    const losses = training!.history["valLoss"]!;
    assert.equal(training!.bestEpoch, losses.indexOf(Math.min(...losses)) + 1);
    const none = await TextClassifier.train(TEXTS, { ...options, validationSplit: 0 });
    assert.equal(none.training!.bestEpoch, null);
  });
});
