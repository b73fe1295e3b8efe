import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildModel } from "./models.js";
import { type ModelSpec, readVectors } from "./vectors.js";

interface Statistics {
  mean: number;
  std: number;
  min: number;
  max: number;
  /** Share of values more than one standard deviation from the mean: 0.42 of a uniform, 0.32 of a normal. */
  beyond: number;
}
interface InitializerCase {
  name: string;
  /** One initializer on a dense kernel … */
  initializer?: { name: string };
  shape?: [rows: number, columns: number];
  statistics?: Statistics;
  /** … or a layer as it comes. */
  model?: ModelSpec;
  weights?: { shape: number[]; statistics: Statistics }[];
}

const { cases } = readVectors<InitializerCase>("initializers");

function statisticsOf(values: Float32Array): Statistics {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  const beyond = std > 0 ? values.filter((v) => Math.abs(v - mean) > std).length / values.length : 0;
  const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return { mean, std, beyond, min, max };
}

/** Two samples of one distribution: within five standard errors, and 3 % of each other's limits where it has limits. */
function assertAlike(values: Float32Array, keras: Statistics, what: string): void {
  const ours = statisticsOf(values);
  if (keras.std === 0) {
    assert.deepEqual([ours.min, ours.max], [keras.min, keras.max].map(Math.fround), `${what}: a constant`);
    return;
  }
  const error = 5 / Math.sqrt(values.length);
  const near = (key: keyof Statistics, allowed: number) =>
    assert.ok(
      Math.abs(ours[key] - keras[key]) <= allowed,
      `${what}: ${key} is ${ours[key]}, Keras has ${keras[key]}, allowed ± ${allowed}`,
    );
  near("mean", Math.SQRT2 * error * keras.std);
  near("std", error * keras.std);
  near("beyond", Math.SQRT2 * error * 0.5);
  // Uniform and truncated values end at a limit; a normal's extremes wander.
  const limited = keras.max - keras.mean < 2.35 * keras.std;
  const allowed = (limited ? 0.03 : 0.3) * (keras.max - keras.mean);
  near("min", allowed);
  near("max", allowed);
}

/** Rows (or, of a tall matrix, columns) of length `gain` at right angles. */
function assertOrthogonal(values: Float32Array, [rows, columns]: readonly number[], gain: number): void {
  const tall = rows! >= columns!;
  const [count, length] = tall ? [columns!, rows!] : [rows!, columns!];
  const at = (v: number, i: number) => values[tall ? i * columns! + v : v * columns! + i]!;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      assert.ok(Math.abs(dot - (a === b ? gain * gain : 0)) < 2e-5, `vectors ${a}, ${b}: product ${dot}`);
    }
  }
}

function denseKernel(c: InitializerCase): Float32Array {
  const [rows, columns] = c.shape!;
  const model = buildModel(
    [
      ["input", { shape: [rows] }],
      ["dense", { units: columns, kernelInitializer: c.initializer }],
    ],
    "reference",
  );
  return model.getWeights()[0]!.data;
}

describe("initializers draw as Keras's do", () => {
  for (const c of cases.filter(({ initializer }) => initializer)) {
    test(c.name, () => {
      const kernel = denseKernel(c);
      assertAlike(kernel, c.statistics!, c.name);
      if (c.initializer!.name === "orthogonal") {
        assertOrthogonal(kernel, c.shape!, (c.initializer as { gain?: number }).gain ?? 1);
      }
    });
  }
  test("identity", () => {
    const kernel = denseKernel({ name: "identity", initializer: { name: "identity" }, shape: [7, 7] });
    assert.deepEqual(
      [...kernel],
      Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 1 : 0)),
    );
  });
});

describe("layers begin as Keras's do", () => {
  for (const c of cases.filter(({ model }) => model)) {
    test(c.name, () => {
      const weights = buildModel(c.model!, "reference").getWeights();
      assert.deepEqual(
        weights.map(({ shape }) => [...shape]),
        c.weights!.map(({ shape }) => shape),
      );
      c.weights!.forEach(({ statistics }, i) => {
        const { name, data, shape } = weights[i]!;
        assertAlike(data, statistics, `${c.name} ${name}`);
        if (name.includes("recurrent")) assertOrthogonal(data, shape, 1);
      });
    });
  }
  test("the forget gate's bias is one, the others zero, and all zero without unitForgetBias", () => {
    for (const unitForgetBias of [true, false]) {
      const spec: ModelSpec = [
        ["input", { shape: [3, 2] }],
        ["lstm", { units: 3, unitForgetBias }],
      ];
      const bias = buildModel(spec, "reference").getWeights().at(-1)!.data;
      assert.deepEqual(
        [...bias],
        Array.from({ length: 12 }, (_, i) => (unitForgetBias && i >= 3 && i < 6 ? 1 : 0)),
      );
    }
  });
});

test("a wrong spread, a wrong shape of distribution and a wrong limit are noticed", () => {
  const c = cases.find(({ name }) => name === "glorotUniform")!;
  const kernel = denseKernel(c);
  assertAlike(kernel, c.statistics!, "itself");
  assert.throws(
    () =>
      assertAlike(
        kernel.map((v) => v * 1.05),
        c.statistics!,
        "scaled",
      ),
    /std/,
  );
  const normal = denseKernel({ ...c, initializer: { name: "glorotNormal" } });
  assert.throws(() => assertAlike(normal, c.statistics!, "normal"), /beyond/);
  assert.throws(() => assertAlike(kernel.with(5, 3), c.statistics!, "limit"), /std|max/);
  const orthogonal = denseKernel({ ...c, initializer: { name: "orthogonal" } });
  assert.throws(
    () =>
      assertOrthogonal(
        orthogonal.map((v) => v * 1.01),
        c.shape!,
        1,
      ),
    /product/,
  );
});
