/** What compile({ metrics, weightedMetrics }) measures in fit and evaluate. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CompileOptions,
  InputError,
  layers,
  losses,
  type Model,
  metrics,
  sequential,
  type TrainingState,
} from "../../src/index.js";
import { METRIC_KINDS } from "../../src/objectives/metrics/metric.js";

const ROWS = 23;
/** Numbers from 0 to 1 without a pattern that matters. */
const noise = (i: number, k: number) => (Math.sin(12.9898 * i + 78.233 * k + 1) * 43758.5453) % 1;
const X = Array.from({ length: ROWS }, (_, i) => [0, 1, 2, 3].map((k) => noise(i, k)));
const TAGS = X.map((_, i) => [4, 5, 6].map((k) => (noise(i, k) > -0.1 ? 1 : 0)));
const WEIGHTS = X.map((_, i) => 0.2 + 2 * Math.abs(noise(i, 9)));

function made(options: CompileOptions, units = 3, activation: "sigmoid" | "linear" = "sigmoid"): Model {
  const model = sequential([layers.input({ shape: [4] }), layers.dense({ units, activation })], {
    seed: 5,
    engine: "reference",
  });
  model.compile({ optimizer: "sgd", ...options });
  return model;
}

const close = (found: number | undefined, expected: number, what: string) =>
  void assert.ok(
    found !== undefined && Math.abs(found - expected) < 1e-6,
    `${what}: ${found}, not ${expected}`,
  );

describe("independent outputs", () => {
  test("plain metrics ask of every output by itself; accuracy is of the largest, as in Keras", async () => {
    const names = ["accuracy", "precision", "recall", "f1", "mcc", "auc"] as const;
    const model = made({ loss: "binaryCrossentropy", metrics: names });
    const found = await model.evaluate(X, TAGS, { batchSize: 7 });
    const p = model.predict(X).flat(2);
    const y = TAGS.flat();
    const count = (answer: boolean, truth: number) =>
      p.filter((value, i) => value > 0.5 === answer && y[i] === truth).length;
    const [tp, fp, fn, tn] = [count(true, 1), count(true, 0), count(false, 1), count(false, 0)];
    for (const cell of [tp, fp, fn, tn]) assert.ok(cell > 2, "the data tell the metrics apart");
    close(found["precision"], tp / (tp + fp), "precision");
    close(found["recall"], tp / (tp + fn), "recall");
    close(found["f1"], (2 * tp) / (2 * tp + fp + fn), "f1");
    const scale = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
    close(found["mcc"], (tp * tn - fp * fn) / scale, "mcc");
    const first = (row: readonly number[]) => row.indexOf(Math.max(...row));
    const largest = TAGS.filter((row, i) => first(row) === first(p.slice(3 * i, 3 * i + 3))).length;
    close(found.accuracy, largest / ROWS, "accuracy");
    // Of all pairs of a 1 and a 0, wherever they stand; 200 thresholds come near it.
    const pairs = p.flatMap((a, i) =>
      p.flatMap((b, j) => (y[i] === 1 && y[j] === 0 ? [[a, b] as const] : [])),
    );
    const area = pairs.reduce((sum, [a, b]) => sum + (a > b ? 1 : a === b ? 0.5 : 0), 0) / pairs.length;
    assert.ok(Math.abs(found["auc"]! - area) < 0.01, `auc: ${found["auc"]}, near ${area}`);
  });

  test("with one of several classes they are means over the classes", async () => {
    const model = made({
      loss: "categoricalCrossentropy",
      metrics: ["recall", metrics.recall({ name: "above" })],
    });
    const classes = TAGS.map((_, i) => [0, 1, 2].map((k) => (k === i % 3 ? 1 : 0)));
    const found = await model.evaluate(X, classes);
    const answers = model.predict(X) as number[][];
    const shares = [0, 1, 2].map((k) => {
      const own = answers.filter((_, i) => i % 3 === k);
      return own.filter((row) => row.indexOf(Math.max(...row)) === k).length / own.length;
    });
    close(found["recall"], (shares[0]! + shares[1]! + shares[2]!) / 3, "recall");
    close(found["above"], answers.filter((row, i) => row[i % 3]! > 0.5).length / ROWS, "above");
  });
});

