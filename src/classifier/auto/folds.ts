/** Which rows are held out of which fit. */
import { inputError } from "../../base/errors.js";
import { stratifiedParts } from "../../data/split.js";
import { PURPOSE, Random } from "../../kernels/philox.js";

/** Rows from which a single part held out is enough. */
const MANY_ROWS = 10_000;
const MOST_HELD_OUT = 5000;

/** A part of the rows to fit to, and the rows to judge by. */
export interface Fold {
  readonly fit: Uint32Array;
  readonly judge: Uint32Array;
}

/**
 * Every row is judged once, by a fit to the others; of many rows a fifth is, once. Each class is spread evenly.
 * @param key rows of the same key stay together: of a text that stands twice, one must not be judged by the other
 */
export function foldsOf(
  classes: Int32Array,
  labels: number,
  seed: number,
  key: (row: number) => number = (row) => row,
): Fold[] {
  const random = new Random(seed, PURPOSE.split, 2);
  const rows = classes.length;
  const many = rows > MANY_ROWS;
  const folds = rows < 40 ? 10 : 5;
  const fold = new Uint8Array(rows);
  let next = Math.floor(random.uniform(rows) * folds);
  const ofClass = Array.from({ length: labels }, (): number[] => []);
  classes.forEach((k, row) => void ofClass[k]!.push(row));
  for (const own of ofClass) {
    const drawn = own
      .map((row) => ({ row, by: random.uniform(row) }))
      .sort((a, b) => a.by - b.by || a.row - b.row);
    // A class begins where the one before has ended, so that no fold gets the first ones of all.
    for (const { row } of drawn) fold[row] = next++ % folds;
  }
  const foldOf = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const known = foldOf.get(key(row));
    if (known === undefined) foldOf.set(key(row), fold[row]!);
    else fold[row] = known;
  }
  const every = Uint32Array.from(fold.keys());
  const wanted = many ? [0] : Array.from({ length: folds }, (_, f) => f);
  const found = wanted.flatMap((f): Fold[] => {
    let judge = every.filter((row) => fold[row] === f);
    if (many && judge.length > MOST_HELD_OUT) {
      const part = MOST_HELD_OUT / judge.length;
      judge = judge.filter((row) => random.uniform(rows + labels + row) < part);
    }
    const held = new Uint8Array(rows);
    for (const row of judge) held[row] = 1;
    const fit = every.filter((row) => held[row] === 0);
    return judge.length === 0 || fit.length === 0 ? [] : [{ fit, judge }];
  });
  // Of one text alone there is nothing to keep together.
  return found.length > 0 ? found : foldsOf(classes, labels, seed);
}

/**
 * As `foldsOf`, of rows in bundles that may be large: these are dealt as wholes, so that the folds come out even.
 * @param bundles [rows] rows of the same number stay together
 * @throws InputError where all are one bundle
 */
export function foldsOfBundles(classes: Int32Array, seed: number, bundles: Int32Array): Fold[] {
  const distinct = new Set(bundles).size;
  if (distinct < 2) {
    throw inputError({
      expected: "rows of two groups or more, to judge by one what is learned from the others",
      where: "groups",
      received: "all rows together",
    });
  }
  const random = new Random(seed, PURPOSE.split, 2);
  const rows = classes.length;
  const many = rows > MANY_ROWS;
  const wanted = rows < 40 ? 10 : many ? Math.max(5, Math.ceil(rows / MOST_HELD_OUT)) : 5;
  const parts = stratifiedParts(classes, Math.min(wanted, distinct), (row) => random.uniform(row), bundles);
  return (many ? parts.slice(0, 1) : parts).map((judge) => {
    const held = new Set(judge);
    return { judge, fit: Uint32Array.from(classes.keys()).filter((row) => !held.has(row)) };
  });
}
