/** The figures that tell how good a model is on the whole, in words: tiles of the page, a list of the card. */
import type { MultiLabelEvaluation } from "../classifier/multi-label.js";
import type { RegressorEvaluation } from "../classifier/regressor.js";
import { amount, bracketed, decimal, percent } from "../drawing/numbers.js";

/** A figure, the most telling first. */
export interface Figure {
  /** "micro F1" */
  name: string;
  value: string;
  /** " (70.1–81.2)", or "". */
  interval: string;
  /** What is reached without a model: "always the mean: 120". */
  beside?: string;
}

const three = (value: number | null): string => (value === null ? "–" : decimal(value, 3));
/** Not defined is "–". */
export const scoreText = three;

export function labelSetFigures(evaluation: MultiLabelEvaluation): Figure[] {
  const { micro, macro, subsetAccuracy, jaccard, hammingLoss, logLoss, intervals } = evaluation;
  const figure = (name: string, value: string, interval = ""): Figure => ({ name, value, interval });
  return [
    {
      ...figure("micro F1", percent(micro.f1), bracketed(intervals.microF1, percent)),
      beside: `always the same labels: at most ${percent(constantF1(evaluation))}`,
    },
    figure("macro F1", percent(macro.f1), bracketed(intervals.macroF1, percent)),
    {
      ...figure("all labels right", percent(subsetAccuracy), bracketed(intervals.subsetAccuracy, percent)),
      beside: `always the commonest set: ${percent(evaluation.commonestSet)}`,
    },
    figure("Jaccard similarity", percent(jaccard)),
    figure("Hamming loss", percent(hammingLoss)),
    figure("log loss", decimal(logLoss, 3)),
  ];
}

export function amountFigures(evaluation: RegressorEvaluation): Figure[] {
  const { r2, rootMeanSquaredError, meanAbsoluteError, medianAbsoluteError } = evaluation;
  const { pearson, spearman, baseline, intervals } = evaluation;
  return [
    { name: "R²", value: three(r2), interval: intervals.r2 ? bracketed(intervals.r2, three) : "" },
    {
      name: "root mean square error",
      value: amount(rootMeanSquaredError),
      interval: bracketed(intervals.rootMeanSquaredError, amount),
      beside: `always the mean: ${amount(baseline.rootMeanSquaredError)}`,
    },
    {
      name: "mean absolute error",
      value: amount(meanAbsoluteError),
      interval: bracketed(intervals.meanAbsoluteError, amount),
      beside: `always the median: ${amount(baseline.meanAbsoluteError)}`,
    },
    { name: "median absolute error", value: amount(medianAbsoluteError), interval: "" },
    { name: "correlation", value: three(pearson), interval: "" },
    { name: "correlation of ranks", value: three(spearman), interval: "" },
  ];
}

/**
 * The best micro F1 of answering every text with the same labels: of the commonest k labels 2 · their rows / (k · rows + all),
 * for the best k.
 */
export function constantF1({ perLabel, rows }: MultiLabelEvaluation): number {
  const supports = perLabel.map(({ support }) => support).sort((a, b) => b - a);
  const all = supports.reduce((sum, support) => sum + support, 0);
  let [found, best] = [0, 0];
  supports.forEach((support, k) => {
    found += support;
    if (found > 0) best = Math.max(best, (2 * found) / ((k + 1) * rows + all));
  });
  return best;
}
