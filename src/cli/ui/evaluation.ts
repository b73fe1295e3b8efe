/** An evaluation as text: scores, a row a label, the confusion matrix, the worst mistakes. */
import { bracketed, chance, count, counted, decimal, percent } from "../../base/numbers.js";
import { printable, takeWidth, wrapToWidth } from "../../base/text.js";
import type { RejectingScores } from "../../classifier/rejecting.js";
import { areaUnderRoc, type Evaluation, type Mistake } from "../../objectives/metrics.js";
import { PLAIN, type Style, shownWidth, WIDTH } from "../terminal.js";
import { excerpt, table } from "./table.js";

/** Labels listed in the table of scores; beyond, those that do worst. */
const MOST_LABELS = 30;
/** Columns of a matrix that could fit at all. */
const MOST_COLUMNS = 20;
/** Pairs listed where the confusion matrix is too wide. */
const MOST_PAIRS = 8;
/** With fewer texts of a label the bootstrap cannot tell how its F1 may move: see docs/training.md. */
const FEW_TEXTS = 10;
/** Lines of a mistake's text. */
const MOST_LINES = 3;

export interface EvaluationView extends Evaluation {
  labels: readonly string[];
  mistakes: readonly (Mistake & { text: string })[];
  rejecting?: RejectingScores;
}

export function evaluationText(evaluation: EvaluationView, style: Style = PLAIN): string {
  const { confusion, labels, mistakes } = evaluation;
  return [
    scoresText(evaluation, style),
    labelTable(evaluation),
    confusionText(confusion, labels, style),
    ...(mistakes.length > 0 ? [mistakesText(mistakes, labels, style)] : []),
  ].join("\n\n");
}

function scoresText(evaluation: EvaluationView, style: Style): string {
  const { rows, majority, perClass, labels, rejecting } = evaluation;
  const commonest = perClass.reduce(
    (best, { support }, k) => (support > perClass[best]!.support ? k : best),
    0,
  );
  const scores = figuresOf(evaluation).map(({ name, value, interval }) => {
    return `${name} ${name === "accuracy" ? style.bold(value) : value}${interval}`;
  });
  return [
    `${style.bold(`Measured on ${counted(rows, "text")}`)} (in brackets: 95 % intervals)`,
    `  ${scores.slice(0, 2).join("   ")}`,
    `  ${scores.slice(2).join("   ")}`,
    style.dim(`  always answering ${excerpt(labels[commonest]!, 30)}: ${percent(majority, 2)}`),
    ...rarest(evaluation).map(style.dim),
    ...(rejecting ? rejectingLines(rejecting, style) : []),
  ].join("\n");
}

/** What is left answered, and how well; all the other numbers are of every text. */
function rejectingLines(
  { reject, coverage, answered, unsure, strange }: RejectingScores,
  style: Style,
): string[] {
  const { rows, accuracy } = answered;
  const right = accuracy === null ? "none of them" : `accuracy ${style.bold(percent(accuracy, 2))}`;
  return [
    `  rejecting below ${percent(reject)}: ${count(rows)} answered (coverage ${percent(coverage, 2)}), ${right}`,
    style.dim(`  rejected: ${count(unsure)} unsure, ${count(strange)} strange; what follows is of all texts`),
  ];
}

/** A line on the label of the fewest texts, where they are too few for macro F1's interval. */
function rarest({ perClass, labels }: EvaluationView): string[] {
  const rare = perClass.reduce((best, { support }, k) => (support < perClass[best]!.support ? k : best), 0);
  const { support } = perClass[rare]!;
  if (support >= FEW_TEXTS) return [];
  const texts = support === 0 ? "no text is" : `only ${support === 1 ? "1 text is" : `${support} texts are`}`;
  return [`  ${texts} ${excerpt(labels[rare]!, 24)}: macro F1 may be further off`];
}

/** A figure in words, with its interval in brackets where it has one. */
export interface Figure {
  name: string;
  value: string;
  interval: string;
}

