/** Texts with an amount each, in memory as numbered tokens. */
import { objectOf } from "../base/arguments.js";
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { type CorpusText, fillCorpus, TextCorpus } from "./text-corpus.js";

/** A row to learn from or to be judged by. */
export interface AmountText extends CorpusText {
  /** What is to be answered to the text, in any unit. */
  value: number;
}

/** Parts of as many rows, by rising amount: each keeps its share where rows are held out. */
const PARTS = 10;

/** Texts with an amount each, read once: to train on and to evaluate, as often as one likes. */
export class AmountCorpus extends TextCorpus<AmountText> {
  private readonly found: number[] = [];

  /**
   * Reads texts with their amounts, each once. With `segment: "auto"`, words of scripts without spaces are then cut if one text
   * in twenty needs it.
   * @throws InputError when there is no row, or a row has no text or finite number
   */
  static async read(
    rows: Iterable<AmountText> | AsyncIterable<AmountText>,
    frontEnd: CorpusFrontEndOptions,
  ): Promise<AmountCorpus> {
    return fillCorpus((decided) => new AmountCorpus(decided), rows, frontEnd);
  }

  /** Adds a row. @throws InputError where the text is no string, or the value no finite number */
  override add(given: AmountText): void {
    const where = `row ${this.rows + 1}`;
    const expected = "{ text, value } of a string and a number";
    const { text, value } = objectOf(given, where, expected);
    if (typeof text !== "string") throw inputError({ expected, where, received: { text, value } });
    finiteNumber(value, `${where} value`);
    this.addText(given);
    this.found.push(value);
  }

  /** [rows] of which tenth of the rows each is, by rising amount. */
  override strata(): Int32Array {
    const sorted = Float64Array.from(this.found).sort();
    const limits = Array.from({ length: PARTS - 1 }, (_, k) => {
      return sorted[Math.floor(((k + 1) * sorted.length) / PARTS)]!;
    });
    return Int32Array.from(this.found, (value) => limits.filter((limit) => value >= limit).length);
  }

  /** [rows] each row's amount. */
  values(): Float64Array {
    return Float64Array.from(this.found);
  }

  /** A row's amount. @throws InputError where there is no such row */
  value(row: number): number {
    return this.found[wholeNumber(row, "value", 0, this.rows - 1)]!;
  }
}
