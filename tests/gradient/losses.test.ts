/** Every loss kernel's gradient: probabilities and logits, smoothing, weights, clipped probabilities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reals } from "../../src/kernels/declare.js";
import { KERNELS as kernels } from "../../src/kernels/kernels.js";
import { checkGradients, type Differentiable, randomSource } from "./checker.js";

const { normal, uniform } = randomSource(11);
const B = 4;
const F = 3;
const length = B * F;
const probabilities = () => Float64Array.from({ length }, () => 0.05 + 0.9 * uniform());
const logits = () => Float64Array.from({ length }, () => 2 * normal());
const oneHot = () => Float64Array.from({ length }, (_, i) => (i % F === Math.floor(i / F) % F ? 1 : 0));
const WEIGHTS = Float64Array.from([0.5, 2, 0, 1.25]);

type Kernel = (args: {
  rowLoss: Reals;
  dOut: Reals | null;
  out: Reals;
  scale: number;
  weight: Reals | null;
}) => void;

/** scale · Σ rowLoss as a function of the model's output. */
function lossSubject(out: Float64Array, weight: Float64Array | null, kernel: Kernel): Differentiable {
  const rowLoss = new Float64Array(B).fill(Number.NaN);
  const scale = 0.25;
  return {
    variables: { out },
    loss: () => {
      kernel({ rowLoss, dOut: null, out, weight, scale });
      return rowLoss.reduce((a, b) => a + b) * scale;
    },
    gradients: () => {
      const dOut = new Float64Array(length).fill(Number.NaN);
      kernel({ rowLoss, dOut, out, weight, scale });
      return { out: dOut };
    },
  };
}

for (const fromLogits of [0, 1]) {
  const output = fromLogits ? logits : probabilities;
  const path = fromLogits ? "logits" : "probabilities";
  for (const weight of [null, WEIGHTS]) {
    const weighted = weight ? ", weighted" : "";
    for (const labelSmoothing of [0, 0.2]) {
      const rest = { B, F, fromLogits, labelSmoothing };
      const smoothed = labelSmoothing ? ", smoothed" : "";
      test(`binaryCrossentropy of ${path}${weighted}${smoothed}`, () => {
        const target = Float64Array.from({ length }, () =>
          uniform() < 0.3 ? uniform() : Math.round(uniform()),
        );
        checkGradients(
          lossSubject(output(), weight, (a) =>
            kernels.binaryCrossentropy.reference({ ...a, target, ...rest }),
          ),
        );
      });
      test(`categoricalCrossentropy of ${path}${weighted}${smoothed}`, () => {
        // Probabilities that do not sum to 1, since the loss renormalises them; targets both hard and soft.
        for (const target of [oneHot(), probabilities()]) {
          checkGradients(
            lossSubject(output(), weight, (a) =>
              kernels.categoricalCrossentropy.reference({ ...a, target, ...rest }),
            ),
          );
        }
      });
    }
    test(`sparseCategoricalCrossentropy of ${path}${weighted}`, () => {
      const target = Float64Array.from([2, 0, 1, 1]);
      checkGradients(
        lossSubject(output(), weight, (a) =>
          kernels.sparseCategoricalCrossentropy.reference({ ...a, target, B, F, fromLogits }),
        ),
      );
    });
    if (fromLogits === 0) {
      test(`meanSquaredError${weighted}`, () => {
        const target = logits();
        checkGradients(
          lossSubject(logits(), weight, (a) => kernels.meanSquaredError.reference({ ...a, target, B, F })),
        );
      });
    }
  }
}

/** Steps far below the clip at 1e-7, so that no difference straddles it. */
const BELOW_CLIP = { step: 1e-11, tolerance: 1e-3 };

test("clipped probabilities carry no gradient, their neighbours the right one", () => {
  const out = Float64Array.from([0, 0.4, 0.3, 0.2, 1e-9, 0.6, 0.3, 0.1, 1 - 1e-9, 1, 0.3, 0.5]);
  const clipped = [0, 4, 8, 9];
  const binary = lossSubject(out, null, (a) =>
    kernels.binaryCrossentropy.reference({ ...a, target: oneHot(), B, F, fromLogits: 0, labelSmoothing: 0 }),
  );
  const target = Float64Array.from([0, 1, 2, 0]);
  const sparse = lossSubject(out, null, (a) =>
    kernels.sparseCategoricalCrossentropy.reference({ ...a, target, B, F, fromLogits: 0 }),
  );
  for (const subject of [binary, sparse]) {
    const dOut = subject.gradients()["out"]!;
    assert.deepEqual(
      clipped.map((i) => dOut[i]),
      [0, 0, 0, 0],
    );
    checkGradients(subject, BELOW_CLIP);
  }
});

test("categorical: shares clipped after renormalising still move the sum", () => {
  const out = Float64Array.from([1e-9, 0.4, 0.3, 0.2, 1e-9, 0.6, 1e-9, 1e-9, 0.9, 0.2, 0.3, 0.5]);
  const target = probabilities();
  const subject = lossSubject(out, WEIGHTS, (a) =>
    kernels.categoricalCrossentropy.reference({ ...a, target, B, F, fromLogits: 0, labelSmoothing: 0 }),
  );
  checkGradients(subject, BELOW_CLIP);
  assert.notEqual(subject.gradients()["out"]![0], 0);
});
