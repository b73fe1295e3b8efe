/** The header and the index of a file of rows: see row-file.ts. */
import { createHash } from "node:crypto";
import { inputError } from "../base/errors.js";
import { BLOCK, type RowLayout } from "./row-blocks.js";

const MAGIC = "cellstate-rows-1";
/** Reads as another number where a machine's bytes run the other way. */
const ORDER = 0x01020304;
const LITTLE = new Uint8Array(new Uint32Array([ORDER]).buffer)[0] === 4;

/** Its bytes. */
export const HEADER = 128;
/** Places of its fields. */
const AT = {
  order: 16,
  idBytes: 20,
  values: 24,
  limit: 32,
  rows: 40,
  end: 48,
  digest: 56,
  seal: 88,
} as const;

/** What a header says, and the index. */
export interface RowHeader {
  readonly layout: RowLayout;
  readonly rows: number;
  /** [blocks + 1] where each block begins, and where the last ends */
  readonly starts: Float64Array;
  /** The SHA-256 of all blocks, in hexadecimal digits. */
  readonly digest: string;
}

/** The header's bytes, and those of the index. */
export function encodeHeader({ layout, rows, starts, digest }: RowHeader): [Uint8Array, Uint8Array] {
  const blocks = Math.ceil(rows / BLOCK);
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode(MAGIC));
  view.setUint32(AT.order, ORDER, LITTLE);
  view.setUint32(AT.idBytes, layout.idBytes, LITTLE);
  view.setUint32(AT.values, layout.values, LITTLE);
  view.setFloat64(AT.limit, layout.limit, LITTLE);
  view.setFloat64(AT.rows, rows, LITTLE);
  view.setFloat64(AT.end, starts[blocks]!, LITTLE);
  header.set(Buffer.from(digest, "hex"), AT.digest);
  const index = Uint32Array.from({ length: blocks }, (_, block) => starts[block + 1]! - starts[block]!);
  header.set(Buffer.from(sealOf(header, index), "hex"), AT.seal);
  return [header, new Uint8Array(index.buffer)];
}

/**
 * What a file's header and index say.
 * @param size the file's bytes
 * @param readAt fills bytes from a place of the file; returns how many there were
 * @throws InputError where they are not as they were written
 */
export function decodeHeader(
  path: string,
  size: number,
  readAt: (bytes: Uint8Array, at: number) => number,
): RowHeader {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  const isRows = size >= HEADER && readAt(header, 0) === HEADER;
  if (!isRows || new TextDecoder("latin1").decode(header.subarray(0, AT.order)) !== MAGIC)
    throw refusedRows(path, "no file of rows");
  if (view.getUint32(AT.order, LITTLE) !== ORDER) throw refusedRows(path, "one of a machine of another kind");
  const [idBytes, values] = [view.getUint32(AT.idBytes, LITTLE), view.getUint32(AT.values, LITTLE)];
  const limit = view.getFloat64(AT.limit, LITTLE);
  const [rows, end] = [view.getFloat64(AT.rows, LITTLE), view.getFloat64(AT.end, LITTLE)];
  const blocks = Math.ceil(rows / BLOCK);
  // The index is as large as the file says, and no larger: room for it is taken only then.
  const isSound =
    (idBytes === 2 || idBytes === 4) &&
    [rows, end, limit].every((each) => Number.isSafeInteger(each) && each >= 0) &&
    end >= HEADER &&
    end + blocks * 4 === size;
  if (!isSound) throw refusedRows(path, "a damaged one: its header and its size disagree");
  const index = new Uint32Array(blocks);
  if (readAt(new Uint8Array(index.buffer), end) < blocks * 4) throw refusedRows(path, "a short one");
  if (sealOf(header, index) !== hex(header.subarray(AT.seal, AT.seal + 32)))
    throw refusedRows(path, "a damaged one: its header or index does not match its checksum");
  const starts = new Float64Array(blocks + 1);
  starts[0] = HEADER;
  for (let block = 0; block < blocks; block++) starts[block + 1] = starts[block]! + index[block]!;
  if (starts[blocks] !== end) throw refusedRows(path, "a damaged one: its blocks do not reach its index");
  return {
    layout: { idBytes, values, limit },
    rows,
    starts,
    digest: hex(header.subarray(AT.digest, AT.digest + 32)),
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const sealOf = (header: Uint8Array, index: Uint32Array): string =>
  createHash("sha256")
    .update(header.subarray(0, AT.seal))
    .update(new Uint8Array(index.buffer, index.byteOffset, index.byteLength))
    .digest("hex");

/** @param received what is wrong with the file */
export const refusedRows = (path: string, received: string) =>
  inputError({
    expected: "a file of rows, as it was written",
    where: path,
    received,
    next: "Begin anew: such files are made again from the data.",
  });
