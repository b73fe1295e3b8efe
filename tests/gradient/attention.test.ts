/** Backward of attention by central differences, of everything that a score and an output come from. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers, type Symbolic } from "../../src/index.js";
import type { AttentionOptions } from "../../src/layers/attention.js";
import { checkGradients, GradientError } from "./checker.js";
import { I, out, ROWS, rest, T } from "./layer-cases.js";
import { exampleIds, exampleRows, type ModelCase, modelSubject } from "./models.js";

const [S, F] = [4, 2];
const SCORES: Record<string, AttentionOptions> = {
  dot: {},
  "dot, scaled": { useScale: true },
  concat: { scoreMode: "concat" },
  "concat, scaled": { scoreMode: "concat", useScale: true },
  dropped: { useScale: true, dropout: 0.3 },
  "concat, dropped": { scoreMode: "concat", useScale: true, dropout: 0.3 },
};

/** A query of T steps, a value of S and, in a graph of three inputs, a key, each through a layer of its own. */
const onSteps = (options: AttentionOptions, shapes: [number, number][]) => (): ModelCase => {
  const inputs = shapes.map((shape) => layers.input({ shape }));
  const parts = inputs.map((input, i) =>
    layers.dense({ units: shapes[i]![1], activation: "tanh" }).apply(input),
  );
  const joint = layers.attention(options).apply(parts);
  return {
    graph: { inputs, outputs: out().apply(layers.flatten().apply(joint)) },
    x: shapes.map(([steps, features]) => exampleRows(ROWS, features, steps)),
    ...rest,
  };
};

/** A sequence's attention to itself. */
const onItself = (options: AttentionOptions, uses: 2 | 3) => (): ModelCase => {
  const input = layers.input({ shape: [T, I] });
  const part = layers.dense({ units: 3, activation: "tanh" }).apply(input);
  const joint = layers.attention(options).apply(Array<Symbolic>(uses).fill(part));
  return {
    graph: { inputs: [input], outputs: out().apply(layers.flatten().apply(joint)) },
    x: exampleRows(ROWS, I, T),
    ...rest,
  };
};

/** Two inputs of ids with masks or without; a cell sees which steps are hidden. */
const onWords = (options: AttentionOptions, maskZero: [boolean, boolean]) => (): ModelCase => {
  const inputs = [layers.input({ shape: [T] }), layers.input({ shape: [T] })];
  const parts = inputs.map((input, i) =>
    layers.embedding({ inputDim: 6, outputDim: I, maskZero: maskZero[i]! }).apply(input),
  );
  const ids = exampleIds(ROWS, T, 6);
  const x = [ids, ids.map((_, r) => ids[(r + 2) % ROWS]!.toReversed())];
  const joint = layers.attention(options).apply(parts);
  return {
    graph: { inputs, outputs: out().apply(layers.gru({ units: 3 }).apply(joint)) },
    x: x as ModelCase["x"],
    ...rest,
  };
};

const CASES = Object.entries(SCORES).flatMap(([name, options]): [string, () => ModelCase][] => [
  [
    `${name}, of two`,
    onSteps(options, [
      [T, I],
      [S, I],
    ]),
  ],
  [
    `${name}, of three`,
    onSteps(options, [
      [T, I],
      [S, F],
      [S, I],
    ]),
  ],
  [`${name}, of itself`, onItself(options, 2)],
  [`${name}, of itself thrice`, onItself(options, 3)],
  [`${name}, masked`, onWords(options, [true, true])],
  [`${name}, queries masked`, onWords(options, [true, false])],
  [`${name}, values masked`, onWords(options, [false, true])],
]);

describe("attention", () => {
  for (const [name, make] of CASES) {
    test(name, () => void checkGradients(modelSubject(make())));
  }
});

test("each gradient that is too large by a hundredth, or nothing, is caught", () => {
  for (const factor of [1.01, 0]) {
    const subject = modelSubject(
      onSteps(SCORES["concat, scaled"]!, [
        [T, I],
        [S, F],
        [S, I],
      ])(),
    );
    for (const wrong of [
      "attention/scale",
      "attention/concat_score_weight",
      "input 0",
      "input 1",
      "input 2",
    ]) {
      const gradients = () => {
        const right = subject.gradients();
        assert.ok(right[wrong], wrong);
        return { ...right, [wrong]: Float64Array.from(right[wrong]!, (g) => factor * g) };
      };
      assert.throws(() => checkGradients({ ...subject, gradients }), GradientError, wrong);
    }
  }
});
