/** Initializers: limits, moments and structure over the whole kernel, and what layers start from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, layers, sequential } from "../../src/index.js";
import { PURPOSE } from "../../src/kernels/philox.js";
import { fans, type Initializer, initialize, resolveInitializer } from "../../src/layers/initializers.js";

const draw = (initializer: string | Initializer, shape: readonly number[], seed = 1) =>
  initialize(resolveInitializer(initializer, "test"), shape, seed, PURPOSE.weights);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const variance = (values: ArrayLike<number>) => {
  const center = mean(values);
  return mean(Array.from(values, (x) => (x - center) ** 2));
};
const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((m, x) => Math.max(m, Math.abs(x)), 0);
const close = (value: number, expected: number, relative: number, what: string) =>
  assert.ok(
    Math.abs(value - expected) <= relative * Math.abs(expected),
    `${what}: ${value}, not ${expected}`,
  );

/** 12,000 numbers: the mean's standard error is 1 % of the deviation, the variance's at most 1.3 %. */
const SHAPE = [60, 200] as const;

test("uniform families fill their limits evenly", () => {
  const [fanIn, fanOut] = SHAPE;
  const limits: Record<string, number> = {
    glorotUniform: Math.sqrt(6 / (fanIn + fanOut)),
    heUniform: Math.sqrt(6 / fanIn),
    lecunUniform: Math.sqrt(3 / fanIn),
    randomUniform: 0.05,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const values = draw(name, SHAPE);
    assert.ok(largest(values) <= limit && largest(values) > 0.999 * limit, `${name} ${largest(values)}`);
    close(variance(values), limit ** 2 / 3, 0.04, name);
    assert.ok(Math.abs(mean(values)) < 0.025 * limit, name);
  }
});

test("normal families have the variance of their fans, cut at two deviations of the uncut normal", () => {
  const [fanIn, fanOut] = SHAPE;
  const variances: Record<string, number> = {
    glorotNormal: 2 / (fanIn + fanOut),
    heNormal: 2 / fanIn,
    lecunNormal: 1 / fanIn,
  };
  // The variance of a standard normal cut at ±2.
  const kept = 0.87962566103423978 ** 2;
  for (const [name, expected] of Object.entries(variances)) {
    const values = draw(name, SHAPE);
    close(variance(values), expected, 0.05, name);
    const cut = 2 * Math.sqrt(expected / kept);
    assert.ok(
      largest(values) <= cut * (1 + 1e-6) && largest(values) > 0.97 * cut,
      `${name} ${largest(values)}`,
    );
  }
  const truncated = draw({ name: "truncatedNormal", mean: 3, stddev: 0.5 }, SHAPE);
  close(variance(truncated), kept * 0.25, 0.05, "truncatedNormal keeps its deviation before the cut");
  assert.ok(truncated.every((x) => Math.abs(x - 3) <= 1 + 1e-6));
  const normal = draw({ name: "randomNormal", mean: -1, stddev: 2 }, SHAPE);
  close(variance(normal), 4, 0.06, "randomNormal");
  close(mean(normal), -1, 0.08, "randomNormal mean");
  assert.ok(largest(normal.map((x) => x + 1)) > 6, "randomNormal is not cut");
});

test("varianceScaling: every mode and distribution", () => {
  const [fanIn, fanOut] = SHAPE;
  const modes = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 };
  for (const [mode, fan] of Object.entries(modes)) {
    for (const distribution of ["uniform", "truncatedNormal", "untruncatedNormal"]) {
      const values = draw({ name: "varianceScaling", scale: 3, mode, distribution }, SHAPE);
      close(variance(values), 3 / fan, 0.06, `${mode} ${distribution}`);
    }
  }
});

test("fans are the last two axes, times a convolution's field", () => {
  assert.deepEqual(fans([7]), [7, 7]);
  assert.deepEqual(fans([3, 5]), [3, 5]);
  assert.deepEqual(fans([4, 3, 5]), [12, 20]);
});

/** rows · rowsᵀ, or columnsᵀ · columns where there are fewer of those, against gain² · identity. */
function assertOrthonormal(values: Float32Array, rows: number, columns: number, gain = 1): void {
  const wide = columns > rows;
  const count = Math.min(rows, columns);
  const vector = (k: number) =>
    Array.from({ length: Math.max(rows, columns) }, (_, i) =>
      wide ? values[k * columns + i]! : values[i * columns + k]!,
    );
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      const dot = vector(a).reduce((sum, x, i) => sum + x * vector(b)[i]!, 0);
      assert.ok(Math.abs(dot - (a === b ? gain ** 2 : 0)) < 1e-6, `${rows}×${columns} ${a}·${b} = ${dot}`);
    }
  }
}

