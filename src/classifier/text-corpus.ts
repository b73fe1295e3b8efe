/** Texts in memory as numbered tokens, read once: what is known of each row whatever is to be learned of it. */
import { indicesOf, instanceOf, objectOf, textOf } from "../base/arguments.js";
import { InputError, inputError, wholeNumber } from "../base/errors.js";
import { atOnce, type Pieces } from "../base/pieces.js";
import { checkLongOptions, Long, type LongOptions } from "../base/progress.js";
import type { Rows } from "../network/arrays.js";
import { type CorpusFrontEndOptions, decided, isUndecided } from "../tokens/options.js";
import { encoded } from "../tokens/row-encoder.js";
import { segmentationFor } from "../tokens/segment.js";
import { TokenizedTexts } from "../tokens/tokenized-texts.js";
import { type EncodingReport, newEncodingReport, Vectorizer } from "../tokens/vectorizer.js";

/** A text to learn from or to be judged by. */
export interface CorpusText {
  /** The text as it is: the vectorizer standardises it. */
  text: string;
  /** Its number in the file, for messages. Default: counted from 1. */
  row?: number;
  /** Who or what it is from, such as its sender: rows of one group are never on both sides of a split. */
  group?: string;
}

/** Characters of each text that are kept to show it again. */
const EXCERPT = 240;

/** Texts as numbered tokens, with their beginnings, numbers and groups. What is to be learned of them is the subclass's. */
export abstract class TextCorpus<Row extends CorpusText> {
  /** The texts as tokens, a row each. */
  readonly texts: TokenizedTexts;
  private readonly excerpts: string[] = [];
  private readonly numbers: number[] = [];
  /** The groups by name, and each row's; undefined for rows of none. */
  private readonly groupNames = new Map<string, string>();
  private readonly groups: (string | undefined)[] = [];

  /**
   * @param frontEnd how texts fall into tokens; a vocabulary that is to encode them must have been made likewise
   */
  constructor(frontEnd: CorpusFrontEndOptions) {
    this.texts = new TokenizedTexts(frontEnd);
  }

  /** Adds a row. @throws InputError where it is not what a row is */
  abstract add(row: Row): void;

  /**
   * [rows] numbers of what rows have in common: where some are held out, each of them keeps its share on both sides.
   */
  abstract strata(): Int32Array;

  /** How many rows there are. */
  get rows(): number {
    return this.numbers.length;
  }

  /** Keeps a row's text, and what is known of any row. @throws InputError for a group that is no string */
  protected addText({ text, row, group }: CorpusText): void {
    if (group !== undefined) {
      this.groups[this.rows] = copiedOnce(textOf(group, `row ${this.rows + 1} group`), this.groupNames);
    }
    this.texts.add(text);
    this.excerpts.push(excerptOf(text));
    this.numbers.push(row ?? this.rows + 1);
  }

  /** The beginning of a row's text, at most 240 characters. @throws InputError where there is no such row */
  excerpt(row: number): string {
    return this.excerpts[wholeNumber(row, "excerpt", 0, this.rows - 1)]!;
  }

  /** The row's number in the file that it came from. */
  rowNumber(row: number): number {
    return this.numbers[wholeNumber(row, "rowNumber", 0, this.rows - 1)]!;
  }

  /** Whether any row belongs to a group. */
  get isGrouped(): boolean {
    return this.groups.length > 0;
  }

  /** The group of a row; undefined where it has none. */
  group(row: number): string | undefined {
    return this.groups[wholeNumber(row, "group", 0, this.rows - 1)];
  }

  /** Whether no word of the row is left when it is encoded. */
  isEmpty(row: number, vectorizer: Vectorizer): boolean {
    wholeNumber(row, "isEmpty", 0, this.rows - 1);
    instanceOf(vectorizer, Vectorizer, "isEmpty vectorizer", "a Vectorizer");
    return this.texts.encodeInto(new Float32Array(1), row, vectorizer) === 0;
  }

  /** Encodes the given rows. */
  encode(
    rows: ArrayLike<number>,
    vectorizer: Vectorizer,
    length: number,
    report: EncodingReport = newEncodingReport(),
  ): Rows {
    return atOnce(encodedRows(this, rows, vectorizer, length, report));
  }
}

/** As `corpus.encode`. */
export function* encodedRows(
  corpus: Pick<TextCorpus<never>, "texts" | "rows">,
  rows: ArrayLike<number>,
  vectorizer: Vectorizer,
  length: number,
  report: EncodingReport = newEncodingReport(),
): Pieces<Rows> {
  indicesOf(rows, "rows to encode", corpus.rows);
  instanceOf(vectorizer, Vectorizer, "encode vectorizer", "a Vectorizer");
  objectOf(report, "encoding report");
  wholeNumber(length, "encode length", 1);
  const data = yield* encoded(corpus.texts, rows, vectorizer, length, report);
  return { data, rows: rows.length, shape: [length] };
}

/**
 * Adds all rows to a new corpus. With `segment: "auto"`, words of scripts without spaces are then cut if one text in twenty
 * needs it.
 * @param make a corpus of texts taken apart so
 * @param options told how many were read
 * @param what what its rows are, for messages
 * @throws InputError when there is no row, or one is not what a row is
 */
export async function fillCorpus<Row extends CorpusText, C extends TextCorpus<Row>>(
  make: (frontEnd: CorpusFrontEndOptions) => C,
  rows: Iterable<Row> | AsyncIterable<Row>,
  frontEnd: CorpusFrontEndOptions,
  options: LongOptions,
  what = "{ text, … }",
): Promise<C> {
  checkLongOptions(options, "read");
  const corpus = make(decided(frontEnd));
  checkRows(rows, what);
  const long = new Long(options, "reading");
  long.begin("reading", Array.isArray(rows) ? rows.length : null);
  for await (const row of rows) {
    corpus.add(row);
    await long.did(1);
  }
  long.end();
  if (corpus.rows === 0) throw new InputError("The data holds no rows: nothing to learn from.");
  const by = isUndecided(frontEnd) ? segmentationFor(corpus.texts, allRows(corpus.rows)) : "none";
  await long.did();
  if (by !== "none") {
    long.begin("cutting words", corpus.rows);
    await long.run(corpus.texts.segment(by));
    long.end();
  }
  return corpus;
}

/** @param what what rows are @throws InputError for what holds no rows to go through */
export function checkRows(rows: unknown, what = "{ text, label }"): void {
  const iterable = rows as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof rows === "object" && (iterable?.[Symbol.iterator] ?? iterable?.[Symbol.asyncIterator])) return;
  throw inputError({ expected: `rows of ${what}`, where: "data", received: rows });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The beginning of a text, copied: a slice would keep the whole piece of the file it lies in alive. */
function excerptOf(text: string): string {
  const cut = text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
  return copied(cut);
}

/** A name out of a file, copied where it is seen first: a slice would keep the whole piece of the file it lies in alive. */
function copiedOnce(given: string, names: Map<string, string>): string {
  let name = names.get(given);
  if (name === undefined) names.set((name = copied(given)), name);
  return name;
}

/** The same text, which keeps nothing else alive. */
export const copied = (text: string): string => decoder.decode(encoder.encode(text));

/** 0 … length − 1 */
export const allRows = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);
