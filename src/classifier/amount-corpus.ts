/** Texts with an amount each, in memory as numbered tokens. */
import { objectOf } from "../base/arguments.js";
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";
import type { LongOptions } from "../base/progress.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { LARGEST_AMOUNT } from "./spread.js";
import { strataOfAmounts } from "./strata.js";
import { type CorpusText, fillCorpus, TextCorpus } from "./text-corpus.js";

/** A row to learn from or to be judged by. */
export interface AmountText extends CorpusText {
  /** What is to be answered to the text, in any unit. */
  value: number;
}

/** Texts with an amount each, read once: to train on and to evaluate, as often as one likes. */
export class AmountCorpus extends TextCorpus<AmountText> {
  private readonly found: number[] = [];

  /**
   * Reads texts with their amounts, each once. With `segment: "auto"`, words of scripts without spaces are then cut if one text
   * in twenty needs it.
   * @param options `signal` and `onProgress`
   * @throws InputError when there is no row, or a row has no text or finite number
   */
  static async read(
    rows: Iterable<AmountText> | AsyncIterable<AmountText>,
    frontEnd: CorpusFrontEndOptions,
    options: LongOptions = {},
  ): Promise<AmountCorpus> {
    return fillCorpus((decided) => new AmountCorpus(decided), rows, frontEnd, options, "{ text, value }");
  }

  /** Adds a row. @throws InputError where the text is no string, or the value no finite number */
  override add(given: AmountText): void {
    const expected = "{ text, value } of a string and a number";
    const { text, value, row = this.rows + 1 } = objectOf(given, `row ${this.rows + 1}`, expected);
    const where = `row ${row}`;
    if (typeof text !== "string") throw inputError({ expected, where, received: { text, value } });
    finiteNumber(value, `${where} value`, -LARGEST_AMOUNT, LARGEST_AMOUNT);
    this.addText(given);
    this.found.push(value);
  }

  /** [rows] of which tenth of the rows each is, by amount: each keeps its share where rows are held out. */
  override strata(): Int32Array {
    return strataOfAmounts(this.values()).of;
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
