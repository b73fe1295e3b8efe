/** Amounts in the place of labels: plain numbers, with a point or, where all of a column have it, a decimal comma. */
import { inputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { type LabelCells, oneOf } from "./label-cells.js";
import { numberOf } from "./labels.js";
import { type Cells, textOf, Unfit } from "./records.js";

/** Digits around a comma; whole numbers and those with a comma may stand in one column. */
const COMMA = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i;
const COMMA_OR_WHOLE = /^[+-]?\d+(?:,\d+)?(?:e[+-]?\d+)?$/i;
/** 1,234 is one and a bit, or a thousand. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/** The amount of each row. */
export class Amounts implements LabelCells<number> {
  readonly what = "amount";
  readonly column: string;
  private readonly index: number;
  /** A number as it is written where a comma stands before its decimals. */
  private readonly withComma: string | undefined;

  /**
   * @param file what messages call the file
   * @param head the records that show how numbers are written
   * @throws InputError where it cannot be told
   */
  constructor(file: string, place: { index: number; name: string }, head: readonly Cells[]) {
    this.column = place.name;
    this.index = place.index;
    const texts = head.map((cells) => textOf(oneOf(cells[this.index])).trim()).filter((text) => text !== "");
    if (texts.length > 0 && texts.every((text) => AMBIGUOUS.test(text))) {
      const [received] = texts as [string];
      throw inputError({
        expected: "numbers that can be read in one way",
        where: `${file}: amount column ${printed(this.column)}`,
        received,
        next: `Write ${received.replace(",", "")} for a thousand and more, or ${received.replace(",", ".")} with a decimal point.`,
      });
    }
    const isDecimal = (text: string) =>
      COMMA.test(text) && !AMBIGUOUS.test(text) && numberWithComma(text) !== undefined;
    if (texts.every((text) => COMMA_OR_WHOLE.test(text))) this.withComma = texts.find(isDecimal);
  }

  of(cells: Cells): number | Unfit | undefined {
    const cell = oneOf(cells[this.index]);
    if (cell === undefined) return undefined;
    // A whole number too large to be exact is an amount all the same.
    if (cell instanceof Unfit)
      return typeof cell.value === "number" && Number.isFinite(cell.value)
        ? cell.value
        : new Unfit(cell.value, NO_NUMBER);
    const text = cell.trim();
    if (text === "") return undefined;
    return (
      (this.withComma === undefined ? numberOf(text) : numberWithComma(text)) ?? new Unfit(cell, NO_NUMBER)
    );
  }

  notes(): string[] {
    const { withComma } = this;
    if (withComma === undefined) return [];
    return [
      `amounts are read with a decimal comma: "${printed(withComma)}" is ${numberWithComma(withComma)}`,
    ];
  }
}

const NO_NUMBER = "no finite number";

/** A point there would part thousands: such numbers are none. */
const numberWithComma = (text: string): number | undefined =>
  COMMA_OR_WHOLE.test(text) ? numberOf(text.replace(",", ".")) : undefined;
