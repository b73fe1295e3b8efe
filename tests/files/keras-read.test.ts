import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/index.js";
import { readKeras, readKerasWeights, readShardedKerasWeights } from "../../src/keras.js";
import { assertClose } from "../golden/compare.js";
import { assertSameModel, inputRows, readCases, readSample } from "./samples.js";

const CASES = readCases("keras_files.json");
const find = (name: string) => CASES.find((c) => c.name === name)!;

describe("files that Keras 3.15.1 wrote", () => {
  for (const c of CASES) {
    for (const file of c.files) {
      test(`${file}: weights to the bit, outputs within 1e-5`, () => {
        const { model, receipt, extras } = readKeras(readSample(file), { name: file });
        assertSameModel(model, c, file);
        assert.equal(receipt.kerasVersion, "3.15.1");
        assert.equal(receipt.format, file.endsWith(".h5") ? "HDF5 model" : "Keras archive");
        assert.deepEqual(receipt.filled, []);
        assert.equal(extras, null);
      });
    }
  }

  test("the name on a file does not matter, only its content", () => {
    const c = find("flagship");
    assertSameModel(
      readKeras(readSample("flagship.h5"), { name: "flagship.keras" }).model,
      c,
      "HDF5 as .keras",
    );
    assertSameModel(
      readKeras(readSample("flagship.keras"), { name: "flagship.h5" }).model,
      c,
      "archive as .h5",
    );
  });

  test("weights alone go into a model of the same architecture, from every kind of file", () => {
    const c = find("flagship");
    for (const file of ["flagship.weights.h5", "flagship.h5", "flagship.keras"]) {
      const { model, receipt } = readKeras(readSample("flagship.config.json"), { name: "config" });
      assert.match(receipt.warnings[0]!, /no weights in the file/);
      assert.deepEqual(readKerasWeights(model, readSample(file), { name: file }), []);
      assertSameModel(model, c, file);
    }
  });

  test("weights in several files", async () => {
    const c = find("flagship");
    const index = readSample("sharded.weights.json");
    const { model } = readKeras(readSample("flagship.config.json"), { name: "config" });
    const asked: string[] = [];
    const shard = async (name: string) => {
      asked.push(name);
      return readSample(name);
    };
    assert.deepEqual(
      await readShardedKerasWeights(model, index, shard, { name: "sharded.weights.json" }),
      [],
    );
    assertSameModel(model, c, "sharded");
    assert.ok(asked.length > 2 && new Set(asked).size === asked.length, String(asked));
  });

  test("names of weight files that lead elsewhere are never asked for", async () => {
    const { model } = readKeras(readSample("flagship.keras"));
    for (const name of ["../x.h5", "/etc/x.h5", "a\\x.h5", ".h5", "x.txt", 7, { a: 1 }]) {
      const index = new TextEncoder().encode(
        JSON.stringify({ weight_map: { "/layers/lstm/cell/vars": [name] } }),
      );
      const never = () => assert.fail("asked");
      await assert.rejects(readShardedKerasWeights(model, index, never, { name: "w" }), InputError);
    }
  });

  test("weights of another architecture are refused, and the model keeps its own", () => {
    const { model } = readKeras(readSample("flagship.keras"));
    const before = model.weightSnapshot();
    assert.throws(
      () => readKerasWeights(model, readSample("two_of_each.keras"), { name: "other.keras" }),
      /^InputError: layer embedding: expected 1 stored weights \(embeddings\) but received 0/,
    );
    assert.throws(
      () => readKerasWeights(model, readSample("functional.h5"), { name: "other.h5" }),
      /^InputError: other.h5: model_weights: expected weights of the layer dense_1|InputError: other.h5.* expected/,
    );
    assert.deepEqual(model.weightSnapshot(), before);
  });

  test("names, options and trainability come along", () => {
    const { model } = readKeras(readSample("two_of_each.keras"));
    assert.equal(model.name, "a_model");
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"],
    );
    const settings = readKeras(readSample("settings.h5")).model;
    const f = Math.fround;
    const [embedding, lstm, dense, last] = settings.layers.map(
      ({ options }) => options as Record<string, unknown>,
    );
    assert.deepEqual(embedding!["embeddingsInitializer"], {
      name: "randomNormal",
      mean: 0.1,
      stddev: 0.2,
      seed: 3,
    });
    assert.deepEqual(lstm!["kernelInitializer"], {
      name: "varianceScaling",
      scale: 2,
      mode: "fanOut",
      distribution: "untruncatedNormal",
      seed: null,
    });
    assert.deepEqual(lstm!["recurrentInitializer"], { name: "orthogonal", gain: 0.5, seed: null });
    assert.deepEqual(lstm!["biasInitializer"], { name: "constant", value: 0.25 });
    assert.deepEqual(lstm!["kernelRegularizer"], { l1: f(0.1), l2: 0 });
    assert.deepEqual(lstm!["recurrentRegularizer"], { l1: 0, l2: 0.2 });
    assert.deepEqual(lstm!["biasRegularizer"], { l1: 0.3, l2: 0.4 });
    assert.equal((dense!["kernelInitializer"] as { name: string }).name, "heUniform");
    assert.deepEqual(last!["kernelInitializer"], {
      name: "randomUniform",
      minval: -0.3,
      maxval: 0.2,
      seed: null,
    });
    assert.deepEqual(
      settings.layers.map(({ trainable }) => trainable),
      [true, true, false, true],
    );
  });

  test("what is not applied is said", () => {
    const { receipt } = readKeras(readSample("settings.keras"), { name: "settings.keras" });
    assert.deepEqual(receipt.warnings, [
      "settings.keras: config.json layers[2] cell.config.activity_regularizer: L2 is not applied",
      "settings.keras: config.json layers[2] cell.config.kernel_constraint: MaxNorm is not applied",
    ]);
    const double = readKeras(readSample("double.keras"), { name: "double.keras" }).receipt.warnings;
    assert.ok(
      double.some((warning) => /layers\[2\] cell.*computed in float32 instead of float64/.test(warning)),
    );
  });
});

