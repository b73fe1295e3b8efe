/** Blocks of a file of rows, as they are put together: see row-file.ts. */
import { inputError } from "../base/errors.js";

/** Rows a block. */
export const BLOCK = 64;

/** What every row of a file holds. */
export interface RowLayout {
  /** Bytes an id: 2 or 4. */
  readonly idBytes: number;
  /** Numbers of float32 that a row has besides its ids: targets, say. */
  readonly values: number;
  /** All ids are below this. */
  readonly limit: number;
}

type Checksum = (bytes: Uint8Array, before?: number) => number;

/** The block that is being written, which can be read already. */
export class BlockWriter {
  /** How many rows it has. */
  rows = 0;
  private readonly counts = new Uint32Array(BLOCK);
  private readonly starts = new Uint32Array(BLOCK);
  private words = new Uint32Array(4096);
  private halves = new Uint16Array(this.words.buffer);
  private floats = new Float32Array(this.words.buffer);
  private used = 0;

  constructor(
    private readonly layout: RowLayout,
    private readonly crc32: Checksum,
  ) {}

  /** Adds row `row` of the file. @throws InputError for an id beyond the limit, or other values than the layout says */
  add(row: number, ids: ArrayLike<number>, count: number, values: ArrayLike<number> = []): void {
    const { idBytes, values: width, limit } = this.layout;
    if (values.length !== width)
      throw inputError({ expected: `${width} values a row`, where: `row ${row}`, received: values.length });
    const size = 1 + width + Math.ceil((count * idBytes) / 4);
    this.grow(this.used + size);
    const at = this.used;
    this.words.fill(0, at, at + size);
    this.floats.set(values, at + 1);
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (!(id >= 0 && id < limit))
        throw inputError({ expected: `ids below ${limit}`, where: `row ${row}`, received: id });
      if (idBytes === 2) this.halves[2 * (at + 1 + width) + i] = id;
      else this.words[at + 1 + width + i] = id;
    }
    const bytes = new Uint8Array(this.words.buffer, (at + 1) * 4, (size - 1) * 4);
    this.words[at] = this.crc32(bytes, row % 2 ** 32);
    this.counts[this.rows] = count;
    this.starts[this.rows] = at;
    this.rows++;
    this.used += size;
  }

  countOf(place: number): number {
    return this.counts[place]!;
  }

  /** The words in which a row lies, and where. */
  placeOf(place: number): [Uint32Array, number] {
    return [this.words, this.starts[place]!];
  }

  /** The block's bytes, which is empty then. @param block its number in the file */
  end(block: number): Uint8Array {
    const { rows, used } = this;
    const whole = new Uint32Array(rows + 1 + used);
    whole.set(this.counts.subarray(0, rows));
    whole[rows] = this.crc32(new Uint8Array(whole.buffer, 0, rows * 4), block);
    whole.set(this.words.subarray(0, used), rows + 1);
    [this.rows, this.used] = [0, 0];
    return new Uint8Array(whole.buffer);
  }

  private grow(least: number): void {
    if (least <= this.words.length) return;
    const larger = new Uint32Array(Math.max(least, this.words.length * 2));
    larger.set(this.words.subarray(0, this.used));
    this.words = larger;
    this.halves = new Uint16Array(larger.buffer);
    this.floats = new Float32Array(larger.buffer);
  }
}
