/** Schedules, gradient accumulation and decay in files that Keras saved: read, trained on, and written again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { restoreOptimizer } from "../../src/formats/keras/optimizer-state.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { writeSafetensors } from "../../src/formats/safetensors/write.js";
import { readZip } from "../../src/formats/zip.js";
import { writeZip } from "../../src/formats/zip-write.js";
import {
  layers,
  loadModel,
  type Model,
  type Optimizer,
  optimizers,
  schedules,
  sequential,
} from "../../src/index.js";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/keras.js";
import { copyModel } from "../../src/model/copy.js";
import { trainerOf } from "../../src/model/model.js";
import { assertClose } from "../golden/compare.js";
import { decode, decodeRows, type Encoded, readVectors } from "../golden/vectors.js";
import { readSample } from "./samples.js";

interface Trained {
  file: string;
  optimizer: "adam" | "sgd";
  options: { gradientAccumulationSteps?: number };
  schedule?: [string, object];
  /** Of two more epochs, after the seven batches that the file was saved after. */
  loss: number[];
}
interface Given {
  data: { x: Encoded; y: Encoded };
  files: Trained[];
  decay: number[];
}

const { data, files, decay } = readVectors<never, Given>("schedules");
const ROWS = decodeRows(data.x);
const TARGETS = Array.from(decode(data.y));

const open = (bytes: Uint8Array, name: string) =>
  readKeras(bytes, { name, engine: "reference", onWarning: fail });
const fail = (message: string) => assert.fail(message);

async function losses(model: Model): Promise<Float32Array> {
  const { history } = await model.fit(ROWS, TARGETS, { batchSize: 4, epochs: 2, shuffle: false });
  return Float32Array.from(history["loss"]!);
}

