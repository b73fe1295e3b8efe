/** TextVectorization in Keras's files: settings in the configuration, the vocabulary there or in a text file beside it. */
import { inputError, wholeNumber } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { type TextVectorization, textVectorization } from "../../layers/text-vectorization.js";
import type { TextVectorizationOptions } from "../../tokens/options.js";
import { withSpecialWords, wordLines } from "../vocabulary/words.js";
import { checkKeys } from "./layer-config.js";

/** Keras's value and ours. */
const STANDARDIZE: [Json, NonNullable<TextVectorizationOptions["standardize"]>][] = [
  ["lower_and_strip_punctuation", "lowerAndStripPunctuation"],
  ["lower", "lower"],
  ["strip_punctuation", "stripPunctuation"],
  [null, "none"],
];
const SPLIT: [Json, NonNullable<TextVectorizationOptions["split"]>][] = [
  ["whitespace", "whitespace"],
  ["character", "character"],
  [null, "none"],
];

/** Settings that are read with these values only. The rest (max_tokens and the like) are for learning a vocabulary. */
const ONLY: [string, readonly Json[]][] = [
  ["output_mode", ["int"]],
  ["ngrams", [null]],
  ["sparse", [false]],
  ["ragged", [false]],
  ["encoding", ["utf-8"]],
  ["idf_weights", [null]],
];

/** All that the layer has; besides those, what decides how a vocabulary is learned. */
const KEYS: ReadonlySet<string> = new Set([
  ...ONLY.map(([key]) => key),
  ...["name", "trainable", "dtype", "batch_input_shape", "batch_shape", "standardize", "split", "max_tokens"],
  ...["output_sequence_length", "pad_to_max_tokens", "vocabulary", "vocabulary_size"],
]);

export interface TextVectorizationSettings {
  standardize: NonNullable<TextVectorizationOptions["standardize"]>;
  split: NonNullable<TextVectorizationOptions["split"]>;
  outputSequenceLength: number | null;
}

/** @throws InputError for functions of the user's own, and for outputs other than ids */
export function readSettings(config: JsonObject, where: string): TextVectorizationSettings {
  checkKeys(config, KEYS, where);
  for (const [key, values] of ONLY) {
    const value = config[key];
    if (value === undefined || values.includes(value)) continue;
    throw inputError({
      expected: `${JSON.stringify(values[0])}, all that Cellstate has`,
      where: `${where}.config.${key}`,
      received: value,
    });
  }
  const length = readCount(config, "output_sequence_length", where);
  return {
    standardize: oursFor(config, "standardize", STANDARDIZE, where),
    split: oursFor(config, "split", SPLIT, where),
    outputSequenceLength: length,
  };
}

function oursFor<T>(config: JsonObject, key: string, table: [Json, T][], where: string): T {
  const value = config[key];
  const found = table.find(([theirs]) => theirs === value) ?? (value === undefined ? table[0] : undefined);
  if (found) return found[1];
  throw inputError({
    expected: `one of ${table.map(([theirs]) => theirs).join(", ")}`,
    where: `${where}.config.${key}`,
    received: isObject(value) ? label(String(value["class_name"])) : value,
    next: "Custom functions are never run.",
  });
}

/**
 * The words that a configuration lists, or those of its vocabulary.txt; null where there are none.
 * @throws InputError where there are more or fewer than the configuration counts, as when a word holds the end of a line
 */
export function readWords(config: JsonObject, asset: Uint8Array | undefined, where: string): string[] | null {
  const words = findWords(config, asset, where);
  if (!words) return null;
  const size = readCount(config, "vocabulary_size", where);
  if (size !== null && size !== words.length) {
    throw inputError({
      expected: `${size} words, as its vocabulary_size says`,
      where,
      received: words.length,
      next: "A word that holds the end of a line is two in vocabulary.txt: give the words in the layer's vocabulary.",
    });
  }
  const most = readCount(config, "max_tokens", where);
  if (most !== null && words.length > most) {
    const expected = `at most ${most} words, as its max_tokens says`;
    throw inputError({ expected, where, received: words.length });
  }
  return words;
}

