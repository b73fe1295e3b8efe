/** Opening a model in the worker: to be asked, at first; all of it once something else is wanted. */

import type { TextClassifier } from "../classifier/classifier.js";
import type { MultiLabelClassifier } from "../classifier/multi-label.js";
import type { TextRegressor } from "../classifier/regressor.js";
import type { AmountPredictor, LabelSetPredictor, TextPredictor } from "../classifier/text-predictor.js";
import type { EngineOptions } from "../engines/registry.js";
import type { Model } from "../model/model.js";
import type { Predictor } from "../model/predictor.js";
import { textKindOf } from "../tokens/text-part.js";
import { openFile, type SentFile } from "./sources.js";

/** What a file is opened as. */
export const MODEL_KINDS = ["classifier", "multiLabel", "regressor", "network"] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** What only answers. */
export interface Answerer {
  readonly predictor: Predictor;
  /** Null of a network alone. */
  readonly text: TextPredictor | LabelSetPredictor | AmountPredictor | null;
}

/** What can be looked into, too. */
export interface Whole {
  readonly model: Model;
  /** Null of a network alone. */
  readonly text: TextClassifier | MultiLabelClassifier | TextRegressor | null;
}

export interface OpenOrder {
  readonly sent: SentFile;
  readonly kind: ModelKind;
  readonly options: EngineOptions & { readonly name?: string };
}

async function loading({ sent, options }: Omit<OpenOrder, "kind">) {
  const { source, ...found } = await openFile(sent);
  return [source, { ...found, ...options, onWarning: null }] as const;
}

/** @throws InputError for a file that is none of that kind */
export async function openAnswerer(order: OpenOrder): Promise<Answerer> {
  const given = await loading(order);
  const { loadClassifier, loadMultiLabelClassifier, loadRegressor } = await import(
    "../classifier/text-predictor.js"
  );
  const load = { classifier: loadClassifier, multiLabel: loadMultiLabelClassifier, regressor: loadRegressor };
  if (order.kind !== "network") {
    const text = await load[order.kind](...given);
    return { text, predictor: text.model };
  }
  const { loadModel } = await import("../model/predictor.js");
  return { text: null, predictor: await loadModel(...given) };
}

/** By what the file holds. @throws InputError for what is no model file */
export async function openWhole(order: Omit<OpenOrder, "kind">): Promise<Whole> {
  const [source, options] = await loading(order);
  const { model, extras } = await (await import("../model/load.js")).loadFile(source, options);
  const { name } = options;
  switch (textKindOf(extras)) {
    case "text-classifier": {
      const { TextClassifier } = await import("../classifier/classifier.js");
      return { model, text: TextClassifier.fromModel(model, extras, name) };
    }
    case "multi-label-classifier": {
      const { MultiLabelClassifier } = await import("../classifier/multi-label.js");
      return { model, text: MultiLabelClassifier.fromModel(model, extras, name) };
    }
    case "text-regressor": {
      const { TextRegressor } = await import("../classifier/regressor.js");
      return { model, text: TextRegressor.fromModel(model, extras, name) };
    }
    default:
      return { model, text: null };
  }
}
