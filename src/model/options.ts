/** What a model is asked with, and what it answers. */
import type { WarningOptions } from "../base/notes.js";
import type { EngineOptions } from "../engines/registry.js";
import type { NetworkIdentity } from "../network/network.js";
import type { WeightOptions } from "../train/dataset.js";

/** What a model is made with; all may be left out. */
export interface ModelOptions extends EngineOptions, NetworkIdentity, WarningOptions {}

/** Of `trainOnBatch`. */
export interface BatchOptions extends WeightOptions, WarningOptions {}

/** Of `predict`. */
export interface PredictOptions extends WarningOptions {
  /** Rows a plan; results do not depend on it. Default 256. */
  batchSize?: number;
}

/** A prediction for one row: its output vector, or one vector a step. */
export type Output = number[] | number[][];
