/** Texts as sparse rows of features: which n-grams each has, as numbers. */

import { NUMBERS, type Pieces, ROWS, sorted, spans } from "../base/pieces.js";
import { BLOCKS, NgramList, type NgramRules, Ngrams } from "./ngrams.js";
import type { TokenizedTexts } from "./tokenized-texts.js";

/** Rows by their features. */
export interface FeatureRows {
  readonly rows: number;
  readonly features: number;
  /** [rows + 1] where each row's features begin in `ids` */
  readonly starts: Uint32Array;
  /** The features of every row, one after another, each once a row. */
  readonly ids: Uint32Array;
  /** [features] their hashes */
  readonly hashes: Uint32Array;
  /** [features] the index in BLOCKS of each */
  readonly blocks: Uint8Array;
  /** [BLOCKS][rows] how many distinct n-grams of a block each row has, those left out too */
  readonly counts: readonly Uint32Array[];
}

/** Distinct n-grams in order of first sight. All that is asked of one lies side by side: one look into memory, not four. */
class Counter {
  size = 0;
  /** [capacity][4] a hash · its number plus one, or 0 · the row that had it last, plus one · in how many rows it is */
  private slots = new Uint32Array(4 * 2 ** 16);

  /** Counts an n-gram of a row: its number, or −1 where the row had it already. */
  add(hash: number, row: number): number {
    const { slots } = this;
    const mask = slots.length / 4 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = 4 * slot;
      if (slots[at + 1] === 0) return this.begin(at, hash, row);
      if (slots[at] !== hash) continue;
      if (slots[at + 2] === row + 1) return -1;
      slots[at + 2] = row + 1;
      slots[at + 3]!++;
      return slots[at + 1]! - 1;
    }
  }

  private begin(at: number, hash: number, row: number): number {
    this.slots.set([hash, ++this.size, row + 1, 1], at);
    return this.size - 1;
  }

  /** Whether there is room for so many more: at most five eighths of the slots are to be taken. */
  holds(more: number): boolean {
    return (this.size + more) * 6.4 <= this.slots.length;
  }

  *grow(): Pieces<void> {
    const old = this.slots;
    const slots = new Uint32Array(old.length * 2);
    const mask = slots.length / 4 - 1;
    yield* spans(old.length / 4, NUMBERS / 8, (first, end) => {
      for (let from = 4 * first; from < 4 * end; from += 4) {
        if (old[from + 1] === 0) continue;
        let slot = old[from]! & mask;
        while (slots[4 * slot + 1] !== 0) slot = (slot + 1) & mask;
        for (let k = 0; k < 4; k++) slots[4 * slot + k] = old[from + k]!;
      }
    });
    this.slots = slots;
  }

  /** By number: the hash, and in how many rows it is. */
  *found(): Pieces<{ hashes: Uint32Array; frequencies: Uint32Array }> {
    const { slots, size } = this;
    const [hashes, frequencies] = [new Uint32Array(size), new Uint32Array(size)];
    yield* spans(slots.length / 4, NUMBERS / 8, (first, end) => {
      for (let at = 4 * first; at < 4 * end; at += 4) {
        const number = slots[at + 1]!;
        if (number === 0) continue;
        hashes[number - 1] = slots[at]!;
        frequencies[number - 1] = slots[at + 3]!;
      }
    });
    return { hashes, frequencies };
  }
}

/** Rows of features that are gone through in one piece: short texts have some hundred each. */
const SPARSE = 2 * ROWS;

/** The first numbers of an array, in one that has room for so many. */
function* resized<A extends Uint32Array | Uint8Array>(from: A, length: number, room: number): Pieces<A> {
  const to = new (from.constructor as new (length: number) => A)(room);
  yield* spans(length, 4 * NUMBERS, (first, end) => to.set(from.subarray(first, end), first));
  return to;
}

/** Rows whose n-grams are counted in one piece. */
const COUNTED = ROWS / 8;

/**
 * The features of rows of texts: every n-gram that is in as many rows as its block wants, one at the least.
 * @param leastRows by block, how many rows an n-gram must be in; 1 where nothing is said
 */
