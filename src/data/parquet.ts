/**
 * Parquet files, a group of rows at a time, whose descriptions and packed numbers hyparquet reads. What a file says of
 * itself is held against its size before any of it is unpacked.
 * @see https://parquet.apache.org/docs/file-format/
 */
import { InputError, inputError } from "../base/errors.js";
import { Allowance } from "./parquet-allowance.js";
import type { Field, Footer, Group } from "./parquet-footer.js";
import type { ColumnPages, Unpack } from "./parquet-pages.js";
import { type Cell, type Cells, Unfit } from "./records.js";
import type { Places } from "./source.js";

export interface ParquetTable {
  columns: string[];
  /** Those of lists and records, which are not read. */
  unread: string[];
  records: AsyncGenerator<Cells[]>;
}

/** Records are handed on so many at a time, or cells. */
const BATCH = 4096;
const BATCH_CELLS = 2 ** 17;

/** What stands for lists and records, which are not looked into: neither is a text or a label, nor a list of one label. */
const UNREAD = { lists: new Unfit(["…", "…"]), records: new Unfit({ "…": "…" }) };

/**
 * Opens a Parquet file: texts, numbers, truth values and times. Lists and records are handed on as unfit, unread.
 * @throws InputError, at once or with the records, where it is damaged, grows beyond measure or is packed as cannot be read
 */
export async function openParquet(name: string, file: Places, unzstd?: Unpack): Promise<ParquetTable> {
  try {
    const opened = { name, file, unzstd, ...(await library(name)) };
    const footer = await footerOf(opened);
    const { fields } = footer;
    const unread = fields.filter((field) => "holds" in field).map(({ name }) => name);
    return { columns: fields.map((field) => field.name), unread, records: records(opened, footer) };
  } catch (error) {
    await file.close?.();
    throw worded(error, name);
  }
}

/** What needs hyparquet: loaded once there is a Parquet file. */
async function library(name: string) {
  try {
    const [footer, pages] = await Promise.all([import("./parquet-footer.js"), import("./parquet-pages.js")]);
    return { ...footer, ...pages };
  } catch (error) {
    const next = "Install it: npm install hyparquet";
    throw new Error(`${name} is a Parquet file, which the package hyparquet reads. ${next}`, {
      cause: error,
    });
  }
}

type Opened = Awaited<ReturnType<typeof library>> & {
  name: string;
  file: Places;
  unzstd: Unpack | undefined;
};

/** Metadata that is read at all: of ten thousand groups of rows it takes some megabytes. */
const MOST_METADATA = 2 ** 23;

/** Its length stands before the last four bytes. */
async function footerOf({ name, file, readFooter }: Opened): Promise<Footer> {
  const size = file.byteLength;
  const end = new DataView(await file.slice(Math.max(0, size - 8), size));
  const whole = end.byteLength === 8 && end.getUint32(4, true) === PAR1;
  const length = whole ? end.getUint32(0, true) : 0;
  if (!whole || length + 12 > size) throw new Error("one whose end is missing");
  if (length > MOST_METADATA)
    throw inputError({
      expected: `a description of at most ${MOST_METADATA} bytes, found ${length}`,
      where: name,
      next: "If it is what you mean to read, write it with larger groups of rows.",
    });
  return readFooter(await file.slice(size - 8 - length, size - 8), size);
}

/** The letters, as a number. */
const PAR1 = 0x31524150;

async function* records(opened: Opened, { fields, groups }: Footer): AsyncGenerator<Cells[]> {
  const { name, file } = opened;
  try {
    const allowance = new Allowance(name, file.byteLength);
    for (const group of groups) {
      if (group.rows === 0) continue;
      allowance.rows(group.rows, fields.length);
      yield* groupRecords(fields, group, await openColumns(opened, fields, group, allowance), allowance);
    }
  } catch (error) {
    throw worded(error, name);
  } finally {
    await file.close?.();
  }
}

type Columns = (ColumnPages | Unfit)[];

async function openColumns(
  { file, unzstd, ColumnPages }: Opened,
  fields: readonly Field[],
  group: Group,
  allowance: Allowance,
): Promise<Columns> {
  const columns: Columns = [];
  let stored = 0;
  for (const field of fields) {
    if ("holds" in field) columns.push(UNREAD[field.holds]);
    else {
      const chunk = group.chunks[field.leaf.index]!;
      stored += chunk.bytes;
      if (stored > file.byteLength) throw new Error("columns that overlap");
      const bytes = new Uint8Array(await file.slice(chunk.from, chunk.from + chunk.bytes));
      columns.push(new ColumnPages(field.leaf, chunk, bytes, group.rows, allowance, unzstd));
    }
  }
  return columns;
}

function* groupRecords(
  fields: readonly Field[],
  group: Group,
  columns: Columns,
  allowance: Allowance,
): Generator<Cells[]> {
  const most = Math.max(1, Math.min(BATCH, Math.floor(BATCH_CELLS / fields.length)));
  for (let row = 0; row < group.rows; row += most) {
    const rows = Math.min(most, group.rows - row);
    yield Array.from({ length: rows }, () => recordOf(columns, allowance));
  }
  for (const column of columns) if (!(column instanceof Unfit)) column.close();
}

function recordOf(columns: Columns, allowance: Allowance): Cells {
  let characters = 0;
  const cells = columns.map((column): Cell => {
    const cell = column instanceof Unfit ? column : column.next();
    if (typeof cell === "string") characters += cell.length;
    return cell;
  });
  allowance.grow(characters);
  return cells;
}

/** What is wrong with a file, in words; failures of the machine stay what they are. */
function worded(error: unknown, where: string): unknown {
  const ours = error instanceof Error && !("cause" in error) && !("syscall" in error);
  if (!ours || error instanceof InputError) return error;
  // What looks beyond the end of some bytes.
  const received = error instanceof RangeError ? "one whose values are cut short" : error.message;
  return inputError({ expected: `a whole Parquet file, found ${received}`, where });
}
