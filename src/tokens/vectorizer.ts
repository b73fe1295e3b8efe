/**
 * The vectorizer: text to rows of ids and back, with a vocabulary fixed. One class serves both of Keras's front ends;
 * they differ in how a text falls into tokens and in what stands for unknown words.
 */
import { instanceOf, numbersOf, objectOf, textOf, textsOf } from "../base/arguments.js";
import { InputError, inputError, wholeNumber } from "../base/errors.js";
import {
  type FrontEnd,
  type FrontEndOptions,
  MOST_IDS,
  PADDING_WORD,
  type RowOptions,
  resolveFrontEnd,
  resolveRow,
  type Side,
  specialWords,
} from "./options.js";
import { type IdRows, layRow, newRows } from "./pad.js";
import { cutsOf, cutter, scannerFor } from "./segment.js";
import type { Scanner } from "./split.js";
import { standardizerFor } from "./standardize.js";
import { grown, TokenTable } from "./token-table.js";

/** What encoding did to the texts, summed over rows. */
export interface EncodingReport {
  /** Texts encoded. */
  rows: number;
  /** Tokens that they fell into. */
  tokens: number;
  /** Tokens that the vocabulary lacks. */
  outOfVocabulary: number;
  /** Ids before cutting: tokens, less those that leave no trace. */
  ids: number;
  /** Rows that were cut, and the ids cut from them. */
  truncatedRows: number;
  /** Ids cut from rows that were too long. */
  truncatedIds: number;
  /** Rows shorter than the length. */
  paddedRows: number;
  /** Rows of padding only. */
  emptyRows: number;
}

export function newEncodingReport(): EncodingReport {
  return {
    rows: 0,
    tokens: 0,
    outOfVocabulary: 0,
    ids: 0,
    truncatedRows: 0,
    truncatedIds: 0,
    paddedRows: 0,
    emptyRows: 0,
  };
}

/** A vectorizer as plain data, for a file. */
export type VectorizerConfig = FrontEnd & {
  length?: number;
  padding: Side;
  truncating: Side;
  vocabulary: string[];
  /** As `Vectorizer.cuts`; left out where that is empty. */
  cuts?: number[];
};

/**
 * Text to rows of ids and back, by a fixed vocabulary. Made by `VocabularyBuilder`, `readVocabulary` or
 * `Vectorizer.fromJSON`.
 */
export class Vectorizer {
  /** How text becomes tokens. */
  readonly frontEnd: FrontEnd;
  /** [size] the word of each id; id 0 is padding and has the empty word. */
  readonly vocabulary: readonly string[];
  /** Ids in a row, where that is settled. */
  readonly length: number | undefined;
  /** Where zeros go in a short row. */
  readonly padding: Side;
  /** Where a long row is cut. */
  readonly truncating: Side;
  /** The words by number, which is their id. */
  private readonly table = new TokenTable();
  private readonly scanner: Scanner;
  /** The id of unknown words, or -1 where they leave no trace. */
  private readonly unknown: number;
  private ids = new Int32Array(256);
  /**
   * Of words cut by a dictionary (`segment: "words"`): a number for how each of some texts, made of the vocabulary's words, was
   * cut where the vocabulary was learned. Else empty.
   */
  readonly cuts: readonly number[];

  /**
   * @param vocabulary every word by id, the special ones first; throws where it repeats or lacks one.
   * @param cuts those of the vectorizer that this one takes over from, for words that were learned elsewhere
   */
  constructor(
    options: FrontEndOptions,
    vocabulary: readonly string[],
    row: RowOptions = {},
    cuts?: readonly number[],
  ) {
    this.frontEnd = resolveFrontEnd(options);
    const { length, padding, truncating } = resolveRow(this.frontEnd, row);
    this.length = length;
    this.padding = padding;
    this.truncating = truncating;
    this.vocabulary = checkVocabulary(textsOf(vocabulary, "vocabulary"), this.frontEnd);
    for (const [id, word] of this.vocabulary.entries()) {
      if (this.table.addWord(word) !== id) {
        throw inputError({ expected: "each word once", where: `vocabulary[${id}]`, received: word });
      }
    }
    this.scanner = scannerFor(this.frontEnd);
    const unknownWord = specialWords(this.frontEnd)[1];
    this.unknown = unknownWord === undefined ? -1 : this.vocabulary.indexOf(unknownWord);
    const here = cutsHere(this);
    this.cuts = cuts === undefined ? here : checkCuts(cuts, here.length);
  }

