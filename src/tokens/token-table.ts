/**
 * A table that numbers distinct tokens 0, 1, 2 … in order of first sight. Tokens are bytes in one pool, found by open
 * addressing: a lookup makes no string, and any word is safe in it, "__proto__" and "10" included.
 */
import { hashOf } from "./split.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class TokenTable {
  /** How many tokens there are. */
  size = 0;
  /** [capacity][2] a token's hash and its number plus one, or zeros */
  private slots = new Int32Array(2048);
  /** [size + 1] where each token begins in the pool */
  private starts = new Uint32Array(512);
  private pool = new Uint8Array(8192);

  /** The token's number, or -1. */
  find(bytes: Uint8Array, start: number, length: number, hash: number): number {
    const slots = this.slots;
    const mask = (slots.length >> 1) - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot + 1]! - 1;
      if (number < 0) return -1;
      if (slots[2 * slot] === hash && this.isAt(number, bytes, start, length)) return number;
    }
  }

  /** The token's number, a new one where it is not there yet. */
  add(bytes: Uint8Array, start: number, length: number, hash: number): number {
    const found = this.find(bytes, start, length, hash);
    if (found >= 0) return found;
    if ((this.size + 1) * 4 > this.slots.length) this.growSlots();
    if (this.size + 2 > this.starts.length) this.starts = grown(this.starts, this.size + 2);
    const from = this.starts[this.size]!;
    if (from + length > this.pool.length) this.pool = grown(this.pool, from + length);
    this.pool.set(bytes.subarray(start, start + length), from);
    this.starts[this.size + 1] = from + length;
    this.place(hash, this.size);
    return this.size++;
  }

  addWord(word: string): number {
    const bytes = encoder.encode(word);
    return this.add(bytes, 0, bytes.length, hashOf(bytes));
  }

  findWord(word: string): number {
    const bytes = encoder.encode(word);
    return this.find(bytes, 0, bytes.length, hashOf(bytes));
  }

  /** [size] this table's tokens as another numbers them; -1 where it has none. */
  numbersIn(other: TokenTable): Int32Array {
    return Int32Array.from({ length: this.size }, (_, number) => {
      const start = this.starts[number]!;
      const length = this.starts[number + 1]! - start;
      return other.find(this.pool, start, length, hashOf(this.pool.subarray(start, start + length)));
    });
  }

  /** Whether a byte of a token is so large or larger: letters of most scripts begin so, ASCII never does. */
  reaches(number: number, byte: number): boolean {
    for (let i = this.starts[number]!; i < this.starts[number + 1]!; i++)
      if (this.pool[i]! >= byte) return true;
    return false;
  }

  word(number: number): string {
    return decoder.decode(this.pool.subarray(this.starts[number], this.starts[number + 1]));
  }

  /** Negative where a comes before b by bytes, which is the order of code points. */
  compare(a: number, b: number): number {
    const { pool, starts } = this;
    const [fromA, fromB] = [starts[a]!, starts[b]!];
    const [lengthA, lengthB] = [starts[a + 1]! - fromA, starts[b + 1]! - fromB];
    const both = Math.min(lengthA, lengthB);
    for (let i = 0; i < both; i++) {
      if (pool[fromA + i] !== pool[fromB + i]) return pool[fromA + i]! - pool[fromB + i]!;
    }
    return lengthA - lengthB;
  }

  private isAt(number: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { pool, starts } = this;
    const from = starts[number]!;
    if (starts[number + 1]! - from !== length) return false;
    for (let i = 0; i < length; i++) if (pool[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private place(hash: number, number: number): void {
    const mask = (this.slots.length >> 1) - 1;
    let slot = spread(hash) & mask;
    while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.slots[2 * slot] = hash;
    this.slots[2 * slot + 1] = number + 1;
  }

  /** Keeps at most half of the slots taken. */
  private growSlots(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.place(old[i]!, old[i + 1]! - 1);
  }
}

/** FNV's low bits are its weak ones: fold the high ones in. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** The array with room for at least so many elements, its contents kept. */
export function grown<A extends Int32Array | Uint32Array | Uint8Array>(array: A, least: number): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(least, array.length * 2));
  larger.set(array as never);
  return larger;
}
