/**
 * Reading texts, with or without labels, from any source of bytes. Rows come one at a time, and of the file only the
 * piece at hand is in memory: what stays is what the caller keeps.
 */
import { InputError } from "../errors.js";
import {
  type ChosenColumns,
  type Column,
  type ColumnOptions,
  chooseColumns,
  describeColumns,
} from "./columns.js";
import { decodeUtf8 } from "./decode.js";
import { chooseDialect, chooseFormat, type Format, type FormatOptions, parserFor } from "./format.js";
import type { Cells, RecordParser } from "./records.js";
import { type ByteSource, openBytes } from "./source.js";

export interface TextRow {
  text: string;
  /** The record's number in the file, from 1; a header is a record too. */
  row: number;
}

export interface LabelledRow extends TextRow {
  label: string;
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
  /** How the columns were found, in words. */
  found: string;
}

/** Rows that can be gone through once, and what is known of them. */
export interface Data<Row extends TextRow> extends AsyncIterable<Row> {
  readonly description: DataDescription;
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
  return { description: table.description, [Symbol.asyncIterator]: () => labelledRows(table) };
}

/** Opens texts to predict. Without a format in its name or options, a source is one text a line. */
export async function readTexts(source: ByteSource, options: ReadOptions = {}): Promise<Data<TextRow>> {
  const table = await openTable(source, options, false);
  return { description: table.description, [Symbol.asyncIterator]: () => textRows(table) };
}

async function* labelledRows({ description, records, firstRow }: Table): AsyncGenerator<LabelledRow> {
  const { name, text, label } = description;
  const withoutText = new Missing(name, `text (column ${text!.name})`);
  const withoutLabel = new Missing(name, `label (column ${label!.name})`);
  let row = firstRow - 1;
  for await (const batch of records) {
    for (const cells of batch) {
      row++;
      const written = cells[text!.index];
      const named = cells[label!.index]?.trim();
      if (written === undefined) withoutText.add(row);
      else if (!named) withoutLabel.add(row);
      else yield { text: written, label: named, row };
    }
  }
  withoutText.complain();
  withoutLabel.complain();
  if (row < firstRow) throw new InputError(`${name}: expected rows, found a header only.`);
}

async function* textRows({ description, records, firstRow }: Table): AsyncGenerator<TextRow> {
  const withoutText = new Missing(description.name, `text (column ${description.text!.name})`);
  let row = firstRow - 1;
  for await (const batch of records) {
    for (const cells of batch) {
      row++;
      const text = cells[description.text!.index];
      if (text === undefined) withoutText.add(row);
      else yield { text, row };
    }
  }
  withoutText.complain();
}

/** Rows that lack something. */
class Missing {
  private readonly first: number[] = [];
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly what: string,
  ) {}

  add(row: number): void {
    if (this.count++ < 5) this.first.push(row);
  }

  complain(): void {
    if (this.count === 0) return;
    const rows = `${this.count} row${this.count === 1 ? " has" : "s have"}`;
    const more = this.count > this.first.length ? ", …" : "";
    throw new InputError(
      `${this.name}: ${rows} no ${this.what}: row ${this.first.join(", ")}${more}. Fill or remove them.`,
    );
  }
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
    const { columns, header, text, label } = chosen;
    return {
      description: {
        name: source.name,
        format,
        gzip,
        header,
        columns,
        text,
        label,
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
  const first = [...parser.push(head)];
  while (head.length < HEAD || first.length < 2) {
    const next = await pieces.next();
    if (next.done) return { first: [...first, ...parser.end()], ended: true };
    first.push(...parser.push(next.value));
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
