/** Which columns hold the text and which the label: by request, by name, or by what they hold; and whether by a header. */
import { didYouMean, InputError, inputError } from "../base/errors.js";
import { label as printed } from "../base/label.js";
import { isNothing } from "./labels.js";
import { type Cells, textOf } from "./records.js";

const TEXT_NAMES = (
  "text sms message review sentence content question comment tweet body utterance document description query " +
  "phrase post email headline title input"
).split(" ");
const LABEL_NAMES = (
  "label labels class category sentiment target intent topic polarity rating stars labelname labeltext coarselabel " +
  "classification tag isspam output"
).split(" ");

/** What is sought beside the text: one label a row, several, or an amount. */
export type LabelKind = "label" | "labels" | "amount";

/** By what is sought, names of its column, the likeliest first. */
const NAMES: Readonly<Record<LabelKind, readonly string[]>> = {
  label: LABEL_NAMES,
  labels: ["labels", "tags", "categories", "genres", "topics", "emotions", ...LABEL_NAMES],
  amount: ["label", "labels", "target", "value", "amount", "score", "rating", "stars", "price", "output"],
};

/** A first row with a longer cell is a row, unless it holds a known name. */
const LONGEST_NAME = 30;

/** How a column was chosen. */
export type HowFound =
  | "as asked"
  | "found by name"
  | "guessed from content"
  | "the only other column"
  | "the only column";

/** A column that was chosen. */
export interface Column {
  /** From 0. */
  index: number;
  /** Its name, or its number from 1 where there is no header. */
  name: string;
  /** Why this one. */
  how: HowFound;
}

/** Which columns are read. */
export interface ColumnOptions {
  /** The text column: a name, or a number from 1. Of several, a text is what they hold, a line each, in this order. */
  text?: string | number | readonly (string | number)[];
  /** The label column: a name, or a number from 1. */
  label?: string | number;
  /** The column of who or what rows are from, whose rows are never on both sides of a split. Default: none. */
  group?: string | number;
  /** Whether the first row names the columns. Default: told from the file. */
  header?: boolean;
}

/** Which columns are read, where labels may have a column each. */
export interface LabelColumnOptions extends Omit<ColumnOptions, "label"> {
  label?: string | number | readonly (string | number)[];
}

export interface ChosenColumns {
  /** Whether the first record is a header. */
  header: boolean;
  /** Names, or numbers from 1. */
  columns: readonly string[];
  /** One, or those that were asked for. */
  text: readonly Column[];
  label: Column | undefined;
  /** In place of `label`, where a list was asked for. */
  labels?: readonly Column[] | undefined;
  /** Where it was asked for. */
  group?: Column | undefined;
}

/**
 * Chooses the columns from the first records.
 * @param kind what must be there beside the text
 */
export function chooseColumns(
  name: string,
  { header, columns, rows }: NamedColumns,
  options: LabelColumnOptions,
  kind: LabelKind | undefined,
): ChosenColumns {
  const table = tableOf(name, header, columns, rows);
  const group = asked(table, options.group, "group");
  table.group = group;
  const askedTexts = allAsked(table, options.text, "text");
  const askedLabels = allAsked(table, options.label, "label");
  const both = askedTexts.find(({ index }) => askedLabels.some((label) => label.index === index));
  if (both) throw new InputError(`${name}: the text and the label cannot both be column ${both.name}.`);
  const namedText = askedTexts[0] ?? byName(table, TEXT_NAMES, askedLabels);
  const taken = askedTexts.length > 0 ? askedTexts : namedText ? [namedText] : [];
  const found =
    askedLabels[0] ?? byName(table, NAMES[kind ?? "label"], taken) ?? guessLabel(table, taken, kind);
  if (kind === "labels" && found) refuseIndicators(table, found, taken);
  const labels = askedLabels.length > 0 ? askedLabels : found ? [found] : [];
  const text = namedText ?? guessText(table, labels);
  if (kind && labels.length === 0) throw cannotTell(table, "label");
  if (!text) throw cannotTell(table, "text");
  const texts = askedTexts.length > 0 ? askedTexts : [text];
  for (const { index, name: column } of [...texts, ...labels]) {
    if (index !== group?.index) continue;
    const what = labels.some((label) => label.index === index) ? "label" : "text";
    throw new InputError(`${name}: the ${what} and the group cannot both be column ${column}.`);
  }
  return {
    ...{ header, columns, text: texts, label: undefined },
    ...(kind && (Array.isArray(options.label) ? { labels } : { label: found })),
    ...(group ? { group } : {}),
  };
}

