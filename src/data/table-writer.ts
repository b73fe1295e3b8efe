/** Tables as text: rows of CSV and TSV in a dialect, and cells that a spreadsheet would take for formulas made harmless. */
import type { Dialect } from "./delimited.js";
import { NUMERIC, type WrittenStyle } from "./dialect.js";

/**
 * What spreadsheets run when they open a file: a cell that begins as a formula does. Numbers with a sign are none.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const isFormula = (cell: string): boolean =>
  /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) && !NUMERIC.test(cell.replace(/%$/, ""));

/** Writes rows in a dialect. */
export class RowWriter {
  /** Cells that began as formulas do, and have an apostrophe before them now. */
  madeSafe = 0;
  private readonly mustQuote: RegExp;

  /** @param safe whether cells that a spreadsheet would run are made harmless */
  constructor(
    private readonly dialect: Dialect & WrittenStyle,
    private readonly safe: boolean,
  ) {
    const delimiter = dialect.delimiter.replace(/[\\\]^-]/, "\\$&");
    this.mustQuote = new RegExp(`[${delimiter}"\\r\\n]`);
  }

  /** A row with its line end. */
  row(cells: readonly string[]): string {
    return cells.map((cell) => this.cell(cell)).join(this.dialect.delimiter) + this.dialect.lineEnd;
  }

  private cell(given: string): string {
    let cell = given;
    if (this.safe && isFormula(cell)) {
      cell = `'${cell}`;
      this.madeSafe++;
    }
    const { quoting, delimiter } = this.dialect;
    // What has no quotes has no way to hold a delimiter or a line end either.
    if (quoting === "never") return cell.replaceAll(delimiter, " ").replace(/[\r\n]+/g, " ");
    const wanted = quoting === "all" || (quoting === "texts" && cell !== "" && !NUMERIC.test(cell));
    return wanted || this.mustQuote.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
}
