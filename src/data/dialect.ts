/** How the fields of CSV and TSV are parted and quoted: by option, or by the rows at the head of the file. */
import { InputError, inputError } from "../base/errors.js";
import { looksLabelled, namesColumns } from "./columns.js";
import { DelimitedParser, type Dialect, type Quoted } from "./delimited.js";
import type { FormatOptions } from "./format.js";
import { type Cell, type Cells, MISFIT, textOf } from "./records.js";

/** What may part fields, in the order in which they are tried. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/**
 * @param whole whether `head` is all there is
 * @param tolerant whether some rows may have another width
 */
export function chooseDialect(
  format: "csv" | "tsv",
  head: string,
  whole: boolean,
  { delimiter, quoted }: FormatOptions,
  tolerant = false,
): Dialect {
  if (delimiter !== undefined && (delimiter.length !== 1 || '"\r\n'.includes(delimiter))) {
    throw inputError({
      expected: "one character",
      where: "delimiter",
      received: delimiter,
      typed: { where: "--delimiter" },
    });
  }
  const how = { whole, tolerant };
  const chosen = delimiter ?? constantDelimiter(format, head, how) ?? firstDelimiter(format, head);
  const isInQuotes = quoted ?? (chosen !== "\t" || isQuoted(head, how, chosen));
  const spaced = isInQuotes && isSpaced(head, how, chosen);
  return { delimiter: chosen, quoted: isInQuotes, ...(spaced ? { spaced } : {}) };
}

/**
 * Whether fields in quotes stand behind spaces, as in `a, "b"`: most rows have one, each is a whole field, and but for the
 * first of a row none stands in quotes without.
 */
function isSpaced(head: string, how: Attempt, delimiter: string): boolean {
  if (delimiter === " " || !head.includes(`${delimiter} `) || !/ "/.test(head)) return false;
  let [rows, before, found] = [0, false, true];
  const records = attempt(head, how, { delimiter, quoted: true, spaced: true }, (_, quoted, place) => {
    if (place === 0) before = false;
    if (quoted === "at once" && place > 0) found = false;
    if (quoted !== "behind spaces") return;
    if (!before) rows++;
    before = true;
  });
  return records !== undefined && found && rows * 2 >= records.length && rows > 0;
}

/**
 * The delimiter by which every row has as many fields as the first, two at least. Of several: one whose first row names
 * columns, else one that leaves a column of labels.
 */
function constantDelimiter(format: "csv" | "tsv", head: string, how: Attempt): string | undefined {
  const first = firstLine(head);
  const found = DELIMITERS.filter((delimiter) => first.includes(delimiter)).flatMap((delimiter) => {
    const records =
      attempt(head, how, { delimiter, quoted: true }) ??
      (delimiter === "\t" ? attempt(head, how, { delimiter, quoted: false }) : undefined) ??
      (isSpaced(head, how, delimiter)
        ? attempt(head, how, { delimiter, quoted: true, spaced: true })
        : undefined);
    if (!records?.[0] || records[0].length < 2) return [];
    const expected = format === "tsv" && delimiter === "\t";
    const named = namesColumns(records) ? 4 : 0;
    return [{ delimiter, points: named + (looksLabelled(records) ? 2 : 0) + (expected ? 1 : 0) }];
  });
  // The first of equals: sorting keeps their order.
  return found.sort((a, b) => b.points - a.points)[0]?.delimiter;
}

/** Where rows are not all alike, what the first line has: the parser says which row is not. */
function firstDelimiter(format: "csv" | "tsv", head: string): string {
  const line = firstLine(head);
  if (format === "tsv" && line.includes("\t")) return "\t";
  const bare = line.replace(/"(?:[^"]|"")*"/g, '""');
  return DELIMITERS.find((delimiter) => bare.includes(delimiter)) ?? (format === "tsv" ? "\t" : ",");
}

function firstLine(head: string): string {
  return /[^\r\n]+/.exec(head)?.[0] ?? "";
}

/**
 * Whether a TSV quotes its fields: it must read well under the rules of quoting, and show a sign that unquoted text
 * would not. That is rows that read badly without, a doubled quote in a quoted field, or a first row all in quotes.
 * Else the quotes are the writers' own.
 */
function isQuoted(head: string, how: Attempt, delimiter: string): boolean {
  const isWrapped = (given: Cell) => {
    const cell = textOf(given);
    return cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');
  };
  if (!head.includes('"') || !attempt(head, how, { delimiter, quoted: true })) return false;
  const plain = attempt(head, how, { delimiter, quoted: false });
  if (!plain) return true;
  if (plain[0]?.every(isWrapped)) return true;
  return plain.some((cells) =>
    cells.some((cell) => isWrapped(cell) && textOf(cell).slice(1, -1).includes('""')),
  );
}

/** How a file is written beyond its dialect, for what is written as it is. */
export interface WrittenStyle {
  /** Which fields stand in quotes: those that must, those that are no numbers, or all. */
  quoting: "needed" | "texts" | "all" | "never";
  lineEnd: "\n" | "\r\n";
}

/** A number as tables write it. */
export const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @param head the beginning of a file in this dialect */
export function writtenStyle(head: string, dialect: Dialect): WrittenStyle {
  const lineEnd = /^[^\n]*\r\n/.test(head) ? "\r\n" : "\n";
  if (!dialect.quoted) return { quoting: "never", lineEnd };
  let [texts, quotedTexts, numbers, quotedNumbers] = [0, 0, 0, 0];
  const parser = new DelimitedParser("", dialect, undefined, (value, quoted) => {
    if (value === "") return;
    const number = NUMERIC.test(value);
    if (number) numbers++;
    else texts++;
    if (quoted && number) quotedNumbers++;
    else if (quoted) quotedTexts++;
  });
  try {
    parser.push(head);
  } catch (error) {
    if (!(error instanceof InputError)) throw error; // its reader says what is wrong
  }
  const all = texts > 0 && quotedTexts === texts;
  const quoting = !all ? "needed" : numbers > 0 && quotedNumbers === 0 ? "texts" : "all";
  return { quoting, lineEnd };
}

interface Attempt {
  whole: boolean;
  tolerant: boolean;
}

/** Of rows that cannot be used, where some are borne: more are a sign of another dialect. */
const MOST_MISFITS = 0.1;

/** The records at the head of a file, or nothing where they read badly, or a stray quote swallows half of it. */
function attempt(
  head: string,
  { whole, tolerant }: Attempt,
  dialect: Dialect,
  onField?: (value: string, quoted: Quoted, place: number) => void,
): Cells[] | undefined {
  let misfits = 0;
  const parser = new DelimitedParser("", dialect, tolerant ? () => void misfits++ : undefined, onField);
  try {
    const all = parser.push(head);
    if (whole) all.push(...parser.end());
    else if (parser.waiting * 2 >= head.length) return undefined;
    if (misfits > Math.max(1, MOST_MISFITS * all.length)) return undefined;
    return misfits === 0 ? all : all.filter((cells) => cells !== MISFIT);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
