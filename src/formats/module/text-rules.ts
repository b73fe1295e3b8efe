/** A vectorizer's rules in the form in which a module carries them. */
import { inputError } from "../../base/errors.js";
import { specialWords } from "../../tokens/options.js";
import { CHARACTERS, cutter, HAS_LETTERS, probesOf, RUNS } from "../../tokens/segment.js";
import { NOTHING, SEPARATOR, standardizerFor } from "../../tokens/standardize.js";
import type { Vectorizer } from "../../tokens/vectorizer.js";
import type { CutRules, RowRules, TokenRules } from "./text-pieces.js";

const ASCII = Array.from({ length: 128 }, (_, c) => c);

/**
 * How words of scripts without spaces are cut; null where they are not.
 * @throws InputError where this platform's dictionary is not the one that cut the words of the vocabulary
 */
export function cutRules({ frontEnd, vocabulary, cutOtherwise }: Vectorizer): CutRules | null {
  if (!frontEnd.segment) return null;
  const rules = { letters: HAS_LETTERS, runs: RUNS };
  if (frontEnd.segment === "characters") return { ...rules, characters: CHARACTERS, probes: [] };
  if (cutOtherwise > 0) {
    throw inputError({
      expected:
        "texts cut by the dictionary of this platform, so that the module can tell whether it meets the same one",
      where: "vectorizer",
      received: "words that another platform cut",
      next: 'Write the module where the classifier was trained, or train with segment: "characters".',
    });
  }
  const cut = cutter("words");
  return { ...rules, characters: null, probes: probesOf(vocabulary).map((text) => cut(text).join(" ")) };
}

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
