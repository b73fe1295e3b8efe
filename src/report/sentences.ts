/** What the report's page and the model card both say, worded once. */
import { cutToWidth, printable } from "../base/text.js";
import type { MultiLabelEvaluation } from "../classifier/multi-label.js";
import type { LinearRecord } from "../classifier/options.js";
import type { RegressorEvaluation } from "../classifier/regressor.js";
import { amount, count, counted, decimal, percent } from "../drawing/numbers.js";
import type { Calibration } from "../objectives/metrics/calibration.js";
import type { AmountSummary, DatasetReport, LengthSummary, ReportData } from "./data.js";
import { constantF1, scoreText } from "./figures.js";

/** Said loudly: an answer that is no better than none must not be taken for one. */
export const USELESS =
  "It has learned nothing that can be relied on: on rows held out it did no better than an answer that ignores the text.";

/** Figures on what was learned are no figures on what is new. */
export const repeatedSentence = (repeated: number): string =>
  `${counted(repeated, "row")} to test also ${repeated === 1 ? "stands" : "stand"} among those to train, which flatters the figures.`;

export function vocabularySentence({
  size,
  distinct,
  unknownShare,
  unknownOf,
}: NonNullable<DatasetReport["vocabulary"]>): string {
  const of = unknownOf === undefined ? "all words" : `the words of the ${unknownOf} rows`;
  const unknown = unknownShare === undefined ? "" : `; ${percent(unknownShare)} of ${of} are unknown to it`;
  return `The vocabulary keeps ${count(size)} entries of ${counted(distinct, "different word")}${unknown}.`;
}

/** What was done to scripts that set no spaces between words. */
export const segmentSentence = (by: "words" | "characters"): string =>
  `What is written without spaces between words was cut into ${by}, as texts to label are.`;

/** How long texts are, and what of them is read. */
export function lengthSentence({
  rows,
  median,
  percentile95,
  longest,
  cut,
  truncated,
}: LengthSummary): string {
  const lost =
    cut === null
      ? "All tokens are read."
      : truncated === 0
        ? `None is cut at ${count(cut)}.`
        : `${counted(truncated, "row")} (${percent(truncated / rows)}) ${truncated === 1 ? "loses" : "lose"} tokens to the cut at ${count(cut)}.`;
  return `Half have at most ${counted(median, "token")}, 95\u00a0% at most ${count(percentile95)}; the longest has ${count(longest)}. ${lost}`;
}

/** What an interval in brackets is. */
export const INTERVALS =
  "95\u00a0% intervals, which hold what the model would reach on ever more rows like these in 95 of 100 tests.";

/** What the temperature did to an automatic classifier's probabilities. */
export const scaledSentence = ({ before, after }: { before: number; after: number }): string =>
  `Its probabilities were off by ${percent(before)} on average on rows held out, and by ${percent(after)} once they were scaled.`;

/** The probability that calibration is about, in words. */
export const claimOf = ({ of }: Calibration, labels: readonly string[]): string =>
  of === "class 1"
    ? `predicted probability of “${cutToWidth(printable(labels[1]!), 24)}”`
    : "predicted probability";

/** A line a bin. */
export const RELIABILITY_HEADERS = ["predicted", "rows", "mean", "came true", "95\u00a0% interval"];
export function reliabilityRow(bin: Calibration["bins"][number]): string[] {
  const range = `${percent(bin.from)} to ${percent(bin.to)}`;
  if (bin.count === 0) return [range, "0", "–", "–", "–"];
  const interval = `${percent(bin.low)} to ${percent(bin.high)}`;
  return [range, count(bin.count), percent(bin.meanPredicted), percent(bin.observed), interval];
}

/** Scores of a class, or of a mean over classes. */
export const CLASS_SCORES = ["precision", "recall", "F1"];
export const classScores = (scores: { precision: number; recall: number; f1: number }): string[] =>
  [scores.precision, scores.recall, scores.f1].map((score) => percent(score));

/** What of the labels that rows have is not among the model's. */
export function unknownLabelsSentence({ unknownLabels }: MultiLabelEvaluation): string | undefined {
  if (unknownLabels.length === 0) return undefined;
  const names = unknownLabels.map(
    ({ label, rows }) => `${cutToWidth(printable(label), 40)} (${count(rows)})`,
  );
  return `Left out of all figures, as it does not know them: ${named(names, 10)}.`;
}

