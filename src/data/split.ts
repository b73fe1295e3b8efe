/** Holding rows out. Which ones follows from `uniform` alone, so the same seed holds out the same rows. */
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";

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
 * @param bundles [rows] rows of the same number stay on one side, and what is held out is as near to that share as whole
 * bundles come; default: each row by itself
 */
export function stratifiedSplit(
  classes: ArrayLike<number>,
  share: number,
  uniform: Uniform,
  bundles: ArrayLike<number> | null = null,
): Split {
  finiteNumber(share, "share of rows to hold out", 0, 1);
  const sizes = sizesOf(classes);
  const wanted = allot(sizes, share);
  const out = new Uint8Array(classes.length);
  if (bundles) {
    const drawn = byClass(classes).map((rows) => inDrawnOrder(rows, uniform));
    holdOutBundles(classes, bundles, wanted, drawn, out);
  } else holdOutRows(classes, wanted, uniform, out);
  return partsBy(out);
}

/** Rows of 0, and rows of 1. */
function partsBy(out: Uint8Array): Split {
  let held = 0;
  for (const one of out) held += one;
  const parts: Split = [new Uint32Array(out.length - held), new Uint32Array(held)];
  const at = [0, 0];
  for (let row = 0; row < out.length; row++) {
    const part = out[row]!;
    parts[part]![at[part]!++] = row;
  }
  return parts;
}

/** Ranges of drawn numbers that are counted before any is sorted: of a class, and of all together. */
const [RANGES, ALL_RANGES] = [2 ** 12, 2 ** 20];

/**
 * Marks, of each class, as many rows as are wanted: those that are drawn first. What is kept of rows meanwhile are counts: only
 * those whose numbers lie about where the wanted ones end are sorted.
 */
function holdOutRows(
  classes: ArrayLike<number>,
  wanted: readonly number[],
  uniform: Uniform,
  out: Uint8Array,
): void {
  const ranges = Math.max(1, Math.min(RANGES, Math.floor(ALL_RANGES / Math.max(1, wanted.length))));
  const rangeOf = (by: number) => Math.min(ranges - 1, Math.floor(by * ranges));
  const counts = wanted.map(() => new Uint32Array(ranges));
  for (let row = 0; row < out.length; row++) counts[classes[row]!]![rangeOf(uniform(row))]!++;
  // The range in which the last wanted row lies, and how many come before it.
  const last = wanted.map((most, k) => {
    let [range, before] = [0, 0];
    while (range < ranges && before + counts[k]![range]! <= most) before += counts[k]![range++]!;
    return { range, left: most - before, rows: [] as number[] };
  });
  for (let row = 0; row < out.length; row++) {
    const { range, rows } = last[classes[row]!]!;
    const own = rangeOf(uniform(row));
    if (own < range) out[row] = 1;
    else if (own === range) rows.push(row);
  }
  for (const { rows, left } of last)
    for (const row of inDrawnOrder(rows, uniform).slice(0, left)) out[row] = 1;
}

/**
 * Whole bundles in the order in which their rows are drawn, the rarest class first: those that leave room for others, and
 * then those that come nearer to what is wanted though they are too large, each class counting alike.
 */
function holdOutBundles(
  classes: ArrayLike<number>,
  bundles: ArrayLike<number>,
  wanted: readonly number[],
  drawn: readonly number[][],
  out: Uint8Array,
): void {
  const members = membersOf(bundles);
  const sizes = drawn.map((rows) => rows.length);
  const held = sizes.map(() => 0);
  const countsOf = (rows: readonly number[]) => {
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(classes[row]!, (counts.get(classes[row]!) ?? 0) + 1);
    return [...counts];
  };
  const fits = (counts: [number, number][]) => counts.every(([k, count]) => held[k]! + count <= wanted[k]!);
  const comesNearer = (counts: [number, number][]) => {
    const gain = ([k, count]: [number, number]) => {
      const missing = wanted[k]! - held[k]!;
      return (Math.abs(missing) - Math.abs(missing - count)) / sizes[k]!;
    };
    const leavesOne = counts.every(([k, count]) => held[k]! + count < sizes[k]!);
    return leavesOne && counts.reduce((sum, each) => sum + gain(each), 0) > 0;
  };
  const order = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]! || a - b).flatMap((k) => drawn[k]!);
  for (const isWelcome of [fits, comesNearer]) {
    for (const first of order) {
      const rows = members.get(bundles[first]!)!;
      if (out[first] === 1) continue;
      const counts = countsOf(rows);
      if (!isWelcome(counts)) continue;
      for (const row of rows) out[row] = 1;
      for (const [k, count] of counts) held[k]! += count;
    }
  }
}

