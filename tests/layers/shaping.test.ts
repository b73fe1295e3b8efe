/** Layers that move values: which shapes they take and make, and what they say to others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Layer, layers, sequential } from "../../src/index.js";

const shapeOf = (input: (number | null)[], ...made: Layer[]) =>
  sequential([layers.input({ shape: input }), ...made], { engine: "reference" }).outputNode.shape;

test("sizes that are not known yet stay open, and data fills them in", () => {
  assert.deepEqual(shapeOf([null, 3], layers.reshape({ targetShape: [-1, 6] })), [null, 6]);
  assert.deepEqual(shapeOf([null, 3], layers.reshape({ targetShape: [4, 3] })), [4, 3]);
  assert.deepEqual(shapeOf([null, 3], layers.zeroPadding1D({ padding: [2, 3] })), [null, 3]);
  assert.deepEqual(shapeOf([null, 3], layers.permute({ dims: [2, 1] })), [3, null]);
  assert.deepEqual(shapeOf([null, 3], layers.timeDistributed({ layer: layers.dense({ units: 7 }) })), [
    null,
    7,
  ]);
  const model = sequential([layers.input({ shape: [null, 3] }), layers.reshape({ targetShape: [-1, 6] })], {
    engine: "reference",
  });
  const steps = Array.from({ length: 4 }, (_, t) => [3 * t, 3 * t + 1, 3 * t + 2]);
  assert.deepEqual(model.predict([steps]), [
    [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ],
  ]);
  assert.throws(() => model.predict([steps.slice(1)]), /Reshape reshape targetShape: .*9 numbers/);
});

test("shapes that do not fit are named", () => {
  const say = (input: (number | null)[], layer: Layer, message: RegExp) =>
    assert.throws(() => shapeOf(input, layer), message);
  say([3, 4], layers.repeatVector({ n: 2 }), /one vector a row.*returnSequences/);
  say([3, 4], layers.reshape({ targetShape: [5, 2] }), /12 numbers \(\[3, 4\]\)/);
  say([3, 4], layers.reshape({ targetShape: [-1, 5] }), /12 numbers/);
  say([4], layers.permute({ dims: [2, 1] }), /as many axes as dims \(2\)/);
  say([4], layers.zeroPadding1D(), /a sequence/);
  say([4], layers.spatialDropout1D({ rate: 0.1 }), /a sequence/);
  say([4], layers.softmax({ axis: 2 }), /Softmax softmax axis/);
  say([null, 4], layers.prelu(), /sharedAxes: \[1\]/);
  say([4], layers.timeDistributed({ layer: layers.dense({ units: 1 }) }), /a sequence/);
  say([5, 4], layers.timeDistributed({ layer: layers.repeatVector({ n: 2 }) }), /one vector a step/);
  say([5, 4], layers.timeDistributed({ layer: layers.lstm({ units: 2 }) }), /a sequence/);
});

test("options are checked", () => {
  assert.throws(() => layers.reshape({ targetShape: [-1, -1] }), /one of them −1/);
  assert.throws(() => layers.reshape({ targetShape: [1, 2, 3] }), /targetShape/);
  assert.throws(() => layers.permute({ dims: [1, 1] }), /\[2, 1\]/);
  assert.throws(() => layers.zeroPadding1D({ padding: [1, 2, 3] }), /\[before, behind\]/);
  assert.throws(() => layers.zeroPadding1D({ padding: -1 }), /at least 0/);
  assert.throws(() => layers.relu({ threshold: -1 }), /from 0/);
  assert.throws(() => layers.prelu({ sharedAxes: [3] }), /from 1 to 2/);
  assert.throws(() => layers.timeDistributed({ layer: layers.input({ shape: [3] }) }), /a layer, as/);
});

test("a masked sequence is refused by Softmax, which in Keras would misread the mask", () => {
  const model = sequential(
    [layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputLength: 3 }), layers.softmax()],
    { engine: "reference" },
  );
  assert.throws(() => model.predict([[1, 2, 0]]), /without a mask.*layers\.activation/);
});

test("a layer that is in a model already is not taken again, be it inside another", () => {
  const dense = layers.dense({ units: 4 });
  const inside = layers.timeDistributed({ layer: dense });
  const input = () => layers.input({ shape: [3, 4] });
  assert.throws(() => sequential([input(), dense, inside]), /a layer of its own.*this model/);
  sequential([input(), inside]);
  assert.throws(() => sequential([input(), dense]), /a layer of its own.*another model/);
});

test("whole features are dropped, others at every row", () => {
  const rate = 0.4;
  const model = sequential(
    [layers.input({ shape: [6, 5] }), layers.spatialDropout1D({ rate }), layers.flatten()],
    { engine: "reference", seed: 3 },
  );
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const ones = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => [1, 1, 1, 1, 1]));
  const none = ones.map(() => Array.from({ length: 30 }, () => 0));
  // ∂ mean(out²) / ∂x = 2 · out · mask / 30 / rows, so the gradient shows the mask.
  const [gradient] = model.gradients(ones, none).inputs;
  const kept = Array.from(gradient!, (g) => g > 0);
  const rows = new Set<string>();
  for (let r = 0; r < 40; r++) {
    const step = (t: number) => kept.slice(30 * r + 5 * t, 30 * r + 5 * t + 5).join();
    for (let t = 1; t < 6; t++) assert.equal(step(t), step(0));
    rows.add(step(0));
  }
  assert.ok(rows.size > 8, `only ${rows.size} different masks in 40 rows`);
  const share = kept.filter((k) => !k).length / kept.length;
  assert.ok(Math.abs(share - rate) < 4 * Math.sqrt((rate * (1 - rate)) / 200), `dropped ${share}`);
});
