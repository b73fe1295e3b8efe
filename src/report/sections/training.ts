import type { AutoRecord, LinearRecord, SizedAccuracy } from "../../classifier/options.js";
import { facts, figure, numbersBehind, section, table } from "../../drawing/blocks.js";
import { foreign, html, Markup } from "../../drawing/markup.js";
import { count, counted, decimal, duration, percent } from "../../drawing/numbers.js";
import { readableBytes, type SummaryModel, totalsOf } from "../../model/summary/data.js";
import { barChart, lengthHistogram } from "../charts/bars.js";
import { accuracyChart, lossChart } from "../charts/curves.js";
import { readableSize, sizeChart } from "../charts/sizes.js";
import type { Answers, ClassCount, DatasetReport, EpochReport, Facts, LengthSummary } from "../data.js";
import {
  closed,
  EPOCH_FIGURES,
  labelsPerRowSentence,
  lengthSentence,
  linearTable,
  repeatedSentence,
  scaledSentence,
  segmentSentence,
  USELESS,
  vocabularySentence,
} from "../sentences.js";
import { amountsFigure } from "./amounts.js";

/** Most classes drawn as bars; the table has them all. */
const MOST_BARS = 24;
/** Up to so many, the table stands open. */
const FEW_CLASSES = 8;

export function dataSection(dataset: DatasetReport, answers: Answers): Markup {
  const { rows, repeated = 0, lengths, vocabulary, segment, amounts, labelsPerRow, classes } = dataset;
  const parts = [
    `${count(rows.train)} to train on`,
    rows.validation !== undefined && `${count(rows.validation)} to validate`,
    rows.test !== undefined && `${count(rows.test)} to test`,
  ].filter((part) => part !== false);
  return section(
    "data",
    "Data",
    html`<p>${foreign(dataset.source)}: ${parts.join(", ")}.${labelsPerRow !== undefined && ` ${labelsPerRowSentence(labelsPerRow)}`}${repeated > 0 && ` ${repeatedSentence(repeated)}`}${vocabulary && ` ${vocabularySentence(vocabulary)}`}${segment && ` ${segmentSentence(segment)}`}</p>`,
    html`<div class="pair">${amounts && amountsFigure(amounts)}${(answers !== "amount" || classes.length > 0) && classFigure(classes, answers === "labels" ? rows.train : undefined)}${lengths && lengths.rows > 0 && lengthFigure(lengths)}</div>`,
  );
}

/** @param rows where each of them may have several labels: what shares are of */
function classFigure(classes: readonly ClassCount[], rows: number | undefined): Markup {
  const isSeveral = rows !== undefined;
  const total = rows ?? classes.reduce((sum, { train }) => sum + train, 0);
  const [heading, one, many] = isSeveral
    ? ["Rows of each label", "label", "labels"]
    : ["Rows of each class", "class", "classes"];
  const share = (rows: number) => percent(total > 0 ? rows / total : 0);
  const largest = [...classes].sort((a, b) => b.train - a.train);
  const shown = largest.slice(0, MOST_BARS);
  const splits = (["train", "validation", "test"] as const).filter((split) =>
    classes.some((each) => each[split] !== undefined),
  );
  return figure(
    heading,
    barChart(
      {
        id: "classes",
        title: heading,
        description: `Training rows: ${shown.map(({ label, train }) => `${label} ${share(train)}`).join(", ")}.`,
      },
      shown.map(({ label, train }) => ({
        name: label,
        value: train,
        text: `${count(train)} (${share(train)})`,
      })),
    ),
    shown.length < classes.length && html`<p>The ${shown.length} largest of ${classes.length} ${many}.</p>`,
    (classes.length > FEW_CLASSES ? numbersBehind : table)({
      headers: [one, ...splits],
      rows: largest.map((each) => [
        foreign(each.label),
        ...splits.map((split) => (each[split] === undefined ? "–" : count(each[split]))),
      ]),
    }),
  );
}

function lengthFigure(lengths: LengthSummary): Markup {
  return figure(
    "Length of rows",
    lengthHistogram(lengths),
    html`<p>${lengthSentence(lengths)}</p>`,
    numbersBehind({
      caption: "Rows by length in tokens",
      headers: ["tokens", "rows"],
      rows: lengths.bins.map((bin) => [`${count(bin.from)} to ${count(bin.to)}`, count(bin.count)]),
    }),
  );
}

export function learningSection(
  epochs: readonly EpochReport[],
  best: number | undefined,
  answers: Answers,
): Markup {
  const accuracy = accuracyChart(epochs, best);
  const has = (field: keyof EpochReport) => epochs.some((epoch) => epoch[field] !== undefined);
  const columns = (
    [
      ["loss", "loss", decimal],
      ["accuracy", "accuracy", percent],
      ["valLoss", "validation loss", decimal],
      ["valAccuracy", "validation accuracy", percent],
      ["valMacroF1", "validation macro F1", decimal],
      ["seconds", "time", duration],
    ] as const
  ).filter(([field]) => has(field));
  return section(
    "learning",
    "Learning",
    best !== undefined && html`<p>${bestSentence(epochs, best)}</p>`,
    EPOCH_FIGURES[answers] !== undefined && html`<p>${EPOCH_FIGURES[answers]}</p>`,
    html`<div class="pair">${figure("Loss", lossChart(epochs, best))}${accuracy !== null && figure("Accuracy", accuracy)}</div>`,
    numbersBehind({
      caption: "Epoch by epoch",
      headers: ["epoch", ...columns.map(([, name]) => name)],
      rows: epochs.map((epoch) => [
        epoch.epoch,
        ...columns.map(([field, , format]) => (epoch[field] === undefined ? "–" : format(epoch[field]))),
      ]),
    }),
  );
}

