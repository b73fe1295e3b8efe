/** Of a whole file, the few places where a unit is highest or lowest: memory grows with neither texts nor tokens. */

/** A place in a text, and how the unit was around it. */
export interface UnitContext {
  /** The text's row in the file. */
  row: number;
  /** Which of the words below it is. */
  at: number;
  /** Its value there. */
  value: number;
  /** The words around. */
  words: string[];
  /** The unit's value at each of them. */
  values: number[];
  /** Whether the text has more words before those. */
  before: boolean;
  /** And behind. */
  after: boolean;
}

/** Keeps the `most` of highest score, highest first; of equal ones those that came first. */
export class Best<T> {
  readonly items: { score: number; item: T }[] = [];

  constructor(private readonly most: number) {}

  /** @param make asked for only where it is kept */
  offer(score: number, make: () => T): void {
    const { items, most } = this;
    if (items.length === most && !(most > 0 && score > items[most - 1]!.score)) return;
    let at = items.length;
    while (at > 0 && items[at - 1]!.score < score) at--;
    items.splice(at, 0, { score, item: make() });
    if (items.length > most) items.pop();
  }
}

/** Words on each side of a place that are kept. */
const AROUND = 6;

/** @param values of the unit at every token */
export function contextAt(
  row: number,
  words: readonly string[],
  k: number,
  values: (k: number) => number,
): UnitContext {
  const from = Math.max(0, k - AROUND);
  const to = Math.min(words.length, k + AROUND + 1);
  return {
    ...{ row, at: k - from, value: values(k), words: words.slice(from, to) },
    values: Array.from({ length: to - from }, (_, i) => values(from + i)),
    before: from > 0,
    after: to < words.length,
  };
}
