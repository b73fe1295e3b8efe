/** What a terminal can do, and how text is set off on it. */
import { stripVTControlCharacters, styleText } from "node:util";
import { displayWidth, pictured, printable, wrapToWidth } from "../base/text.js";

/** Nothing that is drawn is wider. */
export const WIDTH = 80;

/** A stream to draw on: `process.stderr`. */
export interface ProgressStream extends NodeJS.WritableStream {
  isTTY?: boolean;
  columns?: number;
}

/** Ways to set text off; each gives the text back as it is where colours are not wanted. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export const PLAIN: Style = { bold: same, dim: same, good: same, bad: same };

const COLOURED: Style = {
  bold: (text) => styleText("bold", text, { validateStream: false }),
  dim: (text) => styleText("dim", text, { validateStream: false }),
  good: (text) => styleText("green", text, { validateStream: false }),
  bad: (text) => styleText("red", text, { validateStream: false }),
};

function same(text: string): string {
  return text;
}

/** Colours on a terminal only, and not where NO_COLOR (https://no-color.org) or a dumb terminal forbids them. */
export function styleFor(
  stream: { isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Style {
  const wanted = stream.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  return wanted ? COLOURED : PLAIN;
}

/** The escape sequences of the styles above, and no others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const STYLING = /(\x1b\[(?:1|2|22|31|32|39)m)/;

/**
 * Text as a stream may be given it: whatever could steer a terminal is replaced, but for line feeds, tabs and, where
 * colours are wanted, our own styling. The last gate: names and texts are made printable where they are put in.
 */
export function harmless(text: string, stream: { isTTY?: boolean }): string {
  if (styleFor(stream) === PLAIN) return pictured(text);
  return text
    .split(STYLING)
    .map((part, i) => (i % 2 === 1 ? part : pictured(part)))
    .join("");
}

/** Columns to draw in: those of the terminal, at most 80. */
export function columnsOf(stream: { columns?: number }): number {
  return Math.min(WIDTH, stream.columns || WIDTH);
}

/** A paragraph, set in by two columns. */
export const paragraph = (text: string): string[] =>
  wrapToWidth(printable(text), WIDTH - 2).map((line) => `  ${line}`);

/** Columns that a text takes, styled or not. */
export function shownWidth(text: string): number {
  return displayWidth(stripVTControlCharacters(text));
}
