/** Texts as sparse rows of features: which n-grams each has, as numbers. */

import { NgramTable } from "./ngram-table.js";
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

class Growing {
  values = new Uint32Array(1 << 16);
  length = 0;

  add(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
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
  const table = new NgramTable(1 << 16);
  const list = new NgramList();
  const found = new Growing();
  const starts = new Uint32Array(rows.length + 1);
  let [frequency, last, blocks] = [new Uint32Array(0), new Uint32Array(0), new Uint8Array(0)];
  const counts = BLOCKS.map(() => new Uint32Array(rows.length));
  for (let row = 0; row < rows.length; row++) {
    list.count = 0;
    ngrams.collect(texts.tokensOf(rows[row]!), list);
    for (let i = 0; i < list.count; i++) {
      const feature = table.add(list.hashes[i]!);
      if (feature >= last.length) {
        const larger = Math.max(1 << 16, last.length * 2);
        [frequency, last] = [resized(frequency, larger), resized(last, larger)];
        const more = new Uint8Array(larger);
        more.set(blocks);
        blocks = more;
      }
      if (last[feature] === row + 1) continue;
      last[feature] = row + 1;
      if (frequency[feature]!++ === 0) blocks[feature] = list.blocks[i]!;
      counts[blocks[feature]!]![row]!++;
      found.add(feature);
    }
    starts[row + 1] = found.length;
  }
  const least = Uint32Array.from(BLOCKS, (block) => leastRows[block] ?? 1);
  const kept = (feature: number) => frequency[feature]! >= least[blocks[feature]!]!;
  return select(
    {
      rows: rows.length,
      features: table.size,
      starts,
      ids: found.values.subarray(0, found.length),
      hashes: table.hashes.subarray(0, table.size),
      blocks: blocks.subarray(0, table.size),
      counts,
    },
    Uint8Array.from({ length: table.size }, (_, feature) => (kept(feature) ? 1 : 0)),
  );
}

function resized(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}

/** The rows with some of their features, renumbered in their order. @param kept [features] 1 for those that stay */
export function select(from: FeatureRows, kept: Uint8Array): FeatureRows {
  const numbers = new Uint32Array(from.features);
  let features = 0;
  for (let j = 0; j < from.features; j++) if (kept[j]) numbers[j] = features++;
  if (features === from.features) return from;
  const starts = new Uint32Array(from.rows + 1);
  let length = 0;
  for (let k = 0; k < from.ids.length; k++) length += kept[from.ids[k]!]!;
  const ids = new Uint32Array(length);
  let at = 0;
  for (let row = 0; row < from.rows; row++) {
    for (let k = from.starts[row]!; k < from.starts[row + 1]!; k++) {
      const id = from.ids[k]!;
      if (kept[id]) ids[at++] = numbers[id]!;
    }
    starts[row + 1] = at;
  }
  return {
    rows: from.rows,
    features,
    starts,
    ids,
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
