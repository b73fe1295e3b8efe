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
import { cutter, isUnspaced, scannerFor } from "./segment.js";
import type { Scanner } from "./split.js";
import { grown, TokenTable } from "./token-table.js";
import type { EncodingReport, Vectorizer } from "./vectorizer.js";
import { buildVectorizer } from "./vocabulary.js";

export class TokenizedTexts {
  /** The distinct tokens, by their numbers. */
  table = new TokenTable();
  private scanner: Scanner;
  /** The tokens of every row, one after another. */
  private tokens = new Int32Array(4096);
  /** [rows + 1] where each row begins */
  private starts = new Uint32Array(256);
  private count = 0;
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
    return this.count;
  }

  /** Different tokens in all rows. */
  get distinct(): number {
    return this.table.size;
  }

  /** Adds a text; returns its row. */
  add(text: string): number {
    const { scanner, table } = this;
    let at = this.starts[this.count]!;
    scanner.begin(text);
    while (scanner.next()) {
      if (at === this.tokens.length) this.tokens = grown(this.tokens, at + 1);
      this.tokens[at++] = table.add(scanner.bytes, scanner.start, scanner.length, scanner.hash);
    }
    if (this.count + 2 > this.starts.length) this.starts = grown(this.starts, this.count + 2);
    this.starts[++this.count] = at;
    return this.count - 1;
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
    const starts = new Uint32Array(this.count + 1);
    yield* spans(this.count, ROWS, (from, to) => {
      for (let row = from; row < to; row++) {
        starts[row + 1] = starts[row]!;
        for (const token of this.tokensOf(row)) starts[row + 1]! += pieces[token]!.length;
      }
    });
    const tokens = new Int32Array(starts[this.count]!);
    let at = 0;
    const laying = (from: number, to: number) => {
      for (let row = from; row < to; row++) {
        for (const token of this.tokensOf(row)) for (const piece of pieces[token]!) tokens[at++] = piece;
      }
    };
    yield* spans(this.count, ROWS, laying, true);
    [this.rules, this.scanner] = [rules, scannerFor(rules)];
    [this.table, this.tokens, this.starts] = [table, tokens, starts];
    [this.idsFor, this.numbersFor] = [new WeakMap(), new WeakMap()];
  }

  /** How many tokens a row has. */
  tokensIn(row: number): number {
    return this.tokensOf(row).length;
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
    const { rows = Uint32Array.from({ length: this.count }, (_, row) => row), ...rest } = options;
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
        for (const token of this.tokensOf(rows[i]!)) if (counts[token]!++ === 0) seen[distinct++] = token;
      }
    };
    yield* spans(rows.length, ROWS, counting, true);
    return yield* buildVectorizer(frontEnd, this.table, counts, seen.subarray(0, distinct), rest);
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
    if (!Number.isInteger(row) || row < 0 || row >= this.count) {
      throw inputError({
        expected: `a row from 0 to ${this.count - 1}`,
        where: "tokenized texts",
        received: row,
      });
    }
    return this.tokens.subarray(this.starts[row], this.starts[row + 1]);
  }
}
