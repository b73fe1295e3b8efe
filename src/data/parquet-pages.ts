/**
 * The values of one column of a group of rows, page by page. hyparquet takes lengths and counts as they stand, so each is
 * held against the page before a library makes anything of it; values are made when they are asked for.
 * @see https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
import type { PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { inputError } from "../base/errors.js";
import { inflateExactly } from "../base/inflate.js";
import { checkCompact } from "./compact-protocol.js";
import type { Allowance } from "./parquet-allowance.js";
import { cellsOf, type Stored } from "./parquet-cells.js";
import type { Chunk, Leaf } from "./parquet-footer.js";
import type { Cell } from "./records.js";
import { unsnappy } from "./snappy.js";

/** Unpacks what one page holds; the result must be of `length` bytes. */
export type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** Values of a page's header, statistics among them. */
const MOST_HEADER_VALUES = 100;
/** Bytes that a value takes beside what it is made of: a level, an index; as an entry of a dictionary, a text. */
const VALUE_BYTES = 5;
const ENTRY_BYTES = 40;

interface Page {
  left: number;
  next: () => Cell;
  /** What the allowance holds for it. */
  held: number;
}

/** What a page says of its values. */
interface Layout {
  count: number;
  encoding: string;
  levels: Uint8Array | undefined;
  body: Uint8Array;
}

export class ColumnPages {
  private at = 0;
  private page: Page | undefined;
  private dictionary: Cell[] | undefined;
  private readonly cell: (value: Stored) => Cell;
  private held = 0;

  /**
   * @param bytes the chunk, page headers among them
   * @param rows of its group
   */
  constructor(
    private readonly leaf: Leaf,
    private readonly chunk: Chunk,
    private readonly bytes: Uint8Array,
    private rows: number,
    private readonly allowance: Allowance,
    private readonly unzstd: Unpack | undefined,
  ) {
    if (chunk.type !== leaf.type) throw new Error("a column of another type than the schema has");
    this.cell = cellsOf(leaf.meaning);
  }

  /** The next row's cell. @throws Error in a few words, where there is none */
  next(): Cell {
    while (this.page === undefined || this.page.left === 0) this.open();
    this.page.left--;
    return this.page.next();
  }

  /** Gives back what the column holds. */
  close(): void {
    this.allowance.hold(-this.held - (this.page?.held ?? 0));
    this.page = undefined;
  }

  private open(): void {
    this.allowance.page();
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    if (this.at >= this.bytes.length) throw new Error("a column with fewer values than its group has rows");
    checkCompact(view, this.at, MOST_HEADER_VALUES);
    const reader = { view, offset: this.at };
    const header = parquetHeader(reader);
    const end = reader.offset + count(header.compressed_page_size);
    if (end > this.bytes.length) throw new Error("a page longer than its column");
    const packed = this.bytes.subarray(reader.offset, end);
    this.at = end;
    if (header.type === "DICTIONARY_PAGE") this.openDictionary(header, packed);
    else if (header.type === "DATA_PAGE") this.openData(header, this.first(header, packed));
    else if (header.type === "DATA_PAGE_V2") this.openData(header, this.second(header, packed));
  }

  private openDictionary(header: PageHeader, packed: Uint8Array): void {
    const about = present(header.dictionary_page_header);
    if (this.dictionary) throw new Error("a column with two dictionaries");
    if (!["PLAIN", "PLAIN_DICTIONARY"].includes(about.encoding))
      throw new Error("a dictionary in an unknown encoding");
    const body = this.unpack(packed, count(header.uncompressed_page_size));
    const entries = count(about.num_values);
    if (entries > 8 * body.length) throw new Error("a dictionary longer than its page");
    this.held = ENTRY_BYTES * entries + 2 * body.length;
    this.allowance.hold(this.held);
    const next = plain(body, this.leaf);
    this.dictionary = Array.from({ length: entries }, () => this.cell(next()));
  }

  private openData(header: PageHeader, layout: Layout): void {
    if (layout.count > this.rows) throw new Error("a column with more values than its group has rows");
    this.rows -= layout.count;
    const held = count(header.uncompressed_page_size) + VALUE_BYTES * layout.count;
    this.allowance.hold(held - (this.page?.held ?? 0));
    const { levels } = layout;
    const filled = levels ? levels.reduce((sum, level) => sum + level, 0) : layout.count;
    const value = this.values(layout, filled);
    let at = 0;
    const next = levels ? () => (levels[at++] === 0 ? undefined : value()) : value;
    this.page = { left: layout.count, next, held };
  }

