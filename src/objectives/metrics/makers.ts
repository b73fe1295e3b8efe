/** `metrics`: what makes a metric with settings. */
import { type Metric, makeMetric } from "./metric.js";
import type {
  AucOptions,
  BinaryAccuracyOptions,
  ConfusionOptions,
  CrossentropyMetricOptions,
  F1ScoreOptions,
  FBetaScoreOptions,
  MetricNameOptions,
  PrecisionAtRecallOptions,
  PrecisionOptions,
  R2ScoreOptions,
  RecallAtPrecisionOptions,
  SensitivityAtSpecificityOptions,
  SparseCrossentropyMetricOptions,
  SpecificityAtSensitivityOptions,
  TopKAccuracyOptions,
} from "./options.js";

/**
 * Metrics with settings, as Keras computes them, for `compile`; y are targets, p the model's outputs. Rows count by
 * their weights in `weightedMetrics`.
 *
 * @example model.compile({ metrics: ["accuracy", metrics.auc({ curve: "PR" })] })
 */
export const metrics = {
  /**
   * Area under a curve of the outputs as thresholds vary, as `keras.metrics.AUC`: of two answers drawn at random, one
   * right and one wrong, the share in which the right one has the larger output ("ROC").
   */
  auc: (options: AucOptions = {}): Metric<"auc"> => makeMetric("auc", options),
  /** Of the answers that are yes, the share that should be: tp / (tp + fp). */
  precision: (options: PrecisionOptions = {}): Metric<"precision"> => makeMetric("precision", options),
  /** Of the answers that should be yes, the share that are: tp / (tp + fn). */
  recall: (options: PrecisionOptions = {}): Metric<"recall"> => makeMetric("recall", options),
  /** How many answers are yes and should be; weighted where samples are. */
  truePositives: (options: ConfusionOptions = {}): Metric<"truePositives"> =>
    makeMetric("truePositives", options),
  /** How many answers are yes and should not be. */
  falsePositives: (options: ConfusionOptions = {}): Metric<"falsePositives"> =>
    makeMetric("falsePositives", options),
  /** How many answers are no and should be. */
  trueNegatives: (options: ConfusionOptions = {}): Metric<"trueNegatives"> =>
    makeMetric("trueNegatives", options),
  /** How many answers are no and should not be. */
  falseNegatives: (options: ConfusionOptions = {}): Metric<"falseNegatives"> =>
    makeMetric("falseNegatives", options),
  /** The largest recall at a threshold whose specificity, tn / (tn + fp), is at least so much. */
  sensitivityAtSpecificity: (options: SensitivityAtSpecificityOptions): Metric<"sensitivityAtSpecificity"> =>
    makeMetric("sensitivityAtSpecificity", options),
  /** The largest specificity, tn / (tn + fp), at a threshold whose recall is at least so much. */
  specificityAtSensitivity: (options: SpecificityAtSensitivityOptions): Metric<"specificityAtSensitivity"> =>
    makeMetric("specificityAtSensitivity", options),
  /** The largest precision at a threshold whose recall is at least so much. */
  precisionAtRecall: (options: PrecisionAtRecallOptions): Metric<"precisionAtRecall"> =>
    makeMetric("precisionAtRecall", options),
  /** The largest recall at a threshold whose precision is at least so much. */
  recallAtPrecision: (options: RecallAtPrecisionOptions): Metric<"recallAtPrecision"> =>
    makeMetric("recallAtPrecision", options),
  /** 2 · precision · recall / (precision + recall), of each output or of all. */
  f1Score: (options: F1ScoreOptions = {}): Metric<"f1Score"> => makeMetric("f1Score", options),
  /** (1 + β²) · precision · recall / (β² · precision + recall), of each output or of all. */
  fBetaScore: (options: FBetaScoreOptions = {}): Metric<"fBetaScore"> => makeMetric("fBetaScore", options),
  /** Share of outputs that equal their target exactly: Keras's class `Accuracy`. */
  equality: (options: MetricNameOptions = {}): Metric<"equality"> => makeMetric("equality", options),
  /** Share of outputs that are on the right side of the threshold. */
  binaryAccuracy: (options: BinaryAccuracyOptions = {}): Metric<"binaryAccuracy"> =>
    makeMetric("binaryAccuracy", options),
  /** Share of rows whose largest output is that of the target, given one-hot. */
  categoricalAccuracy: (options: MetricNameOptions = {}): Metric<"categoricalAccuracy"> =>
    makeMetric("categoricalAccuracy", options),
  /** Share of rows whose largest output is that of the target, given as a class number. */
  sparseCategoricalAccuracy: (options: MetricNameOptions = {}): Metric<"sparseCategoricalAccuracy"> =>
    makeMetric("sparseCategoricalAccuracy", options),
  /** Share of rows with the target's class, given one-hot, among the k largest outputs. */
  topKCategoricalAccuracy: (options: TopKAccuracyOptions = {}): Metric<"topKCategoricalAccuracy"> =>
    makeMetric("topKCategoricalAccuracy", options),
  /** Share of rows with the target's class, given as a number, among the k largest outputs. */
  sparseTopKCategoricalAccuracy: (
    options: TopKAccuracyOptions = {},
  ): Metric<"sparseTopKCategoricalAccuracy"> => makeMetric("sparseTopKCategoricalAccuracy", options),
  /** Mean of −y · log p − (1 − y) · log(1 − p) over outputs and rows. */
  binaryCrossentropy: (options: CrossentropyMetricOptions = {}): Metric<"binaryCrossentropy"> =>
    makeMetric("binaryCrossentropy", options),
  /** Mean over rows of −Σ y · log p, targets given one-hot. */
  categoricalCrossentropy: (options: CrossentropyMetricOptions = {}): Metric<"categoricalCrossentropy"> =>
    makeMetric("categoricalCrossentropy", options),
  /** Mean over rows of −log p of the target, given as a class number. */
  sparseCategoricalCrossentropy: (
    options: SparseCrossentropyMetricOptions = {},
  ): Metric<"sparseCategoricalCrossentropy"> => makeMetric("sparseCategoricalCrossentropy", options),
  /** Mean over rows of Σ y · log(y / p) (Kullback and Leibler 1951). */
  klDivergence: (options: MetricNameOptions = {}): Metric<"klDivergence"> =>
    makeMetric("klDivergence", options),
  /** Mean of p − y · log p. */
  poisson: (options: MetricNameOptions = {}): Metric<"poisson"> => makeMetric("poisson", options),
  /** Mean of (p − y)². */
  meanSquaredError: (options: MetricNameOptions = {}): Metric<"meanSquaredError"> =>
    makeMetric("meanSquaredError", options),
  /** Root of the mean of (p − y)². */
  rootMeanSquaredError: (options: MetricNameOptions = {}): Metric<"rootMeanSquaredError"> =>
    makeMetric("rootMeanSquaredError", options),
  /** Mean of |p − y|. */
  meanAbsoluteError: (options: MetricNameOptions = {}): Metric<"meanAbsoluteError"> =>
    makeMetric("meanAbsoluteError", options),
  /** 100 times the mean of |p − y| / |y|. */
  meanAbsolutePercentageError: (options: MetricNameOptions = {}): Metric<"meanAbsolutePercentageError"> =>
    makeMetric("meanAbsolutePercentageError", options),
  /** Mean of (log(1 + p) − log(1 + y))². */
  meanSquaredLogarithmicError: (options: MetricNameOptions = {}): Metric<"meanSquaredLogarithmicError"> =>
    makeMetric("meanSquaredLogarithmicError", options),
  /** Mean over rows of the cosine between outputs and targets. */
  cosineSimilarity: (options: MetricNameOptions = {}): Metric<"cosineSimilarity"> =>
    makeMetric("cosineSimilarity", options),
  /** Mean of log cosh(p − y). */
  logCoshError: (options: MetricNameOptions = {}): Metric<"logCoshError"> =>
    makeMetric("logCoshError", options),
  /** R², the share of the variance of the targets that the outputs explain; 1 at best. */
  r2Score: (options: R2ScoreOptions = {}): Metric<"r2Score"> => makeMetric("r2Score", options),
  /** Mean of max(0, 1 − y · p), targets −1 and 1; a batch of 0 and 1 alone is taken for those. */
  hinge: (options: MetricNameOptions = {}): Metric<"hinge"> => makeMetric("hinge", options),
  /** Mean of max(0, 1 − y · p)², targets −1 and 1; a batch of 0 and 1 alone is taken for those. */
  squaredHinge: (options: MetricNameOptions = {}): Metric<"squaredHinge"> =>
    makeMetric("squaredHinge", options),
  /** Mean over rows of max(0, 1 + the largest wrong output − the right one's). */
  categoricalHinge: (options: MetricNameOptions = {}): Metric<"categoricalHinge"> =>
    makeMetric("categoricalHinge", options),
  /** Mean over rows of Pearson's correlation between outputs and targets. */
  pearsonCorrelation: (options: MetricNameOptions = {}): Metric<"pearsonCorrelation"> =>
    makeMetric("pearsonCorrelation", options),
  /** Mean over rows of Lin's concordance between outputs and targets (Lin 1989). */
  concordanceCorrelation: (options: MetricNameOptions = {}): Metric<"concordanceCorrelation"> =>
    makeMetric("concordanceCorrelation", options),
};
