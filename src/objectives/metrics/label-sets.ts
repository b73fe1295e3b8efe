/** Several labels a text: each label is a question of its own, answered yes or no. */
import { finiteNumber, inputError, wholeNumber } from "../../base/errors.js";
import { atOnce, type Pieces } from "../../base/pieces.js";
import { lossOf } from "./calibration.js";
import { average, classScores, f1Of, type Margins, type Scores } from "./confusion.js";
import { type Interval, wilsonInterval } from "./intervals.js";
import { ratio } from "./predictions.js";

/** What a model of several labels a text said about rows, and what was true. */
export interface LabelSetPredictions {
  /** [rows][labels], row-major: 0 to 1 each */
  probabilities: Float32Array;
  /** [rows][labels] 1 where the label applies, else 0 */
  truth: Uint8Array;
  /** How many labels there are. */
  labels: number;
  /** [labels] A label is answered where its probability is strictly above its threshold; compared in float32. */
  thresholds: readonly number[];
}

/** How one label does. Undefined ratios of precision, recall and F1 are 0. */
export interface LabelScores extends Scores {
  /** Rows the label applies to. */
  support: number;
  /** Rows the label was answered for. */
  answered: number;
  /** ROC AUC from the ranks themselves (ties count half). NaN where the label applies to every row, or to none. */
  auc: number;
  /**
   * Σ (recall gained · precision there) over falling thresholds, as scikit-learn's `average_precision_score`. NaN where
   * the label applies to no row.
   */
  averagePrecision: number;
}

/** 95 % intervals of the figures of several labels a row. */
export interface LabelSetIntervals {
  /** Wilson's, of a share. */
  subsetAccuracy: Interval;
  /**
   * By the delta method over rows: by how much each row moves the figure gives its variance, and that gives Wilson's
   * interval. Of width 0 where no row moves it, as without any mistake: the rows do not tell how far it may move then.
   */
  microF1: Interval;
  /** As `microF1`. Of labels with fewer than ten rows they tell too little: it is too narrow then. */
  macroF1: Interval;
}

/**
 * All there is to say of several labels a row; plain data. Without rows every figure is 0. `auc` and `averagePrecision`
 * may be NaN, which JSON writes as null: whoever shows or reads them says so.
 */
export interface LabelSetEvaluation {
  /** Rows measured. */
  rows: number;
  /** How many labels there are. */
  labels: number;
  /** Of all answers, whatever their label. */
  micro: Scores;
  /** Plain mean over every label, those without rows included (as scikit-learn). */
  macro: Scores;
  /** Share of rows whose answered labels are the true ones, no more and no fewer. */
  subsetAccuracy: number;
  /** Share of the rows · labels questions that were answered wrong. */
  hammingLoss: number;
  /** Mean binary cross-entropy over rows and labels, in nats; clipped as `logLoss` of classes. */
  logLoss: number;
  /** Mean over rows of |answered ∩ true| / |answered ∪ true|; 1 for a row where both are empty. */
  jaccard: number;
  /** Mean number of labels a row. */
  labelsPerRow: { truth: number; answered: number };
  /** Share of rows whose true labels are the commonest set: the subset accuracy of always answering that. */
  commonestSet: number;
  /** [labels] */
  perLabel: LabelScores[];
  /** How far the figures may be from their values on ever more rows like these: 95 %. */
  intervals: LabelSetIntervals;
}

/**
 * Every metric of answers of several labels.
 *
 * @throws InputError for lengths that do not fit, probabilities or thresholds outside 0 to 1, and a truth but 0 or 1
 */
export const evaluateLabelSets = (p: LabelSetPredictions): LabelSetEvaluation =>
  atOnce(evaluatingLabelSets(p));

