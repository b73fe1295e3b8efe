/** What a network is trained with and measured by. */
import type { Loss } from "./losses.js";
import type { Metric } from "./metrics/metric.js";
import type { MetricName } from "./metrics/streaming.js";
import type { Optimizer } from "./optimizers.js";

/** What a model was compiled with, defaults filled in. */
export interface Compiled {
  /** What changes the weights. */
  readonly optimizer: Optimizer;
  /** What training makes small. */
  readonly loss: Loss;
  /** What is measured besides; every row counts the same. */
  readonly metrics: readonly (MetricName | Metric)[];
  /** In which rows count by their sample or class weights. */
  readonly weightedMetrics: readonly (MetricName | Metric)[];
}
