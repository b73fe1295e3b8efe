/** A model opened to be explained: a classifier with its words and labels where it is one. */

import { type InputError, inputError } from "../../base/errors.js";
import { TextClassifier } from "../../classifier/classifier.js";
import { MultiLabelClassifier } from "../../classifier/multi-label.js";
import { TextRegressor } from "../../classifier/regressor.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { FeatureEncoder } from "../../tokens/feature-encoder.js";
import { IdEncoder } from "../../tokens/row-encoder.js";
import { textKindOf } from "../../tokens/text-part.js";
import type { AnyTextModel } from "../asking.js";
import * as models from "../models.js";

export interface Opened {
  name: string;
  model: Model;
  /** Of one label a text. */
  classifier: TextClassifier | null;
  /** What reads texts for the network, and what its outputs are called, of any kind of text model; null of a network alone. */
  reader: TextReader | null;
}

/** What reads texts for a network: of a regressor without labels. */
export type TextReader = AnyTextModel;

export interface OpenOptions extends Pick<ModelOptions, "engine" | "threads" | "seed"> {
  /** What a Keras script computes and the caller knows. */
  define?: Definitions;
}

/** A model file or a Keras script, which is never run. */
export async function openModel(source: string, { define, ...options }: OpenOptions = {}): Promise<Opened> {
  const { engine, threads, seed } = options;
  const { model, extras } = await models.openModel(source, {
    ...{ engine, threads, seed, definitions: define },
    training: false,
  });
  const found = { name: source, model };
  if (extras === null) return { ...found, classifier: null, reader: null };
  switch (textKindOf(extras)) {
    case "multi-label-classifier":
      return { ...found, classifier: null, reader: MultiLabelClassifier.fromModel(model, extras, source) };
    case "text-regressor":
      return { ...found, classifier: null, reader: TextRegressor.fromModel(model, extras, source) };
    // Files of the first versions say no kind, and newer kinds are refused as those.
    default: {
      const classifier = TextClassifier.fromModel(model, extras, source);
      return { ...found, classifier, reader: classifier };
    }
  }
}

/** What a regressor's one output is called. */
const AMOUNT = ["amount"];

/** What outputs are called; undefined where that is not known. */
export const outputNames = (reader: TextReader | null): readonly string[] | undefined =>
  reader instanceof TextRegressor ? AMOUNT : reader?.labels;

/** What turns texts into the ids of a network of words; null where there is none. */
export const idsOf = (reader: TextReader | null): IdEncoder | null =>
  reader?.encoder instanceof IdEncoder ? reader.encoder : null;

/** Whether a classifier's network reads n-grams, and so has no sequence to look into. */
export const isAutomatic = (reader: TextReader | null): boolean => reader?.encoder instanceof FeatureEncoder;

/** Whether networks over words stand beside an automatic classifier's n-grams. */
export const hasNetworks = (reader: TextReader | null): boolean =>
  reader?.encoder instanceof FeatureEncoder && Boolean(reader.encoder.parts.channels);

/** Why a command has nothing to show of an automatic classifier, and what has. */
export const automaticError = (
  { name, reader }: Pick<Opened, "name" | "reader">,
  expected: string,
): InputError =>
  inputError({
    expected,
    where: name,
    received: `an automatic ${reader instanceof TextRegressor ? "regressor" : "classifier"}, ${
      hasNetworks(reader) ? "of n-grams and networks together" : "whose scores are sums over n-grams"
    }`,
    next: "Ask it with explain attribute, explain params or summary; or train with --model lstm.",
  });

/** @throws InputError for an automatic classifier */
export function refuseAutomatic(opened: Pick<Opened, "name" | "reader">, expected: string): void {
  if (isAutomatic(opened.reader)) throw automaticError(opened, expected);
}
