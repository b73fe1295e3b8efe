/**
 * What reading one file may cost. A file from outside can ask for far more work than it has bytes: a name hashed once a
 * link, a list copied a call, a block that a thousand entries point at. Structures can be counted and still be walked
 * again and again, so readers count the work itself, before they do it.
 *
 * The promise (SECURITY.md): 2 s of processor time and 50 ns a byte; 200 MB of memory and 4 × the file. The budget here is
 * half of it, so that estimates may be wrong by a factor of two.
 */
import { inputError } from "./errors.js";

const BASE_NANOSECONDS = 1e9;
const NANOSECONDS_A_BYTE = 25;
const BASE_BYTES = 100e6;
const BYTES_A_BYTE = 2;

/** Bytes that may be held of a file of so many bytes. */
export const memoryFor = (size: number): number => BASE_BYTES + BYTES_A_BYTE * size;

export class Work {
  #nanoseconds: number;
  #bytes: number;

  /**
   * @param where what messages call the file
   * @param size its bytes, as stored: a reader of a compressed file counts what it unpacks as bytes of that file
   */
  constructor(
    readonly where: string,
    size: number,
  ) {
    this.#nanoseconds = BASE_NANOSECONDS + NANOSECONDS_A_BYTE * size;
    this.#bytes = memoryFor(size);
  }

  /**
   * Counts time about to be spent: about 1 a byte looked at, 100 a value made (an object, a list, a text, a map's entry).
   * `where` names the part of the file that asks for it. A count that is no number is too much as well.
   * @throws InputError when the file asks for more than its size warrants
   */
  spend(nanoseconds: number, where = this.where): void {
    this.#nanoseconds -= nanoseconds;
    if (!(this.#nanoseconds >= 0)) throw tooMuch("work", where);
  }

  /** Counts memory about to be taken and kept until the file is read: bytes of arrays; about 50 a value and 2 a character. */
  hold(bytes: number, where = this.where): void {
    this.#bytes -= bytes;
    if (!(this.#bytes >= 0)) throw tooMuch("memory", where);
  }
}

function tooMuch(what: string, where: string) {
  return inputError({
    expected: `a file that takes ${what} in proportion to its size`,
    where,
    next: "Reading it would take far more: it declares more than it holds, or asks for its parts again and again.",
  });
}
