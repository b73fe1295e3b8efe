import { printable } from "../base/text.js";
import { type Content, foreign, html, Markup } from "../drawing/markup.js";
import { amount, bracketed, count, counted, decimal, duration, percent } from "../drawing/numbers.js";
import { STYLE } from "../drawing/style.js";
import { totalsOf } from "../model/summary/data.js";
import { areaUnderRoc, type Evaluation } from "../objectives/metrics.js";
import { answersOf, checkReport, type ReportData } from "./data.js";
import { amountFigures, type Figure, labelSetFigures } from "./figures.js";
import { amountResults } from "./sections/amounts.js";
import { CARD_STYLE, cardSection } from "./sections/card.js";
import { labelSetResults } from "./sections/label-sets.js";
import { amountMistakes, labelSetMistakes, mistakesSection } from "./sections/mistakes.js";
import { certaintySection, foldsSection, resultsSection } from "./sections/results.js";
import {
  choiceSection,
  dataSection,
  learningSection,
  linearSection,
  modelSection,
  settingsSection,
  sizesSection,
} from "./sections/training.js";

/**
 * A training report as one HTML page that needs nothing else: no scripts, no network, pictures inline. It forbids itself
 * anything but its own style, follows the reader's light or dark setting, and prints.
 * Text from data is escaped wherever it goes; parts without data are left out.
 * @throws InputError for an evaluation of another kind of model, or of other labels
 */
