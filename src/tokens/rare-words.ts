/**
 * Words that came when a table had as many as there is room for. They are told apart by a hash, and counted from above, so
 * that a vocabulary can be seen to lack none of them that is common.
 */
import { inputError } from "../base/errors.js";
import { specialWords } from "./options.js";
import type { Scanner } from "./split.js";
import type { TokenTable } from "./token-table.js";
import type { Vectorizer } from "./vectorizer.js";

/** Their numbers begin here: beyond those of any table. */
const FIRST = 2 ** 30;
/** Counters: words that share one make its count too large, never too small. */
const COUNTERS = 2 ** 21;

/** Words beyond a table's room. */
export class RareWords {
  private readonly counts = new Uint32Array(COUNTERS);
  /** No rare word was seen more often. */
  private commonest = 0;

  /** @param most words that the table keeps */
  constructor(readonly most: number) {}

  /** The number of a scanner's token: the table's, where that has it. */
  numberOf(table: TokenTable, { bytes, start, length, hash }: Scanner): number {
    const known = table.find(bytes, start, length, hash);
    if (known >= 0) return known;
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
    const count = ++this.counts[mixed % COUNTERS]!;
    if (count > this.commonest) this.commonest = count;
    return FIRST + (mixed >>> 2);
  }

  /**
   * Whether a vocabulary is the one that there would be with room for all words.
   * @param countOf how often a word of the vocabulary was seen
   * @throws InputError where a word that is not kept may be as common as one of its words
   */
  check({ frontEnd, vocabulary }: Vectorizer, countOf: (word: string) => number): void {
    if (this.commonest === 0) return;
    const last = vocabulary.at(-1)!;
    const least = specialWords(frontEnd).includes(last) ? 0 : countOf(last);
    if (this.commonest < least) return;
    throw inputError({
      expected: `a vocabulary of words that are common: the last of ${vocabulary.length}, ${JSON.stringify(last)}, stands ${least} times, and among the words that came after the first ${this.most} one may stand ${this.commonest} times`,
      where: "vocabulary",
      next: "Ask for fewer words, or shuffle the rows of the file, or keep all words in memory.",
      typed: {
        next: "Ask for fewer words (--vocabulary), shuffle the rows of the file, or keep all in memory (--in-memory).",
      },
    });
  }
}
