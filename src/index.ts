/**
 * Cellstate's public API.
 * @module cellstate
 */

export { InputError } from "./base/errors.js";
export type { OnWarning, WarningOptions } from "./base/notes.js";
export type { LongOptions, Progress } from "./base/progress.js";
export type { AmountPrediction } from "./classifier/amount-answer.js";
export { AmountCorpus, type AmountText } from "./classifier/amount-corpus.js";
export type { AnswerOptions, Prediction, Rejection } from "./classifier/answer.js";
export {
  assembleClassifier,
  assembleMultiLabel,
  assembleRegressor,
  type ClassifierParts,
  type MultiLabelParts,
  type ReadingParts,
} from "./classifier/assemble.js";
export {
  type ClassifierEvaluation,
  type EvaluateTextsOptions,
  TextClassifier,
} from "./classifier/classifier.js";
export type { CompareProgress } from "./classifier/compare.js";
export { type ClassifierComparison, type CompareOptions, compareClassifiers } from "./classifier/compare.js";
export { Corpus, type LabelledText } from "./classifier/corpus.js";
export type { FoldProgress } from "./classifier/cross-validate.js";
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type Fold,
  type FoldFigure,
} from "./classifier/cross-validate.js";
export type { LabelSetPrediction } from "./classifier/label-set-answer.js";
export { LabelSetCorpus, type LabelSetText } from "./classifier/label-set-corpus.js";
export {
  type EvaluateLabelSetsOptions,
  type LabelSetParts,
  MultiLabelClassifier,
  type MultiLabelEvaluation,
  type MultiLabelScores,
} from "./classifier/multi-label.js";
export type {
  AutoRecord,
  LinearRecord,
  Prepared,
  TrainingRecord,
  TrainOptions,
  TrainProgress,
  VectorsRecord,
} from "./classifier/options.js";
export type { OutputTrainOptions } from "./classifier/other-outputs.js";
export { PRESET_NAMES, type PresetName, type PresetSizes, presetModel } from "./classifier/presets.js";
export {
  type AmountParts,
  type EvaluateAmountsOptions,
  type RegressorEvaluation,
  TextRegressor,
} from "./classifier/regressor.js";
export type { RejectingScores } from "./classifier/rejecting.js";
export type { ReadCorpusOptions, Scratch } from "./classifier/text-corpus.js";
export { AbortedTraining, UnfinishedTraining } from "./classifier/unfinished.js";
export type { FoundVectors } from "./data/vectors/collector.js";
export { readVectors, type VectorsFile, type VectorsOptions } from "./data/vectors/read.js";
export type {
  Call,
  Engine,
  Phase,
  Program,
  SynchronousEngine,
  SynchronousProgram,
  Task,
  Values,
} from "./engines/engine.js";
export { prepareEngine } from "./engines/engines.js";
export {
  ENGINE_CHOICES,
  type EngineChoice,
  type EngineName,
  type EngineOptions,
  type PreparedEngine,
  type PrepareOptions,
} from "./engines/registry.js";
export {
  readVocabulary,
  type VocabularyFile,
  type VocabularyOptions,
} from "./formats/vocabulary/index.js";
export { ACTIVATIONS, type ActivationName } from "./kernels/activations.js";
export type { ActivationOptions } from "./layers/activation.js";
export type { AttentionOptions, ScoreMode } from "./layers/attention.js";
export type { BatchNormalizationOptions } from "./layers/batch-normalization.js";
export type { BidirectionalOptions, MergeMode } from "./layers/bidirectional.js";
export type { ConcatenateOptions } from "./layers/concatenate.js";
export type { Conv1DOptions } from "./layers/conv1d.js";
export type { DenseOptions } from "./layers/dense.js";
export type { DropoutOptions } from "./layers/dropout.js";
export type { ELUOptions } from "./layers/elu.js";
export type { EmbeddingOptions } from "./layers/embedding.js";
export type { GruCellOptions, GruOptions } from "./layers/gru.js";
export * as layers from "./layers/index.js";
export type { Initializer, InitializerName } from "./layers/initializers.js";
export type { InputOptions } from "./layers/input.js";
export type { KerasTraits, Layer, LayerKind, MaskTrait, Parameter, Shape, Symbolic } from "./layers/layer.js";
export type { LayerNormalizationOptions } from "./layers/layer-normalization.js";
export type { LeakyReLUOptions } from "./layers/leaky-relu.js";
export type { LstmCellOptions, LstmOptions } from "./layers/lstm.js";
export type { MaskingOptions } from "./layers/masking.js";
export type { NormalizationOptions } from "./layers/normalization.js";
export type { KernelOptions, LayerOptions, Regularizer } from "./layers/options.js";
export type { PermuteOptions } from "./layers/permute.js";
export type {
  AveragePooling1DOptions,
  GlobalPooling1DOptions,
  MaxPooling1DOptions,
} from "./layers/pooling.js";
export type { PReLUOptions } from "./layers/prelu.js";
export type { CellOptions, SequenceOptions } from "./layers/recurrent.js";
export type { ReLUOptions } from "./layers/relu.js";
export type { RepeatVectorOptions } from "./layers/repeat-vector.js";
export type { ReshapeOptions } from "./layers/reshape.js";
export type { RNNOptions } from "./layers/rnn.js";
export type { StackedRNNCellsOptions } from "./layers/rnn-cells.js";
export type { SimpleRNNOptions } from "./layers/simple-rnn.js";
export type { SoftmaxOptions } from "./layers/softmax.js";
export type { TextVectorizationOptions } from "./layers/text-vectorization.js";
export type { TimeDistributedOptions } from "./layers/time-distributed.js";
export type { Padding } from "./layers/windows.js";
export type { ZeroPadding1DOptions } from "./layers/zero-padding1d.js";
export { type ModelGraph, model } from "./model/functional.js";
export { loadFile, loadModel, saveModel } from "./model/load.js";
export {
  type Callback,
  type FitOptions,
  Model,
  sequential,
  type TrainingProgress,
} from "./model/model.js";
export type { BatchOptions, ModelOptions, Output, PredictOptions } from "./model/options.js";
export type { LoadOptions, ModelSource } from "./model/source.js";
export type { SummaryOptions } from "./model/summary.js";
export type { Rows, RowsLike, TargetsLike } from "./network/arrays.js";
export type { InputLike, InputsLike } from "./network/inputs.js";
export type { WeightArray } from "./network/weights.js";
export type { Compiled } from "./objectives/compiled.js";
export {
  type Loss,
  type LossName,
  type LossOptions,
  type LossReduction,
  losses,
  type MeanSquaredErrorOptions,
  type SparseCrossentropyOptions,
} from "./objectives/losses.js";
export type {
  AmountEvaluation,
  AmountIntervals,
  AmountMistake,
  AmountPart,
} from "./objectives/metrics/amounts.js";
export type { Interval, ScoreIntervals } from "./objectives/metrics/intervals.js";
export type {
  LabelScores,
  LabelSetEvaluation,
  LabelSetIntervals,
  LabelSetMistake,
} from "./objectives/metrics/label-sets.js";
export { metrics } from "./objectives/metrics/makers.js";
export type { Metric } from "./objectives/metrics/metric.js";
export type {
  AucOptions,
  BinaryAccuracyOptions,
  ConfusionOptions,
  CrossentropyMetricOptions,
  F1ScoreOptions,
  FBetaScoreOptions,
  MetricKind,
  MetricNameOptions,
  MetricOptions,
  MetricOptionsByKind,
  PrecisionAtRecallOptions,
  PrecisionOptions,
  R2ScoreOptions,
  RecallAtPrecisionOptions,
  SensitivityAtSpecificityOptions,
  SparseCrossentropyMetricOptions,
  SpecificityAtSensitivityOptions,
  TopKAccuracyOptions,
} from "./objectives/metrics/options.js";
export { type McNemar, mcnemar, type PairedComparison } from "./objectives/metrics/paired.js";
export type { MetricLike, MetricName } from "./objectives/metrics/streaming.js";
export type { Evaluation, Mistake } from "./objectives/metrics.js";
export {
  type AdamOptions,
  type AdamwOptions,
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizers,
  type RmspropOptions,
  type SgdOptions,
} from "./objectives/optimizers.js";
export {
  type CosineDecayOptions,
  type CosineDecayRestartsOptions,
  type ExponentialDecayOptions,
  type InverseTimeDecayOptions,
  type PiecewiseConstantDecayOptions,
  type PolynomialDecayOptions,
  type Schedule,
  type ScheduleName,
  schedules,
} from "./objectives/schedules.js";
export type {
  BuildOptions,
  CorpusFrontEndOptions,
  FrontEnd,
  FrontEndOptions,
  LexerOptions,
  RowOptions,
  Side,
} from "./tokens/options.js";
export { type IdRows, padSequences } from "./tokens/pad.js";
export type { EncodedBatch, InputRows, RowEncoder } from "./tokens/row-encoder.js";
export { type EncodingReport, Vectorizer, type VectorizerConfig } from "./tokens/vectorizer.js";
export { VocabularyBuilder } from "./tokens/vocabulary.js";
export {
  Checkpoint,
  callbacks,
  EarlyStopping,
  type EarlyStoppingOptions,
  type MonitorOptions,
  ReduceLearningRateOnPlateau,
  type ReduceOnPlateauOptions,
  type SaveState,
} from "./train/callbacks.js";
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.js";
export type { WeightOptions } from "./train/dataset.js";
export type { EvaluateOptions, Scores } from "./train/evaluate.js";
export type { FitProgress } from "./train/fit.js";
export { type History, TrainingError } from "./train/fit.js";
export type { CompileOptions, Gradients } from "./train/trainer.js";
export type { CallbackState, Logs, OptimizerState, TrainingState } from "./train/training-state.js";
