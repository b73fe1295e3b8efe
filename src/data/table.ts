/**
 * Tables from any source of bytes: which format, encoding and dialect they are in, what their columns are called, and
 * their records, which come one batch at a time. Of the file only the piece at hand is in memory.
 */
import { functionOf, textOf } from "../base/arguments.js";
import { InputError, inputError, knownOptions, oneOf } from "../base/errors.js";
import { type LabelColumnOptions, nameColumns } from "./columns.js";
import { decodeBytes, type Encoding } from "./decode.js";
import type { Dialect } from "./delimited.js";
import { chooseDialect, type WrittenStyle, writtenStyle } from "./dialect.js";
import {
  chooseFormat,
  type Format,
  type FormatOptions,
  type Purpose,
  parserFor,
  refuseIdle,
  TEXT_FORMATS,
  takenFor,
} from "./format.js";
import { openParquet } from "./parquet.js";
import { type Cell, type Cells, MISFIT, type Place, type RecordParser, Unfit } from "./records.js";
import {
  type ByteSource,
  type Compression,
  openBytes,
  placesOf,
  type RecordSource,
  withHead,
} from "./source.js";
import { type Readable, sourceOf } from "./sources.js";

/** A row that could not be used. */
export interface Reject {
  /** The record's number in the file, from 1; a header is a record too. */
  row: number;
  /** Why, in words: "3 fields for 2", "no label". */
  reason: string;
  /** What it holds, as far as it was understood. */
  cells: readonly unknown[];
}

/** What becomes of rows that cannot be used. */
export interface RejectOptions {
  /** Takes the rows that cannot be used, which are then passed over and counted. Default: they end the reading. */
  onReject?: (reject: Reject) => void;
}

/** What was found out about a source before its rows are read. */
export interface TableDescription {
  /** What messages call it. */
  name: string;
  /** How it is written; a folder of label/*.txt, a program's objects. */
  format: Format | "folder" | "objects";
  /** How it was packed; undefined where it was not. */
  compression: Compression | undefined;
  /** Settled when the first byte beyond ASCII was seen; undefined where there are no bytes of text. */
  encoding: Encoding | undefined;
  /** Of CSV and TSV. */
  dialect: (Dialect & WrittenStyle) | undefined;
  /** Whether columns have names: a first row, keys, or those of a format. */
  header: boolean;
  /** Names, or numbers from 1. Of JSON, keys in order of first sight: later records may add some. */
  columns: readonly string[];
  /** What a source says of itself once it was read. */
  notes?: readonly string[];
  /** Of Parquet, the columns of lists and records, whose values are not read. */
  unread?: readonly string[];
}

export interface Records {
  description: TableDescription;
  /** The records at the head, without header and misfits: by them columns are chosen. */
  head: readonly Cells[];
  /** Batches of all records, the header left out. Who leaves them early closes the source. */
  batches: AsyncGenerator<Cells[]>;
  /** Closes the source of batches that have not begun. */
  close(): Promise<void>;
  /** The number of the first of them. */
  firstRow: number;
  /** How the columns were found, where the source says it itself. */
  found: string | undefined;
  /** Reads what stands elsewhere in a text: missing where records do not stand by themselves there. */
  part?: PartReader;
}

/** The records of a part of a text, in place of all: `batches` are not gone through then. */
export interface PartReader {
  /** Where the text begins behind a mark and Excel's line of the delimiter, in bytes that ASCII means itself in. */
  readonly begin: number;
  /** @param pieces the text of the part, which is gone through once, and is closed by who leaves early */
  read(pieces: AsyncGenerator<string>, place: Place): Pick<Records, "batches" | "firstRow">;
}

/** So much text is looked at before format and columns are settled. */
const HEAD = 2 ** 16;

