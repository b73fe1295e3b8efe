/**
 * cellstate/worker: training, asking and looking inside in a worker, so that a page stays as lively as it was.
 * @module cellstate/worker
 */
export { InputError } from "../base/errors.js";
export type { Progress } from "../base/progress.js";
export type { TrainProgress } from "../classifier/options.js";
export type { LabProgress } from "../lab/pool.js";
export type { WorkerOptions } from "./connection.js";
export { WorkerError } from "./errors.js";
export type { TextOrRow, TextOrSentence, TextsToStudy } from "./explained.js";
export type { ExplanationName, Explanations, OtherModel } from "./explanations.js";
export { createLab, type Lab, type LabWorkerOptions, type WorkerLabOptions } from "./lab.js";
export type { LabFacts, LabShown } from "./lab-host.js";
export {
  createModel,
  type ExplainArguments,
  type ExplainResult,
  type ModelKinds,
  type WorkerEvaluateOptions,
  type WorkerModel,
  type WorkerModelOptions,
} from "./model.js";
export type { Settings } from "./model-host.js";
export type { ModelKind } from "./opening.js";
export type { DataOptions } from "./read-data.js";
export type {
  BatchReport,
  EpochReport,
  Pause,
  PreparedReport,
  ReadReport,
  TrainingSummary,
} from "./reports.js";
export type { DataSource, FileSource, ScriptSource, SentFile } from "./sources.js";
export { type LayerArrays, type TraceArrays, traceOfArrays } from "./trace-arrays.js";
export {
  createTrainer,
  type Trainer,
  type WatchOptions,
  type WorkerReadOptions,
  type WorkerTrainOptions,
} from "./trainer.js";
export type { Learned, Training } from "./training.js";
export type { WorkerLike } from "./worker-like.js";