  /** A page of the first version: levels and values are packed together. */
  private first(header: PageHeader, packed: Uint8Array): Layout {
    const about = present(header.data_page_header);
    const values = this.fit(about.num_values);
    let body = this.unpack(packed, count(header.uncompressed_page_size));
    let levels: Uint8Array | undefined;
    if (this.leaf.optional) {
      if (about.definition_level_encoding !== "RLE") throw new Error("levels in an old encoding");
      const length = viewOf(body).getUint32(0, true);
      levels = levelsOf(slice(body, 4, length), values);
      body = body.subarray(4 + length);
    }
    return { count: values, encoding: about.encoding, levels, body };
  }

  /** A page of the second version: levels stand before what is packed. */
  private second(header: PageHeader, packed: Uint8Array): Layout {
    const about = present(header.data_page_header_v2);
    const values = this.fit(about.num_values);
    const before = count(about.repetition_levels_byte_length);
    const length = count(about.definition_levels_byte_length);
    const stored = slice(packed, before, length);
    const levels = this.leaf.optional ? levelsOf(stored, values) : undefined;
    const rest = packed.subarray(before + length);
    const size = header.uncompressed_page_size - before - length;
    // Of no values some write no bytes, which no compression would.
    const body = about.is_compressed && size !== 0 ? this.unpack(rest, count(size)) : rest;
    return { count: values, encoding: about.encoding, levels, body };
  }

  /** A page's number of values, before anything of that length is made. */
  private fit(values: unknown): number {
    const fits = count(values);
    if (fits > this.rows) throw new Error("a column with more values than its group has rows");
    return fits;
  }

  private values({ encoding, body }: Layout, filled: number): () => Cell {
    const { leaf, cell, dictionary } = this;
    if (filled === 0) return () => undefined;
    const through = (next: () => Stored) => () => cell(next());
    switch (encoding) {
      case "PLAIN":
        return through(plain(body, leaf));
      case "PLAIN_DICTIONARY":
      case "RLE_DICTIONARY":
        if (!dictionary) throw new Error("a column without the dictionary that it needs");
        return entriesOf(dictionary, body, filled);
      case "RLE":
        if (leaf.type === "BOOLEAN") return through(truths(body, filled));
        break;
      case "DELTA_BINARY_PACKED":
        if (leaf.type === "INT32" || leaf.type === "INT64") return through(deltas(body, filled, leaf.type));
        break;
      case "DELTA_LENGTH_BYTE_ARRAY":
        if (leaf.type === "BYTE_ARRAY") return through(afterLengths(body, filled));
        break;
      case "DELTA_BYTE_ARRAY":
        if (leaf.type.endsWith("BYTE_ARRAY"))
          return through(afterPrefixes(body, filled, leaf, this.allowance));
        break;
      case "BYTE_STREAM_SPLIT":
        if (leaf.width > 0) return through(split(body, filled, leaf));
    }
    throw new Error(`a column of type ${leaf.type} in encoding ${encoding}`);
  }

  private unpack(packed: Uint8Array, size: number): Uint8Array {
    const { allowance } = this;
    allowance.grow(size);
    // What is held is counted where it is kept; nothing that is too much is made to find that out.
    allowance.hold(size);
    allowance.hold(-size);
    const unpacked = this.inflate(packed, size);
    if (unpacked.length !== size) throw new Error("a page of another length than it says");
    return unpacked;
  }

  private inflate(packed: Uint8Array, size: number): Uint8Array {
    const { name, work } = this.allowance;
    switch (this.chunk.codec) {
      case "UNCOMPRESSED":
        return packed;
      case "SNAPPY":
        return unsnappy(packed, size);
      case "GZIP":
        return inflateExactly(withoutGzip(packed), size, name, false, work);
      case "ZSTD":
        if (this.unzstd) return whole(this.unzstd, packed, size);
        throw inputError({
          expected: "pages that this platform can unpack, found Zstandard",
          where: name,
          next: "Node can from 22.15 on. Or write it again, with compression snappy.",
        });
      default:
        throw inputError({
          expected: `pages packed by Snappy, gzip or Zstandard, found ${this.chunk.codec}`,
          where: name,
          next: "Write it again, with compression snappy.",
        });
    }
  }
}