/** As `evaluateLabelSets`. */
export function* evaluatingLabelSets(p: LabelSetPredictions): Pieces<LabelSetEvaluation> {
  const rows = checkLabelSets(p);
  yield 0;
  const counts = countsOf(p, rows);
  const { margins, each } = counts;
  const perLabel: LabelScores[] = [];
  for (let k = 0; k < p.labels; k++) {
    yield 0;
    const scores = classScores(margins, k);
    const ranked = ranking(keysOf(p, k, rows), scores.support);
    perLabel.push({ ...scores, answered: margins.predicted[k]!, ...ranked });
  }
  yield 0;
  const all = { actual: [sum(margins.actual)], predicted: [sum(margins.predicted)], correct: [counts.both] };
  const { support, ...micro } = classScores(all, 0);
  const subsetAccuracy = ratio(counts.exact, rows);
  return {
    ...{ rows, labels: p.labels, micro },
    macro: average(
      perLabel,
      perLabel.map(() => 1),
    ),
    subsetAccuracy,
    hammingLoss: ratio(support + all.predicted[0]! - 2 * counts.both, rows * p.labels),
    logLoss: ratio(sum(each.loss), rows),
    jaccard: ratio(sum(each.jaccard), rows),
    labelsPerRow: { truth: ratio(support, rows), answered: ratio(all.predicted[0]!, rows) },
    commonestSet: ratio(commonest(p, rows), rows),
    perLabel,
    intervals: {
      subsetAccuracy: wilsonInterval(subsetAccuracy, rows),
      ...f1Intervals(p, rows, all, margins),
    },
  };
}

/** What one pass over rows and labels counts. */
interface Counts {
  margins: Margins;
  /** Labels that were both true and answered, over all rows. */
  both: number;
  /** Rows without a mistake. */
  exact: number;
  /** [rows] */
  each: { loss: Float64Array; jaccard: Float64Array };
}

function countsOf(p: LabelSetPredictions, rows: number): Counts {
  const answers = answersOf(p);
  const [actual, predicted, correct] = [0, 1, 2].map(() => new Array<number>(p.labels).fill(0));
  const each = { loss: rowLosses(p, rows), jaccard: new Float64Array(rows) };
  let both = 0;
  let exact = 0;
  for (let row = 0; row < rows; row++) {
    let shared = 0;
    let either = 0;
    for (let k = 0; k < p.labels; k++) {
      const is = p.truth[row * p.labels + k]!;
      const said = answers(row, k);
      actual![k]! += is;
      predicted![k]! += said;
      correct![k]! += is & said;
      shared += is & said;
      either += is | said;
    }
    each.jaccard[row] = either === 0 ? 1 : shared / either;
    both += shared;
    if (shared === either) exact += 1;
  }
  return { margins: { actual: actual!, predicted: predicted!, correct: correct! }, both, exact, each };
}

/** 1 where a label is answered for a row, else 0. */
function answersOf({ probabilities, labels, thresholds }: LabelSetPredictions) {
  const limits = Float32Array.from(thresholds);
  return (row: number, k: number): 0 | 1 => (probabilities[row * labels + k]! > limits[k]! ? 1 : 0);
}

/** [rows] The mean over labels of their binary cross-entropy. */
function rowLosses({ probabilities, truth, labels }: LabelSetPredictions, rows: number): Float64Array {
  const losses = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let loss = 0;
    for (let at = row * labels; at < (row + 1) * labels; at++) {
      loss += lossOf(truth[at] === 1 ? probabilities[at]! : 1 - probabilities[at]!);
    }
    losses[row] = loss / labels;
  }
  return losses;
}

/** How many rows have the commonest set of true labels; the sets are kept at a bit a label. */
function commonest({ truth, labels }: LabelSetPredictions, rows: number): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (let row = 0; row < rows; row++) {
    let set = "";
    for (let from = 0; from < labels; from += 16) {
      let word = 0;
      for (let k = from; k < Math.min(labels, from + 16); k++) word |= truth[row * labels + k]! << (k - from);
      set += String.fromCharCode(word);
    }
    const count = (counts.get(set) ?? 0) + 1;
    counts.set(set, count);
    most = Math.max(most, count);
  }
  return most;
}

/**
 * The delta method, as Takahashi et al., "Confidence interval for micro-averaged F1 and macro-averaged F1 scores" (2022),
 * but by rows, whose labels hang together: F1 = Σ 2·both / Σ (true + answered) over rows, so that a row moves it by
 * (2·both − F1·(true + answered)) / Σ, and macro F1 by the mean of that over labels. One pass over rows and labels.
 */
