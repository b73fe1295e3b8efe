/** Cellstate's public API. */
export { ACTIVATIONS, type ActivationName } from "./engine/contract.js";
export { ENGINE_CHOICES, type EngineChoice, type EngineOptions } from "./engine/index.js";
export { InputError } from "./errors.js";
export { type LoadOptions, loadFile, loadModel } from "./formats/load.js";
export { saveModel } from "./formats/save.js";
export {
  readVocabulary,
  type VocabularyFile,
  type VocabularyOptions,
} from "./formats/vocabulary/index.js";
export * as layers from "./layers/index.js";
export type { Layer, Parameter, Shape, Symbolic } from "./layers/layer.js";
export { type ModelGraph, model } from "./model/functional.js";
export { Model, sequential } from "./model/model.js";
export type { OnWarning, WarningOptions } from "./model/notes.js";
export type { CompileOptions, ModelOptions, Output, Scores } from "./model/options.js";
export type { WeightArray } from "./model/weights.js";
export {
  assembleClassifier,
  type ClassifierParts,
} from "./text/assemble.js";
export {
  AbortedTraining,
  type ClassifierEvaluation,
  type EvaluateTextsOptions,
  type Prediction,
  TextClassifier,
  UnfinishedTraining,
} from "./text/classifier.js";
export { Corpus, type LabelledText } from "./text/corpus.js";
export { padSequences } from "./text/pad.js";
export { PRESET_NAMES, presetModel } from "./text/presets.js";
export type { TrainingRecord, TrainOptions } from "./text/training.js";
export { Vectorizer } from "./text/vectorizer.js";
export { VocabularyBuilder } from "./text/vocabulary.js";
export type { Rows, RowsLike, TargetsLike } from "./train/arrays.js";
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
export { type Loss, type LossName, type LossOptions, type LossReduction, losses } from "./train/losses.js";
export {
  type Metric,
  type MetricKind,
  type MetricOptions,
  metrics,
} from "./train/metrics/metric.js";
export type { MetricLike, MetricName } from "./train/metrics/streaming.js";
export { type Optimizer, type OptimizerName, optimizers } from "./train/optimizers.js";
export { type Schedule, type ScheduleName, schedules } from "./train/schedules.js";
export type { TrainingState } from "./train/training-state.js";