/** Up to `most` in full, then how many more there are. */
export const named = (names: readonly string[], most: number): string =>
  names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most).join(", ")} and ${count(names.length - most)} more`;

/** A line a label. */
export const LABEL_HEADERS = [
  ...["label", ...CLASS_SCORES, "AUC", "average precision"],
  ...["threshold", "rows", "answered"],
];
export function labelRow(
  { perLabel, thresholds }: Pick<MultiLabelEvaluation, "perLabel" | "thresholds">,
  k: number,
): string[] {
  const { auc, averagePrecision, support, answered, ...scores } = perLabel[k]!;
  const ranked = [auc, averagePrecision].map(scoreText);
  return [...classScores(scores), ...ranked, decimal(thresholds[k]!, 3), count(support), count(answered)];
}

export const THRESHOLDS =
  "A label is answered where its probability is above its threshold. Training sets it to that of best F1 on rows held out, where ten of those had the label and ten had not, else to 0.5.";

/** Why a figure is a dash. */
export const UNRANKED =
  "A dash stands where the rows do not tell, as all of them have the label, or none has.";
export const LEVEL = "A dash stands where a figure is not defined: true amounts or answers do not vary.";

/** How many labels a text has. */
export const labelsPerRowSentence = (labels: number): string =>
  `A row has ${decimal(labels, 2)} labels on average.`;

export const answeredSentence = ({ labelsPerRow: { truth, answered } }: MultiLabelEvaluation): string =>
  `A row has ${decimal(truth, 2)} labels on average and is given ${decimal(answered, 2)}.`;

/** What amounts there are. */
export const amountsSentence = ({ least, median, mean, most }: AmountSummary): string =>
  `The amounts go from ${amount(least)} to ${amount(most)}; their median is ${amount(median)}, their mean ${amount(mean)}.`;

/** Rows by true amount, a line a part. */
export const PART_HEADERS = ["true amounts", "rows", "mean", "mean answered", "four in five answers"];
export function partRow({ rows, truth, predicted }: RegressorEvaluation["parts"][number]): string[] {
  const range = (from: number, to: number) =>
    from === to ? amount(from) : `${amount(from)} to ${amount(to)}`;
  return [
    range(truth.least, truth.most),
    count(rows),
    ...[truth.mean, predicted.mean].map(amount),
    range(predicted.low, predicted.high),
  ];
}

/** What losses and accuracies of epochs are of. */
export const EPOCH_FIGURES = {
  label: undefined,
  labels:
    "Losses are mean binary cross-entropies. Accuracy is of each row and label by itself: where most labels do not apply, answering none of them is mostly right, too.",
  amount:
    "Losses are mean squared errors as shares of the variance of the amounts learned from, 1\u00a0−\u00a0R²: always answering their mean has a loss of 1.",
} as const;

/** What an automatic model of several labels or of amounts tried; the last line is of no model. */
export function linearTable({ members, loss, baseline }: LinearRecord): {
  headers: string[];
  rows: string[][];
} {
  return {
    headers: ["tried, on rows held out", loss, "rows", ""],
    rows: [
      ...members.map(({ name, loss: own, rows, picked }) => [
        name,
        lossText(loss, own),
        count(rows),
        picked ? "picked" : "",
      ]),
      ["an answer that ignores the text", lossText(loss, baseline), "", ""],
    ],
  };
}

export const lossText = (of: LinearRecord["loss"], loss: number): string =>
  of === "log loss" ? decimal(loss) : amount(loss);

/** As a sentence of its own. */
export const closed = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Said where an answer that ignores the text did as well; undefined where none did. */
export function uselessSentence({ evaluation, labelSets, amounts }: ReportData): string | undefined {
  const none = (how: string) => `It is of no use as it is: on the rows measured ${how}.`;
  if (evaluation && evaluation.accuracy <= evaluation.majority)
    return none("it was right no more often than always answering the commonest label is");
  if (
    labelSets &&
    labelSets.micro.f1 <= constantF1(labelSets) &&
    labelSets.subsetAccuracy <= labelSets.commonestSet
  )
    return none("it did no better than always answering the same labels does");
  if (amounts && amounts.rootMeanSquaredError >= amounts.baseline.rootMeanSquaredError)
    return none("it was off by no less than always answering their mean is");
  return undefined;
}
