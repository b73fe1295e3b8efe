import { wholeNumber } from "../../base/errors.js";
import { type Interval, meanInterval, wilsonInterval } from "./intervals.js";
import { argMax, type Predictions, probabilityOf, ratio, weightedMean, weightOf } from "./predictions.js";

/** Keras's epsilon: a probability is kept this far from 0 and 1 before its logarithm. */
const EPSILON = 1e-7;

/** Mean of −ln(probability given to the true class), probabilities clipped to [1e-7, 1 − 1e-7]; in nats. */
export function logLoss(p: Predictions): number {
  return weightedMean(p, (row) => rowLoss(p, row));
}

/** The 95 % interval of `logLoss`, by the normal distribution of a mean. */
export function logLossInterval(p: Predictions): Interval {
  return meanInterval(p, (row) => rowLoss(p, row));
}

function rowLoss(p: Predictions, row: number): number {
  return lossOf(probabilityOf(p, row, p.labels[row]!));
}

/** −ln of the probability given to what came true, clipped to [1e-7, 1 − 1e-7]; in nats. */
export function lossOf(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
}

/**
 * Brier score. One output: mean of (probability of class 1 − truth)², from 0 to 1. More: the mean over rows of that
 * square added over all classes, from 0 to 2 (Brier 1950; scikit-learn scales the two cases likewise).
 */
export function brierScore(p: Predictions): number {
  return weightedMean(p, (row) => {
    if (p.outputs === 1) return (p.probabilities[row]! - p.labels[row]!) ** 2;
    let square = 0;
    for (let k = 0; k < p.outputs; k++) {
      square += (p.probabilities[row * p.outputs + k]! - (p.labels[row] === k ? 1 : 0)) ** 2;
    }
    return square;
  });
}

export interface CalibrationBin {
  /** The bin holds predictions above `from` up to and including `to`; the first holds 0 as well. */
  from: number;
  to: number;
  /** Rows in the bin. With 0 the fields below are 0. */
  count: number;
  meanPredicted: number;
  /** Share of the bin's rows for which the prediction came true. */
  observed: number;
  /** Wilson's 95 % interval of `observed` for `count` rows. */
  low: number;
  high: number;
}

export interface Calibration {
  /** What is binned: the probability of class 1 (one output), or that of the predicted class. */
  of: "class 1" | "predicted class";
  bins: CalibrationBin[];
  /** Expected calibration error: the mean over rows of |observed − meanPredicted| of their bin. */
  expectedError: number;
}

/** Do predictions of 0.8 come true 8 times in 10? Even bins, closed on the right (Guo et al. 2017). */
export function calibration(p: Predictions, binCount = 10): Calibration {
  wholeNumber(binCount, "calibration bins", 1, 1000);
  const sums = Array.from({ length: binCount }, () => ({ count: 0, weight: 0, predicted: 0, observed: 0 }));
  for (let row = 0; row < p.labels.length; row++) {
    const { predicted, cameTrue } = claim(p, row);
    const bin = sums[Math.min(binCount - 1, Math.max(0, Math.ceil(predicted * binCount) - 1))]!;
    const weight = weightOf(p, row);
    bin.count += 1;
    bin.weight += weight;
    bin.predicted += weight * predicted;
    if (cameTrue) bin.observed += weight;
  }
  const bins = sums.map(({ count, weight, predicted, observed }, k): CalibrationBin => {
    const rate = ratio(observed, weight);
    const [low, high] = count === 0 ? [0, 0] : wilsonInterval(rate, count);
    return {
      from: k / binCount,
      to: (k + 1) / binCount,
      count,
      meanPredicted: ratio(predicted, weight),
      observed: rate,
      low,
      high,
    };
  });
  const total = sums.reduce((a, bin) => a + bin.weight, 0);
  const error = bins.reduce(
    (a, bin, k) => a + sums[k]!.weight * Math.abs(bin.observed - bin.meanPredicted),
    0,
  );
  return {
    of: p.outputs === 1 ? "class 1" : "predicted class",
    bins,
    expectedError: ratio(error, total),
  };
}

/** What a row claims, and whether it came true. */
function claim(p: Predictions, row: number): { predicted: number; cameTrue: boolean } {
  if (p.outputs === 1) return { predicted: p.probabilities[row]!, cameTrue: p.labels[row] === 1 };
  const best = argMax(p.probabilities, row * p.outputs, p.outputs);
  return { predicted: p.probabilities[row * p.outputs + best]!, cameTrue: p.labels[row] === best };
}
