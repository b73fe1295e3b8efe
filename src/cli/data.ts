/** Options that say how a data file is to be read, and the reading. */
import { openSync, type Stats, statSync, writeSync } from "node:fs";
import { type Command, Option } from "commander";
import { InputError, inputError } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { readBytes } from "../base/node-files.js";
import { counted } from "../base/numbers.js";
import { printable } from "../base/text.js";
import { AmountCorpus } from "../classifier/amount-corpus.js";
import { DUPLICATES, type Duplicates } from "../classifier/bundles.js";
import { Corpus } from "../classifier/corpus.js";
import { LabelSetCorpus } from "../classifier/label-set-corpus.js";
import type { Scratch } from "../classifier/text-corpus.js";
import { isNothing, type LabelCount, labelVariants } from "../data/labels.js";
import { readAmountsPath, readLabelledPath, readLabelSetsPath } from "../data/node-source.js";
import type { Data, LabelledRow, ReadOptions, TextRow } from "../data/read.js";
import { readTable } from "../data/table.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { note } from "./context.js";
import { choice, type Idle, repeatable } from "./options.js";
import { isFirst } from "./together.js";
import { status } from "./ui/status.js";

/** What DATA may be, for help. */
export const DATA =
  "CSV, TSV, JSON, Parquet or fastText's lines (also .gz, .zst), a folder of label/*.txt, or - for standard input";

/** How a table is read. */
export interface TableFlags {
  text?: (string | number)[];
  delimiter?: string;
  encoding?: string;
  /** A file for the rows that cannot be used. */
  rejects?: string;
}

/** How labelled texts are read. */
export interface ColumnFlags extends TableFlags {
  /** Several, where each label has a column of its own. */
  label?: string | number | (string | number)[];
  skipUnlabelled?: boolean;
  /** A file that says what labels are to be called. */
  labelMap?: string;
  mergeLabels?: boolean;
}

/** As `ColumnFlags`, of several labels a text. */
export interface LabelSetFlags extends ColumnFlags {
  /** What parts the labels of a cell. */
  labelSeparator?: string;
}

export interface SplitFlags {
  group?: string | number;
  duplicates?: Duplicates;
}

/** A column by name, or by number from 1. */
export const column = (value: string): string | number => (/^[1-9]\d*$/.test(value) ? Number(value) : value);

/** A folder's texts are its files and its labels their folders: it has no columns. */
export function idleColumns(...paths: readonly (string | undefined)[]): Idle {
  const folders =
    paths.every((path) => path === undefined || isFolder(path)) && "with a folder of label/*.txt";
  const whatTablesHave = ["text", "label", "group", "delimiter", "encoding", "rejects", "skipUnlabelled"];
  return Object.fromEntries(whatTablesHave.map((name) => [name, folders]));
}

const isFolder = (path: string) => found(path)?.isDirectory() ?? false;

