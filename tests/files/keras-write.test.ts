import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unzipSync } from "fflate";
import { InputError, layers, type Model, sequential } from "../../src/index.js";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/keras.js";
import { Layer } from "../../src/layers/layer.js";
import { readCases, readSample } from "./samples.js";
import { writtenModels } from "./written-models.js";

const FORMS = { ".keras": (model: Model) => writeKeras(model), ".h5": writeKerasH5 } as const;

/** A layer as plain data, layers inside it included. */
function portraitOf({ className, name, trainable, options }: Layer): {
  className: string;
  name: string;
  trainable: boolean;
  options: Record<string, unknown>;
} {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return value instanceof Layer ? portraitOf(value) : value;
  };
  const entries = Object.entries(options).map(([key, value]) => [key, plain(value)]);
  return { className, name, trainable, options: Object.fromEntries(entries) };
}

/** Everything that a file should bring back, as plain data. */
function portrait(model: Model) {
  const compiled = model.isCompiled ? model.compiled : null;
  return {
    name: model.name,
    inputs: model.inputShapes,
    layers: model.layers.map(portraitOf),
    weights: model.getWeights(),
    optimizer: compiled?.optimizer ?? null,
    loss: compiled && { ...compiled.loss, path: null },
    state: compiled && model.optimizerState(),
  };
}

/** The one option that says nothing once the input layer says it. */
function withoutLength(of: ReturnType<typeof portrait>) {
  const layersOf = of.layers.map(({ options, ...rest }) => ({
    ...rest,
    options: { ...options, inputLength: null },
  }));
  return { ...of, layers: layersOf };
}

describe("what is written is read back", () => {
  for (const { name, model, input, target } of writtenModels()) {
    for (const [form, write] of Object.entries(FORMS)) {
      test(`${name}${form}: names, options, weights and optimizer to the bit`, () => {
        const again = readKeras(write(model), { name: name + form });
        assert.deepEqual(withoutLength(portrait(again.model)), withoutLength(portrait(model)));
        assert.deepEqual(again.model.predict(input), model.predict(input));
        assert.deepEqual(again.receipt.warnings, []);
        assert.deepEqual(again.receipt.ignored, []);
        assert.deepEqual(again.receipt.filled, []);
      });
    }
    if (target) {
      test(`${name}: training goes on to the same bits`, () => {
        const again = readKeras(writeKeras(model)).model;
        const losses = (m: Model) => [1, 2, 3].map(() => m.trainOnBatch(input, target));
        assert.deepEqual(losses(again), losses(model));
        assert.deepEqual(again.getWeights(), model.getWeights());
      });
    }
  }

  test("a learning rate that has changed since compiling comes back exactly", () => {
    for (const write of Object.values(FORMS)) {
      const { model } = writtenModels().find(({ name }) => name === "adam")!;
      model.learningRate = 0.0123456789;
      assert.equal(readKeras(write(model)).model.learningRate, 0.0123456789);
    }
  });

  // Keras opened what was written and saved it again (check_in_keras.py). A trained model's bits are its engine's.
  for (const { name, model, input } of writtenModels()) {
    if (model.isCompiled || name === "long_names") continue;
    test(`${name}: out to Keras and back, the same layers, weights and outputs to the bit`, () => {
      const forms = ["two_texts", "attention"].includes(name) ? [".keras"] : Object.keys(FORMS);
      for (const form of forms) {
        const again = readKeras(readSample(`again_${name}${form}`), { name: name + form });
        // Keras fills in options (strides) and forgets one (the gain of Identity).
        const names = ({ layers }: Model) => layers.map(({ className, name }) => [className, name]);
        assert.deepEqual(names(again.model), names(model));
        assert.deepEqual(again.model.getWeights(), model.getWeights());
        assert.deepEqual(again.model.predict(input), model.predict(input));
        assert.deepEqual([again.receipt.warnings, again.receipt.filled], [[], []]);
      }
    });
  }

  test("Keras's own files go through Cellstate with the same weights and state", () => {
    for (const { files } of readCases("keras_files.json")) {
      const { model } = readKeras(readSample(files[0]!));
      const again = readKeras(writeKeras(model)).model;
      assert.deepEqual(withoutLength(portrait(again)), withoutLength(portrait(model)), files[0]);
    }
  });
});

