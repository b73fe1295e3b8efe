/**
 * Cellstate's public API.
 * @module cellstate
 */

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
export { PRESET_NAMES, type PresetName, type PresetSizes, presetModel } from "./classifier/presets.js";
export type { Prepared, TrainingRecord, TrainOptions } from "./classifier/training.js";
export { ENGINE_CHOICES, type EngineChoice, type EngineOptions } from "./engines/index.js";
export { type LoadOptions, loadFile, loadModel } from "./formats/load.js";
export { saveModel } from "./formats/save.js";
export {
  readVocabulary,
  type VocabularyFile,
  type VocabularyOptions,
} from "./formats/vocabulary/index.js";
export { ACTIVATIONS, type ActivationName, type Engine, type EngineName } from "./kernels/contract.js";
export * as layers from "./layers/index.js";
export type { Layer, Parameter, Shape, Symbolic } from "./layers/layer.js";
export { type ModelGraph, model } from "./model/functional.js";
export { Model, sequential } from "./model/model.js";
export type { OnWarning, WarningOptions } from "./model/notes.js";
export type {
  BatchOptions,
  Compiled,
  CompileOptions,
  EvaluateOptions,
  Gradients,
  ModelOptions,
  Output,
  PredictOptions,
  Scores,
} from "./model/options.js";
export type { SummaryOptions } from "./model/summary.js";
export type { Rows, RowsLike, TargetsLike } from "./network/arrays.js";
export type { InputLike, InputsLike } from "./network/inputs.js";
export type { WeightArray } from "./network/weights.js";
export {
  type Loss,
  type LossName,
  type LossOptions,
  type LossReduction,
  losses,
} from "./objectives/losses.js";
export {
  type Metric,
  type MetricKind,
  type MetricOptions,
  metrics,
} from "./objectives/metrics/metric.js";
export type { MetricLike, MetricName } from "./objectives/metrics/streaming.js";
export type { Evaluation, Mistake } from "./objectives/metrics.js";
export { type Optimizer, type OptimizerName, optimizers } from "./objectives/optimizers.js";
export { type Schedule, type ScheduleName, schedules } from "./objectives/schedules.js";
export type { BuildOptions, FrontEnd, FrontEndOptions, RowOptions, Side } from "./tokens/options.js";
export { type IdRows, padSequences } from "./tokens/pad.js";
export { type EncodingReport, Vectorizer, type VectorizerConfig } from "./tokens/vectorizer.js";
export { VocabularyBuilder } from "./tokens/vocabulary.js";
export {
  type Callback,
  type CallbackState,
  Checkpoint,
  callbacks,
  EarlyStopping,
  type EarlyStoppingOptions,
  type Logs,
  type MonitorOptions,
  ReduceLearningRateOnPlateau,
  type ReduceOnPlateauOptions,
  type SaveState,
  type TrainingProgress,
} from "./train/callbacks.js";
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.js";
export type { WeightOptions } from "./train/dataset.js";
export { type FitOptions, type History, TrainingError } from "./train/fit.js";
export type { TrainingState } from "./train/training-state.js";
export type { OptimizerState } from "./train/update.js";