export function* featureRows(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  rules: NgramRules,
  leastRows: Partial<Record<(typeof BLOCKS)[number], number>> = {},
): Pieces<FeatureRows> {
  const ngrams = new Ngrams(rules, texts.table);
  const counter = new Counter();
  const list = new NgramList();
  let ids = new Uint32Array(1 << 16);
  let blocks = new Uint8Array(1 << 16);
  let length = 0;
  const starts = new Uint32Array(rows.length + 1);
  const counts = BLOCKS.map(() => new Uint32Array(rows.length));
  for (let row = 0; row < rows.length; row++) {
    list.count = 0;
    ngrams.collect(texts.tokensOf(rows[row]!), list);
    const most = [length + list.count, counter.size + list.count] as const;
    if (most[0] > ids.length) ids = yield* resized(ids, length, Math.max(2 * ids.length, most[0]));
    if (most[1] > blocks.length) {
      blocks = yield* resized(blocks, counter.size, Math.max(2 * blocks.length, most[1]));
    }
    while (!counter.holds(list.count)) yield* counter.grow();
    for (let i = 0; i < list.count; i++) {
      const before = counter.size;
      const feature = counter.add(list.hashes[i]!, row);
      if (feature < 0) continue;
      if (feature === before) blocks[feature] = list.blocks[i]!;
      counts[blocks[feature]!]![row]!++;
      ids[length++] = feature;
    }
    starts[row + 1] = length;
    if (row % COUNTED === COUNTED - 1) yield COUNTED;
  }
  yield rows.length % COUNTED;
  const features = counter.size;
  const { hashes, frequencies } = yield* counter.found();
  const least = Uint32Array.from(BLOCKS, (block) => leastRows[block] ?? 1);
  const kept = new Uint8Array(features);
  yield* spans(features, NUMBERS, (from, to) => {
    for (let j = from; j < to; j++) kept[j] = frequencies[j]! >= least[blocks[j]!]! ? 1 : 0;
  });
  const all = { rows: rows.length, features, starts, hashes, counts };
  return yield* select({ ...all, ids: ids.subarray(0, length), blocks: blocks.subarray(0, features) }, kept);
}

/** The rows with some of their features, renumbered in their order. @param kept [features] 1 for those that stay */
export function* select(from: FeatureRows, kept: Uint8Array): Pieces<FeatureRows> {
  const { rows, ids: every, starts: begins } = from;
  /** [features] the new number plus one, or 0 */
  const numbers = new Uint32Array(from.features);
  let features = 0;
  yield* spans(from.features, NUMBERS, (first, end) => {
    for (let j = first; j < end; j++) if (kept[j] === 1) numbers[j] = ++features;
  });
  if (features === from.features) return from;
  const starts = new Uint32Array(rows + 1);
  const chosen = new Uint32Array(every.length);
  let at = 0;
  yield* spans(rows, SPARSE, (first, last) => {
    for (let row = first; row < last; row++) {
      const end = begins[row + 1]!;
      for (let k = begins[row]!; k < end; k++) {
        const number = numbers[every[k]!]!;
        if (number > 0) chosen[at++] = number - 1;
      }
      starts[row + 1] = at;
    }
  });
  const [hashes, blocks] = [new Uint32Array(features), new Uint8Array(features)];
  yield* spans(from.features, NUMBERS, (first, end) => {
    for (let j = first; j < end; j++) {
      const number = numbers[j]!;
      if (number === 0) continue;
      hashes[number - 1] = from.hashes[j]!;
      blocks[number - 1] = from.blocks[j]!;
    }
  });
  const ids = yield* resized(chosen, at, at);
  return { rows, features, starts, ids, hashes, blocks, counts: from.counts };
}

/** Some of the rows, in the given order; the features stay numbered as they are. */
export function* pick(from: FeatureRows, rows: ArrayLike<number>): Pieces<FeatureRows> {
  const starts = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    starts[i + 1] = starts[i]! + from.starts[rows[i]! + 1]! - from.starts[rows[i]!]!;
  }
  const ids = new Uint32Array(starts[rows.length]!);
  yield* spans(rows.length, SPARSE, (first, end) => {
    for (let i = first; i < end; i++) {
      ids.set(from.ids.subarray(from.starts[rows[i]!], from.starts[rows[i]! + 1]), starts[i]);
    }
  });
  const counts: Uint32Array[] = [];
  for (const each of from.counts) {
    counts.push(Uint32Array.from(rows, (row) => each[row]!));
    yield 0;
  }
  return { ...from, rows: rows.length, starts, ids, counts };
}

/** The same rows, features numbered by block and hash: as a file lists them. */
export function* inOrder(data: FeatureRows): Pieces<FeatureRows> {
  const order = Uint32Array.from({ length: data.features }, (_, j) => j);
  yield* sorted(order, (a, b) => data.blocks[a]! - data.blocks[b]! || data.hashes[a]! - data.hashes[b]!);
  const numbers = new Uint32Array(data.features);
  const [hashes, blocks] = [new Uint32Array(data.features), new Uint8Array(data.features)];
  yield* spans(data.features, NUMBERS, (from, to) => {
    for (let number = from; number < to; number++) {
      const old = order[number]!;
      numbers[old] = number;
      hashes[number] = data.hashes[old]!;
      blocks[number] = data.blocks[old]!;
    }
  });
  const ids = new Uint32Array(data.ids.length);
  yield* spans(ids.length, NUMBERS, (from, to) => {
    for (let k = from; k < to; k++) ids[k] = numbers[data.ids[k]!]!;
  });
  return { ...data, ids, hashes, blocks };
}

/** [features] in how many of the rows each is */
export function* frequenciesOf({ features, ids }: FeatureRows): Pieces<Uint32Array> {
  const frequencies = new Uint32Array(features);
  yield* spans(ids.length, NUMBERS, (from, to) => {
    for (let k = from; k < to; k++) frequencies[ids[k]!]!++;
  });
  return frequencies;
}
