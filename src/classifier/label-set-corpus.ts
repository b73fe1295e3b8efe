/** Texts with any number of labels each, in memory as numbered tokens. */
import { indicesOf, objectOf, textsOf } from "../base/arguments.js";
import { InputError, inputError, wholeNumber } from "../base/errors.js";
import type { LongOptions } from "../base/progress.js";
import { type LabelCount, type LabelVariant, moreClassNames } from "../data/labels.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { LabelNames, unknownLabel } from "./label-names.js";
import { strataOfSets } from "./strata.js";
import { type CorpusText, fillCorpus, TextCorpus } from "./text-corpus.js";

/** A row to learn from or to be judged by. */
export interface LabelSetText extends CorpusText {
  /** Its labels, in any order: none, one, or several. */
  labels: readonly string[];
}

/** Rows times labels that lie in memory, a byte or a number each. */
const MOST_ANSWERS = 2 ** 28;

/** Texts with any number of labels each, read once: to train on and to evaluate, as often as one likes. */
export class LabelSetCorpus extends TextCorpus<LabelSetText> {
  private readonly names = new LabelNames();
  /** The sets of labels that there are, by their labels' numbers in rising order. */
  private sets: number[][] = [];
  private setOf = new Map<string, number>();
  /** Each row's set by its number. */
  private found: number[] = [];

  /**
   * Reads texts with their labels, each once. With `segment: "auto"`, words of scripts without spaces are then cut if one text
   * in twenty needs it.
   * @param options `signal` and `onProgress`
   * @throws InputError when there is no row, or a row has no text or list of labels
   */
  static async read(
    rows: Iterable<LabelSetText> | AsyncIterable<LabelSetText>,
    frontEnd: CorpusFrontEndOptions,
    options: LongOptions = {},
  ): Promise<LabelSetCorpus> {
    return fillCorpus((decided) => new LabelSetCorpus(decided), rows, frontEnd, options, "{ text, labels }");
  }

  /** Adds a row. @throws InputError where the text is no string, or the labels are no list of strings that are not empty */
  override add(given: LabelSetText): void {
    const where = `row ${this.rows + 1}`;
    const expected = "{ text, labels } of a string and a list of strings";
    const { text, labels } = objectOf(given, where, expected);
    // A loop of an array's own would pass over its holes.
    const isList = Array.isArray(labels) && Array.from(labels).every((label) => typeof label === "string");
    if (typeof text !== "string" || !isList) {
      throw inputError({ expected, where, received: { text, labels } });
    }
    if (labels.some((label) => label.trim() === "")) {
      throw inputError({ expected: "labels that are not empty", where, received: labels });
    }
    this.addText(given);
    this.found.push(this.#setNumber(labels.map((label) => this.names.place(label))));
  }

  #setNumber(places: Iterable<number>): number {
    const set = [...new Set(places)].sort((a, b) => a - b);
    const key = set.join();
    let number = this.setOf.get(key);
    if (number === undefined) this.setOf.set(key, (number = this.sets.push(set) - 1));
    return number;
  }

  /** [rows] what keeps its share where rows are held out: sets of labels, those of few rows by the rarest label of them. */
  override strata(): Int32Array {
    return strataOfSets(this.rows, (row) => this.sets[this.found[row]!]!).of;
  }

  /**
   * The labels in order: numbers by value, else by character code; the index is the output. Labels that are `known` keep
   * their places, be there rows of them or not, and those that are new come behind.
   * @throws InputError where no row has any
   */
  labels(known: readonly string[] = []): string[] {
    const found = moreClassNames(
      textsOf(known, "labels known"),
      this.labelCounts().map(({ label }) => label),
    );
    if (found.length > 0) return found;
    throw new InputError("data: expected labelled rows, found none that has a label.");
  }

  /** Each label that there is, and how many rows have it. */
  labelCounts(): LabelCount[] {
    const counts = this.names.all.map((label) => ({ label, rows: 0 }));
    for (const set of this.found) for (const index of this.sets[set]!) counts[index]!.rows++;
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
    const before = this.sets;
    this.sets = [];
    this.setOf = new Map();
    const moved = before.map((set) => this.#setNumber(set.map((index) => to[index]!)));
    this.found = this.found.map((set) => moved[set]!);
    return variants;
  }

  /**
   * [rows][labels] 1 where a row has a label.
   * @param rows which rows
   * @param labels the labels to ask about
   * @throws InputError on a row with a label that is not among them, and where there are too many rows times labels
   */
  truth(rows: ArrayLike<number>, labels: readonly string[]): Uint8Array {
    indicesOf(rows, "truth rows", this.rows);
    const places = this.names.placesAmong(textsOf(labels, "truth labels"));
    const width = labels.length;
    if (rows.length * width > MOST_ANSWERS) {
      const expected = `at most ${MOST_ANSWERS} rows times labels`;
      throw inputError({ expected, where: "data", received: `${rows.length} rows of ${width} labels` });
    }
    const truth = new Uint8Array(rows.length * width);
    for (let i = 0; i < rows.length; i++) {
      for (const index of this.sets[this.found[rows[i]!]!]!) {
        const place = places[index];
        if (place === undefined) throw unknownLabel(this.names.all[index]!, labels, this.rowNumber(rows[i]!));
        truth[i * width + place] = 1;
      }
    }
    return truth;
  }

  /** A row's labels. @throws InputError where there is no such row */
  labelsOf(row: number): string[] {
    const set = this.sets[this.found[wholeNumber(row, "labelsOf", 0, this.rows - 1)]!]!;
    return set.map((index) => this.names.all[index]!);
  }
}
