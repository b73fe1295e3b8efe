import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { auc, aucExact } from "../../src/objectives/metrics/auc.js";
import { calibration } from "../../src/objectives/metrics/calibration.js";
import { confusionScores } from "../../src/objectives/metrics/confusion.js";
import type { Predictions } from "../../src/objectives/metrics/predictions.js";
import {
  accuracyKind,
  METRIC_NAMES,
  MetricAccumulator,
  metricName,
} from "../../src/objectives/metrics/streaming.js";
import { bestThreshold, thresholdCurve } from "../../src/objectives/metrics/threshold.js";
import { evaluatePredictions, worstMistakes } from "../../src/objectives/metrics.js";

type Triple = [number, number, number];
interface Expected {
  confusion: number[][];
  accuracy: number;
  kerasAccuracy: number;
  perClass: [number, number, number, number][];
  macro: Triple;
  weighted: Triple;
  mcc: number;
  logLoss: number;
  brier: number;
  kerasAuc: number;
  kerasAucMultiLabel?: number;
  auc?: number;
  aucMultiLabel?: number;
  bestF1?: number;
  bestAccuracy?: number;
  calibration: { bins: Triple[]; error: number };
}
interface Vector {
  name: string;
  outputs: number;
  threshold: number;
  probabilities: number[];
  labels: number[];
  weights: number[] | null;
  expected: Expected;
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL("../../../tests/train/metrics/vectors.json", import.meta.url), "utf8"),
);

function predictionsOf({ probabilities, outputs, labels, weights, threshold }: Vector): Predictions {
  return {
    probabilities: Float32Array.from(probabilities),
    outputs,
    labels,
    threshold,
    ...(weights === null ? {} : { weights }),
  };
}

