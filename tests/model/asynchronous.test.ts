/** A model on an engine that answers later: predictAsync answers as any, and what cannot wait says so. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError, layers, loadModel, sequential } from "../../src/index.js";
import { writeKeras } from "../../src/keras.js";
import { loadModel as loadPredictor } from "../../src/predict.js";
import { DelayedEngine, FailingEngine } from "../contract/delayed-engine.js";

const network = (engine: DelayedEngine | "reference") =>
  sequential(
    [
      layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 6, maskZero: true }),
      layers.lstm({ units: 4, returnSequences: true }),
      layers.gru({ units: 3 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { engine, seed: 5 },
  );

const rows = Array.from({ length: 21 }, (_, r) => Array.from({ length: 6 }, (_, t) => (r * 5 + t * 3) % 9));
const targets = rows.map((_, r) => [r % 2, 1 - (r % 2)]);
const refused = { name: "InputError", message: /an engine that answers at once.*delayed.*predictAsync/ };

describe("on an engine that answers later", () => {
  test("predictAsync answers as the same kernels do at once, whatever the size of batches", async () => {
    const [later, now] = [network(new DelayedEngine()), network("reference")];
    for (const batchSize of [1, 5, 16, 64]) {
      assert.deepEqual(await later.predictAsync(rows, { batchSize }), now.predict(rows, { batchSize }));
    }
    assert.deepEqual(await later.predictFlatAsync(rows), now.predictFlat(rows));
  });

  test("questions asked at once do not get each other's answers", async () => {
    const [later, now] = [network(new DelayedEngine()), network("reference")];
    const parts = [rows.slice(0, 3), rows.slice(3, 4), rows.slice(4, 7), rows.slice(7)];
    const answers = await Promise.all(parts.map((part) => later.predictAsync(part)));
    assert.deepEqual(
      answers,
      parts.map((part) => now.predict(part)),
    );
  });

  test("other weights count from the next question on", async () => {
    const [later, now] = [network(new DelayedEngine()), network("reference")];
    const before = later.predictAsync(rows);
    const weights = now.getWeights().map(({ data }) => data.map((value) => -value));
    assert.deepEqual(await before, now.predict(rows));
    later.setWeights(weights);
    now.setWeights(weights);
    assert.deepEqual(await later.predictAsync(rows), now.predict(rows));
  });

  for (const engine of [new DelayedEngine(), "reference"] as const) {
    test(`batches of one question answer with the same weights and rows, ${typeof engine === "string" ? engine : engine.name}`, async () => {
      const [later, now] = [network(engine), network("reference")];
      const asked = rows.map((row) => row.slice());
      const [expected, answer] = [now.predict(rows), later.predictAsync(asked, { batchSize: 2 })];
      later.setWeights(now.getWeights().map(({ data }) => data.map((value) => -value)));
      for (const row of asked) row.fill(0);
      assert.deepEqual(await answer, expected);
    });
  }

  test("a failure is told to all that came of it, and to nobody after", async () => {
    const engine = new FailingEngine();
    const [later, now] = [network(engine), network("reference")];
    assert.deepEqual(await later.predictAsync(rows), now.predict(rows));
    // Of other weights tables are derived first: that fails, and with it what was asked of the same tables.
    const weights = now.getWeights().map(({ data }) => data.map((value) => -value));
    later.setWeights(weights);
    now.setWeights(weights);
    engine.failures = 1;
    const [first, second] = [later.predictAsync(rows), later.predictAsync(rows)];
    await assert.rejects(first, /the device is lost/);
    await assert.rejects(second, /the device is lost/);
    assert.deepEqual(await later.predictAsync(rows), now.predict(rows));
  });

  test("what cannot wait names the engine and predictAsync", async () => {
    const model = network(new DelayedEngine());
    assert.throws(() => model.predict(rows), refused);
    assert.throws(() => model.getWeights(), refused);
    model.compile({ loss: "categoricalCrossentropy" });
    assert.throws(() => model.trainOnBatch(rows, targets), refused);
    await assert.rejects(model.fit(rows, targets), refused);
    await assert.rejects(model.evaluate(rows, targets), refused);
    await assert.rejects(model.predictAsync([["a"]] as never), InputError);
    assert.equal((await model.predictAsync(rows)).length, rows.length);
  });

  for (const [entry, load] of Object.entries({ cellstate: loadModel, "cellstate/predict": loadPredictor })) {
    test(`a file's model is read onto it by ${entry}, compiled, trained or neither`, async () => {
      const source = network("reference");
      const stages = [
        () => {},
        () => source.compile({ loss: "categoricalCrossentropy" }),
        () => source.trainOnBatch(rows, targets),
      ];
      for (const reach of stages) {
        reach();
        const read = await load(writeKeras(source), { engine: new DelayedEngine() });
        assert.deepEqual(await read.predictAsync(rows), source.predict(rows));
        assert.throws(() => read.predict(rows), refused);
        assert.equal(read.engineName, "delayed");
      }
    });
  }
});

test("on an engine that answers at once predictAsync is predict", async () => {
  const model = network("reference");
  assert.deepEqual(await model.predictAsync(rows), model.predict(rows));
});