/**
 * Deals all rows to parts of about the same size, each class evenly: every part can be held out once.
 * @param classes [rows] the class of each row, from 0
 * @param parts how many, at least two
 * @param bundles [rows] rows of the same number come to one part; default: each row by itself
 * @returns the rows of each part, in their own order
 * @throws InputError where there are fewer bundles than parts
 */
export function stratifiedParts(
  classes: ArrayLike<number>,
  parts: number,
  uniform: Uniform,
  bundles: ArrayLike<number> | null = null,
): Uint32Array[] {
  const members = [
    ...membersOf(bundles ?? Uint32Array.from({ length: classes.length }, (_, row) => row)).values(),
  ];
  if (members.length < wholeNumber(parts, "parts", 2)) {
    throw inputError({
      expected: `at least ${parts} ${bundles ? "groups of rows that stay together" : "rows"}, one a part`,
      where: "parts",
      received: members.length,
    });
  }
  const sizes = byClass(classes).map((rows) => rows.length);
  const byClassOf = sizes.map(() => new Float64Array(parts));
  const loads = new Float64Array(parts);
  const partOf = new Uint32Array(classes.length);
  // Large bundles first, while small ones are left to even out what they did.
  const order = members
    .map((rows) => ({
      rows,
      by: uniform(rows[0]!),
      rarest: Math.min(...rows.map((row) => sizes[classes[row]!]!)),
    }))
    .sort(
      (a, b) =>
        b.rows.length - a.rows.length || a.rarest - b.rarest || a.by - b.by || a.rows[0]! - b.rows[0]!,
    );
  for (const { rows } of order) {
    const crowding = (part: number) =>
      rows.reduce((sum, row) => sum + byClassOf[classes[row]!]![part]! / sizes[classes[row]!]!, 0);
    let best = 0;
    for (let part = 1; part < parts; part++) {
      const [own, others] = [crowding(part), crowding(best)];
      if (own < others - NEXT_TO_NOTHING || (own <= others + NEXT_TO_NOTHING && loads[part]! < loads[best]!))
        best = part;
    }
    for (const row of rows) {
      partOf[row] = best;
      byClassOf[classes[row]!]![best]!++;
    }
    loads[best]! += rows.length;
  }
  const all = Uint32Array.from(partOf.keys());
  return Array.from({ length: parts }, (_, part) => all.filter((row) => partOf[row] === part));
}

/** Sums of the same shares in another order differ by less. */
const NEXT_TO_NOTHING = 1e-9;

const inDrawnOrder = (rows: readonly number[], uniform: Uniform): number[] =>
  rows
    .map((row) => ({ row, by: uniform(row) }))
    .sort((a, b) => a.by - b.by || a.row - b.row)
    .map(({ row }) => row);

/** The rows of each bundle, in their own order. */
function membersOf(bundles: ArrayLike<number>): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (let row = 0; row < bundles.length; row++) {
    const own = members.get(bundles[row]!);
    if (own) own.push(row);
    else members.set(bundles[row]!, [row]);
  }
  return members;
}

/** How many rows each class has. */
function sizesOf(classes: ArrayLike<number>): number[] {
  const sizes: number[] = [];
  for (let row = 0; row < classes.length; row++) sizes[classes[row]!] = (sizes[classes[row]!] ?? 0) + 1;
  return Array.from(sizes, (size) => size ?? 0);
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
