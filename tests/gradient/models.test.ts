/** Gradients of whole models: what layers, plans, shards, masks, dropout, weights and regularizers make of the kernels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, losses } from "../../src/index.js";
import { input } from "../../src/layers/input.js";
import { type Builder, Layer, type LayerKind, type Shape, type Tensor } from "../../src/layers/layer.js";
import { checkGradients, GradientError } from "./checker.js";
import { exampleIds, exampleRows, type ModelCase, modelSubject } from "./models.js";

const labels = (rows: number, classes = 2) => Array.from({ length: rows }, (_, r) => (r * 7 + 1) % classes);
const ids = (rows = 5) => ({ x: exampleIds(rows, 4, 6), y: labels(rows) });
const embedding = (maskZero = false) =>
  layers.embedding({ inputDim: 6, outputDim: 3, inputLength: 4, maskZero });
const sigmoid = () => layers.dense({ units: 1, activation: "sigmoid" });
const binary = { loss: "binaryCrossentropy" } as const;

const CASES: Record<string, () => ModelCase> = {
  "the flagship's shape, dropout on": () => ({
    layers: [
      embedding(),
      layers.lstm({ units: 4, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.flatten(),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 5, activation: "sigmoid" }),
      sigmoid(),
    ],
    ...ids(),
    ...binary,
  }),
  "several shards of rows": () => ({
    layers: [embedding(), layers.gru({ units: 3, dropout: 0.2 }), layers.dropout({ rate: 0.3 }), sigmoid()],
    ...ids(37),
    ...binary,
  }),
  "stacked cells over a mask, both directions": () => ({
    layers: [
      embedding(true),
      layers.lstm({ units: 3, returnSequences: true, goBackwards: true, recurrentDropout: 0.2 }),
      layers.gru({ units: 3, returnSequences: true, resetAfter: false }),
      layers.simpleRNN({ units: 3, goBackwards: true }),
      sigmoid(),
    ],
    ...ids(),
    ...binary,
  }),
  "a sequence of vectors, dense on every step, flattened": () => ({
    layers: [
      layers.input({ shape: [4, 3] }),
      layers.gru({ units: 3, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 }),
      layers.dense({ units: 2, activation: "silu" }),
      layers.dropout({ rate: 0.2 }),
      layers.flatten(),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
    x: exampleRows(5, 3, 4),
    y: labels(5, 3),
    loss: "sparseCategoricalCrossentropy",
  }),
  "regularizers of every parameter": () => ({
    layers: [
      layers.embedding({ inputDim: 6, outputDim: 3, inputLength: 4, embeddingsRegularizer: { l2: 0.1 } }),
      layers.lstm({
        units: 3,
        kernelRegularizer: { l1: 0.05 },
        recurrentRegularizer: { l2: 0.1 },
        biasRegularizer: { l1: 0.02, l2: 0.1 },
      }),
      layers.dense({ units: 1, kernelRegularizer: { l2: 0.2 }, biasRegularizer: { l2: 0.3 } }),
    ],
    ...ids(),
    loss: "meanSquaredError",
  }),
  "class weights": () => ({
    layers: [embedding(), layers.simpleRNN({ units: 3 }), sigmoid()],
    ...ids(),
    ...binary,
    options: { classWeight: { 0: 0.5, 1: 3 } },
  }),
  "sample weights over shards, probabilities' path": () => ({
    layers: [layers.input({ shape: [4] }), layers.dense({ units: 3, activation: "tanh" }), sigmoid()],
    x: exampleRows(20, 4),
    y: labels(20),
    loss: losses.binaryCrossentropy({ path: "probabilities", labelSmoothing: 0.1 }),
    options: { sampleWeight: Array.from({ length: 20 }, (_, i) => (i % 4) / 2) },
  }),
  "a model that ends in logits": () => ({
    layers: [layers.input({ shape: [4] }), layers.dense({ units: 3 })],
    x: exampleRows(6, 4),
    y: labels(6, 3),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  }),
  "softmax as a layer of its own, without bias": () => ({
    layers: [
      layers.input({ shape: [4] }),
      layers.dense({ units: 3, useBias: false }),
      layers.activation({ activation: "softmax" }),
    ],
    x: exampleRows(6, 4),
    y: labels(6, 3).map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0))),
    loss: losses.categoricalCrossentropy({ labelSmoothing: 0.1 }),
  }),
};

for (const [name, make] of Object.entries(CASES)) {
  test(name, () => void checkGradients(modelSubject(make())));
}

test("token ids have no gradient, vectors do", () => {
  const names = (name: keyof typeof CASES) => Object.keys(modelSubject(CASES[name]!()).variables);
  assert.ok(!names("class weights").includes("input 0"));
  assert.ok(names("a model that ends in logits").includes("input 0"));
});

// ---- forks and joins ------------------------------------------------------------------------------------

/** out = Σ inputs: enough of a layer to join branches. */
class Sum extends Layer {
  readonly kind: LayerKind = { className: "Sum", options: {}, make: () => new Sum(), mask: "ends" };

