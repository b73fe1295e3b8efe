/** What Conv1D takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";

const input = (steps: number | null = 5, features = 4) => layers.input({ shape: [steps, features] });

test("options that do not go together are refused", () => {
  const options = { filters: 4, kernelSize: 3 };
  assert.throws(() => layers.conv1D({ ...options, strides: 2, dilationRate: 2 }), /of 1, as in Keras/);
  assert.throws(
    () => layers.conv1D({ ...options, groups: 3 }),
    /filters: expected a multiple of the 3 groups/,
  );
  const grouped = layers.conv1D({ filters: 6, kernelSize: 3, groups: 3 });
  assert.throws(() => sequential([input(), grouped]), /input features: expected a multiple of the 3 groups/);
  assert.throws(() => sequential([input(2), layers.conv1D(options)]), /at least 3 steps/);
  assert.deepEqual(layers.conv1D({ filters: 1, kernelSize: [2] }).options.kernelSize, 2);
});

test("a causal window sees no later step", () => {
  const conv = layers.conv1D({ filters: 2, kernelSize: 3, padding: "causal", dilationRate: 2 });
  const model = sequential([input(), conv], { engine: "reference" });
  const steps = Array.from({ length: 5 }, (_, t) => [t, t * t, 1, -t]);
  const changed = steps.map((step, t) => (t < 3 ? step : step.map((v) => v + 1)));
  const [one] = model.predict([steps]) as number[][][];
  const [other] = model.predict([changed]) as number[][][];
  assert.deepEqual(one!.slice(0, 3), other!.slice(0, 3));
  assert.notDeepEqual(one!.slice(3), other!.slice(3));
});
