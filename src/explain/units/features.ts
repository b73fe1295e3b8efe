/** What a token is, read from its text: the features that units are held against, and the kinds of words. */
import { functionOf, listOf, objectOf, textOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import type { ReadText, ReadToken } from "./tokens.js";

/** Gives the spans [from, to) of a text that a pattern matches, in order. */
export type PatternMatcher = (text: string) => readonly (readonly [number, number])[];

/** What words are: a number for every word of a text. */
export interface WordFeature {
  /** What it is called; no two the same. */
  readonly name: string;
  /** What it is, for people. */
  readonly says: string;
  /** Whether it is 0 or 1. */
  readonly binary: boolean;
  /** [words] of a text that was read, whose `tokens` are its words. */
  of(text: ReadText): Float32Array;
}

const NEGATIONS = new Set(
  "no not never none nobody nothing neither nor nowhere cannot without ain't aint".split(" "),
);
/** "don't", and "dont" where marks were taken away. */
const NEGATED =
  /^(?:ai|are|ca|could|did|do|does|had|has|have|is|might|must|need|should|was|were|wo|would)n['’]?t$/;

const isNegation = (word: string): boolean => NEGATIONS.has(word) || NEGATED.test(word);

const binary = (
  name: string,
  says: string,
  is: (token: ReadToken, text: ReadText, k: number) => boolean,
): WordFeature => ({
  name,
  says,
  binary: true,
  of: (text) => Float32Array.from(text.tokens, (token, k) => (is(token, text, k) ? 1 : 0)),
});

const OPEN = "([{";
const CLOSE = ")]}";

/** [tokens] a number that goes along the text: what it is after each character before the token. */
function along(text: ReadText, step: (state: number, character: string) => number): Float32Array {
  let [at, state] = [0, 0];
  return Float32Array.from(text.tokens, ({ from }) => {
    for (; at < from; at++) state = step(state, text.text[at]!);
    return state;
  });
}

/** Between two straight quotes, or an opening and a closing one. */
const quoted = (state: number, character: string): number => {
  if (character === '"') return 1 - state;
  if (character === "“" || character === "«") return 1;
  return character === "”" || character === "»" ? 0 : state;
};

const nested = (depth: number, character: string): number => {
  if (OPEN.includes(character)) return depth + 1;
  return CLOSE.includes(character) ? Math.max(0, depth - 1) : depth;
};

const written = ({ text }: ReadText, { from, to }: ReadToken) => text.slice(from, to);

/**
 * What every text's words are: negation, between quotes, how many brackets are open, digits, a capital, a mark, the first, the last,
 * how far into the text.
 */
export const WORD_FEATURES: readonly WordFeature[] = [
  binary("negation", "no, not, never, don't …", ({ word }) => isNegation(word.toLowerCase())),
  { name: "quotes", says: "between quotes", binary: true, of: (text) => along(text, quoted) },
  { name: "depth", says: "how many brackets are open", binary: false, of: (text) => along(text, nested) },
  binary("digits", "holds a digit", ({ word }) => /\p{Nd}/u.test(word)),
  binary("capital", "begins with a capital letter", (token, text) => /^\p{Lu}/u.test(written(text, token))),
  binary("punctuation", "is a mark, or one follows at once", (token, text) =>
    /[.,;:!?…]/.test(written(text, token) + text.text.slice(token.to, token.to + 1)),
  ),
  binary("first", "the first of the text", (_, __, k) => k === 0),
  binary("last", "the last of the text", (_, { tokens }, k) => k === tokens.length - 1),
  {
    name: "position",
    says: "how far into the text, 0 to 1",
    binary: false,
    of: ({ tokens }) => Float32Array.from(tokens, (_, k) => k / Math.max(1, tokens.length - 1)),
  },
];

/** Kinds of words that can be asked for by name. */
export const KINDS: readonly string[] = WORD_FEATURES.filter(({ binary }) => binary).map(({ name }) => name);

/** The feature of that name. @throws InputError for a name that none has */
export function featureOf(name: string, where: string, among = WORD_FEATURES): WordFeature {
  const found = among.find((feature) => feature.name === name);
  if (found) return found;
  const expected = `one of ${among.map((feature) => feature.name).join(", ")}`;
  throw inputError({ expected, where, received: name });
}

/**
 * Words that are part of what a regular expression matches; its name is "pattern".
 * @param pattern a RegExp, or its source, which is matched with the flags "gu"
 * @param matcher what matches in its place: a pattern of a stranger's may take for ever
 * @throws InputError for a source that is no regular expression
 */
export function patternFeature(pattern: string | RegExp, matcher?: PatternMatcher): WordFeature {
  const source = pattern instanceof RegExp ? pattern.source : textOf(pattern, "patternFeature pattern");
  const match = matcher === undefined ? matcherOf(pattern) : functionOf(matcher, "patternFeature matcher");
  return {
    name: "pattern",
    says: `part of /${source}/`,
    binary: true,
    of(text) {
      const spans = match(text.text);
      let k = 0;
      return Float32Array.from(text.tokens, ({ from, to }) => {
        while (k < spans.length && spans[k]![1] <= from) k++;
        const span = spans[k];
        return span && span[0] < Math.max(to, from + 1) ? 1 : 0;
      });
    },
  };
}

function matcherOf(pattern: string | RegExp): PatternMatcher {
  const [source, flags] =
    pattern instanceof RegExp ? [pattern.source, `${pattern.flags.replace(/[gy]/g, "")}g`] : [pattern, "gu"];
  try {
    const expression = new RegExp(source, flags);
    return (text) =>
      Array.from(text.matchAll(expression), ({ index, 0: { length } }) => [index, index + length] as const);
  } catch (error) {
    throw inputError({
      expected: `a regular expression of JavaScript's (${(error as Error).message})`,
      where: "patternFeature pattern",
      received: pattern,
    });
  }
}

/** @throws InputError for what is no list of features, each of a name of its own */
export function checkFeatures(features: unknown, where: string): void {
  const names = new Set(WORD_FEATURES.map(({ name }) => name));
  for (const one of listOf(features, where, checkFeature)) {
    const { name } = one as WordFeature;
    if (names.has(name)) {
      const next = `Give it one: { ...feature, name: "${name} 2" }.`;
      throw inputError({ expected: "a name that no other feature has", where, received: name, next });
    }
    names.add(name);
  }
}

function checkFeature(feature: unknown, where: string): WordFeature {
  const expected = "a feature of words, as patternFeature makes: { name, says, binary, of }";
  const { name, says, of } = objectOf(feature as WordFeature, where, expected);
  textOf(name, `${where} name`);
  textOf(says, `${where} says`);
  functionOf(of, `${where} of`);
  return feature as WordFeature;
}

/** A kind of words, by its name or itself. @throws InputError for a name that none has, and for a feature that is a number */
export function kindOfWords(words: string | WordFeature, where: string): WordFeature {
  const kinds = WORD_FEATURES.filter(({ binary }) => binary);
  const found = typeof words === "string" ? featureOf(words, where, kinds) : checkFeature(words, where);
  if (found.binary) return found;
  throw inputError({ expected: "a feature that is 0 or 1", where, received: found.name });
}

/** [words] @throws InputError where a feature of the caller's own gives something else */
export function valuesOf(feature: WordFeature, text: ReadText): Float32Array {
  const values = feature.of(text);
  const { length } = text.tokens;
  const good = (value: number) => (feature.binary ? value === 0 || value === 1 : Number.isFinite(value));
  if (values?.length === length && Array.prototype.every.call(values, good)) return values;
  throw inputError({
    expected: `${length} ${feature.binary ? "numbers, 0 or 1" : "numbers"}, one a word`,
    where: `the feature ${feature.name}`,
    received: values,
  });
}
