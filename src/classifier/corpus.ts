/** Labelled texts in memory as numbered tokens: read once, split and encoded as often as one likes. */
import { indicesOf, instanceOf, objectOf, textOf, textsOf } from "../base/arguments.js";
import { InputError, inputError, oneOf, wholeNumber } from "../base/errors.js";
import {
  classNames,
  type LabelCount,
  type LabelVariant,
  labelKey,
  labelVariants,
  moreClassNames,
  notClasses,
} from "../data/labels.js";
import type { Rows } from "../network/arrays.js";
import { type CorpusFrontEndOptions, decided, isUndecided } from "../tokens/options.js";
import { newRows } from "../tokens/pad.js";
import { segmentationFor } from "../tokens/segment.js";
import { TokenizedTexts } from "../tokens/tokenized-texts.js";
import { type EncodingReport, newEncodingReport, Vectorizer } from "../tokens/vectorizer.js";

/** A row to learn from or to be judged by. */
export interface LabelledText {
  /** The text as it is: the vectorizer standardises it. */
  text: string;
  /** Its label; texts with the same one are of one class. */
  label: string;
  /** Its number in the file, for messages. Default: counted from 1. */
  row?: number;
  /** Who or what it is from, such as its sender: rows of one group are never on both sides of a split. */
  group?: string;
}

/** Characters of each text that are kept to show it again. */
const EXCERPT = 240;
/** Labels that are named where another one is refused. */
const MOST_NAMED = 10;

/**
 * Labelled texts, read once and kept as numbered tokens: to train on, to evaluate and to look into, as often as one
 * likes.
 */
export class Corpus {
  /** The texts as tokens, a row each. */
  readonly texts: TokenizedTexts;
  /** Each row's label as an index into `names`. */
  private readonly found: number[] = [];
  /** In order of first sight. */
  private readonly names: string[] = [];
  /** By what labels have in common that are one: 1 and 1.0. */
  private readonly indexOf = new Map<string, number>();
  /** Other ways in which a label's number was written. */
  private readonly written = new Map<string, string>();
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

  /**
   * Reads labelled texts, each once, and keeps them as numbered tokens. With `segment: "auto"`, words of scripts without
   * spaces are then cut if one text in twenty needs it.
   * @throws InputError when there is no row, or a row has no text or label
   */
  static async read(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText>,
    frontEnd: CorpusFrontEndOptions,
  ): Promise<Corpus> {
    const corpus = new Corpus(decided(frontEnd));
    checkRows(rows);
    for await (const row of rows) corpus.add(row);
    if (corpus.rows === 0) throw new InputError("The data holds no rows: nothing to learn from.");
    const by = isUndecided(frontEnd) ? segmentationFor(corpus.texts, allRows(corpus.rows)) : "none";
    if (by !== "none") corpus.texts.segment(by);
    return corpus;
  }

  /** Adds a row. @throws InputError where text, label or a group that is given is no string */
  add(given: LabelledText): void {
    const { text, label, row, group } = objectOf(given, `row ${this.rows + 1}`, "{ text, label } of strings");
    if (typeof text !== "string" || typeof label !== "string") {
      const received = { text, label };
      throw inputError({ expected: "{ text, label } of strings", where: `row ${this.rows + 1}`, received });
    }
    if (group !== undefined) {
      this.groups[this.rows] = copiedOnce(textOf(group, `row ${this.rows + 1} group`), this.groupNames);
    }
    this.texts.add(text);
    const index = indexFor(label, this.names, this.indexOf);
    if (label !== this.names[index] && this.written.size < MOST_NAMED)
      this.written.set(copied(label), labelKey(label));
    this.found.push(index);
    this.excerpts.push(excerptOf(text));
    this.numbers.push(row ?? this.rows);
  }

  /** How many rows there are. */
  get rows(): number {
    return this.found.length;
  }

  /**
   * The labels in order: numbers by value, else by character code; the index is the class. Labels that are `known` keep
   * their classes, be there rows of them or not, and those that are new come behind.
   */
  labels(known: readonly string[] = []): string[] {
    const found = this.labelCounts().map(({ label }) => label);
    return known.length > 0 ? moreClassNames(known, found) : classNames(found, "data");
  }

  /** Each label that there is, and how many rows have it. */
  labelCounts(): LabelCount[] {
    const counts = this.names.map((label) => ({ label, rows: 0 }));
    for (const index of this.found) counts[index]!.rows++;
    return counts.filter(({ rows }) => rows > 0);
  }

  /** Numbers among the labels that are written in several ways, some of them: how, and what the label is called. */
  spellings(): { label: string; written: string }[] {
    return [...this.written].map(([written, key]) => ({
      written,
      label: this.names[this.indexOf.get(key)!]!,
    }));
  }

