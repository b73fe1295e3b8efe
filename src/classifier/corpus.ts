/** Labelled texts in memory as numbered tokens: read once, split and encoded as often as one likes. */
import { objectOf, textsOf } from "../base/arguments.js";
import { Column, narrow } from "../base/column.js";
import { inputError, oneOf, wholeNumber } from "../base/errors.js";
import {
  classNames,
  type LabelCount,
  type LabelVariant,
  moreClassNames,
  notClasses,
} from "../data/labels.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { LabelNames, unknownLabel } from "./label-names.js";
import { type CorpusText, fillCorpus, keepIn, type ReadCorpusOptions, TextCorpus } from "./text-corpus.js";

/** A row to learn from or to be judged by. */
export interface LabelledText extends CorpusText {
  /** Its label; texts with the same one are of one class. */
  label: string;
}

/**
 * Looks up the class of a row under these labels.
 * @param unknown what is the class of a row of another label. Default: such a row is refused
 */
export let classLookup: (
  corpus: Corpus,
  labels: readonly string[],
  unknown?: number,
) => (row: number) => number;

/**
 * The classes of some rows, in their order, in as few bytes a row as there are labels.
 * @param rows by default all
 * @param unknown as `classLookup`: the number of labels
 */
export function classesOf(
  corpus: Corpus,
  labels: readonly string[],
  rows?: ArrayLike<number>,
  unknown?: number,
): ArrayLike<number> {
  const classOf = classLookup(corpus, labels, unknown);
  const classes = narrow(rows ? rows.length : corpus.rows, labels.length);
  for (let i = 0; i < classes.length; i++) classes[i] = classOf(rows ? rows[i]! : i);
  return classes;
}

/**
 * Labelled texts, read once and kept as numbered tokens: to train on, to evaluate and to look into, as often as one
 * likes.
 */
export class Corpus extends TextCorpus<LabelledText> {
  private readonly names = new LabelNames();
  /** Each row's label by its number. */
  private readonly found = new Column();

  /**
   * Reads labelled texts, each once, and keeps them as numbered tokens. With `segment: "auto"`, words of scripts without
   * spaces are then cut if one text in twenty needs it.
   * @param options `signal` and `onProgress`, and where rows are kept that outgrow memory: `scratch`
   * @throws InputError when there is no row, or a row has no text or label
   */
  static async read(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText>,
    frontEnd: CorpusFrontEndOptions,
    options: ReadCorpusOptions = {},
  ): Promise<Corpus> {
    const { scratch, ...long } = objectOf(options, "Corpus.read options");
    const make = (decided: CorpusFrontEndOptions) => {
      const corpus = new Corpus(decided);
      if (scratch !== undefined) keepIn(corpus, scratch);
      return corpus;
    };
    return fillCorpus(make, rows, frontEnd, long, "{ text, label }");
  }

  /** Adds a row. @throws InputError where text, label or a group that is given is no string */
  override add(given: LabelledText): void {
    const { text, label } = objectOf(given, `row ${this.rows + 1}`, "{ text, label } of strings");
    if (typeof text !== "string" || typeof label !== "string") {
      const received = { text, label };
      throw inputError({ expected: "{ text, label } of strings", where: `row ${this.rows + 1}`, received });
    }
    this.addText(given);
    this.found.push(this.names.place(label));
  }

  /** [rows] the number of each row's label, in order of first sight. */
  override strata(): Int32Array {
    return Int32Array.from({ length: this.rows }, (_, row) => this.found.at(row)!);
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
    const counts = this.names.all.map((label) => ({ label, rows: 0 }));
    for (let row = 0; row < this.rows; row++) counts[this.found.at(row)!]!.rows++;
    return counts.filter(({ rows }) => rows > 0);
  }

  /** Numbers among the labels that are written in several ways, some of them: how, and what the label is called. */
  spellings(): { label: string; written: string }[] {
    return this.names.spellings();
  }

  /**
   * Makes one of labels that differ in how they are written, or by a rare typing error.
   * @param known labels that stay, be there rows of them or not: those of a classifier
   * @returns what became of which
   */
  mergeLabels(known: readonly string[] = []): LabelVariant[] {
    const { variants, to } = this.names.merged(this.labelCounts(), textsOf(known, "mergeLabels known"));
    for (let row = 0; row < this.rows; row++) this.found.set(row, to[this.found.at(row)!]!);
    return variants;
  }

  /**
   * Each row's class under these labels.
   * @param unknown what is the class of a row whose label is not among them. Default: such a row is refused
   * @throws InputError on a row whose label is not among them
   */
  classes(labels: readonly string[], unknown?: -1): Int32Array {
    const classOf = this.#classLookup(textsOf(labels, "labels"), unknown);
    return Int32Array.from({ length: this.rows }, (_, row) => classOf(row));
  }

  static {
    classLookup = (corpus, labels, unknown) => corpus.#classLookup(labels, unknown);
  }

  #classLookup(labels: readonly string[], unknown?: number): (row: number) => number {
    const places = this.names.placesAmong(labels);
    return (row) => {
      const index = this.found.at(row)!;
      const known = places[index] ?? unknown;
      if (known === undefined) throw unknownLabel(this.names.all[index]!, labels, this.rowNumber(row));
      return known;
    };
  }

  /** A row's label. @throws InputError where there is no such row */
  label(row: number): string {
    return this.names.all[this.found.at(wholeNumber(row, "label", 0, this.rows - 1))!]!;
  }
}

/** What labels may be that name no classes by themselves. */
export type Target = "classes";

/** What labels that name no classes do, in words. */
export const NO_CLASSES = {
  numbers: "look like amounts",
  names: "differ in nearly every row, as ids and texts do",
} as const;

/**
 * @param target "classes" where each label is to be a class whatever it looks like
 * @throws InputError where labels are amounts, ids or texts
 */
export function refuseNoClasses(corpus: Corpus, target: Target | undefined, where = "data"): void {
  if (target !== undefined) {
    oneOf(target, ["classes"], "target");
    return;
  }
  const counts = corpus.labelCounts();
  const kind = notClasses(counts);
  if (kind === undefined) return;
  const shown = counts.slice(0, 3).map(({ label }) => label.slice(0, 40));
  const group = "A classifier learns classes: group them first";
  const isAmount = kind === "numbers";
  const choose = "Choose the label's column";
  throw inputError({
    expected: `labels that name classes, found ${counts.length} in ${corpus.rows} rows that ${NO_CLASSES[kind]}: ${shown.join(", ")}, …`,
    where,
    next: `${isAmount ? `${group}, learn the amounts with TextRegressor.train` : choose}, or say target: "classes" if each is one.`,
    typed: {
      next: `${isAmount ? `${group} (--label-map), learn the amounts (--target amounts)` : `${choose} (--label)`}, or say --target classes if each is one.`,
    },
  });
}