test("orthogonal: tall, wide and square; gain; no sign or column preferred", () => {
  for (const [rows, columns] of [
    [8, 8],
    [12, 5],
    [5, 12],
    [16, 64],
    [1, 4],
    [4, 1],
  ] as const) {
    assertOrthonormal(draw("orthogonal", [rows, columns]), rows, columns);
  }
  assertOrthonormal(draw({ name: "orthogonal", gain: 2.5 }, [6, 6]), 6, 6, 2.5);
  const corners = Array.from({ length: 400 }, (_, seed) => draw("orthogonal", [4, 4], seed));
  for (let i = 0; i < 16; i++) {
    const entries = corners.map((q) => q[i]!);
    // An entry of a random rotation has mean 0 and variance 1/4.
    assert.ok(Math.abs(mean(entries)) < 0.1, `entry ${i}: mean ${mean(entries)}`);
    close(variance(entries), 1 / 4, 0.25, `entry ${i}`);
  }
});

test("zeros, ones, constant, identity", () => {
  assert.deepEqual(Array.from(draw("zeros", [2, 2])), [0, 0, 0, 0]);
  assert.deepEqual(Array.from(draw("ones", [3])), [1, 1, 1]);
  assert.deepEqual(Array.from(draw({ name: "constant", value: 2.5 }, [2])), [2.5, 2.5]);
  assert.deepEqual(Array.from(draw({ name: "identity", gain: 2 }, [2, 3])), [2, 0, 0, 0, 2, 0]);
});

test("an initializer's own seed outweighs the model's", () => {
  const own = { name: "glorotUniform", seed: 5 } as const;
  assert.deepEqual(draw(own, [3, 3], 1), draw(own, [3, 3], 2));
  assert.notDeepEqual(draw("glorotUniform", [3, 3], 1), draw("glorotUniform", [3, 3], 2));
});

test("misspelt or senseless initializers are refused, with a suggestion", () => {
  const refused: [unknown, RegExp][] = [
    ["glorot_unifrom", /Did you mean glorotUniform/],
    [{ name: "randomUniform", minvall: 0 }, /minvall.*Did you mean minval/],
    [{ name: "glorotUniform", scale: 2 }, /"scale"/],
    [{ name: "constant", value: "1" }, /value: expected a number.*"1"/],
    [{ name: "varianceScaling", mode: "fan_in" }, /mode.*Did you mean fanIn/],
    [{ name: "orthogonal", gain: Number.NaN }, /gain/],
    [{ name: "randomNormal", seed: 1.5 }, /seed: expected a whole number/],
    [7, /an initializer's name/],
    [null, /an initializer's name/],
  ];
  for (const [value, message] of refused) {
    const make = () => layers.dense({ units: 1, kernelInitializer: value as never });
    assert.throws(
      make,
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
  }
});

// ---- what layers start from -----------------------------------------------------------------------------

const weightsOf = (...list: Parameters<typeof sequential>) =>
  new Map(
    sequential(...list)
      .getWeights()
      .map(({ name, data, shape }) => [name, { data, shape }]),
  );

test("a cell's kernel is one draw over all its gates, the recurrent kernel one orthogonal matrix", () => {
  const cells = { lstm: 4, gru: 3, simple_rnn: 1 };
  const weights = weightsOf([
    layers.input({ shape: [5, 30] }),
    layers.lstm({ units: 16, returnSequences: true }),
    layers.gru({ units: 16, returnSequences: true }),
    layers.simpleRNN({ units: 16 }),
  ]);
  const inputs = { lstm: 30, gru: 16, simple_rnn: 16 };
  for (const [name, gates] of Object.entries(cells)) {
    const I = inputs[name as keyof typeof inputs];
    const { data } = weights.get(`${name}/kernel`)!;
    const limit = Math.sqrt(6 / (I + gates * 16));
    assert.ok(largest(data) <= limit && largest(data) > 0.97 * limit, `${name} ${largest(data)} ${limit}`);
    assertOrthonormal(weights.get(`${name}/recurrent_kernel`)!.data, 16, gates * 16);
  }
});

test("the forget gate's bias is 1, all others 0; without unitForgetBias all are", () => {
  const bias = (unitForgetBias: boolean) =>
    Array.from(
      weightsOf([layers.input({ shape: [2, 1] }), layers.lstm({ units: 2, unitForgetBias })]).get(
        "lstm/bias",
      )!.data,
    );
  assert.deepEqual(bias(true), [0, 0, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual(bias(false), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test("an embedding starts within ±0.05", () => {
  const { data } = weightsOf([layers.embedding({ inputDim: 100, outputDim: 20 })]).get(
    "embedding/embeddings",
  )!;
  assert.ok(largest(data) <= 0.05 && largest(data) > 0.049);
});

test("two layers of one shape start apart; seeds decide, and agree", () => {
  const dense = () => [layers.input({ shape: [3] }), layers.dense({ units: 3 }), layers.dense({ units: 3 })];
  const [a, b, c] = [1, 1, 2].map((seed) => weightsOf(dense(), { seed }));
  assert.notDeepEqual(a!.get("dense/kernel"), a!.get("dense_1/kernel"));
  assert.deepEqual(a!.get("dense/kernel"), b!.get("dense/kernel"));
  assert.notDeepEqual(a!.get("dense/kernel"), c!.get("dense/kernel"));
});
