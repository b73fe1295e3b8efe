/**
 * Amounts in the place of labels: plain numbers, with a point or, where all of a column have it, a decimal comma. Both part
 * thousands, too: 1.604 and 1,604 are read only where the head of the file shows which is meant.
 */
import { inputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { type LabelCells, oneOf } from "./label-cells.js";
import { numberOf } from "./labels.js";
import { type Cells, textOf, Unfit } from "./records.js";
import { Counted, inOneWay, TWO_WAYS } from "./unusable-rows.js";

/** Digits around a comma; whole numbers and those with a comma may stand in one column. */
const COMMA = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i;
const COMMA_OR_WHOLE = /^[+-]?\d+(?:,\d+)?(?:e[+-]?\d+)?$/i;
/** 1,234 or 1.234 is one and a bit, or a thousand. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;
/** As points part thousands: 1.234, 1.234.567 or 1.234,50. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/;
/** Digits with points, commas or neither. */
const NUMERIC = /^[+-]?[\d.,]+(?:e[+-]?\d+)?$/i;

/** The amount of each row. */
export class Amounts implements LabelCells<number> {
  readonly what = "amount";
  readonly column: string;
  private readonly index: number;
  /** A number as it is written where a comma stands before its decimals. */
  private readonly withComma: string | undefined;
  /** One at the head that may be a thousand and is read with a decimal point. */
  private readonly withPoint: string | undefined;
  /** Whether numbers like 1.234 have decimals: exact ones, or as the head shows. */
  private readonly isSettled: boolean;
  /** Rows of numbers that may be a thousand and are read with decimals. */
  private readonly doubtful = new Counted();
  private doubtfulNumber = "";
  /** Whether the head has such numbers itself, or they are exact ones. */
  private readonly hasDoubtful: boolean;

  /**
   * @param file what messages call the file
   * @param head the records that show how numbers are written
   * @param delimiter what parts the file's columns; undefined where numbers may be exact ones, as JSON's
   * @throws InputError where it cannot be told
   */
  constructor(
    file: string,
    place: { index: number; name: string },
    head: readonly Cells[],
    delimiter: string | undefined,
  ) {
    this.column = place.name;
    this.index = place.index;
    const texts = head.map((cells) => textOf(oneOf(cells[this.index])).trim()).filter((text) => text !== "");
    const isDecimal = (text: string) =>
      COMMA.test(text) && !AMBIGUOUS.test(text) && numberWithComma(text) !== undefined;
    if (texts.every((text) => COMMA_OR_WHOLE.test(text))) this.withComma = texts.find(isDecimal);
    const doubtful = texts.filter((text) => AMBIGUOUS.test(text));
    const dotted = texts.filter((text) => NUMERIC.test(text) && text.includes("."));
    // Exact numbers come as they are shortest: 1.500 is a text, and has others beside it.
    const isText =
      delimiter !== undefined ||
      this.withComma !== undefined ||
      dotted.some((text) => String(Number(text)) !== text);
    this.hasDoubtful = doubtful.length > 0 || !isText;
    const isOpen = isText && dotted.every((text) => GROUPED.test(text));
    const points = isOpen ? doubtful.find((text) => text.includes(".")) : undefined;
    // Decimals of one length leave no whole number beside them: 535 would be 535.000.
    const mayBeThousands =
      delimiter === ";" || texts.some((text) => NUMERIC.test(text) && !AMBIGUOUS.test(text));
    const allCommas = texts.length > 0 && texts.every((text) => AMBIGUOUS.test(text) && text.includes(","));
    const received = allCommas ? texts[0] : mayBeThousands ? points : undefined;
    if (received !== undefined) {
      throw inputError({
        expected: "numbers that can be read in one way",
        where: `${file}: amount column ${printed(this.column)}`,
        received,
        next: `${inOneWay(received.replace(",", "."))}${allCommas ? "" : " One such number at the head of the file settles it."}`,
      });
    }
    this.withPoint = points;
    this.isSettled = this.withComma === undefined ? !isOpen || points !== undefined : this.hasDoubtful;
  }

  of(cells: Cells, row: number): number | Unfit | undefined {
    const cell = oneOf(cells[this.index]);
    if (cell === undefined) return undefined;
    // A whole number too large to be exact is an amount all the same.
    if (cell instanceof Unfit)
      return typeof cell.value === "number" && Number.isFinite(cell.value)
        ? cell.value
        : new Unfit(cell.value, NO_NUMBER);
    const text = cell.trim();
    if (text === "") return undefined;
    const value = this.withComma === undefined ? numberOf(text) : numberWithComma(text);
    if (value === undefined) return new Unfit(cell, NO_NUMBER);
    if (!AMBIGUOUS.test(text)) return value;
    if (!this.isSettled) return new Unfit(cell, TWO_WAYS);
    if (this.doubtful.count === 0) this.doubtfulNumber = text;
    this.doubtful.add(row);
    return value;
  }

  notes(): string[] {
    const { withComma, withPoint, doubtful, doubtfulNumber } = this;
    const notes: string[] = [];
    if (withComma !== undefined) {
      notes.push(
        `amounts are read with a decimal comma: "${printed(withComma)}" is ${numberWithComma(withComma)}`,
      );
    }
    if (withPoint !== undefined)
      notes.push(`amounts are read with a decimal point: "${withPoint}" is ${numberOf(withPoint)}`);
    if (doubtful.count > 0 && (withComma !== undefined || !this.hasDoubtful)) {
      notes.push(
        `${doubtful.rows("has", "have")} an amount such as "${doubtfulNumber}", which is read with decimals and may be a thousand and more: ${doubtful.numbers()}`,
      );
    }
    return notes;
  }
}

const NO_NUMBER = "no finite number";

/** A point there would part thousands: such numbers are none. */
const numberWithComma = (text: string): number | undefined =>
  COMMA_OR_WHOLE.test(text) ? numberOf(text.replace(",", ".")) : undefined;
