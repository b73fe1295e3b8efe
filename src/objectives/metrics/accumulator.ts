/** What a metric adds up, batch by batch. */
import type { ActivationName } from "../../kernels/activations.js";

/** What an activation at the end of a model was given. */
export interface Logits {
  readonly of: ActivationName;
  readonly values: ArrayLike<number>;
}

/** A batch: outputs [rows][outputs], targets [rows][targetWidth], weights [rows] if any. */
export interface MetricBatch {
  readonly outputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly rows: number;
  readonly weights?: ArrayLike<number> | undefined;
  /** [rows][outputs], where they are known: crossentropies start there, as losses do, since outputs saturate. */
  readonly logits?: Logits | null | undefined;
}

export interface Accumulator {
  reset(): void;
  update(batch: MetricBatch): void;
  /** Of the rows so far; a list where the metric has several values. */
  result(): number | number[];
}

export const weightIn = ({ weights }: MetricBatch, row: number): number =>
  weights === undefined ? 1 : weights[row]!;
