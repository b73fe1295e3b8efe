/** Regression: how far predicted amounts are from the true ones. */
import { finiteNumber, inputError, wholeNumber } from "../../base/errors.js";
import { atOnce, type Pieces } from "../../base/pieces.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { type Interval, middle, quantile, RESAMPLES } from "./intervals.js";

/** What a model said about rows, and what was true. */
export interface AmountPredictions {
  /** [rows] */
  predicted: Float64Array | Float32Array;
  /** [rows] */
  truth: Float64Array;
}

/**
 * 95 % intervals of the figures of predicted amounts, by the bootstrap. Where one is of width 0, as of a single row, the rows
 * do not tell how far the figure may move; of few rows they tell too little, and it is too narrow.
 */
export interface AmountIntervals {
  /** NaN where `r2` is. */
  r2: Interval;
  /** In the unit of the amounts. */
  rootMeanSquaredError: Interval;
  /** In the unit of the amounts. */
  meanAbsoluteError: Interval;
}

/**
 * All there is to say of predicted amounts, in their unit where they have one; plain data. Figures that are not defined are
 * NaN, which JSON writes as null: whoever shows or reads them says so. Without rows all of them are.
 */
export interface AmountEvaluation {
  /** Rows measured. */
  rows: number;
  /**
   * 1 − Σ (predicted − truth)² / Σ (truth − its mean)²: 1 at best, below 0 where always answering the mean does better. NaN
   * where the truth does not vary.
   */
  r2: number;
  /** Mean of (predicted − truth)². */
  meanSquaredError: number;
  /** Its root, in the unit of the amounts. */
  rootMeanSquaredError: number;
  /** Mean of |predicted − truth|. */
  meanAbsoluteError: number;
  /** Half of the rows are no further off. */
  medianAbsoluteError: number;
  /** Pearson's correlation of predicted and true amounts, −1 to 1. NaN where either does not vary. */
  pearson: number;
  /** Pearson's of their ranks; equals share the mean of theirs (Spearman 1904). NaN where either does not vary. */
  spearman: number;
  /** The true amounts: `deviation` is √(Σ (truth − mean)² / rows). */
  truth: { mean: number; deviation: number; least: number; most: number };
  /** What is reached without a model: by always answering the mean (squared errors), or the median (absolute ones). */
  baseline: { rootMeanSquaredError: number; meanAbsoluteError: number };
  /**
   * By rising true amount, in up to ten parts of about as many rows each, at least five; equal amounts are of one part. None
   * without rows.
   */
  parts: AmountPart[];
  /** How far the figures may be from their values on ever more rows like these: 95 %. */
  intervals: AmountIntervals;
}

/** Rows of neighbouring true amounts, and what was predicted for them. */
export interface AmountPart {
  /** How many rows it has. */
  rows: number;
  /** Their true amounts. */
  truth: { mean: number; least: number; most: number };
  /** What was predicted: the mean, and the limits that four in five lie between, the 10 % and 90 % quantiles. */
  predicted: { mean: number; low: number; high: number };
}

/** Squares of larger amounts, added up, might be no numbers any more. */
const MOST_AMOUNT = 1e100;

/** Parts by true amount, and rows of one below which a mean tells nothing. */
const MOST_PARTS = 10;
const LEAST_ROWS = 5;

/** Rows beyond are weighed together, so that 1,000 resamples take at most 1.8 · 10⁷ draws and additions. */
const MOST_GROUPS = 3000;

/**
 * Every metric of predicted amounts. Sums are of differences from the mean, so that amounts far from 0 keep their digits.
 *
 * @param seed the same seed gives the same intervals
 * @throws InputError for lengths that do not fit, and amounts that are not finite or beyond ±1e100
 */
export const evaluateAmounts = (p: AmountPredictions, seed = 0): AmountEvaluation =>
  atOnce(evaluatingAmounts(p, seed));

