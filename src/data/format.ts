/** Which format a file is in: by its name where that tells, else by how it begins. */
import { InputError, inputError } from "../base/errors.js";
import { DelimitedParser, type Dialect } from "./delimited.js";
import { JsonLinesParser } from "./json-lines.js";
import { type Cell, type Cells, LinesParser, type RecordParser, textOf } from "./records.js";

export const FORMATS = ["csv", "tsv", "jsonl", "lines"] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatOptions {
  format?: Format;
  /** One character. Default: a tab for TSV; for CSV a comma, or the semicolon or bar its first line has instead. */
  delimiter?: string;
  /** Whether fields may be in quotes. Default: CSV yes; TSV where it shows signs of it. */
  quoted?: boolean;
}

const BY_ENDING: Record<string, Format> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
};

/**
 * The format by option, by the name's ending (before .gz), or by the first lines.
 * @param labelled whether a row must hold a label too; else a plain text is one text a line
 */
export function chooseFormat(
  name: string,
  head: string,
  format: Format | undefined,
  labelled: boolean,
): Format {
  const chosen = format ?? byEnding(name) ?? byContent(head, labelled, name.endsWith(".txt"));
  if (head.trim() === "") throw new InputError(`${name}: expected rows of text, found an empty file.`);
  if (chosen === undefined || (labelled && chosen === "lines")) {
    throw inputError({
      expected: "labelled rows in CSV, TSV or JSONL, found neither tab nor comma in its first line",
      where: name,
      next: "Two columns, text and label, parted by a tab, will do.",
    });
  }
  if (chosen === "jsonl" && /^\s*\[/.test(head)) {
    throw inputError({
      expected: "one JSON object a line (JSONL), found a JSON list",
      where: name,
      next: "For instance: jq -c '.[]' OLD > NEW",
    });
  }
  return chosen;
}

export function parserFor(name: string, format: Format, dialect: Dialect): RecordParser {
  if (format === "jsonl") return new JsonLinesParser(name);
  if (format === "lines") return new LinesParser(name);
  return new DelimitedParser(name, dialect);
}

/**
 * How fields are parted and quoted, by option or by the first lines.
 * @param whole whether `head` is all there is
 */
export function chooseDialect(
  format: Format,
  head: string,
  whole: boolean,
  { delimiter, quoted }: FormatOptions,
): Dialect {
  if (delimiter !== undefined && (delimiter.length !== 1 || '"\r\n'.includes(delimiter))) {
    throw inputError({ expected: "one character", where: "delimiter", received: delimiter });
  }
  if (format === "tsv") {
    const tab = delimiter ?? "\t";
    return { delimiter: tab, quoted: quoted ?? isQuoted(head, whole, tab) };
  }
  return { delimiter: delimiter ?? csvDelimiter(firstLine(head)), quoted: quoted ?? true };
}

function byEnding(name: string): Format | undefined {
  const ending = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.gz$/, ""))?.[1];
  return ending !== undefined && Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

function byContent(head: string, labelled: boolean, plainText: boolean): Format | undefined {
  if (!labelled && !(plainText && isTabular(head))) return "lines";
  const first = firstLine(head);
  if (/^\s*[[{]/.test(first)) return "jsonl";
  if (first.includes("\t")) return "tsv";
  return /[,;|]/.test(first) ? "csv" : undefined;
}

/** Whether every whole line has the same number of tabs, at least one. */
function isTabular(head: string): boolean {
  const lines = head.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > 1 && !head.endsWith("\n")) lines.pop();
  const tabs = lines.map((line) => line.split("\t").length - 1);
  return tabs.length > 0 && tabs[0]! > 0 && tabs.every((count) => count === tabs[0]);
}

function csvDelimiter(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '""');
  return [",", ";", "\t", "|"].find((delimiter) => bare.includes(delimiter)) ?? ",";
}

function firstLine(head: string): string {
  return /[^\r\n]+/.exec(head)?.[0] ?? "";
}

/**
 * Whether a TSV quotes its fields: it must read well under the rules of quoting, and show a sign that unquoted text
 * would not. That is rows that read badly without, a doubled quote in a quoted field, or a first row all in quotes.
 * Else the quotes are the writers' own.
 */
function isQuoted(head: string, whole: boolean, delimiter: string): boolean {
  const isWrapped = (given: Cell) => {
    const cell = textOf(given);
    return cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');
  };
  if (!head.includes('"') || !attempt(head, whole, { delimiter, quoted: true })) return false;
  const plain = attempt(head, whole, { delimiter, quoted: false });
  if (!plain) return true;
  if (plain[0]?.every(isWrapped)) return true;
  return plain.some((cells) =>
    cells.some((cell) => isWrapped(cell) && textOf(cell).slice(1, -1).includes('""')),
  );
}

/** The records at the head of a file, or nothing where they read badly, or a stray quote swallows half of it. */
function attempt(head: string, whole: boolean, dialect: Dialect): Cells[] | undefined {
  const parser = new DelimitedParser("", dialect);
  try {
    const records = parser.push(head);
    if (whole) return [...records, ...parser.end()];
    return parser.waiting * 2 < head.length ? records : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
