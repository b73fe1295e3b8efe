/** What is to be spread evenly over rows held out, where rows have no classes: sets of labels, and amounts. */

/** Rows by what they have in common. */
export interface Strata {
  /** [rows] from 0 */
  readonly of: Int32Array;
  readonly count: number;
}

/** Sets of labels of fewer rows than this cannot be in each part held out: the rarest label of each is what is spread. */
const FEW = 10;

/** Numbers in order of first sight. */
class Numbering {
  private readonly known = new Map<string, number>();

  numberOf(key: string): number {
    const number = this.known.get(key) ?? this.known.size;
    this.known.set(key, number);
    return number;
  }

  get size(): number {
    return this.known.size;
  }
}

/** By the distinct set of labels. @param labelsOf the numbers of a row's labels, rising */
export function strataOfSets(rows: number, labelsOf: (row: number) => readonly number[]): Strata {
  const keys = Array.from({ length: rows }, (_, row) => labelsOf(row).join());
  const sizes = new Map<string, number>();
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const common = new Map<number, number>();
  const rowsOf = (label: number) => common.get(label) ?? 0;
  for (let row = 0; row < rows; row++) for (const k of labelsOf(row)) common.set(k, rowsOf(k) + 1);
  const numbering = new Numbering();
  const of = Int32Array.from(keys, (key, row) => {
    const own = labelsOf(row);
    if (own.length === 0 || sizes.get(key)! >= FEW) return numbering.numberOf(key);
    const rarest = own.reduce((best, k) => (rowsOf(k) < rowsOf(best) ? k : best));
    return numbering.numberOf(`rarest ${rarest}`);
  });
  return { of, count: numbering.size };
}

/**
 * The tenths of rows by rising amount, in the order in which they give rows where there are too few for each to give one: the
 * first of them lie on both sides of the middle, so that what is held out is neither small nor large.
 */
const TENTHS = [2, 7, 4, 5, 0, 9, 6, 3, 8, 1];
const PLACES = TENTHS.map((_, tenth) => TENTHS.indexOf(tenth));

/** By tenth of the rows; equal amounts are in one. */
export function strataOfAmounts(values: Float64Array): Strata {
  const sorted = values.slice().sort();
  const of = Int32Array.from(values, (value) => {
    const below = firstNotBelow(sorted, value);
    return PLACES[Math.floor((TENTHS.length * below) / sorted.length)]!;
  });
  return { of, count: TENTHS.length };
}

/** The place of the first number that is not below a value. */
function firstNotBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
