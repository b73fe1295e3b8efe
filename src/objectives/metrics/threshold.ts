import { inputError, wholeNumber } from "../../base/errors.js";
import { atOnce, type Pieces, ROWS, sorted } from "../../base/pieces.js";
import { type Predictions, ratio, weightOf } from "./predictions.js";

/** How a two-class model does when class 1 is predicted strictly above `threshold`. Undefined ratios are 0. */
export interface ThresholdPoint {
  threshold: number;
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
}

/** Scores at `steps` + 1 even thresholds from 0 to 1. One output only. */
export function thresholdCurve(p: Predictions, steps = 100): ThresholdPoint[] {
  wholeNumber(steps, "threshold steps", 1, 100_000);
  return curveOf(atOnce(sweepOf(p)), steps);
}

/** As `thresholdCurve`, of rows that are in order already. */
export const curveOf = (sweep: Sweep, steps = 100): ThresholdPoint[] =>
  Array.from({ length: steps + 1 }, (_, k) => pointAt(sweep, k / steps));

/**
 * The threshold with the best F1 (of class 1) or accuracy, of all that tell the rows apart; the nearest to 0.5 among
 * equals. Choose it on validation rows: chosen on test rows it flatters the model. One output only.
 */
export function bestThreshold(p: Predictions, by: "f1" | "accuracy" = "f1"): ThresholdPoint {
  return atOnce(
    (function* () {
      return yield* bestOf(yield* sweepOf(p), by);
    })(),
  );
}

/** As `bestThreshold`, of rows that are in order already. */
export function* bestOf(sweep: Sweep, by: "f1" | "accuracy"): Pieces<ThresholdPoint> {
  let best = pointAt(sweep, 0.5);
  let tried = 0;
  for (const threshold of candidates(sweep.scores)) {
    if (++tried % ROWS === 0) yield 0;
    const point = pointAt(sweep, threshold);
    const nearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (point[by] > best[by] || (point[by] === best[by] && nearer)) best = point;
  }
  return best;
}

/** Rows by rising score, and of each tail [i …) the weight of class 1 and of all. */
export interface Sweep {
  scores: Float32Array;
  tailPositive: Float64Array;
  tailTotal: Float64Array;
}

export function* sweepOf(p: Predictions): Pieces<Sweep> {
  if (p.outputs !== 1) {
    throw inputError({
      expected: "a model with one output",
      where: "threshold",
      received: p.outputs,
      next: "With more outputs the largest wins; there is no threshold to choose.",
    });
  }
  const rows = p.labels.length;
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  yield* sorted(order, (a, b) => p.probabilities[a]! - p.probabilities[b]!);
  const tailPositive = new Float64Array(rows + 1);
  const tailTotal = new Float64Array(rows + 1);
  for (let i = rows - 1; i >= 0; i--) {
    const weight = weightOf(p, order[i]!);
    tailPositive[i] = tailPositive[i + 1]! + (p.labels[order[i]!] === 1 ? weight : 0);
    tailTotal[i] = tailTotal[i + 1]! + weight;
  }
  return { scores: Float32Array.from(order, (row) => p.probabilities[row]!), tailPositive, tailTotal };
}

function pointAt({ scores, tailPositive, tailTotal }: Sweep, threshold: number): ThresholdPoint {
  const first = firstAbove(scores, Math.fround(threshold));
  const found = tailPositive[first]!;
  const given = tailTotal[first]!;
  const positives = tailPositive[0]!;
  const total = tailTotal[0]!;
  const rejectedRightly = total - given - (positives - found);
  return {
    threshold,
    accuracy: ratio(found + rejectedRightly, total),
    precision: ratio(found, given),
    recall: ratio(found, positives),
    f1: ratio(2 * found, given + positives),
  };
}

/** Index of the first score strictly above the threshold, by bisection. */
function firstAbove(scores: Float32Array, threshold: number): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! > threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One float32 threshold between every two neighbouring scores, one below all (where 0 is) and one above. */
function* candidates(scores: Float32Array): Generator<number> {
  if (scores.length === 0) return;
  if (scores[0]! > 0) yield 0;
  for (let i = 1; i < scores.length; i++) {
    const [below, above] = [scores[i - 1]!, scores[i]!];
    if (below === above) continue;
    const middle = Math.fround((below + above) / 2);
    yield middle < above ? middle : below;
  }
  yield scores[scores.length - 1]!;
}