describe("training goes on from Keras's files", () => {
  for (const c of CASES.filter(({ after }) => after)) {
    for (const file of c.files) {
      test(`${file}: the next three losses within 1e-4`, () => {
        const { model } = readKeras(readSample(file), { name: file });
        assert.equal(model.iterations, 3);
        const losses = c.after!.map(() => model.trainOnBatch(inputRows(c), c.target!));
        assertClose(losses, c.after!, `${file}: losses`, { absolute: 1e-4 });
      });
      test(`${file}: without the optimizer's state they would differ`, () => {
        const { model } = readKeras(readSample(file), { name: file });
        model.compile(model.compiled);
        const losses = c.after!.map(() => model.trainOnBatch(inputRows(c), c.target!));
        const differences = losses.map((loss, i) => Math.abs(loss - c.after![i]!));
        assert.ok(Math.max(...differences) > 1e-3, `largest difference ${Math.max(...differences)}`);
      });
    }
  }

  test("optimizer, loss and metrics are those of the file", () => {
    const { compiled } = readKeras(readSample("trained_rmsprop.keras")).model;
    const { optimizer } = compiled;
    assert.ok(optimizer.name === "rmsprop");
    const { momentum, centered } = optimizer;
    assert.deepEqual({ momentum, centered }, { momentum: 0.4, centered: true });
    assert.equal(compiled.loss.name, "meanSquaredError");
    const adam = readKeras(readSample("trained_adam.h5")).model.compiled;
    assert.deepEqual(adam.metrics, ["accuracy", "auc", "precision"]);
    assert.equal(adam.loss.labelSmoothing, 0.1);
    assert.equal(adam.optimizer.clipnorm, 0.5);
    assert.equal(readKeras(readSample("trained_sgd.keras")).model.compiled.loss.fromLogits, true);
  });
});
