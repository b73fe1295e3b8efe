/**
 * cellstate/predict: load a model and ask it, without what trains, writes and explains.
 * @module cellstate/predict
 */
export { InputError } from "./base/errors.js";
export type { OnWarning, WarningOptions } from "./base/notes.js";
export type { AmountPrediction } from "./classifier/amount-answer.js";
export type { AnswerOptions, Prediction, Rejection } from "./classifier/answer.js";
export type { LabelSetPrediction } from "./classifier/label-set-answer.js";
export {
  type AmountPredictor,
  type LabelSetPredictor,
  loadClassifier,
  loadMultiLabelClassifier,
  loadRegressor,
  type TextPredictor,
} from "./classifier/text-predictor.js";
export type { EngineChoice, EngineOptions, PreparedEngine, PrepareOptions } from "./engines/registry.js";
export type { Output, PredictOptions } from "./model/options.js";
export { loadModel, type Predictor, prepareEngine } from "./model/predictor.js";
export type { LoadOptions, ModelSource } from "./model/source.js";
export type { Rows } from "./network/arrays.js";
export type { InputsLike } from "./network/inputs.js";
