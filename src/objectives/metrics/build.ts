/** From a metric's description to what adds it up. */
import { inputError } from "../../base/errors.js";
import type { Accumulator } from "./accumulator.js";
import { areaUnder, aucThresholds } from "./auc.js";
import { FScoreAccumulator, R2Accumulator } from "./columns.js";
import type { Metric } from "./metric.js";
import type { MetricKind } from "./options.js";
import { ratio } from "./predictions.js";
import * as rows from "./rows.js";
import { CountingAccumulator, type CountOptions, type Counts } from "./thresholds.js";

/** Widths of a row of outputs and of targets: 1 for class numbers, else as many as outputs. */
export interface MetricShape {
  outputs: number;
  targetWidth: number;
}

type Build<K extends MetricKind> = (settings: Metric<K>["settings"], shape: MetricShape) => Accumulator;

/** One row's value, and the mean over rows of it. */
const mean =
  (value: rows.RowValue, finish?: (mean: number) => number): Build<MetricKind> =>
  (_, { outputs, targetWidth }) =>
    new rows.MeanAccumulator(targetWidth, outputs, value, finish);
const meanBy =
  <K extends MetricKind>(value: (settings: Metric<K>["settings"]) => rows.RowValue): Build<K> =>
  (settings, shape) =>
    mean(value(settings))(settings as Metric["settings"], shape);

/** Of the probabilities of an activation, or of what that was given, which Keras on TensorFlow goes back to. */
const crossentropy =
  <K extends "binaryCrossentropy" | "categoricalCrossentropy" | "sparseCategoricalCrossentropy">(
    of: "sigmoid" | "softmax",
    value: (settings: Metric<K>["settings"], fromLogits: boolean) => rows.RowValue,
  ): Build<K> =>
  (settings, { outputs, targetWidth }) => {
    const { fromLogits } = settings as { fromLogits: boolean };
    const known = { of, value: value(settings, true) };
    return new rows.MeanAccumulator(targetWidth, outputs, value(settings, fromLogits), undefined, known);
  };

/** Whether a metric asks for what the last activation was given. */
export const readsLogits = ({ metric }: Metric): boolean => metric.endsWith("rossentropy");

/** Keras's thresholds: one, a list of them with a value each, or what the metric has without any. */
function thresholdsOf(given: number | readonly number[] | null, otherwise: number): readonly number[] {
  if (given === null) return [otherwise];
  return typeof given === "number" ? [given] : given;
}

const atEach = (value: (counts: Counts) => number) => (counts: Counts[][]) => {
  const values = counts[0]!.map(value);
  return values.length === 1 ? values[0]! : values;
};

const count =
  (what: keyof Counts): Build<"truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives"> =>
  ({ thresholds }, shape) =>
    new CountingAccumulator(
      { ...shape, thresholds: thresholdsOf(thresholds, 0.5) },
      atEach((at) => at[what]),
    );

const precision = ({ tp, fp }: Counts) => ratio(tp, tp + fp);
const recall = ({ tp, fn }: Counts) => ratio(tp, tp + fn);
const specificity = ({ tn, fp }: Counts) => ratio(tn, tn + fp);

const shareOf =
  (value: (counts: Counts) => number): Build<"precision" | "recall"> =>
  ({ thresholds, topK, classId }, shape) =>
    new CountingAccumulator(
      { ...shape, topK, classId, thresholds: thresholdsOf(thresholds, topK === null ? 0.5 : -1e10) },
      atEach(value),
    );

/** The best of one share where another is large enough. */
function bestWhere(
  { numThresholds, classId }: { numThresholds: number; classId: number | null },
  shape: MetricShape,
  least: number,
  [constrained, sought]: readonly [(counts: Counts) => number, (counts: Counts) => number],
): Accumulator {
  const even = numThresholds > 1;
  const thresholds = even ? Array.from({ length: numThresholds }, (_, i) => i / (numThresholds - 1)) : [0.5];
  const options: CountOptions = { ...shape, classId, thresholds, even };
  // Keras compares in float32.
  return new CountingAccumulator(options, ([counts]) =>
    counts!.reduce(
      (best, at) => (Math.fround(constrained(at)) >= Math.fround(least) ? Math.max(best, sought(at)) : best),
      0,
    ),
  );
}

