/** Models that the command line knows by name. */
import { existsSync } from "node:fs";
import { oneOf } from "../errors.js";
import type { Model, ModelOptions } from "../model/model.js";
import { PRESET_NAMES, type PresetSizes, presetModel } from "../text/presets.js";

/** A preset's model, or null when the word is a file's name. @throws InputError when it is neither */
export function namedModel(word: string, sizes: PresetSizes, options: ModelOptions = {}): Model | null {
  if (/[./\\]/.test(word) || existsSync(word)) return null;
  return presetModel(oneOf(word, PRESET_NAMES, "model"), sizes, options);
}
