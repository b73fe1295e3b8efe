/** Rows that cannot be used as they stand: counted, handed on or complained of, with what can be done about them. */
import { InputError, show } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import type { Cells, Unfit } from "./records.js";
import { plainValue, type RejectOptions } from "./table.js";

/** What is sought in a row: its text, its one label, its labels, or the amount in place of a label. */
export type Sought = "text" | "label" | "labels" | "amount";

/** Rows that cannot be used: handed on where they are asked for, else complained of. */
export class Rejects {
  private readonly counted = new Counted();

  constructor(private readonly options: RejectOptions) {}

  /** One that its parser has handed on. */
  count(row: number): void {
    this.counted.add(row);
  }

  /** @param found what stands in the place of what is missing, where there is anything */
  take(cells: Cells, row: number, found: Unfit | undefined, missing: Missing): void {
    const { onReject } = this.options;
    if (!onReject) {
      missing.add(row, found);
      return;
    }
    const reason = found ? `${kindOf(found)} as ${missing.what}` : `no ${missing.what}`;
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
  private example: Unfit | undefined;

  constructor(
    private readonly name: string,
    readonly what: Sought,
    private readonly column: string,
  ) {}

  add(row: number, found: Unfit | undefined): void {
    if (!found) {
      this.none.add(row);
      return;
    }
    if (this.unfit.count === 0 || (Array.isArray(found.value) && found.value.length > 1))
      this.example = found;
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
    if (example) {
      const found = `${name}: ${unfit.rows("has", "have")} ${kindOf(example)} as ${place}, such as ${shown(example.value)}: ${unfit.numbers()}.`;
      const { next, typed } = advice(what, printed(this.column), example);
      const error = new InputError(`${found} ${next}`);
      if (typed !== undefined) error.typed = new InputError(`${found} ${typed}`).message;
      throw error;
    }
    if (none.count === 0) return;
    const found = `${name}: ${none.rows("has", "have")} no ${place}: ${none.numbers()}.`;
    const isText = what === "text";
    const leave = isText ? "onReject takes them" : "skipUnlabelled leaves them out";
    const error = new InputError(`${found} Fill or remove them; the option ${leave}.`);
    const flag = isText ? "--rejects FILE leaves them out" : "--skip-unlabelled leaves them out";
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

function kindOf({ value, kind }: Unfit): string {
  if (kind !== undefined) return kind;
  if (Array.isArray(value)) return "a list";
  return typeof value === "number" ? "a number too large to be exact" : "an object";
}

function shown(value: unknown): string {
  const some = Array.isArray(value) ? value.slice(0, 5) : value;
  let text: string;
  try {
    text = JSON.stringify(typeof some === "string" ? some.slice(0, 60) : some);
  } catch {
    text = show(some); // a program's objects may lead in circles
  }
  return printed(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

interface Advice {
  next: string;
  /** What is said on the command line, where that is something else. */
  typed?: string;
}

/** What can be done about values that are no text or label, most likely first. */
function advice(what: Sought, column: string, { value, kind }: Unfit): Advice {
  if (what === "amount") {
    if (kind === TWO_WAYS && typeof value === "string") return { next: inOneWay(value.trim()) };
    return {
      next: `An amount is a plain number, such as 1234.5: without a unit, a sign of percent or currency, or marks between thousands.`,
    };
  }
  if (kind !== undefined && Object.hasOwn(ADVICE_ON_LABELS, kind)) {
    const next = ADVICE_ON_LABELS[kind]!;
    return { next, typed: next.replaceAll("the option labelSeparator", "--label-separator") };
  }
  const at = `.[${JSON.stringify(column)}]`;
  const jq = (change: string) => `For instance: jq -c '${at} |= ${change}' OLD > NEW`;
  if (typeof value === "number")
    return { next: "Beyond 2^53 different numbers are read as one: put them in quotes in the file." };
  if (what === "text") {
    const next = Array.isArray(value)
      ? `A text is one string. ${jq('join(" ")')}`
      : "A text is one string: choose one of its values.";
    return { next };
  }
  const rule =
    what === "label"
      ? "A label is one text, number or truth value."
      : "Labels are texts, numbers or truth values, in one list.";
  if (!Array.isArray(value)) {
    const keys =
      what === "label" ? "object's key is the label: jq -c" : "object's keys are the labels: jq -c";
    return { next: `${rule} Where the ${keys} '${at} |= keys${what === "label" ? "[0]" : ""}' OLD > NEW` };
  }
  if (what === "labels") return { next: `${rule} ${jq("flatten")}` };
  if (value.length < 2) return { next: `${rule} ${jq(".[0]")}` };
  const one = "or choose one for each.";
  return {
    next: `${rule} readLabelSets reads several labels a text, ${one}`,
    typed: `${rule} --multi-label learns several labels a text, ${one}`,
  };
}

/** How to write a number such as 1.234 or 1,234. */
export const inOneWay = (number: string): string =>
  `Write ${number.replace(/[.,]/g, "")} for a thousand and more, or ${number}0 with decimals.`;

/** More labels than any text has. */
export const MOST_LABELS = 10_000;

export const MALFORMED_LIST = "a malformed list";
export const NO_LIST = "no list";
export const LIST_AS_TEXT = "a list written as text";
export const TWO_WAYS = "a number that can be read in two ways";
export const NEITHER = "neither 0 nor 1";
export const TOO_MANY_LABELS = `more than ${MOST_LABELS} labels`;

const BRACKETS =
  "Where square brackets are part of the labels, the option labelSeparator says what parts them.";

const ADVICE_ON_LABELS: Readonly<Record<string, string>> = {
  [MALFORMED_LIST]: `A list of labels is written ['a', 'b'] or ["a", "b"]. ${BRACKETS}`,
  [NO_LIST]: `The others are lists, as ['a', 'b']: write all in one way. ${BRACKETS}`,
  [LIST_AS_TEXT]: `The head of the file, or the option labelSeparator, says that labels are no lists: write all as lists, without that option, or none. ${BRACKETS}`,
  [NEITHER]: "A column for each label holds 0 or 1, false or true, no or yes; nothing is 0.",
  [TOO_MANY_LABELS]: "Is this the column of the labels?",
};
