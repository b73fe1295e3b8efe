/** A model opened to be explained: a classifier with its words and labels where it is one. */

import { TextClassifier } from "../../classifier/classifier.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
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
