/** A text as a row of ids, with every token's place in the row and in the text. */

import { inputError } from "../../base/errors.js";
import { specialWords } from "../../tokens/options.js";
import { layRow } from "../../tokens/pad.js";
import type { Vectorizer } from "../../tokens/vectorizer.js";

/** A word (a character, of a model of characters) that the model reads. */
export interface ReadToken {
  /** As the vocabulary has it. */
  word: string;
  /** Its place in the row. */
  t: number;
  /** Where it begins in the text. */
  from: number;
  /** Where it ends there; `from` where it could not be found. */
  to: number;
}

/** A text as a network reads it. */
export interface ReadText {
  /** As it was given; of ids their words. */
  text: string;
  /** [T] the row: ids of words, 0 for padding. */
  ids: Float32Array;
  /** In the text's order; those that were cut, or have no id, are not among them. */
  tokens: ReadToken[];
}

export class TokenReader {
  readonly #ids = new Map<string, number>();
  readonly #unknown: number | null;

  /** @param vectorizer null: only ids are read */
  constructor(
    readonly vectorizer: Vectorizer | null,
    readonly length: number,
  ) {
    for (const [id, word] of vectorizer?.vocabulary.entries() ?? []) this.#ids.set(word, id);
    const word = vectorizer && specialWords(vectorizer.frontEnd)[1];
    this.#unknown = typeof word === "string" ? (this.#ids.get(word) ?? null) : null;
  }

  /** @throws InputError where there is no vectorizer */
  read(text: string, where: string): ReadText {
    if (this.vectorizer === null) {
      const next = "Give the network's vectorizer beside it: { model, vectorizer }.";
      throw inputError({
        expected: "{ ids }, which is all that a network alone reads",
        where,
        received: text,
        next,
      });
    }
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
    const tokens: ReadToken[] = [];
    places.forEach((place, t) => {
      if (place === 0) return;
      const { word, id, span } = kept[place - 1]!;
      ids[t] = id;
      tokens.push({ word, t, from: span[0], to: span[1] });
    });
    return { text, ids, tokens };
  }

  /** A row of ids, with their words where there is a vocabulary, else "#17". @throws InputError for more than a row holds */
  readIds(given: ArrayLike<number>, where: string): ReadText {
    if (given.length > this.length) {
      throw inputError({ expected: `at most ${this.length} ids`, where, received: given.length });
    }
    const ids = new Float32Array(this.length);
    layRow(ids, Float32Array.from(given), given.length, this.vectorizer?.padding ?? "pre", "pre");
    const tokens: ReadToken[] = [];
    const words: string[] = [];
    let at = 0;
    ids.forEach((id, t) => {
      if (id === 0) return;
      const word = this.vectorizer?.vocabulary[id] ?? `#${id}`;
      tokens.push({ word, t, from: at, to: at + word.length });
      words.push(word);
      at += word.length + 1;
    });
    return { text: words.join(" "), ids, tokens };
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
