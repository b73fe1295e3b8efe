/** Models out of Keras scripts: what a Python file builds, read by parsing and never by running. */
import { checkOnWarning } from "../base/notes.js";
import { ENGINES } from "../engines/engines.js";
import * as scripts from "../formats/python/index.js";
import { notebookScript } from "../formats/python/notebook.js";
import { decodeScript, type ScriptText } from "../formats/python/script.js";
import { Model, remarksOf } from "./model.js";
import type { ModelOptions } from "./options.js";

export interface ScriptOptions extends ModelOptions, Pick<scripts.ScriptOptions, "file" | "definitions"> {}

export interface ScriptModel extends Omit<scripts.ScriptReading, "trainer" | "notes"> {
  /** Built with fresh weights; compiled where the script compiles it with what Cellstate has. */
  model: Model;
}

/** The script in the bytes of such a file. @throws InputError for what is none */
export const scriptIn = (bytes: Uint8Array, name: string): ScriptText =>
  /\.ipynb$/i.test(name) ? notebookScript(bytes, name) : { source: decodeScript(bytes, name) };

/** The model that a Keras script builds. @throws InputError naming the line of what cannot be read */
export function readKerasScript(source: string | ScriptText, options: ScriptOptions = {}): ScriptModel {
  const { onWarning, engine, threads, ...reading } = options;
  checkOnWarning(onWarning, "model onWarning");
  const maker = ENGINES.maker({ engine, threads }, "model");
  const { trainer, notes, ...script } = scripts.readScript(source, { ...reading, engine: maker });
  const model = new Model(trainer, null, { onWarning });
  remarksOf(model).add(notes);
  return { model, ...script };
}
