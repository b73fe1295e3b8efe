import { atOnce, type Pieces, ROWS } from "../../base/pieces.js";
import { classCount, type Predictions, ratio } from "./predictions.js";
import { type Ranking, rank, Steps } from "./ranking.js";
import { areEven, CountingAccumulator, type CountOptions, type Counts } from "./thresholds.js";

export type Curve = "ROC" | "PR" | "PRGAIN";
export type Summation = "interpolation" | "majoring" | "minoring";

/** Keras's default number of thresholds. */
const THRESHOLDS = 200;

/** `count` even thresholds, or those given: between one below every score and one above. */
export function aucThresholds(
  count: number,
  given: readonly number[] | null,
): Pick<CountOptions, "thresholds" | "even"> {
  const inner = given
    ? [...given].sort((a, b) => a - b)
    : Array.from({ length: count - 2 }, (_, i) => (i + 1) / (count - 1));
  return { thresholds: [-1e-7, ...inner, 1 + 1e-7], even: !given || areEven([0, ...inner, 1]) };
}

/** The area under a curve through the counts at rising thresholds, as Keras adds it up. */
export function areaUnder(counts: readonly Counts[], curve: Curve, summation: Summation): number {
  const joined = curve === "PR" && summation === "interpolation";
  const points = counts.map((at) => POINTS[curve](at));
  let area = 0;
  for (let i = 0; i + 1 < counts.length; i++) {
    if (joined) {
      area += precisionStep(counts[i]!, counts[i + 1]!);
      continue;
    }
    const [[x, y], [nextX, nextY]] = [points[i]!, points[i + 1]!];
    const heights = {
      interpolation: (y + nextY) / 2,
      minoring: Math.min(y, nextY),
      majoring: Math.max(y, nextY),
    };
    area += (x - nextX) * heights[summation];
  }
  return area;
}

const POINTS: Record<Curve, (counts: Counts) => [x: number, y: number]> = {
  ROC: ({ tp, fp, fn, tn }) => [ratio(fp, fp + tn), ratio(tp, tp + fn)],
  PR: ({ tp, fp, fn }) => [ratio(tp, tp + fn), ratio(tp, tp + fp)],
  // Flach and Kull, "Precision-Recall-Gain Curves" (2015); where nothing is found, recall gain is 0, precision gain 1.
  PRGAIN({ tp, fp, fn, tn }) {
    if (tp === 0) return [0, 1];
    const scale = ratio(tp + fn, tn + fp);
    return [Math.max(0, 1 - (scale * fn) / tp), 1 - (scale * fp) / tp];
  },
};

/** Between two thresholds true positives, not precision, grow evenly: Davis and Goadrich (2006). */
function precisionStep(at: Counts, above: Counts): number {
  const [given, next] = [at.tp + at.fp, above.tp + above.fp];
  const found = at.tp - above.tp;
  const slope = ratio(found, Math.max(0, given - next));
  const intercept = above.tp - slope * next;
  const growth = given > 0 && next > 0 ? given / next : 1;
  return ratio(slope * (found + intercept * Math.log(growth)), above.tp + above.fn);
}

export interface AucOptions {
  /**
   * With more than one output: false (Keras's default) pools all outputs into one yes-or-no question a cell;
   * true takes the mean over classes of each class against the rest. Of no account with one output.
   */
  multiLabel?: boolean;
}

/** ROC AUC as Keras computes it: 200 even thresholds, joined by straight lines; 0 where a class is absent. */
export function auc(p: Predictions, { multiLabel = false }: AucOptions = {}): number {
  const areas = rocAreas({ outputs: p.outputs, targetWidth: 1, apart: multiLabel });
  const { probabilities, labels, weights } = p;
  areas.update({ outputs: probabilities, targets: labels, rows: labels.length, weights });
  return areas.result() as number;
}

/** Adds up ROC AUC with Keras's default settings. */
export function rocAreas(look: Omit<CountOptions, "thresholds">): CountingAccumulator {
  const mean = (counts: Counts[][]) =>
    counts.reduce((sum, each) => sum + areaUnder(each, "ROC", "interpolation"), 0) / counts.length;
  return new CountingAccumulator({ ...look, ...aucThresholds(THRESHOLDS, null) }, mean);
}

/**
 * ROC AUC from the ranks themselves (Mann–Whitney; ties count half), the value that 200 buckets approximate.
 * 0 where a class is absent.
 */
export const aucExact = (p: Predictions, options: AucOptions = {}): number => atOnce(aucInPieces(p, options));

/** As `aucExact`. */
export function* aucInPieces(p: Predictions, { multiLabel = false }: AucOptions = {}): Pieces<number> {
  const columns = Array.from({ length: p.outputs }, (_, k) => k);
  if (!multiLabel || p.outputs === 1) return yield* rankArea(p, columns);
  let total = 0;
  for (const k of columns) total += yield* rankArea(p, [k]);
  return ratio(total, classCount(p.outputs));
}

/** Of some columns, each cell of which asks: did it deserve its score? */
function* rankArea(p: Predictions, columns: readonly number[]): Pieces<number> {
  return yield* areaOf(yield* rank(p, columns));
}

/** As `aucExact`, of what is in order already. */
export function* areaOf(ranking: Ranking): Pieces<number> {
  let positives = 0;
  let negatives = 0;
  let area = 0;
  const steps = new Steps(ranking);
  for (let looked = 1; steps.next(); looked++) {
    const up = ranking.positive.between(steps.positive.from, steps.positive.to);
    const down = ranking.negative.between(steps.negative.from, steps.negative.to);
    area += up * (negatives + down / 2);
    positives += up;
    negatives += down;
    if (looked % ROWS === 0) yield 0;
  }
  return ratio(area, positives * negatives);
}
