import { atOnce, type Pieces } from "../base/pieces.js";
import { areaOf, auc, aucInPieces } from "./metrics/auc.js";
import {
  brierScore,
  type Calibration,
  calibration,
  logLoss,
  logLossInterval,
} from "./metrics/calibration.js";
import {
  type ConfusionMatrix,
  type ConfusionScores,
  confusionMatrix,
  confusionScores,
} from "./metrics/confusion.js";
import { confusionIntervals, type ScoreIntervals } from "./metrics/intervals.js";
import {
  checkPredictions,
  classCount,
  DEFAULT_THRESHOLD,
  type Predictions,
  predictedClass,
  probabilityOf,
} from "./metrics/predictions.js";
import type { Ranking } from "./metrics/ranking.js";
import { bestOf, curveOf, ranked, type ThresholdPoint } from "./metrics/threshold.js";

/** All there is to say of a model's answers; plain data. */
export interface Evaluation extends ConfusionScores {
  /** Rows measured. */
  rows: number;
  /** How many classes there are. */
  classes: number;
  /** How often each class was answered for each. */
  confusion: ConfusionMatrix;
  /** As `keras.metrics.AUC()`: 200 thresholds. */
  auc: number;
  /** From the ranks themselves. */
  aucExact: number;
  /** Mean −log of the true class's probability, in nats. */
  logLoss: number;
  /** Mean squared difference of probabilities and truth: 0 to 1 with one output, 0 to 2 with more (Brier 1950). */
  brier: number;
  /** How well probabilities say how often the answer is right. */
  calibration: Calibration;
  /** How far accuracy, macro F1, Matthews correlation and log loss may be from their values on ever more rows: 95 %. */
  intervals: ScoreIntervals;
  /** With one output only. */
  binary?: BinaryEvaluation;
}

export interface BinaryEvaluation {
  /** The threshold that `confusion` and all that follows from it were made with. */
  threshold: number;
  /** Scores at 101 even thresholds. */
  curve: ThresholdPoint[];
  bestF1: ThresholdPoint;
  bestAccuracy: ThresholdPoint;
}

/**
 * `aucExact` as it is shown to people: with one output and a class that no row is of there is no curve, and Keras's 0 for
 * it would read as the worst there can be. NaN there.
 */
export function areaUnderRoc({ aucExact, binary, perClass }: Evaluation): number {
  return binary && perClass.some(({ support }) => support === 0) ? Number.NaN : aucExact;
}

/** Every metric of a set of predictions. Complains of labels, weights or probabilities that make no sense. */
export const evaluatePredictions = (p: Predictions): Evaluation => atOnce(evaluating(p));

/** As `evaluatePredictions`. */
export function* evaluating(p: Predictions): Pieces<Evaluation> {
  checkPredictions(p);
  yield 0;
  const confusion = confusionMatrix(p);
  const scores = confusionScores(confusion);
  yield 0;
  // Of one output, areas and thresholds look at the same order.
  const ranking = p.outputs === 1 ? yield* ranked(p) : null;
  const areas = { auc: auc(p), aucExact: yield* ranking ? areaOf(ranking) : aucInPieces(p) };
  const losses = { logLoss: logLoss(p), brier: brierScore(p) };
  yield 0;
  const calibrated = calibration(p);
  yield 0;
  const intervals = { ...(yield* confusionIntervals(p, confusion, scores)), logLoss: logLossInterval(p) };
  yield 0;
  return {
    rows: p.labels.length,
    classes: classCount(p.outputs),
    confusion,
    ...scores,
    ...areas,
    ...losses,
    calibration: calibrated,
    intervals,
    ...(ranking ? { binary: yield* binaryEvaluation(ranking, p.threshold) } : {}),
  };
}

function* binaryEvaluation(ranking: Ranking, threshold = DEFAULT_THRESHOLD): Pieces<BinaryEvaluation> {
  return {
    threshold,
    curve: curveOf(ranking),
    bestF1: yield* bestOf(ranking, "f1"),
    bestAccuracy: yield* bestOf(ranking, "accuracy"),
  };
}

/** A row that was given a class not its own. */
export interface Mistake {
  /** Index among the rows measured. */
  row: number;
  /** Index of the true class. */
  label: number;
  /** Index of the class answered. */
  predicted: number;
  /** The probability the model gave to the class it predicted. */
  probability: number;
}

/** Mistakes that are kept until the worst are chosen among them. */
const MOST_MISTAKES = 2 ** 14;

/** The mistakes of which the model was surest, surest first; equals by how little it left for the truth, then by row. */
export function worstMistakes(p: Predictions, limit: number): Mistake[] {
  type Found = Mistake & { truth: number };
  const mistakes: Found[] = [];
  const cut = () => {
    mistakes.sort((a, b) => b.probability - a.probability || a.truth - b.truth || a.row - b.row);
    mistakes.splice(limit);
  };
  for (let row = 0; row < p.labels.length; row++) {
    const label = p.labels[row]!;
    const predicted = predictedClass(p.probabilities, row, p.outputs, p.threshold);
    if (predicted === label) continue;
    const probability = probabilityOf(p, row, predicted);
    mistakes.push({ row, label, predicted, probability, truth: probabilityOf(p, row, label) });
    // Of millions of rows not every mistake is kept.
    if (mistakes.length > MOST_MISTAKES + 2 * limit) cut();
  }
  cut();
  return mistakes.map(({ truth: _, ...mistake }) => mistake);
}
