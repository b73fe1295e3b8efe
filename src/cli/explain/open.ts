/** A model opened to be explained: a classifier with its words and labels where it is one. */

import { type InputError, inputError } from "../../base/errors.js";
import { assembleEncoder, ownVectorizer } from "../../classifier/assemble.js";
import { TextClassifier } from "../../classifier/classifier.js";
import { TextRegressor } from "../../classifier/regressor.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { checkLabels } from "../../network/text-fits.js";
import { FeatureEncoder } from "../../tokens/feature-encoder.js";
import { IdEncoder } from "../../tokens/row-encoder.js";
import type { AnyTextModel } from "../asking.js";
import * as models from "../models.js";
import { sayNotes } from "../notes.js";
import { readingOf, textModelOf, type VocabularyFlags } from "../tokenizer.js";

export interface Opened {
  name: string;
  model: Model;
  /** Of one label a text. */
  classifier: TextClassifier | null;
  /** What reads texts for the network, and what its outputs are called; null where nothing does. */
  reader: TextReader | null;
}

/** A network alone with the vocabulary that is in it or was given beside it. */
export interface ReadNetwork {
  encoder: IdEncoder;
  /** Where they were said. */
  labels?: readonly string[] | undefined;
}

/** What reads texts for a network: of a regressor without labels. */
export type TextReader = AnyTextModel | ReadNetwork;

/** How the texts of a network are read whose file does not say it; as `predict` takes it. */
export type ReadingFlags = Pick<
  VocabularyFlags,
  "tokenizer" | "padding" | "truncating" | "length" | "vocabulary" | "labels"
>;

export interface OpenOptions extends Pick<ModelOptions, "engine" | "threads" | "seed"> {
  /** What a Keras script computes and the caller knows. */
  define?: Definitions;
}

/** A model file or a Keras script, which is never run. */
export async function openModel(
  source: string,
  { define, engine, threads, seed }: OpenOptions = {},
  reading: ReadingFlags = {},
): Promise<Opened> {
  const opened = await models.readModel(source, { engine, threads, seed, definitions: define });
  const { model } = opened;
  const reader =
    opened.extras === null
      ? await readNetwork(source, model, reading)
      : await textModelOf(source, opened, reading);
  return { name: source, model, classifier: reader instanceof TextClassifier ? reader : null, reader };
}

async function readNetwork(
  source: string,
  model: Model,
  { labels, ...reading }: ReadingFlags,
): Promise<ReadNetwork | null> {
  sayNotes(model, false);
  const readsTexts = reading.tokenizer !== undefined || ownVectorizer(model) !== undefined;
  const parts = await readingOf(reading, model);
  if (!readsTexts) return null;
  if (labels) checkLabels(model, labels, "--labels");
  return { encoder: assembleEncoder(model, parts, source), labels };
}

/** Whether a file says itself what its answers are. */
export const isTextModel = (reader: TextReader): reader is AnyTextModel => "model" in reader;

/** What a regressor's one output is called. */
const AMOUNT = ["amount"];

/** What outputs are called; undefined where that is not known. */
export const outputNames = (reader: TextReader | null): readonly string[] | undefined =>
  reader instanceof TextRegressor ? AMOUNT : reader?.labels;

/** What turns texts into the ids of a network of words; null where there is none. */
export const idsOf = (reader: TextReader | null): IdEncoder | null =>
  reader?.encoder instanceof IdEncoder ? reader.encoder : null;

/** Whether a classifier's network reads n-grams, and so has no sequence to look into. */
export const isAutomatic = (reader: TextReader | null): reader is AnyTextModel =>
  reader?.encoder instanceof FeatureEncoder;

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
