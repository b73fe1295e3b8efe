/** Answers that a student may give, and what they are told: every slip by its own arithmetic, and sums over layers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkExpectations, parseExpectation } from "../../src/explain/expectations.js";
import { evaluate } from "../../src/explain/parameters/expression.js";
import { deriveParameters } from "../../src/explain/parameters.js";
import { layers, type Model, sequential } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { anyCase, flagship } from "./models.js";

const words = (...rest: Layer[]) =>
  sequential([layers.embedding({ inputDim: 1000, outputDim: 16, inputLength: 200 }), ...rest]);
const dense = (units: number) => layers.dense({ units });

const MODELS = {
  flagship: flagship(),
  gru: words(layers.gru({ units: 32 }), dense(1)),
  gru2014: words(layers.gru({ units: 32, resetAfter: false }), dense(1)),
  rnn: words(layers.simpleRNN({ units: 32 }), dense(1)),
  unbiased: words(layers.lstm({ units: 32, useBias: false }), layers.dense({ units: 2, useBias: false })),
  both: words(layers.bidirectional({ layer: layers.lstm({ units: 12 }) }), dense(12)),
  sequence: words(layers.lstm({ units: 32, returnSequences: true }), layers.flatten(), dense(8)),
  stacked: words(
    layers.lstm({ units: 24, returnSequences: true, name: "first" }),
    layers.lstm({ units: 12, name: "second" }),
    dense(3),
  ),
  conv: sequential([
    layers.input({ shape: [50, 6] }),
    layers.conv1D({ filters: 20, kernelSize: 3 }),
    layers.batchNormalization(),
    layers.layerNormalization(),
    layers.globalMaxPooling1D(),
    dense(2),
  ]),
};

/** Model, layer, answer, and the names of the slips; none where nothing is to be said. */
const ANSWERS: [keyof typeof MODELS, string, number, ...string[]][] = [
  // Embedding(1000, 16) over 200 steps
  ["flagship", "embedding", 1001 * 16, "one row added"],
  ["flagship", "embedding", 1002 * 16, "two rows added"],
  ["flagship", "embedding", 999 * 16, "padding left out"],
  ["flagship", "embedding", 1000 * 16 + 16, "one row added"],
  ["flagship", "embedding", 1000, "rows alone"],
  ["flagship", "embedding", 1000 * 200 * 16, "times the steps"],
  ["flagship", "embedding", 200 * 16, "time steps for the vocabulary"],
  ["flagship", "embedding", 1000 * 200, "time steps for the width"],
  ["flagship", "embedding", 1000 * 16 + 200 * 16, "a table of places"],
  ["flagship", "embedding", 16001],
  // LSTM(32) of 16 inputs: 6,272
  ["flagship", "lstm", (16 + 32) * 32 + 32, "factor left out"],
  ["flagship", "lstm", 3 * ((16 + 32) * 32 + 32), "gates alone"],
  ["flagship", "lstm", 3 * ((16 + 32) * 32 + 2 * 32), "a GRU's count"],
  ["flagship", "lstm", 4 * (16 + 32) * 32, "bias left out"],
  ["flagship", "lstm", 4 * ((16 + 32) * 32 + 2 * 32), "two biases"],
  ["flagship", "lstm", 4 * (16 + 32) * 32 + 32, "bias of one network"],
  ["flagship", "lstm", 6148, "one number of bias"],
  ["flagship", "lstm", 4 * ((16 + 32) * 32 + 16), "bias by inputs"],
  ["flagship", "lstm", 4 * (16 * 32 + 32), "recurrent kernel left out"],
  ["flagship", "lstm", 4 * (32 * 32 + 32), "kernel left out"],
  ["flagship", "lstm", 9344, "times all it sees"],
  ["flagship", "lstm", 4 * ((16 + 32) * 16 + 32), "times the inputs"],
  ["flagship", "lstm", 4 * ((16 + 32) * 16 + 16), "times the inputs"],
  ["flagship", "lstm", 4 * ((16 + 16) * 16 + 16), "inputs for units"],
  ["flagship", "lstm", 1254400, "times the steps"],
  ["flagship", "lstm", 4 * ((200 + 32) * 32 + 32), "time steps for inputs"],
  ["flagship", "lstm", 4 * ((1000 + 32) * 32 + 32), "vocabulary for inputs"],
  ["flagship", "lstm", 4 * ((16 + 200) * 200 + 200), "time steps for units"],
  ["flagship", "lstm", 12288, "kernels twice"],
  ["flagship", "lstm", 2 * 6272, "counted twice"],
  ["flagship", "lstm", 4 * ((16 + 32 + 32) * 32 + 32), "c seen"],
  ["flagship", "lstm", 4 * (16 + 32 + 1), "units left out"],
  ["flagship", "lstm", 3 * (16 + 32) * 32, "gates alone", "bias left out"],
  ["flagship", "lstm", (16 + 32) * 32, "factor left out", "bias left out"],
  ["flagship", "lstm", 200 * 4 * (16 + 32) * 32, "bias left out", "times the steps"],
  ["flagship", "lstm", 768, "factor left out", "bias left out", "times the inputs"],
  ["flagship", "lstm", 8448, "another layer's count"],
  ["flagship", "lstm", 6271],
  // Dense(256) of 32 inputs: 8,448; Dense(1) of 256: 257
  ["flagship", "dense", 32 * 256, "bias left out"],
  ["flagship", "dense", 32 * 256 + 1, "one bias in all"],
  ["flagship", "dense", 32 * 256 + 32, "bias by inputs"],
  ["flagship", "dense", 256 * (16 + 32 + 1), "two layers' outputs read"],
  ["flagship", "dense", 16 * 256 + 256, "another layer's output read"],
  ["flagship", "dense", 200 * 32 * 256 + 256, "whole sequence read"],
  ["flagship", "dense", 200 * 256 + 256, "time steps for inputs"],
  ["flagship", "dense", 200 * 8448, "times the steps"],
  ["flagship", "dense", (32 + 256) * 256 + 256, "counted as recurrent"],
  ["flagship", "dense", 32 + 256, "weights left out"],
  ["flagship", "dense_1", 33, "another layer's output read"],
  ["flagship", "dense_1", 514, "two output units"],
  ["flagship", "dense_1", 256, "bias left out"],
  ["flagship", "dense_1", 256 * 1 + 256, "bias by inputs"],
  ["flagship", "dense_1", 768, "two output units", "bias by inputs"],
  ["flagship", "flatten", 200 * 32, "steps counted"],
  ["flagship", "dropout", 32 * 32 + 32, "counted as Dense"],
  // GRU(32) of 16 inputs: with reset_after 4,800, of 2014 4,704
  ["gru", "gru", 3 * ((16 + 32) * 32 + 32), "second bias left out"],
  ["gru", "gru", 4 * ((16 + 32) * 32 + 32), "an LSTM's count"],
  ["gru", "gru", 4 * ((16 + 32) * 32 + 2 * 32), "an LSTM's networks"],
  ["gru", "gru", (16 + 32) * 32 + 32, "a SimpleRNN's count"],
  ["gru", "gru", (16 + 32) * 32 + 2 * 32, "factor left out"],
  ["gru", "gru", 2 * ((16 + 32) * 32 + 2 * 32), "gates alone"],
  ["gru", "gru", 3 * (16 + 32) * 32, "bias left out"],
  ["gru2014", "gru", 3 * ((16 + 32) * 32 + 2 * 32), "two biases"],
  ["gru2014", "gru", 4 * ((16 + 32) * 32 + 32), "an LSTM's networks"],
  ["gru2014", "gru", (16 + 32) * 32 + 32, "factor left out"],
  // SimpleRNN(32): 1,568
  ["rnn", "simple_rnn", 4 * 1568, "an LSTM's networks"],
  ["rnn", "simple_rnn", 3 * 1568, "a GRU's networks"],
  ["rnn", "simple_rnn", 3 * ((16 + 32) * 32 + 2 * 32), "a GRU's count"],
  ["rnn", "simple_rnn", (16 + 32) * 32, "bias left out"],
  ["rnn", "simple_rnn", 16 * 32 + 32, "recurrent kernel left out"],
  ["unbiased", "lstm", 4 * ((16 + 32) * 32 + 32), "bias counted"],
  ["unbiased", "dense", 32 * 2 + 2, "bias counted"],
  ["unbiased", "dense", 32, "one output unit"],
  // Bidirectional(LSTM(12)): 2 × 1,392; the Dense(12) behind it reads 24
  ["both", "bidirectional", 4 * ((16 + 12) * 12 + 12), "one direction"],
  ["both", "bidirectional", 2 * ((16 + 12) * 12 + 12), "factor left out"],
  ["both", "bidirectional", 2 * 4 * (16 + 12) * 12, "bias left out"],
  ["both", "bidirectional", 4 * (16 + 12) * 12, "one direction", "bias left out"],
  ["both", "dense", 12 * 12 + 12, "one direction read"],
  ["both", "dense", 12 * 12, "bias left out", "one direction read"],
  // What comes after sequences, and stacks
  ["sequence", "dense", 32 * 8 + 8, "Flatten forgotten"],
  ["sequence", "dense", 32 * 8, "bias left out", "Flatten forgotten"],
  ["stacked", "second", 4 * ((16 + 12) * 12 + 12), "another layer's output read"],
  ["stacked", "second", 4 * ((16 + 24 + 12) * 12 + 12), "two layers' outputs read"],
  ["stacked", "dense", 24 * 3 + 3, "another layer's output read"],
  // Conv1D(20, 3) of 6 inputs: 380; normalisations of 20
  ["conv", "conv1d", 6 * 20 + 20, "window left out"],
  ["conv", "conv1d", 3 * 20 + 20, "one input a step"],
  ["conv", "conv1d", 3 * 6 * 20, "bias left out"],
  ["conv", "conv1d", 3 * 3 * 6 * 20 + 20, "square window"],
  ["conv", "conv1d", 48 * (3 * 6 * 20 + 20), "times the places"],
  ["conv", "conv1d", 50 * (3 * 6 * 20 + 20), "times the steps"],
  ["conv", "conv1d", 3 * 50 * 20 + 20, "time steps for inputs"],
  ["conv", "batch_normalization", 2 * 20, "moving statistics left out"],
  ["conv", "layer_normalization", 4 * 20, "moving statistics counted"],
  ["conv", "dense", 20 + 1, "one output unit"],
  // Sums
  ["flagship", "total", 16000 + 6144 + 8192 + 256, "bias left out"],
  ["flagship", "total", 30977 - 16000, "a layer left out"],
  ["flagship", "total", 30977 + 257, "a layer counted twice"],
  ["flagship", "total", 30977 - 6272 + 1568, "factor left out"],
  ["flagship", "lstm + dense", 6144 + 8192, "bias left out"],
  ["flagship", "dense+dense_1", 8448, "a layer left out"],
  ["flagship", "dense+dense_1", 8705 + 6272, "another layer counted"],
  ["flagship", "lstm+dense+dense_1", 6400 + 8448 + 257, "two biases"],
  ["stacked", "first+second", 2 * (4 * ((16 + 12) * 12 + 12))],
  ["stacked", "first + second", 3 * ((16 + 24) * 24 + 24) + 3 * ((24 + 12) * 12 + 12), "gates alone"],
];

