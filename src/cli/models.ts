/** Models as the command line is given them: a preset's name, a model file, or a Keras script. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { InputError, oneOf } from "../errors.js";
import { loadFile } from "../formats/load.js";
import { type Definitions, readKerasScript } from "../formats/python/index.js";
import type { Model } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { PRESET_NAMES, type PresetSizes, presetModel } from "../text/presets.js";
import { sayNotes } from "./notes.js";

/** A preset's model, or null when the word is a file's name. @throws InputError when it is neither */
export function namedModel(word: string, sizes: PresetSizes, options: ModelOptions = {}): Model | null {
  if (/[./\\]/.test(word) || existsSync(word)) return null;
  return presetModel(oneOf(word, PRESET_NAMES, "model"), sizes, options);
}

export interface OpenedModel {
  model: Model;
  /** What the file carries besides the network: a classifier's vocabulary and labels. */
  extras: unknown;
}

/**
 * A model file of any kind that is read, or a Keras script (never run). What may make it behave otherwise is said on
 * stderr: all of it, or with `training: false` what matters to a model that only predicts.
 */
export async function openModel(
  file: string,
  options: ModelOptions & { definitions?: Definitions; training?: boolean } = {},
): Promise<OpenedModel> {
  const opened = await readModel(file, options);
  sayNotes(opened.model, options.training ?? true);
  return opened;
}

async function readModel(
  file: string,
  options: ModelOptions & { definitions?: Definitions },
): Promise<OpenedModel> {
  const { definitions, engine, threads, seed } = options;
  if (!/\.py$/i.test(file)) return loadFile(file, { engine, threads });
  const source = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new InputError(`${file}: there is no such file.`);
    throw error;
  });
  return { model: readKerasScript(source, { file, definitions, engine, threads, seed }).model, extras: null };
}

/** A repeatable `--define NAME=VALUE`: what a script computes and the caller knows. */
export function define(text: string, before: Definitions = {}): Definitions {
  const match = /^([A-Za-z_]\w*)=(.+)$/.exec(text);
  if (!match)
    throw new InputError(`--define: expected NAME=VALUE, as vocab_size=1000, but received ${text}.`);
  const [, name, value] = match as unknown as [string, string, string];
  const number = Number(value);
  return { ...before, [name]: Number.isFinite(number) && value.trim() !== "" ? number : value };
}
