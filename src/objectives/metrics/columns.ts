/** Metrics from sums over rows, an output each: F-scores and R². */
import { type Accumulator, type MetricBatch, weightIn } from "./accumulator.js";

/** Keras's epsilon. */
const EPSILON = 1e-7;

export interface FScoreOptions {
  average: "micro" | "macro" | "weighted" | null;
  beta: number;
  /** Without one, a row's largest outputs are its answers. */
  threshold: number | null;
}

/** Keras's F-scores: an output each, or one number by `average`. */
export class FScoreAccumulator implements Accumulator {
  private readonly tp: Float64Array;
  private readonly fp: Float64Array;
  private readonly fn: Float64Array;
  private readonly support: Float64Array;

  constructor(
    private readonly outputs: number,
    private readonly options: FScoreOptions,
  ) {
    const columns = options.average === "micro" ? 1 : outputs;
    [this.tp, this.fp, this.fn, this.support] = [0, 0, 0, 0].map(() => new Float64Array(columns)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  reset(): void {
    for (const sums of [this.tp, this.fp, this.fn, this.support]) sums.fill(0);
  }

  update(batch: MetricBatch): void {
    const { outputs, options } = this;
    const threshold = options.threshold === null ? null : Math.fround(options.threshold);
    for (let row = 0; row < batch.rows; row++) {
      const weight = weightIn(batch, row);
      let largest = -Infinity;
      for (let k = 0; k < outputs; k++) largest = Math.max(largest, batch.outputs[row * outputs + k]!);
      for (let k = 0; k < outputs; k++) {
        const p = batch.outputs[row * outputs + k]!;
        const y = batch.targets[row * outputs + k]!;
        const answered = threshold === null ? p >= largest && Math.abs(p) > 1e-9 : p > threshold;
        const column = options.average === "micro" ? 0 : k;
        this.support[column]! += weight * y;
        if (answered) {
          this.tp[column]! += weight * y;
          this.fp[column]! += weight * (1 - y);
        } else this.fn[column]! += weight * y;
      }
    }
  }

  result(): number | number[] {
    const { average, beta } = this.options;
    const scores = Array.from(this.tp, (tp, k) => {
      const precision = tp / (tp + this.fp[k]! + EPSILON);
      const recall = tp / (tp + this.fn[k]! + EPSILON);
      return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + EPSILON);
    });
    if (average === null) return scores;
    const total = this.support.reduce((a, b) => a + b, 0) + EPSILON;
    const shares = average === "weighted" ? this.support.map((s) => s / total) : null;
    return scores.reduce((sum, score, k) => sum + score * (shares ? shares[k]! : 1 / scores.length), 0);
  }
}

export interface R2Options {
  classAggregation: "uniform_average" | "variance_weighted_average" | null;
  numRegressors: number;
}

/** Keras's R²: 1 − squared error / variance, an output each, and their mean. */
export class R2Accumulator implements Accumulator {
  private readonly sums: { y: number; square: number; error: number; count: number }[];
  private samples = 0;

  constructor(
    private readonly outputs: number,
    private readonly options: R2Options,
  ) {
    this.sums = Array.from({ length: outputs }, () => ({ y: 0, square: 0, error: 0, count: 0 }));
  }

  reset(): void {
    this.samples = 0;
    for (const sum of this.sums) Object.assign(sum, { y: 0, square: 0, error: 0, count: 0 });
  }

  update(batch: MetricBatch): void {
    for (let row = 0; row < batch.rows; row++) {
      const weight = weightIn(batch, row);
      this.sums.forEach((sum, k) => {
        const y = batch.targets[row * this.outputs + k]!;
        sum.y += weight * y;
        sum.square += weight * y * y;
        sum.error += weight * (y - batch.outputs[row * this.outputs + k]!) ** 2;
        sum.count += weight;
      });
    }
    // Keras counts numbers here, not rows.
    this.samples += batch.rows * this.outputs;
  }

  result(): number | number[] {
    const { classAggregation, numRegressors } = this.options;
    const totals = this.sums.map(({ y, square, count }) => square - (y * y) / count);
    const scores = this.sums.map(({ error }, k) => {
      const score = 1 - error / totals[k]!;
      return Number.isFinite(score) || Number.isNaN(score) ? score : 0;
    });
    const adjust = (score: number) => {
      const spare = this.samples - numRegressors - 1;
      return numRegressors === 0 || spare <= 0 ? score : 1 - ((1 - score) * (this.samples - 1)) / spare;
    };
    if (classAggregation === null) return scores.map(adjust);
    const weights = classAggregation === "uniform_average" ? totals.map(() => 1) : totals;
    const total = weights.reduce((a, b) => a + b, 0);
    return adjust(scores.reduce((sum, score, k) => sum + score * weights[k]!, 0) / total);
  }
}
