/** What every parser gives: records of cells, in the order of the file. */
import { type InputError, inputError } from "../errors.js";

/** A record's cells by column; undefined where the record has none. */
export type Cells = readonly (string | undefined)[];

export interface RecordParser {
  /** Takes more text; gives the records that are whole by now. */
  push(text: string): Cells[];
  /** The text has ended; gives what was left. */
  end(): Cells[];
  /** Column names, where the format itself has them. */
  readonly columns?: readonly string[];
}

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
  private rest = "";
  private line = 1;

  constructor(private readonly name: string) {}

  push(text: string): string[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    this.line += lines.length;
    if (this.rest.length > LONGEST_RECORD) throw recordTooLong(this.name, this.line);
    return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  end(): string[] {
    const last = this.rest;
    this.rest = "";
    return last === "" ? [] : [last.endsWith("\r") ? last.slice(0, -1) : last];
  }
}

/** One text a line, blank lines included. */
export class LinesParser implements RecordParser {
  private readonly lines: LineSplitter;

  constructor(name: string) {
    this.lines = new LineSplitter(name);
  }

  push(text: string): Cells[] {
    return this.lines.push(text).map((line) => [line]);
  }

  end(): Cells[] {
    return this.lines.end().map((line) => [line]);
  }
}
