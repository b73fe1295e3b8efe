/** A file of labelled texts, read in the worker: its rows, and what there is to say of them. */
import { InputError } from "../base/errors.js";
import { ROWS } from "../base/pieces.js";
import { Long, type Progress } from "../base/progress.js";
import { Corpus, refuseNoClasses } from "../classifier/corpus.js";
import { frontEndFor } from "../classifier/training.js";
import { type LabelledRow, type ReadOptions, readLabelled } from "../data/read.js";
import type { Reject } from "../data/table.js";
import { dataCheckup } from "../explain/doctor/index.js";
import type { Context } from "./context.js";
import type { ReadReport } from "./reports.js";
import { openData, type SentData } from "./sources.js";

/** Of `Trainer.read`: which columns, and how the file is written. */
export type DataOptions = Omit<ReadOptions, "onReject">;

export interface ReadData {
  readonly rows: readonly LabelledRow[];
  readonly report: ReadReport;
}

/** Rows that are shown, and of those that cannot be used. */
const SHOWN = 20;

/** @throws InputError where nothing can be read; AbortError */
export async function readData(context: Context, sent: SentData, options: DataOptions): Promise<ReadData> {
  const onProgress = (progress: Progress) => context.tell("progress", progress);
  const long = new Long({ signal: context.signal, onProgress }, "trainer.read");
  long.begin("reading");
  const rejects = { count: 0, first: [] as Reject[] };
  const onReject = (reject: Reject) => {
    if (rejects.count++ < SHOWN) rejects.first.push(reject);
  };
  const data = await readLabelled(openData(sent), { ...options, onReject });
  const rows: LabelledRow[] = [];
  for await (const row of data) {
    rows.push(row);
    if (rows.length % ROWS === 0) await long.did(ROWS);
  }
  await long.did(rows.length % ROWS);
  const corpus = rows.length > 0 ? await Corpus.read(rows, frontEndFor({}, null), long.inner()) : null;
  const refusal = refusalOf(corpus);
  return {
    rows,
    report: {
      ...{ description: data.description, notes: data.notes, rows: rows.length, rejects, refusal },
      labels: [...(corpus?.labelCounts() ?? [])].sort((a, b) => b.rows - a.rows),
      first: rows.slice(0, SHOWN),
      findings: corpus && refusal === null ? await dataCheckup({ corpus }, long.inner()) : [],
    },
  };
}

/** Why these labels cannot be learned, in words. */
function refusalOf(corpus: Corpus | null): string | null {
  if (!corpus) return "No row has both a text and a label.";
  try {
    corpus.labels();
    refuseNoClasses(corpus, undefined);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
