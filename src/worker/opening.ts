/** Opening a model in the worker: to be asked, at first; all of it once something else is wanted. */

import { readBytes } from "#files";
import { inputError } from "../base/errors.js";
import type { TextClassifier } from "../classifier/classifier.js";
import type { MultiLabelClassifier } from "../classifier/multi-label.js";
import type { TextRegressor } from "../classifier/regressor.js";
import type { AmountPredictor, LabelSetPredictor, TextPredictor } from "../classifier/text-predictor.js";
import type { EngineOptions } from "../engines/registry.js";
import type { Model } from "../model/model.js";
import type { Predictor } from "../model/predictor.js";
import { isScript } from "../model/source.js";
import { textKindOf } from "../tokens/text-part.js";
import { openFile, type ScriptSource, type SentFile } from "./sources.js";

/** All of them. */
export const MODEL_KINDS = ["classifier", "multiLabel", "regressor", "network"] as const;
/** What a file is opened as. */
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
  readonly sent: SentFile | ScriptSource;
  readonly kind: ModelKind;
  readonly options: EngineOptions & { readonly name?: string };
}

async function loading(sent: SentFile, options: OpenOrder["options"]) {
  const { source, ...found } = await openFile(sent);
  return [source, { ...found, ...options, onWarning: null }] as const;
}

/** Whether it is a Keras script, or a file of one. */
const isScripted = (sent: OpenOrder["sent"]): boolean =>
  "script" in sent || isScript("file" in sent ? sent.name : sent.address);

/** The network that a Keras script builds, with fresh weights. @throws InputError naming the line of what cannot be read */
async function readScript({ sent, options }: Omit<OpenOrder, "kind">): Promise<Model> {
  const { readKerasScript, scriptIn } = await import("../model/script.js");
  const { name: called, ...engine } = options;
  const reading = (file: string) => ({ ...engine, file: called ?? file, onWarning: null });
  if ("script" in sent) return readKerasScript(sent.script, reading(sent.name ?? "script")).model;
  const { source, name } = await openFile(sent);
  const bytes = source instanceof Uint8Array ? source : await readBytes(source);
  return readKerasScript(scriptIn(bytes, name), reading(name)).model;
}

async function scriptAnswerer(order: OpenOrder): Promise<Answerer> {
  if (order.kind !== "network") {
    throw inputError({
      expected: "a model file with its words: a Keras script builds a network alone",
      where: `model kind "${order.kind}"`,
      received: "a script",
      next: 'Open it with kind: "network".',
    });
  }
  const { Predictor } = await import("../model/predictor.js");
  const { trainerOf } = await import("../model/model.js");
  const model = await readScript(order);
  return { text: null, predictor: new Predictor(trainerOf(model).network, [], null) };
}

/** @throws InputError for a file that is none of that kind */
export async function openAnswerer(order: OpenOrder): Promise<Answerer> {
  if (isScripted(order.sent)) return scriptAnswerer(order);
  const given = await loading(order.sent as SentFile, order.options);
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
  if (isScripted(order.sent)) return { model: await readScript(order), text: null };
  const [source, options] = await loading(order.sent as SentFile, order.options);
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
