/** What `train` found in the data, before it learns from it. */
import { amount, count, counted, decimal, percent } from "../../base/numbers.js";
import type { ClassCount, DatasetReport, LengthSummary } from "../../report/data.js";
import type { EncodingReport } from "../../tokens/vectorizer.js";
import { PLAIN, type Style } from "../terminal.js";
import { bar, excerpt, table } from "./table.js";

/** Labels shown one by one; the rest in a line. */
const MOST_LABELS = 12;

export function overviewText(
  { rows, repeated, classes, labelsPerRow, amounts, segment, lengths, vocabulary }: DatasetReport,
  style: Style = PLAIN,
): string {
  const total = rows.train + (rows.validation ?? 0) + (rows.test ?? 0);
  const parts = [
    `${count(rows.train)} to learn from`,
    ...(rows.validation === undefined ? [] : [`${count(rows.validation)} to stop by`]),
    ...(rows.test === undefined ? [] : [`${count(rows.test)} to measure on`]),
  ];
  return [
    style.bold(
      `${counted(total, "text")}, ${amounts ? `amounts from ${amount(amounts.least)} to ${amount(amounts.most)}` : counted(classes.length, "label")}`,
    ),
    `  ${parts.join(", ")}`,
    ...(repeated ? [`  ${repeatedText(repeated, rows.test ?? 0)}`] : []),
    ...classLines(classes, rows.train),
    ...(labelsPerRow === undefined ? [] : [`  labels a text: ${decimal(labelsPerRow, 2)}`]),
    ...(amounts
      ? [`  amounts to learn: median ${amount(amounts.median)}, mean ${amount(amounts.mean)}`]
      : []),
    ...(segment === undefined
      ? []
      : [`  written without spaces between words: cut into ${segment} (--segment)`]),
    ...(lengths === undefined ? [] : lengthLines(lengths)),
    ...(vocabulary === undefined ? [] : [vocabularyLine(vocabulary)]),
  ].join("\n");
}

/** Figures on what was learned are no figures on what is new. */
export const repeatedText = (repeated: number, test: number): string =>
  `${count(repeated)} of the ${counted(test, "text")} to measure on also ${repeated === 1 ? "stands" : "stand"} among those to learn from, which flatters the figures`;

function classLines(classes: readonly ClassCount[], total: number): string[] {
  const largest = [...classes].sort((a, b) => b.train - a.train);
  const shown = largest.slice(0, MOST_LABELS).map(({ label, train }) => {
    const share = total > 0 ? train / total : 0;
    return [excerpt(label, 24), count(train), percent(share), bar(share, 24).padEnd(24)];
  });
  const rest = classes.length - shown.length;
  return [...(shown.length > 0 ? [table(shown)] : []), ...(rest > 0 ? [`  and ${count(rest)} more`] : [])];
}

function lengthLines({ rows, median, percentile95, longest, cut, truncated }: LengthSummary): string[] {
  const share = percent(rows > 0 ? truncated / rows : 0);
  const cutLine =
    cut === null
      ? "all words are read"
      : truncated === 0
        ? `none is longer than the ${count(cut)} that are read`
        : `${counted(truncated, "text")} (${share}) longer than the ${count(cut)} that are read`;
  return [
    `  words a text: median ${count(median)}, 95 % up to ${count(percentile95)}, longest ${count(longest)}`,
    `  ${cutLine}`,
  ];
}

function vocabularyLine({ size, distinct }: NonNullable<DatasetReport["vocabulary"]>): string {
  return `  vocabulary: ${count(size)} entries for ${counted(distinct, "different word")}`;
}

/**
 * What becomes of the words on their way into the network, once the vocabulary is known.
 * @param unseen words that it lacks, of texts that it was not learned from where there are any
 */
export function encodingText(
  encoding: EncodingReport,
  vocabulary: number,
  length: number,
  { of, ...unseen }: UnknownWords = { of: "training", ...encoding },
): string {
  const { rows, tokens, ids, truncatedRows, truncatedIds } = encoding;
  const unknown = percent(unseen.tokens > 0 ? unseen.outOfVocabulary / unseen.tokens : 0);
  const leftOut = ids < tokens ? " and left out" : "";
  const cut =
    truncatedRows === 0
      ? `no text is cut at ${count(length)}`
      : `${counted(truncatedRows, "text")} (${percent(truncatedRows / rows)}) cut at ${count(length)}, ${percent(truncatedIds / ids)} of the words`;
  return `  vocabulary of ${count(vocabulary)}: ${unknown} of the words${UNKNOWN_OF[of]} unknown${leftOut}; ${cut}`;
}

/** Words that a vocabulary lacks, and in which texts. */
export interface UnknownWords {
  of: "test" | "validation" | "training";
  tokens: number;
  outOfVocabulary: number;
}

const UNKNOWN_OF = { test: " to measure on", validation: " to stop by", training: "" } as const;