describe("metrics with settings", () => {
  test("weighted metrics weigh rows, plain ones do not; a name that comes again is numbered", async () => {
    const binary = TAGS.map((row) => row[0]!);
    const model = made(
      {
        loss: "binaryCrossentropy",
        metrics: ["accuracy", metrics.binaryAccuracy({ threshold: 0.4, name: "accuracy" })],
        weightedMetrics: [
          "accuracy",
          "binaryAccuracy",
          metrics.falsePositives({ thresholds: [0.2, 0.6], name: "wrong" }),
        ],
      },
      1,
    );
    const found = await model.evaluate(X, binary, { sampleWeight: WEIGHTS, batchSize: 5 });
    const p = model.predict(X).flat(2);
    const share = (threshold: number, weight: (i: number) => number) => {
      const right = (i: number) => Number(p[i]! > threshold) === binary[i];
      const sum = (of: (i: number) => number) => p.reduce<number>((total, _, i) => total + of(i), 0);
      return sum((i) => (right(i) ? weight(i) : 0)) / sum(weight);
    };
    const wrong = (threshold: number) =>
      p.reduce((sum, value, i) => sum + (value > threshold && !binary[i] ? WEIGHTS[i]! : 0), 0);
    assert.deepEqual(Object.keys(found), [
      "loss",
      "accuracy",
      "accuracy_1",
      "weighted_accuracy",
      "binary_accuracy",
      "wrong[0]",
      "wrong[1]",
    ]);
    close(
      found.accuracy,
      share(0.5, () => 1),
      "accuracy",
    );
    close(
      found["accuracy_1"],
      share(0.4, () => 1),
      "accuracy_1",
    );
    close(
      found["weighted_accuracy"],
      share(0.5, (i) => WEIGHTS[i]!),
      "weighted_accuracy",
    );
    close(
      found["binary_accuracy"],
      share(0.5, (i) => WEIGHTS[i]!),
      "binary_accuracy",
    );
    assert.ok(
      Math.abs(found["wrong[0]"]! - wrong(0.2)) < 1e-4 && Math.abs(found["wrong[1]"]! - wrong(0.6)) < 1e-4,
    );
  });

  test("history has them of training and validation, and class weights count", async () => {
    const model = made(
      {
        loss: "binaryCrossentropy",
        metrics: [metrics.auc({ curve: "PR", name: "pr" })],
        weightedMetrics: ["accuracy"],
      },
      1,
    );
    const binary = TAGS.map((row) => row[0]!);
    const { history } = await model.fit(X, binary, {
      epochs: 2,
      validationSplit: 0.3,
      classWeight: { 0: 5 },
    });
    assert.deepEqual(Object.keys(history), [
      "loss",
      "pr",
      "accuracy",
      "valLoss",
      "valPr",
      "valAccuracy",
      "learningRate",
    ]);
    const still = made(
      { loss: "binaryCrossentropy", metrics: ["accuracy"], weightedMetrics: ["accuracy"] },
      1,
    );
    still.learningRate = 0;
    const logs = (await still.fit(X, binary, { classWeight: { 0: 5 } })).history;
    const right = (still.predict(X) as number[][]).map(([p], i) => Number(p! > 0.5) === binary[i]);
    const weight = (i: number) => (binary[i] === 0 ? 5 : 1);
    const total = binary.reduce<number>((sum, _, i) => sum + weight(i), 0);
    close(
      logs["weighted_accuracy"]![0],
      right.reduce<number>((sum, is, i) => sum + (is ? weight(i) : 0), 0) / total,
      "weighed",
    );
    close(logs["accuracy"]![0], right.filter(Boolean).length / ROWS, "plain");
  });

  test("an epoch that goes on from a checkpoint gives the same", async () => {
    const options = { loss: "binaryCrossentropy", weightedMetrics: [metrics.meanAbsoluteError()] } as const;
    const fit = { batchSize: 4, sampleWeight: WEIGHTS } as const;
    const whole = await made(options).fit(X, TAGS, fit);
    let state: TrainingState | undefined;
    const abort = new AbortController();
    await made(options).fit(X, TAGS, {
      ...fit,
      signal: abort.signal,
      callbacks: [
        {
          onBatchEnd(progress) {
            if (progress.batch !== 3) return;
            abort.abort();
            state = progress.state();
          },
        },
      ],
    });
    const again = await made(options).fit(X, TAGS, { ...fit, resume: state! });
    assert.deepEqual(again.history, whole.history);
    assert.ok(whole.history["mean_absolute_error"]![0]! > 0);
  });

  test("a regression has no accuracy unless it is asked for one", async () => {
    const target = X.map((row) => row[0]!);
    const plain = await made({ loss: "meanSquaredError" }, 1, "linear").evaluate(X, target);
    assert.deepEqual(Object.keys(plain), ["loss"]);
    const model = made({ loss: "meanSquaredError", metrics: ["meanAbsoluteError", "r2Score"] }, 1, "linear");
    const found = await model.evaluate(X, target);
    assert.deepEqual(Object.keys(found), ["loss", "mean_absolute_error", "r2_score"]);
    const p = model.predict(X).flat(2);
    close(
      found["mean_absolute_error"],
      p.reduce<number>((sum, v, i) => sum + Math.abs(v - target[i]!), 0) / ROWS,
      "mae",
    );
  });

  test("every kind can be named, or says what it needs", () => {
    const points = new Set([
      "sensitivityAtSpecificity",
      "specificityAtSensitivity",
      "precisionAtRecall",
      "recallAtPrecision",
    ]);
    for (const kind of METRIC_KINDS) {
      const compile = () => made({ loss: "binaryCrossentropy", metrics: [kind] });
      if (points.has(kind)) assert.throws(compile, /expected a number from 0 to 1/);
      else compile();
    }
  });

  const bad: [what: string, compile: () => unknown, message: RegExp][] = [
    ["a misspelt setting", () => metrics.auc({ curv: "PR" } as never), /metrics\.auc.*Did you mean curve\?/],
    ["a curve", () => metrics.auc({ curve: "pr" as never }), /one of ROC, PR, PRGAIN/],
    ["a threshold", () => metrics.precision({ thresholds: 1.5 }), /metrics\.precision thresholds/],
    ["a taken name", () => metrics.auc({ name: "loss" }), /metrics\.auc name/],
    ["beta", () => metrics.fBetaScore({ beta: 0 }), /beta/],
    ["labels without curves", () => metrics.auc({ numLabels: 3 }), /multiLabel: true/],
    [
      "no list",
      () => made({ loss: "binaryCrossentropy", weightedMetrics: "auc" as never }),
      /weightedMetrics/,
    ],
    [
      "no metric",
      () => made({ loss: "binaryCrossentropy", metrics: [{ metric: "cost" } as never] }),
      /metrics: expected/,
    ],
    [
      "a misspelt name",
      () => made({ loss: "binaryCrossentropy", metrics: ["meanSquareError" as never] }),
      /Did you mean/,
    ],
    ["a reduction", () => losses.meanSquaredError({ reduction: "none" as never }), /meanWithSampleWeight/],
  ];
  for (const [what, compile, message] of bad) {
    test(`refused: ${what}`, () => {
      assert.throws(compile, (error) => error instanceof InputError && message.test(error.message));
    });
  }

  test("what does not suit the model is refused before it is run", async () => {
    const model = made({ loss: "binaryCrossentropy", metrics: [metrics.recall({ classId: 3 })] });
    await assert.rejects(model.evaluate(X, TAGS), /classId from 0 to 2/);
    await assert.rejects(model.fit(X, TAGS), /classId from 0 to 2/);
    const sparse = made({ loss: "sparseCategoricalCrossentropy", metrics: ["binaryAccuracy"] });
    await assert.rejects(
      sparse.evaluate(
        X,
        X.map((_, i) => i % 3),
      ),
      /a target for each output/,
    );
  });
});

test("a metric that must be given its share asks for it by name", () => {
  const nothing = (make: unknown) => () => (make as () => unknown)();
  assert.throws(
    nothing(metrics.precisionAtRecall),
    /precisionAtRecall recall: expected a number from 0 to 1/,
  );
  assert.throws(nothing(metrics.sensitivityAtSpecificity), /sensitivityAtSpecificity specificity: expected/);
});
