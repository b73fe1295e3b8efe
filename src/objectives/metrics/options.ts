/** The settings of every metric, as `metrics.…()` takes them: Keras's, in camel case. */

/** What every metric takes. */
export interface MetricNameOptions {
  /** What results and history call it. Default: Keras's name of the metric, as "binary_accuracy". */
  name?: string;
}

/** Settings of `metrics.auc`. */
export interface AucOptions extends MetricNameOptions {
  /** Points of the curve, 2 to 10,000, at even thresholds. Default 200. */
  numThresholds?: number;
  /**
   * "ROC": recall over false-positive rate. "PR": precision over recall. "PRGAIN": what both gain over always saying yes
   * (Flach and Kull 2015). Default "ROC".
   */
  curve?: "ROC" | "PR" | "PRGAIN";
  /** Between points: along the curve, or its upper or lower steps. Default "interpolation". */
  summationMethod?: "interpolation" | "majoring" | "minoring";
  /** Thresholds from 0 to 1 in place of `numThresholds` even ones. Default null. */
  thresholds?: readonly number[] | null;
  /**
   * A curve for each output and the mean of their areas; else all outputs are one yes-or-no question each. Default
   * false.
   */
  multiLabel?: boolean;
  /** How many outputs there are, beside `multiLabel`; null leaves it to the model. Default null. */
  numLabels?: number | null;
  /** A weight for each output. Default null. */
  labelWeights?: readonly number[] | null;
  /** Whether the outputs are logits, without a final sigmoid. Default false. */
  fromLogits?: boolean;
}

/** Settings of `metrics.truePositives` and the other three counts. */
export interface ConfusionOptions extends MetricNameOptions {
  /** From which output on the answer is yes, 0 to 1; a list gives a value for each. null: 0.5. Default null. */
  thresholds?: number | readonly number[] | null;
}

/** Settings of `metrics.precision` and `metrics.recall`. */
export interface PrecisionOptions extends ConfusionOptions {
  /** Counts the k largest outputs of a row as yes in place of those above a threshold. Default null. */
  topK?: number | null;
  /** Looks at this output alone; null: at all of them. Default null. */
  classId?: number | null;
}

/** What the best point of a curve is sought among. */
interface PointOptions extends MetricNameOptions {
  /** How many even thresholds are tried, 1 to 10,000. Default 200. */
  numThresholds?: number;
  /** Looks at this output alone; null: at all of them. Default null. */
  classId?: number | null;
}

/** Settings of `metrics.sensitivityAtSpecificity`. */
export interface SensitivityAtSpecificityOptions extends PointOptions {
  /** The share of true negatives found that is asked for, 0 to 1. */
  specificity: number;
}

/** Settings of `metrics.specificityAtSensitivity`. */
export interface SpecificityAtSensitivityOptions extends PointOptions {
  /** The share of true positives found that is asked for, 0 to 1. */
  sensitivity: number;
}

/** Settings of `metrics.precisionAtRecall`. */
export interface PrecisionAtRecallOptions extends PointOptions {
  /** The recall that is asked for, 0 to 1. */
  recall: number;
}

/** Settings of `metrics.recallAtPrecision`. */
export interface RecallAtPrecisionOptions extends PointOptions {
  /** The precision that is asked for, 0 to 1. */
  precision: number;
}

/** Settings of `metrics.f1Score`. */
export interface F1ScoreOptions extends MetricNameOptions {
  /**
   * One score of all counts ("micro"), the mean of the outputs' scores ("macro"), that by their counts ("weighted"),
   * or null: each output's. Default null.
   */
  average?: "micro" | "macro" | "weighted" | null;
  /** Above 0, to 1: outputs above it are yes; null: a row's largest output is. Default null. */
  threshold?: number | null;
}

/** Settings of `metrics.fBetaScore`. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** β, above 0: how many times as much recall counts as precision. Default 1. */
  beta?: number;
}

/** Settings of `metrics.binaryAccuracy`. */
export interface BinaryAccuracyOptions extends MetricNameOptions {
  /** Outputs above it are 1. Default 0.5. */
  threshold?: number;
}

/** Settings of `metrics.topKCategoricalAccuracy` and `metrics.sparseTopKCategoricalAccuracy`. */
export interface TopKAccuracyOptions extends MetricNameOptions {
  /** Among how many largest outputs the right class must be. Default 5. */
  k?: number;
}

/** Settings of `metrics.sparseCategoricalCrossentropy`. */
export interface SparseCrossentropyMetricOptions extends MetricNameOptions {
  /** Whether the outputs are logits, without a final sigmoid or softmax. Default false. */
  fromLogits?: boolean;
}

/** Settings of `metrics.binaryCrossentropy` and `metrics.categoricalCrossentropy`. */
export interface CrossentropyMetricOptions extends SparseCrossentropyMetricOptions {
  /** Moves targets towards the uniform distribution by this share, 0 to 1. Default 0. */
  labelSmoothing?: number;
}

/** Settings of `metrics.r2Score`. */
export interface R2ScoreOptions extends MetricNameOptions {
  /** The mean of the outputs' scores, that by their variances, or null: each output's. Default "uniform_average". */
  classAggregation?: "uniform_average" | "variance_weighted_average" | null;
  /** p of the adjusted score, which counts how many inputs explain the outputs; 0: not adjusted. Default 0. */
  numRegressors?: number;
}

/** Each metric's settings. @internal */
export interface MetricOptionsByKind {
  auc: AucOptions;
  precision: PrecisionOptions;
  recall: PrecisionOptions;
  truePositives: ConfusionOptions;
  falsePositives: ConfusionOptions;
  trueNegatives: ConfusionOptions;
  falseNegatives: ConfusionOptions;
  sensitivityAtSpecificity: SensitivityAtSpecificityOptions;
  specificityAtSensitivity: SpecificityAtSensitivityOptions;
  precisionAtRecall: PrecisionAtRecallOptions;
  recallAtPrecision: RecallAtPrecisionOptions;
  f1Score: F1ScoreOptions;
  fBetaScore: FBetaScoreOptions;
  equality: MetricNameOptions;
  binaryAccuracy: BinaryAccuracyOptions;
  categoricalAccuracy: MetricNameOptions;
  sparseCategoricalAccuracy: MetricNameOptions;
  topKCategoricalAccuracy: TopKAccuracyOptions;
  sparseTopKCategoricalAccuracy: TopKAccuracyOptions;
  binaryCrossentropy: CrossentropyMetricOptions;
  categoricalCrossentropy: CrossentropyMetricOptions;
  sparseCategoricalCrossentropy: SparseCrossentropyMetricOptions;
  klDivergence: MetricNameOptions;
  poisson: MetricNameOptions;
  meanSquaredError: MetricNameOptions;
  rootMeanSquaredError: MetricNameOptions;
  meanAbsoluteError: MetricNameOptions;
  meanAbsolutePercentageError: MetricNameOptions;
  meanSquaredLogarithmicError: MetricNameOptions;
  cosineSimilarity: MetricNameOptions;
  logCoshError: MetricNameOptions;
  r2Score: R2ScoreOptions;
  hinge: MetricNameOptions;
  squaredHinge: MetricNameOptions;
  categoricalHinge: MetricNameOptions;
  pearsonCorrelation: MetricNameOptions;
  concordanceCorrelation: MetricNameOptions;
}

/** Metrics with settings, by name. */
export type MetricKind = keyof MetricOptionsByKind;

/** The settings that one kind of metric takes. */
export type MetricOptions<K extends MetricKind> = MetricOptionsByKind[K];
