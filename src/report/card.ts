/** A model card: what somebody who is handed the model alone should know of it (Mitchell et al. 2019). */
import { fewRowsNotes } from "../classifier/auto/record.js";
import type { FoldFigure } from "../classifier/cross-validate.js";
import { heading, list, paragraph, shellLine, table } from "../drawing/markdown.js";
import { bracketed, count, counted, decimal, percent } from "../drawing/numbers.js";
import { totalsOf } from "../model/summary/data.js";
import { readableSize } from "./charts/sizes.js";
import type { DatasetReport, ReportData, Reproduction } from "./data.js";
import {
  CLASS_SCORES,
  claimOf,
  classScores,
  INTERVALS,
  lengthSentence,
  RELIABILITY_HEADERS,
  reliabilityRow,
  repeatedSentence,
  scaledSentence,
  segmentSentence,
  vocabularySentence,
} from "./sentences.js";

/** A sentence, or a name and what it is. */
export type CardItem = string | readonly [name: string, value: string];

/** What a part of the card is made of. All of it is text, which page and Markdown escape in their own ways. */
export type CardBlock =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly CardItem[] }
  | {
      readonly kind: "table";
      readonly headers: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: "command"; readonly command: string };

export interface CardPart {
  readonly heading: string;
  readonly blocks: readonly CardBlock[];
}

/** The card as Markdown: CommonMark with tables, which can be read as it stands. Parts without data are left out. */
export function cardMarkdown(data: ReportData): string {
  const parts = cardParts(data).flatMap((part) => [heading(2, part.heading), ...part.blocks.map(markdownOf)]);
  return `${[heading(1, `Model card: ${data.title}`), ...parts].join("\n\n")}\n`;
}

function markdownOf(block: CardBlock): string {
  if (block.kind === "text") return paragraph(block.text);
  if (block.kind === "command") return shellLine(block.command);
  if (block.kind === "table") return table(block.headers, block.rows);
  return list(block.items.map((item) => (typeof item === "string" ? item : item.join(": "))));
}

/** What the card says, part by part. Nothing in it is measured for it. */
export function cardParts(data: ReportData): CardPart[] {
  const { dataset, reproduction } = data;
  const parts: CardPart[] = [
    { heading: "Model", blocks: [items(modelItems(data)), ...triedBlocks(data)] },
    { heading: "Data", blocks: dataset ? dataBlocks(dataset) : [] },
    { heading: "Split", blocks: dataset ? [items(splitItems(data, dataset))] : [] },
    { heading: "Figures", blocks: figureBlocks(data) },
    { heading: "Calibration", blocks: calibrationBlocks(data) },
    { heading: "Limits", blocks: [items(limitItems(data))] },
    { heading: "Intended use", blocks: [text(INTENDED_USE)] },
    { heading: "How to reproduce", blocks: reproduction ? reproductionBlocks(reproduction) : [] },
  ];
  return parts.filter(({ blocks }) => blocks.length > 0);
}

const INTENDED_USE =
  "To be filled in by its author: what it is for, whom its answers concern, and what it is not to be used for.";

const text = (words: string): CardBlock => ({ kind: "text", text: words });
const items = (given: readonly (CardItem | false)[]): CardBlock => ({
  kind: "list",
  items: given.filter((item) => item !== false),
});

function modelItems(data: ReportData): (CardItem | false)[] {
  const { kind, labels, model, auto, startedFrom, epochs = [], bestEpoch, file, createdAt } = data;
  const totals = model && totalsOf(model);
  const kept = bestEpoch === undefined ? "" : `; the weights are those of epoch ${bestEpoch}`;
  return [
    kind !== undefined && ["Kind", kind],
    startedFrom !== undefined && ["Goes on from", startedFrom],
    auto !== undefined && ["Picked", auto.picked],
    auto?.networks != null && ["Beside the n-grams", networksText(auto.networks)],
    auto !== undefined && ["Knows", counted(auto.features, "n-gram")],
    auto === undefined && model !== undefined && ["Layers", layersText(model.layers)],
    totals !== undefined && ["Parameters", count(totals.trainable.count + totals.nonTrainable.count)],
    epochs.length > 0 && ["Trained for", `${counted(epochs.length, "epoch")}${kept}`],
    ["Answers with", `one of ${counted(labels.length, "label")}`],
    file !== undefined && [
      "File",
      `${file.name}, ${readableSize(file.bytes)} (${counted(file.bytes, "byte")})`,
    ],
    createdAt !== undefined && ["Made", createdAt],
  ];
}