function f1Intervals(
  p: LabelSetPredictions,
  rows: number,
  all: Margins,
  margins: Margins,
): Pick<LabelSetIntervals, "microF1" | "macroF1"> {
  const answers = answersOf(p);
  const micro = f1Of(all, 0);
  const microSize = all.actual[0]! + all.predicted[0]!;
  const f1 = margins.actual.map((_, k) => f1Of(margins, k));
  const sizes = margins.actual.map((actual, k) => actual + margins.predicted[k]!);
  let microSquares = 0;
  let macroSquares = 0;
  for (let row = 0; row < rows; row++) {
    let microMove = 0;
    let macroMove = 0;
    for (let k = 0; k < p.labels; k++) {
      const here = p.truth[row * p.labels + k]! + answers(row, k);
      if (here === 0) continue;
      const shared = here === 2 ? 2 : 0;
      microMove += (shared - micro * here) / microSize;
      macroMove += (shared - f1[k]! * here) / sizes[k]! / p.labels;
    }
    microSquares += microMove ** 2;
    macroSquares += macroMove ** 2;
  }
  const variance = (squares: number) => ratio(rows * squares, rows - 1);
  return {
    microF1: shareInterval(micro, variance(microSquares)),
    macroF1: shareInterval(sum(f1) / p.labels, variance(macroSquares)),
  };
}

/**
 * Wilson's interval for as many rows as would give a share of this variance: the effective number of Korn and Graubard,
 * "Confidence intervals for proportions with small expected number of positive counts" (1998).
 */
function shareInterval(share: number, variance: number): Interval {
  const rows = ratio(share * (1 - share), variance);
  return rows > 0 ? wilsonInterval(share, rows) : [share, share];
}

/**
 * [rows] A label's probabilities with their truth, by rising probability: the bits of a float32 that is not negative rise
 * with it, and the truth comes below them. Numbers alone are sorted many times faster than what holds both.
 */
function keysOf({ probabilities, truth, labels }: LabelSetPredictions, k: number, rows: number): Uint32Array {
  const bits = new Uint32Array(probabilities.buffer, probabilities.byteOffset, probabilities.length);
  const keys = new Uint32Array(rows);
  // Of −0 the sign falls off the left end.
  for (let row = 0; row < rows; row++) {
    keys[row] = (bits[row * labels + k]! << 1) | truth[row * labels + k]!;
  }
  return keys.sort();
}

/** Rows of one probability: how many the label applies to, and how many not. */
interface Step {
  probability: number;
  positives: number;
  negatives: number;
}

/** By falling probability. */
function* stepsOf(keys: Uint32Array): Generator<Step> {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let at = keys.length - 1; at >= 0; ) {
    bits[0] = keys[at]! >>> 1;
    let [positives, negatives] = [0, 0];
    for (; at >= 0 && keys[at]! >>> 1 === bits[0]; at--) {
      if (keys[at]! & 1) positives += 1;
      else negatives += 1;
    }
    yield { probability: float[0]!, positives, negatives };
  }
}

/** What the order of a label's probabilities is worth. */
function ranking(keys: Uint32Array, support: number): Pick<LabelScores, "auc" | "averagePrecision"> {
  let found = 0;
  let given = 0;
  let area = 0;
  let precision = 0;
  for (const { positives, negatives } of stepsOf(keys)) {
    area += negatives * (found + positives / 2);
    found += positives;
    given += positives + negatives;
    precision += positives * (found / given);
  }
  // 0 / 0, NaN, is meant.
  return { auc: area / (support * (keys.length - support)), averagePrecision: precision / support };
}

/**
 * Of each label the threshold with the best F1 on these rows, midway between two neighbouring probabilities (0 lies below
 * them all); the nearest to 0.5 among equals. Choose them on validation rows: chosen on test rows they flatter the model.
 *
 * @param least a label with fewer rows that it applies to, or fewer that it does not, keeps its threshold
 * @returns [labels] float32 numbers, but for those kept
 * @throws InputError as `evaluateLabelSets`, and for a `least` that is no whole number of at least 1
 */
export const bestThresholds = (p: LabelSetPredictions, least = 10): number[] =>
  atOnce(choosingThresholds(p, least));

