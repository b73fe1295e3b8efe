import { type CrossValidation, FOLD_FIGURES } from "../../classifier/cross-validate.js";
import { figure, numbersBehind, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { count, counted, decimal, percent } from "../../drawing/numbers.js";
import type { ConfusionMatrix } from "../../objectives/metrics/confusion.js";
import type { BinaryEvaluation, Evaluation } from "../../objectives/metrics.js";
import { calibrationChart } from "../charts/calibration.js";
import { confusionChart, MOST_DRAWN } from "../charts/confusion.js";
import { thresholdChart } from "../charts/threshold.js";
import {
  CLASS_SCORES,
  claimOf,
  classScores,
  INTERVALS,
  RELIABILITY_HEADERS,
  reliabilityRow,
} from "../sentences.js";

/** Rows of the list of confused pairs. */
const MOST_PAIRS = 10;

export function resultsSection(evaluation: Evaluation, labels: readonly string[], rowsAre: string): Markup {
  const right = evaluation.confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  return section(
    "results",
    `Results on the ${rowsAre} rows`,
    html`<p>${count(right)} of ${counted(evaluation.rows, "row")} were given their own label. In brackets above: ${INTERVALS}</p>`,
    html`<div class="pair">${evaluation.classes <= MOST_DRAWN && confusionFigure(evaluation.confusion, labels)}<div>${classTable(evaluation, labels)}${evaluation.classes > 2 && pairTable(evaluation.confusion, labels)}</div></div>`,
  );
}

/** Figures of each fold, and how far they are apart. */
export function foldsSection({ folds, ...figures }: CrossValidation): Markup {
  const row = (of: (name: (typeof FOLD_FIGURES)[number]) => number) =>
    FOLD_FIGURES.map((name) => FOLD_FORMATS[name](of(name)));
  return section(
    "folds",
    "Cross-validation",
    html`<p>Before it learned from all rows, others like it learned from all but a part of them, and were measured on that part: ${count(folds.length)} in turn. Rows of a label are spread evenly; the spread is the standard deviation from fold to fold.</p>`,
    table({
      caption: "Fold by fold",
      headers: ["", "accuracy", "macro F1", "Matthews correlation", "log loss", "rows"],
      rows: folds.map((fold) => [
        `fold ${fold.number}`,
        ...row((name) => fold[name]),
        count(fold.rows.measured),
      ]),
      footers: [
        ["mean", ...row((name) => figures[name].mean), ""],
        ["spread", ...row((name) => figures[name].spread), ""],
      ],
    }),
  );
}

const three = (value: number): string => decimal(value, 3);
const FOLD_FORMATS = { accuracy: percent, macroF1: three, mcc: three, loss: three };

function confusionFigure(matrix: ConfusionMatrix, labels: readonly string[]): Markup {
  return figure(
    "Confusion matrix",
    confusionChart(matrix, labels),
    html`<p>A row is a true label, a column a predicted one; shades are shares of the row.</p>`,
    numbersBehind({
      caption: "Rows: true labels; columns: predicted",
      headers: ["true label", ...labels.map(foreign)],
      rows: matrix.map((row, k) => [foreign(labels[k]!), ...row.map(count)]),
    }),
  );
}

function pairTable(matrix: ConfusionMatrix, labels: readonly string[]): Markup | false {
  const pairs = confusedPairs(matrix).slice(0, MOST_PAIRS);
  if (pairs.length === 0) return false;
  return html`<h3>Most often confused</h3>${table({
    wordColumns: 2,
    headers: ["true", "predicted", "rows", "of its class"],
    rows: pairs.map(({ from, to, rows, share }) => [
      foreign(labels[from]!),
      foreign(labels[to]!),
      count(rows),
      percent(share),
    ]),
  })}`;
}

/** Cells off the diagonal, largest first. */
function confusedPairs(matrix: ConfusionMatrix) {
  return matrix
    .flatMap((row, from) => {
      const total = row.reduce((a, b) => a + b, 0);
      return row.map((rows, to) => ({ from, to, rows, share: total > 0 ? rows / total : 0 }));
    })
    .filter(({ from, to, rows }) => from !== to && rows > 0)
    .sort((a, b) => b.rows - a.rows);
}

function classTable({ perClass, macro, weighted }: Evaluation, labels: readonly string[]): Markup {
  return html`<h3>Class by class</h3>${table({
    headers: ["class", ...CLASS_SCORES, "rows"],
    rows: perClass.map((each, k) => [foreign(labels[k]!), ...classScores(each), count(each.support)]),
    footers: [
      ["mean of classes", ...classScores(macro), ""],
      ["weighted by rows", ...classScores(weighted), ""],
    ],
  })}<p class="quiet">Precision: of the rows given this label, how many are of it. Recall: of the rows of this label, how many were found. F1: the harmonic mean of the two.</p>`;
}

export function certaintySection(evaluation: Evaluation, labels: readonly string[]): Markup {
  const { calibration, binary, logLoss, brier } = evaluation;
  const one = labels[1]!;
  const claim = claimOf(calibration, labels);
  return section(
    "certainty",
    "How far to trust its probabilities",
    html`<div class="pair">${figure(
      "Calibration",
      calibrationChart(calibration, claim),
      html`<p>On the dotted line, what is called 80\u00a0% likely comes true 8 times in 10. Uprights are 95\u00a0% intervals: short where many rows stand behind a point. Mean distance from the line, weighted by rows (expected calibration error): ${percent(calibration.expectedError)}. Log loss ${decimal(logLoss)}, Brier score ${decimal(brier)}.</p>`,
      numbersBehind({
        caption: `Rows by ${claim}`,
        headers: RELIABILITY_HEADERS,
        rows: calibration.bins.map(reliabilityRow),
      }),
    )}${binary && thresholdFigure(binary, one)}</div>`,
  );
}

function thresholdFigure(binary: BinaryEvaluation, one: string): Markup {
  const { threshold, bestF1, bestAccuracy, curve } = binary;
  return figure(
    "Threshold",
    thresholdChart(binary),
    html`<p>A row is called ${foreign(one)} when its probability is above the threshold, here ${decimal(threshold, 2)}. On these rows ${decimal(bestF1.threshold, 2)} gives the best F1 (${percent(bestF1.f1)}) and ${decimal(bestAccuracy.threshold, 2)} the best accuracy (${percent(bestAccuracy.accuracy)}); choose a threshold on rows that the result is not measured on.</p>`,
    numbersBehind({
      caption: `Scores of ${one} by threshold`,
      headers: ["threshold", "precision", "recall", "F1", "accuracy"],
      rows: curve
        .filter((_, k) => k % 10 === 0)
        .map((p) => [
          decimal(p.threshold, 2),
          percent(p.precision),
          percent(p.recall),
          percent(p.f1),
          percent(p.accuracy),
        ]),
    }),
  );
}