/** Opens a source's records. */
export async function openRecords(
  source: ByteSource | RecordSource,
  options: FormatOptions & LabelColumnOptions & RejectOptions,
  purpose: Purpose,
): Promise<Records> {
  if ("records" in source) return openSource(source, options);
  const { chunks, compression } = await openBytes(source);
  const opened = await withHead(chunks, PARQUET.length);
  try {
    if (!startsWith(opened.head, PARQUET))
      return await openText(source.name, opened.chunks, compression, options, purpose);
    refuseIdle(source.name, "parquet", options);
    const places = compression === undefined ? source.places : undefined;
    if (places) await opened.chunks.return(undefined);
    const file = places ? await places() : await placesOf(opened.chunks, source.name);
    const table = await openParquet(source.name, file, source.unzstdPage);
    const records = await named(source.name, "parquet", compression, table.columns, table.records);
    return { ...records, description: { ...records.description, unread: table.unread } };
  } catch (error) {
    await opened.chunks.return(undefined);
    throw error;
  }
}

const PARQUET = new TextEncoder().encode("PAR1");

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean =>
  start.every((byte, i) => bytes[i] === byte);

async function openSource(source: RecordSource, options: FormatOptions): Promise<Records> {
  const { name, kind, columns, records, found, notes } = source;
  refuseIdle(name, kind, options);
  const opened = await named(name, kind, undefined, columns, records);
  return { ...opened, description: { ...opened.description, ...(notes ? { notes } : {}) }, found };
}

/** Records of columns that have names. */
async function named(
  name: string,
  format: TableDescription["format"],
  compression: Compression | undefined,
  columns: readonly string[],
  records: AsyncGenerator<Cells[]>,
): Promise<Records> {
  const first = await records.next();
  if (first.done) throw new InputError(`${name}: expected rows of text, found none.`);
  return {
    description: {
      name,
      format,
      compression,
      encoding: undefined,
      dialect: undefined,
      header: true,
      columns,
    },
    head: first.value,
    batches: (async function* () {
      try {
        yield first.value;
        yield* records;
      } finally {
        await records.return(undefined);
      }
    })(),
    close: async () => void (await records.return(undefined)),
    firstRow: 1,
    found: undefined,
  };
}

async function openText(
  name: string,
  chunks: AsyncGenerator<Uint8Array>,
  compression: Compression | undefined,
  options: FormatOptions & LabelColumnOptions & RejectOptions,
  purpose: Purpose,
): Promise<Records> {
  const { pieces, encoding } = await decodeBytes(chunks, name, options.encoding);
  const read = await readHead(pieces);
  const whole = read.length < HEAD;
  const { head, asked, separator } = withoutSeparator(read, options);
  refuseOldLineEnds(name, head);
  const isAsked = asked.delimiter !== undefined || options.text !== undefined || options.header === true;
  const format = chooseFormat(
    name,
    head,
    options.format,
    purpose === "answers" && isAsked ? "table" : purpose,
  );
  refuseIdle(name, format, options);
  const delimited = format === "csv" || format === "tsv";
  const dialect = delimited
    ? chooseDialect(format, head, whole, asked, options.onReject !== undefined)
    : undefined;
  const parser = parserFor(
    name,
    format,
    head,
    dialect ?? { delimiter: "\t", quoted: false },
    options.onReject,
  );
  const { first, ended } = await firstRecords(parser, head, pieces, whole);
  if (first.length === 0) throw new InputError(`${name}: expected rows of text, found an empty file.`);
  const names = format === "lines" ? ["1"] : parser.columns;
  const fitting = first.filter((cells) => cells !== MISFIT);
  const { header, columns, rows } = nameColumns(fitting, names, options);
  const skipped = header && names === undefined ? 1 : 0;
  const notes: string[] = [];
  const taken =
    purpose === "answers" && !isAsked && options.format === undefined
      ? takenFor(name, head, format, columns.length)
      : undefined;
  if (taken !== undefined) notes.push(taken);
  if (dialect?.spaced) notes.push("spaces before fields in quotes are left out");
  const isGuessed = dialect && !dialect.quoted && options.quoted === undefined && !head.includes('"');
  const told = (batches: AsyncGenerator<Cells[]>, firstRow: number) => ({
    batches: isGuessed ? tellingQuotes(batches, firstRow, notes) : batches,
    firstRow,
  });
  const readPart = (pieces: AsyncGenerator<string>, place: Place) => {
    parser.goTo!(place);
    const header = place.records === 0 ? skipped : 0;
    return told(withoutFirst(allRecords([], parser, pieces), header), place.records + 1 + header);
  };
  return {
    description: {
      ...{ name, format, compression, encoding },
      dialect: dialect && { ...dialect, ...writtenStyle(head, dialect) },
      header: header && format !== "lines",
      columns: names ?? columns,
      notes,
    },
    head: rows,
    ...told(allRecords(first.slice(skipped), parser, ended ? undefined : pieces), 1 + skipped),
    close: async () => void (await pieces.return(undefined)),
    found: undefined,
    ...(parser.goTo ? { part: { begin: beginOf(encoding, separator), read: readPart } } : {}),
  };
}

