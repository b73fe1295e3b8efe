/** RNN of cells in Keras's configurations: older ones, and what is refused. Whole files: keras-graphs.test.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../src/base/json.js";
import { readLayer, readNode } from "../../src/formats/keras/layer-config.js";
import { weightPlaces } from "../../src/formats/keras/layer-kinds.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { layers, sequential } from "../../src/index.js";
import { readKeras, writeKeras } from "../../src/keras.js";

function read(cell: Json, config: JsonObject = {}, version = { major: 3, minor: 15 }) {
  const notes = new Notes();
  const node = readNode({ class_name: "RNN", config: { name: "rnn", cell, ...config } }, "here");
  return { layer: readLayer(node, { file: "f", ...version, notes }, "here"), notes };
}

const cellOf = (class_name: string, config: JsonObject = {}): JsonObject => ({
  class_name,
  config: { units: 2, ...config },
});
const stackOf = (...cells: Json[]): JsonObject => ({ class_name: "StackedRNNCells", config: { cells } });

test("cells of older Kerases get the defaults of their time", () => {
  const { layer, notes } = read(stackOf(cellOf("GRUCell"), cellOf("LSTMCell")), {}, { major: 2, minor: 2 });
  const [gru, lstm] = layer.inner.map(({ options }) => options as Record<string, unknown>);
  assert.deepEqual([gru!["resetAfter"], gru!["recurrentActivation"]], [false, "hardSigmoid2"]);
  assert.equal(lstm!["recurrentActivation"], "hardSigmoid2");
  assert.match(notes.filled.join(), /here\.config\.cell\.config\.cells\[0\]: reset_after = false/);
});

test("weights lie where Keras has them: by class and count, whatever the cells' names", () => {
  const { layer } = read(
    stackOf(cellOf("LSTMCell", { name: "own" }), cellOf("GRUCell"), cellOf("LSTMCell", { use_bias: false })),
  );
  layer.build([[5, 3]]);
  assert.deepEqual(
    weightPlaces(layer).map(({ group, parameters }) => `${group} ${parameters.length}`),
    ["cell/cells/lstm_cell/vars 3", "cell/cells/gru_cell/vars 3", "cell/cells/lstm_cell_1/vars 2"],
  );
});

describe("refused, with the place", () => {
  const REFUSED: [what: string, cell: Json, config: JsonObject, says: RegExp][] = [
    ["a cell of one's own", cellOf("PeepholeCell"), {}, /here\.config\.cell: expected.*"PeepholeCell"/],
    [
      "a registered cell",
      { ...cellOf("LSTMCell"), registered_name: "mine>LSTMCell" },
      {},
      /here\.config\.cell\.registered_name: .*never run/,
    ],
    [
      "another one in a stack",
      stackOf(cellOf("GRUCell"), { ...cellOf("GRUCell"), module: "os" }),
      {},
      /cells\[1\].*module/,
    ],
    ["a layer as a cell", cellOf("LSTM"), {}, /here: .*a cell.*"LSTM"/],
    ["a stack of nothing", stackOf(), {}, /here\.config\.cell: .*a list of cells/],
    ["a stack in a stack", stackOf(stackOf(cellOf("GRUCell"))), {}, /a list of cells/],
    ["a stack without end", Array(1001).fill(cellOf("GRUCell")), {}, /at most 1000 layers/],
    ["no cell", null, {}, /a cell \(lstmCell/],
    ["states that are put out", cellOf("GRUCell"), { return_state: true }, /here: .*returnState/],
    ["constants for the cell", cellOf("GRUCell"), { num_constants: 1 }, /here\.config\.num_constants/],
    ["steps first", cellOf("GRUCell"), { time_major: true }, /here\.config\.time_major/],
    [
      "cells of which some are trainable",
      stackOf(cellOf("GRUCell"), cellOf("GRUCell", { trainable: false })),
      {},
      /here: .*all trainable, or none/,
    ],
  ];
  for (const [what, cell, config, says] of REFUSED) {
    test(what, () => assert.throws(() => read(cell, config), says));
  }

  test("a cell as a layer of a model", () => {
    const node = readNode(cellOf("LSTMCell"), "here");
    const cell = readLayer(node, { file: "f", major: 3, minor: 15, notes: new Notes() }, "here");
    assert.throws(() => sequential([layers.input({ shape: [5, 2] }), cell]), /layers\.rnn\(\{ cell \}\)/);
  });
});

test("two RNNs made of one cell object have weights of their own, in a file too", () => {
  const cell = layers.lstmCell({ units: 3 });
  const model = sequential([
    layers.input({ shape: [4, 2] }),
    layers.rnn({ cell, returnSequences: true }),
    layers.rnn({ cell }),
  ]);
  const again = readKeras(writeKeras(model)).model;
  assert.deepEqual(again.getWeights(), model.getWeights());
  assert.notDeepEqual(again.getWeights()[1]!.data, again.getWeights()[4]!.data);
});