export interface NamedColumns {
  header: boolean;
  columns: readonly string[];
  /** Records to judge by, the header left out. */
  rows: readonly Cells[];
}

/**
 * Whether there is a header, what the columns are called, and the rows without it.
 * @param names the format's own column names
 */
export function nameColumns(
  records: readonly Cells[],
  names: readonly string[] | undefined,
  options: LabelColumnOptions,
): NamedColumns {
  const first = names ?? records[0]!.map(textOf);
  const header = names !== undefined || isHeader(first, records, options);
  const columns = header ? first.map((cell) => cell.trim()) : first.map((_, i) => String(i + 1));
  return { header, columns, rows: header && names === undefined ? records.slice(1) : records };
}

/** "text column: SMS, label column: Label (found by name)" */
export function describeColumns({ group, ...columns }: Omit<ChosenColumns, "columns">): string {
  return `${describeTextAndLabel(columns)}${group ? `, group column: ${printed(group.name)}` : ""}`;
}

function describeTextAndLabel({
  header,
  text,
  label,
  labels = label ? [label] : [],
}: Omit<ChosenColumns, "columns" | "group">): string {
  const named = (role: string, columns: readonly Column[]) =>
    `${role} column${columns.length > 1 ? "s" : ""}: ${columns.map(({ name }) => printed(name)).join(" and ")}`;
  const how = (column: Column) => `(${column.how}${header ? "" : "; no header"})`;
  const [t, l] = [named("text", text), named("label", labels)];
  if (!labels[0]) return `${t} ${how(text[0]!)}`;
  if (text[0]!.how === labels[0].how) return `${t}, ${l} ${how(labels[0])}`;
  return `${t} ${how(text[0]!)}, ${l} ${how(labels[0])}`;
}

/** Whether the first record holds a name that text or label columns often have, and that no later one repeats. */
export function namesColumns(records: readonly Cells[]): boolean {
  const known = new Set([...TEXT_NAMES, ...LABEL_NAMES]);
  return records[0]!.some(
    (cell, i) => known.has(plain(textOf(cell))) && !records.slice(1).some((row) => row[i] === cell),
  );
}

/** Whether a column looks like labels: few values that repeat, and short ones. */
export function looksLabelled(records: readonly Cells[]): boolean {
  const columns = records[0]!.map((_, i) => String(i + 1));
  const rows = records.length > 3 ? records.slice(1) : records;
  const label = guessLabel(tableOf("", false, columns, rows), [], undefined);
  return label !== undefined && rows.some((row) => row[label.index] !== rows[0]![label.index]);
}

/** What a column holds, as far as the sample goes. */
interface Profile {
  rows: number;
  distinct: number;
  longest: number;
  /** Mean characters. */
  mean: number;
  /** Whether it holds dates only. */
  dates: boolean;
  /** Whether it holds numbers only, with a point or a comma. */
  numbers: boolean;
  /** Whether it holds 0 and 1, false and true, no and yes, or nothing, only. */
  answers: boolean;
}

/** 2026-11-28, 28.11.2026 or 11/28/26, with or without a time. */
const DATE =
  /^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]+[\d:.]+\s*([AaPp][Mm]|Z|[+-][\d:]+)?)?\s*$/;

const ANSWER = /^\s*(?:[01](?:\.0*)?|true|false|yes|no)\s*$/i;

