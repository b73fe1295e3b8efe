/** Bidirectional layers: names and order of the weights, masks of their own for dropout, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, type Layer, layers, sequential } from "../../src/index.js";

test("weights have Keras's order and the names of the layers inside", () => {
  const model = sequential([
    layers.embedding({ inputDim: 5, outputDim: 3 }),
    layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }) }),
    layers.bidirectional({ layer: layers.lstm({ units: 2, name: "cell" }), mergeMode: "sum" }),
  ]);
  assert.deepEqual(
    model.getWeights().map(({ name, shape }) => `${name} ${shape}`),
    [
      "embedding/embeddings 5,3",
      ...["bidirectional/forward_gru/kernel 3,6", "bidirectional/forward_gru/recurrent_kernel 2,6"],
      "bidirectional/forward_gru/bias 2,6",
      ...["bidirectional/backward_gru/kernel 3,6", "bidirectional/backward_gru/recurrent_kernel 2,6"],
      "bidirectional/backward_gru/bias 2,6",
      ...["bidirectional_1/forward_cell/kernel 4,8", "bidirectional_1/forward_cell/recurrent_kernel 2,8"],
      "bidirectional_1/forward_cell/bias 8",
      ...["bidirectional_1/backward_cell/kernel 4,8", "bidirectional_1/backward_cell/recurrent_kernel 2,8"],
      "bidirectional_1/backward_cell/bias 8",
    ],
  );
  assert.deepEqual(model.outputNode.shape, [2]);
});

test("the two directions start from weights of their own, the forget bias at 1 in both", () => {
  const model = sequential([
    layers.input({ shape: [3, 2] }),
    layers.bidirectional({ layer: layers.lstm({ units: 2 }) }),
  ]);
  const weights = model.getWeights().map(({ data }) => data);
  assert.notDeepEqual(weights[0], weights[3]);
  for (const bias of [weights[2]!, weights[5]!]) assert.deepEqual(Array.from(bias), [0, 0, 1, 1, 0, 0, 0, 0]);
});

test("dropout masks differ between the directions", () => {
  // A dropped input feature shows as a row of zeros in the kernel's gradient.
  const dropped = (dropout: number) => {
    const model = sequential([
      layers.input({ shape: [3, 16] }),
      layers.bidirectional({ layer: layers.simpleRNN({ units: 4, dropout }) }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const row = Array.from({ length: 3 }, (_, t) =>
      Array.from({ length: 16 }, (_, i) => Math.sin(t + i + 1)),
    );
    const { gradients } = model.gradients([row], [1]);
    return [gradients[0]!, gradients[3]!].map(({ data }) => Array.from(data, (g) => g === 0));
  };
  const [forward, backward] = dropped(0.5);
  assert.ok(forward!.includes(true) && backward!.includes(true));
  assert.notDeepEqual(forward, backward);
  assert.ok(!dropped(0).flat().includes(true));
});

test("of an RNN of cells it is that of the layers the cells stand for, gradients too", () => {
  const { bidirectional, gru, gruCell, lstm, lstmCell, rnn } = layers;
  const sequences = { returnSequences: true };
  const modelOf = (first: Layer, second: Layer) => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true }),
        bidirectional({ layer: first }),
        bidirectional({ layer: second, mergeMode: "sum" }),
        layers.dense({ units: 1 }),
      ],
      { engine: "reference" },
    );
    model.setWeights(model.getWeights().map(({ data }, i) => data.map((_, j) => Math.sin(5 * i + j) / 2)));
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    return model;
  };
  const cells = modelOf(
    rnn({ cell: lstmCell({ units: 4 }), ...sequences }),
    rnn({ cell: gruCell({ units: 3 }) }),
  );
  const plain = modelOf(lstm({ units: 4, ...sequences }), gru({ units: 3 }));
  const ids = [
    [3, 1, 4, 0],
    [0, 2, 0, 5],
  ];
  assert.deepEqual(cells.predict(ids), plain.predict(ids));
  const gradients = [cells, plain].map((model) =>
    model.gradients(ids, [1, 0]).gradients.map(({ data }) => data),
  );
  assert.deepEqual(gradients[0], gradients[1]);
  assert.ok(gradients[0]!.every((data) => data.some((value) => value !== 0)));
  assert.equal(cells.getWeights()[1]!.name, "bidirectional/forward_rnn/lstm_cell/kernel");
});

const refused = (message: RegExp, build: () => unknown) =>
  assert.throws(build, (error: unknown) => error instanceof InputError && message.test(error.message));

test("what cannot be read both ways is refused", () => {
  refused(/recurrent layer.*received "Dense"/, () =>
    layers.bidirectional({ layer: layers.dense({ units: 1 }) }),
  );
  const lstm = (goBackwards: boolean, returnSequences = false, units = 2) =>
    layers.lstm({ units, goBackwards, returnSequences });
  refused(/one of concat, sum.*two outputs/, () =>
    layers.bidirectional({ layer: lstm(false), mergeMode: null }),
  );
  refused(/Did you mean mul/, () => layers.bidirectional({ layer: lstm(false), mergeMode: "mull" as never }));
  refused(/goBackwards true for both/, () => layers.bidirectional({ layer: lstm(true) }));
  refused(/goBackwards false for both/, () =>
    layers.bidirectional({ layer: lstm(false), backwardLayer: lstm(false) }),
  );
  refused(/same returnSequences/, () =>
    layers.bidirectional({ layer: lstm(false), backwardLayer: lstm(true, true) }),
  );
  refused(/equally many units.*2 and 3/, () =>
    sequential([
      layers.input({ shape: [4, 2] }),
      layers.bidirectional({ layer: lstm(false), backwardLayer: lstm(true, false, 3), mergeMode: "ave" }),
    ]),
  );
  refused(/returnState.*expected false/, () => layers.lstm({ units: 2, returnState: true }));
});
