/** The model card of a classifier or a regressor in hand, as far as that remembers how it came about. */
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
import type { Answers, DatasetReport, ReportData } from "./data.js";

/** Options of `modelCard`; all may be left out. */
export interface CardOptions {
  /** What it is called. Default: "classifier", "multi-label classifier" or "regressor". */
  title?: string;
  /** Where the rows that it learned from came from. Default: that this is not on record. */
  source?: string;
  /** What its `evaluate` found on rows that took no part. Without it the card says that it was not measured. */
  evaluation?: ClassifierEvaluation | MultiLabelEvaluation | RegressorEvaluation;
}

/**
 * A model card in Markdown (Mitchell et al., "Model cards for model reporting", 2019): what a classifier or a regressor is, what
 * it learned from, how well it answers, with 95 % intervals, how far to trust its probabilities, and where its limits are.
 * Intended use is left for its author to fill in. Nothing is measured for it; `cellstate train --card FILE` knows more: the
 * split, and the command that makes the same file again.
 * @returns CommonMark with tables as GitHub has them; labels and names in it are text, whatever they hold
 * @throws InputError for what is none of them, and for an evaluation of another kind or of other labels
 */
export function modelCard(
  classifier: TextClassifier | MultiLabelClassifier | TextRegressor,
  options: CardOptions = {},
): string {
  const [answers, what, measured] = kindIn(classifier);
  const { model, training } = classifier;
  const labels = "labels" in classifier ? classifier.labels : [];
  knownOptions(options, ["title", "source", "evaluation"], "modelCard");
  const { title = what, source = "not on record", evaluation } = options;
  const { auto, linear, bestEpoch, history } = training ?? {};
  return cardMarkdown({
    title: textOf(title, "modelCard title"),
    kind: (auto ?? linear) ? `automatic ${what}` : kindOf(model, what),
    labels,
    answers,
    model: describeModel(model),
    epochs: (history?.["loss"] ?? []).map((loss, k) => ({ epoch: k + 1, loss })),
    ...(training ? { dataset: datasetOf(training, labels, textOf(source, "modelCard source")) } : {}),
    ...(auto ? { auto } : {}),
    ...(linear ? { linear } : {}),
    ...(bestEpoch != null ? { bestEpoch } : {}),
    ...(evaluation === undefined ? {} : { [measured]: objectOf(evaluation, "modelCard evaluation") }),
  });
}

/**
 * What it answers with, what it is called, and where its evaluation belongs. By what they have: their classes would bring what
 * trains them into every bundle that has this.
 */
function kindIn(
  given: unknown,
): [Answers, string, keyof Pick<ReportData, "evaluation" | "labelSets" | "amounts">] {
  if (given instanceof TextClassifier) return ["label", "classifier", "evaluation"];
  if (given instanceof TextModel) {
    if ("thresholds" in given) return ["labels", "multi-label classifier", "labelSets"];
    return ["amount", "regressor", "amounts"];
  }
  throw inputError({
    expected: "a TextClassifier, a MultiLabelClassifier or a TextRegressor",
    where: "modelCard classifier",
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
