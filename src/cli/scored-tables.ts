/** The tables that `cellstate predict MODEL DATA --out FILE` writes: as the table was, or as JSON, with the answers in columns added. */
import { inputError } from "../base/errors.js";
import { counted } from "../base/numbers.js";
import { printableJson } from "../base/text.js";
import type { DataDescription } from "../data/read.js";
import type { Cells } from "../data/records.js";
import { plainValue } from "../data/table.js";
import { RowWriter } from "../data/table-writer.js";
import type { AnswerCell, Asking, ShownAnswer } from "./asking.js";
import type { TableFlags } from "./data.js";

/** How a table is scored. */
export interface ScoringFlags extends TableFlags {
  out?: string;
  json?: boolean;
  /** Whether every label's probability gets a column. */
  scores?: boolean;
  /** With `json`: the column that says which row it is. */
  id?: string | number;
  keepFormulas?: boolean;
}

/** A row to answer: its cells, its text where it has one, and its number. */
export interface Row {
  cells: Cells;
  text: string | undefined;
  row: number;
}

/** Names that the table does not have yet: what was there stays what it is. */
function renamed(added: readonly string[], columns: readonly string[]): string[] {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  return added.map((plain) => {
    let name = plain;
    for (let n = 1; taken.has(name.toLowerCase()); n++)
      name = n === 1 ? `predicted_${plain}` : `predicted_${plain}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** How a table is written. */
export interface TableWriter {
  /** What stands between a part's rows and those of the part before. */
  readonly joint: string;
  /** Counts the cells that were made harmless, where any are. */
  readonly cells?: { madeSafe: number };
  begin(): string;
  row(row: Row, answer: ShownAnswer | undefined): string;
  end(): string;
  notes(): string[];
}

const COMMAS = { delimiter: ",", quoted: true, quoting: "needed", lineEnd: "\n" } as const;
const TABS = { ...COMMAS, delimiter: "\t" } as const;

/** By what `--out` ends in; else as the table is written that is read. */
export function writerFor(description: DataDescription, flags: ScoringFlags, asking: Asking): TableWriter {
  const { format, dialect, columns } = description;
  if (flags.json) return answersAsJson(description, flags);
  const ending = /\.(\w+)$/.exec(flags.out!)?.[1]?.toLowerCase();
  const asRead =
    format === "json" || format === "jsonl" ? format : dialect?.delimiter === "\t" ? "tsv" : "csv";
  const written = ending !== undefined && ENDINGS.has(ending) ? ending : asRead;
  const withNames = renamed(asking.columns, description.header || format === "lines" ? columns : []);
  if (written === "jsonl" || written === "json" || written === "ndjson") {
    return asJson(description, withNames, written === "json");
  }
  const wanted = written === "tsv" || written === "tab" ? TABS : COMMAS;
  const same = dialect && (ending === undefined || (dialect.delimiter === "\t") === (wanted === TABS));
  return asDelimited(description, same ? dialect : wanted, { ...asking, columns: withNames }, flags);
}

const ENDINGS: ReadonlySet<string> = new Set(["csv", "tsv", "tab", "json", "jsonl", "ndjson"]);

/** A name that promises what is not written is opened by another program, and wrongly. */
export function refuseEnding(out: string, json: boolean): void {
  const ending = /\.(\w+)$/.exec(out)?.[1]?.toLowerCase();
  const endings = [...ENDINGS].filter((one) => !json || one.startsWith("json") || one === "ndjson");
  if (out === "-" || ending === undefined || ending === "txt" || endings.includes(ending)) return;
  const expected = `a name that ends in .${endings.join(", .")} or .txt`;
  throw inputError({ expected, where: "--out", received: out });
}

/** Cells as text: lists and objects as JSON. */
const cellText = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** Seven digits are all that a float32 has. @param separator what parts labels; null: they are a list of JSON */
function answerText(value: AnswerCell, separator: string | null): string {
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  if (typeof value === "string") return value;
  if (!value) return "";
  return separator === null ? JSON.stringify(value) : value.join(separator);
}

function asDelimited(
  { columns, header, encoding, format }: DataDescription,
  dialect: typeof COMMAS | NonNullable<DataDescription["dialect"]> | typeof TABS,
  { columns: added, separator }: Pick<Asking, "columns" | "separator">,
  { keepFormulas }: ScoringFlags,
): TableWriter {
  const writer = new RowWriter(dialect, !keepFormulas);
  const width = columns.length;
  // Settled at the first byte beyond ASCII, which may come after the beginning is written.
  const isDecoded = () => encoding !== undefined && encoding.name !== "utf-8";
  const named = header || format === "lines";
  return {
    joint: "",
    cells: writer,
    begin: () => {
      // By its mark a spreadsheet takes what is written for UTF-8.
      const mark = encoding?.byteOrderMark || isDecoded() ? "\uFEFF" : "";
      const names = format === "lines" ? ["text"] : columns;
      return mark + (named ? writer.row([...names, ...added]) : "");
    },
    row: ({ cells, row }, answer) => {
      if (columns.length > width) throw laterColumns(columns.slice(width), row);
      const there = Array.from({ length: width }, (_, i) => cellText(plainValue(cells[i])));
      return writer.row([
        ...there,
        ...(answer ? answer.cells().map((value) => answerText(value, separator)) : added.map(() => "")),
      ]);
    },
    end: () => "",
    notes: () => [
      ...(named ? [] : [`there is no header: behind its columns come ${added.join(", ")}`]),
      ...(isDecoded() ? ["written as UTF-8"] : []),
      ...(writer.madeSafe > 0
        ? [
            `an apostrophe keeps ${counted(writer.madeSafe, "cell", "cells")} from being run as a formula by spreadsheets (--keep-formulas leaves them out)`,
          ]
        : []),
    ],
  };
}

function laterColumns(names: readonly string[], row: number): Error {
  return inputError({
    expected: "the keys of the first records only, for a table with a header",
    where: `row ${row}`,
    received: names[0],
    next: "Write JSON lines: --out FILE.jsonl",
  });
}

/** Objects with keys added; a list of them where the table is one. */
function asJson({ columns, format }: DataDescription, added: readonly string[], list: boolean): TableWriter {
  let rows = 0;
  const names = format === "lines" ? ["text"] : unique(columns);
  const known = columns.length;
  return {
    joint: list ? "," : "",
    begin: () => (list ? "[" : ""),
    row: ({ cells, row }, answer) => {
      const taken = columns.slice(known).find((name) => added.includes(name));
      if (taken !== undefined) throw takenLater(taken, row);
      const there =
        cells.source ??
        printableJson(Object.fromEntries(names.map((name, i) => [name, plainValue(cells[i]) ?? null])));
      const found = answer ? answer.cells() : added.map(() => null);
      const answers = printableJson(Object.fromEntries(added.map((name, k) => [name, found[k]])));
      // Within strings JSON has no line ends.
      const text = spliced(list ? there : there.replace(/[\r\n]+\s*/g, " "), answers);
      const before = list ? (rows++ === 0 ? "\n" : ",\n") : "";
      return `${before}${text}${list ? "" : "\n"}`;
    },
    end: () => (list ? "\n]\n" : ""),
    notes: () => [],
  };
}

/** Names, each once: of JSON a key that stands twice would be lost. */
function unique(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((name) => {
    let each = name;
    for (let n = 2; taken.has(each); n++) each = `${name}_${n}`;
    taken.add(each);
    return each;
  });
}

/** Two objects of JSON as one: the first stays as it is written. */
function spliced(object: string, more: string): string {
  const open = object.slice(0, object.lastIndexOf("}")).trim();
  return `${open}${open.endsWith("{") ? "" : ","}${more.slice(more.indexOf("{") + 1)}`;
}

function takenLater(name: string, row: number): Error {
  return inputError({
    expected: "no key by which earlier rows have their answers",
    where: `row ${row}`,
    received: name,
    next: "--json writes the answers alone.",
  });
}

/** The answers alone, as JSON lines. */
function answersAsJson({ name, columns }: DataDescription, { id }: ScoringFlags): TableWriter {
  const at = id === undefined ? -1 : placeOf(id, columns, name);
  return {
    joint: "",
    begin: () => "",
    row: ({ cells, row }, answer) => {
      const which = at < 0 ? { row } : { row, id: plainValue(cells[at]) ?? null };
      return `${printableJson({ ...which, ...(answer ? answer.json() : { label: null }) })}\n`;
    },
    end: () => "",
    notes: () => [],
  };
}

function placeOf(id: string | number, columns: readonly string[], where: string): number {
  const at = typeof id === "number" ? id - 1 : columns.indexOf(id);
  if (columns[at] !== undefined) return at;
  const expected = `one of the columns ${columns.slice(0, 12).join(", ")}`;
  throw inputError({ expected, where: `${where}: --id`, received: id });
}
