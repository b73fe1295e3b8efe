/** JSON Lines: one object a line, its keys the columns. */
import { inputError } from "../base/errors.js";
import { type Cell, type Cells, LineSplitter, type RecordParser, Unfit } from "./records.js";

const MOST_KEYS = 1000;
/** Values in a line, and lists and objects within each other: a line of brackets takes fifty times its size to read. */
const MOST_VALUES = 250_000;
const DEEPEST = 200;
/** A line has a cell for every key of the file: thousands of short lines after a wide one would take far more than they hold. */
const MOST_PLACES = 5_000_000;
const PLACES_A_CHARACTER = 3;

export class JsonLinesParser implements RecordParser {
  /** Keys in order of first sight; later lines may add some. */
  readonly columns: string[] = [];
  private readonly index = new Map<string, number>();
  private readonly lines: LineSplitter;
  private line = 0;
  /** Cells of all lines so far, empty ones included, and the characters that asked for them. */
  private places = 0;
  private characters = 0;

  constructor(private readonly name: string) {
    this.lines = new LineSplitter(name);
  }

  push(text: string): Cells[] {
    return this.lines.push(text).flatMap((line) => this.record(line));
  }

  end(): Cells[] {
    return this.lines.end().flatMap((line) => this.record(line));
  }

  /** One record, or none for a blank line. */
  private record(line: string): Cells[] {
    this.line++;
    if (line.trim() === "") return [];
    this.places += this.columns.length;
    this.characters += line.length;
    if (this.places > MOST_PLACES + PLACES_A_CHARACTER * this.characters) {
      const expected = `lines with most of the file's ${this.columns.length} keys`;
      throw inputError({ expected, where: `${this.name}, line ${this.line}`, received: "few" });
    }
    const cells = new Array<Cell>(this.columns.length);
    for (const [key, value] of Object.entries(this.parse(line))) cells[this.column(key)] = cell(value);
    return [cells];
  }

  private parse(line: string): object {
    const { keys, values, depth } = measure(line);
    if (values > MOST_VALUES) throw this.beyond(`at most ${MOST_VALUES} values in a line`);
    if (depth > DEEPEST) throw this.beyond(`values at most ${DEEPEST} deep`);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw this.notAnObject(line);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.notAnObject(line);
    // What is parsed keeps the last of two: whichever is meant, the other would be lost without a word.
    if (Object.keys(value).length < keys) throw this.beyond("each key once");
    return value;
  }

  private beyond(expected: string): Error {
    return inputError({ expected: `${expected}, found more`, where: `${this.name}, line ${this.line}` });
  }

  private notAnObject(line: string): Error {
    return inputError({
      expected: "one JSON object a line",
      where: `${this.name}, line ${this.line}`,
      received: line,
    });
  }

  private column(key: string): number {
    let at = this.index.get(key);
    if (at === undefined) {
      at = this.columns.length;
      if (at === MOST_KEYS) throw this.beyond(`at most ${MOST_KEYS} different keys`);
      this.index.set(key, at);
      this.columns.push(key);
    }
    return at;
  }
}

/**
 * Texts, numbers and truth values are what they are called; null is nothing. Lists and objects fit nowhere, nor do whole
 * numbers that were rounded on reading: two different ones would be one label.
 */
function cell(value: unknown): Cell {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return exact ? String(value) : new Unfit(value);
  }
  return value === null ? undefined : new Unfit(value);
}

/** How much a line holds, counted before it is parsed: keys of its own object, values at any depth, and that depth. */
function measure(line: string): { keys: number; values: number; depth: number } {
  let [keys, values, depth, deepest] = [0, 0, 0, 0];
  for (let at = 0; at < line.length; at++) {
    switch (line[at]) {
      case '"':
        at = closingQuote(line, at);
        break;
      case "{":
      case "[":
        values++;
        deepest = Math.max(deepest, ++depth);
        break;
      case "}":
      case "]":
        depth--;
        break;
      case ",":
        values++;
        break;
      case ":":
        if (depth === 1) keys++;
    }
  }
  return { keys, values, depth: deepest };
}

/** Where the string that opens there closes; the end where it does not. */
function closingQuote(line: string, open: number): number {
  for (let at = line.indexOf('"', open + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let slashes = 0;
    while (line[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at;
  }
  return line.length;
}
