/** What a model is asked with, and what it answers. */
import type { EngineOptions } from "../engines/index.js";
import type { WeightArray } from "../network/weights.js";
import type { Loss, LossName } from "../objectives/losses.js";
import type { Metric } from "../objectives/metrics/metric.js";
import type { MetricLike, MetricName } from "../objectives/metrics/streaming.js";
import type { Optimizer, OptimizerName } from "../objectives/optimizers.js";
import type { WeightOptions } from "../train/dataset.js";
import type { WarningOptions } from "./notes.js";

export interface ModelOptions extends EngineOptions, WarningOptions {
  name?: string;
  /** Everything random follows from it: initial weights, shuffles, dropout. Default 0. */
  seed?: number;
}

export interface CompileOptions {
  optimizer?: OptimizerName | Optimizer;
  loss: LossName | Loss;
  /** Plain names, or `metrics.…()` with settings. Default accuracy, and none for a regression (meanSquaredError). */
  metrics?: readonly MetricLike[];
  /** Metrics in which rows count by their sample or class weights; in `metrics` every row counts the same. */
  weightedMetrics?: readonly MetricLike[];
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly (MetricName | Metric)[];
  readonly weightedMetrics: readonly (MetricName | Metric)[];
}

/** Of `trainOnBatch`. */
export interface BatchOptions extends WeightOptions, WarningOptions {}

export interface PredictOptions extends WarningOptions {
  /** Rows a plan; results do not depend on it. Default 256. */
  batchSize?: number;
}

/** Rows a plan of `predict` and `evaluate`. */
export const DEFAULT_BATCH = 256;

/** Rows a batch of Keras's, where what is in one batch makes a difference. */
export const KERAS_BATCH = 32;

export interface EvaluateOptions extends WarningOptions {
  /** Rows a plan. Results depend on it only with a loss whose reduction is not "mean": 32 then, as in Keras. */
  batchSize?: number;
  sampleWeight?: ArrayLike<number>;
  signal?: AbortSignal;
}

/** Results of `evaluate`: loss and the compiled metrics. */
export type Scores = { loss: number; accuracy: number } & Record<string, number>;

/** A prediction for one row: its output vector, or one vector a step. */
export type Output = number[] | number[][];

export interface Gradients {
  loss: number;
  gradients: WeightArray[];
  /** With respect to each input, [rows][…shape]; zeros for token ids. */
  inputs: Float32Array[];
}
