/**
 * Texts as numbered tokens: what is kept of a data set while it is read, in place of the texts themselves. A vocabulary
 * can then be learned from any of the rows (those for training), and every row encoded with it, in one reading.
 */
import { inputError } from "../base/errors.js";
import { atOnce, type Pieces, ROWS, spans } from "../base/pieces.js";
import { Lexer } from "./lexer.js";
import {
  type BuildOptions,
  type CorpusFrontEnd,
  type CorpusFrontEndOptions,
  type Cutting,
  isLexer,
  resolveCorpusFrontEnd,
  resolveFrontEnd,
} from "./options.js";
import { RareWords } from "./rare-words.js";
import { cutter, isUnspaced, scannerFor } from "./segment.js";
import type { Scanner } from "./split.js";
import { MemoryTokenRows, type TokenRows } from "./token-rows.js";
import { grown, TokenTable } from "./token-table.js";
import type { EncodingReport, Vectorizer } from "./vectorizer.js";
import { buildVectorizer } from "./vocabulary.js";

export class TokenizedTexts {
  /** The distinct tokens, by their numbers. */
  table = new TokenTable();
  private scanner: Scanner;
  /** The tokens of every row. */
  private store: TokenRows = new MemoryTokenRows();
  /** Words beyond the table's room, where it is bounded. */
  private rare: RareWords | null = null;
  /** The row that is being read. */
  private row = new Int32Array(256);
  /** A vectorizer's ids of this table's tokens, made once for each vectorizer. */
  private idsFor = new WeakMap<Vectorizer, Int32Array>();
  /** This table's tokens as other texts number them. */
  private numbersFor = new WeakMap<TokenizedTexts, { numbers: Int32Array; among: number }>();

  private rules: CorpusFrontEnd;

  constructor(options: CorpusFrontEndOptions) {
    const frontEnd = resolveCorpusFrontEnd(options);
    this.rules = frontEnd;
    this.scanner = isLexer(frontEnd) ? new Lexer() : scannerFor(frontEnd);
  }

  /** How texts fall into tokens. */
  get frontEnd(): CorpusFrontEnd {
    return this.rules;
  }

  get rows(): number {
    return this.store.rows;
  }

  /** Tokens in all rows. */
  get total(): number {
    return this.store.numbers;
  }

  /** Different tokens in all rows. */
  get distinct(): number {
    return this.table.size;
  }

  /** Adds a text; returns its row. */
  add(text: string): number {
    const { scanner, table, rare } = this;
    let { row } = this;
    let count = 0;
    scanner.begin(text);
    while (scanner.next()) {
      if (count === row.length) row = this.row = grown(row, count + 1);
      row[count++] =
        rare && table.size >= rare.most
          ? rare.numberOf(table, scanner)
          : table.add(scanner.bytes, scanner.start, scanner.length, scanner.hash);
    }
    this.store.add(row, count);
    return this.rows - 1;
  }

  /**
   * Moves all rows, and those that come, to another place.
   * @param mostWords how many different words are kept: what comes after so many is counted, and told apart, by a hash
   */
  moveTo(store: TokenRows, mostWords: number): void {
    for (let row = 0; row < this.rows; row++)
      store.add(this.store.read(row) as Int32Array, this.tokensIn(row));
    this.store.close();
    this.store = store;
    this.rare = new RareWords(mostWords);
  }

  /**
   * Cuts what was read so far, and what is read from now on: the texts are then as if they had been read so. Words of scripts
   * without spaces alone are taken apart, so no other text changes.
   * @throws InputError for texts that are cut already, or that no front end of words took apart
   */
  *segment(by: Cutting): Pieces<void> {
    const { frontEnd, table: whole } = this;
    if (isLexer(frontEnd) || frontEnd.segment) {
      const received = isLexer(frontEnd) ? "the lexer's" : `cut into ${frontEnd.segment}`;
      throw inputError({ expected: "words that are not cut yet", where: "segment", received });
    }
    const rules = resolveFrontEnd({ ...frontEnd, segment: by });
    const cut = cutter(by);
    const table = new TokenTable();
    const pieces: number[][] = [];
    yield* spans(whole.size, ROWS, (from, to) => {
      for (let token = from; token < to; token++) {
        const word = whole.word(token);
        pieces.push((isUnspaced(word) ? cut(word) : [word]).map((piece) => table.addWord(piece)));
      }
    });
    const store = this.store.fresh();
    const laying = (from: number, to: number) => {
      for (let row = from; row < to; row++) {
        let count = 0;
        for (const token of this.tokensOf(row)) {
          // A word beyond the table's room is in one piece: nobody knows its letters any more.
          for (const piece of pieces[token] ?? [token]) {
            if (count === this.row.length) this.row = grown(this.row, count + 1);
            this.row[count++] = piece;
          }
        }
        store.add(this.row, count);
      }
    };
    yield* spans(this.rows, ROWS, laying, true);
    this.store.close();
    [this.rules, this.scanner] = [rules, scannerFor(rules)];
    [this.table, this.store] = [table, store];
    [this.idsFor, this.numbersFor] = [new WeakMap(), new WeakMap()];
  }

