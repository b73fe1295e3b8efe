/** Rows that cannot be used as they stand: counted, handed on or complained of, with what can be done about them. */
import { InputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { type Cell, type Cells, Unfit } from "./records.js";
import { plainValue, type RejectOptions } from "./table.js";

/** Rows that cannot be used: handed on where they are asked for, else complained of. */
export class Rejects {
  private readonly counted = new Counted();

  constructor(private readonly options: RejectOptions) {}

  /** One that its parser has handed on. */
  count(row: number): void {
    this.counted.add(row);
  }

  take(cells: Cells, row: number, what: "text" | "label", found: Cell, missing: Missing): void {
    const { onReject } = this.options;
    if (!onReject) {
      missing.add(row, found);
      return;
    }
    const reason = found instanceof Unfit ? `${kindOf(found.value)} as ${what}` : `no ${what}`;
    onReject({ row, reason, cells: Array.from(cells, plainValue) });
    this.counted.add(row);
  }

  notes(): string[] {
    const { counted } = this;
    return counted.count === 0
      ? []
      : [`${counted.rows("is", "are")} left out as unusable: ${counted.numbers()}`];
  }
}

/** Labels are trimmed. Where only some have spaces around them, two may become one: that is said. */
export class Spaces {
  private count = 0;
  private readonly examples = new Set<string>();

  trim(label: string): string {
    const trimmed = label.trim();
    if (trimmed.length < label.length) {
      this.count++;
      if (this.examples.size < 5) this.examples.add(trimmed);
    }
    return trimmed;
  }

  notes(rows: number): string[] {
    if (this.count === 0 || this.count === rows) return [];
    const names = [...this.examples].map((name) => JSON.stringify(printed(name))).join(", ");
    return [`the spaces around the labels of ${this.count} of ${rows} rows are left out: ${names}`];
  }
}

/** Rows that lack a text or a label, or have there what is neither. */
export class Missing {
  private readonly none = new Counted();
  private readonly unfit = new Counted();
  private readonly skipped = new Counted();
  private example: unknown;

  constructor(
    private readonly name: string,
    private readonly what: "text" | "label",
    private readonly column: string,
  ) {}

  add(row: number, cell: Cell): void {
    if (!(cell instanceof Unfit)) {
      this.none.add(row);
      return;
    }
    if (this.unfit.count === 0 || (Array.isArray(cell.value) && cell.value.length > 1))
      this.example = cell.value;
    this.unfit.add(row);
  }

  /** A row without, which is left out. */
  skip(row: number): void {
    this.skipped.add(row);
  }

  notes(): string[] {
    const { skipped, what } = this;
    return skipped.count === 0
      ? []
      : [`${skipped.rows("has", "have")} no ${what} and are left out: ${skipped.numbers()}`];
  }

  complain(): void {
    const { name, what, unfit, none, example } = this;
    const place = `${what} (column ${printed(this.column)})`;
    if (unfit.count > 0) {
      throw new InputError(
        `${name}: ${unfit.rows("has", "have")} ${kindOf(example)} as ${place}, such as ${shown(example)}: ${unfit.numbers()}. ${advice(what, printed(this.column), example)}`,
      );
    }
    if (none.count === 0) return;
    const found = `${name}: ${none.rows("has", "have")} no ${place}: ${none.numbers()}.`;
    const leave = what === "label" ? "skipUnlabelled leaves them out" : "onReject takes them";
    const error = new InputError(`${found} Fill or remove them; the option ${leave}.`);
    const flag = what === "label" ? "--skip-unlabelled leaves them out" : "--rejects FILE leaves them out";
    error.typed = `${found} Fill or remove them, or ${flag}.`;
    throw error;
  }
}

export class Counted {
  count = 0;
  private readonly first: number[] = [];

  add(row: number): void {
    if (this.count++ < 5) this.first.push(row);
  }

  rows(one: string, more: string): string {
    return this.count === 1 ? `1 row ${one}` : `${this.count} rows ${more}`;
  }

  numbers(): string {
    return `row ${this.first.join(", ")}${this.count > this.first.length ? ", …" : ""}`;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "number" ? "a number too large to be exact" : "an object";
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? JSON.stringify(value.slice(0, 5)) : JSON.stringify(value);
  return printed(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

/** What can be done about values that are no text or label, most likely first. */
function advice(what: "text" | "label", column: string, value: unknown): string {
  const at = `.[${JSON.stringify(column)}]`;
  const jq = (change: string) => `For instance: jq -c '${at} |= ${change}' OLD > NEW`;
  if (typeof value === "number")
    return "Beyond 2^53 different numbers are read as one: put them in quotes in the file.";
  if (what === "text")
    return Array.isArray(value)
      ? `A text is one string. ${jq('join(" ")')}`
      : "A text is one string: choose one of its values.";
  const rule = "A label is one text, number or truth value.";
  if (!Array.isArray(value))
    return `${rule} Where the object's key is the label: jq -c '${at} |= keys[0]' OLD > NEW`;
  if (value.length < 2) return `${rule} ${jq(".[0]")}`;
  return `${rule} Several labels for a text cannot be learned at once: choose one for each, or learn a classifier a label.`;
}