function close(actual: number, expected: number, what: string, tolerance = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} where ${expected} was expected`);
}

/** Keras adds up in float32. */
const KERAS = 4e-7;

describe("metrics of scikit-learn and Keras", () => {
  for (const vector of vectors) {
    const { expected } = vector;
    const p = predictionsOf(vector);
    const found = evaluatePredictions(p);
    test(`${vector.name}: from the confusion matrix`, () => {
      found.confusion.forEach((row, i) => {
        row.forEach((value, j) => {
          close(value, expected.confusion[i]![j]!, `confusion[${i}][${j}]`);
        });
      });
      close(found.accuracy, expected.accuracy, "accuracy");
      close(found.accuracy, expected.kerasAccuracy, "Keras's accuracy", KERAS);
      close(found.mcc, expected.mcc, "mcc");
      expected.perClass.forEach(([precision, recall, f1, support], k) => {
        close(found.perClass[k]!.precision, precision, `precision of ${k}`);
        close(found.perClass[k]!.recall, recall, `recall of ${k}`);
        close(found.perClass[k]!.f1, f1, `f1 of ${k}`);
        close(found.perClass[k]!.support, support, `support of ${k}`);
      });
      for (const kind of ["macro", "weighted"] as const) {
        const { precision, recall, f1 } = found[kind];
        [precision, recall, f1].forEach((value, i) => {
          close(value, expected[kind][i]!, `${kind} ${i}`);
        });
      }
    });
    test(`${vector.name}: from the probabilities`, () => {
      close(found.auc, expected.kerasAuc, "Keras's AUC", KERAS);
      if (expected.auc !== undefined) close(found.aucExact, expected.auc, "exact AUC");
      if (expected.kerasAucMultiLabel !== undefined) {
        close(auc(p, { multiLabel: true }), expected.kerasAucMultiLabel, "Keras's multi-label AUC", KERAS);
      }
      if (expected.aucMultiLabel !== undefined) {
        close(aucExact(p, { multiLabel: true }), expected.aucMultiLabel, "exact AUC over classes");
      }
      close(found.logLoss, expected.logLoss, "log loss");
      close(found.brier, expected.brier, "Brier score");
      close(found.calibration.expectedError, expected.calibration.error, "calibration error");
      expected.calibration.bins.forEach(([count, mean, rate], k) => {
        const bin = found.calibration.bins[k]!;
        assert.equal(bin.count, count);
        close(bin.meanPredicted, mean, `mean of bin ${k}`);
        close(bin.observed, rate, `rate of bin ${k}`);
      });
      if (expected.bestF1 !== undefined) close(found.binary!.bestF1.f1, expected.bestF1, "best F1");
      if (expected.bestAccuracy !== undefined) {
        close(found.binary!.bestAccuracy.accuracy, expected.bestAccuracy, "best accuracy");
      }
    });
    test(`${vector.name}: added up batch by batch`, () => {
      const wide = oneHot(vector.labels, vector.outputs);
      for (const [targets, targetWidth] of [[vector.labels, 1] as const, [wide, vector.outputs] as const]) {
        const { outputs, threshold } = vector;
        const metrics = new MetricAccumulator(METRIC_NAMES, { outputs, targetWidth, threshold });
        feed(metrics, p, [1, 0], 1); // to be forgotten
        metrics.reset();
        feed(metrics, p, targets, targetWidth);
        const result = metrics.result();
        const focus = outputs === 1 ? found.perClass[1]! : found.macro;
        close(result.accuracy!, expected.kerasAccuracy, "accuracy", KERAS);
        close(result.precision!, focus.precision, "precision");
        close(result.recall!, focus.recall, "recall");
        close(result.f1!, focus.f1, "f1");
        close(result.mcc!, expected.mcc, "mcc");
        close(result.auc!, expected.kerasAuc, "auc", KERAS);
      }
    });
  }
});

function oneHot(labels: number[], outputs: number): number[] {
  if (outputs === 1) return labels;
  return labels.flatMap((label) => Array.from({ length: outputs }, (_, k) => (k === label ? 1 : 0)));
}

/** Feeds seven rows at a time. */
function feed(metrics: MetricAccumulator, p: Predictions, targets: ArrayLike<number>, width: number): void {
  const all = Array.from(targets);
  for (let row = 0; row < all.length / width; row += 7) {
    const rows = Math.min(7, all.length / width - row);
    metrics.update(
      p.probabilities.subarray(row * p.outputs, (row + rows) * p.outputs),
      all.slice(row * width, (row + rows) * width),
      rows,
      p.weights && Array.from(p.weights).slice(row, row + rows),
    );
  }
}

describe("thresholds", () => {
  test("a probability on the threshold is class 0, as Keras compares, in float32", () => {
    const p = { probabilities: Float32Array.of(0.3, 0.5), outputs: 1, labels: [1, 1] };
    assert.equal(evaluatePredictions({ ...p, threshold: 0.5 }).accuracy, 0);
    assert.equal(evaluatePredictions({ ...p, threshold: 0.3 }).accuracy, 0.5);
  });

  test("the curve agrees with a count at every threshold", () => {
    for (const vector of vectors.filter(({ outputs }) => outputs === 1)) {
      const p = predictionsOf(vector);
      const curve = thresholdCurve(p, 20);
      assert.equal(curve.length, 21);
      for (const point of curve) {
        const direct = evaluatePredictions({ ...p, threshold: point.threshold });
        close(point.accuracy, direct.accuracy, "accuracy");
        close(point.precision, direct.perClass[1]!.precision, "precision");
        close(point.recall, direct.perClass[1]!.recall, "recall");
        close(point.f1, direct.perClass[1]!.f1, "f1");
      }
    }
  });

  test("the best threshold gives what it promises, and lies nearest the middle among equals", () => {
    for (const vector of vectors.filter(({ outputs }) => outputs === 1)) {
      const p = predictionsOf(vector);
      const best = bestThreshold(p, "accuracy");
      close(evaluatePredictions({ ...p, threshold: best.threshold }).accuracy, best.accuracy, "accuracy");
    }
    const p = { probabilities: Float32Array.of(0.1, 0.2, 0.9), outputs: 1, labels: [0, 0, 1] };
    assert.deepEqual(bestThreshold(p, "f1").threshold, 0.5);
    const low = { probabilities: Float32Array.of(0.125, 0.25, 0.375), outputs: 1, labels: [0, 1, 1] };
    assert.equal(bestThreshold(low).threshold, 0.1875);
  });

  test("neighbouring float32 scores are told apart", () => {
    const next = (bits: number) => new Float32Array(new Uint32Array([bits]).buffer)[0]!;
    for (const bits of [0x3f000000, 0x3f000001]) {
      const p = { probabilities: Float32Array.of(next(bits), next(bits + 1)), outputs: 1, labels: [0, 1] };
      const best = bestThreshold(p, "accuracy");
      assert.equal(best.accuracy, 1);
      assert.equal(evaluatePredictions({ ...p, threshold: best.threshold }).accuracy, 1);
    }
  });

  test("the best threshold may accept every row, or none", () => {
    const probabilities = Float32Array.of(0.625, 0.875);
    const none = bestThreshold({ probabilities, outputs: 1, labels: [0, 0] }, "accuracy");
    assert.deepEqual([none.threshold, none.accuracy], [0.875, 1]);
    const low = { probabilities: Float32Array.of(0.125, 0.25), outputs: 1, labels: [1, 1] };
    assert.deepEqual([bestThreshold(low).threshold, bestThreshold(low).f1], [0, 1]);
  });

  test("Keras's AUC cannot tell scores of one bucket apart, 0 from 1/199 among them", () => {
    const p = { probabilities: Float32Array.of(0, 0.005, 0.0051), outputs: 1, labels: [0, 1, 1] };
    assert.equal(auc(p), 0.75);
    assert.equal(aucExact(p), 1);
  });

  test("among equal outputs the first wins", () => {
    const p = { probabilities: Float32Array.of(0.25, 0.375, 0.375), outputs: 3, labels: [1] };
    assert.equal(evaluatePredictions(p).accuracy, 1);
  });

  test("more than one output has no threshold", () => {
    const p = { probabilities: Float32Array.of(0.5, 0.5), outputs: 2, labels: [0] };
    assert.throws(() => thresholdCurve(p), InputError);
  });
});

describe("nothing to divide by", () => {
  test("every undefined ratio is 0", () => {
    const none = evaluatePredictions({ probabilities: new Float32Array(0), outputs: 3, labels: [] });
    for (const value of [none.accuracy, none.majority, none.mcc, none.auc, none.aucExact, none.logLoss]) {
      assert.equal(value, 0);
    }
    assert.deepEqual(none.macro, { precision: 0, recall: 0, f1: 0 });
    assert.equal(none.calibration.expectedError, 0);
    assert.deepEqual(new MetricAccumulator(METRIC_NAMES, { outputs: 1 }).result(), {
      accuracy: 0,
      precision: 0,
      recall: 0,
      f1: 0,
      mcc: 0,
      auc: 0,
    });
  });

  test("a class never answered has precision 0", () => {
    const scores = confusionScores([
      [8, 0],
      [2, 0],
    ]);
    assert.equal(scores.accuracy, 0.8);
    assert.equal(scores.majority, 0.8);
    assert.deepEqual(scores.perClass[1], { precision: 0, recall: 0, f1: 0, support: 2 });
    assert.equal(scores.mcc, 0);
  });
});

describe("calibration", () => {
  test("an edge belongs to the bin below it, and 0 to the first", () => {
    const p = { probabilities: Float32Array.of(0, 0.25, 0.5, 0.75, 1), outputs: 1, labels: [0, 0, 1, 1, 1] };
    const counts = calibration(p, 4).bins.map(({ count }) => count);
    assert.deepEqual(counts, [2, 1, 1, 1]);
  });

  test("Wilson's interval: 8 of 10 lies within 0.490 to 0.943", () => {
    const p = {
      probabilities: new Float32Array(10).fill(0.75),
      outputs: 1,
      labels: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
    };
    const { low, high } = calibration(p, 1).bins[0]!;
    close(low, 0.4901625, "low", 1e-6);
    close(high, 0.9433178, "high", 1e-6);
  });
});

test("the worst mistakes come surest first, with the probability of the answer given", () => {
  const binary = {
    probabilities: Float32Array.of(0.875, 0.25, 0.0625, 0.75, 0.875),
    outputs: 1,
    labels: [0, 0, 1, 1, 0],
  };
  assert.deepEqual(worstMistakes(binary, 2), [
    { row: 2, label: 1, predicted: 0, probability: 0.9375 },
    { row: 0, label: 0, predicted: 1, probability: 0.875 },
  ]);
  assert.equal(worstMistakes(binary, 9).length, 3);
  const three = {
    probabilities: Float32Array.of(0.5, 0.375, 0.125, 0.25, 0.5, 0.25),
    outputs: 3,
    labels: [2, 1],
  };
  assert.deepEqual(worstMistakes(three, 5), [{ row: 0, label: 2, predicted: 0, probability: 0.5 }]);
  // Row 1 leaves less for the truth than row 0, of which it is surer; row 2 is as sure and leaves less.
  const sure = {
    probabilities: Float32Array.of(0.75, 0.25, 0, 0.5, 0.375, 0.125, 0.75, 0.125, 0.125),
    outputs: 3,
    labels: [1, 2, 1],
  };
  assert.deepEqual(
    worstMistakes(sure, 3).map(({ row, probability }) => [row, probability]),
    [
      [2, 0.75],
      [0, 0.75],
      [1, 0.5],
    ],
  );
});

describe("names and shapes", () => {
  test("accuracy resolves as Keras resolves it", () => {
    assert.equal(accuracyKind(1, 1), "binary");
    assert.equal(accuracyKind(3, 1), "sparse");
    assert.equal(accuracyKind(3, 3), "categorical");
  });

  test("a metric is known by its name", () => {
    assert.equal(metricName("acc"), "accuracy");
    assert.equal(metricName("mcc"), "mcc");
    assert.throws(() => metricName("acuracy"), /Did you mean accuracy\?/);
    assert.throws(() => new MetricAccumulator(["f1"], { outputs: 3, targetWidth: 2 }), InputError);
  });

  test("only what was asked for is reported", () => {
    const metrics = new MetricAccumulator(["accuracy"], { outputs: 1 });
    metrics.update([0.9, 0.2, 0.8], [1, 0, 0], 3);
    assert.deepEqual(metrics.result(), { accuracy: 2 / 3 });
  });

  test("a target that is no class number is refused where classes are counted", () => {
    assert.throws(
      () => new MetricAccumulator(["f1"], { outputs: 1 }).update([0.9], [0.5], 1),
      /class number from 0 to 1/,
    );
  });
});

describe("bad input is named", () => {
  const good: Predictions = { probabilities: Float32Array.of(0.2, 0.7), outputs: 1, labels: [0, 1] };
  const bad: [string, Partial<Predictions>, RegExp][] = [
    ["too few probabilities", { probabilities: Float32Array.of(0.2) }, /probabilities: expected 2 rows/],
    ["a label beyond the classes", { labels: [0, 2] }, /labels\[1\]: expected a class number from 0 to 1/],
    ["a label between classes", { labels: [0.5, 1] }, /labels\[0\]/],
    ["NaN", { probabilities: Float32Array.of(0.2, Number.NaN) }, /probabilities\[1\]/],
    ["a logit", { probabilities: Float32Array.of(3.2, 0.1) }, /ends in sigmoid or softmax/],
    ["weights of another length", { weights: [1] }, /weights: expected 2 weights/],
    ["a negative weight", { weights: [1, -1] }, /weights\[1\]/],
    ["a threshold beyond 1", { threshold: 1.5 }, /threshold/],
  ];
  for (const [what, part, message] of bad) {
    test(what, () => {
      assert.throws(
        () => evaluatePredictions({ ...good, ...part }),
        (error: unknown) => error instanceof InputError && message.test(error.message),
      );
    });
  }
});
