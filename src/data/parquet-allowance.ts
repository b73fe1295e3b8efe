/** What reading one Parquet file may come to. Its pages are packed, and a few bytes can stand for millions of rows. */
import { inputError } from "../base/errors.js";
import { Work } from "../base/work.js";

/** As texts of a table of CSV would be, so many bytes may come of a file, and so many more for each of its bytes. */
const FREE = 2 ** 25;
const MOST_GROWTH = 50;
/** A row's and a cell's own share of it. */
const ROW = 8;
const CELL = 1;
/** Held at a time, of pages that are unpacked: these, and twice the file. */
const HELD_FREE = 2 ** 26;
const HELD = 2;
/** A gzip page may grow fiftyfold too, at some nanoseconds a byte. */
const WORK = 4;
const PAGE_NANOSECONDS = 5000;

export class Allowance {
  private left: number;
  private free: number;
  /** What unpacking costs. */
  readonly work: Work;

  constructor(
    readonly name: string,
    private readonly size: number,
  ) {
    this.left = FREE + MOST_GROWTH * size;
    this.free = HELD_FREE + HELD * size;
    this.work = new Work(name, WORK * size);
  }

  /** Rows about to be read. @throws InputError where they are too many for the file */
  rows(count: number, columns: number): void {
    this.grow(count * (ROW + CELL * columns));
  }

  /** Bytes that come out of the file, before or after. */
  grow(bytes: number): void {
    this.left -= bytes;
    if (!(this.left >= 0)) throw this.tooMuch(`a table that grows at most ${MOST_GROWTH}-fold`);
  }

  /** Bytes held until they are given back with a minus. */
  hold(bytes: number): void {
    this.free -= bytes;
    if (!(this.free >= 0)) throw this.tooMuch("pages that can be held in memory");
  }

  page(): void {
    this.work.spend(PAGE_NANOSECONDS);
  }

  private tooMuch(expected: string): Error {
    return inputError({
      expected: `${expected}, found ${this.size} bytes that become far more`,
      where: this.name,
      next: "If it is what you mean to read, write it as CSV.",
    });
  }
}
