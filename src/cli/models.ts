/** Models as the command line is given them: a preset's name, a model file, or a Keras script. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { InputError, inputError, oneOf } from "../errors.js";
import type { Receipt } from "../formats/keras/index.js";
import { loadFile } from "../formats/load.js";
import { type Definitions, readKerasScript } from "../formats/python/index.js";
import type { Model } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { PRESET_NAMES, type PresetSizes, presetModel } from "../text/presets.js";
import type { Idle } from "./options.js";

/** What a word given as a model is. */
export function sourceOf(word: string): "a preset" | "a script" | "a model file" {
  if (!/[./\\]/.test(word) && !existsSync(word)) return "a preset";
  return /\.py$/i.test(word) ? "a script" : "a model file";
}

/** Options of presets and of scripts, where the word is neither. */
export function idleFor(word: string): Idle {
  const source = sourceOf(word);
  const sizes = source !== "a preset" && `with ${source}, which has its own`;
  return {
    ...{ vocabulary: sizes, length: sizes, classes: sizes },
    define: source !== "a script" && `with ${source}, which computes nothing`,
  };
}

/** A preset's model, or null when the word is a file's name. @throws InputError when it is neither */
export function namedModel(word: string, sizes: PresetSizes, options: ModelOptions = {}): Model | null {
  if (sourceOf(word) !== "a preset") return null;
  return presetModel(oneOf(word, PRESET_NAMES, "model"), sizes, options);
}

export interface OpenedModel {
  model: Model;
  /** What the file carries besides the network: a classifier's vocabulary and labels. */
  extras: unknown;
  /** What was read, assumed and left aside. */
  receipt: Receipt;
}

/** A model file of any kind that is read, or a Keras script (never run). */
export async function openModel(
  file: string,
  options: ModelOptions & { definitions?: Definitions } = {},
): Promise<OpenedModel> {
  const { definitions, engine, threads, seed } = options;
  if (!/\.py$/i.test(file)) return loadFile(file, { engine, threads });
  const source = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new InputError(`${file}: there is no such file.`);
    throw error;
  });
  for (const name of Object.keys(definitions ?? {})) {
    if (new RegExp(`(?<!\\w)${name}(?!\\w)`).test(source)) continue;
    throw inputError({ expected: `a name that ${file} has in it`, where: "--define", received: name });
  }
  return { ...readKerasScript(source, { file, definitions, engine, threads, seed }), extras: null };
}

/** A repeatable `--define NAME=VALUE`: what a script computes and the caller knows. */
export function define(text: string, before: Definitions = {}): Definitions {
  const match = /^([A-Za-z_]\w*)=(.+)$/.exec(text);
  if (!match) {
    throw inputError({ expected: "NAME=VALUE, as vocab_size=1000", where: "--define", received: text });
  }
  const [, name, value] = match as unknown as [string, string, string];
  if (Object.hasOwn(before, name)) {
    throw inputError({ expected: `one value for ${name}`, where: "--define", received: value });
  }
  const number = Number(value);
  return { ...before, [name]: Number.isFinite(number) && value.trim() !== "" ? number : value };
}
