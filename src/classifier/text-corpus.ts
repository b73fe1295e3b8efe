/** Texts in memory as numbered tokens, read once: what is known of each row whatever is to be learned of it. */
import { scratchTokens } from "#scratch";
import { indicesOf, instanceOf, objectOf, textOf } from "../base/arguments.js";
import { Rising } from "../base/column.js";
import { finiteNumber, InputError, inputError, wholeNumber } from "../base/errors.js";
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

/** Where rows are kept that memory should not hold. */
export interface Scratch {
  /** A folder with room for about as many bytes as the texts have. Files in it have no name there, and are gone when the process ends. */
  readonly folder: string;
  /** Bytes of texts up to which memory holds them. Default 0: none are held. */
  readonly above?: number | undefined;
}

/** Options of `Corpus.read`. */
export interface ReadCorpusOptions extends LongOptions {
  /**
   * A folder (or a folder, and the bytes above which it is used) for texts that memory should not hold: they are kept there as
   * numbers, and of their beginnings the words only. Node only. Default: all is in memory.
   */
  scratch?: string | Scratch | undefined;
}

/** Bytes of texts above which a program that does not care keeps them in a file. */
export const LARGE = 2 ** 26;
/** Different words that are kept then: some 30 MB of them. */
const MOST_WORDS = 2 ** 19;
/** Bytes that a text takes besides its characters and tokens. */
const ROW_BYTES = 64;

/** Has a corpus move its rows to a file as soon as they are more than memory should hold. @throws InputError */
export let keepIn: (corpus: TextCorpus<never>, scratch: string | Scratch) => void;

/** Leaves rows of a corpus out of what is learned from it, where no rows are named: those to measure on. @param rows rising */
export let setAside: (corpus: TextCorpus<never>, rows: Uint32Array) => void;
/** The rows that were set aside. */
export let asideOf: (corpus: TextCorpus<CorpusText>) => Uint32Array;

/** Texts as numbered tokens, with their beginnings, numbers and groups. What is to be learned of them is the subclass's. */
export abstract class TextCorpus<Row extends CorpusText> {
  /** The texts as tokens, a row each. */
  readonly texts: TokenizedTexts;
  /** Null once the rows lie in a file. */
  private excerpts: string[] | null = [];
  private excerptBytes = 0;
  private readonly numbers = new Rising();
  private folder: string | null = null;
  private above = 0;
  #aside: Uint32Array = new Uint32Array(0);

  static {
    keepIn = (corpus, scratch) => corpus.#keepIn(scratch);
    setAside = (corpus, rows) => {
      corpus.#aside = rows;
    };
    asideOf = (corpus) => corpus.#aside;
  }
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

  /** The folder of the file that its rows were moved to; null while they are in memory. */
  get scratch(): string | null {
    return this.excerpts === null ? this.folder : null;
  }

  #keepIn(given: string | Scratch): void {
    const { folder, above = 0 } = typeof given === "string" ? { folder: given } : objectOf(given, "scratch");
    this.folder = textOf(folder, "scratch folder");
    this.above = finiteNumber(above, "scratch above", 0);
    this.#moveIfLarge();
  }

  #moveIfLarge(): void {
    const { folder, excerptBytes, texts, rows, above } = this;
    if (folder === null || !this.excerpts || this.isGrouped) return;
    if (above > 0 && excerptBytes + 4 * texts.total + ROW_BYTES * rows <= above) return;
    texts.moveTo(scratchTokens(folder), MOST_WORDS);
    this.excerpts = null;
  }

  /** How many rows there are. */
  get rows(): number {
    return this.numbers.length;
  }

  /** Keeps a row's text, and what is known of any row. @throws InputError for a group that is no string */
  protected addText({ text, row, group }: CorpusText): void {
    if (group !== undefined) {
      if (this.scratch !== null) throw groupInFile(this.rows + 1);
      this.groups[this.rows] = copiedOnce(textOf(group, `row ${this.rows + 1} group`), this.groupNames);
    }
    this.texts.add(text);
    if (this.excerpts) {
      const excerpt = excerptOf(text);
      this.excerpts.push(excerpt);
      this.excerptBytes += excerpt.length;
    }
    this.numbers.push(row ?? this.rows + 1);
    this.#moveIfLarge();
  }

  /**
   * The beginning of a row's text, at most 240 characters; of rows that lie in a file its words, as they were read.
   * @throws InputError where there is no such row
   */
  excerpt(row: number): string {
    wholeNumber(row, "excerpt", 0, this.rows - 1);
    if (this.excerpts) return this.excerpts[row]!;
    return excerptOf(this.texts.wordsOf(row, EXCERPT).join(" "));
  }

  /** The row's number in the file that it came from. */
  rowNumber(row: number): number {
    return this.numbers.at(wholeNumber(row, "rowNumber", 0, this.rows - 1));
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
  const by = isUndecided(frontEnd) ? segmentationFor(corpus.texts) : "none";
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

const groupInFile = (row: number) =>
  inputError({
    expected: "no group where rows lie in a file",
    where: `row ${row}`,
    next: "Leave scratch out, or the groups.",
    typed: { next: "Say --in-memory, or leave --group out." },
  });

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

/** 0 … rows − 1, without those of a rising list. */
export function allBut(rows: number, others: Uint32Array): Uint32Array {
  const found = new Uint32Array(rows - others.length);
  for (let row = 0, at = 0, next = 0; row < rows; row++) {
    if (row === others[next]) next++;
    else found[at++] = row;
  }
  return found;
}

/** 0 … length − 1 */
export const allRows = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);
