/** Texts as sparse rows of features: which n-grams each has, as numbers. */

import { BLOCKS, NgramList, type NgramRules, Ngrams } from "./ngrams.js";
import { grown } from "./token-table.js";
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
    // At most five eighths of the slots are taken.
    if (this.size * 6.4 > this.slots.length) this.grow();
    return this.size - 1;
  }

  private grow(): void {
    const old = this.slots;
    const slots = new Uint32Array(old.length * 2);
    const mask = slots.length / 4 - 1;
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 1] === 0) continue;
      let slot = old[from]! & mask;
      while (slots[4 * slot + 1] !== 0) slot = (slot + 1) & mask;
      for (let k = 0; k < 4; k++) slots[4 * slot + k] = old[from + k]!;
    }
    this.slots = slots;
  }

  /** By number: the hash, and in how many rows it is. */
  found(): { hashes: Uint32Array; frequencies: Uint32Array } {
    const { slots, size } = this;
    const [hashes, frequencies] = [new Uint32Array(size), new Uint32Array(size)];
    for (let at = 0; at < slots.length; at += 4) {
      const number = slots[at + 1]!;
      if (number === 0) continue;
      hashes[number - 1] = slots[at]!;
      frequencies[number - 1] = slots[at + 3]!;
    }
    return { hashes, frequencies };
  }
}

/**
 * The features of rows of texts: every n-gram that is in as many rows as its block wants, one at the least.
 * @param leastRows by block, how many rows an n-gram must be in; 1 where nothing is said
 */
export function featureRows(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  rules: NgramRules,
  leastRows: Partial<Record<(typeof BLOCKS)[number], number>> = {},
): FeatureRows {
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
    if (length + list.count > ids.length) ids = grown(ids, length + list.count);
    if (counter.size + list.count > blocks.length) blocks = grown(blocks, counter.size + list.count);
    for (let i = 0; i < list.count; i++) {
      const before = counter.size;
      const feature = counter.add(list.hashes[i]!, row);
      if (feature < 0) continue;
      if (feature === before) blocks[feature] = list.blocks[i]!;
      counts[blocks[feature]!]![row]!++;
      ids[length++] = feature;
    }
    starts[row + 1] = length;
  }
  const features = counter.size;
  const { hashes, frequencies } = counter.found();
  const least = Uint32Array.from(BLOCKS, (block) => leastRows[block] ?? 1);
  const kept = new Uint8Array(features);
  for (let j = 0; j < features; j++) kept[j] = frequencies[j]! >= least[blocks[j]!]! ? 1 : 0;
  const all = { rows: rows.length, features, starts, hashes, counts };
  return select({ ...all, ids: ids.subarray(0, length), blocks: blocks.subarray(0, features) }, kept);
}

/** The rows with some of their features, renumbered in their order. @param kept [features] 1 for those that stay */
export function select(from: FeatureRows, kept: Uint8Array): FeatureRows {
  const { rows, ids: every, starts: begins } = from;
  /** [features] the new number plus one, or 0 */
  const numbers = new Uint32Array(from.features);
  let features = 0;
  for (let j = 0; j < from.features; j++) if (kept[j] === 1) numbers[j] = ++features;
  if (features === from.features) return from;
  const starts = new Uint32Array(rows + 1);
  const chosen = new Uint32Array(every.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const end = begins[row + 1]!;
    for (let k = begins[row]!; k < end; k++) {
      const number = numbers[every[k]!]!;
      if (number > 0) chosen[at++] = number - 1;
    }
    starts[row + 1] = at;
  }
  return {
    rows,
    features,
    starts,
    ids: chosen.slice(0, at),
    hashes: from.hashes.filter((_, j) => kept[j] === 1),
    blocks: from.blocks.filter((_, j) => kept[j] === 1),
    counts: from.counts,
  };
}

/** Some of the rows, in the given order; the features stay numbered as they are. */
export function pick(from: FeatureRows, rows: ArrayLike<number>): FeatureRows {
  const starts = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    starts[i + 1] = starts[i]! + from.starts[rows[i]! + 1]! - from.starts[rows[i]!]!;
  }
  const ids = new Uint32Array(starts[rows.length]!);
  for (let i = 0; i < rows.length; i++) {
    ids.set(from.ids.subarray(from.starts[rows[i]!], from.starts[rows[i]! + 1]), starts[i]);
  }
  const counts = from.counts.map((each) => Uint32Array.from(rows, (row) => each[row]!));
  return { ...from, rows: rows.length, starts, ids, counts };
}

/** The same rows, features numbered by block and hash: as a file lists them. */
export function inOrder(data: FeatureRows): FeatureRows {
  const order = Uint32Array.from({ length: data.features }, (_, j) => j).sort(
    (a, b) => data.blocks[a]! - data.blocks[b]! || data.hashes[a]! - data.hashes[b]!,
  );
  const numbers = new Uint32Array(data.features);
  order.forEach((old, number) => {
    numbers[old] = number;
  });
  return {
    ...data,
    ids: data.ids.map((id) => numbers[id]!),
    hashes: Uint32Array.from(order, (old) => data.hashes[old]!),
    blocks: Uint8Array.from(order, (old) => data.blocks[old]!),
  };
}
