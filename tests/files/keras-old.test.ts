import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readKeras } from "../../src/keras.js";
import { assertClose } from "../golden/compare.js";
import { assertSameModel, inputRows, readCases, readSample } from "./samples.js";

const CASES = [...readCases("old_files.json"), ...readCases("old_graphs.json")];
const open = (file: string) => readKeras(readSample(file), { name: file });

describe("files in the forms of Keras 2", () => {
  for (const c of CASES) {
    const file = c.files[0]!;
    test(`${file}: weights to the bit, outputs within 1e-5`, () => {
      assertSameModel(open(file).model, c, file);
    });
    if (c.after) {
      test(`${file}: the next three losses within 1e-4`, () => {
        const { model } = open(file);
        assert.equal(model.iterations, 3);
        const losses = c.after!.map(() => model.trainOnBatch(inputRows(c), c.target!));
        assertClose(losses, c.after!, `${file}: losses`, { absolute: 1e-4 });
      });
    }
  }

  test("what an old file leaves out is filled in as its Keras had it, and said", () => {
    const { model, receipt } = open("old_2_0.h5");
    assert.equal(receipt.kerasVersion, "2.0.9");
    assert.deepEqual(receipt.filled, [
      "old_2_0.h5: model_config layers[2] gru_1: reset_after = false, as before Keras 2.1",
    ]);
    const [, lstm, gru] = model.layers.map(({ options }) => options as Record<string, unknown>);
    assert.equal(lstm!["recurrentActivation"], "hardSigmoid2");
    assert.equal(gru!["recurrentActivation"], "hardSigmoid2");
    assert.equal(gru!["resetAfter"], false);
  });

  test("the two hard sigmoids are told apart by the version", () => {
    const config = (version: string) =>
      JSON.stringify({
        class_name: "Sequential",
        keras_version: version,
        config: [
          {
            class_name: "Dense",
            config: { units: 1, activation: "hard_sigmoid", batch_input_shape: [null, 2] },
          },
        ],
      });
    const activation = (version: string) => {
      const { model } = readKeras(new TextEncoder().encode(config(version)));
      return (model.layers[0]!.options as { activation: string }).activation;
    };
    assert.equal(activation("2.15.0"), "hardSigmoid2");
    assert.equal(activation("2.3.0-tf"), "hardSigmoid2");
    assert.equal(activation("3.0.0"), "hardSigmoid");
  });

  test("Keras 1 and anything later than 3 are refused by version", () => {
    const file = new TextEncoder().encode('{"class_name":"Sequential","keras_version":"1.2.2","config":[]}');
    assert.throws(
      () => readKeras(file, { name: "m.json" }),
      /^InputError: m.json: expected a file of Keras 2 or 3 but received "1.2.2"/,
    );
  });
});
