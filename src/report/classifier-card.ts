/** The model card of a classifier in hand, as far as that remembers how it came about. */
import { instanceOf, objectOf, textOf } from "../base/arguments.js";
import { knownOptions } from "../base/errors.js";
import { type ClassifierEvaluation, TextClassifier } from "../classifier/classifier.js";
import { describeModel } from "../model/describe.js";
import type { Model } from "../model/model.js";
import { cardMarkdown } from "./card.js";
import { checkLabels, type DatasetReport } from "./data.js";

/** Options of `modelCard`; all may be left out. */
export interface CardOptions {
  /** What the classifier is called. Default: "classifier". */
  title?: string;
  /** Where the rows that it learned from came from. Default: that this is not on record. */
  source?: string;
  /** What `classifier.evaluate` found on rows that took no part. Without it the card says that it was not measured. */
  evaluation?: ClassifierEvaluation;
}

/**
 * A model card in Markdown (Mitchell et al., "Model cards for model reporting", 2019): what a classifier is, what it learned
 * from, how well it answers, with 95 % intervals, how far to trust its probabilities, and where its limits are. Intended use
 * is left for its author to fill in. Nothing is measured for it; `cellstate train --card FILE` knows more: the split, and the
 * command that makes the same file again.
 * @returns CommonMark with tables as GitHub has them; labels and names in it are text, whatever they hold
 * @throws InputError for what is no classifier, and for an evaluation of another number of labels
 */
export function modelCard(classifier: TextClassifier, options: CardOptions = {}): string {
  const { model, labels, training } = instanceOf(
    classifier,
    TextClassifier,
    "modelCard classifier",
    "a TextClassifier",
  );
  knownOptions(options, ["title", "source", "evaluation"], "modelCard");
  const { title = "classifier", source = "not on record", evaluation } = options;
  const { auto, bestEpoch, history } = training ?? {};
  if (evaluation !== undefined) checkLabels(objectOf(evaluation, "modelCard evaluation"), labels);
  return cardMarkdown({
    title: textOf(title, "modelCard title"),
    kind: auto ? "automatic classifier" : kindOf(model),
    labels,
    model: describeModel(model),
    epochs: (history?.["loss"] ?? []).map((loss, k) => ({ epoch: k + 1, loss })),
    ...(training ? { dataset: datasetOf(training, labels, textOf(source, "modelCard source")) } : {}),
    ...(auto ? { auto } : {}),
    ...(bestEpoch != null ? { bestEpoch } : {}),
    ...(evaluation ? { evaluation } : {}),
  });
}

/** "LSTM classifier": named after its first recurrent layer. */
export const kindOf = ({ layers }: Model): string =>
  `${layers.find((layer) => layer.kind.recurrent)?.className ?? "text"} classifier`;

function datasetOf(
  { rows, validationRows, perClass }: NonNullable<TextClassifier["training"]>,
  labels: readonly string[],
  source: string,
): DatasetReport {
  return {
    source,
    rows: { train: rows, ...(validationRows > 0 ? { validation: validationRows } : {}) },
    classes: labels.map((label) => ({ label, train: perClass[label] ?? 0 })),
  };
}
