/** Bytes in order from chunks of any size; of a file of several GB only what is asked for at a time is in memory. */
import { inputError } from "../../base/errors.js";
import type { Chunks } from "../source.js";

/** Bytes read in order. What is asked for must be there: see `ensure` and `need`. */
export class Bytes {
  private buffer = new Uint8Array(0);
  private view = new DataView(this.buffer.buffer);
  private at = 0;
  private before = 0;
  private readonly iterator: AsyncIterator<Uint8Array>;

  constructor(
    chunks: Chunks,
    readonly name: string,
  ) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** Where the next byte is in the file (unpacked, where it was packed). */
  get offset(): number {
    return this.before + this.at;
  }

  /** Bytes at hand. */
  get available(): number {
    return this.buffer.length - this.at;
  }

  /** Has so many bytes at hand, or all that are left where there are fewer: then false. */
  async ensure(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    const parts: Uint8Array[] = [this.buffer.subarray(this.at)];
    let length = this.available;
    while (length < count) {
      const next = await this.iterator.next();
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    const whole = new Uint8Array(length);
    let to = 0;
    for (const part of parts) {
      whole.set(part, to);
      to += part.length;
    }
    this.before += this.at;
    [this.buffer, this.view, this.at] = [whole, new DataView(whole.buffer), 0];
    return length >= count;
  }

  /** As `ensure`, where fewer bytes mean that the file is cut. @throws InputError */
  async need(count: number, what: string): Promise<void> {
    if (this.available >= count || (await this.ensure(count))) return;
    throw inputError({
      expected: `${count} bytes of ${what}`,
      where: `${this.name}, byte ${this.offset}`,
      received: this.available,
      next: "The file is cut short: fetch it again.",
    });
  }

  /** Where a byte is among those at hand, counted from the next one; -1 where it is not. */
  find(byte: number, from = 0): number {
    const found = this.buffer.indexOf(byte, this.at + from);
    return found < 0 ? -1 : found - this.at;
  }

  /** The next bytes without passing them; valid until more are read. */
  peek(count: number): Uint8Array {
    return this.buffer.subarray(this.at, this.at + count);
  }

  /** The next bytes; valid until more are read. */
  take(count: number): Uint8Array {
    const taken = this.peek(count);
    this.at += count;
    return taken;
  }

  int32(): number {
    this.at += 4;
    return this.view.getInt32(this.at - 4, true);
  }

  /** Exact up to 2^53; what is larger is too large for all that is counted here. */
  int64(): number {
    this.at += 8;
    return Number(this.view.getBigInt64(this.at - 8, true));
  }

  float32(): number {
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
