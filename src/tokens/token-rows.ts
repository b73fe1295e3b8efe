/** Where the numbered tokens of texts are kept, a row a text: in memory, or wherever a program has room for more. */
import { inputError } from "../base/errors.js";
import { grown } from "./token-table.js";

/** Rows of numbers, which are only ever added. */
export interface TokenRows {
  /** How many rows there are. */
  readonly rows: number;
  /** Numbers in all rows. */
  readonly numbers: number;
  /** Adds a row of the first `count` of these numbers. */
  add(numbers: Int32Array, count: number): void;
  /** How many numbers a row has. */
  countOf(row: number): number;
  /** The numbers of a row: a view, which lasts until another row is read or added. */
  read(row: number): Int32Array;
  /** Others of the same kind, without rows. */
  fresh(): TokenRows;
  /** Frees what is held besides memory. */
  close(): void;
}

/** In memory. */
export class MemoryTokenRows implements TokenRows {
  private tokens = new Int32Array(4096);
  /** [rows + 1] where each row begins */
  private starts = new Uint32Array(256);
  private count = 0;

  get rows(): number {
    return this.count;
  }

  get numbers(): number {
    return this.starts[this.count]!;
  }

  add(numbers: Int32Array, count: number): void {
    const at = this.numbers;
    if (at + count > this.tokens.length) this.tokens = grown(this.tokens, at + count);
    if (this.count + 2 > this.starts.length) this.starts = grown(this.starts, this.count + 2);
    this.tokens.set(numbers.subarray(0, count), at);
    this.starts[++this.count] = at + count;
  }

  countOf(row: number): number {
    checkRow(row, this.count);
    return this.starts[row + 1]! - this.starts[row]!;
  }

  read(row: number): Int32Array {
    checkRow(row, this.count);
    return this.tokens.subarray(this.starts[row], this.starts[row + 1]);
  }

  fresh(): TokenRows {
    return new MemoryTokenRows();
  }

  close(): void {}
}

/** @throws InputError where there is no such row */
export function checkRow(row: number, rows: number): void {
  if (Number.isInteger(row) && row >= 0 && row < rows) return;
  throw inputError({ expected: `a row from 0 to ${rows - 1}`, where: "tokenized texts", received: row });
}
