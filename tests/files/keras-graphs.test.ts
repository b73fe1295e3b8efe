import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  readKeras,
  readKerasWeights,
  readShardedKerasWeights,
  writeKeras,
  writeKerasH5,
} from "../../src/keras.js";
import { assertClose } from "../golden/compare.js";
import { assertSameModel, inputRows, readCases, readSample } from "./samples.js";

const CASES = ["graph_files.json", "layer_files.json", "cell_files.json"].flatMap(readCases);
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

  for (const c of CASES.filter(({ after }) => after)) {
    for (const file of c.files) {
      test(`${file}: the next three losses within 1e-4`, () => {
        const { model } = open(file);
        assert.equal(model.iterations, 3);
        const losses = c.after!.map(() => model.trainOnBatch(inputRows(c), c.target!));
        assertClose(losses, c.after!, `${file}: losses`, { absolute: 1e-4 });
      });
    }
  }

  test("the weights of a graph by themselves, in one file and in several", async () => {
    const trained = CASES.find(({ name }) => name === "graph_trained")!;
    const fresh = () => readKeras(readSample("graph_trained.config.json"), { name: "config" }).model;
    for (const file of ["graph_trained.weights.h5", "graph_trained.h5", "graph_trained.keras"]) {
      const model = fresh();
      assert.deepEqual(readKerasWeights(model, readSample(file), { name: file }), []);
      assertSameModel(model, trained, file);
    }
    const model = fresh();
    const index = readSample("graph_shards.weights.json");
    assert.deepEqual(await readShardedKerasWeights(model, index, readSample), []);
    assertSameModel(model, trained, "in several files");
  });

  test("what is left aside is said", () => {
    assert.deepEqual(open("graph_stateful.keras").receipt.warnings, [
      "graph_stateful.keras: config.json layers[2] lstm_7.config.stateful: every batch starts from fresh states here",
    ]);
    const { ignored } = open("graph_states_unused.h5").receipt;
    assert.equal(ignored.length, 3);
    for (const line of ignored) assert.match(line, /return_state: nothing takes the states$/);
  });

  test("a loss or an optimizer that is none of ours keeps no model from being opened", () => {
    const huber = open("graph_huber.keras");
    assert.equal(huber.model.isCompiled, false);
    assert.deepEqual(huber.receipt.warnings, ["loss Huber: not one of ours; compile the model to train on"]);
    for (const file of ["graph_nadam.keras", "graph_nadam.h5"]) {
      const { model, receipt } = open(file);
      assert.equal(model.isCompiled, false);
      assert.match(
        receipt.warnings.join(),
        /^optimizer Nadam: not one of ours; compile the model to train on$/i,
      );
    }
  });
});