  override outputShape([first]: readonly Shape[]): Shape {
    return first!;
  }

  override plan(b: Builder, inputs: readonly Tensor[]): Tensor {
    const { shape } = inputs[0]!;
    const length = b.B * shape.reduce((x, y) => x * y, 1);
    const sum = (out: number, parts: readonly number[]) => {
      b.call("fill", { out, value: 0, length });
      for (const x of parts) b.call("add", { out, x, length });
    };
    const out = b.tensor(shape);
    sum(
      out.at,
      inputs.map((x) => b.read(x)),
    );
    b.backward(() => {
      for (const x of inputs) {
        const dx = b.gradientOf(x);
        if (dx && out.gradient) sum(dx, [out.gradient]);
      }
    });
    return out;
  }
}

const join = () => new Sum();

const GRAPHS: Record<string, () => ModelCase> = {
  "an input with three uses, one of them twice in one layer": () => {
    const parts = [
      input({ shape: [3] }),
      layers.dense({ units: 3, activation: "tanh" }),
      join(),
      join(),
      sigmoid(),
    ];
    const inputs = [[], [0], [0, 1], [0, 2, 2], [3]];
    const links = parts.map((layer, i) => ({ layer, inputs: inputs[i]! }));
    return { layers: parts, links, x: exampleRows(18, 3), y: labels(18), ...binary };
  },
  "an embedding with a mask under two cells of opposite direction": () => {
    const cell = (goBackwards: boolean) => layers.lstm({ units: 3, goBackwards, dropout: 0.2 });
    const parts = [input({ shape: [4] }), embedding(true), cell(false), cell(true), join(), sigmoid()];
    const inputs = [[], [0], [1], [1], [2, 3], [4]];
    const links = parts.map((layer, i) => ({ layer, inputs: inputs[i]! }));
    return { layers: parts, links, ...ids(), ...binary };
  },
  "two inputs": () => {
    const parts = [
      input({ shape: [3] }),
      input({ shape: [4, 2] }),
      layers.dense({ units: 2, activation: "softplus" }),
      layers.gru({ units: 2 }),
      join(),
      sigmoid(),
    ];
    const inputs = [[], [], [0], [1], [2, 3], [4]];
    const links = parts.map((layer, i) => ({ layer, inputs: inputs[i]! }));
    return { layers: parts, links, x: [exampleRows(5, 3), exampleRows(5, 2, 4)], y: labels(5), ...binary };
  },
};

for (const [name, make] of Object.entries(GRAPHS)) {
  test(`graph: ${name}`, () => void checkGradients(modelSubject(make())));
}

test("a branch forgotten in a fork is caught", () => {
  const subject = modelSubject(GRAPHS["an input with three uses, one of them twice in one layer"]!());
  const right = subject.gradients;
  const gradients = () => ({ ...right(), "input 0": Float64Array.from(right()["input 0"]!, (g) => g / 2) });
  assert.throws(() => checkGradients({ ...subject, gradients }), GradientError);
});
