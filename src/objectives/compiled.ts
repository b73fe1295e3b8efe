/** What a network is trained with and measured by. */
import type { Loss } from "./losses.js";
import type { Metric } from "./metrics/metric.js";
import type { MetricName } from "./metrics/streaming.js";
import type { Optimizer } from "./optimizers.js";

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly (MetricName | Metric)[];
  /** In which rows count by their sample or class weights. */
  readonly weightedMetrics: readonly (MetricName | Metric)[];
}
