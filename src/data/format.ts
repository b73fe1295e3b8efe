/** Which format a file is in: by its name where that tells, else by how it begins. */
import { InputError, inputError } from "../base/errors.js";
import { looksLabelled, namesColumns } from "./columns.js";
import { DelimitedParser, type Dialect, type Misfit } from "./delimited.js";
import { FastTextParser, isFastText } from "./fasttext-lines.js";
import { JsonLinesParser, JsonListParser } from "./json-records.js";
import { LinesParser, type RecordParser } from "./records.js";

/** Formats of text. */
export const TEXT_FORMATS = ["csv", "tsv", "jsonl", "json", "fasttext", "lines"] as const;
/** A format of text, by name. */
export type TextFormat = (typeof TEXT_FORMATS)[number];
/** "jsonl": a JSON object a line; "json": a list of objects; "fasttext": `__label__x text`; "lines": one text a line. */
export type Format = TextFormat | "parquet";

/** How a source is written, where that is not to be told from it. */
export interface FormatOptions {
  /** Default: told from the name's ending, else from the first bytes. */
  format?: TextFormat;
  /**
   * What parts the fields of CSV: one character. Default: of tab, comma, semicolon and bar, one by which every row at the
   * head of the file has as many fields, and a column looks like labels.
   */
  delimiter?: string;
  /** Whether fields may be in quotes. Default: CSV yes; TSV where it shows signs of it. */
  quoted?: boolean;
  /** How bytes are text, as the Encoding Standard names it: "windows-1252", "shift_jis". Default: told from the bytes. */
  encoding?: string;
}

const BY_ENDING: Record<string, TextFormat> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
};

/**
 * What a file is read for. labels: a row must hold a text and a label · texts: what says nothing else is one text a line ·
 * table: what looks like columns is, and else one text a line · answers: the same, but sentences in a .txt are one text a line
 */
export type Purpose = "labels" | "texts" | "table" | "answers";

/** The format by option, by the name's ending (before .gz or .zst), or by the first lines. */
export function chooseFormat(
  name: string,
  head: string,
  format: TextFormat | undefined,
  purpose: Purpose,
): TextFormat {
  const named = format ?? byEnding(name);
  const chosen = named ?? byContent(head, purpose, isPlainText(name));
  if (head.trim() === "") throw new InputError(`${name}: expected rows of text, found an empty file.`);
  if (chosen === undefined || (purpose === "labels" && chosen === "lines")) {
    throw inputError({
      expected: "labelled rows in CSV, TSV or JSONL, found neither tab nor comma in its first line",
      where: name,
      next: "Two columns, text and label, parted by a tab, will do.",
    });
  }
  if (format !== undefined) return chosen;
  if (chosen === "jsonl" && /^\s*\[/.test(head)) return "json";
  if ((chosen === "csv" || chosen === "tsv") && isFastText(head)) return "fasttext";
  return chosen;
}

const isPlainText = (name: string): boolean => /\.txt(\.\w+)?$/i.test(name);

/** What a plain text was taken for that may also be something else; nothing where it cannot. */
export function takenFor(
  name: string,
  head: string,
  format: TextFormat,
  columns: number,
): string | undefined {
  if (!isPlainText(name)) return undefined;
  if (format === "csv" || format === "tsv") return `taken for a table of ${columns} columns`;
  const [first] = wholeLines(head);
  return format === "lines" && first !== undefined && MARKS.some((mark) => first.includes(mark))
    ? "taken for one text a line; a delimiter that is asked for makes it a table"
    : undefined;
}

export function parserFor(
  name: string,
  format: TextFormat,
  head: string,
  dialect: Dialect,
  onMisfit?: (misfit: Misfit) => void,
): RecordParser {
  if (format === "jsonl") return new JsonLinesParser(name);
  if (format === "json") return new JsonListParser(name);
  if (format === "fasttext") return new FastTextParser(name, head);
  if (format === "lines") return new LinesParser(name);
  return new DelimitedParser(name, dialect, onMisfit);
}

/** An option that a format does nothing with is not what its giver thinks. */
export function refuseIdle(
  name: string,
  format: Format | "folder" | "objects",
  options: FormatOptions,
): void {
  const delimited = format === "csv" || format === "tsv";
  for (const option of ["delimiter", "quoted"] as const) {
    if (options[option] === undefined || delimited) continue;
    throw inputError({
      expected: `no ${option}: this is ${IN_WORDS[format]}`,
      where: name,
      received: options[option],
    });
  }
  const isText = format !== "parquet" && format !== "folder" && format !== "objects";
  for (const option of ["encoding", "format"] as const) {
    if (options[option] === undefined || isText) continue;
    const expected = `no ${option}: this is ${IN_WORDS[format]}`;
    throw inputError({ expected, where: name, received: options[option] });
  }
}

const IN_WORDS: Record<Format | "folder" | "objects", string> = {
  csv: "CSV",
  tsv: "TSV",
  jsonl: "JSONL",
  json: "a JSON list",
  fasttext: "fastText's lines",
  lines: "one text a line",
  parquet: "a Parquet file",
  folder: "a folder",
  objects: "rows as objects",
};

function byEnding(name: string): TextFormat | undefined {
  const ending = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.(gz|zst)$/, ""))?.[1];
  return ending !== undefined && Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

function byContent(head: string, purpose: Purpose, plainText: boolean): TextFormat | undefined {
  if (isFastText(head)) return "fasttext";
  if (purpose === "texts" && !(plainText && isTabular(head, "\t", 1))) return "lines";
  const first = /[^\r\n]+/.exec(head)?.[0] ?? "";
  if (/^\s*[[{]/.test(first)) return "jsonl";
  if (purpose === "answers" && plainText && !isTable(head)) return "lines";
  if (first.includes("\t")) return "tsv";
  if (/[,;|]/.test(first)) return "csv";
  return purpose === "table" || purpose === "answers" ? "lines" : undefined;
}

/** What may part fields. */
const MARKS = ["\t", ",", ";", "|"] as const;

/**
 * Whether a plain text is a table: by tabs, by three columns or more, by a first row that names columns, or by bars or
 * semicolons that leave a column of labels. Commas alone may be those of sentences.
 */
function isTable(head: string): boolean {
  if (isTabular(head, "\t", 1)) return true;
  const lines = wholeLines(head);
  if (lines.length < 2) return false;
  const first = lines.slice(0, MOST_LOOKED_AT);
  return MARKS.filter((mark) => lines[0]!.includes(mark)).some((mark) => {
    const records = first.map((line) => line.split(mark).map(bare));
    const isLabelled = () => mark !== "," && isTabular(head, mark, 1) && looksLabelled(records);
    return isTabular(head, mark, 2) || namesColumns(records) || isLabelled();
  });
}

/** Lines by which names and labels are told. */
const MOST_LOOKED_AT = 100;

/** A cell without quotes around it. */
const bare = (cell: string): string => cell.trim().replace(/^"(.*)"$/, "$1");

/** Whether every whole line has the same number of a mark, so many at least; what stands in quotes does not count. */
function isTabular(head: string, mark: string, least: number): boolean {
  const counts = wholeLines(head).map(
    (line) => (mark === "\t" ? line : line.replace(/"[^"]*"/g, "")).split(mark).length - 1,
  );
  return counts.length > 0 && counts[0]! >= least && counts.every((count) => count === counts[0]);
}

/** The lines of a head that are not blank, without a last one that may be cut. */
function wholeLines(head: string): string[] {
  const lines = head.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > 1 && !head.endsWith("\n")) lines.pop();
  return lines;
}