  /** How many tokens a row has. */
  tokensIn(row: number): number {
    return this.store.countOf(row);
  }

  /**
   * A number of 53 bits that rows share where their tokens are the same, and else as good as never. `as` other texts: the
   * fingerprint that such a row would have among them, or null where they lack one of its tokens.
   */
  fingerprint(row: number): number;
  fingerprint(row: number, as: TokenizedTexts): number | null;
  fingerprint(row: number, as: TokenizedTexts = this): number | null {
    const numbers = as === this ? null : this.numbersIn(as);
    let [a, b] = [0x811c9dc5 | 0, 0x2545f491];
    for (const own of this.tokensOf(row)) {
      const token = numbers ? numbers[own]! : own;
      if (token < 0) return null;
      a = Math.imul(a ^ token, 0x01000193);
      b = Math.imul(b ^ (token + (a >>> 13)), 0x5bd1e995);
      b ^= b >>> 15;
    }
    return (a >>> 0) * 2 ** 21 + (b >>> 11);
  }

  private numbersIn(other: TokenizedTexts): Int32Array {
    const known = this.numbersFor.get(other);
    if (known && known.numbers.length === this.table.size && known.among === other.distinct)
      return known.numbers;
    const numbers = this.table.numbersIn(other.table);
    this.numbersFor.set(other, { numbers, among: other.distinct });
    return numbers;
  }

  /** Learns a vocabulary from the given rows, in their order (it settles the Tokenizer's ties); by default from all. */
  build(options: BuildOptions & { rows?: ArrayLike<number> } = {}): Vectorizer {
    return atOnce(this.building(options));
  }

  /** As `build`. */
  *building(options: BuildOptions & { rows?: ArrayLike<number> } = {}): Pieces<Vectorizer> {
    const { rows = Uint32Array.from({ length: this.rows }, (_, row) => row), ...rest } = options;
    const { frontEnd } = this;
    if (isLexer(frontEnd)) {
      const next = "The lexer's tokens are for n-grams.";
      throw inputError({
        expected: "texts taken apart by a front end of Keras's",
        where: "tokenized texts",
        next,
      });
    }
    const counts = new Int32Array(this.table.size);
    const seen = new Int32Array(this.table.size);
    let distinct = 0;
    const counting = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const own = this.tokensOf(rows[i]!);
        for (let k = 0; k < own.length; k++) {
          const token = own[k]!;
          if (token < counts.length && counts[token]!++ === 0) seen[distinct++] = token;
        }
      }
    };
    yield* spans(rows.length, ROWS, counting, true);
    const made = yield* buildVectorizer(frontEnd, this.table, counts, seen.subarray(0, distinct), rest);
    this.rare?.check(made, (word) => counts[this.table.findWord(word)] ?? 0);
    return made;
  }

  /** Fills `out` with a row's ids, padded or cut as `vectorizer.encodeInto` would from the text. */
  encodeInto(out: Float32Array, row: number, vectorizer: Vectorizer, report?: EncodingReport): number {
    let toId = this.idsFor.get(vectorizer);
    if (!toId || toId.length < this.table.size) {
      toId = vectorizer.idsOf(this.table);
      this.idsFor.set(vectorizer, toId);
    }
    return vectorizer.encodeTokensInto(out, this.tokensOf(row), toId, report);
  }

  /** The numbers of a row's tokens: a view, which lasts until a text is added. */
  tokensOf(row: number): Int32Array {
    return this.store.read(row);
  }

  /** The words of a row, as they were taken apart: those that are not kept as "…". At most so many. */
  wordsOf(row: number, most: number): string[] {
    const tokens = this.tokensOf(row).slice(0, most);
    return Array.from(tokens, (token) => (token < this.table.size ? this.table.word(token) : "…"));
  }
}
