/** Scores in order, of what is of a class and of what is not: all that ranks and thresholds are about. */
import { type Pieces, ROWS, sorted, spans } from "../../base/pieces.js";
import type { Predictions } from "./predictions.js";

/** Scores of one side, rising, and what they weigh. Four bytes each where every row weighs the same. */
export class Side {
  /** Of each tail [i …), what it weighs; null where every score counts 1. Added up from the end, so that none is left of none. */
  private readonly tails: Float64Array | null = null;

  constructor(
    readonly scores: Float32Array,
    private readonly weights: Float64Array | null,
  ) {
    if (!weights) return;
    const tails = new Float64Array(weights.length + 1);
    for (let i = weights.length - 1; i >= 0; i--) tails[i] = tails[i + 1]! + weights[i]!;
    this.tails = tails;
  }

  get length(): number {
    return this.scores.length;
  }

  /** What scores from the i-th on weigh. */
  from(i: number): number {
    return this.tails ? this.tails[i]! : this.length - i;
  }

  /** What the scores [from, to) weigh, which are equal ones. */
  between(from: number, to: number): number {
    if (!this.weights) return to - from;
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.weights[i]!;
    return sum;
  }

  /** Index of the first score strictly above the threshold, by bisection. */
  firstAbove(threshold: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.scores[middle]! > threshold) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A yes-or-no question, put to many rows. */
export interface Ranking {
  readonly positive: Side;
  readonly negative: Side;
}

/**
 * Puts the cells of some columns in order, each of which asks whether its row is of its class: of one output, whether it is of
 * class 1.
 */
export function* rank(p: Predictions, columns: readonly number[]): Pieces<Ranking> {
  const side = (isPositive: boolean): Pieces<Side> => {
    const cells = (visit: Visit) =>
      spans(p.labels.length, ROWS, (from, to) => {
        for (let row = from; row < to; row++) {
          for (const k of columns) {
            const isOfClass = p.labels[row] === (p.outputs === 1 ? 1 : k);
            // A zero may have a sign, which its bits tell and its order does not.
            if (isOfClass === isPositive) visit(p.probabilities[row * p.outputs + k]! + 0, row);
          }
        }
      });
    return p.weights ? weighed(cells, p.weights) : rising(cells);
  };
  return { positive: yield* side(true), negative: yield* side(false) };
}

type Visit = (score: number, row: number) => void;
type Cells = (visit: Visit) => Pieces<void>;

/** What is sorted in one piece: some milliseconds. */
const SORTED = 2 ** 13;

/** Bits of a float32 that are left out where scores are taken apart before they are sorted, many of them or few. */
const [FINE, COARSE] = [13, 30];

/**
 * Sorts scores from 0 to 1 in no more memory than they take: first by their upper bits, which rise as they do, then those that
 * share these. Above 1 there is one more place, for a sum of probabilities that rounding has taken there.
 */
function* rising(cells: Cells): Pieces<Side> {
  let count = 0;
  yield* cells(() => void count++);
  const left = count > SORTED ? FINE : COARSE;
  const one = new Float32Array(1);
  const bits = new Uint32Array(one.buffer);
  // Where the scores of each place end; once they are filled in, from their ends on, where they begin.
  const places = new Uint32Array((0x3f80_0000 >>> left) + 2);
  const placeOf = (score: number) => {
    one[0] = score;
    return Math.min(bits[0]! >>> left, places.length - 1);
  };
  yield* cells((score) => void places[placeOf(score)]!++);
  for (let k = 1; k < places.length; k++) places[k]! += places[k - 1]!;
  const scores = new Float32Array(count);
  yield* cells((score) => {
    scores[--places[placeOf(score)]!] = score;
  });
  for (let k = 0, done = 0; k < places.length; k++) {
    const [from, to] = [places[k]!, places[k + 1] ?? count];
    if (to - from > 1) scores.subarray(from, to).sort();
    done += to - from;
    if (done < SORTED) continue;
    done = 0;
    yield 0;
  }
  return new Side(scores, null);
}

function* weighed(cells: Cells, weights: ArrayLike<number>): Pieces<Side> {
  const found: { score: number; weight: number }[] = [];
  yield* cells((score, row) => void found.push({ score, weight: weights[row]! }));
  const order = Uint32Array.from(found.keys());
  yield* sorted(order, (a, b) => found[a]!.score - found[b]!.score);
  return new Side(
    Float32Array.from(order, (i) => found[i]!.score),
    Float64Array.from(order, (i) => found[i]!.weight),
  );
}

/** Goes through the scores of both sides from the least on, equal ones at once. */
export class Steps {
  /** The score at hand. */
  score = Number.NaN;
  /** Where those begin on either side that equal the score, and where they end. */
  readonly positive = { from: 0, to: 0 };
  readonly negative = { from: 0, to: 0 };

  constructor(private readonly ranking: Ranking) {}

  /** Goes to the next score. @returns whether there is one */
  next(): boolean {
    const { positive, negative } = this.ranking;
    const [a, b] = [positive.scores[this.positive.to], negative.scores[this.negative.to]];
    if (a === undefined && b === undefined) return false;
    this.score = b === undefined || a! < b ? a! : b;
    this.#pass(this.positive, positive.scores);
    this.#pass(this.negative, negative.scores);
    return true;
  }

  #pass(group: { from: number; to: number }, scores: Float32Array): void {
    group.from = group.to;
    while (group.to < scores.length && !(scores[group.to]! > this.score)) group.to++;
  }
}
