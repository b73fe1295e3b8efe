/**
 * How far the figures of an evaluation may be from what the model would reach on ever more rows like these: 95 %
 * intervals, which 95 of 100 tests would draw around the true value.
 */
import type { Pieces } from "../../base/pieces.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { type ConfusionMatrix, type ConfusionScores, f1Of, type Margins, matthews } from "./confusion.js";
import { effectiveRows, type Predictions, ratio, weightedMean } from "./predictions.js";

/** The lower and the upper limit of a 95 % interval. */
export type Interval = readonly [low: number, high: number];

/** 95 % intervals of the figures of an evaluation. With sample weights rows count as Kish's effective number of them. */
export interface ScoreIntervals {
  /** Wilson's interval of a share (1927): right for few rows, and close to 0 and 1. */
  accuracy: Interval;
  /**
   * By the bootstrap. Where it is of width 0, as without any mistake, the rows do not tell how far the figure may move;
   * `accuracy` does. Of classes with fewer than ten rows they tell too little: it is too narrow then.
   */
  macroF1: Interval;
  /** As `macroF1`. */
  mcc: Interval;
  /** By the normal distribution of a mean. */
  logLoss: Interval;
}

/** The normal distribution's 97.5 % point. */
export const Z95 = 1.959963984540054;

/** How often rows are drawn anew. */
export const RESAMPLES = 1000;

/** Wilson (1927) interval at 95 % of a share seen among `count` rows. */
export function wilsonInterval(share: number, count: number): Interval {
  if (count === 0) return [0, 1];
  const centre = share + Z95 ** 2 / (2 * count);
  const reach = Z95 * Math.sqrt((share * (1 - share)) / count + Z95 ** 2 / (4 * count ** 2));
  const scale = 1 + Z95 ** 2 / count;
  return [Math.max(0, (centre - reach) / scale), Math.min(1, (centre + reach) / scale)];
}

/** The 95 % interval of the mean over rows of a value that is not negative, by its spread. Width 0 for a single row. */
export function meanInterval(p: Predictions, value: (row: number) => number): Interval {
  const mean = weightedMean(p, value);
  const variance = weightedMean(p, (row) => (value(row) - mean) ** 2);
  const reach = Z95 * Math.sqrt(ratio(variance, Math.max(0, effectiveRows(p) - 1)));
  return [Math.max(0, mean - reach), mean + reach];
}

/**
 * The intervals of what follows from a confusion matrix. For macro F1 and Matthews correlation the rows are weighed anew
 * 1,000 times, as if other rows had come (Rubin, "The Bayesian bootstrap", 1981), and 95 % of the values lie between the
 * limits. The rows of a cell of the matrix count together, so that the time it takes depends on the cells in use, not on
 * the rows; and a class of few rows never vanishes, which would make its F1 0/0.
 * @param seed the same seed gives the same limits
 */
export function* confusionIntervals(
  p: Predictions,
  matrix: ConfusionMatrix,
  { accuracy }: Pick<ConfusionScores, "accuracy">,
  seed = 0,
): Pieces<Pick<ScoreIntervals, "accuracy" | "macroF1" | "mcc">> {
  const rows = effectiveRows(p);
  const cells = cellsOf(matrix, ratio(rows, total(matrix.flat())));
  const [macroF1, mcc] = [new Float64Array(RESAMPLES), new Float64Array(RESAMPLES)];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const margins = drawn(cells, matrix.length, new Random(seed, PURPOSE.bootstrap, resample));
    macroF1[resample] = total(margins.actual.map((_, k) => f1Of(margins, k))) / matrix.length;
    mcc[resample] = matthews(margins);
    yield 0;
  }
  return { accuracy: wilsonInterval(accuracy, rows), macroF1: middle(macroF1), mcc: middle(mcc) };
}

/** A cell of a confusion matrix that holds rows. */
interface Cell {
  actual: number;
  predicted: number;
  rows: number;
}

function cellsOf(matrix: ConfusionMatrix, scale: number): Cell[] {
  return matrix.flatMap((row, actual) =>
    row.flatMap((weight, predicted) => (weight > 0 ? [{ actual, predicted, rows: weight * scale }] : [])),
  );
}

/** The matrix of other rows: each had a weight from the exponential distribution, so that a cell's add up to Gamma(rows). */
function drawn(cells: readonly Cell[], classes: number, random: Random): Margins {
  const [actual, predicted, correct] = [0, 1, 2].map(() => new Array<number>(classes).fill(0));
  const gamma = gammaDraws(random);
  for (const cell of cells) {
    const weight = gamma(cell.rows);
    actual![cell.actual]! += weight;
    predicted![cell.predicted]! += weight;
    if (cell.actual === cell.predicted) correct![cell.actual] = weight;
  }
  return { actual: actual!, predicted: predicted!, correct: correct! };
}

/**
 * Draws from Gamma(shape), one after another: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
 * Each try has four random numbers of its own: two for a normal one, one to accept it, one for shapes below 1.
 */
function gammaDraws(random: Random): (shape: number) => number {
  let tries = 0;
  return (shape) => {
    const small = shape < 1;
    const d = (small ? shape + 1 : shape) - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const at = 4 * tries++;
      const x = random.normal(at / 2);
      const root = 1 + c * x;
      const v = root * root * root;
      if (v <= 0) continue;
      if (Math.log(1 - random.uniform(at + 2)) >= x ** 2 / 2 + d * (1 - v + Math.log(v))) continue;
      return d * v * (small ? random.uniform(at + 3) ** (1 / shape) : 1);
    }
  };
}

/** Between which 95 % of the values lie; sorts them. NaN where one of the values is. */
export function middle(values: Float64Array): Interval {
  values.sort();
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** Interpolated between neighbours, as numpy does by default. NaN of no values. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
