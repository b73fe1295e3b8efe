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

/** By the distinct set of labels. @param truth [rows][labels] 1 for those that a row has */
export function strataOfSets(truth: Uint8Array, labels: number): Strata {
  const rows = truth.length / labels;
  const sets = Array.from({ length: rows }, (_, i) => ownLabels(truth, i, labels));
  const keys = sets.map((own) => own.join(","));
  const sizes = new Map<string, number>();
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const common = new Uint32Array(labels);
  for (const own of sets) for (const k of own) common[k]!++;
  const numbering = new Numbering();
  const of = Int32Array.from(sets, (own, i) => {
    if (own.length === 0 || sizes.get(keys[i]!)! >= FEW) return numbering.numberOf(keys[i]!);
    const rarest = own.reduce((best, k) => (common[k]! < common[best]! ? k : best));
    return numbering.numberOf(`rarest ${rarest}`);
  });
  return { of, count: numbering.size };
}

function ownLabels(truth: Uint8Array, row: number, labels: number): number[] {
  const own: number[] = [];
  for (let k = 0; k < labels; k++) if (truth[row * labels + k] === 1) own.push(k);
  return own;
}

const PARTS = 10;

/** By decile; equal amounts are in one. */
export function strataOfAmounts(values: Float64Array): Strata {
  const sorted = values.slice().sort();
  const numbering = new Numbering();
  const of = Int32Array.from(values, (value) => {
    const below = firstNotBelow(sorted, value);
    return numbering.numberOf(String(Math.floor((PARTS * below) / sorted.length)));
  });
  return { of, count: numbering.size };
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
