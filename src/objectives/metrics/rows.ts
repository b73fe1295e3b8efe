/** Metrics that are the mean over rows of a value of each row, as Keras's functions of the same names. */
import { type Accumulator, type Logits, type MetricBatch, weightIn } from "./accumulator.js";
import { argMax, ratio } from "./predictions.js";

/** One row: outputs p, targets y, of one width (or, for class numbers, a single y). */
export type RowValue = (y: ArrayLike<number>, p: ArrayLike<number>) => number;

/** Keras's epsilon. */
const EPSILON = 1e-7;
/** Probabilities are kept this far from 0 and 1, as float32 has it. */
const [LOWEST, HIGHEST] = [Math.fround(EPSILON), Math.fround(1 - EPSILON)];
const clip = (p: number) => Math.min(HIGHEST, Math.max(LOWEST, p));

export class MeanAccumulator implements Accumulator {
  private total = 0;
  private weights = 0;
  private readonly y: Float64Array;
  private readonly p: Float64Array;

  constructor(
    targetWidth: number,
    outputs: number,
    private readonly value: RowValue,
    private readonly finish: (mean: number) => number = (mean) => mean,
    /** For outputs of an activation whose input is known. */
    private readonly fromLogits?: { of: Logits["of"]; value: RowValue },
  ) {
    this.y = new Float64Array(targetWidth);
    this.p = new Float64Array(outputs);
  }

  reset(): void {
    this.total = 0;
    this.weights = 0;
  }

  update(batch: MetricBatch): void {
    const { y, p, fromLogits } = this;
    const logits = fromLogits && batch.logits?.of === fromLogits.of ? batch.logits.values : null;
    const outputs = logits ?? batch.outputs;
    const value = logits ? fromLogits!.value : this.value;
    for (let row = 0; row < batch.rows; row++) {
      for (let k = 0; k < y.length; k++) y[k] = batch.targets[row * y.length + k]!;
      for (let k = 0; k < p.length; k++) p[k] = outputs[row * p.length + k]!;
      const weight = weightIn(batch, row);
      this.total += weight * value(y, p);
      this.weights += weight;
    }
  }

  result(): number {
    return this.finish(ratio(this.total, this.weights));
  }
}

/** The mean over a row's outputs. */
const meanOf =
  (value: (y: number, p: number) => number): RowValue =>
  (y, p) => {
    let sum = 0;
    for (let k = 0; k < p.length; k++) sum += value(y[k]!, p[k]!);
    return sum / p.length;
  };

const sumOf =
  (value: (y: number, p: number) => number): RowValue =>
  (y, p) => {
    let sum = 0;
    for (let k = 0; k < p.length; k++) sum += value(y[k]!, p[k]!);
    return sum;
  };

const yes = (is: boolean) => (is ? 1 : 0);
const best = (row: ArrayLike<number>) => argMax(row, 0, row.length);

export const equality = meanOf((y, p) => yes(y === p));

export function binaryAccuracy(threshold: number): RowValue {
  const limit = Math.fround(threshold);
  return meanOf((y, p) => yes(y === yes(p > limit)));
}

export const categoricalAccuracy: RowValue = (y, p) => yes(best(y) === best(p));
export const sparseCategoricalAccuracy: RowValue = (y, p) => yes(y[0] === best(p));

/** Whether fewer than k outputs are larger than that of the class: TensorFlow's in_top_k. */
function isInTop(p: ArrayLike<number>, label: number, k: number): boolean {
  const own = p[label];
  if (own === undefined || !Number.isFinite(own)) return false;
  let larger = 0;
  for (let i = 0; i < p.length; i++) if (p[i]! > own) larger++;
  return larger < k;
}

export const topKCategoricalAccuracy =
  (k: number): RowValue =>
  (y, p) =>
    yes(isInTop(p, best(y), k));
export const sparseTopKCategoricalAccuracy =
  (k: number): RowValue =>
  (y, p) =>
    yes(isInTop(p, y[0]!, k));

export function binaryCrossentropy(fromLogits: boolean, labelSmoothing: number): RowValue {
  const smooth = (y: number) => y * (1 - labelSmoothing) + 0.5 * labelSmoothing;
  if (fromLogits) {
    return meanOf((y, z) => Math.max(z, 0) - z * smooth(y) + Math.log1p(Math.exp(-Math.abs(z))));
  }
  return meanOf((y, p) => -(smooth(y) * Math.log(clip(p)) + (1 - smooth(y)) * Math.log(1 - clip(p))));
}

export function categoricalCrossentropy(fromLogits: boolean, labelSmoothing: number): RowValue {
  return (y, p) => {
    const logOf = logProbabilities(p, fromLogits);
    let sum = 0;
    for (let k = 0; k < p.length; k++) {
      sum -= (y[k]! * (1 - labelSmoothing) + labelSmoothing / p.length) * logOf(p[k]!);
    }
    return sum;
  };
}