for (const [name, layer, count, ...slips] of ANSWERS) {
  test(`${name}: ${layer}=${count} ${slips.length > 0 ? `is told: ${slips.join(", ")}` : "is told nothing"}`, () => {
    const [verdict] = checkExpectations(MODELS[name], [{ layer, count }]);
    assert.equal(verdict!.right, false);
    const named = (verdict!.cause?.slips ?? []).map((slip) => slip.name);
    assert.deepEqual(named, slips, verdict!.cause?.arithmetic ?? `${verdict!.undecided} undecided`);
    if (slips.length > 0) assert.match(verdict!.cause!.arithmetic, calculated(count));
  });
}

/** The arithmetic that is shown ends in the answer; or says what it stands in place of. */
const calculated = (count: number) => new RegExp(`(^|= )${count.toLocaleString("en-US")}$| in place of `);

test("right answers are right, whatever else would give them", () => {
  for (const model of Object.values(MODELS)) {
    const derivations = deriveParameters(model);
    const counts = derivations.map(({ layer, derived }) => ({
      layer: layer.name,
      count: evaluate(derived.expression),
    }));
    const names = counts.map(({ layer }) => layer);
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const sums = [names.join("+"), names.toReversed().join(" + "), "Total"].map((layer) => ({
      layer,
      count: total,
    }));
    for (const verdict of checkExpectations(model, [...counts, ...sums])) {
      assert.ok(verdict.right, verdict.layer);
      assert.equal(verdict.cause, null);
      assert.equal(verdict.undecided, 0);
    }
  }
});