function whole(unzstd: Unpack, packed: Uint8Array, size: number): Uint8Array {
  try {
    return unzstd(packed, size);
  } catch {
    throw new Error("a page whose Zstandard is damaged");
  }
}

function count(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error("a page with a count that is none");
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a page that does not say what it holds");
  return value;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function slice(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (from > bytes.length || length > bytes.length - from) throw cut();
  return bytes.subarray(from, from + length);
}

const cut = () => new Error("a page that is cut short");

/** What stands between gzip's header and its checksum and length (RFC 1952). */
function withoutGzip(bytes: Uint8Array): Uint8Array {
  const flags = bytes[3] ?? 0;
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8)
    throw new Error("a page that is no gzip");
  let at = 10;
  if (flags & 4) at += 2 + viewOf(bytes).getUint16(at, true);
  // A name, and a remark, each up to a zero.
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1 || bytes.length;
  if (flags & 2) at += 2;
  if (at > bytes.length - 8) throw cut();
  return bytes.subarray(at, -8);
}

/** Values one behind the other. */
function plain(body: Uint8Array, { type, width }: Leaf): () => Stored {
  const view = viewOf(body);
  let at = 0;
  const step = (bytes: number) => (at += bytes) - bytes;
  switch (type) {
    case "BOOLEAN":
      return () => {
        const bit = step(1);
        return ((view.getUint8(bit >> 3) >> (bit & 7)) & 1) === 1;
      };
    case "INT32":
      return () => view.getInt32(step(4), true);
    case "INT64":
      return () => view.getBigInt64(step(8), true);
    case "FLOAT":
      return () => view.getFloat32(step(4), true);
    case "DOUBLE":
      return () => view.getFloat64(step(8), true);
    case "BYTE_ARRAY":
      return () => {
        const length = view.getUint32(step(4), true);
        return slice(body, step(length), length);
      };
    default:
      return () => slice(body, step(width), width);
  }
}

/** Definition levels of a column by itself: 1 where there is a value. */
function levelsOf(stored: Uint8Array, values: number): Uint8Array {
  const levels = new Uint8Array(values);
  runs(stored, 1, levels);
  if (levels.some((level) => level > 1)) throw new Error("a level that its column has not");
  return levels;
}

/** A dictionary's entries by index; the width of an index stands first. */
function entriesOf(dictionary: readonly Cell[], body: Uint8Array, filled: number): () => Cell {
  const [width] = body;
  if (width === undefined) throw cut();
  const indices = new Uint32Array(filled);
  if (width > 0) runs(body.subarray(1), width, indices);
  if (indices.some((index) => index >= dictionary.length))
    throw new Error("an index that its dictionary has not");
  let at = 0;
  return () => dictionary[indices[at++]!];
}

function truths(body: Uint8Array, filled: number): () => boolean {
  const bits = new Uint8Array(filled);
  runs(slice(body, 4, viewOf(body).getUint32(0, true)), 1, bits);
  let at = 0;
  return () => bits[at++] === 1;
}

/** Wider ones no dictionary that is read has; with the rest of a byte they fit into a number's bits. */
const MOST_BITS = 24;

/** Runs of one value, and of values packed bit by bit, as many as there is room for. */
function runs(stored: Uint8Array, width: number, out: Uint8Array | Uint32Array): void {
  if (width > MOST_BITS) throw new Error(`indices of ${width} bits`);
  const reader = new Varints(stored);
  for (let at = 0; at < out.length; ) {
    const head = reader.next(35);
    const length = Math.floor(head / 2);
    if (head % 2 === 1) {
      // Groups of eight values, the last of which may be filled up.
      const bits = stored.subarray(reader.skip(length * width));
      at = packedBits(bits, width, out, at, Math.min(8 * length, out.length - at));
    } else {
      // A run may stand for any number of values.
      if (length > out.length - at) throw new Error("a run longer than its page");
      const from = reader.skip(Math.ceil(width / 8));
      out.fill(little(stored.subarray(from, reader.at)), at, at + length);
      at += length;
    }
  }
}

