/** Backward of the layers around the recurrent ones, by central differences of whole models. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Layer, layers, type Symbolic } from "../../src/index.js";
import { checkGradients, GradientError } from "./checker.js";
import { I, onSteps, onWords, out, ROWS, rest, T } from "./layer-cases.js";
import { exampleIds, exampleRows, type ModelCase, modelSubject } from "./models.js";

const lstm =
  (returnSequences = false) =>
  () =>
    layers.lstm({ units: 3, returnSequences });
const flatten = () => layers.flatten();

const POOLING: Record<string, () => ModelCase> = {
  "global maximum": onSteps(() => layers.globalMaxPooling1D()),
  "global maximum of a masked lstm": onWords(lstm(true), () => layers.globalMaxPooling1D()),
  "global average": onSteps(() => layers.globalAveragePooling1D()),
  "global average of what is not hidden": onWords(lstm(true), () => layers.globalAveragePooling1D()),
  "global average kept as a step": onSteps(() => layers.globalAveragePooling1D({ keepdims: true }), flatten),
};
for (const padding of ["valid", "same"] as const) {
  for (const [poolSize, strides] of [
    [2, 2],
    [3, 1],
    [2, 3],
    [4, 2],
  ] as const) {
    const options = { poolSize, strides, padding };
    const label = `${padding}, ${poolSize} by ${strides}`;
    POOLING[`maximum, ${label}`] = onSteps(() => layers.maxPooling1D(options), flatten);
    POOLING[`average, ${label}`] = onSteps(() => layers.averagePooling1D(options), flatten);
  }
}

const BIDIRECTIONAL: Record<string, () => ModelCase> = {};
for (const mergeMode of ["concat", "sum", "mul", "ave"] as const) {
  const both = (layer: Layer) => () => layers.bidirectional({ layer, mergeMode });
  const dropping = { dropout: 0.2, recurrentDropout: 0.2 };
  Object.assign(BIDIRECTIONAL, {
    [mergeMode]: onSteps(both(layers.lstm({ units: 3, ...dropping }))),
    [`${mergeMode}, steps`]: onSteps(both(layers.gru({ units: 3, returnSequences: true })), flatten),
    [`${mergeMode}, masked`]: onWords(both(layers.gru({ units: 3, dropout: 0.2, resetAfter: false }))),
    [`${mergeMode}, masked steps`]: onWords(
      both(layers.simpleRNN({ units: 3, returnSequences: true, ...dropping })),
      () => layers.globalAveragePooling1D(),
    ),
  });
}
for (const goBackwards of [false, true]) {
  const options = { units: 3, goBackwards, zeroOutputForMask: true };
  BIDIRECTIONAL[`zeroed, ${goBackwards}`] = onWords(() => layers.lstm(options));
  BIDIRECTIONAL[`zeroed steps, ${goBackwards}`] = onWords(
    () => layers.gru({ ...options, returnSequences: true }),
    flatten,
  );
}

/** A relu leaves many steps with nothing but zeros, and a small change of the input leaves them so. */
const MASKING = {
  "masking before a cell": onSteps(
    () => layers.dense({ units: 2, activation: "relu" }),
    () => layers.masking(),
    lstm(),
  ),
};

// ---- graphs -----------------------------------------------------------------------------------------------

type Join = (parts: Symbolic[]) => Symbolic;

/** Two inputs of vectors a step, joined. */
const joined =
  (
    join: Join,
    shapes: [number[], number[]] = [
      [T, I],
      [T, I],
    ],
  ) =>
  (): ModelCase => {
    const inputs = shapes.map((shape) => layers.input({ shape }));
    const parts = inputs.map((input, i) =>
      layers.dense({ units: shapes[i]!.at(-1)!, activation: "tanh" }).apply(input),
    );
    const joint = join(parts);
    return {
      graph: { inputs, outputs: out().apply(layers.flatten().apply(joint)) },
      x: shapes.map(([a, b]) => (b === undefined ? exampleRows(ROWS, a!) : exampleRows(ROWS, b, a!))),
      ...rest,
    };
  };

/** Two inputs of ids, each with a mask or without, joined; a cell sees which steps are hidden. */
const joinedWords = (join: Join, maskZero: [boolean, boolean]) => (): ModelCase => {
  const inputs = [layers.input({ shape: [T] }), layers.input({ shape: [T] })];
  const parts = inputs.map((input, i) =>
    layers.embedding({ inputDim: 6, outputDim: I, maskZero: maskZero[i]! }).apply(input),
  );
  const ids = exampleIds(ROWS, T, 6);
  const x = [ids, ids.map((_, r) => ids[(r + 2) % ROWS]!.toReversed())];
  return {
    graph: { inputs, outputs: out().apply(layers.gru({ units: 3 }).apply(join(parts))) },
    x: x as ModelCase["x"],
    ...rest,
  };
};

const MERGES = {
  add: layers.add,
  subtract: layers.subtract,
  multiply: layers.multiply,
  average: layers.average,
  maximum: layers.maximum,
  minimum: layers.minimum,
};

const MERGING: Record<string, () => ModelCase> = {};
for (const [kind, make] of Object.entries(MERGES)) {
  const join: Join = (parts) => make().apply(parts);
  MERGING[kind] = joined(join);
  MERGING[`${kind}, one feature stretched`] = joined(join, [
    [T, I],
    [T, 1],
  ]);
  MERGING[`${kind}, a row at every step`] = joined(join, [[I], [T, I]]);
  for (const masks of [
    [true, true],
    [true, false],
    [false, true],
  ] as [boolean, boolean][]) {
    MERGING[`${kind}, masks ${masks}`] = joinedWords(join, masks);
  }
  if (kind !== "subtract") {
    MERGING[`${kind} of three, one twice`] = joined(([x, y]) => make().apply([x!, y!, x!]));
  }
}
for (const axis of [-1, 1]) {
  const join: Join = (parts) => layers.concatenate({ axis }).apply(parts);
  MERGING[`concatenate along ${axis}`] = joined(
    join,
    axis === 1
      ? [
          [T, I],
          [2, I],
        ]
      : [
          [T, I],
          [T, 2],
        ],
  );
  MERGING[`concatenate along ${axis}, masked`] = joinedWords(join, [true, false]);
}

for (const [family, cases] of Object.entries({ POOLING, MASKING, BIDIRECTIONAL, MERGING })) {
  describe(family.toLowerCase(), () => {
    for (const [name, make] of Object.entries(cases)) {
      test(name, () => void checkGradients(modelSubject(make())));
    }
  });
}

test("a gradient that is too large by a hundredth is caught in every one of them", () => {
  for (const make of [POOLING, BIDIRECTIONAL, MERGING].flatMap((family) => Object.values(family))) {
    const subject = modelSubject(make());
    const gradients = () => {
      const right = subject.gradients();
      const [first] = Object.keys(right);
      return { ...right, [first!]: Float64Array.from(right[first!]!, (g) => 1.01 * g) };
    };
    assert.throws(() => checkGradients({ ...subject, gradients }), GradientError);
  }
});