function readCount(config: JsonObject, key: string, where: string): number | null {
  const value = config[key] ?? null;
  return value === null ? null : wholeNumber(value, `${where}.config.${key}`, 1);
}

function findWords(config: JsonObject, asset: Uint8Array | undefined, where: string): string[] | null {
  const given = config["vocabulary"] ?? null;
  if (Array.isArray(given)) return withSpecialWords(given, `${where}.config.vocabulary`);
  if (given !== null) {
    const next = "Paths in model files are never followed.";
    throw inputError({
      expected: "a list of words",
      where: `${where}.config.vocabulary`,
      received: given,
      next,
    });
  }
  if (!asset) return null;
  return withSpecialWords(
    wordLines(decodeText(asset, where), `${where}: vocabulary.txt`),
    `${where}: vocabulary.txt`,
  );
}

/** The layer's vocabulary.txt. Keras writes it twice, and reads both: for the layer, and for the table inside it. */
export function onlyVocabulary(
  copies: readonly (Uint8Array | undefined)[],
  where: string,
): Uint8Array | undefined {
  const [first, ...others] = copies.filter((copy) => copy !== undefined);
  const other = others.find(
    (copy) => copy.length !== first!.length || copy.some((byte, i) => byte !== first![i]),
  );
  if (!other) return first;
  const expected = "the same words in both copies of vocabulary.txt";
  throw inputError({ expected, where, received: `${first!.length} bytes, and ${other.length} that differ` });
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw inputError({ expected: "text in UTF-8", where: `${where}: vocabulary.txt` });
  }
}

export function makeTextVectorization(
  name: string,
  settings: TextVectorizationSettings,
  vocabulary: readonly string[],
): TextVectorization {
  return textVectorization({ ...(name && { name }), ...settings, vocabulary });
}

/**
 * The layer's vocabulary.txt. Null where a word holds what Python takes for the end of a line: such a vocabulary has to
 * stand in the configuration.
 */
export function vocabularyText({ vectorizer }: TextVectorization): string | null {
  const { vocabulary } = vectorizer;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const safe = vocabulary.every((word) => !/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/.test(word));
  return safe ? vocabulary.join("\n") : null;
}

/** The entries of the layer and of the input in front of it, in their order. `inline`: with the vocabulary. */
export function writeTextVectorization(layer: TextVectorization, inline: boolean): [JsonObject, JsonObject] {
  const { standardize, split, outputSequenceLength } = layer.options;
  const { vocabulary } = layer.vectorizer;
  const theirs = <T>(table: [Json, T][], value: T) => table.find(([, ours]) => ours === value)![0];
  const words = inline || vocabularyText(layer) === null ? vocabulary.slice(2) : null;
  const input: JsonObject = {
    batch_shape: [null, 1],
    dtype: "string",
    sparse: false,
    name: inputName(layer),
  };
  const config: JsonObject = {
    name: layer.name,
    trainable: layer.trainable,
    dtype: "float32",
    max_tokens: null,
    standardize: theirs(STANDARDIZE, standardize),
    split: theirs(SPLIT, split),
    ngrams: null,
    output_mode: "int",
    output_sequence_length: outputSequenceLength,
    pad_to_max_tokens: false,
    sparse: false,
    ragged: false,
    vocabulary: words,
    idf_weights: null,
    encoding: "utf-8",
    vocabulary_size: vocabulary.length,
  };
  const node = (class_name: string, settings: JsonObject): JsonObject => ({
    module: "keras.layers",
    class_name,
    config: settings,
    registered_name: null,
  });
  return [
    node("InputLayer", input),
    { ...node("TextVectorization", config), build_config: { input_shape: [null, 1] } },
  ];
}

/** Of the input that Keras has in front of the layer. */
export const inputName = (layer: TextVectorization): string => `${layer.name}_input`;
