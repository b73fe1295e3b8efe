/** A text as a row of ids, with every token's place in the row and in the text. */

import { specialWords } from "../../tokens/options.js";
import { layRow } from "../../tokens/pad.js";
import type { Vectorizer } from "../../tokens/vectorizer.js";

/** A token that the model reads. */
export interface Token {
  /** As the vocabulary has it. */
  word: string;
  /** Its place in the row. */
  t: number;
  /** Where it stands in the text; from = to where it could not be found there. */
  from: number;
  to: number;
}

/** A text, ready to be run. */
export interface ReadText {
  text: string;
  /** [T] */
  ids: Float32Array;
  /** In the text's order; those that were cut, or have no id, are not among them. */
  tokens: Token[];
}

export class TokenReader {
  readonly #ids: Map<string, number>;
  readonly #unknown: number | null;

  constructor(
    readonly vectorizer: Vectorizer,
    readonly length: number,
  ) {
    this.#ids = new Map(vectorizer.vocabulary.map((word, id) => [word, id]));
    const word = specialWords(vectorizer.frontEnd)[1];
    this.#unknown = word === undefined ? null : vectorizer.vocabulary.indexOf(word);
  }

  read(text: string): ReadText {
    const { padding, truncating } = this.vectorizer;
    const words = this.vectorizer.tokens(text);
    const spans = spansOf(text, words);
    const kept = words.flatMap((word, k) => {
      const id = this.#ids.get(word) ?? this.#unknown;
      return id === null ? [] : [{ word, id, span: spans[k]! }];
    });
    const places = new Float32Array(this.length);
    // Places 1 … n of the tokens are laid as ids would be; 0 is padding.
    const numbers = Float32Array.from(kept, (_, k) => k + 1);
    layRow(places, numbers, kept.length, padding, truncating);
    const ids = new Float32Array(this.length);
    const tokens: Token[] = [];
    places.forEach((place, t) => {
      if (place === 0) return;
      const { word, id, span } = kept[place - 1]!;
      ids[t] = id;
      tokens.push({ word, t, from: span[0], to: span[1] });
    });
    return { text, ids, tokens };
  }
}

/** How far a token is looked for behind the one before it: standardising takes no more than marks and spaces away. */
const FARTHEST = 400;

/**
 * Where each token stands in its text. Standardising lowers letters and takes marks away; what it leaves stands there in the
 * same order. A token that cannot be found (a letter that is lowered into two) stands, with no length, where looking went on.
 */
export function spansOf(text: string, tokens: readonly string[]): [number, number][] {
  let at = 0;
  return tokens.map((token) => {
    const end = Math.min(text.length, at + FARTHEST);
    for (let from = at; from < end || (from === at && token === ""); from++) {
      const to = matchAt(text, from, token);
      if (to === null) continue;
      at = to;
      return [from, to];
    }
    return [at, at];
  });
}

/** Where the token ends if it begins there, letters for letters, with marks between them passed over. */
function matchAt(text: string, from: number, token: string): number | null {
  let at = from;
  for (let k = 0; k < token.length; k++) {
    while (!same(text[at], token[k]!)) {
      if (k === 0 || at >= text.length || !MARK.test(text[at]!)) return null;
      at++;
    }
    at++;
  }
  return at;
}

const MARK = /[\p{P}\p{S}]/u;

const same = (a: string | undefined, b: string) => a !== undefined && (a === b || a.toLowerCase() === b);
