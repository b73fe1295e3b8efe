/** RNN over cells: equal to the layers that it stands for, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Layer, layers, type Model, sequential } from "../../src/index.js";

const IDS = [
  [3, 1, 4, 0, 0],
  [0, 2, 0, 5, 1],
  [0, 0, 0, 0, 0],
  [5, 4, 3, 2, 1],
];
const embedding = () => layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputLength: 5 });
const modelOf = (...made: Layer[]) => sequential([embedding(), ...made], { engine: "reference" });

/** The same numbers into both, and what each makes of them. */
function outputs(models: Model[]) {
  const values = models[0]!.getWeights().map(({ data }, i) => data.map((_, j) => Math.sin(5 * i + j) / 2));
  return models.map((model) => {
    model.setWeights(values);
    return model.predict(IDS);
  });
}

const stack = () =>
  layers.stackedRNNCells({
    cells: [layers.lstmCell({ units: 4 }), layers.gruCell({ units: 3 }), layers.simpleRNNCell({ units: 2 })],
  });

for (const returnSequences of [false, true]) {
  test(`stacked cells are layers in turn, masked too; sequences: ${returnSequences}`, () => {
    const rnn = layers.rnn({ cell: stack(), returnSequences, zeroOutputForMask: true });
    const [one, other] = outputs([
      modelOf(rnn),
      modelOf(
        layers.lstm({ units: 4, returnSequences: true }),
        layers.gru({ units: 3, returnSequences: true }),
        layers.simpleRNN({ units: 2, returnSequences, zeroOutputForMask: true }),
      ),
    ]);
    assert.deepEqual(one, other);
  });

  test(`backwards, the first reads from the end and the others its output; sequences: ${returnSequences}`, () => {
    const turned = IDS.map((row) => row.toReversed());
    const [backwards, forwards] = [true, false].map((goBackwards) =>
      modelOf(layers.rnn({ cell: stack(), returnSequences, goBackwards })),
    );
    const values = backwards!.getWeights().map(({ data }, i) => data.map((_, j) => Math.cos(3 * i + j) / 2));
    for (const model of [backwards!, forwards!]) model.setWeights(values);
    assert.deepEqual(backwards!.predict(IDS), forwards!.predict(turned));
  });
}

test("weights are named after the cells", () => {
  const cells = [
    layers.lstmCell({ units: 2 }),
    layers.lstmCell({ units: 2 }),
    layers.gruCell({ units: 1, name: "top" }),
  ];
  const model = modelOf(layers.rnn({ cell: layers.stackedRNNCells({ cells }) }));
  const names = model.getWeights().map(({ name }) => name);
  assert.equal(names[1], "rnn/lstm_cell/kernel");
  assert.equal(names[4], "rnn/lstm_cell_1/kernel");
  assert.equal(names[7], "rnn/top/kernel");
});

test("a list of cells is a stack of them, all trainable or none", () => {
  const cells = () => [layers.lstmCell({ units: 3 }), layers.gruCell({ units: 2, trainable: false })];
  assert.throws(() => layers.rnn({ cell: cells() }), /all trainable, or none of them.*true, ?false/);
  const frozen = layers.rnn({ cell: cells().slice(1) });
  assert.equal(frozen.options.cell.className, "StackedRNNCells");
  assert.equal(frozen.trainable, false);
});

test("what is no cell is refused, and a cell is no layer", () => {
  assert.throws(() => layers.rnn({ cell: layers.lstm({ units: 2 }) }), /a cell \(lstmCell.*"LSTM"/);
  assert.throws(() => layers.stackedRNNCells({ cells: [] }), /a list of cells/);
  assert.throws(() => modelOf(layers.gruCell({ units: 2 })), /layers\.rnn\(\{ cell \}\)/);
});
