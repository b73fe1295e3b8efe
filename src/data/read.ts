/**
 * Reading texts, with or without labels, from any source of bytes. Rows come one at a time, and of the file only the
 * piece at hand is in memory: what stays is what the caller keeps.
 */
import { objectOf } from "../base/arguments.js";
import { InputError, inputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { percent } from "../base/numbers.js";
import { type Column, type ColumnOptions, chooseColumns, describeColumns } from "./columns.js";
import type { FormatOptions } from "./format.js";
import { cellOf } from "./json-records.js";
import { labelKey } from "./labels.js";
import { type Cell, type Cells, MISFIT, Unfit } from "./records.js";
import { type Readable, sourceOf } from "./sources.js";
import {
  checkTableOptions,
  oneByOne,
  openRecords,
  plainValue,
  type Records,
  type RejectOptions,
  type TableDescription,
} from "./table.js";

/** A text. */
export interface TextRow {
  /** As it stands in the file. */
  text: string;
  /** The record's number in the file, from 1; a header is a record too. */
  row: number;
}

/** A text and its label. */
export interface LabelledRow extends TextRow {
  /** Trimmed. */
  label: string;
  /** What stands in the group column, trimmed; missing where that is empty, or there is none. */
  group?: string;
}

/** How texts are read. */
export interface ReadOptions extends FormatOptions, ColumnOptions, RejectOptions {
  /** Whether rows without a label are left out, which is said, and not complained of. Default: false. */
  skipUnlabelled?: boolean;
  /** Labels that are to be called otherwise, by how they stand in the file; null leaves their rows out. */
  labelMap?: Readonly<Record<string, string | null>>;
}

/** What was found out about a file before its rows are read. */
export interface DataDescription extends TableDescription {
  /** The columns of the text: one, or those that were asked for. */
  text: readonly Column[];
  /** The column of the label; undefined where texts alone are read. */
  label: Column | undefined;
  /** The column of groups, where one was asked for. */
  group?: Column | undefined;
  /** How the columns were found, in words. */
  found: string;
}

/** Rows that can be gone through once, and what is known of them. */
export interface Data<Row extends TextRow> extends AsyncIterable<Row> {
  /** What was found out before the rows are read. */
  readonly description: DataDescription;
  /** What was done to the rows that may not be meant: there once they were gone through. */
  readonly notes: readonly string[];
}

/**
 * Opens labelled rows, from whatever `readTable` takes. Labels are trimmed; texts are as they stand.
 * Throws InputError, at once or while the rows are gone through, where the file is not what it should be; rows without
 * text or label are counted, and complained of at the end.
 */
export async function readLabelled(from: Readable, options: ReadOptions = {}): Promise<Data<LabelledRow>> {
  checkReadOptions(options, "readLabelled options");
  return rowsOf(await openRecords(await sourceOf(from), options, "labels"), options, true, labelledRows);
}

/** Opens texts to predict. Without a format in its name or options, a source is one text a line. */
export async function readTexts(from: Readable, options: ReadOptions = {}): Promise<Data<TextRow>> {
  checkReadOptions(options, "readTexts options");
  return rowsOf(await openRecords(await sourceOf(from), options, "texts"), options, false, textRows);
}

/** @throws InputError for options that are none, or of the wrong kind */
function checkReadOptions(options: ReadOptions, where: string): void {
  checkTableOptions(options, where, READ_OPTIONS);
  const { text, label, group, skipUnlabelled, labelMap } = options;
  const texts = [text ?? []].flat() as unknown[];
  const isColumn = (value: unknown) =>
    typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
  for (const [name, value] of [
    ...texts.map((one) => ["text", one] as const),
    ...(label === undefined ? [] : [["label", label] as const]),
    ...(group === undefined ? [] : [["group", group] as const]),
  ]) {
    if (isColumn(value)) continue;
    throw inputError({
      expected: "a column by name, or by number from 1",
      where: `${where}: ${name}`,
      received: value,
    });
  }
  if (skipUnlabelled !== undefined && typeof skipUnlabelled !== "boolean") {
    throw inputError({
      expected: "true or false",
      where: `${where}: skipUnlabelled`,
      received: skipUnlabelled,
    });
  }
  if (labelMap !== undefined) objectOf(labelMap, `${where}: labelMap`, "an object, label by label");
}

const READ_OPTIONS = [
  ...["format", "delimiter", "quoted", "encoding", "header", "onReject"],
  ...["text", "label", "group", "skipUnlabelled", "labelMap"],
];

/**
 * Opens a table to label: all its columns, and which of them are its texts.
 * @throws InputError as `readTexts`
 */
export async function openTexts(
  from: Readable,
  options: ReadOptions = {},
): Promise<{ records: Records; description: DataDescription }> {
  const records = await openRecords(await sourceOf(from), options, "table");
  try {
    return { records, description: describe(records, options, false) };
  } catch (error) {
    await records.batches.return(undefined);
    throw error;
  }
}

interface Opened {
  records: Records;
  description: DataDescription;
  options: ReadOptions;
  notes: string[];
}

async function rowsOf<Row extends TextRow>(
  records: Records,
  options: ReadOptions,
  labelled: boolean,
  rows: (opened: Opened) => AsyncGenerator<Row[]>,
): Promise<Data<Row>> {
  const notes: string[] = [];
  try {
    const description = describe(records, options, labelled);
    return {
      description,
      notes,
      [Symbol.asyncIterator]: () => oneByOne(rows({ records, description, options, notes })),
    };
  } catch (error) {
    await records.batches.return(undefined);
    throw error;
  }
}

function describe(records: Records, options: ReadOptions, labelled: boolean): DataDescription {
  const { description, head, found } = records;
  if (description.format === "lines") {
    const text: Column[] = [{ index: 0, name: "1", how: "the only column" }];
    const chosen = { header: false, text, label: undefined };
    return { ...description, ...chosen, found: describeColumns(chosen) };
  }
  const { name, columns, header } = description;
  const chosen = chooseColumns(name, { header, columns, rows: head }, options, labelled);
  const { text, label, group } = chosen;
  return {
    ...description,
    text,
    label,
    ...(group ? { group } : {}),
    found: found ?? describeColumns(chosen),
  };
}

async function* labelledRows(opened: Opened): AsyncGenerator<LabelledRow[]> {
  const { records, description, options, notes } = opened;
  const { name } = description;
  const texts = new Texts(description.text);
  const withoutText = new Missing(name, "text", texts.name);
  const withoutLabel = new Missing(name, "label", description.label!.name);
  const [spaces, rejects, mapped] = [new Spaces(), new Rejects(options), new Counted()];
  const { index } = description.label!;
  const labelOf = namesFrom(options.labelMap);
  let row = records.firstRow - 1;
  for await (const batch of records.batches) {
    const rows: LabelledRow[] = [];
    for (const cells of batch) {
      row++;
      if (cells === MISFIT) {
        rejects.count(row);
        continue;
      }
      const [text, written] = [texts.of(cells), labelIn(cells[index])];
      if (typeof text !== "string") rejects.take(cells, row, "text", text, withoutText);
      else if (typeof written !== "string" || written.trim() === "") {
        if (options.skipUnlabelled && !(written instanceof Unfit)) withoutLabel.skip(row);
        else rejects.take(cells, row, "label", written, withoutLabel);
      } else {
        const label = labelOf(spaces.trim(written));
        if (label === null) mapped.add(row);
        else if (description.group) rows.push({ text, label, row, ...groupOf(cells, description.group) });
        else rows.push({ text, label, row });
      }
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  withoutLabel.complain();
  if (row < records.firstRow) throw new InputError(`${name}: expected rows, found a header only.`);
  const all = row - records.firstRow + 1;
  if (description.encoding?.note) notes.push(description.encoding.note);
  notes.push(...texts.notes(), ...spaces.notes(all), ...withoutLabel.notes(), ...rejects.notes());
  if (mapped.count > 0)
    notes.push(`${mapped.rows("is", "are")} left out by the map of labels: ${mapped.numbers()}`);
}

async function* textRows({ records, description, options, notes }: Opened): AsyncGenerator<TextRow[]> {
  const texts = new Texts(description.text);
  const withoutText = new Missing(description.name, "text", texts.name);
  const rejects = new Rejects(options);
  let row = records.firstRow - 1;
  for await (const batch of records.batches) {
    const rows: TextRow[] = [];
    for (const cells of batch) {
      row++;
      const text = cells === MISFIT ? undefined : texts.of(cells);
      if (cells === MISFIT) rejects.count(row);
      else if (typeof text === "string") rows.push({ text, row });
      else rejects.take(cells, row, "text", text, withoutText);
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  if (description.encoding?.note) notes.push(description.encoding.note);
  notes.push(...texts.notes(), ...rejects.notes());
}

/** A list of one names one label, and an empty one none, as data of several labels a text is written where it has no more than one. */
function labelIn(cell: Cell): Cell {
  if (!(cell instanceof Unfit) || !Array.isArray(cell.value) || cell.value.length > 1) return cell;
  const one = cellOf(cell.value[0]);
  return one instanceof Unfit ? cell : one;
}

/** Rows without a group stand by themselves. */
function groupOf(cells: Cells, { index }: Column): { group?: string } {
  const cell = cells[index];
  const group = typeof cell === "string" ? cell.trim() : "";
  return group === "" ? {} : { group };
}

/** @throws InputError for a map that holds anything but names, or null */
function namesFrom(map: ReadOptions["labelMap"]): (label: string) => string | null {
  if (map === undefined) return (label) => label;
  const names = new Map(Object.entries(map).map(([from, to]) => [labelKey(from.trim()), to]));
  for (const [from, to] of names) {
    if (to === null || (typeof to === "string" && to.trim() !== "")) continue;
    throw inputError({
      expected: "a label, or null",
      where: `labelMap ${JSON.stringify(from)}`,
      received: to,
    });
  }
  return (label) => {
    const to = names.get(labelKey(label));
    return to === undefined ? label : to;
  };
}

/** A row's text: what its text columns hold, a line each. */
export class Texts {
  private readonly characters: number[];

  constructor(private readonly columns: readonly Column[]) {
    this.characters = columns.map(() => 0);
  }

  get name(): string {
    return this.columns.map(({ name }) => name).join(" and ");
  }

  /** Undefined where no column holds a text; what one holds instead, where it is none. */
  of(cells: Cells): Cell {
    const { columns } = this;
    if (columns.length === 1) return cells[columns[0]!.index];
    const parts: string[] = [];
    let there = false;
    for (const [i, { index }] of columns.entries()) {
      const cell = cells[index];
      if (cell instanceof Unfit) return cell;
      if (cell === undefined) continue;
      there = true;
      this.characters[i]! += cell.length;
      if (cell !== "") parts.push(cell);
    }
    return there ? parts.join("\n") : undefined;
  }

  /** Each column's share of the texts, where there are several. */
  notes(): string[] {
    if (this.columns.length < 2) return [];
    const all = Math.max(
      1,
      this.characters.reduce((sum, count) => sum + count, 0),
    );
    const shares = this.columns.map(
      ({ name }, i) => `${printed(name)} ${percent(this.characters[i]! / all)}`,
    );
    return [`of the texts' characters are ${shares.join(", ")}`];
  }
}

/** Rows that cannot be used: handed on where they are asked for, else complained of. */
class Rejects {
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
class Spaces {
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
class Missing {
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

class Counted {
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