const networksText = ({ count: networks, share }: { count: number; share: number }): string =>
  `${counted(networks, "network")} over words in order, with a share of ${percent(share)}`;

/** "Embedding 16,000, LSTM 6,272, Dense 33": layers with parameters, and how many. */
const layersText = (layers: readonly { className: string; params: number }[]): string =>
  layers
    .filter(({ params }) => params > 0)
    .map(({ className, params }) => `${className} ${count(params)}`)
    .join(", ");

function triedBlocks({ auto }: ReportData): CardBlock[] {
  if (!auto) return [];
  return [
    text(auto.why),
    {
      kind: "table",
      headers: ["tried, on rows held out", "accuracy", "mean recall", "log loss", "picked"],
      rows: auto.members.map(({ name, accuracy, macroRecall, logLoss, picked }) => [
        name,
        percent(accuracy),
        percent(macroRecall),
        decimal(logLoss, 3),
        picked ? "yes" : "",
      ]),
    },
  ];
}

function dataBlocks({
  source,
  rows,
  classes,
  lengths,
  vocabulary,
  segment,
  notes = [],
}: DatasetReport): CardBlock[] {
  const splits = (["train", "validation", "test"] as const).filter((split) =>
    classes.some((each) => each[split] !== undefined),
  );
  return [
    items([
      ["Source", source],
      ["Rows", count(rows.train + (rows.validation ?? 0) + (rows.test ?? 0))],
      lengths !== undefined && lengths.rows > 0 && ["Length of texts", lengthSentence(lengths)],
      vocabulary !== undefined && vocabularySentence(vocabulary),
      segment !== undefined && segmentSentence(segment),
      ...notes.map((note) => ["As it was read", note] as const),
    ]),
    {
      kind: "table",
      headers: ["label", ...splits.map((split) => SPLITS[split])],
      rows: [...classes]
        .sort((a, b) => b.train - a.train)
        .map((each) => [each.label, ...splits.map((split) => cell(each[split]))]),
    },
  ];
}

const KNOWN_OF = {
  training: "it learned from",
  validation: "of the rows held out to stop by",
  test: "of the rows measured",
} as const;
const SPLITS = { train: "to learn from", validation: "to stop by", test: "to measure on" } as const;
const cell = (rows: number | undefined): string => (rows === undefined ? "–" : count(rows));

function splitItems(
  { auto, evaluation }: ReportData,
  { rows, tested, repeated }: DatasetReport,
): (CardItem | false)[] {
  return [
    ["To learn from", counted(rows.train, "row")],
    auto !== undefined && [
      "To choose by",
      `${counted(auto.heldOut.rows, "row")} of these, each judged by a fit that had not seen it`,
    ],
    rows.validation !== undefined && [
      "To stop by",
      `${counted(rows.validation, "row")}, held out of the same data`,
    ],
    rows.test !== undefined
      ? ["To measure on", `${counted(rows.test, "row")}${whence(tested)}`]
      : evaluation === undefined && ["To measure on", "no rows"],
    repeated !== undefined &&
      (repeated > 0
        ? repeatedSentence(repeated)
        : "No text to measure on also stands among those to learn from."),
  ];
}

function whence(tested: DatasetReport["tested"]): string {
  if (tested === undefined) return "";
  if ("source" in tested) return ` of ${tested.source}`;
  return `, ${percent(tested.share)} of each label, drawn with seed ${tested.seed}`;
}

function figureBlocks({ evaluation, evaluatedOn = "test", labels, auto, folds }: ReportData): CardBlock[] {
  if (!evaluation && folds) {
    const spread = ({ mean, spread: each }: FoldFigure, worded: (value: number) => string) =>
      `${worded(mean)} ± ${worded(each)}`;
    return [
      text(
        `By cross-validation in ${count(folds.folds.length)} folds, mean and standard deviation; the classifier itself learned from all rows:`,
      ),
      items([
        ["Accuracy", spread(folds.accuracy, percent)],
        ["Macro F1", spread(folds.macroF1, percent)],
        ["Matthews correlation (MCC)", spread(folds.mcc, (value) => decimal(value, 3))],
        ["Log loss", spread(folds.loss, (value) => decimal(value, 3))],
      ]),
    ];
  }
  if (!evaluation) {
    if (!auto)
      return [text("It was not measured on rows that took no part: how well it answers is not known.")];
    return [
      text(
        "It was not measured on rows that took no part. On the rows that it was chosen by, which flatters:",
      ),
      items(heldOutItems(auto)),
    ];
  }
  const { intervals, perClass, macro, accuracy, majority, mcc, logLoss, rows } = evaluation;
  const three = (value: number) => decimal(value, 3);
  return [
    items([
      ["Measured on", counted(rows, `${evaluatedOn} row`)],
      ["Accuracy", `${percent(accuracy)}${bracketed(intervals.accuracy, percent)}`],
      ["Macro F1", `${percent(macro.f1)}${bracketed(intervals.macroF1, percent)}`],
      ["Matthews correlation (MCC)", `${three(mcc)}${bracketed(intervals.mcc, three)}`],
      ["Log loss", `${three(logLoss)}${bracketed(intervals.logLoss, three)}`],
      ["Always answering the commonest label", `${percent(majority)} right`],
    ]),
    text(`In brackets: ${INTERVALS}`),
    {
      kind: "table",
      headers: ["label", ...CLASS_SCORES, "rows"],
      rows: perClass.map((each, k) => [labels[k]!, ...classScores(each), count(each.support)]),
    },
  ];
}

