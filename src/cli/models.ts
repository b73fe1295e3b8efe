/** Models as the command line is given them: a preset's name, a model file, or a Keras script. */
import { existsSync } from "node:fs";
import { inputError, oneOf } from "../base/errors.js";
import { readBytes } from "../base/node-files.js";
import { PRESET_NAMES, type PresetSizes, presetModel } from "../classifier/presets.js";
import type { Receipt } from "../formats/keras/receipt.js";
import { wordsOf } from "../formats/python/expressions.js";
import type { Definition, Definitions } from "../formats/python/script.js";
import { loadFile } from "../model/load.js";
import type { Model } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { readKerasScript, type ScriptModel, scriptIn } from "../model/script.js";
import { isScript } from "../model/source.js";
import { sayNotes } from "./notes.js";
import type { Idle } from "./options.js";

/** What a word given as a model is. */
export function sourceOf(word: string): "a preset" | "a script" | "a model file" {
  if (!/[./\\]/.test(word) && !existsSync(word)) return "a preset";
  return isScript(word) ? "a script" : "a model file";
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
  /** What was read, assumed and left aside. */
  receipt: Receipt;
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

/** As `openModel`, without a word. */
export async function readModel(
  file: string,
  options: ModelOptions & { definitions?: Definitions },
): Promise<OpenedModel> {
  const { definitions: _, engine, threads } = options;
  if (!isScript(file)) return loadFile(file, { engine, threads });
  const { model, receipt } = await openScript(file, options);
  return { model, receipt, extras: null };
}

/** A Keras script or notebook, with what it says besides the model. */
export async function openScript(
  file: string,
  { definitions, engine, threads, seed }: ModelOptions & { definitions?: Definitions } = {},
): Promise<ScriptModel> {
  const text = scriptIn(await readBytes(file), file);
  const words = wordsOf(text.source);
  for (const name of Object.keys(definitions ?? {})) {
    const isName = /^\w+$/.test(name);
    if (isName ? new RegExp(`(?<!\\w)${name}(?!\\w)`).test(text.source) : words.includes(wordsOf(name)))
      continue;
    throw inputError({
      expected: `a name or words that ${file} has in it`,
      where: "--define",
      received: name,
    });
  }
  return readKerasScript(text, { file, definitions, engine, threads, seed });
}

/** A repeatable `--define "EXPRESSION=VALUE"`: what a script computes and the caller knows, in the script's words. */
export function define(text: string, before: Definitions = {}): Definitions {
  // A plain name before the first "=", else what stands before the last that compares nothing: "kind == 'a'=True".
  const match = /^([A-Za-z_]\w*)=([^=].*)$/s.exec(text) ?? /^(.*[^=!<>\s])\s*=\s*([^=]+)$/s.exec(text);
  const name = match ? match[1]!.trim() : "";
  if (!match || !/^[A-Za-z_(['"]/.test(name)) {
    const expected = "NAME=VALUE, as vocab_size=1000, or an expression of the script's, as len(chars)=57";
    throw inputError({ expected, where: "--define", received: text });
  }
  const value = match[2]!.trim();
  if (Object.keys(before).some((other) => wordsOf(other) === wordsOf(name))) {
    throw inputError({ expected: `one value for ${name}`, where: "--define", received: value });
  }
  return { ...before, [name]: definition(value) };
}

/** As Python writes it: a number, True, False, None, a tuple of those, or else a text, with or without quotes. */
function definition(value: string): Definition {
  const tuple = /^[([](.*)[)\]]$/s.exec(value);
  if (tuple) {
    const items = tuple[1]!.split(",").map((item) => item.trim());
    if (items.at(-1) === "") items.pop();
    return items.map(definition);
  }
  const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
  if (Object.hasOwn(constants, value)) return constants[value]!;
  const number = Number(value);
  if (Number.isFinite(number) && value !== "") return number;
  return /^(['"]).*\1$/s.test(value) ? value.slice(1, -1) : value;
}
