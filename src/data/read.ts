/**
 * Reading texts, with or without labels, from any source of bytes. Rows come one at a time, and of the file only the
 * piece at hand is in memory: what stays is what the caller keeps.
 */
import { objectOf } from "../base/arguments.js";
import { InputError, inputError } from "../base/errors.js";
import { Amounts } from "./amounts.js";
import {
  type Column,
  type ColumnOptions,
  chooseColumns,
  describeColumns,
  type LabelColumnOptions,
  type LabelKind,
} from "./columns.js";
import type { FormatOptions } from "./format.js";
import { Texts } from "./joined-texts.js";
import { type LabelCells, LEFT_OUT, OneLabel, oneOf } from "./label-cells.js";
import { IndicatedLabels, ListedLabels } from "./label-sets.js";
import { type Cells, MISFIT, Unfit } from "./records.js";
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
import { Counted, Missing, Rejects } from "./unusable-rows.js";

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

/** A text and its labels. */
export interface LabelSetRow extends TextRow {
  /** Trimmed, each once, in the order of the file; none is an answer too. */
  labels: readonly string[];
  /** What stands in the group column, trimmed; missing where that is empty, or there is none. */
  group?: string;
}

/** A text and its amount. */
export interface AmountRow extends TextRow {
  /** Finite. */
  value: number;
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

/** How texts of several labels are read. */
export interface LabelSetOptions extends Omit<ReadOptions, "label"> {
  /**
   * The label column: a name, or a number from 1. Of a list, each is a column of 0 and 1 (false and true, no and yes) that is
   * called as its label.
   */
  label?: string | number | readonly (string | number)[];
  /** What parts the labels of a cell. Default: of ; | and , the first by which cells at the head fall apart into labels that repeat. */
  labelSeparator?: string;
}

/** How texts and amounts are read: the label column is the one of the amounts. */
export type AmountOptions = Omit<ReadOptions, "labelMap">;

/** What was found out about a file before its rows are read. */
export interface DataDescription extends TableDescription {
  /** The columns of the text: one, or those that were asked for. */
  text: readonly Column[];
  /** The column of the label, the labels or the amount; undefined where texts alone are read, or each label has its own. */
  label: Column | undefined;
  /** The columns of 0 and 1, where each label has its own. */
  labels?: readonly Column[] | undefined;
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
  checkReadOptions(options, "readLabelled options", READ_OPTIONS);
  const records = await openRecords(await sourceOf(from), options, "labels");
  return dataOf(records, options, "label", (opened) =>
    labelledRows(
      opened,
      options,
      new OneLabel(opened.description.label!.name, opened.description.label!.index, options.labelMap),
      (text, label, row) => ({ text, label, row }),
    ),
  );
}

/**
 * Opens rows of any number of labels, from whatever `readTable` takes: lists (JSON's, fastText's, or written as text, as
 * pandas does), cells of labels with a separator, or a column of 0 and 1 for each label. Which it is shows at the head, and
 * `description.found` says it. A row without labels has none, and is counted in `notes`.
 * Throws InputError as `readLabelled`, and where `label` is not given and columns of 0 and 1 alone may each be a label's.
 */
export async function readLabelSets(
  from: Readable,
  options: LabelSetOptions = {},
): Promise<Data<LabelSetRow>> {
  checkReadOptions(options, "readLabelSets options", [...READ_OPTIONS, "labelSeparator"]);
  const records = await openRecords(await sourceOf(from), options, "labels");
  return dataOf(records, options, "labels", (opened) => {
    const { name, format, label, labels } = opened.description;
    const settings = {
      separator: options.labelSeparator,
      map: options.labelMap,
      noneIsMissing: options.skipUnlabelled ?? false,
    };
    const cells = labels
      ? new IndicatedLabels(name, labels, settings)
      : new ListedLabels(name, label!, records.head, format === "fasttext", settings);
    return labelledRows(opened, options, cells, (text, labels, row) => ({ text, labels, row }));
  });
}

/**
 * Opens rows of a text and an amount, from whatever `readTable` takes. Amounts are plain numbers; where all at the head have
 * a decimal comma, which `notes` says, with a comma. What is no finite number is a row that cannot be used.
 * Throws InputError as `readLabelled`, and where numbers at the head can be read in two ways, as 1,234, or 1.234 beside 5.
 */
export async function readAmounts(from: Readable, options: AmountOptions = {}): Promise<Data<AmountRow>> {
  const names = READ_OPTIONS.filter((name) => name !== "labelMap");
  checkReadOptions(options, "readAmounts options", names);
  const records = await openRecords(await sourceOf(from), options, "labels");
  return dataOf(records, options, "amount", (opened) => {
    const { name, label, dialect } = opened.description;
    const cells = new Amounts(name, label!, records.head, dialect?.delimiter);
    return labelledRows(opened, options, cells, (text, value, row) => ({ text, value, row }));
  });
}

/** Opens texts to predict. Without a format in its name or options, a source is one text a line. */
export async function readTexts(from: Readable, options: ReadOptions = {}): Promise<Data<TextRow>> {
  checkReadOptions(options, "readTexts options", READ_OPTIONS);
  const records = await openRecords(await sourceOf(from), options, "texts");
  return dataOf(records, options, undefined, (opened) => ({ rows: () => textRows(opened, options) }));
}

/** @throws InputError for options that are none, or of the wrong kind */
function checkReadOptions(options: LabelSetOptions, where: string, names: readonly string[]): void {
  checkTableOptions(options, where, names);
  const { text, label, group, skipUnlabelled, labelMap, labelSeparator } = options;
  const texts = [text ?? []].flat() as unknown[];
  const mayBeSeveral = names.includes("labelSeparator") && Array.isArray(label) && label.length > 0;
  const labels: readonly unknown[] = mayBeSeveral ? label : label === undefined ? [] : [label];
  const isColumn = (value: unknown) =>
    typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
  for (const [name, value] of [
    ...texts.map((one) => ["text", one] as const),
    ...labels.map((one) => ["label", one] as const),
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
  const isSeparator = typeof labelSeparator === "string" && /^[^"']+$/.test(labelSeparator);
  if (labelSeparator !== undefined && !isSeparator) {
    throw inputError({
      expected: "what parts labels: a character or more, no quotes",
      where: `${where}: labelSeparator`,
      received: labelSeparator,
    });
  }
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
  const records = await openRecords(await sourceOf(from), options, "answers");
  try {
    return { records, description: describe(records, options, undefined) };
  } catch (error) {
    await records.close();
    throw error;
  }
}

interface Opened {
  records: Records;
  description: DataDescription;
  notes: string[];
}

interface Reading<Row> {
  /** Begins to go through them. */
  rows: () => AsyncGenerator<Row[]>;
  /** How labels are written, in words, where there is more than one way. */
  written?: string | undefined;
}

/** Rows that `read` makes of opened records. */
async function dataOf<Row extends TextRow>(
  records: Records,
  options: LabelSetOptions,
  kind: LabelKind | undefined,
  read: (opened: Opened) => Reading<Row>,
): Promise<Data<Row>> {
  const notes: string[] = [];
  try {
    const description = describe(records, options, kind);
    const { rows, written } = read({ records, description, notes });
    if (written !== undefined) description.found += `; ${written}`;
    return { description, notes, [Symbol.asyncIterator]: () => oneByOne(rows()) };
  } catch (error) {
    await records.close();
    throw error;
  }
}

function describe(
  records: Records,
  options: LabelColumnOptions,
  kind: LabelKind | undefined,
): DataDescription {
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
  const chosen = chooseColumns(name, { header, columns, rows: head }, options, kind);
  const { text, label, labels, group } = chosen;
  return {
    ...description,
    text,
    label,
    ...(labels ? { labels } : {}),
    ...(group ? { group } : {}),
    found: found ?? describeColumns(chosen),
  };
}

/** Rows of a text and what `labels` reads, put together by `make`. */
function labelledRows<Value, Row extends TextRow>(
  opened: Opened,
  options: LabelSetOptions,
  labels: LabelCells<Value>,
  make: (text: string, value: Value, row: number) => Row,
): Reading<Row> {
  return { rows: () => labelledBatches(opened, options, labels, make), written: labels.written };
}

async function* labelledBatches<Value, Row extends TextRow>(
  { records, description, notes }: Opened,
  options: LabelSetOptions,
  labels: LabelCells<Value>,
  make: (text: string, value: Value, row: number) => Row,
): AsyncGenerator<Row[]> {
  const { name, group } = description;
  const texts = new Texts(description.text);
  const withoutText = new Missing(name, "text", texts.name);
  const withoutLabel = new Missing(name, labels.what, labels.column);
  const [rejects, blank] = [new Rejects(options), new Counted()];
  let row = records.firstRow - 1;
  for await (const batch of records.batches) {
    const rows: Row[] = [];
    for (const cells of batch) {
      row++;
      if (cells === MISFIT) {
        rejects.count(row);
        continue;
      }
      const text = texts.of(cells);
      if (typeof text !== "string") {
        rejects.take(cells, row, text, withoutText);
        continue;
      }
      const value = labels.of(cells, row);
      if (value instanceof Unfit) rejects.take(cells, row, value, withoutLabel);
      else if (value !== undefined) {
        if (text.trim() === "") blank.add(row);
        if (value === LEFT_OUT) continue;
        const made = make(text, value, row);
        rows.push(group ? { ...made, ...groupOf(cells, group, row) } : made);
      } else if (options.skipUnlabelled) withoutLabel.skip(row);
      else rejects.take(cells, row, undefined, withoutLabel);
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  withoutLabel.complain();
  if (row < records.firstRow) throw new InputError(`${name}: expected rows, found a header only.`);
  notes.push(
    ...notesOf(description),
    ...texts.notes(),
    ...labels.notes(row - records.firstRow + 1),
    ...withoutLabel.notes(),
    ...rejects.notes(),
  );
  if (blank.count > 0) notes.push(`${blank.rows("has", "have")} an empty text: ${blank.numbers()}`);
}

async function* textRows(
  { records, description, notes }: Opened,
  options: ReadOptions,
): AsyncGenerator<TextRow[]> {
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
      else rejects.take(cells, row, text, withoutText);
    }
    if (rows.length > 0) yield rows;
  }
  withoutText.complain();
  notes.push(...notesOf(description), ...texts.notes(), ...rejects.notes());
}

/** Rows without a group stand by themselves. */
function groupOf(cells: Cells, { index }: Column, row: number): { group?: string } {
  const cell = oneOf(cells[index]);
  if (cell instanceof Unfit) {
    throw inputError({ expected: "one text or number as group", where: `row ${row}`, received: cell.value });
  }
  const group = typeof cell === "string" ? cell.trim() : "";
  return group === "" ? {} : { group };
}
