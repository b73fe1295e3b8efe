/** Backward of the layers that move values, of TimeDistributed and of activation layers, by central differences. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Layer, layers } from "../../src/index.js";
import { checkGradients, GradientError } from "./checker.js";
import { onRows, onSteps, onWords } from "./layer-cases.js";
import type { ModelCase } from "./models.js";
import { modelSubject } from "./models.js";

const flatten = () => layers.flatten();
const cell = () => layers.gru({ units: 3 });

const SHAPING: Record<string, () => ModelCase> = {
  "a vector repeated": onRows(() => layers.repeatVector({ n: 3 }), cell),
  "the end of a masked sequence repeated": onWords(cell, () => layers.repeatVector({ n: 2 }), cell),
  "steps to other steps": onSteps(() => layers.reshape({ targetShape: [3, -1] }), cell),
  "steps to a row": onSteps(() => layers.reshape({ targetShape: [15] })),
  "a row to steps": onRows(() => layers.reshape({ targetShape: [-1, 2] }), cell),
  "features as steps": onSteps(() => layers.permute({ dims: [2, 1] }), cell),
  "axes as they were": onSteps(() => layers.permute({ dims: [1, 2] }), cell),
  "zeros around": onSteps(() => layers.zeroPadding1D({ padding: [2, 1] }), cell),
  "whole features dropped": onSteps(() => layers.spatialDropout1D({ rate: 0.3 }), cell),
};

const inEachStep = (layer: Layer) => () => layers.timeDistributed({ layer });
const TIME_DISTRIBUTED: Record<string, () => ModelCase> = {
  dense: onSteps(inEachStep(layers.dense({ units: 4, activation: "tanh" })), cell),
  "dense of an activation by itself": onSteps(
    inEachStep(layers.dense({ units: 4, activation: "gelu" })),
    flatten,
  ),
  "dense, masked": onWords(inEachStep(layers.dense({ units: 4, activation: "sigmoid" })), cell),
  dropout: onSteps(inEachStep(layers.dropout({ rate: 0.4 })), flatten),
  "its input used twice": onSteps(inEachStep(layers.elu({ alpha: 0.4 })), flatten),
};

const bent = (...made: (() => Layer)[]) => onSteps(() => layers.dense({ units: 3 }), ...made, flatten);
const ACTIVATION_LAYERS: Record<string, () => ModelCase> = {
  relu: bent(() => layers.relu()),
  "relu of three numbers": bent(() => layers.relu({ maxValue: 1, negativeSlope: 0.2, threshold: 0.3 })),
  "leaky relu": bent(() => layers.leakyReLU()),
  elu: bent(() => layers.elu()),
  "elu of another depth": bent(() => layers.elu({ alpha: 0.4 })),
  softmax: bent(() => layers.softmax()),
  "softmax over steps": onSteps(() => layers.softmax({ axis: 1 }), flatten),
  prelu: bent(() => layers.prelu()),
  "prelu of one slope a feature": bent(() => layers.prelu({ sharedAxes: [1] })),
  "prelu of one slope a step": bent(() => layers.prelu({ sharedAxes: [2] })),
  "prelu of one slope": bent(() => layers.prelu({ sharedAxes: [1, 2] })),
  "prelu of rows": onRows(() => layers.prelu()),
  "prelu of masked steps": onWords(() => layers.prelu({ sharedAxes: [1] }), cell),
};

for (const [family, cases] of Object.entries({ SHAPING, TIME_DISTRIBUTED, ACTIVATION_LAYERS })) {
  describe(family.toLowerCase(), () => {
    for (const [name, make] of Object.entries(cases)) {
      test(name, () => void checkGradients(modelSubject(make())));
    }
  });
}

test("a slope's gradient that is too large by a hundredth is caught", () => {
  const subject = modelSubject(ACTIVATION_LAYERS["prelu"]!());
  const gradients = () => {
    const right = subject.gradients();
    return { ...right, "p_re_lu/alpha": Float64Array.from(right["p_re_lu/alpha"]!, (g) => 1.01 * g) };
  };
  assert.throws(() => checkGradients({ ...subject, gradients }), GradientError);
});