test("sums: read with spaces, and refused where a layer is missing, named twice, or all are meant", () => {
  const sum = parseExpectation(" dense + dense_1 = 8,705 ");
  assert.deepEqual(sum, { layer: "dense + dense_1", count: 8705 });
  const [verdict] = checkExpectations(MODELS.flagship, [sum]);
  assert.ok(verdict!.right);
  assert.equal(verdict!.derivation, "8,448 + 257 = 8,705");
  const refused = (layer: string, says: RegExp) =>
    assert.throws(() => checkExpectations(MODELS.flagship, [{ layer, count: 3 }]), says);
  refused("dense+dense", /dense once/);
  refused("lstm+LSTM", /lstm once/);
  refused("dense+", /LAYER\+LAYER=COUNT/);
  refused("dense+lstn", /Did you mean lstm\?/);
  refused("total+lstm", /a layer of the model.*total/s);
});

test("a layer with a + in its name is itself", () => {
  const model = words(layers.lstm({ units: 3, name: "a+b" }));
  assert.ok(checkExpectations(model, [{ layer: "a+b", count: 4 * (19 * 3 + 3) }])[0]!.right);
});

test("several explanations, none likelier: none is named", () => {
  // Either direction's count, or either of two equal layers, left out.
  const model = words(
    layers.lstm({ units: 16, returnSequences: true, name: "a" }),
    layers.lstm({ units: 16, name: "b" }),
  );
  const one = 4 * ((16 + 16) * 16 + 16);
  const [verdict] = checkExpectations(model, [{ layer: "a+b", count: one }]);
  assert.equal(verdict!.cause, null);
  assert.equal(verdict!.undecided, 2);
});

