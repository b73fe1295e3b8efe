/** Backward of the normalisations by central differences, with the statistics of the batch and with given ones. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers } from "../../src/index.js";
import { KERNELS as kernels } from "../../src/kernels/kernels.js";
import { checkGradients, GradientError, randomSource } from "./checker.js";
import { onRows, onSteps, onWords } from "./layer-cases.js";
import { type ModelCase, modelSubject } from "./models.js";

const cell = () => layers.gru({ units: 3 });
const dense = () => layers.dense({ units: 4, useBias: false });
const CASES: Record<string, () => ModelCase> = {
  "batch, rows": onRows(dense, () => layers.batchNormalization()),
  "batch, steps": onSteps(() => layers.batchNormalization(), cell),
  "batch, masked steps": onWords(() => layers.batchNormalization(), cell),
  "batch, masked steps that are seen": onWords(
    () => layers.batchNormalization({ scale: false, epsilon: 0.1 }),
    () => layers.flatten(),
  ),
  "batch, twice": onRows(
    dense,
    () => layers.batchNormalization({ center: false }),
    dense,
    () => layers.batchNormalization({ center: false, scale: false }),
  ),
  "batch, frozen": onSteps(() => layers.batchNormalization({ trainable: false }), cell),
  "layer, rows": onRows(dense, () => layers.layerNormalization()),
  "layer, steps": onSteps(() => layers.layerNormalization({ epsilon: 0.1 }), cell),
  "layer, masked steps": onWords(() => layers.layerNormalization({ center: false }), cell),
  "layer, neither scale nor shift": onRows(dense, () =>
    layers.layerNormalization({ scale: false, center: false }),
  ),
};

describe("normalisation", () => {
  for (const [name, make] of Object.entries(CASES)) {
    test(name, () => void checkGradients(modelSubject(make())));
  }
});

test("given moments: the gradient is that of a scale and a shift", () => {
  const { normal } = randomSource(11);
  const random = (length: number) => Float64Array.from({ length }, () => normal());
  const [N, F, epsilon] = [4, 3, 0.1];
  const [x, gamma, beta, mean, dOut] = [N * F, F, F, F, N * F].map(random) as Float64Array[];
  const variance = random(F).map((value) => value * value + 0.2);
  const shared = { x: x!, mean: mean!, variance, gamma: gamma!, N, F, epsilon };
  const out = new Float64Array(N * F);
  checkGradients({
    variables: { x: x!, gamma: gamma!, beta: beta! },
    loss: () => {
      kernels.batchNormForward.reference({ out, beta: beta!, ...shared });
      return out.reduce((sum, y, i) => sum + y * dOut![i]!, 0);
    },
    gradients: () => {
      const [dx, dGamma, dBeta] = [N * F, F, F].map((n) => new Float64Array(n)) as Float64Array[];
      kernels.batchNormBackward.reference({
        ...{ dx: dx!, dGamma: dGamma!, dBeta: dBeta!, dOut: dOut!, mask: null, batch: 0 },
        ...shared,
      });
      return { x: dx!, gamma: dGamma!, beta: dBeta! };
    },
  });
});

test("a gradient that takes the batch's statistics for given numbers is caught", () => {
  const frozen = modelSubject(CASES["batch, steps"]!());
  // The moving averages are 0 and 1 and the weights the same, so only the way through the statistics is missing.
  const gradients = () => {
    const right = frozen.gradients();
    return { ...right, "input 0": Float64Array.from(right["input 0"]!, (g) => 1.01 * g) };
  };
  assert.throws(() => checkGradients({ ...frozen, gradients }), GradientError);
});
