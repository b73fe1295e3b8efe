import assert from "node:assert/strict";
import { test } from "node:test";
import { callbacks, type Layer, layers, Model, sequential, TrainingError } from "../../src/index.js";

/** Rows of ids in which class 1 holds a 7 somewhere early: a task that needs memory. */
function latch(rows: number, steps: number): { x: number[][]; y: number[] } {
  const x: number[][] = [];
  const y: number[] = [];
  for (let r = 0; r < rows; r++) {
    const row = Array.from({ length: steps }, (_, t) => 1 + ((r * 31 + t * 17 + r * t) % 5));
    const label = r % 2;
    if (label === 1) row[r % 3] = 7;
    x.push(row);
    y.push(label);
  }
  return { x, y };
}

const small = (seed = 1) =>
  sequential(
    [
      layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 12 }),
      layers.lstm({ units: 6, dropout: 0.1, recurrentDropout: 0.1 }),
      layers.flatten(),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 8, activation: "sigmoid" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );

test("the flagship has 30,977 parameters", () => {
  const model = sequential([
    layers.embedding({ inputDim: 1000, outputDim: 16, inputLength: 200 }),
    layers.lstm({ units: 32, dropout: 0.1, recurrentDropout: 0.1 }),
    layers.flatten(),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 256, activation: "sigmoid" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  assert.equal(model.countParams(), 30_977);
  assert.deepEqual(
    model.layers.map((layer) => layer.name),
    ["embedding", "lstm", "flatten", "dropout", "dense", "dense_1"],
  );
});

test("a small model learns a latch, and the same seed gives the same bits", async () => {
  const { x, y } = latch(120, 12);
  const run = async () => {
    const model = small();
    model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
    model.learningRate = 0.02;
    const { history } = await model.fit(x, y, { epochs: 15, validationSplit: 0.2 });
    return { model, history };
  };
  const first = await run();
  const second = await run();
  assert.ok(first.history["valAccuracy"]!.at(-1)! > 0.9, `accuracies ${first.history["valAccuracy"]}`);
  assert.deepEqual(first.model.getWeights(), second.model.getWeights());
});

test("a run resumed in the middle of an epoch ends with the same bits", async () => {
  const { x, y } = latch(50, 12);
  const options = { epochs: 3, batchSize: 8, validationSplit: 0.2 };
  const fresh = () => {
    const model = small();
    model.compile({ loss: "binaryCrossentropy", metrics: ["accuracy", "auc"] });
    return { model, early: callbacks.earlyStopping({ patience: 2, restoreBestWeights: true }) };
  };
  const whole = fresh();
  const { history } = await whole.model.fit(x, y, { ...options, callbacks: [whole.early] });
  for (const stopAt of [1, 4, 5, 7, 12]) {
    const first = fresh();
    let saved: ReturnType<typeof Object> | undefined;
    const spy = {
      onBatchEnd(progress: { step: number; state(): object; stop(reason: string): void }) {
        if (progress.step !== stopAt) return;
        saved = structuredClone(progress.state());
        progress.stop("killed");
      },
    };
    await first.model.fit(x, y, { ...options, callbacks: [first.early, spy] });
    const second = fresh();
    const resumed = await second.model.fit(x, y, {
      ...options,
      callbacks: [second.early],
      resume: saved as never,
    });
    assert.deepEqual(resumed.history, history, `stopped at step ${stopAt}`);
    assert.deepEqual(second.model.getWeights(), whole.model.getWeights());
  }
});

test("a loss that is no number stops training and keeps the last good weights", async () => {
  const model = sequential([layers.input({ shape: [1] }), layers.dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  model.learningRate = 1e30;
  await assert.rejects(
    model.fit([[1e10], [2e10]], [1, 2], { epochs: 50 }),
    (error) => error instanceof TrainingError && /step \d+/.test(error.message),
  );
  assert.ok(model.getWeights().every(({ data }) => data.every(Number.isFinite)));
});

test("a model without an output, or with links that lead nowhere, is refused in words", () => {
  const dense = () => [layers.input({ shape: [2] }), layers.dense({ units: 1 })];
  const links = (made: Layer[], from: number) => [
    { layer: made[0]!, inputs: [] },
    { layer: made[1]!, inputs: [from] },
  ];
  const made = dense();
  const none = new Model(made, links(made, 0), {}, []);
  assert.throws(() => none.predict([[1, 2]]), /expected a known input shape/);
  assert.throws(() => none.countParams(), /expected a known input shape/);
  const ahead = dense();
  assert.throws(() => new Model(ahead, links(ahead, 1)), /links\[1\]: expected inputs that stand before it/);
});

test("what a layer prints as is its options, not all that is known of its kind", () => {
  const printed = JSON.stringify(layers.dense({ units: 1 }));
  assert.doesNotMatch(printed, /needsBuilding|"kind"/);
  assert.match(printed, /"units":1/);
});
