/** A model card: what somebody who is handed the model alone should know of it (Mitchell et al. 2019). */
import { fewRowsNotes } from "../classifier/auto/record.js";
import type { FoldFigure } from "../classifier/cross-validate.js";
import { heading, list, paragraph, shellLine, table } from "../drawing/markdown.js";
import { amount, bracketed, count, counted, decimal, percent } from "../drawing/numbers.js";
import { totalsOf } from "../model/summary/data.js";
import { readableSize } from "./charts/sizes.js";
import {
  type Answers,
  answersOf,
  checkReport,
  type DatasetReport,
  type ReportData,
  type Reproduction,
} from "./data.js";
import { amountFigures, type Figure, labelSetFigures } from "./figures.js";
import {
  amountsSentence,
  answeredSentence,
  CLASS_SCORES,
  claimOf,
  classScores,
  INTERVALS,
  LABEL_HEADERS,
  LEVEL,
  labelRow,
  labelsPerRowSentence,
  lengthSentence,
  linearTable,
  lossText,
  PART_HEADERS,
  partRow,
  RELIABILITY_HEADERS,
  reliabilityRow,
  repeatedSentence,
  scaledSentence,
  segmentSentence,
  THRESHOLDS,
  UNRANKED,
  USELESS,
  unknownLabelsSentence,
  uselessSentence,
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

/** The card as Markdown: CommonMark with tables, which can be read as it stands. Parts without data are left out. @throws InputError for an evaluation of another kind of model, or of other labels */
export function cardMarkdown(data: ReportData): string {
  checkReport(data);
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
  const { kind, labels, model, auto, linear, startedFrom, epochs = [], bestEpoch, file, createdAt } = data;
  const totals = model && totalsOf(model);
  const kept = bestEpoch === undefined ? "" : `; the weights are those of epoch ${bestEpoch}`;
  return [
    kind !== undefined && ["Kind", kind],
    startedFrom !== undefined && ["Goes on from", startedFrom],
    auto !== undefined && ["Picked", auto.picked],
    auto?.networks != null && ["Beside the n-grams", networksText(auto.networks)],
    auto !== undefined && ["Knows", counted(auto.features, "n-gram")],
    linear !== undefined && ["Picked", linear.picked],
    linear !== undefined && ["Knows", counted(linear.features, "n-gram")],
    auto === undefined && linear === undefined && model !== undefined && ["Layers", layersText(model.layers)],
    totals !== undefined && ["Parameters", count(totals.trainable.count + totals.nonTrainable.count)],
    epochs.length > 0 && ["Trained for", `${counted(epochs.length, "epoch")}${kept}`],
    ["Answers with", answersText(answersOf(data), labels.length)],
    file !== undefined && [
      "File",
      `${file.name}, ${readableSize(file.bytes)} (${counted(file.bytes, "byte")})`,
    ],
    createdAt !== undefined && ["Made", createdAt],
  ];
}

const answersText = (answers: Answers, labels: number): string =>
  ({
    label: `one of ${counted(labels, "label")}`,
    labels: `any number of ${counted(labels, "label")}, or none`,
    amount: "an amount",
  })[answers];

const networksText = ({ count: networks, share }: { count: number; share: number }): string =>
  `${counted(networks, "network")} over words in order, with a share of ${percent(share)}`;

/** "Embedding 16,000, LSTM 6,272, Dense 33": layers with parameters, and how many. */
const layersText = (layers: readonly { className: string; params: number }[]): string =>
  layers
    .filter(({ params }) => params > 0)
    .map(({ className, params }) => `${className} ${count(params)}`)
    .join(", ");

function triedBlocks({ auto, linear }: ReportData): CardBlock[] {
  if (linear) return [{ kind: "table", ...linearTable(linear) }];
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
  labelsPerRow,
  amounts,
  notes = [],
}: DatasetReport): CardBlock[] {
  const splits = (["train", "validation", "test"] as const).filter((split) =>
    classes.some((each) => each[split] !== undefined),
  );
  return [
    items([
      ["Source", source],
      ["Rows", count(rows.train + (rows.validation ?? 0) + (rows.test ?? 0))],
      amounts !== undefined && ["Amounts", amountsSentence(amounts)],
      labelsPerRow !== undefined && ["Labels", labelsPerRowSentence(labelsPerRow)],
      lengths !== undefined && lengths.rows > 0 && ["Length of texts", lengthSentence(lengths)],
      vocabulary !== undefined && vocabularySentence(vocabulary),
      segment !== undefined && segmentSentence(segment),
      ...notes.map((note) => ["As it was read", note] as const),
    ]),
    ...(classes.length === 0
      ? []
      : [
          {
            kind: "table" as const,
            headers: ["label", ...splits.map((split) => SPLITS[split])],
            rows: [...classes]
              .sort((a, b) => b.train - a.train)
              .map((each) => [each.label, ...splits.map((split) => cell(each[split]))]),
          },
        ]),
  ];
}