/** Excel's first line, "sep=;", which names the delimiter and is no row. */
function withoutSeparator(
  read: string,
  options: FormatOptions,
): { head: string; asked: FormatOptions; separator: string } {
  const separator = /^sep=(.)\r?\n/i.exec(read);
  if (!separator) return { head: read, asked: options, separator: "" };
  const [line, delimiter] = separator;
  return { head: read.slice(line.length), asked: { delimiter: delimiter!, ...options }, separator: line };
}

const MARK_BYTES = 3;

function beginOf({ name, byteOrderMark }: Encoding, separator: string): number {
  if (name !== "utf-8") return separator.length;
  return (byteOrderMark ? MARK_BYTES : 0) + new TextEncoder().encode(separator).length;
}

async function* withoutFirst(batches: AsyncGenerator<Cells[]>, count: number): AsyncGenerator<Cells[]> {
  let left = count;
  for await (const batch of batches) {
    yield left > 0 ? batch.slice(left) : batch;
    left = Math.max(0, left - batch.length);
  }
}

/** Lines that end in CR alone would be one line, and all rows but the first lost. */
function refuseOldLineEnds(name: string, head: string): void {
  if (head.includes("\n") || !/\r[^\r]/.test(head)) return;
  throw inputError({
    expected: "lines that end in LF or CR LF, found CR alone",
    where: name,
    next: "For instance: tr '\\r' '\\n' < OLD > NEW",
  });
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
  whole: boolean,
): Promise<{ first: Cells[]; ended: boolean }> {
  const first = parser.push(head);
  while (whole || first.length < 2) {
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

/** Says of the first field in quotes that they are read as they stand: no quote at the head has told of quoting. */
async function* tellingQuotes(
  batches: AsyncGenerator<Cells[]>,
  firstRow: number,
  notes: string[],
): AsyncGenerator<Cells[]> {
  let row = firstRow;
  let isSaid = false;
  try {
    for await (const batch of batches) {
      if (!isSaid) {
        const at = batch.findIndex((cells) => cells.some(isInQuotes));
        if (at >= 0) {
          notes.push(
            `row ${row + at} has a field in quotes, which are kept: none at the head of the file says that fields are quoted`,
          );
          isSaid = true;
        }
        row += batch.length;
      }
      yield batch;
    }
  } finally {
    await batches.return(undefined);
  }
}

const isInQuotes = (cell: Cell): boolean =>
  typeof cell === "string" && cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');

/** Rows one by one. By hand, as a generator's own promises cost more than reading a short row. */
export function oneByOne<Row>(batches: AsyncGenerator<Row[]>): AsyncIterator<Row> {
  let batch: Row[] = [];
  let at = 0;
  const next = async (): Promise<IteratorResult<Row>> => {
    for (;;) {
      const more = await batches.next();
      if (more.done) return { done: true, value: undefined };
      if (more.value.length === 0) continue;
      [batch, at] = [more.value, 1];
      return { done: false, value: batch[0]! };
    }
  };
  return {
    next: () => (at < batch.length ? Promise.resolve({ done: false, value: batch[at++]! }) : next()),
    return: async () => {
      await batches.return(undefined);
      return { done: true, value: undefined };
    },
  };
}

/** How a table is read. */
export interface TableOptions extends FormatOptions, RejectOptions {
  /** Whether the first row names the columns. Default: told from the file. */
  header?: boolean;
}

/** A row of a table. */
export class TableRow {
  /** Made by going through a table. */
  constructor(
    private readonly columns: readonly string[],
    /** What it holds, by column: a text, a value that is none (a list, an object), or undefined where there is nothing. */
    readonly cells: readonly unknown[],
    /** The record's number in the file, from 1; a header is a record too. */
    readonly row: number,
  ) {}

  /**
   * What stands in a column, as text (lists and objects as JSON); undefined where there is nothing.
   * @param column its name, or its number from 1
   * @throws InputError where there is no such column
   */
  get(column: string | number): string | undefined {
    const index = typeof column === "number" ? column - 1 : this.columns.indexOf(column);
    if (this.columns[index] === undefined) {
      const expected = `one of the columns ${this.columns.slice(0, 12).join(", ")}`;
      throw inputError({ expected, where: `row ${this.row}`, received: column });
    }
    const cell = this.cells[index];
    return cell === undefined || typeof cell === "string" ? cell : JSON.stringify(cell);
  }
}

/** A table to go through once, row by row. */
export class Table implements AsyncIterable<TableRow> {
  /** @param records what `readTable` has opened */
  constructor(private readonly records: Records) {}

  /** What messages call it: its path or name. */
  get name(): string {
    return this.records.description.name;
  }

  /** How it is written; "folder" of label/*.txt, "objects" of a program's own. */
  get format(): TableDescription["format"] {
    return this.records.description.format;
  }

  /** The encoding of its text; of one in ASCII up to where it was read, "utf-8". */
  get encoding(): string | undefined {
    return this.records.description.encoding?.name;
  }

  /** What parts the fields of CSV and TSV. */
  get delimiter(): string | undefined {
    return this.records.description.dialect?.delimiter;
  }

  /** Names of the columns; numbers from 1 where there is no header. Of JSON, keys found later are added. */
  get columns(): readonly string[] {
    return this.records.description.columns;
  }

  /** What was taken for granted: there once the rows were gone through. */
  get notes(): readonly string[] {
    return notesOf(this.records.description);
  }

  /** The rows, once. Leaving early closes the file. */
  [Symbol.asyncIterator](): AsyncIterator<TableRow> {
    return oneByOne(this.rows());
  }

  private async *rows(): AsyncGenerator<TableRow[]> {
    let row = this.records.firstRow - 1;
    for await (const batch of this.records.batches) {
      const rows: TableRow[] = [];
      for (const cells of batch) {
        row++;
        if (cells !== MISFIT) rows.push(new TableRow(this.columns, cells.map(plainValue), row));
      }
      yield rows;
    }
  }
}

/** What is to be said of a table as it was read. */
export function notesOf({ encoding, unread = [], notes = [] }: TableDescription): string[] {
  return [
    ...notes,
    ...(encoding?.note === undefined ? [] : [encoding.note]),
    ...(unread.length > 0 ? [`lists and records are not read: ${unread.slice(0, 12).join(", ")}`] : []),
  ];
}

export const plainValue = (cell: Cell): unknown => (cell instanceof Unfit ? cell.value : cell);

/** @throws InputError for options that are none, or of the wrong kind */
export function checkTableOptions(
  options: FormatOptions & LabelColumnOptions & RejectOptions,
  where: string,
  names: readonly string[],
): void {
  knownOptions(options, names, where);
  const { format, delimiter, quoted, encoding, header, onReject } = options;
  if (format !== undefined) oneOf(format, TEXT_FORMATS, `${where}: format`);
  if (delimiter !== undefined) textOf(delimiter, `${where}: delimiter`);
  if (encoding !== undefined) textOf(encoding, `${where}: encoding`);
  for (const [name, value] of Object.entries({ quoted, header })) {
    if (value === undefined || typeof value === "boolean") continue;
    throw inputError({ expected: "true or false", where: `${where}: ${name}`, received: value });
  }
  if (onReject !== undefined) functionOf(onReject, `${where}: onReject`);
}

const TABLE_OPTIONS = ["format", "delimiter", "quoted", "encoding", "header", "onReject"] as const;

/**
 * Opens a table: CSV, TSV, JSON Lines, a JSON list, fastText's lines, Parquet, compressed by gzip or Zstandard; what it
 * is in is told from its name and its first bytes.
 * @param from a path (in a browser, an address), a URL, bytes, a File or Blob, a Response, a stream, or rows as objects
 * @throws InputError, at once or while the rows are gone through, where it is not what it should be
 */
export async function readTable(from: Readable, options: TableOptions = {}): Promise<Table> {
  checkTableOptions(options, "readTable options", TABLE_OPTIONS);
  return new Table(await openRecords(await sourceOf(from), options, "table"));
}
