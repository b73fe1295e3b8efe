/**
 * Parquet files, read by hyparquet a group of rows at a time. What a file says of itself is held against its size before
 * any of it is unpacked.
 * @see https://parquet.apache.org/docs/file-format/
 */
import { gunzipSync } from "fflate";
import type { ColumnChunk, Compressors, FileMetaData } from "hyparquet";
import { InputError, inputError } from "../base/errors.js";
import { checkCompact } from "./compact-protocol.js";
import { cellOf } from "./json-records.js";
import type { Cells } from "./records.js";
import type { Places } from "./source.js";

/** Unpacks what one page holds; the result must be of `length` bytes. */
export type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

export interface ParquetTable {
  columns: string[];
  records: AsyncGenerator<Cells[]>;
}

/** Records are handed on so many at a time. */
const BATCH = 4096;
/** Pages grow so much at most when they are unpacked: of text three- to tenfold, of a column of few values more. */
const MOST_GROWTH = 200;
const GROWTH_FREE = 2 ** 22;
/** A column of one value takes next to nothing, but a group of rows is in memory as a whole. */
const ROWS_FREE = 2 ** 22;
const ROWS_A_BYTE = 8;

/** Opens a Parquet file's plain columns: texts, numbers, truth values and times; lists and records are left out. */
export async function openParquet(name: string, file: Places, unzstd?: Unpack): Promise<ParquetTable> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await library(name);
  const damaged = (error: unknown): Error =>
    error instanceof InputError
      ? error
      : inputError({ expected: "a whole Parquet file", where: name, received: (error as Error).message });
  const tried = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw damaged(error);
    });
  await tried(checkFooter(name, file));
  const metadata = await tried(parquetMetadataAsync(file));
  const columns = parquetSchema(metadata)
    .children.filter(({ children }) => children.length === 0)
    .map(({ element }) => element.name);
  checkSizes(name, metadata, file.byteLength);
  const compressors = boundedCompressors(name, unzstd);
  return {
    columns,
    records: (async function* () {
      try {
        let rowStart = 0;
        for (const group of metadata.row_groups) {
          const rowEnd = rowStart + Number(group.num_rows);
          await tried(checkPages(name, file, group.columns, Number(group.num_rows)));
          const read = parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
          const rows = await tried(read);
          for (let from = 0; from < rows.length; from += BATCH) {
            yield rows.slice(from, from + BATCH).map((row) => columns.map((column) => cellOf(row[column])));
          }
          rowStart = rowEnd;
        }
      } finally {
        await file.close?.();
      }
    })(),
  };
}

async function library(name: string): Promise<typeof import("hyparquet")> {
  try {
    return await import("hyparquet");
  } catch (error) {
    const next = "Install it: npm install hyparquet";
    throw new Error(`${name} is a Parquet file, which the package hyparquet reads. ${next}`, {
      cause: error,
    });
  }
}

/** Metadata that is read at all: of ten thousand groups of rows it takes some megabytes. */
const MOST_METADATA = 2 ** 23;

/** What the end of the file says of the rest, before it is read. */
async function checkFooter(name: string, file: Places): Promise<void> {
  const end = new DataView(await file.slice(Math.max(0, file.byteLength - 8), file.byteLength));
  const length = end.byteLength < 8 ? 0 : end.getUint32(0, true);
  if (length + 12 > file.byteLength) throw new Error("its end is missing");
  if (length > MOST_METADATA) throw tooMuch(name, `metadata of at most ${MOST_METADATA} bytes`, length);
  const from = file.byteLength - 8 - length;
  checkCompact(new DataView(await file.slice(from, from + length)), 0);
}

function checkSizes(name: string, { row_groups }: FileMetaData, bytes: number): void {
  const most = ROWS_FREE + ROWS_A_BYTE * bytes;
  let rows = 0;
  for (const group of row_groups) {
    const here = Number(group.num_rows);
    rows += here;
    if (here < 0 || rows > most) throw tooMuch(name, `at most ${most} rows in ${bytes} bytes`, rows);
    for (const { meta_data } of group.columns) {
      const [packed, unpacked] = [
        Number(meta_data?.total_compressed_size),
        Number(meta_data?.total_uncompressed_size),
      ];
      if (!(packed >= 0 && packed <= bytes)) throw tooMuch(name, "columns that fit into the file", packed);
      if (!(unpacked <= GROWTH_FREE + MOST_GROWTH * packed))
        throw tooMuch(name, `columns that grow at most ${MOST_GROWTH}-fold`, unpacked);
    }
  }
}

/** The pages' own headers, which are what memory is taken by. */
async function checkPages(
  name: string,
  file: Places,
  columns: readonly ColumnChunk[],
  rows: number,
): Promise<void> {
  const { parquetHeader } = await import("hyparquet/src/column.js");
  for (const { meta_data } of columns) {
    if (!meta_data || meta_data.path_in_schema.length > 1) continue;
    const first = Number(meta_data.dictionary_page_offset || meta_data.data_page_offset);
    const bytes = await file.slice(first, first + Number(meta_data.total_compressed_size));
    const reader = { view: new DataView(bytes), offset: 0 };
    let [values, unpacked] = [0, 0];
    while (reader.offset < bytes.byteLength - 1 && values < rows) {
      checkCompact(reader.view, reader.offset);
      const header = parquetHeader(reader);
      const here = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0;
      const kept = header.dictionary_page_header?.num_values ?? 0;
      values += here;
      unpacked += header.uncompressed_page_size;
      const fits =
        here >= 0 && values <= rows && kept >= 0 && kept <= GROWTH_FREE + MOST_GROWTH * bytes.byteLength;
      if (!fits)
        throw tooMuch(name, `pages of at most ${rows} values, as their group has`, Math.max(values, kept));
      if (header.compressed_page_size < 0 || unpacked > GROWTH_FREE + MOST_GROWTH * bytes.byteLength)
        throw tooMuch(name, `pages that grow at most ${MOST_GROWTH}-fold`, unpacked);
      reader.offset += header.compressed_page_size;
    }
  }
}

/** What hyparquet has not, and what it has with a look at the size first. */
function boundedCompressors(name: string, unzstd: Unpack | undefined): Compressors {
  return {
    GZIP: (bytes, length) => gunzipSync(bytes, { out: new Uint8Array(length) }),
    ZSTD: (bytes, length) => {
      if (unzstd) return unzstd(bytes, length);
      throw inputError({
        expected: "pages that this platform can unpack, found Zstandard",
        where: name,
        next: "Node can from 22.15 on. Or write it again, with compression snappy.",
      });
    },
  };
}

const tooMuch = (where: string, expected: string, received: number): InputError =>
  inputError({ expected, where, received, next: "If it is what you mean to read, write it as CSV." });
