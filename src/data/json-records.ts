/** Objects of JSON, their keys the columns: one a line (JSON Lines), or the items of one list. */
import { inputError } from "../base/errors.js";
import {
  type Cell,
  type Cells,
  LineSplitter,
  LONGEST_RECORD,
  type Place,
  type RecordParser,
  recordTooLong,
  Unfit,
} from "./records.js";

const MOST_KEYS = 1000;
/** Values in a line, and lists and objects within each other: a line of brackets takes fifty times its size to read. */
const MOST_VALUES = 250_000;
const DEEPEST = 200;
/** A line has a cell for every key of the file: thousands of short lines after a wide one would take far more than they hold. */
const MOST_PLACES = 5_000_000;
const PLACES_A_CHARACTER = 3;

/** Objects as records. */
class KeyedRecords {
  /** Keys in order of first sight; later objects may add some. */
  readonly columns: string[] = [];
  private readonly index = new Map<string, number>();
  /** Cells of all objects so far, empty ones included, and the characters that asked for them. */
  private places = 0;
  private characters = 0;

  constructor(
    private readonly name: string,
    /** What an object is in the file: a line, or an item. */
    private readonly unit: "line" | "item",
  ) {}

  /** @param at the line's or item's number, from 1 */
  record(text: string, at: number): Cells {
    this.places += this.columns.length;
    this.characters += text.length;
    if (this.places > MOST_PLACES + PLACES_A_CHARACTER * this.characters) {
      const expected = `${this.unit}s with most of the file's ${this.columns.length} keys`;
      throw inputError({ expected, where: this.where(at), received: "few" });
    }
    const cells: Cell[] & { source?: string } = new Array<Cell>(this.columns.length);
    cells.source = text;
    for (const [key, value] of Object.entries(this.parse(text, at)))
      cells[this.column(key, at)] = cellOf(value);
    return cells;
  }

  private parse(text: string, at: number): object {
    const { keys, values, depth } = measure(text);
    if (values > MOST_VALUES) throw this.beyond(`at most ${MOST_VALUES} values in ${A[this.unit]}`, at);
    if (depth > DEEPEST) throw this.beyond(`values at most ${DEEPEST} deep`, at);
    let value: unknown;
    try {
      value = JSON.parse(exactly(text));
    } catch {
      throw this.notAnObject(text, at);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.notAnObject(text, at);
    // What is parsed keeps the last of two: whichever is meant, the other would be lost without a word.
    if (Object.keys(value).length < keys) throw this.beyond("each key once", at);
    return value;
  }

  private where(at: number): string {
    return `${this.name}, ${this.unit} ${at}`;
  }

  private beyond(expected: string, at: number): Error {
    return inputError({ expected: `${expected}, found more`, where: this.where(at) });
  }

  private notAnObject(text: string, at: number): Error {
    const expected = `one JSON object ${A[this.unit]}`;
    return inputError({ expected, where: this.where(at), received: text });
  }

  private column(key: string, item: number): number {
    let at = this.index.get(key);
    if (at === undefined) {
      at = this.columns.length;
      if (at === MOST_KEYS) throw this.beyond(`at most ${MOST_KEYS} different keys`, item);
      this.index.set(key, at);
      this.columns.push(key);
    }
    return at;
  }
}

/** Whole numbers as long as ids are, as texts: parsed as numbers they would be rounded. */
function exactly(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (found) =>
    /^-?\d{16,}$/.test(found) ? `"${found}"` : found,
  );
}

const A = { line: "a line", item: "an item" } as const;

/** JSON Lines: one object a line. Blank lines are passed over. */
export class JsonLinesParser implements RecordParser {
  private readonly records: KeyedRecords;
  private lines: LineSplitter;
  private line = 0;

  constructor(private readonly name: string) {
    this.records = new KeyedRecords(name, "line");
    this.lines = new LineSplitter(name);
  }

  get columns(): readonly string[] {
    return this.records.columns;
  }

  goTo({ lines }: Place): void {
    this.lines = new LineSplitter(this.name, lines + 1);
    this.line = lines;
  }

