/** Holding rows out. Which ones follows from `uniform` alone, so the same seed holds out the same rows. */
import { finiteNumber } from "../base/errors.js";

/** A number in [0, 1) that is a function of the index alone. */
export type Uniform = (index: number) => number;

/** Rows kept and rows held out, each in their own order. */
export type Split = [kept: Uint32Array, heldOut: Uint32Array];

/** Holds out round(rows · share) rows, any of them. */
export function randomSplit(rows: number, share: number, uniform: Uniform): Split {
  return stratifiedSplit(new Uint8Array(rows), share, uniform);
}

/**
 * Holds out round(rows · share) rows, that share of every class as nearly as whole rows allow (largest remainders).
 * Every class keeps at least one row.
 * @param classes [rows] the class of each row, from 0
 */
export function stratifiedSplit(classes: ArrayLike<number>, share: number, uniform: Uniform): Split {
  finiteNumber(share, "share of rows to hold out", 0, 1);
  const rowsOf = byClass(classes);
  const counts = allot(
    rowsOf.map((rows) => rows.length),
    share,
  );
  const out = new Uint8Array(classes.length);
  rowsOf.forEach((rows, k) => {
    const drawn = rows.map((row) => ({ row, by: uniform(row) })).sort((a, b) => a.by - b.by || a.row - b.row);
    for (const { row } of drawn.slice(0, counts[k])) out[row] = 1;
  });
  const all = Uint32Array.from(out, (_, row) => row);
  return [all.filter((row) => out[row] === 0), all.filter((row) => out[row] === 1)];
}

function byClass(classes: ArrayLike<number>): number[][] {
  const rowsOf: number[][] = [];
  for (let row = 0; row < classes.length; row++) {
    const k = classes[row]!;
    rowsOf[k] ??= [];
    rowsOf[k].push(row);
  }
  return Array.from(rowsOf, (rows) => rows ?? []);
}

/** How many rows each class gives: the whole part of its share, and one more by largest remainder. */
function allot(sizes: readonly number[], share: number): number[] {
  const counts = sizes.map((size) => Math.min(Math.floor(size * share), Math.max(0, size - 1)));
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  let left = Math.round(rows * share) - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = sizes
    .map((size, k) => ({ k, remainder: size * share - counts[k]! }))
    .sort((a, b) => b.remainder - a.remainder || a.k - b.k);
  for (const { k } of byRemainder) {
    if (left <= 0) break;
    if (counts[k]! + 1 >= sizes[k]!) continue;
    counts[k]!++;
    left--;
  }
  return counts;
}
