/** `cellstate predict MODEL DATA --out FILE`: a table with the answers in columns added, row by row. */
import { count, counted } from "../base/numbers.js";
import { printable } from "../base/text.js";
import type { AnswerOptions } from "../classifier/answer.js";
import { Texts } from "../data/joined-texts.js";
import { isStandardInput, standardInput } from "../data/node-files.js";
import { type DataDescription, openTexts, type ReadOptions } from "../data/read.js";
import { type Cells, MISFIT } from "../data/records.js";
import { notesOf, type Records } from "../data/table.js";
import { type AnyTextModel, type Asking, askingOf, type ShownAnswer } from "./asking.js";
import { note } from "./context.js";
import { rejecting } from "./data.js";
import { type Row, refuseEnding, type ScoringFlags, type TableWriter, writerFor } from "./scored-tables.js";
import { openSink } from "./sink.js";
import { status } from "./ui/status.js";

/** Rows answered together: a batch is much faster than one by one. */
const BATCH = 256;

/** Rows to score, and what is known of their table. */
export interface Opened {
  records: Pick<Records, "batches" | "firstRow">;
  description: DataDescription;
}

/** What is counted of rows. */
export interface Tally {
  rows: number;
  withoutText: number;
  unusable: number;
  unknown: number;
  /** Cells. */
  madeSafe: number;
  /** By text column. */
  characters: readonly number[];
  /** What reading them has shown. */
  notes: readonly string[];
}

/** Labels the rows of a table. @throws InputError where it cannot be read, or has no column of texts */
export async function scoreTable(
  model: AnyTextModel,
  data: string,
  flags: ScoringFlags,
  answering: AnswerOptions,
): Promise<void> {
  refuseEnding(flags.out!, flags.json ?? false);
  const options = readingOf(flags, rejecting(flags, data));
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

/** How the table is read. */
export function readingOf(
  { text, delimiter, encoding }: ScoringFlags,
  onReject: ReadOptions["onReject"],
): ReadOptions {
  return {
    ...(text === undefined ? {} : { text }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(onReject ? { onReject } : {}),
  };
}

/** A table on its way from cells to cells with answers. */
export class Scoring {
  private readonly records: Pick<Records, "batches" | "firstRow">;
  private description: DataDescription;
  private readonly texts: Texts;
  private readonly writer: TableWriter;
  private readonly notesBefore: number;
  /** Gone through so far. */
  rows = 0;
  private withoutText = 0;
  private unusable = 0;
  private unknown = 0;

  constructor(
    { records, description }: Opened,
    private readonly asking: Asking,
    flags: ScoringFlags,
  ) {
    this.notesBefore = description.notes?.length ?? 0;
    this.records = records;
    this.description = description;
    this.texts = new Texts(description.text);
    this.writer = writerFor(description, flags, asking);
  }

  /** What stands between a part's rows and those of the part before. */
  get joint(): string {
    return this.writer.joint;
  }

  /** Rows of the table. */
  get written(): number {
    return this.rows - this.unusable;
  }

  /** The table's text. @param part what of it the rows are: its beginning, its end, or both */
  async *pieces(part = { begins: true, ends: true }): AsyncGenerator<string> {
    if (part.begins) yield this.writer.begin();
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
    if (part.ends) yield this.writer.end();
  }

  /** What is counted of a part. */
  tally(): Tally {
    const { rows, withoutText, unusable, unknown, description } = this;
    return {
      ...{ rows, withoutText, unusable, unknown },
      madeSafe: this.writer.cells?.madeSafe ?? 0,
      characters: this.texts.characters,
      notes: description.notes?.slice(this.notesBefore) ?? [],
    };
  }

  /** Adds what was counted of a part further on. */
  add(tally: Tally): void {
    this.rows += tally.rows;
    this.withoutText += tally.withoutText;
    this.unusable += tally.unusable;
    this.unknown += tally.unknown;
    if (this.writer.cells) this.writer.cells.madeSafe += tally.madeSafe;
    this.texts.add(tally.characters);
    const { notes = [] } = this.description;
    // Each part has seen the first of what one reader sees once.
    if (notes.length > this.notesBefore) return;
    this.description = { ...this.description, notes: [...notes, ...tally.notes] };
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