export function reportHtml(data: ReportData): string {
  checkReport(data);
  const { evaluation, labelSets, amounts, epochs, mistakes, evaluatedOn = "test" } = data;
  const answers = answersOf(data);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${printable(data.title)}: training report</title>
<style>${new Markup(data.reproduction ? STYLE + CARD_STYLE : STYLE)}</style>
</head>
<body>
<main>
${heading(data)}
${data.dataset && dataSection(data.dataset, answers)}
${data.auto && choiceSection(data.auto)}
${data.linear && linearSection(data.linear)}
${data.sizes && data.sizes.length > 1 && sizesSection(data.sizes)}
${epochs !== undefined && epochs.length > 0 && learningSection(epochs, data.bestEpoch, answers)}
${data.folds && foldsSection(data.folds)}
${evaluation && resultsSection(evaluation, data.labels, evaluatedOn)}
${evaluation && certaintySection(evaluation, data.labels)}
${mistakes !== undefined && mistakes.length > 0 && mistakesSection(mistakes, data.mistakeCount)}
${labelSets && [labelSetResults(labelSets, evaluatedOn), labelSetMistakes(labelSets)]}
${amounts && [amountResults(amounts, evaluatedOn), amountMistakes(amounts)]}
${data.model && modelSection(data.model)}
${settingsSection(data.settings, data.environment, data.seconds)}
${data.reproduction && cardSection(data)}
<footer>Made by Cellstate. Everything on this page is in this file.</footer>
</main>
</body>
</html>
`;
  return page.source;
}

function heading(data: ReportData): Markup {
  return html`<header>
<p class="eyebrow">Training report${data.createdAt !== undefined && [" · ", data.createdAt]}</p>
<h1>${foreign(data.title)}</h1>
<p class="lead">${sentence(data)}</p>
${data.notes !== undefined && data.notes.length > 0 && html`<ul class="notes">${data.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${tiles(data)}
</header>`;
}

/** What was trained, on what, and how well it does. */
function sentence(data: ReportData): Content {
  const { kind, model, dataset, labels, evaluation, labelSets, amounts, evaluatedOn = "test" } = data;
  const parameters = model && totalsOf(model);
  const size =
    parameters && ` of ${count(parameters.trainable.count + parameters.nonTrainable.count)} parameters`;
  const rows = dataset && ` from ${counted(dataset.rows.train, "row")}`;
  const answers = answersOf(data);
  const what = {
    label: html`tell ${classNames(labels)} apart`,
    labels: tellLabels(labels),
    amount: "answer a text with an amount",
  }[answers];
  const learned = html`This ${kind ?? KINDS[answers]}${size} learned to ${what}${rows}`;
  const right = (share: number, rows: number) =>
    html`<strong>${percent(share)}</strong> of ${count(rows)} ${evaluatedOn} rows`;
  if (evaluation !== undefined) {
    const { perClass, accuracy, majority } = evaluation;
    const most = Math.max(...perClass.map(({ support }) => support));
    const commonest = perClass.findIndex(({ support }) => support === most);
    return html`${learned}, and gives ${right(accuracy, evaluation.rows)} their own label. Always answering ${foreign(labels[commonest]!)} would give ${percent(majority)}.`;
  }
  if (labelSets !== undefined)
    return html`${learned}, and gives ${right(labelSets.subsetAccuracy, labelSets.rows)} all their labels, no more and no fewer. Always answering the commonest set of labels would give ${percent(labelSets.commonestSet)}.`;
  if (amounts !== undefined)
    return html`${learned}, and is off by <strong>${amount(amounts.rootMeanSquaredError)}</strong> (root mean square) on ${counted(amounts.rows, `${evaluatedOn} row`)}. Always answering their mean would be off by ${amount(amounts.baseline.rootMeanSquaredError)}.`;
  return html`${learned}.`;
}

const KINDS = { label: "classifier", labels: "multi-label classifier", amount: "regressor" } as const;

/** Up to four names in full, else how many there are. */
function classNames(labels: readonly string[]): Content {
  if (labels.length > 4 || labels.length < 2) return `${labels.length} classes`;
  return joined(labels);
}

function tellLabels(labels: readonly string[]): Content {
  if (labels.length === 1) return html`tell whether a text has the label ${foreign(labels[0]!)}`;
  return html`tell which of ${labels.length > 4 ? counted(labels.length, "label") : joined(labels)} a text has`;
}

/** "a, b and c" */
function joined(labels: readonly string[]): Content {
  const names = labels.map((label) => foreign(label));
  const last = names.pop();
  return html`${names.map((name, i) => [i > 0 && ", ", name])} and ${last}`;
}

/** Values of more characters are set smaller. */
const LONG = 6;
/** Figures of amounts that have a tile; the results tell the others. */
const TILES = 5;

function tiles({ evaluation, labelSets, amounts, seconds }: ReportData): Markup | false {
  const figures = [
    ...(evaluation ? classFigures(evaluation) : []),
    ...(labelSets ? labelSetFigures(labelSets) : []),
    ...(amounts ? amountFigures(amounts).slice(0, TILES) : []),
  ];
  const total = seconds?.["total"];
  if (total !== undefined) figures.push({ name: "time in all", value: duration(total), interval: "" });
  if (figures.length === 0) return false;
  return html`<dl class="${amounts ? "tiles wide" : "tiles"}">${figures.map(
    ({ name, value, interval, beside }) =>
      html`<div><dt>${name}${interval}${beside !== undefined && html` <span>${beside}</span>`}</dt><dd${value.length > LONG && html` class="long"`}>${value}</dd></div>`,
  )}</dl>`;
}

function classFigures(evaluation: Evaluation): Figure[] {
  const { intervals, calibration, accuracy, macro, mcc, logLoss } = evaluation;
  const three = (value: number) => decimal(value, 3);
  const figure = (name: string, value: string, interval = ""): Figure => ({ name, value, interval });
  return [
    figure("accuracy", percent(accuracy), bracketed(intervals.accuracy, percent)),
    figure("macro F1", percent(macro.f1), bracketed(intervals.macroF1, percent)),
    figure("Matthews correlation", three(mcc), bracketed(intervals.mcc, three)),
    figure("area under ROC", three(areaUnderRoc(evaluation))),
    figure("log loss", three(logLoss), bracketed(intervals.logLoss, three)),
    figure("calibration error (ECE)", percent(calibration.expectedError)),
  ];
}