const BUILD: { [K in MetricKind]: Build<K> } = {
  auc(settings, shape) {
    const { numThresholds, thresholds, curve, summationMethod, multiLabel, labelWeights, fromLogits } =
      settings;
    const columnWeights = multiLabel ? null : labelWeights;
    return new CountingAccumulator(
      { ...shape, ...aucThresholds(numThresholds, thresholds), apart: multiLabel, columnWeights, fromLogits },
      (counts) => {
        const areas = counts.map((each) => areaUnder(each, curve, summationMethod));
        const weights = areas.map((_, k) => (multiLabel && labelWeights ? labelWeights[k]! : 1));
        const total = areas.reduce((sum, area, k) => sum + area * weights[k]!, 0);
        return ratio(
          total,
          weights.reduce((a, b) => a + b, 0),
        );
      },
    );
  },
  precision: shareOf(precision),
  recall: shareOf(recall),
  truePositives: count("tp"),
  falsePositives: count("fp"),
  trueNegatives: count("tn"),
  falseNegatives: count("fn"),
  sensitivityAtSpecificity: (s, shape) => bestWhere(s, shape, s.specificity, [specificity, recall]),
  specificityAtSensitivity: (s, shape) => bestWhere(s, shape, s.sensitivity, [recall, specificity]),
  precisionAtRecall: (s, shape) => bestWhere(s, shape, s.recall, [recall, precision]),
  recallAtPrecision: (s, shape) => bestWhere(s, shape, s.precision, [precision, recall]),
  f1Score: (settings, { outputs }) => new FScoreAccumulator(outputs, { ...settings, beta: 1 }),
  fBetaScore: (settings, { outputs }) => new FScoreAccumulator(outputs, settings),
  equality: mean(rows.equality),
  binaryAccuracy: meanBy(({ threshold }) => rows.binaryAccuracy(threshold)),
  categoricalAccuracy: mean(rows.categoricalAccuracy),
  sparseCategoricalAccuracy: mean(rows.sparseCategoricalAccuracy),
  topKCategoricalAccuracy: meanBy(({ k }) => rows.topKCategoricalAccuracy(k)),
  sparseTopKCategoricalAccuracy: meanBy(({ k }) => rows.sparseTopKCategoricalAccuracy(k)),
  binaryCrossentropy: crossentropy("sigmoid", ({ labelSmoothing }, fromLogits) =>
    rows.binaryCrossentropy(fromLogits, labelSmoothing),
  ),
  categoricalCrossentropy: crossentropy("softmax", ({ labelSmoothing }, fromLogits) =>
    rows.categoricalCrossentropy(fromLogits, labelSmoothing),
  ),
  sparseCategoricalCrossentropy: crossentropy("softmax", (_, fromLogits) =>
    rows.sparseCategoricalCrossentropy(fromLogits),
  ),
  klDivergence: mean(rows.klDivergence),
  poisson: mean(rows.poisson),
  meanSquaredError: mean(rows.squaredError),
  rootMeanSquaredError: mean(rows.squaredError, Math.sqrt),
  meanAbsoluteError: mean(rows.absoluteError),
  meanAbsolutePercentageError: mean(rows.absolutePercentageError),
  meanSquaredLogarithmicError: mean(rows.squaredLogarithmicError),
  cosineSimilarity: mean(rows.cosineSimilarity),
  logCoshError: mean(rows.logCosh),
  r2Score: (settings, { outputs }) => new R2Accumulator(outputs, settings),
  hinge: (_, { outputs }) => new rows.HingeAccumulator(outputs, 1),
  squaredHinge: (_, { outputs }) => new rows.HingeAccumulator(outputs, 2),
  categoricalHinge: mean(rows.categoricalHinge),
  pearsonCorrelation: mean(rows.pearsonCorrelation),
  concordanceCorrelation: mean(rows.concordanceCorrelation),
};

/** @throws InputError where the metric does not suit a model of such outputs and targets */
export function buildMetric(metric: Metric, shape: MetricShape): Accumulator {
  checkShape(metric, shape);
  return (BUILD[metric.metric] as Build<MetricKind>)(metric.settings as Metric["settings"], shape);
}

/** Thresholds of a curve for each output. */
const MOST_COUNTS = 1_000_000;

/** Of classes by their numbers; all others compare outputs with targets one by one. */
const SPARSE: ReadonlySet<MetricKind> = new Set([
  "sparseCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
  "sparseCategoricalCrossentropy",
]);

/** Whether a metric suits a model; what Keras would stop at, or broadcast into nonsense, is refused. */
export function checkShape({ metric, settings }: Metric, { outputs, targetWidth }: MetricShape): void {
  const where = `metrics.${metric}`;
  const wanted = SPARSE.has(metric) ? 1 : outputs;
  if (targetWidth !== wanted) {
    const sparse = "a model that is trained on class numbers (sparseCategoricalCrossentropy)";
    const wide = "a model that is trained on a target for each output";
    throw inputError({ expected: wanted === 1 ? sparse : wide, where, received: `${targetWidth} a row` });
  }
  const { classId, topK, numLabels, labelWeights, multiLabel, numThresholds } = settings as Record<
    string,
    unknown
  >;
  const complain = (what: string, received: unknown) => inputError({ expected: what, where, received });
  if (typeof classId === "number" && classId >= outputs) {
    throw complain(`a classId from 0 to ${outputs - 1}`, classId);
  }
  if (multiLabel === true && outputs * Number(numThresholds) > MOST_COUNTS) {
    throw complain(`at most ${MOST_COUNTS} thresholds of all outputs`, outputs * Number(numThresholds));
  }
  if (typeof topK === "number" && topK > outputs) throw complain(`topK of at most ${outputs}`, topK);
  if (typeof numLabels === "number" && numLabels !== outputs)
    throw complain(`numLabels ${outputs}`, numLabels);
  if (Array.isArray(labelWeights) && labelWeights.length !== outputs) {
    throw complain(`${outputs} labelWeights`, labelWeights.length);
  }
}
