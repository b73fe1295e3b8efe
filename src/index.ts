/** Cellstate's public API. */

export { InputError } from "./base/errors.js";
export type { OnWarning, WarningOptions } from "./base/notes.js";
export type { Prediction } from "./classifier/answer.js";
export {
  assembleClassifier,
  type ClassifierParts,
} from "./classifier/assemble.js";
export {
  AbortedTraining,
  type ClassifierEvaluation,
  type EvaluateTextsOptions,
  TextClassifier,
  UnfinishedTraining,
} from "./classifier/classifier.js";
export { Corpus, type LabelledText } from "./classifier/corpus.js";
export type { TrainingRecord, TrainOptions } from "./classifier/options.js";
export { PRESET_NAMES, presetModel } from "./classifier/presets.js";
export { ENGINE_CHOICES, type EngineChoice, type EngineOptions } from "./engines/index.js";
export {
  readVocabulary,
  type VocabularyFile,
  type VocabularyOptions,
} from "./formats/vocabulary/index.js";
export { ACTIVATIONS, type ActivationName } from "./kernels/contract.js";
export * as layers from "./layers/index.js";
export type { Initializer, InitializerName } from "./layers/initializers.js";
export type { Layer, Parameter, Shape, Symbolic } from "./layers/layer.js";
export type * from "./layers/option-types.js";
export { type ModelGraph, model } from "./model/functional.js";
export { loadFile, loadModel, saveModel } from "./model/load.js";
export {
  type Callback,
  type FitOptions,
  Model,
  sequential,
  type TrainingProgress,
} from "./model/model.js";
export type { ModelOptions, Output } from "./model/options.js";
export type { LoadOptions } from "./model/source.js";
export type { Rows, RowsLike, TargetsLike } from "./network/arrays.js";
export type { WeightArray } from "./network/weights.js";
export {
  type Loss,
  type LossName,
  type LossOptions,
  type LossReduction,
  losses,
  type MeanSquaredErrorOptions,
  type SparseCrossentropyOptions,
} from "./objectives/losses.js";
export { metrics } from "./objectives/metrics/makers.js";
export type { Metric } from "./objectives/metrics/metric.js";
export type * from "./objectives/metrics/options.js";
export type { MetricLike, MetricName } from "./objectives/metrics/streaming.js";
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
export { padSequences } from "./tokens/pad.js";
export { Vectorizer } from "./tokens/vectorizer.js";
export { VocabularyBuilder } from "./tokens/vocabulary.js";
export { Checkpoint, callbacks, EarlyStopping, ReduceLearningRateOnPlateau } from "./train/callbacks.js";
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.js";
export type { Scores } from "./train/evaluate.js";
export { type History, TrainingError } from "./train/fit.js";
export type { CompileOptions } from "./train/trainer.js";
export type { Logs, TrainingState } from "./train/training-state.js";