const small = () =>
  sequential([layers.input({ shape: [2] }), layers.dense({ units: 2, activation: "tanh" })], { seed: 5 });

describe("a .keras archive of ours", () => {
  const extras = {
    vocabulary: ["", "[UNK]", "naïve", "日本"],
    threshold: 0.25,
    nested: { list: [1, null, true] },
  };

  test("brings back what is kept beside the model", () => {
    assert.deepEqual(readKeras(writeKeras(small(), { extras })).extras, extras);
    assert.equal(readKeras(writeKeras(small())).extras, null);
  });

  test("has Keras's members in Keras's order, and ours after them", () => {
    const members = unzipSync(writeKeras(small(), { extras, savedAt: new Date("2026-01-02T03:04:05Z") }));
    assert.deepEqual(Object.keys(members), [
      "metadata.json",
      "config.json",
      "model.weights.h5",
      "cellstate.json",
    ]);
    const metadata = JSON.parse(new TextDecoder().decode(members["metadata.json"]));
    assert.deepEqual(metadata, { keras_version: "3.15.1", date_saved: "2026-01-02@03:04:05" });
  });

  test("is the same bytes for the same model, whenever and in whichever time zone it is written", () => {
    const zone = process.env["TZ"];
    const write = (tz: string) => {
      process.env["TZ"] = tz;
      return writeKeras(small(), { extras });
    };
    assert.deepEqual(write("Asia/Tokyo"), write("America/Lima"));
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
});

test("activations of cells whose slope their value does not tell are kept, and go on learning the same", () => {
  const model = sequential([
    layers.input({ shape: [4, 2] }),
    layers.lstm({ units: 3, activation: "silu", recurrentActivation: "hardSilu", returnSequences: true }),
    layers.bidirectional({ layer: layers.gru({ units: 2, activation: "leakyRelu", returnSequences: true }) }),
    layers.rnn({ cell: layers.simpleRNNCell({ units: 2, activation: "mish" }), returnSequences: true }),
    layers.simpleRNN({ units: 2, activation: "gelu" }),
  ]);
  const x = [[0.3, -1, 0.5, 0.7, -0.2, 2, 1, -0.4]].map((row) =>
    [0, 2, 4, 6].map((i) => row.slice(i, i + 2)),
  );
  for (const write of Object.values(FORMS)) {
    const read = readKeras(write(model)).model;
    assert.deepEqual(read.predict(x), model.predict(x));
    for (const one of [read, model]) one.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    assert.deepEqual(read.gradients(x, [[1, -1]]), model.gradients(x, [[1, -1]]));
  }
});

describe("what Keras has no name for", () => {
  test("Keras 2's hard sigmoid keeps its meaning here, under a name that Keras 3 does not run by mistake", () => {
    const model = sequential([
      layers.input({ shape: [2] }),
      layers.dense({ units: 2, activation: "hardSigmoid2" }),
    ]);
    const bytes = writeKeras(model);
    const config = new TextDecoder().decode(unzipSync(bytes)["config.json"]);
    assert.match(
      config,
      /"config":"cellstate>hard_sigmoid_keras2","registered_name":"cellstate>hard_sigmoid_keras2"/,
    );
    assert.deepEqual(readKeras(bytes).model.predict([[0.3, 9]]), model.predict([[0.3, 9]]));
  });

  test("an activation without any name is refused", () => {
    const model = sequential([
      layers.input({ shape: [2] }),
      layers.dense({ units: 2, activation: "geluApproximate" }),
    ]);
    assert.throws(() => writeKeras(model), InputError);
  });
});
