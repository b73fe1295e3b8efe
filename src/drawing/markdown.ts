/**
 * Pieces of Markdown that read well as they stand: CommonMark, and tables as GitHub has them. Whatever goes in is text:
 * what Markdown or HTML would obey in it is escaped, so that no label or file's name can be more than read.
 */
import { displayWidth, padToWidth, printable } from "../base/text.js";

/** Columns of a line of prose. */
const WIDTH = 100;
/** Cells are filled up to so many columns; a longer one sticks out of its column alone. */
const MOST_PADDED = 40;

/** A heading of a level from 1. */
export const heading = (level: number, text: string): string => `${"#".repeat(level)} ${inline(text)}`;

/** A paragraph. */
export const paragraph = (text: string): string => lines(text, WIDTH).join("\n");

/** A list with a dot before each item. */
export const list = (items: readonly string[]): string =>
  items.map((item) => `- ${lines(item, WIDTH - 2).join("\n  ")}`).join("\n");

/** A table of one line a row; the first `wordColumns` columns hold words, the others numbers. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns = 1,
): string {
  const cells = [headers, ...rows].map((row) => row.map(inline));
  const widths = headers.map((_, k) =>
    Math.min(MOST_PADDED, Math.max(3, ...cells.map((row) => displayWidth(row[k]!)))),
  );
  const align = (k: number) => (k < wordColumns ? "left" : "right");
  const written = (row: readonly string[]) =>
    `| ${row.map((cell, k) => padToWidth(cell, widths[k]!, align(k))).join(" | ")} |`;
  const rule = widths.map((width, k) =>
    align(k) === "left" ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const [head, ...body] = cells as [string[], ...string[][]];
  return [written(head), `| ${rule.join(" | ")} |`, ...body.map(written)].join("\n");
}

/** A line for a shell, letter by letter: between fences longer than any in it. */
export function shellLine(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}sh\n${printable(text)}\n${fence}`;
}

/** Marks of emphasis, code, links, tags, tables, struck text, formulas; entities; what is made a link unasked. */
const INLINE =
  /[\\`*[\]<|~$@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w+;)|:(?=\/\/)|(?<=\bwww)\.|(?<=^|\s)#/giu;
/** What begins a heading, a quotation, a list or a rule where a line begins. */
const FIRST = /^[-+=>]|(?<=^\d{1,9})[.)](?=\s|$)/;

/** Text within a line that means itself. Spaces that do not break are spaces. */
const inline = (text: string): string => printable(text).replace(INLINE, "\\$&").replaceAll("\u00a0", " ");
/** The same where a line begins with it. */
const line = (text: string): string => inline(text).replace(FIRST, "\\$&");

/** Broken between words alone. A line may begin with any of them, so each line is escaped for itself. */
function lines(text: string, width: number): string[] {
  const [first = "", ...words] = printable(text)
    .split(" ")
    .filter((word) => word !== "");
  const broken = [first];
  for (const word of words) {
    const longer = `${broken.at(-1)} ${word}`;
    if (displayWidth(longer) <= width) broken[broken.length - 1] = longer;
    else broken.push(word);
  }
  return broken.map(line);
}
