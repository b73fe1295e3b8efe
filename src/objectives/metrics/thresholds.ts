/** Counts above thresholds, as Keras's confusion metrics make them: precision, recall, AUC and their kin. */
import { type Accumulator, type MetricBatch, weightIn } from "./accumulator.js";

/** At one threshold: weights of positives and negatives above it (tp, fp) and not (fn, tn). */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/**
 * Weights of positives and negatives above each of some thresholds. A score counts above a threshold only when it is
 * strictly so, in float32. Even thresholds are told apart as Keras tells them: by rounding a score, kept within
 * 0 and 1, to its bucket.
 */
class ThresholdCounts {
  private readonly order: number[];
  private readonly sorted: Float32Array;
  /** By the number of thresholds below a score. */
  private readonly positives: Float64Array;
  private readonly negatives: Float64Array;

  constructor(
    thresholds: readonly number[],
    private readonly even: boolean,
  ) {
    this.order = thresholds.map((_, i) => i).sort((a, b) => thresholds[a]! - thresholds[b]!);
    this.sorted = Float32Array.from(this.order, (i) => thresholds[i]!);
    this.positives = new Float64Array(thresholds.length + 1);
    this.negatives = new Float64Array(thresholds.length + 1);
  }

  reset(): void {
    this.positives.fill(0);
    this.negatives.fill(0);
  }

  add(score: number, positive: boolean, weight: number): void {
    (positive ? this.positives : this.negatives)[this.below(score)]! += weight;
  }

  /** The number of thresholds below a score. */
  private below(score: number): number {
    const { sorted } = this;
    if (this.even) {
      const clipped = Math.min(Math.max(score, 0), 1);
      const bucket = Math.ceil(Math.fround(clipped * (sorted.length - 1)));
      // A first threshold below 0 lies below every score.
      return sorted[0]! < 0 ? Math.max(1, bucket) : bucket;
    }
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < score) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** In the order the thresholds were given. */
  counts(): Counts[] {
    const length = this.sorted.length;
    const found = Array.from({ length }, () => ({ tp: 0, fp: 0, fn: 0, tn: 0 }));
    // Added up from both ends: what is left after a subtraction would not be quite 0 where weights are no whole numbers.
    for (let i = 0, fn = 0, tn = 0; i < length; i++) {
      fn += this.positives[i]!;
      tn += this.negatives[i]!;
      Object.assign(found[this.order[i]!]!, { fn, tn });
    }
    for (let i = length - 1, tp = 0, fp = 0; i >= 0; i--) {
      tp += this.positives[i + 1]!;
      fp += this.negatives[i + 1]!;
      Object.assign(found[this.order[i]!]!, { tp, fp });
    }
    return found;
  }
}

/** np.allclose of the thresholds and as many even ones. */
export function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  if (last < 2) return false;
  return thresholds.every((value, i) => Math.abs(value - i / last) <= 1e-7 + (1e-5 * i) / last);
}

/** What is counted of a row. */
export interface CountOptions {
  outputs: number;
  /** 1 where targets are class numbers of several outputs: each output is then asked whether it is that class. */
  targetWidth: number;
  thresholds: readonly number[];
  even?: boolean;
  /** Only the so many largest outputs of a row count as answers. */
  topK?: number | null;
  /** This output only. */
  classId?: number | null;
  /** Counts of each output apart. */
  apart?: boolean;
  /** A weight for each output, on top of the row's. */
  columnWeights?: readonly number[] | null;
  fromLogits?: boolean;
}

/** What Keras puts in place of an output that is not among the largest. */
const LOWEST = Math.fround(-1e10);

/** Every output of every row is a yes-or-no question: is its target other than 0? */
export class CountingAccumulator implements Accumulator {
  private readonly counts: ThresholdCounts[];
  private readonly scores: Float32Array;

  constructor(
    private readonly options: CountOptions,
    /** From the counts at every threshold, once for each output where they are apart. */
    private readonly value: (counts: Counts[][]) => number | number[],
  ) {
    const { thresholds, even = areEven(thresholds), apart, outputs } = options;
    this.counts = Array.from({ length: apart ? outputs : 1 }, () => new ThresholdCounts(thresholds, even));
    this.scores = new Float32Array(outputs);
  }

  reset(): void {
    for (const counts of this.counts) counts.reset();
  }

  update(batch: MetricBatch): void {
    const { outputs, targetWidth, classId = null, columnWeights = null, apart = false } = this.options;
    const [first, last] = classId === null ? [0, outputs - 1] : [classId, classId];
    for (let row = 0; row < batch.rows; row++) {
      this.readScores(batch.outputs, row * outputs);
      const weight = weightIn(batch, row);
      for (let k = first; k <= last; k++) {
        const positive =
          targetWidth === outputs ? batch.targets[row * outputs + k]! !== 0 : batch.targets[row]! === k;
        const counts = this.counts[apart ? k : 0]!;
        counts.add(this.scores[k]!, positive, columnWeights ? weight * columnWeights[k]! : weight);
      }
    }
  }

  private readScores(values: ArrayLike<number>, from: number): void {
    const { outputs, topK = null, fromLogits = false } = this.options;
    const { scores } = this;
    for (let k = 0; k < outputs; k++) {
      const value = values[from + k]!;
      scores[k] = fromLogits ? 1 / (1 + Math.exp(-value)) : value;
    }
    if (topK !== null && topK < outputs) keepLargest(scores, topK);
  }

  result(): number | number[] {
    return this.value(this.counts.map((counts) => counts.counts()));
  }
}

/** The first of equals stay. */
function keepLargest(scores: Float32Array, count: number): void {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  for (const k of order.slice(count)) scores[k] = LOWEST;
}
