/** What a table can be read from, whoever holds it. */
import { openAddress, openPath } from "#data-files";
import { inputError } from "../base/errors.js";
import { bytesIn, isBlob, isResponse } from "../base/given-files.js";
import { cellOf } from "./json-records.js";
import type { Cell, Cells } from "./records.js";
import {
  type ByteSource,
  blobSource,
  memorySource,
  type RecordSource,
  responseSource,
  streamChunks,
} from "./source.js";

/**
 * A path (in a browser, an address), a URL, bytes, a File or Blob, a Response, a stream of bytes, pieces of bytes or text
 * in order, rows as objects whose keys are the columns, or a source that says how it is called and unpacked.
 */
export type Readable =
  | string
  | URL
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<object>
  | AsyncIterable<object>
  | ByteSource;

/** @throws InputError for what nothing can be read from, in the words of who reads: `what` and `where` */
export async function sourceOf(
  from: Readable,
  what = "a path, a URL, bytes, a File, Blob or Response, a stream, or rows",
  where = "data",
): Promise<ByteSource | RecordSource> {
  if (typeof from === "string" && /^https?:\/\//i.test(from)) return openAddress(from);
  if (typeof from === "string" && from !== "" && !from.includes("\0")) return openPath(from);
  if (from instanceof URL) return from.protocol === "file:" ? openPath(from) : openAddress(from);
  const bytes = bytesIn(from);
  if (bytes) return memorySource(bytes);
  if (isBlob(from)) return blobSource(from);
  if (isResponse(from)) return responseSource(from);
  if (from instanceof ReadableStream) return { name: "data", chunks: streamChunks(from) };
  if (typeof from === "object" && from !== null) {
    if ("chunks" in from && "name" in from) return from;
    if (Symbol.asyncIterator in from || Symbol.iterator in from) return iterableSource(from);
  }
  throw inputError({ expected: what, where, received: from });
}

/** Pieces of a file, or rows, by what comes first. */
async function iterableSource(
  from: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<ByteSource | RecordSource> {
  const items = (async function* () {
    yield* from as AsyncIterable<unknown>;
  })();
  const first = await items.next();
  const all = (async function* () {
    if (!first.done) yield first.value;
    yield* items;
  })();
  const isPiece = first.done || typeof first.value === "string" || first.value instanceof Uint8Array;
  return isPiece ? { name: "data", chunks: bytesOf(all) } : objectSource(all);
}

async function* bytesOf(pieces: AsyncGenerator<unknown>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else if (typeof piece === "string") yield encoder.encode(piece);
    else throw inputError({ expected: "pieces of bytes or text", where: "data", received: piece });
  }
}

/** Objects are handed on so many at a time. */
const BATCH = 256;
const MOST_KEYS = 1000;

function objectSource(rows: AsyncGenerator<unknown>): RecordSource {
  const columns: string[] = [];
  const index = new Map<string, number>();
  const column = (key: string, row: number): number => {
    const at = index.get(key) ?? columns.length;
    if (at === columns.length) {
      if (at === MOST_KEYS)
        throw inputError({
          expected: `at most ${MOST_KEYS} different keys, found more`,
          where: `row ${row}`,
        });
      index.set(key, at);
      columns.push(key);
    }
    return at;
  };
  return {
    ...{ name: "data", kind: "objects", columns },
    records: (async function* () {
      let [batch, row]: [Cells[], number] = [[], 0];
      for await (const given of rows) {
        row++;
        if (typeof given !== "object" || given === null || Array.isArray(given))
          throw inputError({
            expected: "an object, its keys the columns",
            where: `row ${row}`,
            received: given,
          });
        const cells: Cell[] = [];
        for (const [key, value] of Object.entries(given)) cells[column(key, row)] = cellOf(value);
        batch.push(cells);
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
      if (batch.length > 0) yield batch;
    })(),
  };
}
