/** Correlation in one pass, AUC with ties, and corrections for many tests. */
import type { Random } from "../../kernels/philox.js";

/** Moments of columns and their products with others, one row at a time (Welford 1962; Pébay 2008 for products). */
export class Moments {
  count = 0;
  readonly means: Float64Array;
  readonly squares: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly otherMeans: Float64Array;
  readonly otherSquares: Float64Array;
  /** [columns][others] */
  readonly products: Float64Array;

  constructor(
    readonly columns: number,
    readonly others: number,
  ) {
    this.means = new Float64Array(columns);
    this.squares = new Float64Array(columns);
    this.least = new Float64Array(columns).fill(Infinity);
    this.most = new Float64Array(columns).fill(-Infinity);
    this.otherMeans = new Float64Array(others);
    this.otherSquares = new Float64Array(others);
    this.products = new Float64Array(columns * others);
  }

  /** @param x [columns] @param y [others] */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    const { columns, others, means, squares, products, otherMeans, otherSquares } = this;
    const n = ++this.count;
    const left = new Float64Array(others);
    for (let k = 0; k < others; k++) {
      const away = y[k]! - otherMeans[k]!;
      otherMeans[k]! += away / n;
      left[k] = y[k]! - otherMeans[k]!;
      otherSquares[k]! += away * left[k]!;
    }
    for (let s = 0; s < columns; s++) {
      const value = x[s]!;
      const away = value - means[s]!;
      means[s]! += away / n;
      squares[s]! += away * (value - means[s]!);
      if (value < this.least[s]!) this.least[s] = value;
      if (value > this.most[s]!) this.most[s] = value;
      const row = s * others;
      for (let k = 0; k < others; k++) products[row + k]! += away * left[k]!;
    }
  }

  /** Of the population; 0 of no rows. */
  deviation(column: number): number {
    return this.count === 0 ? 0 : Math.sqrt(Math.max(0, this.squares[column]!) / this.count);
  }

  /** Pearson's r; null where either does not vary. */
  correlation(column: number, other: number): number | null {
    const scale = Math.sqrt(this.squares[column]! * this.otherSquares[other]!);
    if (!(scale > 0)) return null;
    return Math.max(-1, Math.min(1, this.products[column * this.others + other]! / scale));
  }
}

/** Ranks from 1, equal values sharing their mean rank. */
export function midRanks(values: Float32Array): Float64Array {
  const sorted = values.slice().sort();
  return Float64Array.from(values, (value) => (below(sorted, value) + throughTo(sorted, value) + 1) / 2);
}

/** How many are less, and how many are not more. */
function below(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function throughTo(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The chance that a positive's value is above a negative's, ties counting half (Mann and Whitney 1947); null without both. */
export function auc(ranks: Float64Array, positive: ArrayLike<number>): number | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < ranks.length; i++) {
    if (positive[i] !== 1) continue;
    sum += ranks[i]!;
    count++;
  }
  const others = ranks.length - count;
  return count === 0 || others === 0 ? null : (sum - (count * (count + 1)) / 2) / (count * others);
}

/** How p-values are corrected for there being many. */
export const CORRECTIONS = ["bh", "holm"] as const;
/** How p-values are corrected for there being many. */
export type Correction = (typeof CORRECTIONS)[number];

/**
 * p-values adjusted for their number: Benjamini and Hochberg (1995) bound the share of false findings among all, Holm (1979)
 * the chance of a single one.
 */
export function adjusted(p: readonly number[], correction: Correction): number[] {
  const m = p.length;
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const result = new Array<number>(m).fill(1);
  let worst = correction === "bh" ? 1 : 0;
  if (correction === "bh") {
    for (let k = m - 1; k >= 0; k--) {
      worst = Math.min(worst, (p[order[k]!]! * m) / (k + 1));
      result[order[k]!] = worst;
    }
    return result;
  }
  for (let k = 0; k < m; k++) {
    worst = Math.max(worst, Math.min(1, p[order[k]!]! * (m - k)));
    result[order[k]!] = worst;
  }
  return result;
}

/**
 * Where the text of this number goes in a sample of at most so many, whatever stands there; null: it is not in it.
 * Reservoir sampling: in the end each text is in the sample as likely as any other.
 */
export function placeInSample(number: number, most: number, random: Random): number | null {
  const place = number < most ? number : Math.floor(random.uniform(number) * (number + 1));
  return place < most ? place : null;
}
