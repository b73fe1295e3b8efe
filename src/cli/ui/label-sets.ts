/** An evaluation of several labels a text as text: scores, a row a label, the worst mistakes. */
import { bracketed, count, counted, decimal, percent } from "../../base/numbers.js";
import type { MultiLabelEvaluation } from "../../classifier/multi-label.js";
import { PLAIN, type Style } from "../terminal.js";
import { type Figure, textLines } from "./evaluation.js";
import { excerpt, table } from "./table.js";

/** Labels listed in the table of scores; beyond, those that do worst. */
const MOST_LABELS = 30;

export function labelSetsText(evaluation: MultiLabelEvaluation, style: Style = PLAIN): string {
  const { rows, commonestSet, labelsPerRow, mistakes } = evaluation;
  const scores = labelSetFigures(evaluation).map(({ name, value, interval }, k) => {
    return `${name} ${k === 0 ? style.bold(value) : value}${interval}`;
  });
  const two = (value: number) => decimal(value, 2);
  return [
    [
      `${style.bold(`Measured on ${counted(rows, "text")}`)} (in brackets: 95 % intervals)`,
      `  ${scores.slice(0, 2).join("   ")}`,
      `  ${scores.slice(2).join("   ")}`,
      style.dim(`  always answering the commonest labels: ${percent(commonestSet, 2)} of texts right`),
      style.dim(
        `  labels a text: ${two(labelsPerRow.truth)}, answered ${two(labelsPerRow.answered)}; each label by its threshold`,
      ),
    ].join("\n"),
    labelTable(evaluation),
    ...(mistakes.length > 0 ? [mistakesText(evaluation, style)] : []),
  ].join("\n\n");
}

/** The figures that tell how good it is on the whole, the most telling first. */
export function labelSetFigures(evaluation: MultiLabelEvaluation): Figure[] {
  const { micro, macro, subsetAccuracy, hammingLoss, jaccard, logLoss, intervals } = evaluation;
  const three = (value: number) => decimal(value, 3);
  return [
    { name: "micro F1", value: three(micro.f1), interval: bracketed(intervals.microF1, three) },
    { name: "macro F1", value: three(macro.f1), interval: bracketed(intervals.macroF1, three) },
    {
      name: "all labels right",
      value: percent(subsetAccuracy, 2),
      interval: bracketed(intervals.subsetAccuracy, (share) => percent(share)),
    },
    { name: "Jaccard", value: three(jaccard), interval: "" },
    { name: "Hamming loss", value: percent(hammingLoss, 2), interval: "" },
    { name: "loss", value: decimal(logLoss), interval: "" },
  ];
}

/** Precision, recall, F1, area under the curve and threshold of each label; with very many, of those that do worst. */
function labelTable({ perLabel, labels, thresholds }: MultiLabelEvaluation): string {
  const all = perLabel.map((scores, k) => ({ ...scores, label: labels[k]!, threshold: thresholds[k]! }));
  const shown =
    all.length <= MOST_LABELS
      ? all
      : all.sort((a, b) => a.f1 - b.f1 || b.support - a.support).slice(0, MOST_LABELS);
  const three = (value: number | null) => (value === null ? "–" : decimal(value, 3));
  const lines = shown.map(({ label, precision, recall, f1, auc, threshold, support, answered }) => [
    excerpt(label, 28),
    ...[precision, recall, f1, auc, threshold].map(three),
    count(support),
    count(answered),
  ]);
  const text = table([["label", "precision", "recall", "F1", "AUC", "above", "texts", "answered"], ...lines]);
  const rest = perLabel.length - shown.length;
  return rest > 0 ? `${text}\n  the worst by F1; ${count(rest)} more do better` : text;
}

/** The texts whose labels it was surest to have wrong. */
function mistakesText({ mistakes }: MultiLabelEvaluation, style: Style): string {
  const parts = mistakes.map(({ text, missed, wrong }) => {
    const verdict = [
      ...(wrong.length > 0 ? [`answered ${style.bad(named(wrong))}`] : []),
      ...(missed.length > 0 ? [`missed ${style.bad(named(missed))}`] : []),
    ];
    return [`  ${verdict.join(", ")}`, ...textLines(text).map((line) => `    ${line}`)].join("\n");
  });
  return [style.bold("Worst mistakes"), ...parts].join("\n");
}

const named = (labels: readonly string[]): string => labels.map((label) => excerpt(label, 28)).join(" and ");
