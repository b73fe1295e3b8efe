/** Results of what answers with any number of labels. */
import type { MultiLabelEvaluation } from "../../classifier/multi-label.js";
import { figure, numbersBehind, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { count, counted, percent } from "../../drawing/numbers.js";
import { barChart } from "../charts/bars.js";
import {
  answeredSentence,
  CLASS_SCORES,
  classScores,
  INTERVALS,
  LABEL_HEADERS,
  labelRow,
  THRESHOLDS,
  UNRANKED,
  unknownLabelsSentence,
} from "../sentences.js";

/** Labels that are drawn, and listed openly; of more, those that do worst. */
const MOST_LABELS = 24;

export function labelSetResults(evaluation: MultiLabelEvaluation, rowsAre: string): Markup {
  const { rows, subsetAccuracy, perLabel, labels } = evaluation;
  const unknown = unknownLabelsSentence(evaluation);
  const worst = [...labels.keys()].sort(
    (a, b) => perLabel[a]!.f1 - perLabel[b]!.f1 || perLabel[b]!.support - perLabel[a]!.support,
  );
  const shown = labels.length > MOST_LABELS ? worst.slice(0, MOST_LABELS) : [...labels.keys()];
  return section(
    "results",
    `Results on the ${rowsAre} rows`,
    html`<p>${count(Math.round(rows * subsetAccuracy))} of ${counted(rows, "row")} were given all their labels, no more and no fewer. ${answeredSentence(evaluation)} In brackets above: ${INTERVALS}</p>`,
    unknown !== undefined && html`<p>${foreign(unknown)}</p>`,
    html`<div class="pair">${f1Figure(evaluation, shown)}<div><h3>What the figures are</h3>${EXPLAINED.map(
      (text) => html`<p class="quiet">${text}</p>`,
    )}<p class="quiet">${THRESHOLDS}</p></div></div>`,
    labelTable(evaluation, shown),
  );
}

const EXPLAINED = [
  "Micro F1 counts all answers alike, whatever their label; macro F1 is the mean of the labels' own. Jaccard similarity: of the labels that a row has or is given, how many are both, on average. Hamming loss: of all questions whether a row has a label, how many were answered wrong.",
  "Precision: of the rows given this label, how many have it. Recall: of the rows that have it, how many were given it. F1: the harmonic mean of the two. AUC and average precision tell how well probabilities put the rows that have a label before the others, whatever its threshold.",
];

function f1Figure({ perLabel, labels }: MultiLabelEvaluation, shown: readonly number[]): Markup {
  return figure(
    "F1 of each label",
    barChart(
      {
        id: "labels",
        title: "F1 of each label",
        description: shown.map((k) => `${labels[k]} ${percent(perLabel[k]!.f1)}`).join(", "),
      },
      shown.map((k) => ({ name: labels[k]!, value: perLabel[k]!.f1, text: percent(perLabel[k]!.f1) })),
      1,
    ),
    shown.length < labels.length && html`<p>The ${shown.length} lowest of ${count(labels.length)}.</p>`,
  );
}

function labelTable(evaluation: MultiLabelEvaluation, shown: readonly number[]): Markup {
  const { labels, micro, macro, perLabel } = evaluation;
  const row = (k: number) => [foreign(labels[k]!), ...labelRow(evaluation, k)];
  const empty = LABEL_HEADERS.slice(1 + CLASS_SCORES.length).map(() => "");
  const isUnranked = perLabel.some(({ auc, averagePrecision }) => auc === null || averagePrecision === null);
  const all = labels.length > shown.length;
  return html`<h3>Label by label</h3>${table({
    ...(all ? { caption: `The ${shown.length} of lowest F1` } : {}),
    headers: LABEL_HEADERS,
    rows: shown.map(row),
    footers: [
      ["mean of labels", ...classScores(macro), ...empty],
      ["all answers", ...classScores(micro), ...empty],
    ],
  })}${isUnranked && html`<p class="quiet">${UNRANKED}</p>`}${
    all &&
    numbersBehind({
      caption: `All ${count(labels.length)} labels`,
      headers: LABEL_HEADERS,
      rows: labels.map((_, k) => row(k)),
    })
  }`;
}