  /** Ids are 0 … size − 1: an Embedding's inputDim. */
  get size(): number {
    return this.vocabulary.length;
  }

  /** The text's tokens, standardised, known or not. */
  tokens(text: string): string[] {
    const found: string[] = [];
    this.scanner.begin(textOf(text, "tokens"));
    while (this.scanner.next()) found.push(this.scanner.token());
    return found;
  }

  /** The text's ids, neither padded nor cut: Keras's texts_to_sequences. */
  encode(text: string): number[] {
    const count = this.scan(textOf(text, "encode")); // before `ids`, which it may replace
    return Array.from(this.ids.subarray(0, count));
  }

  /** Fills a row with the text's ids, padded or cut to the row's length; returns how many ids there were before. */
  encodeInto(row: Float32Array, text: string, report?: EncodingReport): number {
    instanceOf(row, Float32Array, "encodeInto row", "a Float32Array");
    checkReport(report);
    const count = this.scan(textOf(text, "encodeInto text"), report);
    return this.lay(row, this.ids, count, report);
  }

  /** Encodes texts as rows of `length` (or the vectorizer's, or the longest's) ids. */
  encodeRows(texts: readonly string[], length = this.length, report?: EncodingReport): IdRows {
    textsOf(texts, "encodeRows");
    checkReport(report);
    if (length !== undefined) wholeNumber(length, "encodeRows length", 1, MOST_IDS);
    const long = length ?? texts.reduce((most, text) => Math.max(most, this.scan(text)), 0);
    const ids = newRows(texts.length, long, "texts to encode");
    texts.forEach((text, r) => {
      this.encodeInto(ids.subarray(r * long, (r + 1) * long), text, report);
    });
    return { ids, rows: texts.length, length: long };
  }

  /** The words of the ids, padding left out: Keras's sequences_to_texts. Characters are joined without a space. */
  decode(ids: ArrayLike<number>): string {
    const words: string[] = [];
    numbersOf(ids, "decode");
    for (let i = 0; i < ids.length; i++) {
      const word = this.vocabulary[ids[i]!];
      if (word === undefined) {
        throw inputError({ expected: `ids from 0 to ${this.size - 1}`, where: "decode", received: ids[i] });
      }
      if (ids[i] !== 0) words.push(word);
    }
    return words.join(standardizerFor(this.frontEnd).unit === "character" ? "" : " ");
  }

  /**
   * For texts that were turned into tokens before: lays into the row the ids of tokens that another table numbered.
   * @param toId [tokens of that table] each one's id, as `idsOf` gives
   */
  encodeTokensInto(row: Float32Array, tokens: Int32Array, toId: Int32Array, report?: EncodingReport): number {
    if (tokens.length > this.ids.length) this.ids = grown(this.ids, tokens.length);
    let count = 0;
    let missing = 0;
    for (let i = 0; i < tokens.length; i++) {
      // A word beyond the room of its table has no place there.
      const id = toId[tokens[i]!] ?? -1;
      if (id < 0) missing++;
      const laid = id < 0 ? this.unknown : id;
      if (laid >= 0) this.ids[count++] = laid;
    }
    noteTokens(report, tokens.length, missing);
    return this.lay(row, this.ids, count, report);
  }

  /** [table.size] this vocabulary's id of each token of another table, -1 where unknown. */
  idsOf(table: TokenTable): Int32Array {
    const toId = new Int32Array(table.size).fill(-1);
    for (const [id, word] of this.vocabulary.entries()) {
      const token = table.findWord(word);
      if (token >= 0) toId[token] = id;
    }
    return toId;
  }

  /** As plain data, which `fromJSON` reads back. */
  toJSON(): VectorizerConfig {
    const { frontEnd, length, padding, truncating, vocabulary, cuts } = this;
    return {
      ...frontEnd,
      ...(length === undefined ? {} : { length }),
      padding,
      truncating,
      vocabulary: [...vocabulary],
      ...(cuts.length > 0 ? { cuts: [...cuts] } : {}),
    };
  }