/** As `bestThresholds`. */
export function* choosingThresholds(p: LabelSetPredictions, least = 10): Pieces<number[]> {
  const rows = checkLabelSets(p);
  wholeNumber(least, "bestThresholds least", 1);
  const chosen = [...p.thresholds];
  for (let k = 0; k < p.labels; k++) {
    yield 0;
    const keys = keysOf(p, k, rows);
    const support = keys.reduce((count, key) => count + (key & 1), 0);
    if (support < least || rows - support < least) continue;
    // Only where every probability is 0 is there nothing to choose: no threshold answers any.
    chosen[k] = bestOf(keys, support) ?? chosen[k]!;
  }
  return chosen;
}

function bestOf(keys: Uint32Array, support: number): number | undefined {
  let best: { f1: number; threshold: number } | undefined;
  let found = 0;
  let given = 0;
  let above = Number.NaN;
  const consider = (below: number) => {
    const f1 = (2 * found) / (given + support);
    const threshold = midway(below, above);
    const nearer = best && Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (!best || f1 > best.f1 || (f1 === best.f1 && nearer)) best = { f1, threshold };
  };
  for (const { probability, positives, negatives } of stepsOf(keys)) {
    if (given > 0) consider(probability);
    found += positives;
    given += positives + negatives;
    above = probability;
  }
  if (above > 0) consider(0);
  return best?.threshold;
}

/** A float32 from `below` up to, but not at, `above`. */
function midway(below: number, above: number): number {
  const middle = Math.fround((below + above) / 2);
  return middle < above ? middle : below;
}

/** A row that was not given the labels it has. */
export interface LabelSetMistake {
  /** Index among the rows measured. */
  row: number;
  /** Labels that apply and were not answered, by index. */
  missed: number[];
  /** Labels that were answered and do not apply, by index. */
  wrong: number[];
  /** Mean over labels of their binary cross-entropy, in nats. */
  loss: number;
}

/**
 * The rows whose answered labels are not the true ones, the largest loss first; equals by row.
 *
 * @throws InputError as `evaluateLabelSets`, and for a limit that is no whole number
 */
export function worstLabelSets(p: LabelSetPredictions, limit: number): LabelSetMistake[] {
  const rows = checkLabelSets(p);
  wholeNumber(limit, "worstLabelSets limit");
  const answers = answersOf(p);
  const losses = rowLosses(p, rows);
  const names = Array.from({ length: p.labels }, (_, k) => k);
  const apart = (row: number, is: 0 | 1) =>
    names.filter((k) => p.truth[row * p.labels + k] === is && answers(row, k) !== is);
  return Array.from({ length: rows }, (_, row) => row)
    .filter((row) => names.some((k) => p.truth[row * p.labels + k] !== answers(row, k)))
    .sort((a, b) => losses[b]! - losses[a]! || a - b)
    .slice(0, limit)
    .map((row) => ({ row, missed: apart(row, 1), wrong: apart(row, 0), loss: losses[row]! }));
}

/** Complains of what makes no sense, and says how many rows there are. */
function checkLabelSets({ probabilities, truth, labels, thresholds }: LabelSetPredictions): number {
  wholeNumber(labels, "labels", 1);
  const rows = Math.floor(truth.length / labels);
  for (const [where, { length }] of Object.entries({ truth, probabilities })) {
    if (length === rows * labels) continue;
    const expected = `${rows} rows of ${labels} labels (${rows * labels} numbers)`;
    throw inputError({ expected, where, received: length });
  }
  if (thresholds.length !== labels) {
    const expected = `${labels} thresholds, one a label`;
    throw inputError({ expected, where: "thresholds", received: thresholds.length });
  }
  // By index: map would leave out holes.
  for (let k = 0; k < labels; k++) finiteNumber(thresholds[k], `thresholds[${k}]`, 0, 1);
  for (let at = 0; at < truth.length; at++) {
    if (truth[at]! > 1) {
      const [row, k] = [Math.floor(at / labels), at % labels];
      throw inputError({ expected: "0 or 1", where: `truth[${row}][${k}]`, received: truth[at] });
    }
    if (probabilities[at]! >= 0 && probabilities[at]! <= 1) continue;
    throw inputError({
      expected: "a probability from 0 to 1",
      where: `probabilities[${Math.floor(at / labels)}][${at % labels}]`,
      received: probabilities[at],
      next: "Metrics of several labels need a model that ends in sigmoid.",
    });
  }
  return rows;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