/** As `evaluateAmounts`. */
export function* evaluatingAmounts(p: AmountPredictions, seed = 0): Pieces<AmountEvaluation> {
  checkAmounts(p);
  const { predicted, truth } = p;
  const rows = truth.length;
  const errors = Float64Array.from(truth, (value, row) => predicted[row]! - value);
  const absolute = errors.map(Math.abs);
  const sorted = truth.slice().sort();
  const median = quantile(sorted, 0.5);
  const { mean, deviations } = centred(truth);
  const spread = sumOf(deviations, square);
  const meanSquaredError = sumOf(errors, square) / rows;
  const deviation = Math.sqrt(spread / rows);
  yield 0;
  const intervals = yield* bootstrap(errors, deviations, spread > 0, seed);
  const pearson = correlation(predicted, truth);
  const predictedRanks = ranks(predicted);
  yield 0;
  const spearman = correlation(predictedRanks, ranks(truth));
  yield 0;
  return {
    rows,
    r2: spread > 0 ? 1 - (rows * meanSquaredError) / spread : Number.NaN,
    meanSquaredError,
    rootMeanSquaredError: Math.sqrt(meanSquaredError),
    meanAbsoluteError: sumOf(absolute) / rows,
    medianAbsoluteError: quantile(absolute.slice().sort(), 0.5),
    ...{ pearson, spearman },
    truth: { mean, deviation, least: sorted[0] ?? Number.NaN, most: sorted[rows - 1] ?? Number.NaN },
    baseline: {
      rootMeanSquaredError: deviation,
      meanAbsoluteError: sumOf(truth, (value) => Math.abs(value - median)) / rows,
    },
    parts: partsOf(p, sorted),
    intervals,
  };
}

/**
 * Rows between quantiles of the true amounts, each part with its upper limit, the first with its lower one too, as `pandas.qcut` has them without duplicates.
 * @param sorted the true amounts
 */
function partsOf({ predicted, truth }: AmountPredictions, sorted: Float64Array): AmountPart[] {
  const count = Math.max(1, Math.min(MOST_PARTS, Math.floor(truth.length / LEAST_ROWS)));
  const limits = Array.from({ length: count - 1 }, (_, k) => quantile(sorted, (k + 1) / count));
  const upper = limits.filter((limit) => limit > sorted[0]!);
  const parts = Array.from({ length: count }, (): number[] => []);
  truth.forEach((value, row) => {
    parts[upper.filter((limit) => limit < value).length]!.push(row);
  });
  return parts
    .filter((rows) => rows.length > 0)
    .map((rows) => {
      const [is, said] = [truth, predicted].map((all) => Float64Array.from(rows, (row) => all[row]!).sort());
      return {
        rows: rows.length,
        truth: { mean: centred(is!).mean, least: is![0]!, most: is!.at(-1)! },
        predicted: { mean: centred(said!).mean, low: quantile(said!, 0.1), high: quantile(said!, 0.9) },
      };
    });
}

const square = (value: number): number => value * value;

function sumOf(values: Float64Array, of: (value: number) => number = (value) => value): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}

/** The mean, and each value less the mean: in two passes, the second for what rounding left of the first. */
function centred(values: ArrayLike<number>): { mean: number; deviations: Float64Array } {
  const first = values[0] ?? Number.NaN;
  const about = first + sumOf(Float64Array.from(values, (value) => value - first)) / values.length;
  const rough = Float64Array.from(values, (value) => value - about);
  const left = sumOf(rough) / values.length;
  return { mean: about + left, deviations: rough.map((value) => value - left) };
}

/** Pearson's. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [standardized(a), standardized(b)];
  let product = 0;
  for (let row = 0; row < x.length; row++) product += x[row]! * y[row]!;
  const found = product / Math.sqrt(sumOf(x, square) * sumOf(y, square));
  return Math.min(1, Math.max(-1, found));
}

/** Deviations from the mean, the largest ±1, so that no product of theirs runs over; NaN where none deviates. */
function standardized(values: ArrayLike<number>): Float64Array {
  const { deviations } = centred(values);
  const most = deviations.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return deviations.map((value) => value / most);
}

