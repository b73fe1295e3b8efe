import { inputError, wholeNumber } from "../../base/errors.js";
import { atOnce, type Pieces, ROWS } from "../../base/pieces.js";
import { type Predictions, ratio } from "./predictions.js";
import { type Ranking, rank, Steps } from "./ranking.js";

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
  return curveOf(atOnce(ranked(p)), steps);
}

/** As `thresholdCurve`, of rows that are in order already. */
export const curveOf = (ranking: Ranking, steps = 100): ThresholdPoint[] =>
  Array.from({ length: steps + 1 }, (_, k) => pointAt(ranking, k / steps));

/**
 * The threshold with the best F1 (of class 1) or accuracy, of all that tell the rows apart; the nearest to 0.5 among
 * equals. Choose it on validation rows: chosen on test rows it flatters the model. One output only.
 */
export function bestThreshold(p: Predictions, by: "f1" | "accuracy" = "f1"): ThresholdPoint {
  return atOnce(
    (function* () {
      return yield* bestOf(yield* ranked(p), by);
    })(),
  );
}

/** As `bestThreshold`, of rows that are in order already. */
export function* bestOf(ranking: Ranking, by: "f1" | "accuracy"): Pieces<ThresholdPoint> {
  let best = pointAt(ranking, 0.5);
  const look = (point: ThresholdPoint) => {
    const nearer = Math.abs(point.threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (point[by] > best[by] || (point[by] === best[by] && nearer)) best = point;
  };
  // One float32 threshold below all (where 0 is), one between every two neighbouring scores, and one above.
  const steps = new Steps(ranking);
  let below: number | null = null;
  for (let tried = 1; steps.next(); tried++) {
    const { score, positive, negative } = steps;
    if (below !== null || score > 0)
      look(pointFrom(ranking, between(below, score), positive.from, negative.from));
    below = score;
    if (tried % ROWS === 0) yield 0;
  }
  if (below !== null) look(pointFrom(ranking, below, ranking.positive.length, ranking.negative.length));
  return best;
}

/** The middle of two neighbouring scores, or the lower one where float32 has none; 0 below the least of all. */
function between(below: number | null, above: number): number {
  if (below === null) return 0;
  const middle = Math.fround((below + above) / 2);
  return middle < above ? middle : below;
}

/** Rows of a model with one output, in order. */
export function* ranked(p: Predictions): Pieces<Ranking> {
  if (p.outputs === 1) return yield* rank(p, [0]);
  throw inputError({
    expected: "a model with one output",
    where: "threshold",
    received: p.outputs,
    next: "With more outputs the largest wins; there is no threshold to choose.",
  });
}

function pointAt(ranking: Ranking, threshold: number): ThresholdPoint {
  const { positive, negative } = ranking;
  const least = Math.fround(threshold);
  return pointFrom(ranking, threshold, positive.firstAbove(least), negative.firstAbove(least));
}

/** Where the scores of either side from a place on are above the threshold. */
function pointFrom(
  { positive, negative }: Ranking,
  threshold: number,
  firstPositive: number,
  firstNegative: number,
): ThresholdPoint {
  const found = positive.from(firstPositive);
  const wrong = negative.from(firstNegative);
  const [positives, negatives] = [positive.from(0), negative.from(0)];
  return {
    threshold,
    accuracy: ratio(found + (negatives - wrong), positives + negatives),
    precision: ratio(found, found + wrong),
    recall: ratio(found, positives),
    f1: ratio(2 * found, found + wrong + positives),
  };
}
