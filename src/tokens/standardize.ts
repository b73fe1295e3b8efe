/**
 * Standardisation as a table over bytes: what each byte of a UTF-8 text becomes, or that it parts tokens, or vanishes.
 * Both of Keras's front ends change ASCII characters only (besides the Tokenizer's Unicode lower-casing, which runs on
 * the string before), so one lookup a byte does it, and bytes of other characters pass as they are.
 *
 * Sources: keras/src/layers/preprocessing/text_vectorization.py and keras/src/legacy/preprocessing/text.py, 3.15.1.
 */
import type { FrontEnd } from "./options.js";

/** The byte ends a token. */
export const SEPARATOR = -1;
/** The byte leaves no trace. */
export const NOTHING = -2;

export interface Standardizer {
  /** What is done to the string before it becomes bytes. */
  prepare(text: string): string;
  /** [256] the byte that stands in its place, or SEPARATOR, or NOTHING */
  readonly bytes: Int16Array;
  /** What one token is. */
  readonly unit: "word" | "character" | "text";
}

const PUNCTUATION = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'";
/** What tf.strings.split parts at; neither U+001C…U+001F nor any space beyond ASCII is among them. */
const WHITESPACE = " \t\n\v\f\r";

export function standardizerFor(frontEnd: FrontEnd): Standardizer {
  return frontEnd.frontEnd === "tokenizer" ? tokenizer(frontEnd) : textVectorization(frontEnd);
}

function textVectorization({
  standardize,
  split,
}: Extract<FrontEnd, { frontEnd: "textVectorization" }>): Standardizer {
  const bytes = unchanged();
  if (standardize === "lower" || standardize === "lowerAndStripPunctuation") {
    for (let c = 0x41; c <= 0x5a; c++) bytes[c] = c + 0x20;
  }
  if (standardize === "stripPunctuation" || standardize === "lowerAndStripPunctuation") {
    mark(bytes, PUNCTUATION, NOTHING);
  }
  if (split === "whitespace") mark(bytes, WHITESPACE, SEPARATOR);
  const unit = split === "whitespace" ? "word" : split === "character" ? "character" : "text";
  return { prepare: (text) => text, bytes, unit };
}

function tokenizer(options: Extract<FrontEnd, { frontEnd: "tokenizer" }>): Standardizer {
  const { filters, lower, split, charLevel } = options;
  const bytes = unchanged();
  const lowered = lower ? (text: string) => text.toLowerCase() : (text: string) => text;
  if (charLevel) return { prepare: lowered, bytes, unit: "character" };
  mark(bytes, filters + split, SEPARATOR);
  const beyondAscii = [...filters].filter((c) => c.codePointAt(0)! >= 128);
  if (beyondAscii.length === 0) return { prepare: lowered, bytes, unit: "word" };
  const pattern = new RegExp(`[${beyondAscii.join("")}]`, "gu");
  return { prepare: (text) => lowered(text).replace(pattern, split), bytes, unit: "word" };
}

function unchanged(): Int16Array {
  return Int16Array.from({ length: 256 }, (_, c) => c);
}

function mark(bytes: Int16Array, characters: string, as: number): void {
  for (let i = 0; i < characters.length; i++) {
    const c = characters.charCodeAt(i);
    if (c < 128) bytes[c] = as;
  }
}
