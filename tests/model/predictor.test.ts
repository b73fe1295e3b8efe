/** cellstate/predict: what it answers is what a model answers, to the bit, and no training comes along. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WASM_BUILDS } from "../../src/engines/engines.js";
import { INFERENCE_BUILDS } from "../../src/engines/inference.js";
import { WasmEngine } from "../../src/engines/wasm.js";
import type { WasmBuild } from "../../src/engines/wasm-module.js";
import { writeSafetensors, writeTfjs } from "../../src/formats.js";
import { InputError, layers, loadModel as loadWhole, TextClassifier } from "../../src/index.js";
import { readKeras, writeKeras } from "../../src/keras.js";
import { sequential } from "../../src/model/model.js";
import type { InputsLike } from "../../src/network/inputs.js";
import { loadClassifier, loadModel } from "../../src/predict.js";
import { inputRows, readCases, readSample } from "../files/samples.js";
import { goldenModels } from "../formats/golden-models.js";
import { importedBy } from "../package/sizes.js";

describe("a predictor", () => {
  for (const c of readCases("keras_files.json")) {
    test(`${c.name}: answers as the model does`, async () => {
      const bytes = readSample(c.files[0]!);
      const { model } = readKeras(bytes, { engine: "reference", name: "file" });
      const predictor = await loadModel(bytes, { engine: "reference", onWarning: null });
      const rows = inputRows(c);
      assert.deepEqual(predictor.predict(rows), model.predict(rows, { onWarning: null }));
      assert.deepEqual(predictor.predictFlat(rows), model.predictFlat(rows, { onWarning: null }));
      assert.deepEqual(predictor.inputShapes, model.inputShapes);
      assert.deepEqual(predictor.notes, model.notes);
      predictor.dispose();
      assert.throws(() => predictor.predict(rows), /It was disposed/);
    });
  }

  // Only the kernels that answering takes are in these builds: every layer's must be.
  for (const [build, whole] of [
    [INFERENCE_BUILDS.relaxed, WASM_BUILDS.relaxed],
    [INFERENCE_BUILDS.simd, WASM_BUILDS.simd],
  ] as const) {
    const skip = build.runsHere ? false : `this Node does not run ${build.name} WebAssembly`;
    // No file has a name for that one.
    const written = goldenModels().filter(({ name }) => !name.includes("geluApproximate"));
    for (const { name, model, input } of written) {
      test(`${name}: answers on ${build.name} WebAssembly`, { skip }, async () => {
        const file = writeSafetensors(model);
        const on = (kernels: WasmBuild) => ({ engine: new WasmEngine(kernels, 1), onWarning: null });
        const reader = await loadWhole(file, on(whole));
        const predictor = await loadModel(file, on(build));
        assert.deepEqual(predictor.predict(input as InputsLike), reader.predict(input as InputsLike));
        predictor.dispose();
        reader.dispose();
      });
    }
  }

  test("on the kernels for answering, nothing can be trained", () => {
    const engine = new WasmEngine(INFERENCE_BUILDS.simd, 1);
    const args = { g: engine.base, length: 4, limit: 1 };
    const program = engine.load([[[{ kernel: "clipToValue", args }]]]);
    assert.throws(() => program.run(), WebAssembly.RuntimeError);
    engine.dispose();
  });

  test("reads every format that a model is read from", async () => {
    const model = sequential(
      [layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 5 }), layers.lstm({ units: 4 })],
      { engine: "reference", seed: 3 },
    );
    const rows = [[1, 2, 6, 0, 3]];
    const files = writeTfjs(model);
    const beside = (name: string) => files.get(name)!;
    for (const [bytes, options] of [
      [writeKeras(model), {}],
      [writeSafetensors(model), {}],
      [files.get("model.json")!, { beside }],
    ] as const) {
      const predictor = await loadModel(bytes, { engine: "reference", ...options });
      assert.deepEqual(predictor.predict(rows), model.predict(rows));
    }
  });

  test("says once what a file has to say", async () => {
    const told: string[] = [];
    const predictor = await loadModel(readSample("graph_stateful.keras"), {
      engine: "reference",
      onWarning: (text) => told.push(text),
    });
    assert.equal(told.length, 0);
    const row = Array.from({ length: predictor.inputShapes[0]![0] ?? 4 }, (_, t) => t % 2);
    predictor.predict([row]);
    predictor.predict([row]);
    assert.deepEqual(told, predictor.notes);
    assert.match(told.join(), /every batch starts from fresh states here/);
  });

  test("a damaged file is refused", async () => {
    const bytes = writeSafetensors(sequential([layers.input({ shape: [2] }), layers.dense({ units: 1 })]));
    bytes[bytes.length - 1]! ^= 1;
    await assert.rejects(loadModel(bytes), InputError);
  });
});

describe("a text predictor", () => {
  const rows = ["a good film", "good", "a bad film", "bad"].map((text) => ({
    text,
    label: text.includes("good") ? "yes" : "no",
  }));
  const train = () =>
    TextClassifier.train(rows, { model: "lstm", epochs: 1, length: 4, engine: "reference" });

  test("answers as the classifier does", async () => {
    const classifier = await train();
    const predictor = await loadClassifier(await classifier.toBytes(), { engine: "reference" });
    const texts = ["a good film", "bad", "", "what"];
    assert.deepEqual(predictor.predictMany(texts), classifier.predictMany(texts));
    assert.deepEqual(predictor.predict("good"), classifier.predict("good"));
    assert.deepEqual(predictor.labels, classifier.labels);
    assert.throws(() => predictor.predict(5 as never), InputError);
  });

  test("a network without words and labels is refused", async () => {
    const { model } = await train();
    await assert.rejects(loadClassifier(writeKeras(model)), /a classifier with its vocabulary and labels/);
  });
});

test("no training, no writer and no explanation is imported with it", async () => {
  const files = await importedBy('import { loadModel } from "cellstate/predict"; console.log(loadModel);');
  assert.ok(files.some((file) => file.endsWith("network/network.js")));
  const others = /src\/(train|explain|lab|report|cli)\/|\/(write|model\/model|hdf5\/.*|layers\/lstm)\.js$/;
  assert.deepEqual(
    files.filter((file) => others.test(file)),
    [],
  );
});