/** The figures that tell how good a classifier is on the whole, the most telling first. */
export function figuresOf(evaluation: Evaluation): Figure[] {
  const { accuracy, macro, mcc, logLoss, calibration, intervals } = evaluation;
  const three = (value: number) => decimal(value, 3);
  return [
    {
      name: "accuracy",
      value: percent(accuracy, 2),
      interval: bracketed(intervals.accuracy, (share) => percent(share)),
    },
    { name: "macro F1", value: three(macro.f1), interval: bracketed(intervals.macroF1, three) },
    { name: "MCC", value: three(mcc), interval: bracketed(intervals.mcc, three) },
    { name: "AUC", value: three(areaUnderRoc(evaluation)), interval: "" },
    { name: "loss", value: decimal(logLoss), interval: "" },
    { name: "ECE", value: percent(calibration.expectedError), interval: "" },
  ];
}

/** Precision, recall, F1 and rows of each label; with very many, of those that do worst. */
export function labelTable({ perClass, labels }: EvaluationView): string {
  const all = perClass.map((scores, k) => ({ ...scores, label: labels[k]! }));
  const shown =
    all.length <= MOST_LABELS
      ? all
      : all.sort((a, b) => a.f1 - b.f1 || b.support - a.support).slice(0, MOST_LABELS);
  const lines = shown.map(({ label, precision, recall, f1, support }) => [
    excerpt(label, 32),
    decimal(precision, 3),
    decimal(recall, 3),
    decimal(f1, 3),
    count(support),
  ]);
  const text = table([["label", "precision", "recall", "F1", "texts"], ...lines]);
  const rest = perClass.length - shown.length;
  return rest > 0 ? `${text}\n  the worst by F1; ${count(rest)} more do better` : text;
}

/** The matrix where it fits 80 columns, else the pairs most often confused. */
export function confusionText(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  style: Style = PLAIN,
): string {
  const matrix = labels.length <= MOST_COLUMNS ? matrixText(confusion, labels, style) : undefined;
  if (matrix?.split("\n").every((line) => shownWidth(line) <= WIDTH)) {
    return `${style.bold("Confusion")} (rows: what it is; columns: what was answered)\n${matrix}`;
  }
  return `${style.bold("Most often confused")}\n${pairTable(confusion, labels)}`;
}

function matrixText(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  style: Style,
): string {
  const names = labels.map((label) => excerpt(label, 10));
  const rows = confusion.map((row, k) => [
    `is ${names[k]}`,
    ...row.map((value, j) => paint(value, j === k, style)),
  ]);
  return table([["", ...names], ...rows]);
}

function paint(value: number, right: boolean, style: Style): string {
  const text = count(value);
  if (value === 0) return style.dim(text);
  return right ? style.good(text) : style.bad(text);
}

function pairTable(confusion: readonly (readonly number[])[], labels: readonly string[]): string {
  const pairs = confusion.flatMap((row, from) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((value, to) => ({ from, to, value, share: value / total }));
  });
  const wrong = pairs.filter(({ from, to, value }) => from !== to && value > 0);
  if (wrong.length === 0) return "  nothing";
  wrong.sort((a, b) => b.value - a.value);
  return table(
    wrong
      .slice(0, MOST_PAIRS)
      .map(({ from, to, value, share }) => [
        `${excerpt(labels[from]!, 24)} as ${excerpt(labels[to]!, 24)}`,
        count(value),
        `${percent(share)} of it`,
      ]),
  );
}

/** The mistakes it was surest of, each with its text in a few lines. */
export function mistakesText(
  mistakes: EvaluationView["mistakes"],
  labels: readonly string[],
  style: Style = PLAIN,
  heading = "Surest mistakes",
): string {
  const parts = mistakes.map(({ text, label, predicted, probability }) => {
    const answer = style.bad(`${excerpt(labels[predicted]!, 28)} ${chance(probability)}`);
    const verdict = `  ${answer}, is ${excerpt(labels[label]!, 28)}`;
    return [verdict, ...textLines(text).map((line) => `    ${line}`)].join("\n");
  });
  return `${style.bold(heading)}\n${parts.join("\n")}`;
}

export function textLines(text: string): string[] {
  const width = WIDTH - 4;
  // More than can be shown is not even looked at.
  const start = printable(text.slice(0, 20 * WIDTH * MOST_LINES)).trim();
  if (start === "") return ["(empty)"];
  const lines = wrapToWidth(start, width);
  if (lines.length <= MOST_LINES) return lines;
  const last = takeWidth(lines[MOST_LINES - 1]!, width - 1);
  return [...lines.slice(0, MOST_LINES - 1), `${last}…`];
}
