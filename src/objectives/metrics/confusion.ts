import { classCount, type Predictions, predictedClass, ratio, weightOf } from "./predictions.js";

/** [actual][predicted]: rows counted, or their weights added. */
export type ConfusionMatrix = number[][];

export interface Scores {
  /** Of the rows that were given this class, the share that belong to it: TP / (TP + FP). 0 where none were given. */
  precision: number;
  /** Of the rows of this class, the share that was found: TP / (TP + FN). 0 where there are none. */
  recall: number;
  /** Harmonic mean of the two: 2 TP / (2 TP + FP + FN). 0 where that is 0/0. */
  f1: number;
}

export interface ClassScores extends Scores {
  /** Rows of this class, or their weights added. */
  support: number;
}

export interface ConfusionScores {
  /** Share of rows given their own class. */
  accuracy: number;
  /** Share of the commonest class: what always answering it would reach. */
  majority: number;
  perClass: ClassScores[];
  /** Plain mean over every class, those without rows included (as scikit-learn with all labels named). */
  macro: Scores;
  /** Mean over classes weighted by support. */
  weighted: Scores;
  /** Matthews correlation, Gorodkin's form for K classes; 0 where rows or answers are of one class only. */
  mcc: number;
}

/** What F1 and Matthews correlation are made of, class by class: rows of it, answers of it, and both at once. */
export interface Margins {
  readonly actual: number[];
  readonly predicted: number[];
  readonly correct: number[];
}

export function emptyConfusion(classes: number): ConfusionMatrix {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/** Counts of (actual, predicted), with weights where given. */
export function confusionMatrix(p: Predictions): ConfusionMatrix {
  const matrix = emptyConfusion(classCount(p.outputs));
  for (let row = 0; row < p.labels.length; row++) {
    const predicted = predictedClass(p.probabilities, row, p.outputs, p.threshold);
    matrix[p.labels[row]!]![predicted]! += weightOf(p, row);
  }
  return matrix;
}

/** Everything that follows from a confusion matrix alone. An undefined ratio is 0. */
export function confusionScores(matrix: ConfusionMatrix): ConfusionScores {
  const margins = marginsOf(matrix);
  const { actual, correct } = margins;
  const total = sum(actual);
  const perClass = matrix.map((_, k) => classScores(margins, k));
  return {
    accuracy: ratio(sum(correct), total),
    majority: ratio(Math.max(0, ...actual), total),
    perClass,
    macro: average(
      perClass,
      perClass.map(() => 1),
    ),
    weighted: average(perClass, actual),
    mcc: matthews(margins),
  };
}

export function marginsOf(matrix: ConfusionMatrix): Margins {
  return {
    actual: matrix.map(sum),
    predicted: matrix.map((_, k) => sum(matrix.map((row) => row[k]!))),
    correct: matrix.map((row, k) => row[k]!),
  };
}

/** The scores of one class. An undefined ratio is 0. */
export function classScores(margins: Margins, k: number): ClassScores {
  const { actual, predicted, correct } = margins;
  return {
    precision: ratio(correct[k]!, predicted[k]!),
    recall: ratio(correct[k]!, actual[k]!),
    f1: f1Of(margins, k),
    support: actual[k]!,
  };
}

export function f1Of({ actual, predicted, correct }: Margins, k: number): number {
  return ratio(2 * correct[k]!, actual[k]! + predicted[k]!);
}

/** The mean of each score over classes, by their weights. */
export function average(perClass: readonly Scores[], weights: number[]): Scores {
  const mean = (field: keyof Scores) =>
    ratio(sum(perClass.map((scores, k) => scores[field] * weights[k]!)), sum(weights));
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)) — Gorodkin, "Comparing two K-category assignments" (2004). */
export function matthews({ actual, predicted, correct }: Margins): number {
  const dot = (a: number[], b: number[]) => sum(a.map((x, k) => x * b[k]!));
  const total = sum(actual);
  const covariance = sum(correct) * total - dot(actual, predicted);
  const spread = (total ** 2 - dot(predicted, predicted)) * (total ** 2 - dot(actual, actual));
  return spread <= 0 ? 0 : covariance / Math.sqrt(spread);
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
