import { displayWidth, padToWidth, takeWidth } from "../../base/text.js";

/** How Python's `rich` (which Keras 3 prints with) wraps text and draws a table; only what `summary()` uses of it. */

export type Align = "left" | "right" | "center";

export interface Column {
  header: string;
  /** Width of the text, without padding, before rich shrinks the table to its line length. */
  width: number;
  align: Align;
}

/** Lines of at most `width` columns. A word longer than a line is folded, or stays whole for the caller to cut. */
export function wrap(text: string, width: number, longWords: "fold" | "keep"): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/\s*\S+\s*/g) ?? [text]) {
    const length = displayWidth(word.trimEnd());
    if (length <= width - displayWidth(line)) {
      line += word;
      continue;
    }
    if (line !== "") lines.push(line);
    const parts = length > width && longWords === "fold" ? chop(word, width) : [word];
    line = parts.pop()!;
    lines.push(...parts);
  }
  return [...lines, line].map((each) => trimBeyond(each, width));
}

/** Pieces of exactly `width` columns, the last one what remains. */
function chop(word: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (displayWidth(rest) > width) {
    const piece = takeWidth(rest, width) || rest.slice(0, 1);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

/** Drops the white space at the end that lies beyond the width; rich counts characters here, not columns. */
function trimBeyond(line: string, width: number): string {
  const excess = line.length - width;
  const blank = line.length - line.trimEnd().length;
  return excess > 0 ? line.slice(0, line.length - Math.min(excess, blank)) : line;
}

/** Exactly `width` columns: padded, or cut short with "…". */
function fit(line: string, width: number, align: Align): string {
  const text = align === "left" ? line : line.trimEnd();
  if (displayWidth(text) <= width) return padToWidth(text, width, align);
  return `${padToWidth(takeWidth(text, width - 1), width - 1)}…`;
}

/** Rows of cells drawn with box characters, a rule between all rows. */
export function drawTable(columns: Column[], rows: string[][]): string[] {
  const widths = shrink(columns.map(({ width }) => width + 2));
  const rule = (left: string, middle: string, right: string, line: string) =>
    left + widths.map((width) => line.repeat(width)).join(middle) + right;
  const draw = (cells: string[], edge: string, vertical: "top" | "bottom") =>
    rowLines(cells, columns, widths, vertical).map((parts) => `${edge}${parts.join(edge)}${edge}`);
  const headers = columns.map(({ header }) => header);
  const body = rows.flatMap((cells, i) => [
    ...(i === 0 ? [] : [rule("├", "┼", "┤", "─")]),
    ...draw(cells, "│", "top"),
  ]);
  return [
    rule("┏", "┳", "┓", "━"),
    ...draw(headers, "┃", "bottom"),
    rule("┡", "╇", "┩", "━"),
    ...body,
    rule("└", "┴", "┘", "─"),
  ];
}

/**
 * rich counts neither padding (2 a column) nor borders when it is given widths, and then takes the 3n + 1 columns too
 * many from the columns in turn, each an even share of what is left.
 */
function shrink(widths: number[]): number[] {
  let excess = 3 * widths.length + 1;
  return widths.map((width, i) => {
    const share = Math.round(excess / (widths.length - i));
    excess -= share;
    return width - share;
  });
}

/** The lines of one row, each a list of padded cells. */
function rowLines(
  cells: string[],
  columns: Column[],
  widths: number[],
  vertical: "top" | "bottom",
): string[][] {
  const wrapped = cells.map((cell, i) =>
    wrap(cell, widths[i]! - 2, "keep").map((line) => ` ${fit(line, widths[i]! - 2, columns[i]!.align)} `),
  );
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, y) =>
    wrapped.map((lines, i) => {
      const offset = vertical === "bottom" ? height - lines.length : 0;
      return lines[y - offset] ?? " ".repeat(widths[i]!);
    }),
  );
}