  /**
   * The share of some texts, made of the vocabulary's words, that this platform's dictionary cuts otherwise than the one that
   * the vocabulary was learned by. Above 0, other texts may be cut into words that it does not know; always 0 where words
   * are not cut by a dictionary.
   */
  get cutOtherwise(): number {
    const { cuts } = this;
    const here = cutsHere(this);
    return cuts.filter((cut, k) => cut !== here[k]).length / Math.max(1, cuts.length);
  }

  /** Reads what toJSON wrote; throws InputError where it is anything else. */
  static fromJSON(config: unknown, where = "vectorizer"): Vectorizer {
    textOf(where, "Vectorizer.fromJSON where");
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
      throw inputError({ expected: "an object", where, received: config });
    }
    const { vocabulary, length, padding, truncating, cuts, ...frontEnd } = config as VectorizerConfig;
    const resolved = resolveFrontEnd(frontEnd as FrontEndOptions, where);
    if (!Array.isArray(vocabulary) || !vocabulary.every((word) => typeof word === "string")) {
      throw inputError({ expected: "a list of words", where: `${where}: vocabulary`, received: vocabulary });
    }
    const row = resolveRow(resolved, { length, padding, truncating }, where);
    return new Vectorizer(resolved, vocabulary, row, cuts);
  }

  /** Puts the text's ids into `ids`; returns how many. */
  private scan(text: string, report?: EncodingReport): number {
    const { scanner, table, unknown } = this;
    let ids = this.ids;
    let count = 0;
    let tokens = 0;
    let missing = 0;
    scanner.begin(text);
    while (scanner.next()) {
      tokens++;
      let id = table.find(scanner.bytes, scanner.start, scanner.length, scanner.hash);
      if (id < 0) {
        missing++;
        id = unknown;
        if (id < 0) continue;
      }
      if (count === ids.length) ids = this.ids = grown(ids, count + 1);
      ids[count++] = id;
    }
    noteTokens(report, tokens, missing);
    return count;
  }

  private lay(row: Float32Array, ids: Int32Array, count: number, report?: EncodingReport): number {
    layRow(row, ids, count, this.padding, this.truncating);
    if (report) {
      report.rows++;
      report.ids += count;
      if (count > row.length) {
        report.truncatedRows++;
        report.truncatedIds += count - row.length;
      }
      if (count < row.length) report.paddedRows++;
      if (count === 0) report.emptyRows++;
    }
    return count;
  }
}

/** How this platform cuts the texts of `cuts`. */
const cutsHere = ({ frontEnd, vocabulary }: Pick<Vectorizer, "frontEnd" | "vocabulary">): number[] =>
  frontEnd.segment === "words" ? cutsOf(vocabulary, cutter("words")) : [];

function checkReport(report: EncodingReport | undefined): void {
  if (report !== undefined) objectOf(report, "encoding report");
}

function noteTokens(report: EncodingReport | undefined, tokens: number, missing: number): void {
  if (!report) return;
  report.tokens += tokens;
  report.outOfVocabulary += missing;
}

function checkCuts(cuts: unknown, length: number): readonly number[] {
  if (Array.isArray(cuts) && cuts.length === length && cuts.every((cut) => Number.isInteger(cut)))
    return cuts;
  const expected = length === 0 ? "none, as no dictionary cuts the words" : `${length} whole numbers`;
  throw inputError({ expected, where: "vocabulary cuts", received: cuts });
}

function checkVocabulary(vocabulary: readonly string[], frontEnd: FrontEnd): readonly string[] {
  const special = specialWords(frontEnd);
  if (vocabulary.length > MOST_IDS) {
    throw inputError({
      expected: `at most ${MOST_IDS} words`,
      where: "vocabulary",
      received: vocabulary.length,
    });
  }
  special.forEach((word, id) => {
    // A Tokenizer whose texts held the unknown word gave it another id than 1.
    const anywhere = frontEnd.frontEnd === "tokenizer" && id === 1 && vocabulary.includes(word);
    if (vocabulary[id] !== word && !anywhere) {
      throw inputError({
        expected:
          word === PADDING_WORD ? "the empty word, for padding" : `the word "${word}", for unknown words`,
        where: `vocabulary[${id}]`,
        received: vocabulary[id] ?? null,
      });
    }
  });
  if (vocabulary.length === special.length) {
    throw new InputError("vocabulary: expected at least one word besides padding and unknown.");
  }
  return [...vocabulary];
}
