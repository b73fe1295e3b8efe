/** Logistic regression as scikit-learn's `LogisticRegression(C=c)`: L2, the bias free; softmax above two classes. */
import { minimize } from "./minimize.js";
import type { SparseRows } from "./tf-idf.js";

/** A linear model of K scores: one, of the second of two classes, or one a class. */
export interface Linear {
  scores: number;
  /** [columns + 1][scores]; the last row is the bias. */
  weights: Float64Array;
}

/**
 * Minimises c · Σ cross-entropy + ½‖w‖².
 * @param classes [rows] from 0
 * @param count how many classes there are
 * @param columns how many columns the rows have
 */
export function fitLogistic(
  rows: SparseRows,
  classes: ArrayLike<number>,
  count: number,
  columns: number,
  c: number,
): Linear {
  const scores = count === 2 ? 1 : count;
  const n = classes.length;
  const weighed = columns * scores;
  const decay = 1 / (c * n);
  const { starts, ids, values } = rows;
  const z = new Float64Array(scores);
  const weights = minimize((w, gradient) => {
    let loss = 0;
    // Everything by the row, so that the tolerance means the same for any number of them.
    for (let i = 0; i < weighed; i++) {
      loss += (decay / 2) * w[i]! * w[i]!;
      gradient[i] = decay * w[i]!;
    }
    gradient.fill(0, weighed);
    for (let row = 0; row < n; row++) {
      scoreRow(rows, row, { scores, weights: w }, z);
      loss += lossOf(z, classes[row]!) / n;
      // z is dloss/dz now.
      for (let at = starts[row]!, end = starts[row + 1]!; at < end; at++) {
        const column = ids[at]! * scores;
        const share = values[at]! / n;
        for (let k = 0; k < scores; k++) gradient[column + k]! += share * z[k]!;
      }
      for (let k = 0; k < scores; k++) gradient[weighed + k]! += z[k]! / n;
    }
    return loss;
  }, weighed + scores);
  return { scores, weights };
}

/** The cross-entropy of a row of class `truth`; its scores z become dloss/dz. */
export function lossOf(z: Float64Array, truth: number): number {
  if (z.length === 1) {
    const [score, sign] = [z[0]!, truth === 1 ? 1 : -1];
    z[0] = -sign / (1 + Math.exp(sign * score));
    return Math.log1p(Math.exp(-Math.abs(score))) + Math.max(0, -sign * score);
  }
  const most = Math.max(...z);
  const own = z[truth]! - most;
  let sum = 0;
  for (let k = 0; k < z.length; k++) sum += z[k] = Math.exp(z[k]! - most);
  for (let k = 0; k < z.length; k++) z[k]! /= sum;
  z[truth]!--;
  return Math.log(sum) - own;
}

function scoreRow(rows: SparseRows, row: number, { scores, weights }: Linear, z: Float64Array): void {
  const { starts, ids, values } = rows;
  for (let k = 0; k < scores; k++) z[k] = weights[weights.length - scores + k]!;
  for (let at = starts[row]!, end = starts[row + 1]!; at < end; at++) {
    const column = ids[at]! * scores;
    const value = values[at]!;
    for (let k = 0; k < scores; k++) z[k]! += value * weights[column + k]!;
  }
}

/** Scores of rows. @returns [rows][scores] */
export function scoresOf(model: Linear, rows: SparseRows): Float64Array[] {
  return Array.from({ length: rows.starts.length - 1 }, (_, row) => {
    const z = new Float64Array(model.scores);
    scoreRow(rows, row, model, z);
    return z;
  });
}

/** The class with the largest score. */
export function classOf(z: Float64Array): number {
  return z.length === 1 ? Number(z[0]! > 0) : z.indexOf(Math.max(...z));
}
