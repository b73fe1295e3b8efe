/**
 * Reading texts, with or without labels, from any source of bytes. Rows come one at a time, and of the file only the
 * piece at hand is in memory: what stays is what the caller keeps.
 */
import { InputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import {
  type ChosenColumns,
  type Column,
  type ColumnOptions,
  chooseColumns,
  describeColumns,
} from "./columns.js";
import { decodeUtf8 } from "./decode.js";
import { chooseDialect, chooseFormat, type Format, type FormatOptions, parserFor } from "./format.js";
import { type Cell, type Cells, type RecordParser, Unfit } from "./records.js";
import { type ByteSource, openBytes } from "./source.js";

export interface TextRow {
  text: string;
  /** The record's number in the file, from 1; a header is a record too. */
  row: number;
}

export interface LabelledRow extends TextRow {
  label: string;
  /** What stands in the group column, trimmed; missing where that is empty, or there is none. */
  group?: string;
}

export type ReadOptions = FormatOptions & ColumnOptions;

/** What was found out about a file before its rows are read. */
export interface DataDescription {
  name: string;
  format: Format | "folder";
  gzip: boolean;
  header: boolean;
  /** Names, or numbers from 1. */
  columns: string[];
  text: Column | undefined;
  label: Column | undefined;
  /** The column of groups, where one was asked for. */
  group?: Column | undefined;
  /** How the columns were found, in words. */
  found: string;
}

/** Rows that can be gone through once, and what is known of them. */
export interface Data<Row extends TextRow> extends AsyncIterable<Row> {
  readonly description: DataDescription;
  /** What was done to the rows that may not be meant: there once they were gone through. */
  readonly notes: readonly string[];
}

/**
 * Opens labelled rows. Labels are trimmed; texts are as they stand.
 * Throws InputError, at once or while the rows are gone through, where the file is not what it should be; rows without
 * text or label are counted, and complained of at the end.
 */
export async function readLabelled(
  source: ByteSource,
  options: ReadOptions = {},
): Promise<Data<LabelledRow>> {
  const table = await openTable(source, options, true);
  const notes: string[] = [];
  return {
    description: table.description,
    notes,
    [Symbol.asyncIterator]: () => oneByOne(labelledRows(table, notes)),
  };
}

/** Opens texts to predict. Without a format in its name or options, a source is one text a line. */
export async function readTexts(source: ByteSource, options: ReadOptions = {}): Promise<Data<TextRow>> {
  const table = await openTable(source, options, false);
  return {
    description: table.description,
    notes: [],
    [Symbol.asyncIterator]: () => oneByOne(textRows(table)),
  };
}

async function* labelledRows(
  { description, records, firstRow }: Table,
  notes: string[],
): AsyncGenerator<LabelledRow[]> {
  const { name, text, label, group } = description;
  const withoutText = new Missing(name, "text", text!.name);
  const withoutLabel = new Missing(name, "label", label!.name);
  const spaces = new Spaces();
  let row = firstRow - 1;
  for await (const batch of records) {
    const rows: LabelledRow[] = [];
    for (const cells of batch) {
      row++;
      const written = cells[text!.index];
      const named = cells[label!.index];
      if (typeof written !== "string") withoutText.add(row, written);
      else if (typeof named !== "string" || named.trim() === "") withoutLabel.add(row, named);
      else rows.push({ text: written, label: spaces.trim(named), row, ...groupOf(cells, group) });
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  withoutLabel.complain();
  if (row < firstRow) throw new InputError(`${name}: expected rows, found a header only.`);
  notes.push(...spaces.notes(row - firstRow + 1));
}

async function* textRows({ description, records, firstRow }: Table): AsyncGenerator<TextRow[]> {
  const withoutText = new Missing(description.name, "text", description.text!.name);
  let row = firstRow - 1;
  for await (const batch of records) {
    const rows: TextRow[] = [];
    for (const cells of batch) {
      row++;
      const text = cells[description.text!.index];
      if (typeof text === "string") rows.push({ text, row });
      else withoutText.add(row, text);
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
}

/** Rows without a group stand by themselves. */
function groupOf(cells: Cells, column: Column | undefined): { group?: string } {
  const cell = column && cells[column.index];
  const group = typeof cell === "string" ? cell.trim() : "";
  return group === "" ? {} : { group };
}

/** Rows one by one. By hand, as a generator's own promises cost more than reading a short row. */
function oneByOne<Row>(batches: AsyncGenerator<Row[]>): AsyncIterator<Row> {
  let batch: Row[] = [];
  let at = 0;
  const next = async (): Promise<IteratorResult<Row>> => {
    const more = await batches.next();
    if (more.done) return { done: true, value: undefined };
    [batch, at] = [more.value, 1];
    return { done: false, value: batch[0]! };
  };
  return {
    next: () => (at < batch.length ? Promise.resolve({ done: false, value: batch[at++]! }) : next()),
    return: async () => {
      await batches.return(undefined);
      return { done: true, value: undefined };
    },
  };
}

/** Labels are trimmed. Where only some have spaces around them, two may become one: that is said. */
class Spaces {
  private count = 0;
  private readonly examples = new Set<string>();

  trim(label: string): string {
    const trimmed = label.trim();
    if (trimmed.length < label.length) {
      this.count++;
      if (this.examples.size < 5) this.examples.add(trimmed);
    }
    return trimmed;
  }

  notes(rows: number): string[] {
    if (this.count === 0 || this.count === rows) return [];
    const names = [...this.examples].map((name) => JSON.stringify(printed(name))).join(", ");
    return [`the spaces around the labels of ${this.count} of ${rows} rows are left out: ${names}`];
  }
}

/** Rows that lack a text or a label, or have there what is neither. */
class Missing {
  private readonly none = new Counted();
  private readonly unfit = new Counted();
  private example: unknown;

  constructor(
    private readonly name: string,
    private readonly what: "text" | "label",
    private readonly column: string,
  ) {}

  add(row: number, cell: Cell): void {
    if (!(cell instanceof Unfit)) {
      this.none.add(row);
      return;
    }
    if (this.unfit.count === 0 || (Array.isArray(cell.value) && cell.value.length > 1))
      this.example = cell.value;
    this.unfit.add(row);
  }

  complain(): void {
    const { name, what, unfit, none, example } = this;
    const place = `${what} (column ${printed(this.column)})`;
    if (unfit.count > 0) {
      throw new InputError(
        `${name}: ${unfit.rows("has", "have")} ${kindOf(example)} as ${place}, such as ${shown(example)}: ${unfit.numbers()}. ${advice(what, printed(this.column), example)}`,
      );
    }
    if (none.count === 0) return;
    throw new InputError(
      `${name}: ${none.rows("has", "have")} no ${place}: ${none.numbers()}. Fill or remove them.`,
    );
  }
}

class Counted {
  count = 0;
  private readonly first: number[] = [];

  add(row: number): void {
    if (this.count++ < 5) this.first.push(row);
  }

  rows(one: string, more: string): string {
    return this.count === 1 ? `1 row ${one}` : `${this.count} rows ${more}`;
  }

  numbers(): string {
    return `row ${this.first.join(", ")}${this.count > this.first.length ? ", …" : ""}`;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "number" ? "a number too large to be exact" : "an object";
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? JSON.stringify(value.slice(0, 5)) : JSON.stringify(value);
  return printed(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

/** What can be done about values that are no text or label, most likely first. */
function advice(what: "text" | "label", column: string, value: unknown): string {
  const at = `.[${JSON.stringify(column)}]`;
  const jq = (change: string) => `For instance: jq -c '${at} |= ${change}' OLD > NEW`;
  if (typeof value === "number")
    return "Beyond 2^53 different numbers are read as one: put them in quotes in the file.";
  if (what === "text")
    return Array.isArray(value)
      ? `A text is one string. ${jq('join(" ")')}`
      : "A text is one string: choose one of its values.";
  const rule = "A label is one text, number or truth value.";
  if (!Array.isArray(value))
    return `${rule} Where the object's key is the label: jq -c '${at} |= keys[0]' OLD > NEW`;
  if (value.length < 2) return `${rule} ${jq(".[0]")}`;
  return `${rule} Several labels for a text cannot be learned at once: choose one for each, or learn a classifier a label.`;
}

interface Table {
  description: DataDescription;
  /** Batches of records, the header left out. */
  records: AsyncGenerator<Cells[]>;
  /** The number of the first of them. */
  firstRow: number;
}

/** So much text is looked at before format and columns are settled. */
const HEAD = 2 ** 16;

async function openTable(source: ByteSource, options: ReadOptions, labelled: boolean): Promise<Table> {
  const { chunks, gzip } = await openBytes(source);
  const pieces = decodeUtf8(chunks, source.name);
  try {
    const head = await readHead(pieces);
    const format = chooseFormat(source.name, head, options.format, labelled);
    const dialect = chooseDialect(format, head, head.length < HEAD, options);
    const parser = parserFor(source.name, format, dialect);
    const { first, ended } = await firstRecords(parser, head, pieces);
    if (first.length === 0)
      throw new InputError(`${source.name}: expected rows of text, found an empty file.`);
    const chosen = columnsOf(source.name, format, first, parser, options, labelled);
    const skipped = chosen.header && format !== "jsonl" ? 1 : 0;
    const { columns, header, text, label, group } = chosen;
    return {
      description: {
        name: source.name,
        format,
        gzip,
        header,
        columns,
        text,
        label,
        ...(group ? { group } : {}),
        found: describeColumns(chosen),
      },
      records: allRecords(first.slice(skipped), parser, ended ? undefined : pieces),
      firstRow: 1 + skipped,
    };
  } catch (error) {
    await pieces.return(undefined);
    throw error;
  }
}

function columnsOf(
  name: string,
  format: Format,
  records: readonly Cells[],
  parser: RecordParser,
  options: ReadOptions,
  labelled: boolean,
): ChosenColumns {
  if (format !== "lines") return chooseColumns(name, records, parser.columns, options, labelled);
  const text: Column = { index: 0, name: "1", how: "the only column" };
  return { header: false, columns: ["1"], text, label: undefined };
}

async function readHead(pieces: AsyncGenerator<string>): Promise<string> {
  let head = "";
  while (head.length < HEAD) {
    const next = await pieces.next();
    if (next.done) break;
    head += next.value;
  }
  return head;
}

/** The records of the head, and where it holds none but perhaps a header, those of what follows until there is one. */
async function firstRecords(
  parser: RecordParser,
  head: string,
  pieces: AsyncGenerator<string>,
): Promise<{ first: Cells[]; ended: boolean }> {
  const first = parser.push(head);
  while (head.length < HEAD || first.length < 2) {
    const next = await pieces.next();
    if (next.done) return { first: first.concat(parser.end()), ended: true };
    // Not spread: a piece may hold more records than a call takes arguments.
    for (const record of parser.push(next.value)) first.push(record);
  }
  return { first, ended: false };
}

async function* allRecords(
  first: Cells[],
  parser: RecordParser,
  pieces: AsyncGenerator<string> | undefined,
): AsyncGenerator<Cells[]> {
  try {
    yield first;
    if (!pieces) return;
    for await (const piece of pieces) yield parser.push(piece);
    yield parser.end();
  } finally {
    await pieces?.return(undefined); // a caller who leaves early closes the file
  }
}
