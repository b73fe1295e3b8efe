/** Many batches as few points. */

/** Points that a line is drawn with: more would not be seen. */
const MOST = 150;

/** Means of so many neighbours that at most `MOST` points are left, each at the place of the last of them. */
export function binned<T>(
  all: readonly T[],
  placeOf: (each: T) => number,
  amountOf: (each: T) => number,
): (readonly [number, number])[] {
  const size = Math.max(1, Math.ceil(all.length / MOST));
  const points: (readonly [number, number])[] = [];
  for (let from = 0; from < all.length; from += size) {
    const bin = all.slice(from, from + size);
    const sum = bin.reduce((total, each) => total + amountOf(each), 0);
    points.push([placeOf(bin.at(-1)!), sum / bin.length]);
  }
  return points;
}