const heldOutItems = ({ heldOut }: NonNullable<ReportData["auto"]>): CardItem[] => [
  ["Accuracy", percent(heldOut.accuracy)],
  ["Matthews correlation (MCC)", decimal(heldOut.mcc, 3)],
  ["Always answering the commonest label", `${percent(heldOut.majority)} right`],
];

function calibrationBlocks({ auto, evaluation, evaluatedOn = "test", labels }: ReportData): CardBlock[] {
  const measured = evaluation?.calibration;
  if (!measured) return auto ? [items([scaledSentence(auto.heldOut.calibrationError)])] : [];
  return [
    items([
      auto !== undefined && scaledSentence(auto.heldOut.calibrationError),
      [`Expected calibration error (ECE) on the ${evaluatedOn} rows`, percent(measured.expectedError)],
      ["Brier score", decimal(evaluation.brier)],
    ]),
    text(`Rows by ${claimOf(measured, labels)}:`),
    {
      kind: "table",
      headers: RELIABILITY_HEADERS,
      rows: measured.bins.filter((bin) => bin.count > 0).map(reliabilityRow),
    },
  ];
}

function limitItems({
  notes = [],
  auto,
  dataset,
  startedFrom,
  evaluation,
}: ReportData): (CardItem | false)[] {
  const { classes = [], vocabulary, lengths } = dataset ?? {};
  const few = fewRowsNotes(
    classes.map(({ label }) => label),
    classes.map(({ train }) => train),
  );
  const remarks = auto ? auto.notes : few;
  return [
    ...notes,
    auto === undefined &&
      evaluation !== undefined &&
      evaluation.accuracy <= evaluation.majority &&
      "It is of no use as it is: on the rows measured it was right no more often than always answering the commonest label is.",
    ...remarks.map((text) => ["Note", text] as const),
    auto !== undefined && [
      "Known words",
      `${percent(auto.heldOut.known)} of the words of a text like these. The fewer words of a text it knows, the less its answer says; of words it has never seen it answers by no more than how common the labels are.`,
    ],
    auto === undefined &&
      vocabulary?.unknownShare !== undefined && [
        "Known words",
        `${percent(1 - vocabulary.unknownShare)} of those ${KNOWN_OF[vocabulary.unknownOf ?? "training"]}. A text of words that it does not know is answered all the same, and its probability does not tell.`,
      ],
    lengths?.cut != null && [
      "Length",
      `it reads ${counted(lengths.cut, "word")} of a text; what is longer is cut.`,
    ],
    startedFrom !== undefined && [
      "Learned before",
      `${startedFrom} had learned from data of its own, which this card does not tell of.`,
    ],
    `${evaluation ? "The figures are of the rows measured here and promise" : "What is said here is of these rows and promises"} nothing for others: texts of another language, subject, source or time were not tried unless they are among them.`,
    "It answers with one of its labels whatever it is asked, also where none fits, unless it is told to reject doubtful answers (--reject).",
  ];
}

function reproductionBlocks({ command, version, seed, engine, inputs, complete }: Reproduction): CardBlock[] {
  const promise = complete
    ? "The command, run where the files are, writes the same bytes on any number of threads; another engine or version may differ in the last digits."
    : "This training was interrupted: the command trains to the end, which gives another file.";
  return [
    { kind: "command", command },
    text(promise),
    items([
      ["Library", `cellstate ${version}`],
      ["Seed", String(seed)],
      ["Engine", engine],
      ...inputs.map(
        ({ name, sha256 }) =>
          [`SHA-256 of ${name}`, sha256 ?? "none, as it is a folder or a stream"] as const,
      ),
    ]),
  ];
}
