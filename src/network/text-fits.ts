/** Whether the parts of a classifier belong together: a network, the vocabulary of its ids and the labels of its outputs. */

import { inputError } from "../base/errors.js";
import { readsIds } from "../layers/traits.js";
import { channelsOf } from "../tokens/channels.js";
import { FeatureEncoder } from "../tokens/feature-encoder.js";
import type { RowEncoder } from "../tokens/row-encoder.js";
import { IdEncoder } from "../tokens/row-encoder.js";
import type { LabelSetPart, TextPart } from "../tokens/text-part.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import type { NetworkLike } from "./network.js";

/** @throws InputError where they do not fit; `name` is the file that they are kept in */
export function checkTextPart(model: NetworkLike, part: TextPart, name: string): void {
  checkLabels(model, part.labels, `${name}: labels`);
  checkEncoder(model, part.encoder, name);
}

/** As `checkTextPart`, of several labels a text: an output each. */
export function checkLabelSetPart(
  model: NetworkLike,
  { encoder, labels }: Pick<LabelSetPart, "encoder" | "labels">,
  name: string,
): void {
  checkDistinct(labels, `${name}: labels`);
  checkUnits(model, labels.length, "one a label");
  checkEncoder(model, encoder, name);
}

/** As `checkTextPart`, of an amount a text: one output. */
export function checkAmountPart(model: NetworkLike, encoder: RowEncoder, name: string): void {
  checkUnits(model, 1, "the amount");
  checkEncoder(model, encoder, name);
}

/** @throws InputError where a model's outputs are not as many */
export function checkUnits(model: NetworkLike, units: number, what: string): void {
  if (model.outputSize === units) return;
  throw inputError({
    expected: `a last layer of ${units === 1 ? "1 unit" : `${units} units`}, ${what}`,
    where: `model ${model.name}`,
    received: model.outputSize,
  });
}

function checkEncoder(model: NetworkLike, encoder: RowEncoder, name: string): void {
  if (encoder instanceof FeatureEncoder) checkFeaturesFit(model, encoder, name);
  if (!(encoder instanceof IdEncoder)) return;
  checkVocabularyFits(model, encoder.vectorizer, name);
  checkLength(model, encoder.length, `${name}: length`);
}

/** A network that reads ids of n-grams, scales, and rows of channels where the encoder lays such. */
function checkFeaturesFit(model: NetworkLike, encoder: FeatureEncoder, name: string): void {
  const { features, scales, parts } = encoder;
  const channels = parts.channels ? channelsOf(parts.channels) : [];
  const expected = [[null], [scales], ...channels.map(() => [parts.channels!.length])];
  if (JSON.stringify(model.inputShapes) !== JSON.stringify(expected)) {
    throw inputError({
      expected: `a model of inputs ${JSON.stringify(expected)}, as its features are laid`,
      where: name,
      received: JSON.stringify(model.inputShapes),
    });
  }
  const sizes = [
    features + 2,
    null,
    ...channels.map((channel) => parts.channels!.known[channel]!.length + 2),
  ];
  const inputs = model.nodes.flatMap(({ inputs: from }, i) => (from.length === 0 ? [i] : []));
  for (const { layer, inputs: from } of model.nodes) {
    if (!readsIds(layer)) continue;
    const size = sizes[inputs.indexOf(from[0]!)];
    if (layer.options.inputDim === size) continue;
    throw inputError({
      expected: `a table of ${size} rows, as many as there are ids`,
      where: `${name}: ${layer.name}`,
      received: layer.options.inputDim,
    });
  }
}

/** One label an output (two of a single one), no two the same. @throws InputError */
export function checkLabels(model: NetworkLike, labels: readonly string[], where: string): void {
  checkDistinct(labels, where);
  checkOutputs(model, labels.length);
}

function checkDistinct(labels: readonly string[], where: string): void {
  if (new Set(labels).size < labels.length)
    throw inputError({ expected: "different labels", where, received: labels });
}

/** Ids beyond an Embedding's table would be no words of the network's. */
export function checkVocabularyFits(model: NetworkLike, vectorizer: Vectorizer, name: string): void {
  const [first, ...others] = model.inputShapes;
  if (!first || others.length > 0 || first.length !== 1) {
    const received = others.length > 0 ? `${others.length + 1} inputs` : first;
    throw inputError({ expected: "a model of one input, rows of token ids", where: name, received });
  }
  for (const { layer } of model.nodes) {
    if (!readsIds(layer)) continue;
    const { inputDim } = layer.options;
    if (vectorizer.size <= inputDim) continue;
    throw inputError({
      expected: `a vocabulary of at most ${inputDim} ids, which is all that ${layer.name} takes`,
      where: name,
      received: vectorizer.size,
      next: `If the texts were encoded with num_words=${inputDim} (or max_tokens), give readVocabulary size: ${inputDim}; otherwise this is another model's vocabulary.`,
      typed: {
        next: `If the texts were encoded with num_words=${inputDim} (or max_tokens), give --vocabulary ${inputDim}; otherwise this is another model's vocabulary.`,
      },
    });
  }
}

/** Rows must be as long as the network's input, where that is fixed. @throws InputError */
export function checkLength(model: NetworkLike, length: number, where: string): void {
  const fixed = model.inputShapes[0]?.[0] ?? length;
  if (fixed === length) return;
  throw inputError({ expected: `rows of ${fixed} ids, as the model's input`, where, received: length });
}

/** One sigmoid unit for two labels, else one softmax unit a label. */
export function checkOutputs(model: NetworkLike, classes: number): void {
  const outputs = model.outputSize;
  if (outputs === classes || (outputs === 1 && classes === 2)) return;
  throw inputError({
    expected:
      classes === 2
        ? "a last layer of 1 or 2 units for 2 labels"
        : `a last layer of ${classes} units, one a label`,
    where: `model ${model.name}`,
    received: outputs,
  });
}
