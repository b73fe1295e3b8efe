/** A vectorizer's rules in the form in which a module carries them. */
import { specialWords } from "../../tokens/options.js";
import { NOTHING, SEPARATOR, standardizerFor } from "../../tokens/standardize.js";
import type { Vectorizer } from "../../tokens/vectorizer.js";
import type { RowRules, TokenRules } from "./text-pieces.js";

const ASCII = Array.from({ length: 128 }, (_, c) => c);

/** Read off the table that the vectorizer itself works with. */
export function tokenRules({ frontEnd }: Vectorizer): TokenRules {
  const { bytes, unit } = standardizerFor(frontEnd);
  const marked = (as: number) => ASCII.filter((c) => bytes[c] === as);
  const tokenizer = frontEnd.frontEnd === "tokenizer";
  const beyondAscii = tokenizer ? [...frontEnd.filters].filter((c) => c.codePointAt(0)! >= 128) : [];
  const replaces = tokenizer && !frontEnd.charLevel && beyondAscii.length > 0;
  return {
    lower: tokenizer ? (frontEnd.lower ? "all" : null) : bytes[0x41] === 0x61 ? "ascii" : null,
    replaced: replaces ? new RegExp(`[${beyondAscii.join("")}]`, "gu") : null,
    separator: tokenizer ? frontEnd.split : "",
    removed: anyOf(marked(NOTHING), "g"),
    between: anyOf(marked(SEPARATOR), ""),
    unit,
  };
}

/** Runs of some ASCII characters; null for none. */
function anyOf(codes: readonly number[], flags: string): RegExp | null {
  const escaped = codes.map((c) => `\\x${c.toString(16).padStart(2, "0")}`);
  return codes.length === 0 ? null : new RegExp(`[${escaped.join("")}]+`, flags);
}

export function rowRules(
  { frontEnd, vocabulary, padding, truncating }: Vectorizer,
  length: number,
): RowRules {
  return {
    // Halves of surrogate pairs are what UTF-8 makes of them, as in the texts.
    vocabulary: vocabulary.map((word) => word.replace(/\p{Surrogate}/gu, "\ufffd")),
    unknown: specialWords(frontEnd).length === 2 ? 1 : null,
    length,
    padding,
    truncating,
  };
}
