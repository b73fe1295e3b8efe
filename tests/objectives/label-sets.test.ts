import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import type { Scores } from "../../src/objectives/metrics/confusion.js";
import {
  bestThresholds,
  evaluateLabelSets,
  type LabelSetPredictions,
  worstLabelSets,
} from "../../src/objectives/metrics/label-sets.js";

type Triple = [precision: number, recall: number, f1: number];
type Limits = [number, number];
interface Vector {
  name: string;
  labels: number;
  thresholds: number[];
  probabilities: number[];
  truth: number[];
  expected: {
    micro: Triple;
    macro: Triple;
    subsetAccuracy: number;
    hammingLoss: number;
    logLoss: number;
    jaccard: number;
    labelsPerRow: [truth: number, answered: number];
    commonestSet: number;
    perLabel: {
      scores: Triple;
      support: number;
      answered: number;
      auc: number | null;
      averagePrecision: number | null;
      best: { f1: number; threshold: number } | null;
    }[];
    intervals: { subsetAccuracy: Limits; microF1: Limits; macroF1: Limits };
  };
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL("../../../tests/train/golden/label_sets.json", import.meta.url), "utf8"),
);

const predictionsOf = ({ probabilities, truth, labels, thresholds }: Vector): LabelSetPredictions => ({
  probabilities: Float32Array.from(probabilities),
  truth: Uint8Array.from(truth),
  labels,
  thresholds,
});

