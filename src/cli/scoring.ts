/** `cellstate predict MODEL DATA --out FILE`: a table with the answers in columns added, row by row. */
import { createWriteStream } from "node:fs";
import { realpath, rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { inputError } from "../base/errors.js";
import { fileError } from "../base/node-files.js";
import { count, counted } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { AnswerOptions } from "../classifier/answer.js";
import { Texts } from "../data/joined-texts.js";
import { isStandardInput, standardInput } from "../data/node-files.js";
import { type DataDescription, openTexts, type ReadOptions } from "../data/read.js";
import { type Cells, MISFIT } from "../data/records.js";
import { notesOf, plainValue, type Records } from "../data/table.js";
import { RowWriter } from "../data/table-writer.js";
import { type AnswerCell, type AnyTextModel, type Asking, askingOf, type ShownAnswer } from "./asking.js";
import { note } from "./context.js";
import { rejecting, type TableFlags } from "./data.js";
import { status } from "./ui/status.js";

export interface ScoringFlags extends TableFlags {
  out?: string;
  json?: boolean;
  /** Whether every label's probability gets a column. */
  scores?: boolean;
  /** With `json`: the column that says which row it is. */
  id?: string | number;
  keepFormulas?: boolean;
}

/** Rows answered together: a batch is much faster than one by one. */
const BATCH = 256;

/** Labels the rows of a table. @throws InputError where it cannot be read, or has no column of texts */
export async function scoreTable(
  model: AnyTextModel,
  data: string,
  flags: ScoringFlags,
  answering: AnswerOptions,
): Promise<void> {
  const { text, delimiter, encoding } = flags;
  refuseEnding(flags.out!, flags.json ?? false);
  const onReject = rejecting(flags, data);
  const options: ReadOptions = {
    ...(text === undefined ? {} : { text }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(onReject ? { onReject } : {}),
  };
  const opened = await openTexts(isStandardInput(data) ? standardInput() : data, options);
  note(printable(`${opened.description.name}: ${opened.description.found}`));
  status.clear();
  const sink = await openSink(flags.out!);
  try {
    const scoring = new Scoring(opened, askingOf(model, answering, flags.scores), flags);
    for await (const piece of scoring.pieces()) {
      // Rows on the same terminal show by themselves how far it is.
      if (flags.out !== "-") status.show(`  answering ${count(scoring.rows)}`, "answering");
      await sink.write(piece);
    }
    await sink.close();
    for (const line of scoring.notes()) note(printable(`${opened.description.name}: ${line}`));
    if (flags.out !== "-") note(printable(`Wrote ${flags.out}`));
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** Where the table goes: nothing is there until all is. */
interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

async function openSink(out: string): Promise<Sink> {
  if (out === "-") return { write: writerTo(process.stdout), close: async () => {}, abandon: async () => {} };
  // A link stays one, and its target is replaced.
  const target = await realpath(out).catch(() => out);
  const temporary = `${target}.${process.pid}.part`;
  const stream = createWriteStream(temporary, { flags: "wx" });
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  const write = writerTo(stream);
  return {
    write: async (text) => {
      if (failure) throw fileError(failure, out, "written");
      await write(text);
    },
    close: async () => {
      await new Promise<void>((done) => {
        stream.once("close", () => done());
        stream.end();
      });
      // What a full disk did not take is told of here at the latest.
      if (failure) throw fileError(failure, out, "written");
      await rename(temporary, target);
    },
    abandon: async () => {
      stream.destroy();
      await rm(temporary, { force: true });
    },
  };
}

/** Waits for what is full. */
const writerTo = (stream: Writable) => async (text: string) => {
  if (stream.write(text)) return;
  await new Promise<void>((drained, failed) => {
    const settle = (then: () => void) => () => {
      stream.off("drain", onDrain).off("error", onError);
      then();
    };
    const onDrain = settle(drained);
    const onError = (error: Error) => settle(() => failed(error))();
    stream.once("drain", onDrain).once("error", onError);
  });
};

/** A row to answer: its cells, its text where it has one, and its number. */
interface Row {
  cells: Cells;
  text: string | undefined;
  row: number;
}

/** A table on its way from cells to cells with answers. */
class Scoring {
  private readonly records: Records;
  private readonly description: DataDescription;
  private readonly texts: Texts;
  private readonly writer: TableWriter;
  /** Gone through so far. */
  rows = 0;
  private withoutText = 0;
  private unusable = 0;
  private unknown = 0;

  constructor(
    { records, description }: { records: Records; description: DataDescription },
    private readonly asking: Asking,
    flags: ScoringFlags,
  ) {
    this.records = records;
    this.description = description;
    this.texts = new Texts(description.text);
    this.writer = writerFor(description, flags, asking);
  }

  async *pieces(): AsyncGenerator<string> {
    yield this.writer.begin();
    let row = this.records.firstRow - 1;
    let waiting: Row[] = [];
    for await (const batch of this.records.batches) {
      for (const cells of batch) {
        row++;
        this.rows++;
        if (cells === MISFIT) this.unusable++;
        else waiting.push({ cells, text: this.textOf(cells), row });
        if (waiting.length < BATCH) continue;
        yield this.answered(waiting);
        waiting = [];
      }
    }
    if (waiting.length > 0) yield this.answered(waiting);
    yield this.writer.end();
  }

  private textOf(cells: Cells): string | undefined {
    const text = this.texts.of(cells);
    return typeof text === "string" ? text : undefined;
  }

  private answered(rows: readonly Row[]): string {
    const asked = rows.filter(({ text }) => text !== undefined);
    const texts = asked.map(({ text }) => text!);
    const answers = this.asking.ask(texts, asked[0]?.row ?? 1)[Symbol.iterator]();
    let text = "";
    for (const each of rows) {
      const answer = each.text === undefined ? undefined : (answers.next().value as ShownAnswer);
      if (!answer) this.withoutText++;
      else if (answer.known === 0) this.unknown++;
      text += this.writer.row(each, answer);
    }
    return text;
  }

  notes(): string[] {
    const rows = (count: number) => counted(count, "row has", "rows have");
    return [
      ...notesOf(this.description),
      ...this.texts.notes(),
      ...this.writer.notes(),
      ...(this.unusable > 0 ? [`${counted(this.unusable, "row is", "rows are")} left out as unusable`] : []),
      ...(this.withoutText > 0 ? [`! ${rows(this.withoutText)} no text, and no answer`] : []),
      ...(this.unknown > 0
        ? [
            `! ${rows(this.unknown)} no word that the classifier knows (known: 0): what it answers them is a guess`,
          ]
        : []),
    ];
  }
}

/** Names that the table does not have yet: what was there stays what it is. */
function renamed(added: readonly string[], columns: readonly string[]): string[] {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  return added.map((plain) => {
    let name = plain;
    for (let n = 1; taken.has(name.toLowerCase()); n++)
      name = n === 1 ? `predicted_${plain}` : `predicted_${plain}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** How a table is written. */
interface TableWriter {
  begin(): string;
  row(row: Row, answer: ShownAnswer | undefined): string;
  end(): string;
  notes(): string[];
}

const COMMAS = { delimiter: ",", quoted: true, quoting: "needed", lineEnd: "\n" } as const;
const TABS = { ...COMMAS, delimiter: "\t" } as const;

/** By what `--out` ends in; else as the table is written that is read. */
function writerFor(description: DataDescription, flags: ScoringFlags, asking: Asking): TableWriter {
  const { format, dialect, columns } = description;
  if (flags.json) return answersAsJson(description, flags);
  const ending = /\.(\w+)$/.exec(flags.out!)?.[1]?.toLowerCase();
  const asRead =
    format === "json" || format === "jsonl" ? format : dialect?.delimiter === "\t" ? "tsv" : "csv";
  const written = ending !== undefined && ENDINGS.has(ending) ? ending : asRead;
  const withNames = renamed(asking.columns, description.header || format === "lines" ? columns : []);
  if (written === "jsonl" || written === "json" || written === "ndjson") {
    return asJson(description, withNames, written === "json");
  }
  const wanted = written === "tsv" || written === "tab" ? TABS : COMMAS;
  const same = dialect && (ending === undefined || (dialect.delimiter === "\t") === (wanted === TABS));
  return asDelimited(description, same ? dialect : wanted, { ...asking, columns: withNames }, flags);
}

const ENDINGS: ReadonlySet<string> = new Set(["csv", "tsv", "tab", "json", "jsonl", "ndjson"]);

/** A name that promises what is not written is opened by another program, and wrongly. */
function refuseEnding(out: string, json: boolean): void {
  const ending = /\.(\w+)$/.exec(out)?.[1]?.toLowerCase();
  const endings = [...ENDINGS].filter((one) => !json || one.startsWith("json") || one === "ndjson");
  if (out === "-" || ending === undefined || ending === "txt" || endings.includes(ending)) return;
  const expected = `a name that ends in .${endings.join(", .")} or .txt`;
  throw inputError({ expected, where: "--out", received: out });
}

/** Cells as text: lists and objects as JSON. */
const cellText = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** Seven digits are all that a float32 has. @param separator what parts labels; null: they are a list of JSON */
function answerText(value: AnswerCell, separator: string | null): string {
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  if (typeof value === "string") return value;
  if (!value) return "";
  return separator === null ? JSON.stringify(value) : value.join(separator);
}

function asDelimited(
  { columns, header, encoding, format }: DataDescription,
  dialect: typeof COMMAS | NonNullable<DataDescription["dialect"]> | typeof TABS,
  { columns: added, separator }: Pick<Asking, "columns" | "separator">,
  { keepFormulas }: ScoringFlags,
): TableWriter {
  const writer = new RowWriter(dialect, !keepFormulas);
  const width = columns.length;
  // Settled at the first byte beyond ASCII, which may come after the beginning is written.
  const isDecoded = () => encoding !== undefined && encoding.name !== "utf-8";
  const named = header || format === "lines";
  return {
    begin: () => {
      // By its mark a spreadsheet takes what is written for UTF-8.
      const mark = encoding?.byteOrderMark || isDecoded() ? "\uFEFF" : "";
      const names = format === "lines" ? ["text"] : columns;
      return mark + (named ? writer.row([...names, ...added]) : "");
    },
    row: ({ cells, row }, answer) => {
      if (columns.length > width) throw laterColumns(columns.slice(width), row);
      const there = Array.from({ length: width }, (_, i) => cellText(plainValue(cells[i])));
      return writer.row([
        ...there,
        ...(answer ? answer.cells().map((value) => answerText(value, separator)) : added.map(() => "")),
      ]);
    },
    end: () => "",
    notes: () => [
      ...(named ? [] : [`there is no header: behind its columns come ${added.join(", ")}`]),
      ...(isDecoded() ? ["written as UTF-8"] : []),
      ...(writer.madeSafe > 0
        ? [
            `an apostrophe keeps ${counted(writer.madeSafe, "cell", "cells")} from being run as a formula by spreadsheets (--keep-formulas leaves them out)`,
          ]
        : []),
    ],
  };
}

function laterColumns(names: readonly string[], row: number): Error {
  return inputError({
    expected: "the keys of the first records only, for a table with a header",
    where: `row ${row}`,
    received: names[0],
    next: "Write JSON lines: --out FILE.jsonl",
  });
}

/** Objects with keys added; a list of them where the table is one. */
function asJson({ columns, format }: DataDescription, added: readonly string[], list: boolean): TableWriter {
  let rows = 0;
  const names = format === "lines" ? ["text"] : unique(columns);
  const known = columns.length;
  return {
    begin: () => (list ? "[" : ""),
    row: ({ cells, row }, answer) => {
      const taken = columns.slice(known).find((name) => added.includes(name));
      if (taken !== undefined) throw takenLater(taken, row);
      const there =
        cells.source ??
        printableJson(Object.fromEntries(names.map((name, i) => [name, plainValue(cells[i]) ?? null])));
      const found = answer ? answer.cells() : added.map(() => null);
      const answers = printableJson(Object.fromEntries(added.map((name, k) => [name, found[k]])));
      // Within strings JSON has no line ends.
      const text = spliced(list ? there : there.replace(/[\r\n]+\s*/g, " "), answers);
      const before = list ? (rows++ === 0 ? "\n" : ",\n") : "";
      return `${before}${text}${list ? "" : "\n"}`;
    },
    end: () => (list ? "\n]\n" : ""),
    notes: () => [],
  };
}

/** Names, each once: of JSON a key that stands twice would be lost. */
function unique(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((name) => {
    let each = name;
    for (let n = 2; taken.has(each); n++) each = `${name}_${n}`;
    taken.add(each);
    return each;
  });
}

/** Two objects of JSON as one: the first stays as it is written. */
function spliced(object: string, more: string): string {
  const open = object.slice(0, object.lastIndexOf("}")).trim();
  return `${open}${open.endsWith("{") ? "" : ","}${more.slice(more.indexOf("{") + 1)}`;
}

function takenLater(name: string, row: number): Error {
  return inputError({
    expected: "no key by which earlier rows have their answers",
    where: `row ${row}`,
    received: name,
    next: "--json writes the answers alone.",
  });
}

/** The answers alone, as JSON lines. */
function answersAsJson({ name, columns }: DataDescription, { id }: ScoringFlags): TableWriter {
  const at = id === undefined ? -1 : placeOf(id, columns, name);
  return {
    begin: () => "",
    row: ({ cells, row }, answer) => {
      const which = at < 0 ? { row } : { row, id: plainValue(cells[at]) ?? null };
      return `${printableJson({ ...which, ...(answer ? answer.json() : { label: null }) })}\n`;
    },
    end: () => "",
    notes: () => [],
  };
}

function placeOf(id: string | number, columns: readonly string[], where: string): number {
  const at = typeof id === "number" ? id - 1 : columns.indexOf(id);
  if (columns[at] !== undefined) return at;
  const expected = `one of the columns ${columns.slice(0, 12).join(", ")}`;
  throw inputError({ expected, where: `${where}: --id`, received: id });
}
