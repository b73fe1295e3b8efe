/** Gradients that several batches make together, and learning rates by schedule: bits, resumes, and what is refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Engine } from "../../src/engines/engine.js";
import {
  type Callback,
  callbacks,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitOptions,
  InputError,
  layers,
  type Model,
  type Optimizer,
  optimizers,
  schedules,
  sequential,
} from "../../src/index.js";
import { testedEngines } from "../contract/engines.js";

const STEPS = 6;
const X = Array.from({ length: 53 }, (_, r) =>
  Array.from({ length: STEPS }, (_, t) => 1 + ((r * 31 + t * 17 + r * t) % 19)),
);
const Y = X.map((row) => (row.includes(7) ? 1 : 0));

const rate = () =>
  schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: 20, warmupTarget: 0.1, warmupSteps: 4 });
const OPTIMIZERS: Record<string, () => Optimizer> = {
  "adam, a schedule": () =>
    optimizers.adam({
      learningRate: rate(),
      amsgrad: true,
      gradientAccumulationSteps: 3,
      globalClipnorm: 0.4,
    }),
  sgd: () => optimizers.sgd({ learningRate: 0.3, momentum: 0.5, gradientAccumulationSteps: 4 }),
  "rmsprop, a schedule": () =>
    optimizers.rmsprop({ learningRate: rate(), centered: true, gradientAccumulationSteps: 2 }),
};

function network(optimizer: Optimizer, engine?: Engine): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: 20, outputDim: 6, maskZero: true }),
      layers.lstm({ units: 5, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.dense({ units: 4, activation: "relu" }),
      layers.batchNormalization(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3, ...(engine ? { engine } : {}) },
  );
  model.compile({ loss: "binaryCrossentropy", optimizer });
  return model;
}

const bitsOf = (model: Model) => new Uint32Array(model.weightSnapshot().buffer);

async function trainedBits(optimizer: Optimizer, engine: Engine): Promise<Uint32Array> {
  const model = network(optimizer, engine);
  await model.fit(X, Y, { epochs: 2, batchSize: 20 });
  const bits = bitsOf(model);
  model.dispose();
  return bits;
}

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  describe(`${name}: the same bits`, () => {
    for (const { label, create, missing } of testedEngines()) {
      test(`${label}, on 1, 2 and 3 threads`, { skip: missing }, async () => {
        const one = await trainedBits(make(), create(1));
        for (const threads of [2, 3]) assert.deepEqual(await trainedBits(make(), create(threads)), one);
      });
    }

    const fused = testedEngines().filter((engine) => engine.fused && !engine.missing);
    test(`on ${fused.map(({ label }) => label).join(", ")}`, { skip: fused.length < 2 }, async () => {
      const [first, ...others] = await Promise.all(fused.map(({ create }) => trainedBits(make(), create())));
      for (const other of others) assert.deepEqual(other, first);
    });

    test("after a resume from every batch, most of them in the middle of an accumulation", async () => {
      const options: FitOptions = { epochs: 3, batchSize: 11 };
      const files: Uint8Array[] = [];
      const save: Callback = {
        onBatchEnd: (progress) => void files.push(encodeCheckpoint(progress.state())),
      };
      const whole = network(make());
      const expected = await whole.fit(X, Y, { ...options, callbacks: [save] });
      assert.equal(files.length, 15);
      for (const file of files) {
        const model = network(make());
        const resume = decodeCheckpoint(file, "checkpoint");
        assert.deepEqual(await model.fit(X, Y, { ...options, resume }), expected);
        assert.deepEqual(bitsOf(model), bitsOf(whole));
        assert.deepEqual(model.optimizerState(), whole.optimizerState());
      }
    });
  });
}

test("what waits for its step stays from one fit to the next", async () => {
  const [whole, parts] = [network(OPTIMIZERS["sgd"]!()), network(OPTIMIZERS["sgd"]!())];
  const options = { batchSize: 11, shuffle: false };
  await whole.fit(X, Y, { ...options, epochs: 2 });
  await parts.fit(X, Y, options);
  assert.ok(
    parts.optimizerState().slots[0]!.some((value) => value !== 0),
    "a batch of five waits",
  );
  await parts.fit(X, Y, options);
  assert.deepEqual(bitsOf(parts), bitsOf(whole));
});

test("a learning rate that a schedule says cannot be set by hand, as in Keras", async () => {
  const model = network(optimizers.adam({ learningRate: rate() }));
  assert.equal(model.learningRate, Math.fround(0.01));
  const refused = /learningRate: expected an optimizer with a number.*the schedule cosineDecay/;
  assert.throws(
    () => {
      model.learningRate = 0.1;
    },
    (error) => error instanceof InputError && refused.test(error.message),
  );
  const plateau = callbacks.reduceLearningRateOnPlateau({ monitor: "loss" });
  await assert.rejects(
    model.fit(X, Y, { callbacks: [plateau] }),
    /reduceLearningRateOnPlateau: expected an optimizer with a number.*cosineDecay/,
  );
  assert.equal(model.iterations, 0, "refused before anything is trained");
});

test("logs hold the rate of the schedule", async () => {
  const model = network(optimizers.sgd({ learningRate: rate() }));
  const { history } = await model.fit(X, Y, { epochs: 2, batchSize: 27 });
  // Two steps an epoch of the four that lead from 0.01 to 0.1.
  assert.deepEqual(history["learningRate"], [0.055, 0.1].map(Math.fround));
});
