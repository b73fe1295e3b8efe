import { printable } from "../base/text.js";
import { type Content, foreign, html, Markup } from "../drawing/markup.js";
import { bracketed, count, counted, decimal, duration, percent } from "../drawing/numbers.js";
import { STYLE } from "../drawing/style.js";
import { totalsOf } from "../model/summary/data.js";
import { areaUnderRoc } from "../objectives/metrics.js";
import { checkLabels, type ReportData } from "./data.js";
import { CARD_STYLE, cardSection } from "./sections/card.js";
import { certaintySection, foldsSection, mistakesSection, resultsSection } from "./sections/results.js";
import {
  choiceSection,
  dataSection,
  learningSection,
  modelSection,
  settingsSection,
  sizesSection,
} from "./sections/training.js";

/**
 * A training report as one HTML page that needs nothing else: no scripts, no network, pictures inline. It forbids itself
 * anything but its own style, follows the reader's light or dark setting, and prints.
 * Text from data is escaped wherever it goes; parts without data are left out.
 */
export function reportHtml(data: ReportData): string {
  const { evaluation, epochs, mistakes } = data;
  if (evaluation !== undefined) checkLabels(evaluation, data.labels);
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
${data.dataset && dataSection(data.dataset)}
${data.auto && choiceSection(data.auto)}
${data.sizes && data.sizes.length > 1 && sizesSection(data.sizes)}
${epochs !== undefined && epochs.length > 0 && learningSection(epochs, data.bestEpoch)}
${data.folds && foldsSection(data.folds)}
${evaluation && resultsSection(evaluation, data.labels, data.evaluatedOn ?? "test")}
${evaluation && certaintySection(evaluation, data.labels)}
${mistakes !== undefined && mistakes.length > 0 && mistakesSection(mistakes, data.mistakeCount)}
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
function sentence({ kind, model, dataset, labels, evaluation, evaluatedOn }: ReportData): Content {
  const parameters = model && totalsOf(model);
  const size =
    parameters && ` of ${count(parameters.trainable.count + parameters.nonTrainable.count)} parameters`;
  const rows = dataset && ` from ${counted(dataset.rows.train, "row")}`;
  const learned = html`This ${kind ?? "classifier"}${size} learned to tell ${classNames(labels)} apart${rows}`;
  if (evaluation === undefined) return html`${learned}.`;
  const commonest = evaluation.perClass.findIndex(
    ({ support }) => support === Math.max(...evaluation.perClass.map((each) => each.support)),
  );
  return html`${learned}, and gives <strong>${percent(evaluation.accuracy)}</strong> of ${count(evaluation.rows)} ${evaluatedOn ?? "test"} rows their own label. Always answering ${foreign(labels[commonest]!)} would give ${percent(evaluation.majority)}.`;
}

/** Up to four names in full, else how many there are. */
function classNames(labels: readonly string[]): Content {
  if (labels.length > 4 || labels.length < 2) return `${labels.length} classes`;
  const names = labels.map((label) => foreign(label));
  const last = names.pop();
  return html`${names.map((name, i) => [i > 0 && ", ", name])} and ${last}`;
}

function tiles({ evaluation, seconds }: ReportData): Markup | false {
  const entries: [string, string][] = [];
  if (evaluation !== undefined) {
    const { intervals, calibration } = evaluation;
    const three = (value: number) => decimal(value, 3);
    entries.push([`accuracy${bracketed(intervals.accuracy, percent)}`, percent(evaluation.accuracy)]);
    entries.push([`macro F1${bracketed(intervals.macroF1, percent)}`, percent(evaluation.macro.f1)]);
    entries.push([`Matthews correlation${bracketed(intervals.mcc, three)}`, three(evaluation.mcc)]);
    entries.push(["area under ROC", three(areaUnderRoc(evaluation))]);
    entries.push([`log loss${bracketed(intervals.logLoss, three)}`, three(evaluation.logLoss)]);
    entries.push(["calibration error (ECE)", percent(calibration.expectedError)]);
  }
  const total = seconds?.["total"];
  if (total !== undefined) entries.push(["time in all", duration(total)]);
  if (entries.length === 0) return false;
  return html`<dl class="tiles">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
