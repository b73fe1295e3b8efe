/** A model file opened to be explained: a classifier with its words and labels where it is one. */
import type { EngineOptions } from "../../engine/index.js";
import { loadFile } from "../../formats/load.js";
import type { Model } from "../../model/model.js";
import { TextClassifier } from "../../text/classifier.js";

export interface Opened {
  name: string;
  model: Model;
  classifier: TextClassifier | null;
}

export async function openModel(source: string, { engine, threads }: EngineOptions = {}): Promise<Opened> {
  const { model, extras } = await loadFile(source, { engine, threads });
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
