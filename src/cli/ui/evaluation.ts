/** An evaluation as text: scores, a row a label, the confusion matrix, the worst mistakes. */
import type { ClassifierEvaluation } from "../../text/classifier.js";
import { count, excerpt, heading, percent, table } from "./format.js";

/** Wider matrices do not fit into 80 columns; the report has them. */
const WIDEST_MATRIX = 8;

export function evaluationText(evaluation: ClassifierEvaluation): string {
  const { rows, accuracy, macro, mcc, aucExact, loss, labels } = evaluation;
  const scores = [
    `accuracy ${percent(accuracy, 2)}`,
    `macro F1 ${macro.f1.toFixed(3)}`,
    `MCC ${mcc.toFixed(3)}`,
    ...(labels.length === 2 ? [`AUC ${aucExact.toFixed(3)}`] : []),
    `loss ${loss.toFixed(4)}`,
  ];
  const parts = [
    `${heading(`${count(rows)} texts measured`)}: ${scores.join(" · ")}`,
    perClassText(evaluation),
  ];
  if (labels.length <= WIDEST_MATRIX) parts.push(confusionText(evaluation));
  if (evaluation.mistakes.length > 0) parts.push(mistakesText(evaluation));
  return parts.join("\n\n");
}

function perClassText({ perClass, labels }: ClassifierEvaluation): string {
  const rows = perClass.map(({ precision, recall, f1, support }, k) => [
    excerpt(labels[k]!, 24),
    precision.toFixed(3),
    recall.toFixed(3),
    f1.toFixed(3),
    count(support),
  ]);
  return table([["label", "precision", "recall", "F1", "texts"], ...rows]);
}

function confusionText({ confusion, labels }: ClassifierEvaluation): string {
  const names = labels.map((label) => excerpt(label, 8));
  const rows = confusion.map((row, k) => [`is ${names[k]}`, ...row.map(count)]);
  return `${heading("Confusion")} (rows: what it is; columns: what was answered)\n${table([["", ...names], ...rows])}`;
}

function mistakesText({ mistakes, labels }: ClassifierEvaluation): string {
  const lines = mistakes.map(({ text, label, predicted, probability }) => {
    const verdict = `${labels[predicted]} ${percent(probability)}, is ${labels[label]}`;
    return `  ${excerpt(verdict, 76)}\n    ${excerpt(text, 74)}`;
  });
  return `${heading("Surest mistakes")}\n${lines.join("\n")}`;
}
