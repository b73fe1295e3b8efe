/** Vocabularies in JSON: a Keras Tokenizer's, { word: id }, { id: word }, a list of words, or a layer's settings. */
import { inputError } from "../../base/errors.js";
import { DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../../base/json.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { readSettings, readWords } from "../keras/text-vectorization.js";
import { flatJson } from "./flat-json.js";
import type { FoundVocabulary } from "./found.js";
import { readTokenizer, readWordIndex } from "./tokenizer.js";
import { checkWordCount, withSpecialWords } from "./words.js";

/** `tokenizer.to_json()` is text already: people who dump it once more get text in text. */
const MOST_WRAPS = 2;

export function readJsonVocabulary(source: string, where: string): FoundVocabulary {
  let text = source;
  for (let i = 0; i <= MOST_WRAPS; i++) {
    const flat = flatJson(text, where);
    if (flat && flat.size > 0 && typeof flat.get("word_index") !== "string") {
      return readWordIndex(idsOf(flat, where), "word index (JSON)", where);
    }
    const value = parseBounded(text, where);
    if (typeof value !== "string") return fromValue(value, where);
    text = value;
  }
  throw inputError({ expected: "a vocabulary: { word: id } or [words]", where, received: "text in text" });
}

function fromValue(value: Json, where: string): FoundVocabulary {
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
  return readWordIndex(new Map<unknown, unknown>(Object.entries(value)), "word index (JSON)", where);
}

/** Any JSON, once its values are seen to be few enough: parsed ones take many times the memory of their text. */
function parseBounded(text: string, where: string): Json {
  let items = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && quoted) at++;
    else if (code === 0x22) quoted = !quoted;
    else if (!quoted && (code === 0x2c || code === 0x5b || code === 0x7b)) items++;
  }
  checkWordCount(items, where);
  return parseJson(text, where, { forbidden: DATA_FORBIDDEN });
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
  for (const key of ["word_index", "index_word", "word_counts"]) {
    const nested = config[key];
    if (typeof nested === "string") attributes.set(key, flatJson(nested, `${where}: ${key}`));
    else if (isObject(nested)) attributes.set(key, new Map(Object.entries(nested)));
  }
  return readTokenizer(attributes, "Keras Tokenizer (JSON)", where);
}

/** What `Vectorizer.toJSON` gives. */
function ours(value: JsonObject, where: string): FoundVocabulary {
  const { frontEnd, vocabulary, length, padding, truncating, cuts } = Vectorizer.fromJSON(value, where);
  const row = { ...(length === undefined ? {} : { length }), padding, truncating };
  return { frontEnd, words: [...vocabulary], row, cuts, format: "Cellstate vectorizer (JSON)", assumed: [] };
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
function idsOf(entries: ReadonlyMap<string, string | number>, where: string): ReadonlyMap<unknown, unknown> {
  for (const word of entries.values()) if (typeof word !== "string") return entries;
  const index = new Map([...entries].map(([id, word]) => [word, Number(id)]));
  if (index.size === entries.size) return index;
  throw inputError({ expected: "each word once", where, received: `${entries.size - index.size} more` });
}
