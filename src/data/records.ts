/** What every parser gives: records of cells, in the order of the file. */
import { type InputError, inputError } from "../base/errors.js";

/** A value that stands where a text or a label may be sought and is neither: a list, an object, a number that is not exact. */
export class Unfit {
  /** @param kind what it is instead, in words. Default: told from the value */
  constructor(
    readonly value: unknown,
    readonly kind?: string,
  ) {}
}

export type Cell = string | Unfit | undefined;

/** A record's cells by column; undefined where the record has none. */
export type Cells = readonly Cell[] & {
  /** The record as it stands in the file, where it says more than its cells: an object of JSON. */
  readonly source?: string;
};

/** Stands where a record was that could not be used, so that the others keep their numbers. */
export const MISFIT: Cells = [];

/** What a cell says; nothing where it is no text. */
export const textOf = (cell: Cell): string => (typeof cell === "string" ? cell : "");

export interface RecordParser {
  /** Takes more text; gives the records that are whole by now. */
  push(text: string): Cells[];
  /** The text has ended; gives what was left. */
  end(): Cells[];
  /** Column names, where the format itself has them. */
  readonly columns?: readonly string[];
  /**
   * Goes on at another record of the same file, whose text comes next: what is not whole is forgotten, and what was found of
   * width and columns stays. Missing where records do not stand by themselves.
   */
  goTo?(place: Place): void;
}

/** What stands before a record. */
export interface Place {
  /** Records, a header among them. */
  readonly records: number;
  /** Lines. */
  readonly lines: number;
}

/** More columns than any table of texts has. */
export const MOST_COLUMNS = 10_000;

/** No record is this long unless a quote was left open or the file is not what it seems. */
export const LONGEST_RECORD = 2 ** 24;

export function recordTooLong(name: string, line: number, next?: string): InputError {
  return inputError({
    expected: `records of at most ${LONGEST_RECORD / 2 ** 20} Mi characters, found a longer one`,
    where: `${name}, line ${line}`,
    next,
  });
}

/** Cuts a text that comes in pieces into lines; LF or CR LF ends one. */
export class LineSplitter {
  /** The beginning of a line, in the pieces that it came in: put together once, when its end is there. */
  private rest: string[] = [];
  private waiting = 0;

  /** @param line the number of the first, from 1 */
  constructor(
    private readonly name: string,
    private line = 1,
  ) {}

  push(text: string): string[] {
    const lines = text.split("\n");
    const last = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = this.rest.join("") + lines[0];
      this.line += lines.length;
      this.rest = [];
      this.waiting = 0;
    }
    this.rest.push(last);
    this.waiting += last.length;
    if (this.waiting > LONGEST_RECORD) throw recordTooLong(this.name, this.line);
    return lines.map(withoutReturn);
  }

  end(): string[] {
    const last = this.rest.join("");
    this.rest = [];
    return last === "" ? [] : [withoutReturn(last)];
  }
}

const withoutReturn = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);

/** One text a line, blank lines included. */
export class LinesParser implements RecordParser {
  private lines: LineSplitter;

  constructor(private readonly name: string) {
    this.lines = new LineSplitter(name);
  }

  goTo({ lines }: Place): void {
    this.lines = new LineSplitter(this.name, lines + 1);
  }

  push(text: string): Cells[] {
    return this.lines.push(text).map((line) => [line]);
  }

  end(): Cells[] {
    return this.lines.end().map((line) => [line]);
  }
}
