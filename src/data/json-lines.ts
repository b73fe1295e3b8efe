/** JSON Lines: one object a line, its keys the columns. */
import { inputError } from "../errors.js";
import { type Cells, LineSplitter, type RecordParser } from "./records.js";

const MOST_COLUMNS = 1000;

export class JsonLinesParser implements RecordParser {
  /** Keys in order of first sight; later lines may add some. */
  readonly columns: string[] = [];
  private readonly index = new Map<string, number>();
  private readonly lines: LineSplitter;
  private line = 0;

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
    const cells: (string | undefined)[] = [];
    for (const [key, value] of Object.entries(this.parse(line))) cells[this.column(key)] = cell(value);
    return [cells];
  }

  private parse(line: string): object {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw this.notAnObject(line);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.notAnObject(line);
    return value;
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
      if (at === MOST_COLUMNS) {
        throw inputError({
          expected: `at most ${MOST_COLUMNS} different keys, found more`,
          where: `${this.name}, line ${this.line}`,
        });
      }
      this.index.set(key, at);
      this.columns.push(key);
    }
    return at;
  }
}

/** Text, numbers and truth values have a cell; null, lists and objects do not. */
function cell(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
