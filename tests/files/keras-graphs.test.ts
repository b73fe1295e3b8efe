import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/formats/keras/index.js";
import { assertClose } from "../golden/compare.js";
import { assertSameModel, inputRows, readCases, readSample } from "./samples.js";

const CASES = readCases("graph_files.json");
const open = (file: string) => readKeras(readSample(file), { name: file });

describe("layers around the recurrent ones, in chains and graphs that Keras 3.15.1 wrote", () => {
  for (const c of CASES) {
    for (const file of c.files) {
      test(`${file}: weights to the bit, outputs within 1e-5`, () => {
        const { model, receipt } = open(file);
        assertSameModel(model, c, file);
        assert.deepEqual(receipt.filled, []);
      });
    }
    test(`${c.name}: written and read again, the same model`, () => {
      const { model } = open(c.files[0]!);
      for (const bytes of [writeKeras(model), writeKerasH5(model)]) {
        assertSameModel(readKeras(bytes, { name: "again" }).model, c, c.name);
      }
    });
  }

  const trained = CASES.find(({ after }) => after)!;
  for (const file of trained.files) {
    test(`${file}: the next three losses within 1e-4`, () => {
      const { model } = open(file);
      assert.equal(model.iterations, 3);
      const losses = trained.after!.map(() => model.trainOnBatch(inputRows(trained), trained.target!));
      assertClose(losses, trained.after!, `${file}: losses`, { absolute: 1e-4 });
    });
  }

  test("what is left aside is said", () => {
    assert.deepEqual(open("graph_stateful.keras").receipt.warnings, [
      "graph_stateful.keras: config.json layers[2] lstm_7.config.stateful: every batch starts from fresh states here",
    ]);
    const { ignored } = open("graph_states_unused.h5").receipt;
    assert.equal(ignored.length, 3);
    for (const line of ignored) assert.match(line, /return_state: nothing takes the states$/);
  });
});
