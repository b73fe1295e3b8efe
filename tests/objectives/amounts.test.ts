import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import {
  type AmountPredictions,
  evaluateAmounts,
  worstAmounts,
} from "../../src/objectives/metrics/amounts.js";

type Limits = [number, number];
interface Vector {
  name: string;
  /** Whether what was predicted is float32. */
  single: boolean;
  truth: number[];
  predicted: number[];
  expected: {
    r2: number;
    meanSquaredError: number;
    rootMeanSquaredError: number;
    meanAbsoluteError: number;
    medianAbsoluteError: number;
    pearson: number;
    spearman: number;
    truth: [mean: number, deviation: number, least: number, most: number];
    baseline: [rootMeanSquaredError: number, meanAbsoluteError: number];
    intervals: [r2: Limits, rootMeanSquaredError: Limits, meanAbsoluteError: Limits];
  };
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL("../../../tests/train/golden/amounts.json", import.meta.url), "utf8"),
);

/** By the vectors' names. */
const parts: Record<string, { rows: number; truth: number[]; predicted: number[] }[]> = JSON.parse(
  readFileSync(new URL("../../../tests/train/golden/amount_parts.json", import.meta.url), "utf8"),
);

const INTERVALS = ["r2", "rootMeanSquaredError", "meanAbsoluteError"] as const;

const predictionsOf = ({ truth, predicted, single }: Vector): AmountPredictions => ({
  truth: Float64Array.from(truth),
  predicted: single ? Float32Array.from(predicted) : Float64Array.from(predicted),
});

const of = (truth: number[], predicted: number[]): AmountPredictions => ({
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(predicted),
});

