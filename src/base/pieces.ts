/** Long computations in pieces, which know nothing of who waits: they are done at once, or in turns with others. */

/**
 * A computation that stops after each piece of it, of some milliseconds at the most. It yields how many rows (or whatever its
 * phase counts) the piece has done.
 */
export type Pieces<Result> = Generator<number, Result, void>;

/** What is done in one piece, about: so many texts are gone through, so many numbers looked at. A millisecond, or less. */
export const [ROWS, NUMBERS] = [2 ** 7, 2 ** 18];

/** Does all pieces, one after another. */
export function atOnce<Result>(pieces: Pieces<Result>): Result {
  let next = pieces.next();
  while (!next.done) next = pieces.next();
  return next.value;
}

/**
 * A loop over 0 … total − 1, so many at a time.
 * @param work does those from … to − 1
 * @param counts whether they are what the phase counts
 */
export function* spans(
  total: number,
  size: number,
  work: (from: number, to: number) => void,
  counts = false,
): Pieces<void> {
  for (let from = 0; from < total; from += size) {
    const to = Math.min(from + size, total);
    work(from, to);
    yield counts ? to - from : 0;
  }
}

/** What is sorted in one piece: some milliseconds. */
const SORTED = 2 ** 13;

/** Sorts numbers in place; equal ones stay in their order. */
export function* sorted<Values extends Uint32Array | Int32Array>(
  values: Values,
  compare: (a: number, b: number) => number,
): Pieces<void> {
  const { length } = values;
  yield* spans(length, SORTED, (from, to) => void values.subarray(from, to).sort(compare));
  let [own, other] = [values as Uint32Array | Int32Array, values.slice() as Uint32Array | Int32Array];
  for (let run = SORTED; run < length; run *= 2) {
    for (let from = 0; from < length; from += 2 * run) {
      const [middle, end] = [Math.min(from + run, length), Math.min(from + 2 * run, length)];
      let [a, b] = [from, middle];
      yield* spans(end - from, SORTED, (k, to) => {
        for (let at = from + k; at < from + to; at++) {
          const takesA = a < middle && (b >= end || compare(own[a]!, own[b]!) <= 0);
          other[at] = own[takesA ? a++ : b++]!;
        }
      });
    }
    [own, other] = [other, own];
  }
  if (own !== values) values.set(own);
}
