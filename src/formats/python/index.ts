/** Keras scripts: the model a Python file builds, read by parsing and never by running. */
import { inputError } from "../../errors.js";
import { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import type { Json, JsonObject } from "../json.js";
import { readCompileConfig } from "../keras/compile-config.js";
import { readModelConfig, toLinks } from "../keras/model-config.js";
import { type Context, Notes, type Receipt } from "../keras/receipt.js";
import { type Definitions, readScriptModel } from "./script.js";
import { scriptConfig } from "./to-config.js";

export type { Definitions } from "./script.js";

export interface ScriptModel {
  /** Built with fresh weights; compiled where the script compiles it with what Cellstate has. */
  model: Model;
  receipt: Receipt;
}

export interface ScriptOptions extends ModelOptions {
  /** How messages name it: "homework.py". */
  file?: string;
  /** Values that the script computes and the caller knows: { vocab_size: 1000 }. */
  definitions?: Definitions;
}

/** The model that a Keras script builds. @throws InputError naming the line of what cannot be read */
export function readKerasScript(source: string, options: ScriptOptions = {}): ScriptModel {
  const { file = "script", definitions = {}, ...modelOptions } = options;
  const notes = new Notes();
  const described = scriptConfig(readScriptModel(source, file, definitions), file, notes);
  // A script means what today's Keras makes of it.
  const context: Context = { file, major: 3, minor: 15, notes };
  const blueprint = readModelConfig(described.model as JsonObject, context, file);
  const links = toLinks(blueprint);
  const layers = links.map(({ layer }) => layer);
  const model = new Model(layers, links, { name: blueprint.name, ...modelOptions }, blueprint.outputs);
  const compile = readCompileConfig(described.compile as Json | undefined, context, model.outputSize);
  if (compile) model.compile(compile);
  if (model.layers.length === 0) throw inputError({ expected: "at least one layer", where: file });
  model.remarks.add(notes.list());
  const { filled, ignored, warnings } = notes;
  const counts = { layers: model.layers.length, parameters: model.countParams() };
  return {
    model,
    receipt: { format: "Keras script", kerasVersion: null, ...counts, filled, ignored, warnings },
  };
}
