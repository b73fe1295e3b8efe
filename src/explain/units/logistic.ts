/** Logistic regression with an L2 penalty, as scikit-learn's LogisticRegression: C·Σ loss + ½·Σ w², intercepts free of it. */

import type { Pieces } from "../../base/pieces.js";

/** A linear classifier; of two classes one row, which speaks for the second. */
export interface Logistic {
  /** [rows][F] */
  weights: Float64Array[];
  /** [rows] */
  intercepts: Float64Array;
}

/** Steps and gradients remembered (Nocedal 1980). */
const MEMORY = 10;
const MOST_STEPS = 500;
/** Of the largest gradient, by the size of the data. */
const TOLERANCE = 1e-9;

/**
 * Fits by L-BFGS from zeros.
 * @param x [n][F] @param y [n] classes from 0 @param penalty C
 */
export function* fitLogistic(
  x: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  classes: number,
  penalty: number,
): Pieces<Logistic> {
  const F = x[0]!.length;
  const rows = classes === 2 ? 1 : classes;
  const width = F + 1;
  const evaluate = (point: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    const z = new Float64Array(rows);
    for (let i = 0; i < x.length; i++) {
      scoresOf(point, x[i]!, F, z);
      loss += penalty * lossAt(z, y[i]!);
      for (let r = 0; r < rows; r++) {
        const slope = penalty * z[r]!;
        const own = x[i]!;
        for (let f = 0; f < F; f++) gradient[r * width + f]! += slope * own[f]!;
        gradient[r * width + F]! += slope;
      }
    }
    for (let r = 0; r < rows; r++) {
      for (let f = 0; f < F; f++) {
        const w = point[r * width + f]!;
        loss += 0.5 * w * w;
        gradient[r * width + f]! += w;
      }
    }
    return loss;
  };
  const point = yield* minimise(evaluate, rows * width, TOLERANCE * penalty * x.length);
  return {
    weights: Array.from({ length: rows }, (_, r) => point.slice(r * width, r * width + F)),
    intercepts: Float64Array.from({ length: rows }, (_, r) => point[r * width + F]!),
  };
}

function scoresOf(point: Float64Array, x: ArrayLike<number>, F: number, z: Float64Array): void {
  for (let r = 0; r < z.length; r++) {
    let sum = point[r * (F + 1) + F]!;
    for (let f = 0; f < F; f++) sum += point[r * (F + 1) + f]! * x[f]!;
    z[r] = sum;
  }
}

/** The loss of scores, which become its slopes. */
function lossAt(z: Float64Array, label: number): number {
  if (z.length === 1) {
    const score = z[0]!;
    const p = 1 / (1 + Math.exp(-score));
    z[0] = p - label;
    return Math.max(score, 0) - score * label + Math.log1p(Math.exp(-Math.abs(score)));
  }
  const most = Math.max(...z);
  let sum = 0;
  for (const value of z) sum += Math.exp(value - most);
  const loss = most + Math.log(sum) - z[label]!;
  for (let r = 0; r < z.length; r++) z[r] = Math.exp(z[r]! - most) / sum - (r === label ? 1 : 0);
  return loss;
}

/** The class of highest score. */
export function classOf({ weights, intercepts }: Logistic, x: ArrayLike<number>): number {
  const scores = weights.map((row, r) => row.reduce((sum, w, f) => sum + w * x[f]!, intercepts[r]!));
  return scores.length === 1 ? Number(scores[0]! > 0) : scores.indexOf(Math.max(...scores));
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

/** Minimises a convex function of `size` numbers, from zeros. */
function* minimise(
  evaluate: (point: Float64Array, gradient: Float64Array) => number,
  size: number,
  tolerance: number,
): Pieces<Float64Array> {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = evaluate(point, gradient);
  const pairs: { s: Float64Array; y: Float64Array }[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    if (gradient.every((one) => Math.abs(one) <= tolerance)) break;
    const direction = downhill(gradient, pairs);
    const slope = dot(direction, gradient);
    let [length, moved] = [pairs.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1, false];
    for (let tries = 0; tries < 40; tries++, length /= 2) {
      const next = point.map((one, k) => one + length * direction[k]!);
      const nextGradient = new Float64Array(size);
      const nextValue = evaluate(next, nextGradient);
      yield 0;
      // Near the end rounding hides what is won; a smaller gradient along the way is then as good a sign.
      const won = nextValue <= value + 1e-4 * length * slope;
      const flat =
        Math.abs(dot(direction, nextGradient)) < Math.abs(slope) &&
        nextValue <= value + 1e-12 * Math.abs(value);
      if (!won && !flat) continue;
      const s = next.map((one, k) => one - point[k]!);
      const y = nextGradient.map((one, k) => one - gradient[k]!);
      if (dot(s, y) > 0) pairs.push({ s, y });
      if (pairs.length > MEMORY) pairs.shift();
      [point, gradient, value, moved] = [next, nextGradient, nextValue, true];
      break;
    }
    if (!moved) break;
  }
  return point;
}

/** −H·gradient by the pairs remembered: the two-loop recursion. */
function downhill(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array }[],
): Float64Array {
  const q = gradient.map((one) => -one);
  const alphas: number[] = [];
  for (const { s, y } of pairs.toReversed()) {
    const alpha = dot(s, q) / dot(y, s);
    alphas.push(alpha);
    for (let k = 0; k < q.length; k++) q[k]! -= alpha * y[k]!;
  }
  const last = pairs.at(-1);
  const scale = last ? dot(last.s, last.y) / dot(last.y, last.y) : 1;
  for (let k = 0; k < q.length; k++) q[k]! *= scale;
  for (const { s, y } of pairs) {
    const beta = dot(y, q) / dot(y, s);
    const alpha = alphas.pop()!;
    for (let k = 0; k < q.length; k++) q[k]! += (alpha - beta) * s[k]!;
  }
  return q;
}
