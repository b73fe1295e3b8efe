/** Backward of Conv1D by central differences. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers } from "../../src/index.js";
import type { Conv1DOptions } from "../../src/layers/conv1d.js";
import { checkGradients, GradientError } from "./checker.js";
import { onSteps, onWords } from "./layer-cases.js";
import { type ModelCase, modelSubject } from "./models.js";

const cell = () => layers.gru({ units: 3 });
const conv = (options: Partial<Conv1DOptions>) => () =>
  layers.conv1D({ filters: 3, kernelSize: 3, activation: "tanh", ...options });

const CASES: Record<string, () => ModelCase> = {
  "behind a mask": onWords(conv({ kernelSize: 2 }), cell),
  twice: onSteps(conv({ padding: "same" }), conv({ kernelSize: 2, filters: 2 }), cell),
  "an activation by itself": onSteps(conv({ activation: "gelu" }), cell),
  "without bias": onSteps(conv({ useBias: false }), cell),
  "in groups": onSteps(conv({ padding: "same", filters: 6, groups: 3 }), cell),
};
for (const padding of ["valid", "same", "causal"] as const) {
  CASES[padding] = onSteps(conv({ padding }), cell);
  CASES[`${padding}, by two`] = onSteps(conv({ padding, strides: 2, kernelSize: 2 }), cell);
  CASES[`${padding}, spread`] = onSteps(conv({ padding, dilationRate: 2, kernelSize: 2 }), cell);
}

describe("convolution", () => {
  for (const [name, make] of Object.entries(CASES)) {
    test(name, () => void checkGradients(modelSubject(make())));
  }
});

test("a kernel's gradient that is too large by a hundredth is caught", () => {
  const subject = modelSubject(CASES["same"]!());
  const gradients = () => {
    const right = subject.gradients();
    return { ...right, "conv1d/kernel": Float64Array.from(right["conv1d/kernel"]!, (g) => 1.01 * g) };
  };
  assert.throws(() => checkGradients({ ...subject, gradients }), GradientError);
});
