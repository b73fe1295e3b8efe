/**
 * Classifiers and regressors put together from parts that were kept apart: a network, its vocabulary, and what its outputs are
 * called.
 */

import { instanceOf, textOf, textsOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { takesTexts } from "../layers/traits.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import { takesNgrams } from "../network/ngrams-input.js";
import { checkLabels, checkVocabularyFits } from "../network/text-fits.js";
import { IdEncoder } from "../tokens/row-encoder.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import { TextClassifier } from "./classifier.js";
import { MultiLabelClassifier } from "./multi-label.js";
import { TextRegressor } from "./regressor.js";

/** What `assembleRegressor` puts beside a model: what reads the texts. */
export interface ReadingParts {
  /** Default: that of the model's TextVectorization. */
  vectorizer?: Vectorizer | undefined;
  /** Ids in a row. Default: what the model's input says, then the vectorizer. */
  length?: number | undefined;
}

/** What `assembleClassifier` puts beside a model. */
export interface ClassifierParts extends ReadingParts {
  /** One for each class, in order. Default "0", "1" … */
  labels?: readonly string[] | undefined;
  /** Of two labels, the second is answered above it. Default 0.5. */
  threshold?: number | undefined;
}

/** What `assembleMultiLabel` puts beside a model. */
export interface MultiLabelParts extends ReadingParts {
  /** One for each output, in order. Default "0", "1" … */
  labels?: readonly string[] | undefined;
  /** [labels] a label is answered above its threshold. Default 0.5 each. */
  thresholds?: readonly number[] | undefined;
}

/**
 * Makes a classifier of a model that was kept without its vocabulary and labels.
 * @param name what messages call the model's file
 * @throws InputError where the parts do not fit each other
 */
export function assembleClassifier(model: Model, parts: ClassifierParts, name = "model"): TextClassifier {
  const encoder = encoderOf("assembleClassifier", model, parts, name, ["labels", "threshold"]);
  const outputs = model.outputSize;
  const labels = labelsOf(parts, outputs === 1 ? 2 : outputs, name);
  checkLabels(model, labels, "labels");
  checkProbabilities(model, name);
  if (parts.threshold !== undefined && outputs !== 1) {
    const received = `${outputs} outputs, of which the largest is answered`;
    throw inputError({
      expected: "one output, for a threshold to choose by",
      where: `${name}: threshold`,
      received,
    });
  }
  const threshold = finiteNumber(parts.threshold ?? 0.5, "threshold", 0, 1);
  return new TextClassifier({ model, encoder, labels, threshold, training: null });
}

/**
 * As `assembleClassifier`, of a model that ends in a sigmoid a label: any number of labels apply to a text.
 * @param name what messages call the model's file
 * @throws InputError where the parts do not fit each other
 */
export function assembleMultiLabel(
  model: Model,
  parts: MultiLabelParts,
  name = "model",
): MultiLabelClassifier {
  const encoder = encoderOf("assembleMultiLabel", model, parts, name, ["labels", "thresholds"]);
  const labels = labelsOf(parts, model.outputSize, name);
  const { outputNode } = model;
  const { activation } = outputNode.layer.options as { activation?: string };
  if (activation !== undefined && activation !== "sigmoid") {
    throw inputError({
      expected: "a last layer of sigmoids, each a question of its own",
      where: name,
      received: `${outputNode.layer.name}, which is ${activation}`,
    });
  }
  const thresholds = parts.thresholds ?? labels.map(() => 0.5);
  return new MultiLabelClassifier({ model, encoder, labels, thresholds, training: null });
}

/**
 * As `assembleClassifier`, of a model whose one output is an amount.
 * @param name what messages call the model's file
 * @throws InputError where the parts do not fit each other
 */
export function assembleRegressor(model: Model, parts: ReadingParts, name = "model"): TextRegressor {
  const encoder = encoderOf("assembleRegressor", model, parts, name, []);
  return new TextRegressor({ model, encoder, training: null });
}

/**
 * What turns texts into the rows that a model reads, whatever it puts out.
 * @param name what messages call the model's file
 * @throws InputError where there is no vocabulary, or one that does not fit
 */
export const assembleEncoder = (model: Model, parts: ReadingParts, name: string): IdEncoder =>
  encoderOf("assembleEncoder", model, parts, name, []);

/** What turns texts into the rows that a model reads. @param more options besides those of reading */
function encoderOf(
  where: string,
  model: Model,
  parts: ReadingParts,
  name: string,
  more: readonly string[],
): IdEncoder {
  textOf(name, `${where} name`);
  modelOf(model, name);
  knownOptions(parts, ["vectorizer", "length", ...more], name);
  if (parts.vectorizer !== undefined)
    instanceOf(parts.vectorizer, Vectorizer, `${name}: vectorizer`, "a Vectorizer");
  refuseNgrams(model, name);
  const vectorizer = parts.vectorizer ?? ownVectorizer(model);
  if (!vectorizer) {
    throw inputError({
      expected: "a vocabulary",
      where: name,
      next: "The file holds a network only: give the vocabulary it was trained with, as a vectorizer that readVocabulary makes.",
      typed: {
        next: "The file holds a network only: give the vocabulary it was trained with, --tokenizer FILE (tokenizer.json, tokenizer.pkl, word_index.json or vocabulary.txt).",
      },
    });
  }
  checkVocabularyFits(model, vectorizer, name);
  return new IdEncoder(vectorizer, rowLength(model, parts.length, vectorizer, name));
}

function labelsOf({ labels }: Pick<ClassifierParts, "labels">, count: number, name: string) {
  if (labels !== undefined) return textsOf(labels, `${name}: labels`);
  return Array.from({ length: count }, (_, k) => String(k));
}

/** @throws InputError for the network of an automatic classifier, which reads nothing without what its own file keeps */
export function refuseNgrams(model: Model, name: string): void {
  if (!takesNgrams(model)) return;
  throw inputError({
    expected: "a classifier with its n-grams and labels",
    where: name,
    received: "the network of an automatic classifier alone",
    next: "No vocabulary completes it: use the file that the classifier was saved to (.keras, .safetensors, .onnx or .json).",
  });
}

/** The vectorizer of a model that takes texts itself. */
export function ownVectorizer(model: Model): Vectorizer | undefined {
  const layer = model.nodes[0]?.layer;
  return layer && takesTexts(layer) ? layer.vectorizer : undefined;
}

/** What comes out of a linear layer is a score, and would be taken for a probability. */
function checkProbabilities({ outputNode }: Model, name: string): void {
  const { activation } = outputNode.layer.options as { activation?: string };
  if (activation === undefined || activation === "sigmoid" || activation === "softmax") return;
  throw inputError({
    expected: "a last layer of probabilities (sigmoid or softmax)",
    where: name,
    received: `${outputNode.layer.name}, which is ${activation}`,
    next: "End the network in Activation('sigmoid' or 'softmax') before saving it; or, of one amount a text, use assembleRegressor; or loadModel and predict.",
    typed: { next: "End the network in Activation('sigmoid' or 'softmax') before saving it." },
  });
}

function rowLength(model: Model, given: number | undefined, vectorizer: Vectorizer, name: string): number {
  const fixed = model.inputShapes[0]?.[0] ?? undefined;
  const length = given ?? fixed ?? vectorizer.length;
  if (length === undefined) {
    const advice = "Its input takes rows of any length: say which it was trained with,";
    const typed = { next: `${advice} --length N.` };
    throw inputError({ expected: "a length of rows", where: name, next: `${advice} length: N.`, typed });
  }
  wholeNumber(length, "length", 1, 1e6);
  if (fixed === undefined || fixed === length) return length;
  const next = "Leave the length out: the model says it.";
  throw inputError({ expected: `rows of ${fixed} ids`, where: `${name}: length`, received: length, next });
}
