/** What a metric adds up, batch by batch. */

/** A batch: outputs [rows][outputs], targets [rows][targetWidth], weights [rows] if any. */
export interface MetricBatch {
  readonly outputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly rows: number;
  readonly weights?: ArrayLike<number> | undefined;
}

export interface Accumulator {
  reset(): void;
  update(batch: MetricBatch): void;
  /** Of the rows so far; a list where the metric has several values. */
  result(): number | number[];
}

export const weightIn = ({ weights }: MetricBatch, row: number): number =>
  weights === undefined ? 1 : weights[row]!;
