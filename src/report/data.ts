import { numbersOf, objectOf, textsOf } from "../base/arguments.js";
import { finiteNumber, inputError } from "../base/errors.js";
import type { CrossValidation } from "../classifier/cross-validate.js";
import type { MultiLabelEvaluation } from "../classifier/multi-label.js";
import type { AutoRecord, LinearRecord, SizedAccuracy } from "../classifier/options.js";
import type { RegressorEvaluation } from "../classifier/regressor.js";
import type { SummaryModel } from "../model/summary/data.js";
import type { Evaluation } from "../objectives/metrics.js";

/** All that a report shows, as plain data. What is missing is left out of the page; nothing here is computed anew. */
export interface ReportData {
  /** The page's heading: "SMS spam". */
  title: string;
  /** What the model is, in the first sentence: "LSTM classifier". Default "classifier". */
  kind?: string;
  /** When, as it is to be read. */
  createdAt?: string;
  /** Names of the classes by number; none where amounts are answered. */
  labels: readonly string[];
  /** What it answers with. Default: what the other parts tell, as a regressor has no labels. */
  answers?: Answers;
  dataset?: DatasetReport;
  /** Of an automatic classifier: what was tried. */
  auto?: AutoRecord;
  /** Of an automatic multi-label classifier or regressor: what was tried. */
  linear?: LinearRecord;
  /** What files of fewer n-grams would answer, the largest first. */
  sizes?: readonly SizedAccuracy[];
  /** One entry an epoch, in order. */
  epochs?: readonly EpochReport[];
  /** The epoch (numbered from 1) whose weights were kept. */
  bestEpoch?: number;
  /** Cross-validation before the classifier learned from all rows. */
  folds?: CrossValidation;
  evaluation?: Evaluation;
  /** How a multi-label classifier does, in place of `evaluation`. */
  labelSets?: MultiLabelEvaluation;
  /** How a regressor does, in place of `evaluation`. */
  amounts?: RegressorEvaluation;
  /** Which rows `evaluation` is about: "test", "validation", "training". Default "test". */
  evaluatedOn?: string;
  /** The mistakes of which the model was surest, surest first. */
  mistakes?: readonly MistakeReport[];
  /** How many mistakes there are in all. */
  mistakeCount?: number;
  model?: SummaryModel;
  /** How it was trained, by name, in the order to be shown. */
  settings?: Facts;
  /** Where it was trained: program, machine, engine. */
  environment?: Facts;
  /** Seconds by stage ("read", "vectorize", "fit", "test"); "total" is shown in the heading. */
  seconds?: Readonly<Record<string, number>>;
  /** Remarks worth reading first: what was left out, what looks odd. */
  notes?: readonly string[];
  /** What it goes on from, where it does not begin anew: a model file's name. */
  startedFrom?: string;
  /** The file that it was saved to. */
  file?: { name: string; bytes: number };
  reproduction?: Reproduction;
}

/** One label a text, any number of labels, or an amount. */
export type Answers = "label" | "labels" | "amount";

