import { tickStep } from "d3-array";
import { wholeNumber } from "../base/errors.js";
import type { LengthSummary } from "./data.js";

/** About how many bars a histogram has. */
const BINS = 24;

/**
 * Summary of rows' lengths in tokens, for the report and the terminal. Bins are of one round width and reach to the
 * 99th percentile or the cut, whichever is more; a last bin takes what is longer still.
 */
export function lengthSummary(lengths: ArrayLike<number>, cut: number | null): LengthSummary {
  if (cut !== null) wholeNumber(cut, "length", 1);
  const counts = new Map<number, number>();
  for (let row = 0; row < lengths.length; row++)
    counts.set(lengths[row]!, (counts.get(lengths[row]!) ?? 0) + 1);
  return summaryOfCounts(counts, cut);
}

/** As `lengthSummary`. @param counts how many rows there are of each length */
export function summaryOfCounts(counts: ReadonlyMap<number, number>, cut: number | null): LengthSummary {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const rowsWhere = (holds: (length: number) => boolean) =>
    sorted.reduce((sum, [length, rows]) => sum + (holds(length) ? rows : 0), 0);
  const rows = rowsWhere(() => true);
  /** The smallest length that this share of the rows does not exceed. */
  const at = (share: number) => {
    let left = Math.max(1, Math.ceil(share * rows));
    return sorted.find(([, count]) => (left -= count) <= 0)?.[0] ?? 0;
  };
  const longest = at(1);
  const shown = Math.max(1, Math.min(longest, Math.max(at(0.99), cut ?? 0)));
  const width = Math.max(1, Math.ceil(tickStep(0, shown, BINS)));
  const bins = Array.from({ length: Math.ceil(shown / width) }, (_, k) => {
    return { from: k === 0 ? 0 : k * width + 1, to: (k + 1) * width, count: 0 };
  });
  const edge = bins.length * width;
  if (longest > edge) bins.push({ from: edge + 1, to: longest, count: 0 });
  const last = bins.length - 1;
  for (const [length, count] of sorted)
    bins[Math.min(last, Math.max(0, Math.ceil(length / width) - 1))]!.count += count;
  return {
    rows,
    median: at(0.5),
    percentile95: at(0.95),
    longest,
    cut,
    truncated: cut === null ? 0 : rowsWhere((length) => length > cut),
    bins,
  };
}