const anyModel: fc.Arbitrary<Model> = fc.oneof(
  anyCase.map(({ model }) => model),
  fc
    .record({
      steps: fc.integer({ min: 5, max: 30 }),
      inputs: fc.nat(9),
      filters: fc.nat(9),
      kernelSize: fc.nat(4),
    })
    .map(({ steps, inputs, filters, kernelSize }) =>
      sequential([
        layers.input({ shape: [steps, inputs + 1] }),
        layers.conv1D({ filters: filters + 1, kernelSize: kernelSize + 1 }),
        layers.batchNormalization(),
        layers.globalAveragePooling1D(),
        dense(2),
      ]),
    ),
);

test("any model: each slip's arithmetic is recognised, or another that gives the same; right answers are right", () => {
  let recognised = 0;
  let itself = 0;
  fc.assert(
    fc.property(anyModel, (model) => {
      for (const { layer, derived } of deriveParameters(model)) {
        const actual = evaluate(derived.expression);
        for (const { slips, expression } of derived.mistakes()) {
          if (slips.length > 1) continue;
          const count = evaluate(expression);
          const [verdict] = checkExpectations(model, [{ layer: layer.name, count }]);
          assert.equal(verdict!.right, count === actual);
          if (count === actual) {
            assert.equal(verdict!.cause, null);
            continue;
          }
          recognised++;
          assert.equal(verdict!.cause!.slips.length, 1);
          if (verdict!.cause!.slips[0]!.name === slips[0]!.name) itself++;
        }
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(recognised > 1000 && itself > recognised / 2, `${itself} of ${recognised}`);
});
