/** Cellstate's public API. */

export { InputError } from "./base/errors.js";
export {
  assembleClassifier,
  type ClassifierParts,
} from "./classifier/assemble.js";
export {
  AbortedTraining,
  type ClassifierEvaluation,
  type EvaluateTextsOptions,
  type Prediction,
  TextClassifier,
  UnfinishedTraining,
} from "./classifier/classifier.js";
export { Corpus, type LabelledText } from "./classifier/corpus.js";
export { PRESET_NAMES, presetModel } from "./classifier/presets.js";
export type { TrainingRecord, TrainOptions } from "./classifier/training.js";
export { ENGINE_CHOICES, type EngineChoice, type EngineOptions } from "./engines/index.js";
export { type LoadOptions, loadFile, loadModel } from "./formats/load.js";
export { saveModel } from "./formats/save.js";
export {
  readVocabulary,
  type VocabularyFile,
  type VocabularyOptions,
} from "./formats/vocabulary/index.js";
export { ACTIVATIONS, type ActivationName } from "./kernels/contract.js";
export * as layers from "./layers/index.js";
export type { Initializer, InitializerName } from "./layers/initializers.js";
export type {
  KerasTraits,
  Layer,
  LayerKind,
  MaskTrait,
  Parameter,
  Shape,
  Symbolic,
} from "./layers/layer.js";
export type * from "./layers/option-types.js";
export { type ModelGraph, model } from "./model/functional.js";
export { Model, sequential } from "./model/model.js";
export type { OnWarning, WarningOptions } from "./model/notes.js";
export type { CompileOptions, ModelOptions, Output, Scores } from "./model/options.js";
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
export {
  type Callback,
  Checkpoint,
  callbacks,
  EarlyStopping,
  type Logs,
  ReduceLearningRateOnPlateau,
  type TrainingProgress,
} from "./train/callbacks.js";
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.js";
export { type FitOptions, type History, TrainingError } from "./train/fit.js";
export type { TrainingState } from "./train/training-state.js";