const AMOUNT = /^\s*[+-]?(\d+([.,]\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;

interface Table {
  name: string;
  header: boolean;
  columns: readonly string[];
  profiles: Profile[];
  /** The group column, which is no guess for anything else. */
  group?: Column | undefined;
}

const tableOf = (
  name: string,
  header: boolean,
  columns: readonly string[],
  rows: readonly Cells[],
): Table => ({
  name,
  header,
  columns,
  profiles: columns.map((_, i) => profile(rows, i)),
});

function profile(rows: readonly Cells[], index: number): Profile {
  const seen = new Set<string>();
  let [longest, total, dates, numbers, answers, answered] = [0, 0, true, true, true, false];
  for (const row of rows) {
    const cell = textOf(row[index]);
    dates &&= cell === "" || DATE.test(cell);
    numbers &&= cell === "" || AMOUNT.test(cell);
    const isAnswer = ANSWER.test(cell);
    answers &&= isAnswer || cell === "" || isNothing(cell);
    answered ||= isAnswer;
    seen.add(cell);
    longest = Math.max(longest, cell.length);
    total += cell.length;
  }
  return {
    rows: rows.length,
    distinct: seen.size,
    longest,
    mean: total / Math.max(1, rows.length),
    dates: dates && longest > 0,
    numbers: numbers && longest > 0,
    answers: answers && answered,
  };
}

/**
 * A first row is a header where a column is asked for by a name in it; or where it holds a name that columns often have
 * and that no later row repeats; or where its would-be label is one that no later row has.
 */
function isHeader(first: readonly string[], records: readonly Cells[], options: LabelColumnOptions): boolean {
  if (options.header !== undefined) return options.header;
  const isName = (column: unknown) => typeof column === "string" && !isNumber(column);
  if ([options.text, options.label, options.group].flat().some(isName)) return true;
  const later = records.slice(1);
  const repeats = (index: number) => later.some((row) => row[index] === first[index]);
  if (namesColumns(records)) return true;
  if (first.some((cell) => cell.length > LONGEST_NAME)) return false;
  const columns = first.map((_, i) => String(i + 1));
  const table = tableOf("", false, columns, later);
  if (later.length > 0 && table.profiles.some(({ dates }, i) => dates && !DATE.test(first[i]!))) return true;
  const label = guessLabel(table, [], undefined);
  return label !== undefined && later.length > 2 && !repeats(label.index);
}

function allAsked(table: Table, asks: LabelColumnOptions["label"], role: "text" | "label"): Column[] {
  const all = asks === undefined ? [] : [asks].flat();
  const columns = all.map((each) => asked(table, each, role)!);
  const twice = columns.find(({ index }, i) => columns.findIndex((other) => other.index === index) < i);
  if (!twice) return columns;
  throw new InputError(`${table.name}: column ${printed(twice.name)} is asked for twice as ${role}.`);
}

function asked(table: Table, column: string | number | undefined, role: string): Column | undefined {
  if (column === undefined) return undefined;
  const { columns, header } = table;
  const same = (test: (name: string) => boolean) => columns.flatMap((name, i) => (test(name) ? [i] : []));
  // A number is a place; a name may look like one.
  const named = header && typeof column === "string";
  const exact = named ? same((name) => name === column) : [];
  const alike = exact.length > 0 ? exact : named ? same((name) => plain(name) === plain(String(column))) : [];
  if (alike.length > 1) {
    throw new InputError(
      `${table.name}: ${alike.length} columns are named "${column}". Give its number, from 1.`,
    );
  }
  const index = alike[0] ?? (isNumber(column) ? Number(column) - 1 : -1);
  if (columns[index] === undefined) throw noColumn(table, column, role);
  return { index, name: columns[index], how: "as asked" };
}

function noColumn({ name, header, columns }: Table, column: string | number, role: string): InputError {
  return inputError({
    expected: header ? `one of the columns ${listed(columns)}` : `a column from 1 to ${columns.length}`,
    where: `${name}: ${role} column`,
    received: column,
    next: didYouMean(
      String(column),
      columns.filter((each) => each.length <= LONGEST_NAME),
    ),
  });
}

function byName(table: Table, names: readonly string[], taking: readonly Column[]): Column | undefined {
  if (!table.header) return undefined;
  const plainNames = table.columns.map(plain);
  const taken = new Set(taking.map(({ index }) => index));
  for (const name of names) {
    const index = plainNames.indexOf(name);
    const other = plainNames.indexOf(name, index + 1);
    if (index >= 0 && other >= 0 && !taken.has(index) && !taken.has(other)) {
      throw new InputError(
        `${table.name}: columns ${index + 1} and ${other + 1} are both named "${printed(table.columns[index]!)}". Give the number of the one that is meant.`,
      );
    }
    if (index >= 0 && !taken.has(index)) {
      return { index, name: table.columns[index]!, how: "found by name" };
    }
  }
  return undefined;
}

/** Few distinct short values; two or more, where there is such a column, and the fewest of them. */
function guessLabel(table: Table, texts: readonly Column[], kind: LabelKind | undefined): Column | undefined {
  const only = texts[0] && kind ? onlyOther(table, texts) : undefined;
  const taken = [...texts, ...(table.group ? [table.group] : [])];
  if (kind === "amount") return only ?? onlyNumbers(table, taken);
  // Sets of labels may be different in every row.
  const holds = kind === "labels" ? isNoDate : holdsLabels;
  if (only && holds(table.profiles[only.index]!)) return only;
  const candidates = table.profiles
    .map((profile, index) => ({ ...profile, index }))
    .filter(({ index }) => table.columns.length > 1 && !taken.some((column) => column.index === index))
    .filter(
      ({ distinct, longest, rows, dates }) =>
        !dates && longest > 0 && longest <= 60 && distinct <= mostLabels(rows),
    );
  const many = candidates.filter(({ distinct }) => distinct > 1);
  const best = (many.length > 0 ? many : candidates).sort(
    (a, b) => a.distinct - b.distinct || a.mean - b.mean,
  )[0];
  return best && { index: best.index, name: table.columns[best.index]!, how: "guessed from content" };
}

/**
 * Where columns hold 0 and 1 alone, each may be a label's: one of them, or one beside several, is no column of labels unless
 * that is said.
 * @throws InputError where such a column would be guessed
 */
function refuseIndicators(
  { name, columns, profiles, group }: Table,
  found: Column,
  texts: readonly Column[],
): void {
  if (found.how === "as asked" || found.how === "found by name") return;
  const taken = [...texts, ...(group ? [group] : [])];
  const places = profiles.flatMap(({ answers }, index) =>
    answers && !taken.some((column) => column.index === index) ? [index] : [],
  );
  if (places.length < 2 && places[0] !== found.index) return;
  const names = places.map((index) => columns[index]!);
  const some = names.slice(0, MOST_ADVISED).map(printed);
  const more = names.length > MOST_ADVISED;
  const flags = some.map((each) => `--label ${/^[\w.-]+$/.test(each) ? each : JSON.stringify(each)}`);
  const one = names.length === 1;
  const expected = `a column of labels, found ${one ? "one" : `${names.length} columns`} of 0 and 1, or false and true, alone: ${listed(names)}`;
  const each = one ? "Where 1 says that it applies" : "Where 1 says that each applies";
  throw inputError({
    expected,
    where: name,
    next: `${each}: label: [${some.map((each) => JSON.stringify(each)).join(", ")}${more ? ", …" : ""}]. Else say by label which is the column of the labels.`,
    typed: {
      next: one
        ? `${each}, these are two classes: leave out --multi-label. Else say by --label which is the column of the labels.`
        : `${each}: ${flags.join(" ")}${more ? " …" : ""}. Else say by --label which is the column of the labels.`,
    },
  });
}

/** Columns that are written out for a command. */
const MOST_ADVISED = 20;

/** The one column of numbers among those that are not taken. */
function onlyNumbers({ columns, profiles }: Table, taken: readonly Column[]): Column | undefined {
  const found = profiles.flatMap(({ numbers }, index) =>
    numbers && !taken.some((column) => column.index === index) ? [index] : [],
  );
  const [index] = found;
  if (index === undefined || found.length > 1) return undefined;
  return { index, name: columns[index]!, how: "guessed from content" };
}

/** The longest texts. */
function guessText(table: Table, labels: readonly Column[]): Column | undefined {
  const only = onlyOther(table, labels);
  if (only) return { ...only, how: labels[0]?.how === "guessed from content" ? labels[0].how : only.how };
  const candidates = table.profiles
    .map((profile, index) => ({ ...profile, index }))
    .filter(({ index, longest }) => index !== table.group?.index && longest > 0)
    .filter(({ index }) => !labels.some((label) => label.index === index));
  const best = candidates.sort((a, b) => b.mean - a.mean)[0];
  return best && { index: best.index, name: table.columns[best.index]!, how: "guessed from content" };
}

/** The one column left where others are taken, or the one there is. */
function onlyOther({ columns, group }: Table, others: readonly Column[]): Column | undefined {
  const taken = [...others, ...(group ? [group] : [])];
  if (columns.length !== taken.length + 1) return undefined;
  const index = columns.findIndex((_, i) => !taken.some((column) => column.index === i));
  return {
    index,
    name: columns[index]!,
    how: taken.length > 0 ? "the only other column" : "the only column",
  };
}

/** Labels repeat, where there are more than a few rows. */
function holdsLabels({ rows, distinct, dates }: Profile): boolean {
  return !dates && (rows <= 10 || distinct < rows);
}

const isNoDate = ({ dates }: Profile): boolean => !dates;

function mostLabels(rows: number): number {
  return Math.max(2, Math.min(100, rows / 2));
}

function cannotTell({ name, header, columns }: Table, role: "text" | "label"): InputError {
  const there = listed(header ? columns : columns.map((column) => `column ${column}`));
  return new InputError(
    `${name}: cannot tell which column is the ${role}. There are: ${there}. Give its name or number.`,
  );
}

/** Names for a message: the first of them, where there are many, and each short. */
function listed(names: readonly string[]): string {
  const more = names.length > 12 ? `, … (${names.length} in all)` : "";
  return `${names.slice(0, 12).map(printed).join(", ")}${more}`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}

function isNumber(column: string | number): boolean {
  return typeof column === "number" || /^\d+$/.test(column);
}