describe("a file that Keras saved trains on as it does there", () => {
  for (const { file, optimizer, options, schedule, loss } of files) {
    for (const ending of ["keras", "h5"]) {
      test(`${file}.${ending}`, async () => {
        const { model, receipt } = open(readSample(`${file}.${ending}`), file);
        assert.deepEqual(receipt.warnings, []);
        assert.equal(model.iterations, 7);
        // Keras counts what it stores: the count of steps, a rate unless a schedule says it, what waits and the slots.
        const params = 22;
        const each = optimizer === "adam" ? 3 : 1;
        const waiting = options.gradientAccumulationSteps ? 1 : 0;
        assert.equal(model.optimizerParams, (schedule ? 1 : 2) + (each + waiting) * params);
        const { learningRate, ...rest } = model.compiled.optimizer;
        assert.equal(rest.name, optimizer);
        assert.equal(rest.gradientAccumulationSteps, options.gradientAccumulationSteps ?? null);
        assert.equal(typeof learningRate === "number" ? undefined : learningRate.name, schedule?.[0]);
        assertClose(await losses(model), Float32Array.from(loss), "losses", { absolute: 2e-5 });
      });
    }

    test(`${file}: written again it is the same, in the middle of what is accumulated too`, async () => {
      const { model } = open(readSample(`${file}.keras`), file);
      const forms = {
        keras: writeKeras(model),
        h5: writeKerasH5(model),
        safetensors: writeSafetensors(model),
      };
      const state = model.optimizerState();
      const { optimizer } = model.compiled;
      const expected = await losses(model);
      for (const [form, bytes] of Object.entries(forms)) {
        const again = await loadModel(bytes, { engine: "reference", onWarning: fail });
        assert.deepEqual(again.notes, [], form);
        assert.deepEqual(again.compiled.optimizer, optimizer, form);
        assert.deepEqual(again.optimizerState(), state, form);
        assert.deepEqual(await losses(again), expected, form);
      }
    });
  }

  test("without its schedule, accumulation or state it would train on otherwise", async () => {
    for (const { file, loss } of files) {
      const { model } = open(readSample(`${file}.keras`), file);
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "meanSquaredError" });
      const found = await losses(model);
      assert.ok(
        found.some((value, i) => Math.abs(value - loss[i]!) > 1e-3),
        file,
      );
    }
  });

  test("a state that holds what is no number is left aside, and that is said", () => {
    const spoil = (member: string, change: (bytes: Uint8Array) => void) => {
      const members = [...readZip(readSample("accumulated.keras"), "f")].map(([name, file]) => {
        const bytes = Uint8Array.from(file.read());
        if (name === member) change(bytes);
        return [name, bytes] as [string, Uint8Array];
      });
      return readKeras(writeZip(members), { name: "f", engine: "reference" });
    };
    const { model } = open(readSample("accumulated.keras"), "f");
    const [waiting] = model.optimizerState().slots;
    const { model: spoilt, receipt } = spoil("model.weights.h5", (bytes) => {
      const found = Buffer.from(bytes).indexOf(
        Buffer.from(waiting!.buffer, waiting!.byteOffset, waiting!.byteLength),
      );
      assert.ok(found > 0);
      new DataView(bytes.buffer).setFloat32(found, Number.NaN, true);
    });
    assert.match(
      receipt.warnings.join(),
      /optimizer state: left aside, it holds what is no number of its kind/,
    );
    assert.equal(spoilt.iterations, 0);
    assert.equal(spoilt.optimizerState().slots[0]!.every(Number.isFinite), true);
  });

  test("a file saved before its first step has no state, which is no loss", () => {
    const fresh = sequential([layers.input({ shape: [2] }), layers.dense({ units: 1 })], {
      engine: "reference",
    });
    const optimizer = optimizers.adam({ gradientAccumulationSteps: 2 });
    fresh.compile({ loss: "meanSquaredError", optimizer });
    const notes = new Notes();
    const step = { shape: [], read: () => [0] };
    restoreOptimizer(trainerOf(fresh), [{ dataset: step as never, where: "f" }], notes);
    assert.deepEqual(notes.warnings, []);
    restoreOptimizer(
      trainerOf(fresh),
      [{ dataset: { ...step, read: () => [3] } as never, where: "f" }],
      notes,
    );
    assert.match(notes.warnings.join(), /its arrays do not fit \(0 stored, 6 wanted\)/);
  });

  test("layers frozen or thawed after compile: the state is written as it is, and left aside with a word", async () => {
    for (const trainable of [false, true]) {
      const make = () =>
        sequential(
          [
            layers.input({ shape: [3] }),
            layers.dense({ units: 2, trainable: !trainable }),
            layers.dense({ units: 1, trainable: !trainable }),
          ],
          { engine: "reference", seed: 2 },
        );
      const model = make();
      model.compile({ loss: "meanSquaredError" });
      await model.fit([[1, 2, 3]], [[1]]);
      for (const layer of model.layers) layer.trainable = trainable;
      for (const again of [
        readKeras(writeKeras(model), { onWarning: null }).model,
        readKeras(writeKerasH5(model), { onWarning: null }).model,
      ]) {
        assert.match(again.notes.join(), /^optimizer state: left aside, its arrays do not fit/);
        assert.deepEqual(
          again.getWeights().map(({ data }) => data),
          model.getWeights().map(({ data }) => data),
        );
      }
      const copy = copyModel(model);
      assert.match(
        copy.notes.join(),
        /layers were frozen or thawed since it was compiled, so its optimizer starts afresh/,
      );
      assert.equal(copy.iterations, 0);
    }
  });

  test("Keras 2's decay is an inverse-time decay", async () => {
    const { model, receipt } = open(readSample("decay.h5"), "decay.h5");
    assert.deepEqual(receipt.warnings, []);
    assert.deepEqual(
      model.compiled.optimizer.learningRate,
      schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.05 }),
    );
    assertClose(await losses(model), Float32Array.from(decay), "losses", { absolute: 2e-5 });
  });
});

// ---- what Python reads ------------------------------------------------------------------------------------

test("floats are written as floats: Python's Keras refuses a learning rate of 1 and a momentum of 0", () => {
  const text = (optimizer: Optimizer) => {
    const model = sequential([layers.input({ shape: [2] }), layers.dense({ units: 1 })], {
      engine: "reference",
    });
    model.compile({ loss: "meanSquaredError", optimizer });
    return new TextDecoder().decode(readZip(writeKeras(model), "written").get("config.json")!.read());
  };
  assert.match(text(optimizers.sgd({ learningRate: 1 })), /"learning_rate":1\.0,.*"momentum":0\.0,/);
  const piecewise = schedules.piecewiseConstantDecay({ boundaries: [2, 5], values: [1, 0.5, 0] });
  assert.match(
    text(optimizers.adam({ learningRate: piecewise })),
    /"boundaries":\[2,5\],"values":\[1\.0,0\.5,0\.0\]/,
  );
});
