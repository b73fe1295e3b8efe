/** What a data set is like, as numbers: classes, lengths, repeats; and what encoding it will do to it. */
import { type Pieces, ROWS } from "../base/pieces.js";
import type { TokenizedTexts } from "../tokens/tokenized-texts.js";
import type { EncodingReport } from "../tokens/vectorizer.js";

export interface DataSummary {
  rows: number;
  /** By label, in the labels' order; `share` of all rows. */
  classes: { label: string; rows: number; share: number }[];
  /** Tokens a row; quantiles by nearest rank. */
  tokens: { total: number; least: number; median: number; p95: number; most: number };
  /** Rows without a token. */
  empty: number;
  /** Rows with the same tokens, in the same order, as an earlier one. */
  duplicates: number;
  /** Rows with the same tokens as one that has another label: no model can have them all right. */
  contradictions: number;
}

/**
 * @param rows the rows that count
 * @param classes [rows] the class of each of them, as an index into `labels`
 */
export function* summarize(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  classes: ArrayLike<number>,
  labels: readonly string[],
): Pieces<DataSummary> {
  const lengths = Uint32Array.from(rows, (row) => texts.tokensIn(row)).sort();
  const perClass = labels.map(() => 0);
  for (let i = 0; i < rows.length; i++) perClass[classes[i]!]!++;
  return {
    rows: rows.length,
    classes: labels.map((label, k) => ({
      label,
      rows: perClass[k]!,
      share: ratio(perClass[k]!, rows.length),
    })),
    tokens: {
      total: lengths.reduce((sum, length) => sum + length, 0),
      least: quantile(lengths, 0),
      median: quantile(lengths, 0.5),
      p95: quantile(lengths, 0.95),
      most: quantile(lengths, 1),
    },
    empty: lengths.filter((length) => length === 0).length,
    ...(yield* repeats(texts, rows, classes)),
  };
}

/** An encoding report as shares. */
export interface EncodingShares {
  /** Of rows: cut, padded, and of padding only. */
  truncated: number;
  padded: number;
  empty: number;
  /** Of the ids there were: cut off. */
  idsCut: number;
  /** Of tokens: not in the vocabulary. */
  outOfVocabulary: number;
}

export function encodingShares(report: EncodingReport): EncodingShares {
  return {
    truncated: ratio(report.truncatedRows, report.rows),
    padded: ratio(report.paddedRows, report.rows),
    empty: ratio(report.emptyRows, report.rows),
    idsCut: ratio(report.truncatedIds, report.ids),
    outOfVocabulary: ratio(report.outOfVocabulary, report.tokens),
  };
}

function* repeats(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  classes: ArrayLike<number>,
): Pieces<{ duplicates: number; contradictions: number }> {
  const seen = new Map<number, { rows: number; label: number; mixed: boolean }>();
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS === 0) yield 0;
    const row = rows[i]!;
    const label = classes[i]!;
    if (texts.tokensIn(row) === 0) continue;
    const key = texts.fingerprint(row);
    const same = seen.get(key);
    if (!same) seen.set(key, { rows: 1, label, mixed: false });
    else {
      same.rows++;
      if (same.label !== label) same.mixed = true;
    }
  }
  let [duplicates, contradictions] = [0, 0];
  for (const same of seen.values()) {
    duplicates += same.rows - 1;
    if (same.mixed) contradictions += same.rows;
  }
  return { duplicates, contradictions };
}

/** The nearest-rank quantile of sorted values; 0 where there are none. */
function quantile(sorted: Uint32Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
