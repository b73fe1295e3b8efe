/** A model opened to be explained: a classifier with its words and labels where it is one. */

import { type InputError, inputError } from "../../base/errors.js";
import { TextClassifier } from "../../classifier/classifier.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { FeatureEncoder } from "../../tokens/feature-encoder.js";
import * as models from "../models.js";

export interface Opened {
  name: string;
  model: Model;
  classifier: TextClassifier | null;
}

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
  const isClassifier =
    typeof extras === "object" &&
    extras !== null &&
    (extras as { kind?: unknown }).kind === "text-classifier";
  return {
    name: source,
    model,
    classifier: isClassifier ? TextClassifier.fromModel(model, extras, source) : null,
  };
}

/** Whether a classifier's network reads n-grams, and so has no sequence to look into. */
export const isAutomatic = (classifier: TextClassifier | null): boolean =>
  classifier?.encoder instanceof FeatureEncoder;

/** Whether networks over words stand beside an automatic classifier's n-grams. */
export const hasNetworks = (classifier: TextClassifier | null): boolean =>
  classifier?.encoder instanceof FeatureEncoder && Boolean(classifier.encoder.parts.channels);

/** Why a command has nothing to show of an automatic classifier, and what has. */
export const automaticError = (
  { name, classifier }: Pick<Opened, "name" | "classifier">,
  expected: string,
): InputError =>
  inputError({
    expected,
    where: name,
    received: hasNetworks(classifier)
      ? "an automatic classifier, of n-grams and networks together"
      : "an automatic classifier, whose scores are sums over n-grams",
    next: "Ask it with explain attribute, explain params or summary; or train with --model lstm.",
  });

/** @throws InputError for an automatic classifier */
export function refuseAutomatic(opened: Pick<Opened, "name" | "classifier">, expected: string): void {
  if (isAutomatic(opened.classifier)) throw automaticError(opened, expected);
}
