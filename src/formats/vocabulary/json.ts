/** Vocabularies in JSON: a Keras Tokenizer's, { word: id }, { id: word }, a list of words, or a layer's settings. */
import { inputError } from "../../errors.js";
import { Vectorizer } from "../../text/vectorizer.js";
import { DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../json.js";
import { readSettings, readWords } from "../keras/text-vectorization.js";
import type { FoundVocabulary } from "./index.js";
import { readTokenizer, readWordIndex } from "./tokenizer.js";
import { withSpecialWords } from "./words.js";

/** `tokenizer.to_json()` is text already: people who dump it once more get text in text. */
const MOST_WRAPS = 2;

export function readJsonVocabulary(source: Uint8Array | string, where: string): FoundVocabulary {
  let value = parseJson(source, where, DATA_FORBIDDEN);
  for (let i = 0; i < MOST_WRAPS && typeof value === "string"; i++) {
    value = parseJson(value, where, DATA_FORBIDDEN);
  }
  if (Array.isArray(value)) return wordList(value, "list of words (JSON)", where);
  if (!isObject(value)) {
    throw inputError({ expected: "a vocabulary: { word: id } or [words]", where, received: value });
  }
  const config = isObject(value["config"]) ? value["config"] : value;
  if (value["class_name"] === "Tokenizer" || "word_index" in config) return tokenizerJson(config, where);
  if ("frontEnd" in value && "vocabulary" in value) return ours(value, where);
  if ("output_mode" in config && "vocabulary" in config) return textVectorizationJson(config, where);
  if (isObject(value["model"]) && "added_tokens" in value) {
    const next = "That kind splits words into pieces, which Keras's Tokenizer does not.";
    throw inputError({ expected: "a Keras Tokenizer", where, received: "a Hugging Face tokenizer", next });
  }
  return readWordIndex(indexOf(value, where), "word index (JSON)", where);
}

/** TextVectorization's get_vocabulary(), or any list of words. */
export function wordList(words: readonly unknown[], format: string, where: string): FoundVocabulary {
  const assumed = ["standardize = lower_and_strip_punctuation, split = whitespace: Keras's defaults"];
  if (words[0] !== "") assumed.push("ids begin at 2, after padding and [UNK]: as TextVectorization counts");
  const frontEnd = { frontEnd: "textVectorization" } as const;
  return { frontEnd, words: withSpecialWords(words, where), format, assumed };
}

/** Dictionaries are texts of JSON inside the JSON. */
function tokenizerJson(config: JsonObject, where: string): FoundVocabulary {
  const attributes = new Map<string, unknown>(Object.entries(config));
  const nested = config["word_index"];
  const at = `${where}: word_index`;
  const index = typeof nested === "string" ? parseJson(nested, at, DATA_FORBIDDEN) : (nested ?? null);
  if (isObject(index)) attributes.set("word_index", new Map(Object.entries(index)));
  return readTokenizer(attributes, "Keras Tokenizer (JSON)", where);
}

/** What `Vectorizer.toJSON` gives. */
function ours(value: JsonObject, where: string): FoundVocabulary {
  const { frontEnd, vocabulary, length, padding, truncating } = Vectorizer.fromJSON(value, where);
  const row = { ...(length === undefined ? {} : { length }), padding, truncating };
  return { frontEnd, words: [...vocabulary], row, format: "Cellstate vectorizer (JSON)", assumed: [] };
}

/** TextVectorization's get_config(). */
export function textVectorizationJson(
  config: JsonObject,
  where: string,
  asset?: Uint8Array,
): FoundVocabulary {
  const { standardize, split, outputSequenceLength: length } = readSettings(config, where);
  const words = readWords(config, asset, where);
  if (!words)
    throw inputError({ expected: "a list of words", where: `${where}: vocabulary`, received: null });
  return {
    frontEnd: { frontEnd: "textVectorization", standardize, split },
    words,
    ...(length === null ? {} : { row: { length } }),
    format: "Keras TextVectorization",
    assumed: [],
  };
}

/** { word: id }, or { id: word } turned round. */
function indexOf(value: JsonObject, where: string): Map<unknown, unknown> {
  const entries = Object.entries(value);
  const turned = entries.length > 0 && entries.every(([, word]: [string, Json]) => typeof word === "string");
  if (!turned) return new Map<unknown, unknown>(entries);
  const index = new Map<unknown, unknown>(entries.map(([id, word]) => [word, Number(id)]));
  if (index.size === entries.length) return index;
  throw inputError({ expected: "each word once", where, received: `${entries.length - index.size} more` });
}