/** What a word names; undefined where that is nothing, or where it can be no path at all. */
function found(word: string): Stats | undefined {
  try {
    return statSync(word, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const DELIMITER_NAMES: Readonly<Record<string, string>> = { tab: "\t", comma: ",", semicolon: ";", bar: "|" };

/** One character, or its name: a tab is hard to type. */
const delimiter = (value: string): string =>
  DELIMITER_NAMES[value.toLowerCase()] ?? value.replace(/^\\t$/, "\t");

export function tableFlags(command: Command): Command {
  return command
    .option(
      "--text <column>",
      "the text column: its name, or its number from 1 (default: found by name); given again, another that is read with it",
      (value: string, before: (string | number)[] = []) => [...before, column(value)],
    )
    .option(
      "--delimiter <character>",
      "what parts the columns: tab, or one character (default: found out)",
      delimiter,
    )
    .option("--encoding <name>", "how the file is written, as windows-1252 (default: found out)")
    .option(
      "--rejects <file>",
      "write the rows that cannot be used there, as JSON lines, and go on without them",
    );
}

/** @param several whether a text may have several labels */
export function columnFlags(command: Command, several = false): Command {
  const label = several
    ? new Option(
        "--label <column>",
        "the label column, likewise; with several labels a text, given again: a column of 0 and 1 for each",
      )
    : new Option("--label <column>", "the label column, likewise");
  const added = (value: string, before?: string | number | (string | number)[]) =>
    before === undefined ? column(value) : [...[before].flat(), column(value)];
  return tableFlags(command)
    .addOption(several ? repeatable(label.argParser(added)) : label.argParser(column))
    .option("--skip-unlabelled", "leave out rows without a label")
    .option(
      "--label-map <file>",
      "what labels are to be called: a JSON object, or CSV of from,to; nothing leaves out",
    )
    .option("--merge-labels", "make one of labels that differ in case, spaces or a letter");
}

/** Of several labels a text. */
export const separatorFlag = (command: Command): Command =>
  command.option(
    "--label-separator <text>",
    "what parts the labels of a text in its cell (default: of ; | and , what is there)",
  );

/** Files of --rejects that this command has begun: what is read later goes behind. */
const begun = new Map<string, number>();

/**
 * Writes rows that cannot be used as they come. A file of an earlier run is replaced even if there are none now.
 * @param writes whether this process does. Default: of several, the first
 */
export function rejecting({ rejects }: TableFlags, from: string, writes = isFirst): ReadOptions["onReject"] {
  if (rejects === undefined) return undefined;
  // Rows are left out all the same.
  if (!writes) return () => {};
  const file = begun.get(rejects) ?? openSync(rejects, "w");
  begun.set(rejects, file);
  return (reject) => void writeSync(file, `${JSON.stringify({ file: from, ...reject })}\n`);
}

/** Opens labelled texts, and says where they are in the file. */
export async function openLabelled(
  path: string,
  flags: ColumnFlags,
  group?: string | number,
): Promise<Data<LabelledRow>> {
  status.show(`reading ${path}`);
  const rows = await readLabelledPath(path, {
    ...(await readOptionsOf(path, flags, group)),
    ...labelColumn(flags),
  });
  sayFound(path, rows);
  return rows;
}

/** Options of reading that are the same whatever the labels are. */
export async function readOptionsOf(
  path: string,
  flags: ColumnFlags,
  group: string | number | undefined,
): Promise<Omit<ReadOptions, "label">> {
  const { text, delimiter, encoding, skipUnlabelled, labelMap } = flags;
  const onReject = rejecting(flags, path);
  return {
    ...(text === undefined ? {} : { text }),
    ...(group === undefined ? {} : { group }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(skipUnlabelled ? { skipUnlabelled } : {}),
    ...(labelMap === undefined ? {} : { labelMap: await readLabelMap(labelMap) }),
    ...(onReject ? { onReject } : {}),
  };
}

/** The one column of labels or amounts. @throws InputError where there are several */
export function labelColumn({ label }: Pick<ColumnFlags, "label">): { label?: string | number } {
  if (label === undefined) return {};
  if (!Array.isArray(label)) return { label };
  throw inputError({
    expected: "to be given once",
    where: "--label",
    received: label,
    next: "Where each is a label with a column of 0 and 1: train with --multi-label.",
  });
}

export const sayFound = (path: string, { description }: Data<TextRow>): void =>
  note(printable(`${path === "-" ? "standard input" : path}: ${description.found}`));

/** Says what was done to rows and labels, and gives it back. */
export function sayNotes(path: string, notes: readonly string[]): string[] {
  const lines = notes.map((line) => `${path}: ${line}`);
  for (const line of lines) note(printable(line));
  return lines;
}

/** Reads texts with any number of labels each, and says what was done to their rows and labels. */
export async function readLabelSetCorpus(
  path: string,
  flags: LabelSetFlags,
  frontEnd: CorpusFrontEndOptions,
  { group, known }: { group?: string | number | undefined; known?: readonly string[] } = {},
): Promise<{ corpus: LabelSetCorpus; notes: string[] }> {
  const { label, labelSeparator } = flags;
  status.show(`reading ${path}`);
  const rows = await readLabelSetsPath(path, {
    ...(await readOptionsOf(path, flags, group)),
    ...(label === undefined ? {} : { label }),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
  });
  sayFound(path, rows);
  const corpus = await LabelSetCorpus.read(rows, frontEnd, { onProgress: status.told });
  return { corpus, notes: sayNotes(path, [...rows.notes, ...labelsTogether(corpus, flags, known)]) };
}

/** Reads texts with an amount each, and says what was done to their rows. */
export async function readAmountCorpus(
  path: string,
  flags: ColumnFlags,
  frontEnd: CorpusFrontEndOptions,
  { group }: { group?: string | number | undefined } = {},
): Promise<{ corpus: AmountCorpus; notes: string[] }> {
  const { labelMap: _, ...others } = flags;
  status.show(`reading ${path}`);
  const rows = await readAmountsPath(path, {
    ...(await readOptionsOf(path, others, group)),
    ...labelColumn(flags),
  });
  sayFound(path, rows);
  const corpus = await AmountCorpus.read(rows, frontEnd, { onProgress: status.told });
  return { corpus, notes: sayNotes(path, rows.notes) };
}

/**
 * Reads labelled texts, and says what was done to their rows and labels.
 * @param into what they are added to. Default: a corpus of their own
 * @returns the texts, and what was said of them
 */
export async function readCorpus(
  path: string,
  flags: ColumnFlags,
  frontEnd: CorpusFrontEndOptions,
  {
    group,
    into,
    known,
    scratch,
  }: {
    group?: string | number | undefined;
    into?: Corpus;
    known?: readonly string[];
    scratch?: Scratch | null;
  } = {},
): Promise<{ corpus: Corpus; notes: string[] }> {
  const rows = await openLabelled(path, flags, group);
  if (into) for await (const row of rows) into.add(row);
  const reading = { onProgress: status.told, ...(scratch ? { scratch } : {}) };
  const corpus = into ?? (await Corpus.read(rows, frontEnd, reading));
  return { corpus, notes: sayNotes(path, [...rows.notes, ...labelsTogether(corpus, flags, known)]) };
}

/** Makes one of labels where that is asked for, and tells which are one. */
function labelsTogether(
  corpus: Corpus | LabelSetCorpus,
  { mergeLabels }: ColumnFlags,
  known?: readonly string[],
): string[] {
  const merged = mergeLabels ? corpus.mergeLabels(known) : [];
  const mergers = merged.map(({ label, rows, of }) => `${quoted(label, rows)} as ${JSON.stringify(of)}`);
  const spelled = corpus
    .spellings()
    .map(({ written, label }) => `${JSON.stringify(written)} as ${JSON.stringify(label)}`);
  return [
    ...(spelled.length > 0 ? [`labels that are equal numbers are one: ${named(spelled)}`] : []),
    ...(merged.length > 0 ? [`labels taken as one: ${named(mergers)}`] : []),
  ];
}

/** Labels to be learned that may not be meant, each kind with its remedy. */
export function labelNotes(counts: readonly LabelCount[]): string[] {
  const notes: string[] = [];
  const variants = labelVariants(counts);
  if (variants.length > 0) {
    const pairs = variants.map(({ label, rows, of }) => `${quoted(label, rows)} and ${JSON.stringify(of)}`);
    notes.push(
      `! labels that may be one: ${named(pairs)}. --merge-labels makes them one, or --label-map some of them.`,
    );
  }
  const nothing = counts.filter(({ label }) => isNothing(label));
  if (nothing.length > 0) {
    const labels = nothing.map(({ label, rows }) => quoted(label, rows));
    notes.push(
      `! labels that may stand for none: ${named(labels)}. --label-map leaves out a label that it makes null.`,
    );
  }
  const rare = counts.filter(({ rows }) => rows <= 2);
  if (rare.length > 0) {
    const labels = rare.map(({ label, rows }) => quoted(label, rows));
    notes.push(`! labels that stand once or twice, too few to learn or to judge by: ${named(labels)}.`);
  }
  return notes;
}

const quoted = (label: string, rows: number): string => `${JSON.stringify(label)} (${counted(rows, "row")})`;

/** Some of many. */
export function named(names: readonly string[]): string {
  return `${names.slice(0, MOST_NAMED).join(", ")}${names.length > MOST_NAMED ? `, … ${names.length} in all` : ""}`;
}

const MOST_NAMED = 5;

/** What is wrong with the rows of a file is told with the file's name. @throws InputError where `check` does */
export async function inFile<T>(path: string, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${path}: ${error.typed ?? error.message}`, { cause: error });
  }
}

/** A map of labels: a JSON object, or rows of from and to. @throws InputError for anything else */
async function readLabelMap(path: string): Promise<Record<string, string | null>> {
  const map: Record<string, string | null> = Object.create(null) as Record<string, string | null>;
  const bytes = await readBytes(path);
  if (/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) {
    const object = parseJson(bytes, path);
    if (typeof object !== "object" || object === null || Array.isArray(object))
      throw inputError({ expected: "a JSON object, label by label", where: `--label-map ${path}` });
    for (const [from, to] of Object.entries(object)) {
      if (typeof to === "object" && to !== null)
        throw inputError({
          expected: "a label, or null",
          where: `--label-map ${path}: ${from}`,
          received: to,
        });
      map[from] = to === null ? null : String(to);
    }
    return map;
  }
  for await (const { cells } of await readTable(path, { header: false })) {
    const [from, to = ""] = cells;
    if (cells.length > 2 || typeof from !== "string" || typeof to !== "string")
      throw inputError({ expected: "rows of two columns, from and to", where: `--label-map ${path}` });
    if (Object.hasOwn(map, from.trim()))
      throw inputError({ expected: "each label once", where: `--label-map ${path}`, received: from });
    map[from.trim()] = to.trim() === "" ? null : to.trim();
  }
  return map;
}

/** Options that say which rows are never on both sides of a split. */
export function splitFlags(command: Command): Command {
  return command
    .option(
      "--group <column>",
      "who or what rows are from (sender, film): never on both sides of a split",
      column,
    )
    .addOption(
      choice(
        "--duplicates <where>",
        "rows of the same words in a split: together or apart (default: together with auto and linear and no --group)",
        DUPLICATES,
      ),
    );
}

/**
 * A file's name where texts are given is meant as the file, and would be taken for three letters and an ending. A folder's
 * is too where it cannot be a word.
 * @param advice what to do with the file instead
 */
export function refuseFiles(
  command: string,
  texts: readonly string[],
  advice: (file: string, isFolder: boolean) => string,
): void {
  for (const text of texts) {
    const named = found(text);
    if (!named || !(named.isFile() || /[\\/]/.test(text))) continue;
    throw inputError({
      expected: `texts, not a ${named.isDirectory() ? "folder" : "file"}'s name`,
      where: command,
      received: text,
      next: advice(text, named.isDirectory()),
    });
  }
}
