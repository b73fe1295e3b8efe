/** Temperature scaling: one factor on a classifier's scores that makes its probabilities honest (Guo et al. 2017). */
import type { Pieces } from "../base/pieces.js";

/** Rows of scores: the higher of a row's is answered. */
export interface Scores {
  /** [classes][rows] */
  readonly scores: readonly ArrayLike<number>[];
  /** [rows] from 0 */
  readonly classes: ArrayLike<number>;
}

/** [rows][classes] softmax of scores times a factor. */
export function softmaxOf(scores: readonly ArrayLike<number>[], factor: number): Float32Array {
  const classes = scores.length;
  const rows = scores[0]!.length;
  const probabilities = new Float32Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (let k = 0; k < classes; k++) most = Math.max(most, scores[k]![i]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(factor * (scores[k]![i]! - most));
    for (let k = 0; k < classes; k++) {
      probabilities[i * classes + k] = Math.exp(factor * (scores[k]![i]! - most)) / sum;
    }
  }
  return probabilities;
}

/** Mean of −ln softmax(factor · scores) of the true class, in nats. */
export function scaledLogLoss({ scores, classes }: Scores, factor: number): number {
  let loss = 0;
  for (let i = 0; i < classes.length; i++) {
    let most = -Infinity;
    for (const each of scores) most = Math.max(most, each[i]!);
    let sum = 0;
    for (const each of scores) sum += Math.exp(factor * (each[i]! - most));
    loss += Math.log(sum) - factor * (scores[classes[i]!]![i]! - most);
  }
  return classes.length === 0 ? 0 : loss / classes.length;
}

/** What few rows cannot settle is drawn to this factor, at the weight of one row with a squared logarithm. */
const LIKELY = 0.4;
const [LEAST, MOST] = [Math.log(1e-3), Math.log(1e3)];
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The factor f on scores (1 over the temperature) that makes rows · scaledLogLoss + (ln f − ln 0.4)² least; by golden
 * section over ln f. Scores are to have a standard deviation of a few.
 */
export function* fitTemperature(given: Scores): Pieces<number> {
  const rows = given.classes.length;
  const cost = (log: number) => rows * scaledLogLoss(given, Math.exp(log)) + (log - Math.log(LIKELY)) ** 2;
  let [low, high] = [LEAST, MOST];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [costA, costB] = [cost(a), cost(b)];
  while (high - low > 1e-3) {
    yield 0;
    if (costA <= costB) {
      [high, b, costB] = [b, a, costA];
      a = high - GOLDEN * (high - low);
      costA = cost(a);
    } else {
      [low, a, costA] = [a, b, costB];
      b = low + GOLDEN * (high - low);
      costB = cost(b);
    }
  }
  return Math.exp((low + high) / 2);
}
