/**
 * Reading HDF5's little-endian structures. Everything goes through a cursor that knows its bounds, so a wrong address
 * or length in a file ends in a message, never in a read outside it.
 */
import { type InputError, inputError } from "../../base/errors.js";
import { Work } from "../../base/work.js";

/** HDF5 writes "no address" as all ones. */
const UNDEFINED_ADDRESS = 0xffffffffffffffffn;

export function hdf5Error(where: string, expected: string, received?: unknown, next?: string): InputError {
  return inputError({ expected, where, received, next });
}

/** A file's bytes, what messages call it, and what reading it may still cost. */
export class Source {
  readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
    readonly work = new Work(file, bytes.length),
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Counts a text or list entry about to be made from `size` bytes of the file, and kept. */
  value(size: number, where: string): void {
    this.work.spend(200 + size, where);
    this.work.hold(80 + 2 * size, where);
  }

  /** A cursor over `length` bytes from `start`; `where` names the object they belong to. */
  cursor(start: number, length: number, where: string): Cursor {
    this.work.spend(100, where);
    if (!(start >= 0 && length >= 0 && start + length <= this.bytes.length)) {
      throw hdf5Error(where, "data inside the file", `bytes ${start} to ${start + length}`, CUT_SHORT);
    }
    return new Cursor(this, start, start + length, where);
  }

  /** A cursor from `start` to the end of the file. */
  from(start: number, where: string): Cursor {
    return this.cursor(start, this.bytes.length - start, where);
  }
}

const CUT_SHORT = "The file may have been cut short or damaged: fetch it again.";

export class Cursor {
  constructor(
    readonly source: Source,
    public at: number,
    readonly end: number,
    readonly where: string,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  #advance(size: number): number {
    const start = this.at;
    if (!(size >= 0 && start + size <= this.end)) {
      throw hdf5Error(this.where, "intact HDF5 structures", `one cut short at byte ${start}`, CUT_SHORT);
    }
    this.at = start + size;
    return start;
  }

  u8(): number {
    return this.source.bytes[this.#advance(1)]!;
  }

  u16(): number {
    return this.source.view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.source.view.getUint32(this.#advance(4), true);
  }

  /** A length or count of 8 bytes; anything beyond 2⁵³ is certainly wrong and becomes Infinity, which fits nowhere. */
  u64(): number {
    const value = this.source.view.getBigUint64(this.#advance(8), true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }

  /** An unsigned number of 1 to 8 bytes. */
  unsigned(size: number): number {
    const start = this.#advance(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.source.bytes[start + i]!;
    return value;
  }

  /** A file address, or undefined where the file says "none". */
  address(): number | undefined {
    const value = this.source.view.getBigUint64(this.#advance(8), true);
    if (value === UNDEFINED_ADDRESS) return undefined;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }

  skip(size: number): void {
    this.#advance(size);
  }

  /** A view (not a copy) of the next `size` bytes. */
  take(size: number): Uint8Array {
    const start = this.#advance(size);
    return this.source.bytes.subarray(start, start + size);
  }

  /** A cursor over the next `size` bytes alone. */
  within(size: number): Cursor {
    const start = this.#advance(size);
    return new Cursor(this.source, start, start + size, this.where);
  }

  /** Text up to a NUL or the end of the next `size` bytes, whichever comes first. */
  text(size: number): string {
    this.source.value(size, this.where);
    return decodeText(this.take(size));
  }

  /** The four letters that open most structures. */
  signature(letters: string): void {
    const start = this.at;
    const found = this.left >= letters.length && String.fromCharCode(...this.take(letters.length));
    if (found !== letters) {
      throw hdf5Error(this.where, `HDF5's "${letters}" at byte ${start}`, "something else", CUT_SHORT);
    }
  }
}

/** As it stands in a file, a byte order mark included. */
export const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8 up to the first NUL. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