  /**
   * Makes one of labels that differ in how they are written, or by a rare typing error.
   * @param known labels that stay, be there rows of them or not: those of a classifier
   * @returns what became of which
   */
  mergeLabels(known: readonly string[] = []): LabelVariant[] {
    const variants = labelVariants(this.labelCounts(), textsOf(known, "mergeLabels known"));
    const place = (label: string) => indexFor(label, this.names, this.indexOf);
    const merged = new Map(variants.map(({ label, of }) => [place(label), place(of)]));
    // What one is a variant of may be a variant itself.
    const settled = (index: number): number => (merged.has(index) ? settled(merged.get(index)!) : index);
    for (const [row, index] of this.found.entries()) this.found[row] = settled(index);
    return variants;
  }

  /**
   * Each row's class under these labels.
   * @param unknown what is the class of a row whose label is not among them. Default: such a row is refused
   * @throws InputError on a row whose label is not among them
   */
  classes(labels: readonly string[], unknown?: -1): Int32Array {
    textsOf(labels, "labels");
    const classOf = new Map(labels.map((label, i) => [labelKey(label), i]));
    const counts = this.names.map(() => 0);
    for (const index of this.found) counts[index]!++;
    const classes = this.names.map((name, index) => {
      const known = classOf.get(labelKey(name)) ?? unknown;
      if (known !== undefined) return known;
      if (counts[index] === 0) return -1; // its rows were merged into another
      const more = labels.length > MOST_NAMED ? `, … ${labels.length} in all` : "";
      const expected = `a label among ${labels.slice(0, MOST_NAMED).join(", ")}${more}`;
      const where = `row ${this.numbers[this.found.indexOf(index)]}`;
      throw inputError({ expected, where, received: name });
    });
    return Int32Array.from(this.found, (index) => classes[index]!);
  }

  /** A row's label. @throws InputError where there is no such row */
  label(row: number): string {
    return this.names[this.found[wholeNumber(row, "label", 0, this.rows - 1)]!]!;
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
    indicesOf(rows, "rows to encode", this.rows);
    instanceOf(vectorizer, Vectorizer, "encode vectorizer", "a Vectorizer");
    objectOf(report, "encoding report");
    const data = newRows(rows.length, wholeNumber(length, "encode length", 1), "texts to encode");
    for (let i = 0; i < rows.length; i++) {
      this.texts.encodeInto(data.subarray(i * length, (i + 1) * length), rows[i]!, vectorizer, report);
    }
    return { data, rows: rows.length, shape: [length] };
  }
}

/** What labels may be that name no classes by themselves. */
export const TARGETS = ["classes"] as const;
export type Target = (typeof TARGETS)[number];

const KIND = {
  numbers: "look like amounts",
  names: "differ in nearly every row, as ids and texts do",
} as const;

/**
 * @param target "classes" where each label is to be a class whatever it looks like
 * @throws InputError where labels are amounts, ids or texts
 */
export function refuseNoClasses(corpus: Corpus, target: Target | undefined, where = "data"): void {
  if (target !== undefined) {
    oneOf(target, TARGETS, "target");
    return;
  }
  const counts = corpus.labelCounts();
  const kind = notClasses(counts);
  if (kind === undefined) return;
  const shown = counts.slice(0, 3).map(({ label }) => label.slice(0, 40));
  const group = "A classifier learns classes: group them first";
  const choose = "Choose the label's column";
  throw inputError({
    expected: `labels that name classes, found ${counts.length} in ${corpus.rows} rows that ${KIND[kind]}: ${shown.join(", ")}, …`,
    where,
    next: `${kind === "numbers" ? group : choose}, or say target: "classes" if each is one.`,
    typed: {
      next: `${kind === "numbers" ? `${group} (--label-map)` : `${choose} (--label)`}, or say --target classes if each is one.`,
    },
  });
}

/** @throws InputError for what holds no rows to go through */
export function checkRows(rows: unknown): void {
  const iterable = rows as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof rows === "object" && (iterable?.[Symbol.iterator] ?? iterable?.[Symbol.asyncIterator])) return;
  throw inputError({ expected: "rows of { text, label }", where: "data", received: rows });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The index of a label's name, which is added where it is new. @param indexOf by what labels have in common that are one */
function indexFor(label: string, names: string[], indexOf: Map<string, number>): number {
  const index = indexOf.get(labelKey(label));
  if (index === undefined) {
    const name = copied(label);
    indexOf.set(labelKey(name), names.length);
    return names.push(name) - 1;
  }
  // One number in several ways: by the shortest.
  if (label.length < names[index]!.length) names[index] = copied(label);
  return index;
}

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

const copied = (text: string): string => decoder.decode(encoder.encode(text));

/** 0 … length − 1 */
export const allRows = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);