const KNOWN_OF = {
  training: "it learned from",
  validation: "of the rows held out to stop by",
  test: "of the rows measured",
} as const;
const SPLITS = { train: "to learn from", validation: "to stop by", test: "to measure on" } as const;
const cell = (rows: number | undefined): string => (rows === undefined ? "–" : count(rows));

function splitItems(data: ReportData, { rows, tested, repeated }: DatasetReport): (CardItem | false)[] {
  const { auto, linear } = data;
  return [
    ["To learn from", counted(rows.train, "row")],
    auto !== undefined && [
      "To choose by",
      `${counted(auto.heldOut.rows, "row")} of these, each judged by a fit that had not seen it`,
    ],
    linear !== undefined && [
      "To choose by",
      `${counted(Math.max(...linear.members.map((each) => each.rows)), "row")} of these, each judged by a fit that had not seen it`,
    ],
    rows.validation !== undefined && [
      "To stop by",
      `${counted(rows.validation, "row")}, held out of the same data`,
    ],
    rows.test !== undefined
      ? ["To measure on", `${counted(rows.test, "row")}${whence(tested, answersOf(data))}`]
      : !isMeasured(data) && ["To measure on", "no rows"],
    repeated !== undefined &&
      (repeated > 0
        ? repeatedSentence(repeated)
        : "No text to measure on also stands among those to learn from."),
  ];
}

const isMeasured = ({ evaluation, labelSets, amounts }: ReportData): boolean =>
  (evaluation ?? labelSets ?? amounts) !== undefined;

/** What keeps its share where rows to measure on are drawn. */
const DRAWN = {
  label: "each label",
  labels: "each set of labels",
  amount: "each tenth by amount",
} as const;

function whence(tested: DatasetReport["tested"], answers: Answers): string {
  if (tested === undefined) return "";
  if ("source" in tested) return ` of ${tested.source}`;
  return `, ${percent(tested.share)} of ${DRAWN[answers]}, drawn with seed ${tested.seed}`;
}

