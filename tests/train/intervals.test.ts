import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { atOnce } from "../../src/base/pieces.js";
import { erf, erfc } from "../../src/kernels/activations.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import { logLossInterval } from "../../src/objectives/metrics/calibration.js";
import { type ConfusionMatrix, confusionScores } from "../../src/objectives/metrics/confusion.js";
import { confusionIntervals, type Interval, wilsonInterval } from "../../src/objectives/metrics/intervals.js";
import { comparePaired, mcnemar } from "../../src/objectives/metrics/paired.js";
import { effectiveRows, type Predictions } from "../../src/objectives/metrics/predictions.js";
import { evaluatePredictions } from "../../src/objectives/metrics.js";

type Limits = [number, number];
interface Vectors {
  wilson: [right: number, rows: number, low: number, high: number][];
  bootstrap: { name: string; matrix: ConfusionMatrix; bayesian: [macroF1: Limits, mcc: Limits] }[];
  classical: { name: string; matrix: ConfusionMatrix; limits: [macroF1: Limits, mcc: Limits] }[];
  mcnemar: { onlyA: number; onlyB: number; exact: boolean; statistic: number; p: number }[];
  difference: { counts: [number, number, number, number]; interval: Limits }[];
  logLoss: { probabilities: number[]; labels: number[]; interval: Limits };
  weighted: { weights: [Limits, Limits]; rows: number; bayesian: [macroF1: Limits, mcc: Limits] };
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../../tests/train/golden/intervals.json", import.meta.url), "utf8"),
);

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} where ${expected} was expected`);
}

/** Predictions that come to this matrix, one row a count. */
function predictionsOf(matrix: ConfusionMatrix): Predictions & { labels: number[] } {
  const outputs = matrix.length;
  const rows = matrix.flatMap((row, label) =>
    row.flatMap((count, predicted) => Array.from({ length: count }, () => ({ label, predicted }))),
  );
  const probabilities = new Float32Array(rows.length * outputs);
  rows.forEach(({ predicted }, row) => {
    probabilities[row * outputs + predicted] = 1;
  });
  return { probabilities, outputs, labels: rows.map(({ label }) => label) };
}

const intervalsOf = (matrix: ConfusionMatrix, seed?: number, p: Predictions = predictionsOf(matrix)) =>
  atOnce(confusionIntervals(p, matrix, confusionScores(matrix), seed));

/** The mean of the limits over seeds: what chance adds to one is small in it. */
function meanLimits(matrix: ConfusionMatrix, figure: "macroF1" | "mcc", p?: Predictions): Interval {
  const all = Array.from({ length: 20 }, (_, seed) => intervalsOf(matrix, seed, p)[figure]);
  const mean = (k: 0 | 1) => all.reduce((sum, limits) => sum + limits[k], 0) / all.length;
  return [mean(0), mean(1)];
}

describe("intervals of statsmodels, scipy, numpy and scikit-learn", () => {
  test("Wilson's, of a share", () => {
    for (const [right, rows, low, high] of vectors.wilson) {
      const found = wilsonInterval(right / rows, rows);
      near(found[0], low, 1e-12, `${right} of ${rows}`);
      near(found[1], high, 1e-12, `${right} of ${rows}`);
    }
    assert.deepEqual(wilsonInterval(0, 0), [0, 1]);
  });

  test("of a mean", () => {
    const { probabilities, labels, interval } = vectors.logLoss;
    const p = { probabilities: Float32Array.from(probabilities), outputs: 1, labels };
    const found = logLossInterval(p);
    found.forEach((limit, k) => {
      near(limit, interval[k]!, 1e-9, "log loss");
    });
  });

  /** Of the limits that numpy draws, in parts of the interval's width. */
  const drawn = (
    matrix: ConfusionMatrix,
    expected: [Limits, Limits],
    tolerance: number,
    p = predictionsOf(matrix),
  ) => {
    for (const [k, figure] of (["macroF1", "mcc"] as const).entries()) {
      const [low, high] = expected[k]!;
      const found = meanLimits(matrix, figure, p);
      near(found[0], low, tolerance * (high - low), `${figure}, low`);
      near(found[1], high, tolerance * (high - low), `${figure}, high`);
    }
  };
  for (const { name, matrix, bayesian } of vectors.bootstrap) {
    test(`the bootstrap: ${name}`, () => drawn(matrix, bayesian, 0.02));
  }
  test("the bootstrap of rows that weigh less than one", () => {
    const { weights, rows, bayesian } = vectors.weighted;
    const ones = predictionsOf(weights.map((row) => row.map(() => 1)));
    const p = { ...ones, weights: weights.flat() };
    near(effectiveRows(p), rows, 1e-12, "effective rows");
    drawn(weights, bayesian, 0.02, p);
  });
  for (const { name, matrix, limits } of vectors.classical) {
    test(`the bootstrap over rows, which it stands for: ${name}`, () => drawn(matrix, limits, 0.04));
  }
});

describe("intervals of an evaluation", () => {
  const matrix = [
    [430, 12],
    [9, 49],
  ];

  test("are the same each time, others with another seed, and hold the figure", () => {
    const evaluation = evaluatePredictions(predictionsOf(matrix));
    const { accuracy, macroF1, mcc, logLoss } = evaluation.intervals;
    assert.deepEqual({ accuracy, macroF1, mcc }, intervalsOf(matrix));
    assert.notDeepEqual(macroF1, intervalsOf(matrix, 1).macroF1);
    for (const [[low, high], value] of [
      [accuracy, evaluation.accuracy],
      [macroF1, evaluation.macro.f1],
      [mcc, evaluation.mcc],
      [logLoss, evaluation.logLoss],
    ] as const) {
      assert.ok(low < value && value < high, `${value} in ${low} to ${high}`);
    }
  });

  test("weights count by how much they tell", () => {
    const p = predictionsOf(matrix);
    const all = evaluatePredictions(p);
    const twice = evaluatePredictions({ ...p, weights: p.labels.map(() => 2) });
    assert.deepEqual(twice.intervals.accuracy, all.intervals.accuracy);
    assert.deepEqual(twice.intervals.macroF1, all.intervals.macroF1);
    // 2 of 3 rows, spread evenly over the cells, are not there.
    const third = evaluatePredictions({ ...p, weights: p.labels.map((_, row) => (row % 3 === 0 ? 1 : 0)) });
    const width = ({ intervals }: typeof all, figure: keyof typeof all.intervals) =>
      intervals[figure][1] - intervals[figure][0];
    for (const figure of ["accuracy", "macroF1", "mcc", "logLoss"] as const) {
      near(width(third, figure) / width(all, figure), Math.sqrt(3), 0.25, figure);
    }
  });

  test("where resampling cannot move a figure there is no width, to the bit", () => {
    const perfect = [
      [30, 0],
      [0, 10],
    ];
    const { accuracy, macroF1, mcc } = intervalsOf(perfect);
    assert.deepEqual([accuracy[1], macroF1, mcc], [1, [1, 1], [1, 1]]);
    assert.ok(accuracy[0] < 0.95);
    for (const oneClass of [
      [
        [40, 0],
        [8, 0],
      ],
      [
        [40, 8],
        [0, 0],
      ],
    ]) {
      assert.deepEqual(intervalsOf(oneClass).mcc, [0, 0]);
    }
  });

  test("hold the true value in about 95 of 100 test sets", () => {
    const truth = confusionScores(matrix);
    const cells = matrix.flat();
    const held = { accuracy: 0, macroF1: 0, mcc: 0 };
    for (let set = 0; set < 200; set++) {
      const random = new Random(set, PURPOSE.selfCheck);
      const seen = [
        [0, 0],
        [0, 0],
      ];
      for (let row = 0; row < 250; row++) {
        let at = random.uniform(row) * cells.reduce((a, b) => a + b, 0);
        const cell = cells.findIndex((count) => (at -= count) < 0);
        seen[cell >> 1]![cell & 1]! += 1;
      }
      const found = intervalsOf(seen, set);
      const holds = ([low, high]: Interval, value: number) => Number(low <= value && value <= high);
      held.accuracy += holds(found.accuracy, truth.accuracy);
      held.macroF1 += holds(found.macroF1, truth.macro.f1);
      held.mcc += holds(found.mcc, truth.mcc);
    }
    for (const [figure, count] of Object.entries(held)) {
      assert.ok(count >= 183 && count <= 197, `${figure}: ${count} of 200`);
    }
  });

  test("no rows tell nothing", () => {
    const none = evaluatePredictions({ probabilities: new Float32Array(0), outputs: 3, labels: [] });
    assert.deepEqual(none.intervals, { accuracy: [0, 1], macroF1: [0, 0], mcc: [0, 0], logLoss: [0, 0] });
  });
});

describe("McNemar's test", () => {
  for (const { onlyA, onlyB, exact, statistic, p } of vectors.mcnemar) {
    test(`${onlyA} against ${onlyB}, as statsmodels and scipy`, () => {
      const found = mcnemar(onlyA, onlyB);
      assert.equal(found.test, exact ? "exact binomial" : "chi-square with continuity correction");
      near(found.statistic, statistic, 1e-12 * statistic, "statistic");
      near(found.p, p, 1e-9 * p, "p");
    });
  }

  test("of two that are equally often right there is nothing to explain", () => {
    const { statistic, p } = mcnemar(40, 40);
    assert.deepEqual([statistic, p], [0, 1]);
  });

  test("takes counts only", () => {
    for (const wrong of [-1, 1.5, Number.NaN, "3"]) {
      assert.throws(() => mcnemar(wrong as number, 3), InputError);
      assert.throws(() => mcnemar(3, wrong as number), InputError);
    }
  });
});

describe("two classifiers on the same rows", () => {
  type Counts = readonly [both: number, onlyA: number, onlyB: number, neither: number];
  const compared = ([both, onlyA, onlyB, neither]: Counts) => {
    const of = (right: boolean, count: number) => new Array<boolean>(count).fill(right);
    return comparePaired(
      [...of(true, both + onlyA), ...of(false, onlyB + neither)],
      [...of(true, both), ...of(false, onlyA), ...of(true, onlyB), ...of(false, neither)],
    );
  };

  test("rows of each kind", () => {
    const { rows, both, neither, difference, mcnemar } = compared([5, 1, 3, 1]);
    assert.deepEqual([rows, both, neither, mcnemar.onlyA, mcnemar.onlyB], [10, 5, 1, 1, 3]);
    assert.equal(difference.accuracy, 0.2);
  });

  test("the published intervals of Newcombe's method", () => {
    // Fagerland, Lydersen and Laake (2014): airway hyper-responsiveness; complete response. To the digits printed.
    for (const [counts, [low, high], digits] of [
      [[1, 7, 1, 12], [-0.507, -0.026], 3],
      [[59, 16, 6, 80], [-0.1186, -0.0046], 4],
    ] as const) {
      const { interval } = compared(counts).difference;
      near(interval[0], low, 0.5 * 10 ** -digits, "low");
      near(interval[1], high, 0.5 * 10 ** -digits, "high");
    }
  });

  test("the bootstrap of scipy, where there are many rows", () => {
    for (const { counts, interval } of vectors.difference) {
      const found = compared(counts).difference.interval;
      const width = interval[1] - interval[0];
      near(found[0], interval[0], 0.04 * width, "low");
      near(found[1], interval[1], 0.04 * width, "high");
    }
  });

  test("two that are always right, or never, or alike, differ by about nothing", () => {
    for (const counts of [
      [20, 0, 0, 0],
      [0, 0, 0, 20],
      [15, 0, 0, 5],
    ] as const) {
      const { accuracy, interval } = compared(counts).difference;
      assert.equal(accuracy, 0);
      assert.ok(
        interval[0] < 0 && interval[0] > -0.25 && interval[1] > 0 && interval[1] < 0.25,
        `${interval}`,
      );
    }
  });

  test("lists of different lengths are none", () => {
    assert.throws(() => comparePaired([true], [true, false]), InputError);
  });
});

test("erfc goes on where 1 − erf has no digits left", () => {
  for (const x of [0, 0.3, 1, 2, 2.4]) near(erfc(x), 1 - erf(x), 1e-15, `erfc(${x})`);
  // scipy.special.erfc
  for (const [x, value] of [
    [3, 2.209049699858544e-5],
    [10, 2.088487583762545e-45],
  ] as const)
    near(erfc(x), value, 1e-12 * value, `erfc(${x})`);
});
