/** From counted tokens to a vocabulary: which words get an id, and which id. */
import { objectOf, textOf } from "../base/arguments.js";
import { InputError, wholeNumber } from "../base/errors.js";
import { atOnce, type Pieces, sorted } from "../base/pieces.js";
import {
  type BuildOptions,
  type FrontEnd,
  type FrontEndOptions,
  MOST_IDS,
  refuseUnknownOptions,
  resolveFrontEnd,
  specialWords,
} from "./options.js";
import { scannerFor } from "./segment.js";
import type { Scanner } from "./split.js";
import { grown, TokenTable } from "./token-table.js";
import { Vectorizer } from "./vectorizer.js";

/** Learns a vocabulary from texts, one at a time; keeps counts, never the texts. */
export class VocabularyBuilder {
  private readonly frontEnd: FrontEnd;
  private readonly scanner: Scanner;
  private readonly table = new TokenTable();
  private counts = new Int32Array(512);

  /** @param options how texts fall into tokens @throws InputError for an option that there is not */
  constructor(options: FrontEndOptions) {
    this.frontEnd = resolveFrontEnd(options);
    this.scanner = scannerFor(this.frontEnd);
  }

  /** Counts a text's tokens. */
  add(text: string): void {
    const { scanner, table } = this;
    scanner.begin(textOf(text, "VocabularyBuilder.add"));
    while (scanner.next()) {
      const token = table.add(scanner.bytes, scanner.start, scanner.length, scanner.hash);
      if (token >= this.counts.length) this.counts = grown(this.counts, token + 1);
      this.counts[token]!++;
    }
  }

  /** Distinct tokens so far. */
  get words(): number {
    return this.table.size;
  }

  /** The vectorizer of the `size` commonest words. Throws where no text held a word, or `size` has room for none. */
  build(options: BuildOptions = {}): Vectorizer {
    objectOf(options, "VocabularyBuilder.build", "an object of options");
    const seen = Int32Array.from({ length: this.table.size }, (_, token) => token);
    return atOnce(buildVectorizer(this.frontEnd, this.table, this.counts, seen, options));
  }
}

/**
 * The vectorizer over counted tokens.
 * @param counts [table.size] how often each token was seen
 * @param seen the tokens that count, in order of first sight; sorted here
 */
export function* buildVectorizer(
  frontEnd: FrontEnd,
  table: TokenTable,
  counts: Int32Array,
  seen: Int32Array,
  { size, ...row }: BuildOptions,
): Pieces<Vectorizer> {
  refuseUnknownOptions(row, ["size", "length", "padding", "truncating"], "vocabulary");
  const special = specialWords(frontEnd);
  const least = special.length + 1;
  const most = size === undefined ? MOST_IDS : wholeNumber(size, "vocabulary size", least, MOST_IDS);
  const order = yield* orderTokens(frontEnd, table, counts, seen);
  if (order.length === 0) throw new InputError("The texts hold no words: nothing to make a vocabulary of.");
  const words = Array.from(order.subarray(0, most - special.length), (token) => table.word(token));
  return new Vectorizer(frontEnd, [...special, ...words], row);
}

/** Tokens by falling count; ties by bytes descending (TextVectorization) or in order of first sight (Tokenizer). */
function* orderTokens(
  frontEnd: FrontEnd,
  table: TokenTable,
  counts: Int32Array,
  seen: Int32Array,
): Pieces<Int32Array> {
  const special = specialWords(frontEnd).map((word) => table.findWord(word));
  const rank = new Int32Array(table.size);
  seen.forEach((token, i) => {
    rank[token] = i;
  });
  const tie =
    frontEnd.frontEnd === "textVectorization"
      ? (a: number, b: number) => table.compare(b, a)
      : (a: number, b: number) => rank[a]! - rank[b]!;
  const learned = seen.filter((token) => !special.includes(token));
  if (frontEnd.frontEnd === "tokenizer" && learned.length < seen.length) throw oovIsAWord(frontEnd.oovToken);
  yield* sorted(learned, (a, b) => counts[b]! - counts[a]! || tie(a, b));
  return learned;
}

/** Keras then gives the word two ids, the second perhaps beyond num_words, which its Embedding refuses. */
function oovIsAWord(word: string | null): InputError {
  return new InputError(
    `The texts hold the word "${word}", which oovToken reserves for unknown ones. Choose one that no text holds: "<OOV>".`,
  );
}
