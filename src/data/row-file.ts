/**
 * Rows of ids in a file, in place of memory: written once, read a row at a time in any order, through the pages that the
 * system keeps of files, which all processes of a machine share. It holds numbers, no texts.
 *
 *     header   magic, layout, how many rows, a digest of all rows, and a digest of header and index
 *     blocks   64 rows each: [64] how many ids, a checksum of those; then the rows: checksum, values, ids, to whole words
 *     index    [blocks] the bytes of each block
 *
 * Numbers are the machine's own, so a file is for the machine that wrote it, and others like it. In memory are eight bytes
 * a block: an eighth of a byte a row. Node only.
 */
import { createHash, type Hash, randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { crc32 as plainCrc32 } from "../base/crc32.js";
import { inputError } from "../base/errors.js";
import { fileError } from "../base/node-files.js";
import { BLOCK, BlockWriter, type RowLayout } from "./row-blocks.js";
import { decodeHeader, encodeHeader, HEADER, refusedRows } from "./row-header.js";

/** Of larger blocks a row is read by itself. */
const WHOLE_BLOCK = 2 ** 14;
/** Blocks are written so many bytes at a time. */
const PENDING = 2 ** 20;

/** What Node's types do not know of yet. */
const crc32 = (zlib as { crc32?: (bytes: Uint8Array, before?: number) => number }).crc32 ?? plainCrc32;

/** Rows of ids, each with some values, on disk. */
export class RowFile {
  /** What every row holds. */
  readonly layout: RowLayout;
  private readonly file: number;
  /** Where each block begins, and where the last ends. */
  private starts: Float64Array;
  private blocks = 0;
  private count = 0;
  private total = 0;
  /** Rows of blocks that are not full yet; null once the file is sealed. */
  private tail: BlockWriter | null;
  private pending: Uint8Array | null;
  private pendingBytes = 0;
  /** How far the file reaches. */
  private flushed = HEADER;
  private readonly hash: Hash = createHash("sha256");
  private sealed = "";
  /** The block that was looked at last: its table, and its bytes where it is small enough to be read whole. */
  private readonly table = new Uint32Array(BLOCK + 1);
  private bytes = new Uint8Array(new ArrayBuffer(WHOLE_BLOCK));
  private words = new Uint32Array(this.bytes.buffer);
  private known = -1;
  private whole = false;

  private constructor(
    file: number,
    /** How messages call it. */
    readonly name: string,
    layout: RowLayout,
    starts: Float64Array,
  ) {
    this.file = file;
    this.layout = layout;
    this.starts = starts;
    this.starts[0] = HEADER;
    this.tail = null;
    this.pending = null;
    OPEN.register(this, file, this);
  }

  /**
   * Begins a file of rows.
   * @param path where it is to be; it must not be there yet
   * @throws InputError where the folder is missing or closed to us
   */
  static create(path: string, layout: RowLayout): RowFile {
    let file: number;
    try {
      // Its rows are somebody's texts, in numbers.
      file = openSync(path, "wx+", 0o600);
    } catch (error) {
      throw fileError(error, path, "written");
    }
    const made = new RowFile(file, path, layout, new Float64Array(1024));
    made.tail = new BlockWriter(layout, crc32);
    made.pending = new Uint8Array(PENDING);
    return made;
  }

  /**
   * Begins a file that no other process sees and that is gone when this one ends, however that happens: its name is taken
   * away at once.
   * @param folder where there is room
   */
  static scratch(folder: string, layout: RowLayout): RowFile {
    const path = join(folder, `.cellstate-${randomBytes(6).toString("hex")}.rows.tmp`);
    const made = RowFile.create(path, layout);
    remove(path);
    return made;
  }

  /**
   * Opens a file that `seal` finished.
   * @throws InputError for what is no such file, or not as it was written
   */
  static open(path: string): RowFile {
    let file: number;
    try {
      file = openSync(path, "r");
    } catch (error) {
      throw fileError(error, path, "read");
    }
    try {
      return RowFile.read(file, path);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  private static read(file: number, path: string): RowFile {
    const found = fstatSync(file);
    if (!found.isFile()) throw refusedRows(path, "no file");
    const { layout, rows, starts, digest } = decodeHeader(path, found.size, (bytes, at) =>
      readAt(file, bytes, at),
    );
    const made = new RowFile(file, path, layout, starts);
    [made.blocks, made.count, made.sealed] = [starts.length - 1, rows, digest];
    return made;
  }

  /**
   * Where other processes of this host find the file, also one without a name, as long as this one holds it: in Linux; null
   * elsewhere. Who opens it holds its digest against this one's.
   */
  get place(): string | null {
    return process.platform === "linux" ? `/proc/${process.pid}/fd/${this.file}` : null;
  }

  /** How many rows there are. */
  get rows(): number {
    return this.count;
  }

  /** Ids in all rows that were added. */
  get numbers(): number {
    return this.total;
  }

  /** What tells these rows from others, once they are sealed: a SHA-256. */
  get digest(): string {
    return this.sealed;
  }

  /**
   * Adds a row of the first `count` ids.
   * @param values as many as the layout says
   * @throws Error where the disk is full or fails
   */
  add(ids: ArrayLike<number>, count: number, values?: ArrayLike<number>): void {
    if (!this.tail) throw inputError({ expected: "rows that are not sealed yet", where: this.name });
    this.tail.add(this.count, ids, count, values);
    this.count++;
    this.total += count;
    if (this.tail.rows === BLOCK) this.endBlock();
  }

  private endBlock(): void {
    const bytes = this.tail!.end(this.blocks);
    this.hash.update(bytes);
    if (this.blocks + 2 > this.starts.length) {
      const larger = new Float64Array(this.starts.length * 2);
      larger.set(this.starts);
      this.starts = larger;
    }
    this.starts[this.blocks + 1] = this.starts[this.blocks]! + bytes.length;
    this.blocks++;
    if (this.pendingBytes + bytes.length > PENDING) this.flush();
    if (bytes.length > PENDING) this.write(bytes, this.starts[this.blocks]! - bytes.length);
    else {
      this.pending!.set(bytes, this.pendingBytes);
      this.pendingBytes += bytes.length;
    }
  }

  private flush(): void {
    const { pendingBytes } = this;
    this.pendingBytes = 0;
    if (pendingBytes === 0) return;
    this.write(this.pending!.subarray(0, pendingBytes), this.flushed);
  }

  private write(bytes: Uint8Array, at: number): void {
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.file, bytes, done, bytes.length - done, at + done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw fileError(error, this.name, "written");
      throw new Error(
        `${this.name}: could not be written, the disk is full. Make room, or choose a folder on another disk (--scratch).`,
        { cause: error },
      );
    }
    if (at + bytes.length > this.flushed) this.flushed = at + bytes.length;
  }

  /** Ends the file: no row can be added, and other processes may open it. */
  seal(): this {
    if (!this.tail) return this;
    if (this.tail.rows > 0) this.endBlock();
    this.flush();
    const { layout, starts, count } = this;
    this.sealed = this.hash.digest("hex");
    const [header, index] = encodeHeader({ layout, starts, rows: count, digest: this.sealed });
    this.write(index, starts[this.blocks]!);
    this.write(header, 0);
    [this.tail, this.pending] = [null, null];
    return this;
  }

  /** How many ids a row has. @throws InputError where there is no such row, or the file is damaged */
  countOf(row: number): number {
    return this.inTail(row) ? this.tail!.countOf(row % BLOCK) : this.tableOf(row)[row % BLOCK]!;
  }

  /**
   * The ids of a row: a view, which lasts until another row is read or added.
   * @param values filled with the row's values
   * @throws InputError where there is no such row, or the file is damaged
   */
  read(row: number, values?: Float32Array): Int32Array | Uint16Array {
    const { idBytes, values: width, limit } = this.layout;
    const [words, at] = this.inTail(row) ? this.tail!.placeOf(row % BLOCK) : this.placeOf(row);
    const count = this.countOf(row);
    const { buffer } = words;
    if (values) values.set(new Float32Array(buffer, (at + 1) * 4, width));
    const from = (at + 1 + width) * 4;
    const ids = idBytes === 2 ? new Uint16Array(buffer, from, count) : new Int32Array(buffer, from, count);
    for (let i = 0; i < count; i++) {
      if (ids[i]! >= 0 && ids[i]! < limit) continue;
      throw refusedRows(this.name, `id ${ids[i]} in row ${row}, of ids below ${limit}`);
    }
    return ids;
  }

  private inTail(row: number): boolean {
    if (!(Number.isInteger(row) && row >= 0 && row < this.count))
      throw inputError({ expected: `a row from 0 to ${this.count - 1}`, where: this.name, received: row });
    return Math.floor(row / BLOCK) === this.blocks;
  }

  /** [64] how many ids each row of a row's block has. */
  private tableOf(row: number): Uint32Array {
    const block = Math.floor(row / BLOCK);
    const { table } = this;
    if (block === this.known) return table;
    this.known = -1;
    const [start, end] = [this.starts[block]!, this.starts[block + 1]!];
    if (this.pending && end > this.flushed) this.flush();
    const rows = Math.min(BLOCK, this.count - block * BLOCK);
    this.whole = end - start <= WHOLE_BLOCK;
    this.fill(start, this.whole ? end - start : (rows + 1) * 4);
    table.set(this.words.subarray(0, rows));
    let length = (rows + 1) * 4;
    for (let k = 0; k < rows; k++) length += this.bytesOf(table[k]!);
    const isSound =
      length === end - start && this.words[rows] === crc32(this.bytes.subarray(0, rows * 4), block) >>> 0;
    if (!isSound) throw refusedRows(this.name, `a damaged one: block ${block} does not match its checksum`);
    this.known = block;
    return table;
  }

  /** The words in which a row lies, and where. */
  private placeOf(row: number): [Uint32Array, number] {
    const table = this.tableOf(row);
    const block = Math.floor(row / BLOCK);
    let at = (Math.min(BLOCK, this.count - block * BLOCK) + 1) * 4;
    for (let k = 0; k < row % BLOCK; k++) at += this.bytesOf(table[k]!);
    const length = this.bytesOf(table[row % BLOCK]!);
    if (!this.whole) {
      this.fill(this.starts[block]! + at, length);
      at = 0;
    }
    if (this.words[at / 4] !== crc32(this.bytes.subarray(at + 4, at + length), row % 2 ** 32) >>> 0)
      throw refusedRows(this.name, `a damaged one: row ${row} does not match its checksum`);
    return [this.words, at / 4];
  }

  private bytesOf(count: number): number {
    return 4 * (1 + this.layout.values + Math.ceil((count * this.layout.idBytes) / 4));
  }

  /** Reads bytes of the file to the beginning of the buffer. */
  private fill(at: number, length: number): void {
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil(length / 4096) * 4096));
      this.words = new Uint32Array(this.bytes.buffer);
    }
    if (readAt(this.file, this.bytes.subarray(0, length), at) < length)
      throw refusedRows(this.name, "one that ends before its rows do");
  }

  /** As `create` makes them, without rows, where no other process sees it. */
  fresh(folder: string): RowFile {
    return RowFile.scratch(folder, this.layout);
  }

  /** Lets go of the file. */
  close(): void {
    if (!OPEN.unregister(this)) return;
    closeSync(this.file);
  }
}

/** Files of which nobody knows any more are closed, which frees the disk. */
const OPEN = new FinalizationRegistry((file: number) => closeSync(file));

/** Some systems keep the name until the file is closed: it goes when the process ends. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    process.once("exit", () => {
      try {
        unlinkSync(path);
      } catch {
        // It is gone.
      }
    });
  }
}

function readAt(file: number, bytes: Uint8Array, at: number): number {
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(file, bytes, done, bytes.length - done, at + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
