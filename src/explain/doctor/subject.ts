/** Who the doctor examines: a model, how texts reach it, and the texts; each only where there is any. */

import { type Pieces, ROWS, spans } from "../../base/pieces.js";
import { type Corpus, classesOf } from "../../classifier/corpus.js";
import type { TrainingRecord } from "../../classifier/options.js";
import { allRows } from "../../classifier/text-corpus.js";
import { type DataSummary, summarize } from "../../data/summarize.js";
import type { Layer } from "../../layers/layer.js";
import type { Model } from "../../model/model.js";
import { type EncodingReport, newEncodingReport, type Vectorizer } from "../../tokens/vectorizer.js";

/** Labelled texts, or some of them. */
export interface Texts {
  /** The labelled texts. */
  corpus: Corpus;
  /** By default all. */
  rows?: ArrayLike<number>;
}

/** What is examined: a model, and whatever is known of the texts that it reads. */
export interface Subject {
  /** The network. */
  model: Model;
  /** What makes its rows; without it, checks of texts are left out. */
  vectorizer?: Vectorizer;
  /** Ids in a row. */
  length?: number;
  /** What the outputs stand for, in their order. */
  labels?: readonly string[];
  /** Of a model with one output. */
  threshold?: number;
  /** How it was trained, where that is on record. */
  training?: TrainingRecord | null;
  /** The texts it learns from, or is to be judged by. */
  texts?: Texts;
  /** Texts kept to test on: looked for among `texts`. */
  test?: Texts;
}

/** What can be examined before there is a model. */
export type DataSubject = Pick<Subject, "labels" | "texts" | "test">;

/** What encoding does to the texts, row by row. */
export interface Encoded {
  report: EncodingReport;
  /** [rows] ids of a row before cutting, in rising order. */
  counts: Uint32Array;
  /** Share of all steps that is padding. */
  padding: number;
  /** [V] how often each id stands in a row. */
  uses: Uint32Array;
  length: number;
}

const encodedOf = new WeakMap<DataSubject, Encoded | null>();
const summaryOf = new WeakMap<DataSubject, DataSummary | null>();

export const rowsOf = ({ corpus, rows }: Texts): ArrayLike<number> => rows ?? allRows(corpus.rows);

/** Goes through the texts once, keeping counts only: `encoded` and `dataSummary` have them then. */
export function* lookAtTexts(subject: DataSubject & Partial<Subject>): Pieces<void> {
  if (!encodedOf.has(subject)) encodedOf.set(subject, yield* encode(subject));
  if (summaryOf.has(subject)) return;
  const { texts } = subject;
  summaryOf.set(subject, texts ? yield* summaryOfTexts(texts, subject.labels) : null);
}

function summaryOfTexts(texts: Texts, known: readonly string[] | undefined): Pieces<DataSummary> {
  const { corpus } = texts;
  const rows = rowsOf(texts);
  const labels = known ?? corpus.labels();
  return summarize(corpus.texts, rows, classesOf(corpus, labels, rows), labels);
}

/** What encoding does to the texts; null without texts and vectorizer. */
export const encoded = (subject: Subject): Encoded | null => encodedOf.get(subject)!;

/** Classes, lengths and repeats of the texts; null where there are none. */
export const dataSummary = (subject: DataSubject): DataSummary | null => summaryOf.get(subject)!;

function* encode({ texts, vectorizer, length }: DataSubject & Partial<Subject>): Pieces<Encoded | null> {
  if (!texts || !vectorizer || !length) return null;
  const rows = rowsOf(texts);
  const report = newEncodingReport();
  const counts = new Uint32Array(rows.length);
  const uses = new Uint32Array(vectorizer.size);
  const row = new Float32Array(length);
  let words = 0;
  const encoding = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      counts[i] = texts.corpus.texts.encodeInto(row, rows[i]!, vectorizer, report);
      words += Math.min(counts[i]!, length);
      for (const id of row) uses[id]!++;
    }
  };
  yield* spans(rows.length, ROWS, encoding, true);
  const steps = rows.length * length;
  return { report, counts: counts.sort(), padding: steps === 0 ? 0 : 1 - words / steps, uses, length };
}

/** A layer's options, whatever its class; a wrapper (Bidirectional) has those of the layer inside too. */
export function optionsOf(layer: Layer): Record<string, unknown> {
  return { ...layer.inner[0]?.options, ...layer.options };
}

/** Whether a layer, or one inside it, takes the steps of a sequence in turn. */
export const isRecurrent = (layer: Layer): boolean =>
  [layer, ...layer.inner].some(({ kind }) => kind.recurrent);

/** The nearest-rank quantile of sorted values. */
export const quantile = (sorted: Uint32Array, q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;

/** At most `most` of the rows, evenly spread. */
export function sample(rows: ArrayLike<number>, most: number): number[] {
  const count = Math.min(most, rows.length);
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
}
