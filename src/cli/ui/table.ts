/** Tables of text for the terminal. */
import { cutToWidth, printable } from "../../base/text.js";
import { shownWidth } from "../terminal.js";

/** Columns of cells under each other, two spaces apart: the first to the left, the others (numbers) to the right. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, k) =>
    Math.max(0, ...rows.map((row) => shownWidth(row[k] ?? ""))),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, k) => {
        const space = " ".repeat(widths[k]! - shownWidth(cell));
        return k === 0 ? cell + space : space + cell;
      });
      return (indent + cells.join("  ")).trimEnd();
    })
    .join("\n");
}

/** Text from data on one line of at most `width` columns. */
export function excerpt(text: string, width: number): string {
  return cutToWidth(printable(text).trim(), width);
}

/** A bar for a share of `width` columns, in eighths. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return ("█".repeat(Math.floor(eighths / 8)) + " ▏▎▍▌▋▊▉"[eighths % 8]).trimEnd();
}