/** To 12 digits. */
function close(actual: number, expected: number, what: string): void {
  const tolerance = 1e-12 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} where ${expected} was expected`);
}

describe("amounts, as scikit-learn, scipy and numpy", () => {
  for (const vector of vectors) {
    const { expected } = vector;
    const p = predictionsOf(vector);
    test(vector.name, () => {
      const found = evaluateAmounts(p);
      assert.equal(found.rows, vector.truth.length);
      for (const name of [
        ...(["r2", "meanSquaredError", "rootMeanSquaredError", "meanAbsoluteError"] as const),
        ...(["medianAbsoluteError", "pearson", "spearman"] as const),
      ])
        close(found[name], expected[name], name);
      const { mean, deviation, least, most } = found.truth;
      [mean, deviation, least, most].forEach((value, i) => {
        close(value, expected.truth[i]!, `truth ${i}`);
      });
      close(found.baseline.rootMeanSquaredError, expected.baseline[0], "of the mean");
      close(found.baseline.meanAbsoluteError, expected.baseline[1], "of the median");
    });

    test(`${vector.name}: its parts, as pandas`, () => {
      const found = evaluateAmounts(p).parts;
      assert.deepEqual(
        found.map(({ rows }) => rows),
        parts[vector.name]!.map(({ rows }) => rows),
      );
      for (const [k, { truth, predicted }] of found.entries()) {
        const [is, said] = [parts[vector.name]![k]!.truth, parts[vector.name]![k]!.predicted];
        [truth.mean, truth.least, truth.most].forEach((value, i) => {
          close(value, is[i]!, `truth ${k}, ${i}`);
        });
        [predicted.mean, predicted.low, predicted.high].forEach((value, i) => {
          close(value, said[i]!, `predicted ${k}, ${i}`);
        });
      }
    });

    test(`${vector.name}: the bootstrap`, () => {
      // The mean over seeds: what chance adds to one is small in it.
      const all = Array.from({ length: 40 }, (_, seed) => evaluateAmounts(p, seed).intervals);
      for (const [k, name] of INTERVALS.entries()) {
        const [low, high] = expected.intervals[k]!;
        for (const end of [0, 1] as const) {
          const mean = all.reduce((sum, limits) => sum + limits[name][end], 0) / all.length;
          const off = Math.abs(mean - expected.intervals[k]![end]) / (high - low);
          assert.ok(off < 0.025, `${name} ${end}: ${mean} where ${expected.intervals[k]![end]} was expected`);
        }
      }
    });
  }
});

/** Rows of which the truth rises, and the answers' errors with it. */
function sortedRows(rows: number, seed: number): AmountPredictions {
  const random = new Random(seed, PURPOSE.selfCheck);
  const truth = Float64Array.from({ length: rows }, (_, row) => 3 * random.normal(2 * row)).sort();
  const predicted = truth.map((value, row) => value + Math.exp(value / 6) * random.normal(2 * row + 1));
  return { truth, predicted };
}

describe("intervals of an evaluation", () => {
  test("are the same each time, others with another seed, and hold the figure", () => {
    const p = sortedRows(200, 1);
    const found = evaluateAmounts(p);
    assert.deepEqual(evaluateAmounts(p).intervals, found.intervals);
    for (const name of INTERVALS) {
      const [low, high] = found.intervals[name];
      assert.ok(low < found[name] && found[name] < high, name);
      assert.notDeepEqual(evaluateAmounts(p, 1).intervals[name], [low, high]);
    }
  });

  test("of more rows than are weighed one by one: those of the normal distribution, however rows are sorted", () => {
    const rows = 9000;
    const p = sortedRows(rows, 2);
    const errors = Array.from(p.truth, (value, row) => p.predicted[row]! - value);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    /** Half the width of the interval of a mean. */
    const reach = (values: number[]) => {
      const about = mean(values);
      return 1.96 * Math.sqrt(mean(values.map((value) => (value - about) ** 2)) / (rows - 1));
    };
    const found = evaluateAmounts(p);
    const all = Array.from({ length: 10 }, (_, seed) => evaluateAmounts(p, seed).intervals);
    const half = (name: (typeof INTERVALS)[number]) =>
      mean(all.map(({ [name]: [low, high] }) => (high - low) / 2));
    // By how much each row moves a figure.
    const spread = found.truth.deviation ** 2;
    const expected = {
      meanAbsoluteError: reach(errors.map(Math.abs)),
      rootMeanSquaredError: reach(errors.map((error) => error ** 2 / (2 * found.rootMeanSquaredError))),
      r2: reach(
        errors.map((error, row) => {
          const share = ((p.truth[row]! - found.truth.mean) ** 2 * (1 - found.r2)) / spread;
          return error ** 2 / spread - share;
        }),
      ),
    };
    for (const name of INTERVALS) {
      const ratio = half(name) / expected[name];
      assert.ok(Math.abs(ratio - 1) < 0.05, `${name}: ${ratio}`);
    }
  });

  test("where nothing moves there is no width", () => {
    const { r2, intervals } = evaluateAmounts(of([1, 2, 4], [1, 2, 4]));
    assert.deepEqual(
      [r2, intervals],
      [1, { r2: [1, 1], rootMeanSquaredError: [0, 0], meanAbsoluteError: [0, 0] }],
    );
    const one = evaluateAmounts(of([1], [4])).intervals;
    for (const limit of [...one.rootMeanSquaredError, ...one.meanAbsoluteError]) close(limit, 3, "one row");
  });
});

describe("what is not defined is NaN", () => {
  const NOT = Number.NaN;

  test("a truth, or answers, that do not vary", () => {
    // 0.1 added up is not 0.1 times their number.
    const level = evaluateAmounts(of([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [1, 2, 3, 4, 5, 6, 7]));
    assert.deepEqual(
      [level.r2, level.pearson, level.spearman, level.intervals.r2],
      [NOT, NOT, NOT, [NOT, NOT]],
    );
    assert.deepEqual(level.truth, { mean: 0.1, deviation: 0, least: 0.1, most: 0.1 });
    close(level.meanAbsoluteError, 3.9, "mean absolute error");
    const answers = evaluateAmounts(of([1, 2, 6], [0.1, 0.1, 0.1]));
    assert.deepEqual([answers.pearson, answers.spearman], [NOT, NOT]);
    close(answers.r2, 1 - (0.9 ** 2 + 1.9 ** 2 + 5.9 ** 2) / 14, "r2");
    const mean = evaluateAmounts(of([1, 2, 6], [3, 3, 3]));
    assert.deepEqual([mean.r2, mean.rootMeanSquaredError], [0, mean.baseline.rootMeanSquaredError]);
  });

  test("no rows", () => {
    const none = [NOT, NOT];
    assert.deepEqual(evaluateAmounts(of([], [])), {
      ...{ rows: 0, r2: NOT, meanSquaredError: NOT, rootMeanSquaredError: NOT, meanAbsoluteError: NOT },
      ...{ medianAbsoluteError: NOT, pearson: NOT, spearman: NOT },
      truth: { mean: NOT, deviation: NOT, least: NOT, most: NOT },
      baseline: { rootMeanSquaredError: NOT, meanAbsoluteError: NOT },
      parts: [],
      intervals: { r2: none, rootMeanSquaredError: none, meanAbsoluteError: none },
    });
    assert.deepEqual(worstAmounts(of([], []), 3), []);
  });
});

test("amounts as large as are taken leave every figure a number", () => {
  const {
    intervals,
    truth,
    baseline,
    parts: [part],
    ...figures
  } = evaluateAmounts(of([1e100, -1e100, 1e100, -1e100], [1e100, 1e100, 1e100, -1e100]));
  const all = [...Object.values(figures), ...Object.values(truth), ...Object.values(baseline)];
  all.push(...Object.values(part!.truth), ...Object.values(part!.predicted));
  assert.ok([...all, ...Object.values(intervals).flat()].every(Number.isFinite));
  close(figures.r2, 0, "r2");
  close(figures.pearson, 1 / Math.sqrt(3), "pearson");
});

test("a truth that does not vary is one part, however many rows there are", () => {
  const level = new Array<number>(40).fill(7);
  const { parts } = evaluateAmounts(of(level, level));
  assert.deepEqual(parts, [
    { rows: 40, truth: { mean: 7, least: 7, most: 7 }, predicted: { mean: 7, low: 7, high: 7 } },
  ]);
});

test("the mean keeps what the first amount would swallow", () => {
  assert.equal(evaluateAmounts(of([1e17, -1e17, 3, 5], [0, 0, 0, 0])).truth.mean, 2);
});

test("no correlation is above 1", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { truth } = sortedRows(7, seed);
    const { pearson, spearman } = evaluateAmounts({
      truth,
      predicted: truth.map((value) => 0.3 * value - 7),
    });
    assert.ok(pearson <= 1 && pearson > 1 - 1e-12 && spearman === 1, `${pearson}`);
  }
});

test("the worst: furthest off, either way, then by row", () => {
  const p = of([1, 2, 3, 4, 5], [1.5, 0, 5, 4, 4]);
  const all = worstAmounts(p, 10);
  assert.deepEqual(
    all.map(({ row, error }) => [row, error]),
    [
      [1, -2],
      [2, 2],
      [4, -1],
      [0, 0.5],
      [3, 0],
    ],
  );
  assert.deepEqual(all[0], { row: 1, truth: 2, predicted: 0, error: -2 });
  assert.deepEqual(worstAmounts(p, 2), all.slice(0, 2));
  assert.throws(() => worstAmounts(p, 1.5), InputError);
});

test("complaints", () => {
  const wrong: [AmountPredictions, RegExp][] = [
    [of([1, 2], [1]), /predicted: expected 2 amounts.* 1\./],
    [of([1, Number.NaN], [1, 2]), /truth\[1\]: expected a number .* NaN/],
    [of([1, 2], [Number.POSITIVE_INFINITY, 2]), /predicted\[0\]: expected a number .* Infinity/],
    [of([1, -1.1e100], [1, 2]), /truth\[1\]: expected a number from -1e\+100 to 1e\+100/],
  ];
  for (const [p, message] of wrong) {
    for (const ask of [() => evaluateAmounts(p), () => worstAmounts(p, 1)]) {
      assert.throws(ask, (error) => error instanceof InputError && message.test(error.message));
    }
  }
});
