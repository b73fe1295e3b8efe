/** Card and report of a classifier or a regressor in hand, as far as that remembers how it came about. */
import { objectOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import { type ClassifierEvaluation, TextClassifier } from "../classifier/classifier.js";
import type { MultiLabelClassifier, MultiLabelEvaluation } from "../classifier/multi-label.js";
import type { TrainingRecord } from "../classifier/options.js";
import type { RegressorEvaluation, TextRegressor } from "../classifier/regressor.js";
import { TextModel } from "../classifier/text-model.js";
import { describeModel } from "../model/describe.js";
import type { Model } from "../model/model.js";
import { cardMarkdown } from "./card.js";
import { type Answers, checkReport, type DatasetReport, type EpochReport, type ReportData } from "./data.js";
import { reportHtml } from "./report.js";

/** Options of `modelCard` and `reportPage`; all may be left out. */
export interface CardOptions {
  /** What it is called. Default: "classifier", "multi-label classifier" or "regressor". */
  title?: string;
  /** Where the rows that it learned from came from. Default: that this is not on record. */
  source?: string;
  /** What its `evaluate` found on rows that took no part. Without it the card says that it was not measured. */
  evaluation?: ClassifierEvaluation | MultiLabelEvaluation | RegressorEvaluation;
}

/** What learned from labelled texts. */
type Learned = TextClassifier | MultiLabelClassifier | TextRegressor;

/**
 * A model card in Markdown (Mitchell et al., "Model cards for model reporting", 2019): what a classifier or a regressor is, what
 * it learned from, how well it answers, with 95 % intervals, how far to trust its probabilities, and where its limits are.
 * Intended use is left for its author to fill in. Nothing is measured for it; `cellstate train --card FILE` knows more: the
 * split, and the command that makes the same file again.
 * @returns CommonMark with tables as GitHub has them; labels and names in it are text, whatever they hold
 * @throws InputError for what is none of them, and for an evaluation of another kind or of other labels
 */
export function modelCard(classifier: Learned, options: CardOptions = {}): string {
  return cardMarkdown(reportOf(classifier, options, "modelCard"));
}

/**
 * A report as one HTML page that needs nothing else, without scripts: curves of the training, how well it answers, confusion
 * matrix, the surest mistakes, layers and settings, each picture with its numbers. Nothing is measured for it; `cellstate train
 * --report FILE` knows more: how long the texts are, how long it took, and the command that makes the same file again.
 * @returns HTML; labels, names and texts in it are text, whatever they hold
 * @throws InputError for what is none of them, and for an evaluation of another kind or of other labels
 */
export function reportPage(classifier: Learned, options: CardOptions = {}): string {
  return reportHtml(reportOf(classifier, options, "reportPage"));
}

/** What a model in hand remembers, and what was measured of it. */
function reportOf(classifier: Learned, options: CardOptions, where: string): ReportData {
  const [answers, what, measured] = kindIn(classifier, where);
  const { model, training } = classifier;
  const labels = "labels" in classifier ? classifier.labels : [];
  knownOptions(options, ["title", "source", "evaluation"], where);
  const { title = what, source = "not on record", evaluation } = options;
  const { auto, linear, bestEpoch, settings, stopped } = training ?? {};
  const report: ReportData = {
    title: textOf(title, `${where} title`),
    kind: (auto ?? linear) ? `automatic ${what}` : kindOf(model, what),
    labels,
    answers,
    model: describeModel(model),
    epochs: epochsOf(training),
    ...(training ? { dataset: datasetOf(training, labels, textOf(source, `${where} source`)) } : {}),
    ...(auto ? { auto } : {}),
    ...(linear ? { linear } : {}),
    ...(bestEpoch != null ? { bestEpoch } : {}),
    ...(settings ? { settings } : {}),
    ...(stopped != null ? { notes: [`${stopped[0]?.toUpperCase()}${stopped.slice(1)}.`] } : {}),
    ...(evaluation === undefined ? {} : { [measured]: objectOf(evaluation, `${where} evaluation`) }),
  };
  checkReport(report);
  const { mistakes = [] } = (answers === "label" && (evaluation as ClassifierEvaluation)) || {};
  return { ...report, ...mistakesOf(mistakes, report) };
}

/** Names of a history that a report draws. */
const DRAWN = ["loss", "accuracy", "valLoss", "valAccuracy", "valMacroF1"] as const;

function epochsOf(training: TrainingRecord | null): EpochReport[] {
  const { history } = training ?? {};
  return (history?.["loss"] ?? []).map((loss, k) => ({
    epoch: k + 1,
    loss,
    ...Object.fromEntries(DRAWN.flatMap((name) => (history?.[name] ? [[name, history[name][k]!]] : []))),
  }));
}

function mistakesOf(mistakes: ClassifierEvaluation["mistakes"], { evaluation, labels }: ReportData) {
  if (!evaluation) return {};
  const { rows, accuracy } = evaluation;
  return {
    mistakes: mistakes.map(({ text, label, predicted, probability }) => {
      return { text, probability, label: labels[label]!, predicted: labels[predicted]! };
    }),
    mistakeCount: Math.round(rows * (1 - accuracy)),
  };
}

/**
 * What it answers with, what it is called, and where its evaluation belongs. By what they have: their classes would bring what
 * trains them into every bundle that has this.
 */
function kindIn(
  given: unknown,
  where: string,
): [Answers, string, keyof Pick<ReportData, "evaluation" | "labelSets" | "amounts">] {
  if (given instanceof TextClassifier) return ["label", "classifier", "evaluation"];
  if (given instanceof TextModel) {
    if ("thresholds" in given) return ["labels", "multi-label classifier", "labelSets"];
    return ["amount", "regressor", "amounts"];
  }
  throw inputError({
    expected: "a TextClassifier, a MultiLabelClassifier or a TextRegressor",
    where: `${where} classifier`,
    received: given,
  });
}

/** "LSTM classifier": named after its first recurrent layer. */
export function kindOf({ layers }: Model, what = "classifier"): string {
  const recurrent = layers.find((layer) => layer.kind.recurrent)?.className;
  return recurrent === undefined && what !== "classifier" ? what : `${recurrent ?? "text"} ${what}`;
}

function datasetOf(
  { rows, validationRows, perClass }: TrainingRecord,
  labels: readonly string[],
  source: string,
): DatasetReport {
  return {
    source,
    rows: { train: rows, ...(validationRows > 0 ? { validation: validationRows } : {}) },
    // A label may be called like what every object has: "__proto__", "constructor".
    classes: labels.map((label) => ({ label, train: Object.hasOwn(perClass, label) ? perClass[label]! : 0 })),
  };
}
