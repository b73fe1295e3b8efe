/** Keras's legacy Tokenizer, as its attributes stand in a file. */
import { inputError } from "../../base/errors.js";
import { DEFAULT_FILTERS, PADDING_WORD, type TokenizerOptions, UNKNOWN_WORD } from "../../tokens/options.js";
import type { FoundVocabulary } from "./found.js";
import { type WordIndex, wordsById } from "./words.js";

/** Attributes by Keras's names: num_words, filters, lower, split, char_level, oov_token, word_index. */
export function readTokenizer(
  attributes: ReadonlyMap<unknown, unknown>,
  format: string,
  where: string,
): FoundVocabulary {
  const index = attributes.get("word_index");
  if (!(index instanceof Map) || index.size === 0) {
    const next = "Fit the Tokenizer on texts before saving it.";
    throw inputError({ expected: "words with their ids", where: `${where}: word_index`, next });
  }
  if ((attributes.get("analyzer") ?? null) !== null) {
    const next = "Its code is never run.";
    throw inputError({ expected: "null", where: `${where}: analyzer`, received: "a function", next });
  }
  const size = attributes.get("num_words") ?? null;
  if (size !== null && !(typeof size === "number" && Number.isFinite(size) && size >= 1)) {
    throw inputError({
      expected: "a number from 1 or null",
      where: `${where}: num_words`,
      received: typeof size === "number" ? size : typeof size,
    });
  }
  const oovToken = plain(attributes, "oov_token", "string", where) ?? null;
  const frontEnd: TokenizerOptions = {
    frontEnd: "tokenizer",
    filters: plain(attributes, "filters", "string", where) ?? DEFAULT_FILTERS,
    lower: plain(attributes, "lower", "boolean", where) ?? true,
    split: plain(attributes, "split", "string", where) ?? " ",
    charLevel: plain(attributes, "char_level", "boolean", where) ?? false,
    oovToken: oovToken !== null && index.has(oovToken) ? oovToken : null,
  };
  // As Keras compares: an id counts when it is below num_words, be that a fraction.
  const words = wordsById(index, `${where}: word_index`, size ?? undefined, frontEnd.oovToken);
  return { frontEnd, words, format, assumed: differences(index, attributes, oovToken) };
}

/** Where the other dictionaries of a Tokenizer do not fit `word_index`, by which alone Keras turns texts into ids. */
function differences(
  index: WordIndex,
  attributes: ReadonlyMap<unknown, unknown>,
  oovToken: string | null,
): string[] {
  const found: string[] = [];
  const others = attributes.get("index_word");
  if (others instanceof Map) {
    const odd = [...index].filter(([word, id]) => (others.get(id) ?? others.get(String(id))) !== word);
    if (odd.length > 0)
      found.push(`word_index as it stands: index_word says otherwise of ${odd.length} of its words`);
  }
  const counts = attributes.get("word_counts");
  const words = index.size - (oovToken !== null && index.has(oovToken) ? 1 : 0);
  if (counts instanceof Map && counts.size !== words) {
    found.push(`word_index as it stands: ${words} words, where word_counts has ${counts.size}`);
  }
  return found;
}

interface Kinds {
  string: string;
  boolean: boolean;
}

function plain<K extends keyof Kinds>(
  attributes: ReadonlyMap<unknown, unknown>,
  key: string,
  kind: K,
  where: string,
): Kinds[K] | null {
  const value = attributes.get(key) ?? null;
  if (value === null || typeof value === kind) return value as Kinds[K] | null;
  throw inputError({ expected: `a ${kind} or null`, where: `${where}: ${key}`, received: typeof value });
}

/** How people write the unknown word. The brackets are filtered from texts, so that no text holds it. */
const UNKNOWN = /^(<|\[)(oov|unk|unknown)(>|\])$/i;

/** A bare { word: id }, which does not say how texts are split: as the Tokenizer does by default. */
export function readWordIndex(index: WordIndex, format: string, where: string): FoundVocabulary {
  if (index.size === 0) throw inputError({ expected: "at least one word", where });
  const words = wordsById(index, where);
  if (index.get(PADDING_WORD) === 0 && index.get(UNKNOWN_WORD) === 1) {
    const assumed = ["standardize = lower_and_strip_punctuation, split = whitespace: Keras's defaults"];
    return { frontEnd: { frontEnd: "textVectorization" }, words, format, assumed };
  }
  const oovToken = words.find((word) => UNKNOWN.test(word)) ?? null;
  // No word of a text holds a space, but a space is a character of its own.
  const isCharacter = (word: string) => [...word].length <= 1 || word === oovToken;
  const charLevel = index.has(" ") && words.every(isCharacter);
  const assumed = [
    `filters, lower and split: Keras's defaults`,
    `oov_token = ${oovToken === null ? "null" : JSON.stringify(oovToken)}, char_level = ${charLevel}: as the words look`,
  ];
  return { frontEnd: { frontEnd: "tokenizer", oovToken, charLevel }, words, format, assumed };
}