  push(text: string): Cells[] {
    return this.take(this.lines.push(text));
  }

  end(): Cells[] {
    return this.take(this.lines.end());
  }

  private take(lines: readonly string[]): Cells[] {
    return lines.flatMap((line) => {
      this.line++;
      return line.trim() === "" ? [] : [this.records.record(line, this.line)];
    });
  }
}

/** A list of objects: `[{…}, {…}]`. Items are cut out as they come; the list is never in memory as a whole. */
export class JsonListParser implements RecordParser {
  private readonly records: KeyedRecords;
  /** Text not yet taken up: the item at hand from its begin, or what stands between two. */
  private text = "";
  /** So much of it has been looked at. */
  private seen = 0;
  private depth = 0;
  private quoted = false;
  private items = 0;
  private state: "before" | "item" | "between" | "after" = "before";

  constructor(private readonly name: string) {
    this.records = new KeyedRecords(name, "item");
  }

  get columns(): readonly string[] {
    return this.records.columns;
  }

  push(text: string): Cells[] {
    this.text += text;
    const found: Cells[] = [];
    while (this.state === "item" ? this.item(found) : this.between()) {
      // the one or the other, until more text is needed
    }
    if (this.text.length > LONGEST_RECORD) throw recordTooLong(this.name, 1);
    return found;
  }

  end(): Cells[] {
    if (this.state === "after") return [];
    throw this.malformed("the list's closing bracket", "the end of the file");
  }

  /** What stands before an item or behind the last: punctuation. False where there is no more text. */
  private between(): boolean {
    const at = this.text.search(/\S/);
    if (at < 0) {
      this.text = "";
      return false;
    }
    const mark = this.text[at]!;
    this.text = this.text.slice(at);
    this.seen = 0;
    if (this.state === "before" && mark === "[") this.state = "between";
    else if (this.state === "between" && mark === "]") this.state = "after";
    else if (this.state === "between" && mark === "," && this.items > 0) {
      // the next item follows
    } else if (this.state === "between" && mark === "{") {
      this.state = "item";
      this.depth = 0;
      return true;
    } else {
      throw this.malformed(
        this.state === "after" ? "nothing behind the list" : "a list of objects",
        this.text.slice(0, 40),
      );
    }
    this.text = this.text.slice(1);
    return true;
  }

  /** Looks for the item's closing brace. False where it has not come. */
  private item(found: Cells[]): boolean {
    MARKS.lastIndex = this.seen;
    for (let mark = MARKS.exec(this.text); mark; mark = MARKS.exec(this.text)) {
      const [what] = mark;
      if (this.quoted) {
        if (what.startsWith("\\")) {
          if (what.length === 1) break; // what it escapes has not come
        } else if (what === '"') this.quoted = false;
      } else if (what === '"') this.quoted = true;
      else if (what === "{" || what === "[") this.depth++;
      else if ((what === "}" || what === "]") && --this.depth === 0) {
        const end = MARKS.lastIndex;
        found.push(this.records.record(this.text.slice(0, end), ++this.items));
        this.text = this.text.slice(end);
        this.state = "between";
        return true;
      }
      this.seen = MARKS.lastIndex;
    }
    if (!this.text.endsWith("\\")) this.seen = this.text.length;
    return false;
  }

  private malformed(expected: string, received: string): Error {
    return inputError({ expected, where: `${this.name}, behind item ${this.items}`, received });
  }
}

/** What tells where an object ends: quotes, brackets, and in strings what a backslash hides. */
const MARKS = /\\[\s\S]?|["{}[\]]/g;

/**
 * Texts, numbers and truth values are what they are called; null is nothing. Lists and objects fit nowhere, nor do whole
 * numbers that were rounded on reading: two different ones would be one label.
 */
export function cellOf(value: unknown): Cell {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date && !Number.isNaN(value.valueOf())) return value.toISOString();
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return exact ? String(value) : new Unfit(value);
  }
  return value === null || value === undefined ? undefined : new Unfit(value);
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
