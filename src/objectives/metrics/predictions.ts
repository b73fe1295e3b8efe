import { finiteNumber, inputError } from "../../base/errors.js";

/**
 * What a model said about N rows, and what was true. Every metric starts from this.
 *
 * Comparisons are made in float32, as Keras makes them.
 */
export interface Predictions {
  /** [N][outputs], row-major. With one output: the probability of class 1. */
  probabilities: Float32Array;
  /** Width of a row: 1 for a sigmoid unit (two classes), else the number of classes. */
  outputs: number;
  /** [N] class numbers: 0 or 1 with one output, else 0 … outputs − 1. */
  labels: ArrayLike<number>;
  /** [N] sample weights, not negative; every row counts 1 without them. */
  weights?: ArrayLike<number>;
  /** One output only: class 1 is predicted strictly above this. Default 0.5. */
  threshold?: number;
}

export const DEFAULT_THRESHOLD = 0.5;

/** The number of classes that `outputs` units tell apart. */
export function classCount(outputs: number): number {
  return outputs === 1 ? 2 : outputs;
}

/** What `predictedClass` and `argMax` answer where a number is missing: no class, as NaN is neither more nor less. */
export const NO_CLASS = -1;

/** The class of one row: strictly above the threshold, or the first of the largest outputs; NO_CLASS for NaN. */
export function predictedClass(
  probabilities: ArrayLike<number>,
  row: number,
  outputs: number,
  threshold = DEFAULT_THRESHOLD,
): number {
  if (outputs === 1) {
    const value = probabilities[row]!;
    return Number.isNaN(value) ? NO_CLASS : value > Math.fround(threshold) ? 1 : 0;
  }
  return argMax(probabilities, row * outputs, outputs);
}

/** Index, from `start`, of the first largest of `length` values; NO_CLASS where one of them is NaN. */
export function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let k = 0; k < length; k++) {
    const value = values[start + k]!;
    if (Number.isNaN(value)) return NO_CLASS;
    if (value > values[start + best]!) best = k;
  }
  return best;
}

/** The probability that a row gives to a class. */
export function probabilityOf(p: Predictions, row: number, label: number): number {
  if (p.outputs > 1) return p.probabilities[row * p.outputs + label]!;
  const one = p.probabilities[row]!;
  return label === 1 ? one : 1 - one;
}

/** a / b, and 0 where b is 0: the meaning of every undefined ratio here, as in Keras and scikit-learn. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

export function weightOf(p: Predictions, row: number): number {
  return p.weights === undefined ? 1 : p.weights[row]!;
}

/** Mean over rows of a value, by their weights. */
export function weightedMean(p: Predictions, value: (row: number) => number): number {
  let total = 0;
  let weights = 0;
  for (let row = 0; row < p.labels.length; row++) {
    total += weightOf(p, row) * value(row);
    weights += weightOf(p, row);
  }
  return ratio(total, weights);
}

/**
 * How many rows of equal weight would say as much: (Σw)² / Σw² (Kish, "Survey sampling", 1965). Without weights, the rows
 * themselves.
 */
export function effectiveRows(p: Predictions): number {
  if (p.weights === undefined) return p.labels.length;
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < p.labels.length; row++) {
    sum += weightOf(p, row);
    squares += weightOf(p, row) ** 2;
  }
  return ratio(sum ** 2, squares);
}

/** Complains of lengths that do not fit, labels that are no class, weights below 0 and outputs that are no number. */
export function checkPredictions(p: Predictions): void {
  const rows = p.labels.length;
  const classes = classCount(p.outputs);
  if (!Number.isInteger(p.outputs) || p.outputs < 1 || p.probabilities.length !== rows * p.outputs) {
    throw inputError({
      expected: `${rows} rows of ${p.outputs} outputs (${rows * p.outputs} numbers)`,
      where: "probabilities",
      received: p.probabilities.length,
    });
  }
  if (p.weights !== undefined && p.weights.length !== rows) {
    throw inputError({
      expected: `${rows} weights, one a row`,
      where: "weights",
      received: p.weights.length,
    });
  }
  finiteNumber(p.threshold ?? DEFAULT_THRESHOLD, "threshold", 0, 1);
  for (let row = 0; row < rows; row++) checkRow(p, row, classes);
}

function checkRow(p: Predictions, row: number, classes: number): void {
  const label = p.labels[row]!;
  if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
    throw inputError({
      expected: `a class number from 0 to ${classes - 1}`,
      where: `labels[${row}]`,
      received: label,
    });
  }
  for (let k = 0; k < p.outputs; k++) {
    const value = p.probabilities[row * p.outputs + k]!;
    if (!(value >= 0 && value <= 1.000001)) {
      throw inputError({
        expected: "a probability from 0 to 1",
        where: `probabilities[${row}]`,
        received: value,
        next: "Metrics of classes need a model that ends in sigmoid or softmax.",
      });
    }
  }
  if (p.weights !== undefined) finiteNumber(p.weights[row], `weights[${row}]`, 0);
}