/** What an automatic classifier tried, and why it is what it is. */
export function choiceSection({ members, why, heldOut, features, useful, notes }: AutoRecord): Markup {
  return section(
    "choice",
    "How it was chosen",
    !useful &&
      html`<p><strong>It has learned nothing that can be relied on:</strong> on rows held out it did no better than always answering the largest class.</p>`,
    html`<p>${foreign(why)}</p>`,
    table({
      caption: `On ${counted(heldOut.rows, "row")} that were held out`,
      headers: ["tried", "accuracy", "mean recall", "log loss", ""],
      rows: members.map(({ name, accuracy, macroRecall, logLoss, picked }) => [
        foreign(name),
        percent(accuracy),
        percent(macroRecall),
        decimal(logLoss, 3),
        picked ? "picked" : "",
      ]),
    }),
    html`<p>It knows ${counted(features, "n-gram")}. ${scaledSentence(heldOut.calibrationError)}</p>`,
    notes.map((text) => html`<p>${foreign(text)}.</p>`),
  );
}

/** What an automatic model of several labels or of amounts tried. */
export function linearSection(linear: LinearRecord): Markup {
  const { headers, rows } = linearTable(linear);
  return section(
    "choice",
    "How it was chosen",
    !linear.useful && html`<p><strong>${USELESS}</strong></p>`,
    table({
      headers,
      rows: rows.slice(0, -1).map(([name, ...cells]) => [foreign(name!), ...cells]),
      footers: rows.slice(-1),
    }),
    html`<p>It is linear over ${counted(linear.features, "n-gram")}. The lower the ${linear.loss}, the better.</p>`,
    linear.notes.map((text) => html`<p>${foreign(closed(text))}</p>`),
  );
}

function bestSentence(epochs: readonly EpochReport[], best: number): string {
  const epoch = epochs.find((each) => each.epoch === best);
  const by =
    epoch?.valMacroF1 !== undefined
      ? `, with a validation macro F1 of ${decimal(epoch.valMacroF1)}`
      : epoch?.valLoss !== undefined
        ? `, with a validation loss of ${decimal(epoch.valLoss)}`
        : epoch !== undefined
          ? `, with a loss of ${decimal(epoch.loss)}`
          : "";
  return `The weights kept are those of epoch ${best} of ${epochs.length}${by}.`;
}

export function modelSection(model: SummaryModel): Markup {
  const { trainable, nonTrainable } = totalsOf(model);
  const total = trainable.count + nonTrainable.count;
  return section(
    "model",
    "Model",
    table({
      caption: `${model.name}, layer by layer`,
      wordColumns: 3,
      headers: ["layer", "type", "output shape", "parameters", "share"],
      rows: model.layers.map((layer) => [
        foreign(layer.name),
        foreign(layer.className),
        layer.outputShape === null ? "?" : shapeText(layer.outputShape),
        count(layer.params),
        layer.params === 0 ? "–" : percent(layer.params / total),
      ]),
      footers: [
        ["Total", "", "", count(total), readableBytes(trainable.bytes + nonTrainable.bytes)],
        ...(nonTrainable.count > 0
          ? [["of these fixed", "", "", count(nonTrainable.count), readableBytes(nonTrainable.bytes)]]
          : []),
      ],
    }),
  );
}

function shapeText(shape: readonly unknown[]): string {
  return `(${shape.map((size) => (Array.isArray(size) ? shapeText(size) : (size ?? "None"))).join(", ")})`;
}

/** Settings, machine and time; only what there is. */
export function settingsSection(
  settings: Facts | undefined,
  environment: Facts | undefined,
  seconds: Readonly<Record<string, number>> | undefined,
): Markup | false {
  const stages = Object.entries(seconds ?? {}).filter(([stage]) => stage !== "total");
  const left = settings && facts("Settings", Object.entries(settings));
  const right = [
    environment && facts("Environment", Object.entries(environment)),
    stages.length > 0 && timeFigure(stages, seconds?.["total"]),
  ].filter((part) => part instanceof Markup);
  if (left === undefined && right.length === 0) return false;
  return section("settings", "Settings and time", html`<div class="pair">${left}<div>${right}</div></div>`);
}

function timeFigure(stages: readonly [string, number][], total: number | undefined): Markup {
  const spent = stages.map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(", ");
  return figure(
    total === undefined ? "Time taken" : `Time taken: ${duration(total)}`,
    barChart(
      { id: "time", title: "Time taken", description: `${spent}.` },
      stages.map(([name, value]) => ({ name, value, text: duration(value) })),
    ),
  );
}

/** What files of fewer n-grams would answer. */
export function sizesSection(sizes: readonly SizedAccuracy[]): Markup {
  const rows = Math.max(...sizes.map((size) => size.rows));
  return section(
    "sizes",
    "Accuracy against size",
    html`<p>What files with fewer n-grams would answer, judged by ${counted(rows, "row")} held out of the choice of n-grams, too; networks beside them are not counted. <code>--max-size</code> asks for one.</p>`,
    figure(
      "Accuracy against size",
      sizeChart(sizes),
      numbersBehind({
        headers: ["file", "n-grams", "accuracy"],
        rows: sizes.map(({ bytes, features, accuracy }) => [
          readableSize(bytes),
          count(features),
          percent(accuracy),
        ]),
      }),
    ),
  );
}
