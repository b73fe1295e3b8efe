/** Numbers and tables for the terminal: plain text, at most 80 columns. */
import { styleText } from "node:util";

export const WIDTH = 80;

/** 0.9871 → "98.7 %" */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** 30977 → "30,977" */
export const count = (value: number): string => value.toLocaleString("en-US");

/** 75 → "1:15" */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** Bold where the stream is a terminal that wants colours. */
export function heading(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const plain = !stream.isTTY || process.env["NO_COLOR"] !== undefined;
  return plain ? text : styleText("bold", text);
}

/** Columns of cells, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((cell, k) => {
      widest[k] = Math.max(widest[k] ?? 0, [...cell].length);
    });
    return widest;
  }, []);
  return rows
    .map((row) => {
      const cells = row.map((cell, k) => {
        const space = " ".repeat(widths[k]! - [...cell].length);
        return k === 0 ? cell + space : space + cell;
      });
      return (indent + cells.join("   ")).trimEnd();
    })
    .join("\n");
}

/** The first characters of a text on one line, whole graphemes only. */
export function excerpt(text: string, width: number): string {
  // Control characters could drive the terminal: they become spaces.
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const graphemes = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
  return graphemes.length <= width ? line : `${graphemes.slice(0, width - 1).join("")}…`;
}

/** A bar of at most `width` characters for a share of 1. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const rest = " ▏▎▍▌▋▊▉"[eighths % 8]!;
  return `${"█".repeat(Math.floor(eighths / 8))}${rest}`.trimEnd();
}