/** From 0; equals share the mean of theirs. */
function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  // By bisection: numbers alone are sorted many times faster than rows by their numbers.
  const countOf = (below: (value: number) => boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (below(sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Float64Array.from(values, (value) => {
    const [less, notMore] = [countOf((other) => other < value), countOf((other) => other <= value)];
    return (less + notMore - 1) / 2;
  });
}

/**
 * As of classes, the rows are weighed anew 1,000 times (Rubin, "The Bayesian bootstrap", 1981), and 95 % of the values lie
 * between the limits. More than 3,000 rows are first shared out by chance among 3,000 groups of equal size, whose rows weigh
 * alike: that is as right, and adds about a hundredth of its width to what chance does to an interval.
 */
function* bootstrap(
  errors: Float64Array,
  deviations: Float64Array,
  varies: boolean,
  seed: number,
): Pieces<AmountIntervals> {
  const groups = groupsOf(errors, deviations, seed);
  const [r2, squared, absolute] = [0, 1, 2].map(() => new Float64Array(RESAMPLES));
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const random = new Random(seed, PURPOSE.bootstrap, resample);
    const sums = [0, 0, 0, 0, 0];
    for (let at = 0; at < groups.length; at += sums.length) {
      // Never 0: where a few rows are all that varies, the truth varies in every resample.
      const weight = -Math.log(1 - random.uniform(at / sums.length) - 2 ** -33);
      for (let k = 0; k < sums.length; k++) sums[k]! += weight * groups[at + k]!;
    }
    const [rows, square, distance, off, spread] = sums as [number, number, number, number, number];
    r2![resample] = varies ? 1 - square / (spread - off ** 2 / rows) : Number.NaN;
    squared![resample] = Math.sqrt(square / rows);
    absolute![resample] = distance / rows;
    yield 0;
  }
  return {
    r2: middle(r2!),
    rootMeanSquaredError: middle(squared!),
    meanAbsoluteError: middle(absolute!),
  };
}

/** [groups][rows, errors squared, absolute errors, deviations, deviations squared]: added up. */
function groupsOf(errors: Float64Array, deviations: Float64Array, seed: number): Float64Array {
  const rows = errors.length;
  const count = Math.min(rows, MOST_GROUPS);
  const groups = new Float64Array(5 * count);
  // Rows may come sorted: groups of neighbours, or of every 3,000th row, would not differ as chance has it.
  const order = rows > count ? new Random(seed, PURPOSE.bootstrap, RESAMPLES).permutation(rows) : undefined;
  for (let i = 0; i < rows; i++) {
    const row = order ? order[i]! : i;
    const at = 5 * (i % count);
    groups[at]! += 1;
    groups[at + 1]! += errors[row]! ** 2;
    groups[at + 2]! += Math.abs(errors[row]!);
    groups[at + 3]! += deviations[row]!;
    groups[at + 4]! += deviations[row]! ** 2;
  }
  return groups;
}

/** A row and how far its answer was off. */
export interface AmountMistake {
  /** Index among the rows measured. */
  row: number;
  /** The amount that it is. */
  truth: number;
  /** The amount answered. */
  predicted: number;
  /** `predicted` − `truth`. */
  error: number;
}

/**
 * The rows whose answers were furthest off, either way, the furthest first; equals by row.
 *
 * @throws InputError as `evaluateAmounts`, and for a limit that is no whole number
 */
export function worstAmounts(p: AmountPredictions, limit: number): AmountMistake[] {
  checkAmounts(p);
  wholeNumber(limit, "worstAmounts limit");
  const errors = Float64Array.from(p.truth, (value, row) => p.predicted[row]! - value);
  const order = Uint32Array.from(errors, (_, row) => row);
  order.sort((a, b) => Math.abs(errors[b]!) - Math.abs(errors[a]!) || a - b);
  return Array.from(order.subarray(0, limit), (row) => ({
    row,
    truth: p.truth[row]!,
    predicted: p.predicted[row]!,
    error: errors[row]!,
  }));
}

function checkAmounts({ predicted, truth }: AmountPredictions): void {
  if (predicted.length !== truth.length) {
    const expected = `${truth.length} amounts, as many as the truth has`;
    throw inputError({ expected, where: "predicted", received: predicted.length });
  }
  for (let row = 0; row < truth.length; row++) {
    // Their names are worded only for a complaint: that takes longer than the rest.
    if (Math.abs(truth[row]!) <= MOST_AMOUNT && Math.abs(predicted[row]!) <= MOST_AMOUNT) continue;
    finiteNumber(truth[row], `truth[${row}]`, -MOST_AMOUNT, MOST_AMOUNT);
    finiteNumber(predicted[row], `predicted[${row}]`, -MOST_AMOUNT, MOST_AMOUNT);
  }
}
