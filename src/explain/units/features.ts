/** What a token is, read from its text: the features that units are held against, and the kinds of words. */
import { inputError } from "../../base/errors.js";
import type { ReadText, Token } from "./tokens.js";

/** Spans [from, to) of a text where a pattern matches. */
export type Matcher = (text: string) => readonly (readonly [number, number])[];

/** A number for every token of a text. */
export interface Feature {
  readonly name: string;
  /** What it is, for people. */
  readonly says: string;
  /** Whether it is 0 or 1. */
  readonly binary: boolean;
  /** [tokens] */
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
  is: (token: Token, text: ReadText, k: number) => boolean,
): Feature => ({
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

const written = ({ text }: ReadText, { from, to }: Token) => text.slice(from, to);

/** Features that every text has. */
export const FEATURES: readonly Feature[] = [
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
export const KINDS: readonly string[] = FEATURES.filter(({ binary }) => binary).map(({ name }) => name);

/** The feature of that name. @throws InputError for a name that none has */
export function featureOf(name: string, where: string, among = FEATURES): Feature {
  const found = among.find((feature) => feature.name === name);
  if (found) return found;
  const expected = `one of ${among.map((feature) => feature.name).join(", ")}`;
  throw inputError({ expected, where, received: name });
}

/** Tokens that are part of what a pattern matches. */
export const patternFeature = (pattern: string, matcher: Matcher): Feature => ({
  name: "pattern",
  says: `part of /${pattern}/`,
  binary: true,
  of(text) {
    const spans = matcher(text.text);
    let k = 0;
    return Float32Array.from(text.tokens, ({ from, to }) => {
      while (k < spans.length && spans[k]![1] <= from) k++;
      const span = spans[k];
      return span && span[0] < Math.max(to, from + 1) ? 1 : 0;
    });
  },
});
