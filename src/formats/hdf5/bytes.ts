/**
 * Reading HDF5's little-endian structures. Everything goes through a cursor that knows its bounds, so a wrong address
 * or length in a file ends in a message, never in a read outside it.
 */
import { type InputError, inputError } from "../../errors.js";

/** HDF5 writes "no address" as all ones. */
const UNDEFINED_ADDRESS = 0xffffffffffffffffn;

export function hdf5Error(where: string, expected: string, received?: unknown, next?: string): InputError {
  return inputError({ expected, where, received, next });
}

/** A file's bytes, what messages call it, and how much it may still unpack to. */
export class Source {
  readonly #view: DataView;
  #allowance: number;
  #steps = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Several names may lead to the same bytes, and compressed data grows: what all reading together may come to.
    this.#allowance = 32 * 2 ** 20 + 20 * bytes.length;
  }

  /** Takes `size` bytes out of what this file may come to, or refuses. */
  take(size: number, where: string): void {
    this.#allowance -= size;
    if (!(this.#allowance >= 0)) {
      const expected = `contents in proportion to the file's ${this.bytes.length} bytes`;
      throw hdf5Error(where, expected, "far more declared or repeated");
    }
  }

  /** Counts one structure visited: links and heaps can be woven so that a small file takes for ever to walk. */
  step(where: string): void {
    if (++this.#steps > MOST_STEPS)
      throw hdf5Error(where, `at most ${MOST_STEPS} structures to visit`, "more");
  }

  /** A cursor over `length` bytes from `start`; `where` names the object they belong to. */
  cursor(start: number, length: number, where: string): Cursor {
    this.step(where);
    if (!(start >= 0 && length >= 0 && start + length <= this.bytes.length)) {
      throw hdf5Error(where, "data inside the file", `bytes ${start} to ${start + length}`, CUT_SHORT);
    }
    return new Cursor(this.bytes, this.#view, start, start + length, where);
  }

  /** A cursor from `start` to the end of the file. */
  from(start: number, where: string): Cursor {
    return this.cursor(start, this.bytes.length - start, where);
  }
}

const MOST_STEPS = 1_000_000;
const CUT_SHORT = "The file may have been cut short or damaged: fetch it again.";

export class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
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
    return this.bytes[this.#advance(1)]!;
  }

  u16(): number {
    return this.view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.#advance(4), true);
  }

  /** A length or count of 8 bytes; anything beyond 2⁵³ is certainly wrong and becomes Infinity, which fits nowhere. */
  u64(): number {
    const value = this.view.getBigUint64(this.#advance(8), true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }

  /** An unsigned number of 1 to 8 bytes. */
  unsigned(size: number): number {
    const start = this.#advance(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.bytes[start + i]!;
    return value;
  }

  /** A file address, or undefined where the file says "none". */
  address(): number | undefined {
    const value = this.view.getBigUint64(this.#advance(8), true);
    if (value === UNDEFINED_ADDRESS) return undefined;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
  }

  skip(size: number): void {
    this.#advance(size);
  }

  /** A view (not a copy) of the next `size` bytes. */
  take(size: number): Uint8Array {
    const start = this.#advance(size);
    return this.bytes.subarray(start, start + size);
  }

  /** A cursor over the next `size` bytes alone. */
  within(size: number): Cursor {
    const start = this.#advance(size);
    return new Cursor(this.bytes, this.view, start, start + size, this.where);
  }

  /** Text up to a NUL or the end of the next `size` bytes, whichever comes first. */
  text(size: number): string {
    return decodeText(this.take(size));
  }

  /** The four letters that open most structures. */
  signature(letters: string): void {
    const start = this.at;
    if (this.left < 4 || this.text(4) !== letters) {
      throw hdf5Error(this.where, `HDF5's "${letters}" at byte ${start}`, "something else", CUT_SHORT);
    }
  }
}

const utf8 = new TextDecoder();

/** UTF-8 up to the first NUL. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