/** What makes the same model again. */
export interface Reproduction {
  /** The command, with every option in effect. */
  command: string;
  /** Of the library. */
  version: string;
  seed: number;
  /** What computed; another may differ in the last digits. */
  engine: string;
  /** What the command reads: SHA-256 of the bytes in hexadecimal digits; null of a folder or a stream. */
  inputs: readonly { name: string; sha256: string | null }[];
  /** Whether the training ended by itself. */
  complete: boolean;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

export interface DatasetReport {
  /** File or folder the rows came from. */
  source: string;
  rows: { train: number; validation?: number; test?: number };
  /** Which rows `test` counts: those of a file of its own, or a share of every class, drawn by the seed. */
  tested?: { source: string } | { share: number; seed: number };
  /** What was done to the rows as they were read. */
  notes?: readonly string[];
  /** Test rows whose text stands among the training rows, too. */
  repeated?: number;
  /** Rows of each class, or of each label where a row may have several; none where amounts are learned. */
  classes: readonly ClassCount[];
  /** Labels a row has on average, where it may have several. */
  labelsPerRow?: number;
  /** Amounts of the rows that are learned from. */
  amounts?: AmountSummary;
  lengths?: LengthSummary;
  vocabulary?: {
    /** Entries kept, the padding and unknown ones included. */
    size: number;
    /** Different words in the training rows. */
    distinct: number;
    /** Share of the words of some rows that are not in the vocabulary. */
    unknownShare?: number;
    /** Which rows: "test", "validation", "training". What was learned from holds few unknown words by itself. */
    unknownOf?: "test" | "validation" | "training";
  };
  /** Where words of scripts without spaces were cut: into what. */
  segment?: "words" | "characters";
}

/** What amounts there are. */
export interface AmountSummary {
  least: number;
  median: number;
  mean: number;
  most: number;
  /** Rows from each edge up to, but not at, the next; the first and the last bin hold what is beyond, too. */
  bins?: { edges: readonly number[]; counts: readonly number[] };
}

export interface ClassCount {
  label: string;
  train: number;
  validation?: number;
  test?: number;
}

export interface EpochReport {
  epoch: number;
  loss: number;
  accuracy?: number;
  valLoss?: number;
  valAccuracy?: number;
  /** Where labels count alike, and it decides which weights are kept. */
  valMacroF1?: number;
  seconds?: number;
}

export interface MistakeReport {
  text: string;
  /** Names, not numbers. */
  label: string;
  predicted: string;
  /** The probability given to `predicted`. */
  probability: number;
}

/** How long the rows are, and where they are cut. */
export interface LengthSummary {
  rows: number;
  /** Tokens a row. */
  median: number;
  /** 95 % of rows are no longer. */
  percentile95: number;
  longest: number;
  /** Rows longer than this lose tokens; null where rows are read whole. */
  cut: number | null;
  truncated: number;
  /** Rows of `from` up to and including `to` tokens; the last bin may hold all that is longer. */
  bins: readonly { from: number; to: number; count: number }[];
}

/** What a model answers with, by what there is of it. */
export function answersOf({ answers, labels, dataset, labelSets, amounts }: ReportData): Answers {
  if (answers !== undefined) return answers;
  if (labelSets !== undefined || dataset?.labelsPerRow !== undefined) return "labels";
  return amounts !== undefined || dataset?.amounts !== undefined || labels.length === 0 ? "amount" : "label";
}

/** @throws InputError for an evaluation of another kind of model, or of other labels */
export function checkReport(data: ReportData): void {
  const { evaluation, labelSets, amounts, labels } = data;
  if (evaluation !== undefined) checkLabels(evaluation, labels);
  if (labelSets !== undefined) checkLabelSets(labelSets, labels);
  if (amounts !== undefined) checkAmounts(amounts, labels);
  const given = { label: evaluation, labels: labelSets, amount: amounts };
  const answers = answersOf(data);
  for (const [kind, measured] of Object.entries(given)) {
    if (measured === undefined || kind === answers) continue;
    throw inputError({
      expected: `an evaluation of a model that answers with ${WORDED[answers]}`,
      where: "report evaluation",
      received: `one of a model that answers with ${WORDED[kind as Answers]}`,
    });
  }
}

const WORDED = { label: "one label", labels: "any number of labels", amount: "an amount" } as const;

/** @throws InputError where there are not as many names as the evaluation has classes */
function checkLabels(evaluation: Evaluation, labels: readonly string[]): void {
  const { classes } = objectOf(evaluation, "report evaluation");
  if (classes === labels.length) return;
  throw inputError({
    expected: `${classes} names of classes`,
    where: "report labels",
    received: labels.length,
  });
}

/** @throws InputError where the evaluation is not of these labels, in this order */
function checkLabelSets(evaluation: MultiLabelEvaluation, labels: readonly string[]): void {
  const where = "report evaluation";
  const { labels: own, thresholds, perLabel } = objectOf(evaluation, where, "one of several labels a text");
  const other = textsOf(own, `${where} labels`).findIndex((label, k) => label !== labels[k]);
  if (other >= 0) {
    const expected = other < labels.length ? labels[other]! : `${labels.length} labels`;
    throw inputError({ expected, where: `${where} labels[${other}]`, received: own[other] });
  }
  const lengths = {
    labels: own.length,
    thresholds: numbersOf(thresholds, `${where} thresholds`).length,
    perLabel: Array.isArray(perLabel) ? perLabel.length : 0,
  };
  for (const [name, received] of Object.entries(lengths)) {
    if (received === labels.length) continue;
    throw inputError({ expected: `${labels.length}, one a label`, where: `${where} ${name}`, received });
  }
}

/** @throws InputError where there are labels, or it is of something else */
function checkAmounts(evaluation: RegressorEvaluation, labels: readonly string[]): void {
  const where = "report evaluation";
  const { rows, rootMeanSquaredError } = objectOf(evaluation, where, "one of amounts");
  if (labels.length > 0)
    throw inputError({
      expected: "no labels beside amounts",
      where: "report labels",
      received: labels.length,
    });
  finiteNumber(rows, `${where} rows`, 1);
  finiteNumber(rootMeanSquaredError, `${where} rootMeanSquaredError`, 0);
}