function figureBlocks(data: ReportData): CardBlock[] {
  const { evaluation, labelSets, amounts, evaluatedOn = "test", labels, auto, linear, folds } = data;
  if (labelSets) return labelSetBlocks(labelSets, evaluatedOn);
  if (amounts) return amountBlocks(amounts, evaluatedOn);
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
    const held = auto ? heldOutItems(auto) : linear && linearItems(linear);
    if (!held)
      return [text("It was not measured on rows that took no part: how well it answers is not known.")];
    return [
      text(
        "It was not measured on rows that took no part. On the rows that it was chosen by, which flatters:",
      ),
      items(held),
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

function labelSetBlocks(measured: NonNullable<ReportData["labelSets"]>, rowsAre: string): CardBlock[] {
  const { rows, labels, perLabel } = measured;
  const unknown = unknownLabelsSentence(measured);
  const isUnranked = perLabel.some(({ auc, averagePrecision }) => auc === null || averagePrecision === null);
  return [
    items([["Measured on", counted(rows, `${rowsAre} row`)], ...figureItems(labelSetFigures(measured))]),
    text(`In brackets: ${INTERVALS} ${answeredSentence(measured)}`),
    ...(unknown === undefined ? [] : [text(unknown)]),
    {
      kind: "table",
      headers: LABEL_HEADERS,
      rows: labels.map((label, k) => [label, ...labelRow(measured, k)]),
    },
    text(isUnranked ? `${THRESHOLDS} ${UNRANKED}` : THRESHOLDS),
  ];
}

function amountBlocks(measured: NonNullable<ReportData["amounts"]>, rowsAre: string): CardBlock[] {
  const { rows, truth, r2, pearson, parts } = measured;
  const range = `from ${amount(truth.least)} to ${amount(truth.most)}`;
  return [
    items([
      ["Measured on", `${counted(rows, `${rowsAre} row`)}, whose amounts go ${range}`],
      ...figureItems(amountFigures(measured)),
    ]),
    text(`In brackets: ${INTERVALS}${r2 === null || pearson === null ? ` ${LEVEL}` : ""}`),
    ...(parts.length > 1
      ? [{ kind: "table" as const, headers: PART_HEADERS, rows: parts.map(partRow) }]
      : []),
  ];
}

/** "Root mean square error: 12 (10–15); always the mean: 40" */
const figureItems = (figures: readonly Figure[]): CardItem[] =>
  figures.map(({ name, value, interval, beside }) => [
    `${name[0]!.toUpperCase()}${name.slice(1)}`,
    `${value}${interval}${beside === undefined ? "" : `; ${beside}`}`,
  ]);

function linearItems({ members, loss, baseline }: NonNullable<ReportData["linear"]>): CardItem[] {
  const picked = members.find((member) => member.picked);
  const name = `${loss[0]!.toUpperCase()}${loss.slice(1)}`;
  return [
    [name, picked ? lossText(loss, picked.loss) : "–"],
    [`${name} of an answer that ignores the text`, lossText(loss, baseline)],
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

function limitItems(data: ReportData): (CardItem | false)[] {
  const { notes = [], auto, linear, dataset, startedFrom } = data;
  const { classes = [], vocabulary, lengths, amounts } = dataset ?? {};
  const answers = answersOf(data);
  const tried = auto ?? linear;
  const useless = tried === undefined ? uselessSentence(data) : tried.useful ? undefined : USELESS;
  const few = fewRowsNotes(
    classes.map(({ label }) => label),
    classes.map(({ train }) => train),
  );
  const remarks = tried?.notes ?? few;
  return [
    ...notes,
    useless !== undefined && !notes.includes(useless) && useless,
    ...remarks.map((text) => ["Note", text] as const),
    auto !== undefined && [
      "Known words",
      `${percent(auto.heldOut.known)} of the words of a text like these. The fewer words of a text it knows, the less its answer says; of words it has never seen it answers by no more than how common the labels are.`,
    ],
    auto === undefined &&
      vocabulary?.unknownShare !== undefined && [
        "Known words",
        `${percent(1 - vocabulary.unknownShare)} of those ${KNOWN_OF[vocabulary.unknownOf ?? "training"]}. ${UNKNOWN_TEXT[answers]}`,
      ],
    linear !== undefined && [
      "Known words",
      answers === "amount"
        ? "The fewer words of a text it has learned from, the less its answer says; of words it has never seen it answers with about the mean of what it learned from."
        : "The fewer words of a text it has learned from, the less its answer says; of words it has never seen it answers by no more than how common the labels are.",
    ],
    lengths?.cut != null && [
      "Length",
      `it reads ${counted(lengths.cut, "word")} of a text; what is longer is cut.`,
    ],
    startedFrom !== undefined && [
      "Learned before",
      `${startedFrom} had learned from data of its own, which this card does not tell of.`,
    ],
    `${isMeasured(data) ? "The figures are of the rows measured here and promise" : "What is said here is of these rows and promises"} nothing for others: texts of another language, subject, source or time were not tried unless they are among them.`,
    ...ANSWERED[answers],
    answers === "amount" &&
      amounts !== undefined && [
        "Amounts",
        `it learned from ${amount(amounts.least)} to ${amount(amounts.most)}; what it answers beyond is extrapolated.`,
      ],
  ];
}

/** What becomes of a text without a known word. */
const UNKNOWN_TEXT = {
  label: "A text of words that it does not know is answered all the same, and its probability does not tell.",
  labels:
    "A text of words that it does not know is answered all the same, and the probabilities do not tell.",
  amount: "A text of words that it does not know is answered all the same, and the amount does not tell.",
} as const;

/** What is answered whatever is asked. */
const ANSWERED: Record<Answers, readonly string[]> = {
  label: [
    "It answers with one of its labels whatever it is asked, also where none fits, unless it is told to reject doubtful answers (--reject).",
  ],
  labels: [
    "It answers with none of its labels or with several: each is a question of its own, so that labels that exclude each other may be answered together, and no answer may mean that none fits or that it cannot tell.",
    "A label is answered by its threshold: another threshold answers it more or less often. Figures for another are to be measured anew.",
  ],
  amount: [
    "It answers with one amount whatever it is asked and does not say how sure it is of that. Of texts that tell it little the amount is near the mean of what it learned from.",
  ],
};

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