export const sparseCategoricalCrossentropy =
  (fromLogits: boolean): RowValue =>
  (y, p) => {
    if (fromLogits) return -logProbabilities(p, true)(p[y[0]!]!);
    // Keras takes log-softmax of the clipped logarithms: what is clipped is normalised again.
    let total = 0;
    for (let k = 0; k < p.length; k++) total += clip(p[k]!);
    return Math.log(total) - Math.log(clip(p[y[0]!]!));
  };

function logProbabilities(p: ArrayLike<number>, fromLogits: boolean): (p: number) => number {
  let largest = -Infinity;
  for (let k = 0; k < p.length; k++) largest = Math.max(largest, p[k]!);
  let total = 0;
  for (let k = 0; k < p.length; k++) total += fromLogits ? Math.exp(p[k]! - largest) : p[k]!;
  if (fromLogits) return (z) => z - largest - Math.log(total);
  return (value) => Math.log(clip(value / total));
}

const divergence = (value: number) => Math.min(1, Math.max(EPSILON, value));
export const klDivergence = sumOf((y, p) => divergence(y) * Math.log(divergence(y) / divergence(p)));
export const poisson = meanOf((y, p) => p - y * Math.log(p + EPSILON));

export const squaredError = meanOf((y, p) => (y - p) ** 2);
export const absoluteError = meanOf((y, p) => Math.abs(y - p));
export const absolutePercentageError = meanOf(
  (y, p) => 100 * Math.abs((y - p) / Math.max(Math.abs(y), EPSILON)),
);
export const squaredLogarithmicError = meanOf(
  (y, p) => (Math.log(Math.max(p, EPSILON) + 1) - Math.log(Math.max(y, EPSILON) + 1)) ** 2,
);
export const logCosh = meanOf((y, p) => {
  const error = Math.abs(p - y);
  return error + Math.log1p(Math.exp(-2 * error)) - Math.LN2;
});

/** Of rows scaled to length 1; a row of zeros stays one. */
export const cosineSimilarity: RowValue = (y, p) => {
  let [product, ySquare, pSquare] = [0, 0, 0];
  for (let k = 0; k < p.length; k++) {
    product += y[k]! * p[k]!;
    ySquare += y[k]! ** 2;
    pSquare += p[k]! ** 2;
  }
  return product / Math.sqrt(Math.max(ySquare, 1e-12) * Math.max(pSquare, 1e-12));
};

const deviation = (row: ArrayLike<number>) => {
  let mean = 0;
  for (let k = 0; k < row.length; k++) mean += row[k]! / row.length;
  let variance = 0;
  for (let k = 0; k < row.length; k++) variance += (row[k]! - mean) ** 2 / row.length;
  return { mean, variance };
};

export const pearsonCorrelation: RowValue = (y, p) => {
  const [a, b] = [deviation(y), deviation(p)];
  const scale = Math.sqrt(a.variance * b.variance);
  return meanOf((yk, pk) => ((yk - a.mean) * (pk - b.mean)) / scale)(y, p);
};

/** As Keras has it: the covariance is taken of y − mean(p). */
export const concordanceCorrelation: RowValue = (y, p) => {
  const [a, b] = [deviation(y), deviation(p)];
  const norm = a.variance + b.variance + (a.mean - b.mean) ** 2 + EPSILON;
  return meanOf((yk, pk) => (2 * (yk - b.mean) * (pk - b.mean)) / norm)(y, p);
};

/**
 * Keras's hinges take targets of 0 and 1 for −1 and 1, where a whole batch has no others.
 */
export class HingeAccumulator implements Accumulator {
  private readonly mean: MeanAccumulator;
  private binary = false;

  constructor(width: number, power: 1 | 2) {
    const value = meanOf((y, p) => Math.max(0, 1 - (this.binary ? 2 * y - 1 : y) * p) ** power);
    this.mean = new MeanAccumulator(width, width, value);
  }

  reset(): void {
    this.mean.reset();
  }

  update(batch: MetricBatch): void {
    this.binary = true;
    for (let i = 0; i < batch.targets.length && this.binary; i++) {
      this.binary = batch.targets[i] === 0 || batch.targets[i] === 1;
    }
    this.mean.update(batch);
  }

  result(): number {
    return this.mean.result();
  }
}

export const categoricalHinge: RowValue = (y, p) => {
  let right = 0;
  let wrong = -Infinity;
  for (let k = 0; k < p.length; k++) {
    right += y[k]! * p[k]!;
    wrong = Math.max(wrong, (1 - y[k]!) * p[k]!);
  }
  return Math.max(0, wrong - right + 1);
};
