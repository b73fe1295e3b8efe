/** What the report's page and the model card both say, worded once. */
import { cutToWidth, printable } from "../base/text.js";
import { count, counted, percent } from "../drawing/numbers.js";
import type { Calibration } from "../objectives/metrics/calibration.js";
import type { DatasetReport, LengthSummary } from "./data.js";

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