const little = (bytes: Uint8Array): number => bytes.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);

/** @returns where the next value goes */
function packedBits(
  bytes: Uint8Array,
  width: number,
  out: Uint8Array | Uint32Array,
  at: number,
  values: number,
): number {
  let [bits, held, from] = [0, 0, 0];
  for (const end = at + values; at < end; at++) {
    for (; held < width; held += 8) bits |= bytes[from++]! << held;
    out[at] = bits & ((1 << width) - 1);
    bits >>>= width;
    held -= width;
  }
  return at;
}

/** Whole numbers as differences, each block with its least, each part of a block with its width. */
function deltas(body: Uint8Array, filled: number, type: string): () => number | bigint {
  const { values } = unpackDeltas(body, filled, type);
  let at = 0;
  return () => values[at++]!;
}

function unpackDeltas(body: Uint8Array, filled: number, type: string) {
  const values = type === "INT32" ? new Int32Array(filled) : new BigInt64Array(filled);
  const end = checkDeltas(body, filled);
  deltaBinaryUnpack({ view: viewOf(body), offset: 0 }, filled, values);
  return { values, end };
}

/** @returns where they end */
function checkDeltas(body: Uint8Array, values: number): number {
  const reader = new Varints(body);
  const [block, parts, total] = [reader.next(28), reader.next(28), reader.next(35)];
  const part = block / parts;
  const whole = block > 0 && block % 128 === 0 && part % 32 === 0;
  if (!whole || total !== values) throw new Error("differences that are not what they say");
  reader.next(70);
  for (let left = values - 1; left > 0; ) {
    reader.next(70);
    const widths = reader.skip(parts);
    for (let i = 0; i < parts && left > 0; i++, left -= part) {
      const width = body[widths + i]!;
      if (width > 64) throw new Error("differences of more than 64 bits");
      reader.skip((part * width) / 8);
    }
  }
  return reader.at;
}

function lengths(body: Uint8Array, filled: number): { values: Int32Array; rest: Uint8Array } {
  const { values, end } = unpackDeltas(body, filled, "INT32");
  return { values: values as Int32Array, rest: body.subarray(end) };
}

/** Lengths of all values, then the values. */
function afterLengths(body: Uint8Array, filled: number): () => Uint8Array {
  const { values, rest } = lengths(body, filled);
  let [at, from] = [0, 0];
  return () => {
    const length = count(values[at++]);
    from += length;
    return slice(rest, from - length, length);
  };
}

/** How much each value has in common with the one before, then what does not. */
function afterPrefixes(body: Uint8Array, filled: number, leaf: Leaf, allowance: Allowance): () => Uint8Array {
  const prefixes = lengths(body, filled);
  const suffix = afterLengths(prefixes.rest, filled);
  let at = 0;
  let last = new Uint8Array(0);
  return () => {
    const prefix = slice(last, 0, count(prefixes.values[at++]));
    const rest = suffix();
    // Each may repeat the whole of the one before.
    allowance.grow(prefix.length);
    const value = new Uint8Array(prefix.length + rest.length);
    value.set(prefix);
    value.set(rest, prefix.length);
    if (leaf.width > 0 && value.length !== leaf.width)
      throw new Error("a value of another length than its type");
    last = value;
    return value;
  };
}

/** The first bytes of all values, then the second ones, and so on. */
function split(body: Uint8Array, filled: number, leaf: Leaf): () => Stored {
  if (body.length !== filled * leaf.width) throw cut();
  const joined = new Uint8Array(body.length);
  for (let byte = 0; byte < leaf.width; byte++)
    for (let i = 0; i < filled; i++) joined[i * leaf.width + byte] = body[byte * filled + i]!;
  return plain(joined, leaf);
}

/** Numbers of seven bits a byte. */
class Varints {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** @param bits that it has at most */
  next(bits: number): number {
    let value = 0;
    for (let scale = 0; scale < bits; scale += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw cut();
      value += (byte & 0x7f) * 2 ** scale;
      if (byte < 0x80) return value;
    }
    throw new Error("a page with a number that is too long");
  }

  /** @returns where what is passed over begins */
  skip(bytes: number): number {
    if (bytes > this.bytes.length - this.at) throw cut();
    this.at += bytes;
    return this.at - bytes;
  }
}