function close(actual: number, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} where ${expected} was expected`);
}

function closeScores({ precision, recall, f1 }: Scores, expected: Triple, what: string): void {
  [precision, recall, f1].forEach((value, i) => {
    close(value, expected[i]!, `${what} ${i}`);
  });
}

describe("several labels a row, as scikit-learn and statsmodels", () => {
  for (const vector of vectors) {
    const { expected, labels } = vector;
    const p = predictionsOf(vector);
    test(vector.name, () => {
      const found = evaluateLabelSets(p);
      assert.deepEqual([found.rows, found.labels], [p.truth.length / labels, labels]);
      closeScores(found.micro, expected.micro, "micro");
      closeScores(found.macro, expected.macro, "macro");
      for (const name of ["subsetAccuracy", "hammingLoss", "jaccard", "commonestSet", "logLoss"] as const)
        close(found[name], expected[name], name);
      close(found.labelsPerRow.truth, expected.labelsPerRow[0], "labels a row");
      close(found.labelsPerRow.answered, expected.labelsPerRow[1], "answers a row");
      assert.equal(found.perLabel.length, labels);
      for (const [k, each] of expected.perLabel.entries()) {
        const of = found.perLabel[k]!;
        closeScores(of, each.scores, `label ${k}`);
        assert.deepEqual([of.support, of.answered], [each.support, each.answered]);
        for (const name of ["auc", "averagePrecision"] as const) {
          if (each[name] === null) assert.ok(Number.isNaN(of[name]), `${name} of ${k}: ${of[name]}`);
          else close(of[name], each[name], `${name} of ${k}`);
        }
      }
      // Slopes are of differences.
      for (const [name, limits] of Object.entries(expected.intervals)) {
        for (const [i, limit] of found.intervals[name as "microF1"].entries())
          close(limit, limits[i]!, `${name} ${i}`, name === "subsetAccuracy" ? 1e-12 : 1e-7);
      }
    });

    test(`${vector.name}: the best thresholds`, () => {
      const thresholds = bestThresholds(p, 1);
      const found = evaluateLabelSets({ ...p, thresholds });
      for (const [k, { best }] of expected.perLabel.entries()) {
        if (best === null) {
          assert.equal(thresholds[k], vector.thresholds[k]);
          continue;
        }
        assert.equal(thresholds[k], best.threshold, `threshold of ${k}`);
        close(found.perLabel[k]!.f1, best.f1, `F1 of ${k}`);
      }
    });
  }
});

/** Rows of [probabilities, truth]. */
const of = (rows: [number[], number[]][], thresholds: number[]): LabelSetPredictions => ({
  probabilities: Float32Array.from(rows.flatMap(([probabilities]) => probabilities)),
  truth: Uint8Array.from(rows.flatMap(([, truth]) => truth)),
  labels: thresholds.length,
  thresholds,
});

describe("thresholds are compared in float32", () => {
  test("a probability that is the threshold is not above it", () => {
    // In float64 fround(0.1) is above 0.1.
    const found = evaluateLabelSets(
      of(
        [
          [
            [0.1, 0.7],
            [1, 1],
          ],
        ],
        [0.1, 0.7],
      ),
    );
    assert.deepEqual(
      found.perLabel.map(({ answered }) => answered),
      [0, 0],
    );
  });

  test("between two neighbours of float32 the lower one tells them apart", () => {
    const bits = new Uint32Array(Float32Array.of(0.3).buffer);
    // The number between two of them is rounded up once, and down once.
    for (let step = 0; step < 2; step++) {
      const [below] = new Float32Array(bits.buffer) as unknown as [number];
      bits[0]! += 1;
      const [above] = new Float32Array(bits.buffer) as unknown as [number];
      const rows = Array.from({ length: 20 }, (_, row): [number[], number[]] =>
        row % 2 ? [[above], [1]] : [[below], [0]],
      );
      const p = of(rows, [0.9]);
      const thresholds = bestThresholds(p);
      assert.deepEqual(thresholds, [below]);
      assert.equal(evaluateLabelSets({ ...p, thresholds }).subsetAccuracy, 1);
    }
  });
});

describe("the best thresholds", () => {
  const rows = (positives: number, negatives: number) =>
    of(
      Array.from({ length: positives + negatives }, (_, row): [number[], number[]] =>
        row < positives ? [[0.75], [1]] : [[0.25], [0]],
      ),
      [0.875],
    );

  test("of a label that few rows have, or few lack, stay", () => {
    assert.deepEqual(bestThresholds(rows(10, 10)), [0.5]);
    assert.deepEqual(bestThresholds(rows(9, 30)), [0.875]);
    assert.deepEqual(bestThresholds(rows(30, 9)), [0.875]);
    assert.deepEqual(bestThresholds(rows(9, 30), 9), [0.5]);
    assert.deepEqual(bestThresholds(rows(0, 30), 1), [0.875]);
    for (const least of [0, 1.5, Number.NaN])
      assert.throws(() => bestThresholds(rows(3, 3), least), InputError);
  });

  test("of equals the nearest to 0.5", () => {
    // F1 is 2/3 with one of two found and none wrong, and with both found and two wrong.
    const equals = (probabilities: number[]) =>
      of(
        probabilities.map((p, row) => [[p], [row === 0 || row === 3 ? 1 : 0]]),
        [0.5],
      );
    assert.deepEqual(bestThresholds(equals([1, 0.5, 0.4375, 0.375]), 1), [0.75]);
    assert.deepEqual(bestThresholds(equals([1, 0.875, 0.5625, 0.5]), 1), [0.25]);
  });

  test("of probabilities that are all 0 stay; where every row is best answered, they lie below all", () => {
    assert.deepEqual(
      bestThresholds(
        of(
          [
            [[0], [1]],
            [[-0], [0]],
          ],
          [0.7],
        ),
        1,
      ),
      [0.7],
    );
    assert.deepEqual(
      bestThresholds(
        of(
          [
            [[0.5], [1]],
            [[0.75], [0]],
          ],
          [0.7],
        ),
        1,
      ),
      [0.25],
    );
  });
});

describe("the worst rows", () => {
  const p = of(
    [
      [
        [0.9, 0.2, 0.1],
        [1, 0, 0],
      ],
      [
        [0.9, 0.2, 0.1],
        [0, 1, 0],
      ],
      [
        [0.6, 0.6, 0.4],
        [1, 0, 1],
      ],
      [
        [0.9, 0.2, 0.1],
        [0, 1, 0],
      ],
      [
        [1, 0, 0],
        [0, 1, 1],
      ],
      [
        [0.4, 0.4, 0.4],
        [0, 0, 0],
      ],
    ],
    [0.5, 0.5, 0.5],
  );

  test("by loss, then by row, with what was missed and what was wrong", () => {
    const found = worstLabelSets(p, 10);
    assert.deepEqual(
      found.map(({ row, missed, wrong }) => [row, missed, wrong]),
      [
        [4, [1, 2], [0]],
        [1, [1], [0]],
        [3, [1], [0]],
        [2, [2], [1]],
      ],
    );
    close(found[0]!.loss, -Math.log(1e-7), "clipped", 1e-9);
    const loss = -(Math.log(0.1) + Math.log(0.2) + Math.log(0.9)) / 3;
    close(found[1]!.loss, loss, "mean over labels", 1e-7);
    assert.deepEqual(worstLabelSets(p, 2), found.slice(0, 2));
    assert.deepEqual(worstLabelSets(p, 0), []);
    assert.throws(() => worstLabelSets(p, -1), InputError);
  });

  test("as many as are not exactly right", () => {
    for (const vector of vectors) {
      const p = predictionsOf(vector);
      const { subsetAccuracy, rows } = evaluateLabelSets(p);
      assert.equal(worstLabelSets(p, rows).length, Math.round((1 - subsetAccuracy) * rows));
    }
  });
});

describe("intervals", () => {
  /** A row is hard or easy, which its labels share: they hang together. */
  const PRIORS = [0.3, 0.15, 0.5];
  const SHARES = [
    { share: 0.7, found: 0.95, wrong: 0.03 },
    { share: 0.3, found: 0.5, wrong: 0.2 },
  ];
  const mean = (of: (s: (typeof SHARES)[number]) => number) =>
    SHARES.reduce((a, s) => a + s.share * of(s), 0);
  const both = PRIORS.map((q) => q * mean(({ found }) => found));
  const size = PRIORS.map((q) => q + q * mean(({ found }) => found) + (1 - q) * mean(({ wrong }) => wrong));
  const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const truth = {
    microF1: (2 * total(both)) / total(size),
    macroF1: total(both.map((value, k) => (2 * value) / size[k]!)) / PRIORS.length,
    subsetAccuracy: SHARES.reduce(
      (sum, { share, found, wrong }) =>
        sum + share * PRIORS.reduce((product, q) => product * (q * found + (1 - q) * (1 - wrong)), 1),
      0,
    ),
  };

  test("hold the true value in about 95 of 100 test sets", () => {
    const held = { microF1: 0, macroF1: 0, subsetAccuracy: 0 };
    const sets = 400;
    for (let set = 0; set < sets; set++) {
      const random = new Random(set, PURPOSE.selfCheck);
      let at = 0;
      const rows = Array.from({ length: 150 }, (): [number[], number[]] => {
        const { found, wrong } = SHARES[random.uniform(at++) < 0.7 ? 0 : 1]!;
        const is = PRIORS.map((q) => Number(random.uniform(at++) < q));
        return [is.map((one) => Number(random.uniform(at++) < (one ? found : wrong))), is];
      });
      const { intervals } = evaluateLabelSets(of(rows, [0.5, 0.5, 0.5]));
      for (const name of ["microF1", "macroF1", "subsetAccuracy"] as const) {
        const [low, high] = intervals[name];
        held[name] += Number(low <= truth[name] && truth[name] <= high);
      }
    }
    for (const [name, count] of Object.entries(held)) {
      assert.ok(count >= 0.925 * sets && count <= 0.975 * sets, `${name}: ${count} of ${sets}`);
    }
  });

  test("without a mistake F1 has none to tell by; a single row too", () => {
    const right = of(
      [
        [
          [1, 0],
          [1, 0],
        ],
        [
          [0, 1],
          [0, 1],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ],
      [0.5, 0.5],
    );
    const { intervals, jaccard, commonestSet } = evaluateLabelSets(right);
    assert.deepEqual([intervals.microF1, intervals.macroF1, jaccard], [[1, 1], [1, 1], 1]);
    close(commonestSet, 1 / 3, "commonest set");
    assert.ok(intervals.subsetAccuracy[0] < 0.5);
    const one = evaluateLabelSets(
      of(
        [
          [
            [1, 1],
            [1, 0],
          ],
        ],
        [0.5, 0.5],
      ),
    );
    assert.deepEqual(
      [one.intervals.microF1, one.intervals.macroF1],
      [
        [one.micro.f1, one.micro.f1],
        [0.5, 0.5],
      ],
    );
  });
});

test("sets of more than 16 labels differ by each of them", () => {
  const labels = 40;
  const thresholds = new Array<number>(labels).fill(0.5);
  const rows = Array.from({ length: labels + 1 }, (_, row): [number[], number[]] => {
    const set = thresholds.map((_, k) => Number(k === row % labels));
    return [set, set];
  });
  assert.equal(evaluateLabelSets(of(rows, thresholds)).commonestSet, 2 / (labels + 1));
});

test("no rows: 0, and NaN where an order is asked for", () => {
  const none = evaluateLabelSets(of([], [0.5, 0.5]));
  const zero = { precision: 0, recall: 0, f1: 0 };
  const label = { ...zero, support: 0, answered: 0, auc: Number.NaN, averagePrecision: Number.NaN };
  assert.deepEqual(none, {
    ...{ rows: 0, labels: 2, micro: zero, macro: zero },
    ...{ subsetAccuracy: 0, hammingLoss: 0, logLoss: 0, jaccard: 0, commonestSet: 0 },
    labelsPerRow: { truth: 0, answered: 0 },
    perLabel: [label, label],
    intervals: { subsetAccuracy: [0, 1], microF1: [0, 0], macroF1: [0, 0] },
  });
  assert.deepEqual(bestThresholds(of([], [0.5, 0.25])), [0.5, 0.25]);
  assert.deepEqual(worstLabelSets(of([], [0.5]), 3), []);
});

describe("complaints", () => {
  const fine = () =>
    of(
      [
        [
          [0.2, 0.6],
          [0, 1],
        ],
        [
          [0.4, 0.9],
          [1, 0],
        ],
      ],
      [0.5, 0.5],
    );
  const wrong: [string, (p: LabelSetPredictions) => LabelSetPredictions, RegExp][] = [
    ["labels", (p) => ({ ...p, labels: 0 }), /labels: expected a whole number of at least 1/],
    ["half a row", (p) => ({ ...p, truth: p.truth.slice(1) }), /truth: expected 1 rows of 2 labels/],
    [
      "probabilities",
      (p) => ({ ...p, probabilities: p.probabilities.slice(2) }),
      /probabilities: expected 2 rows/,
    ],
    ["thresholds", (p) => ({ ...p, thresholds: [0.5] }), /thresholds: expected 2 thresholds/],
    ["no threshold", (p) => ({ ...p, thresholds: new Array<number>(2) }), /thresholds\[0\]/],
    [
      "threshold",
      (p) => ({ ...p, thresholds: [0.5, 1.5] }),
      /thresholds\[1\]: expected a number from 0 to 1/,
    ],
    ["truth", (p) => ({ ...p, truth: Uint8Array.of(0, 1, 2, 0) }), /truth\[1\]\[0\]: expected 0 or 1 .* 2/],
    ["NaN", (p) => ({ ...p, probabilities: p.probabilities.with(3, Number.NaN) }), /probabilities\[1\]\[1\]/],
    ["above 1", (p) => ({ ...p, probabilities: p.probabilities.with(0, 1.01) }), /from 0 to 1 .*sigmoid/],
    ["below 0", (p) => ({ ...p, probabilities: p.probabilities.with(0, -0.01) }), /from 0 to 1 .*sigmoid/],
  ];
  for (const [name, spoil, message] of wrong) {
    test(name, () => {
      const asked = [evaluateLabelSets, bestThresholds, (p: LabelSetPredictions) => worstLabelSets(p, 1)];
      for (const ask of asked) {
        ask(fine());
        assert.throws(
          () => ask(spoil(fine())),
          (error) => error instanceof InputError && message.test(error.message),
        );
      }
    });
  }
});
