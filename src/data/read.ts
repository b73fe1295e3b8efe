/**
 * Reading texts, with or without labels, from any source of bytes. Rows come one at a time, and of the file only the
 * piece at hand is in memory: what stays is what the caller keeps.
 */
import { objectOf } from "../base/arguments.js";
import { InputError, inputError } from "../base/errors.js";
import { type Column, type ColumnOptions, chooseColumns, describeColumns } from "./columns.js";
import type { FormatOptions } from "./format.js";
import { Texts } from "./joined-texts.js";
import { cellOf } from "./json-records.js";
import { labelKey } from "./labels.js";
import { type Cell, type Cells, MISFIT, Unfit } from "./records.js";
import { type Readable, sourceOf } from "./sources.js";
import {
  checkTableOptions,
  notesOf,
  oneByOne,
  openRecords,
  type Records,
  type RejectOptions,
  type TableDescription,
} from "./table.js";
import { Counted, Missing, Rejects, Spaces } from "./unusable-rows.js";

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
    if (options.text !== undefined) {
      const expected = "no text column: this is one text a line";
      throw inputError({ expected, where: description.name, received: options.text });
    }
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
  const [spaces, rejects] = [new Spaces(), new Rejects(options)];
  const [mapped, blank] = [new Counted(), new Counted()];
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
        if (text.trim() === "") blank.add(row);
        if (label === null) mapped.add(row);
        else if (description.group)
          rows.push({ text, label, row, ...groupOf(cells, description.group, row) });
        else rows.push({ text, label, row });
      }
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  withoutLabel.complain();
  if (row < records.firstRow) throw new InputError(`${name}: expected rows, found a header only.`);
  const all = row - records.firstRow + 1;
  notes.push(
    ...notesOf(description),
    ...texts.notes(),
    ...spaces.notes(all),
    ...withoutLabel.notes(),
    ...rejects.notes(),
  );
  if (blank.count > 0) notes.push(`${blank.rows("has", "have")} an empty text: ${blank.numbers()}`);
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
  notes.push(...notesOf(description), ...texts.notes(), ...rejects.notes());
}

/** A list of one names one label, and an empty one none, as data of several labels a text is written where it has no more than one. */
function labelIn(cell: Cell): Cell {
  if (!(cell instanceof Unfit) || !Array.isArray(cell.value) || cell.value.length > 1) return cell;
  const one = cellOf(cell.value[0]);
  return one instanceof Unfit ? cell : one;
}

/** Rows without a group stand by themselves. */
function groupOf(cells: Cells, { index }: Column, row: number): { group?: string } {
  const cell = labelIn(cells[index]);
  if (cell instanceof Unfit) {
    throw inputError({ expected: "one text or number as group", where: `row ${row}`, received: cell.value });
  }
  const group = typeof cell === "string" ? cell.trim() : "";
  return group === "" ? {} : { group };
}

/** @throws InputError for a map that holds anything but names, or null */
function namesFrom(map: ReadOptions["labelMap"]): (label: string) => string | null {
  if (map === undefined) return (label) => label;
  const names = new Map(Object.entries(map).map(([from, to]) => [labelKey(from.trim()), to]));
  for (const [from, to] of names) {
    if (typeof to === "string") names.set(from, to.trim());
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
