/** Embedding: row x_t of a learned table E [V][F] for every token id. Its gradient adds into the rows looked up. */
import { kernel, reads, trainingKernel, updates, whole, words, writes } from "./declare.js";
import { shareOf } from "./shares.js";

const embeddingForward = kernel(
  "out = table at ids, whole numbers held as floats; one outside 0 … V−1 reads as a row of zeros",
  { out: writes("T B F"), ids: reads("B T"), table: reads("V F"), B: whole, T: whole, F: whole, V: whole },
  ({ out, ids, table, B, T, F }) => {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        const row = ids[b * T + t]! * F;
        for (let f = 0; f < F; f++) out[(t * B + b) * F + f] = table[row + f]!;
      }
    }
  },
);

const embeddingBackward = trainingKernel(
  "dTable += dOut at ids, in the order of dOut",
  { dTable: updates("V F"), ids: reads("B T"), dOut: reads("T B F"), B: whole, T: whole, F: whole, V: whole },
  ({ dTable, ids, dOut, B, T, F }) => {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        const row = ids[b * T + t]! * F;
        for (let f = 0; f < F; f++) dTable[row + f]! += dOut[(t * B + b) * F + f]!;
      }
    }
  },
);

/**
 * The same gradient of all shards at once, of the rows alone that a batch names, one after another. A shard's part of a
 * row is summed by itself, as `embeddingBackward` does, and the shards' parts as `sumShards` does: to the same bits, as the
 * parts that are missing are zeros there.
 */
const embeddingRowsBackward = trainingKernel(
  "one part of the rows k < count: dRows[k] = Σ dOut at places[starts[k]] … places[starts[k+1]−1]; a place is 16 times " +
    "the offset of an element, plus 1 + m where a shard's first: so many of the sums that wait are done with the shard before",
  {
    dRows: updates("N F"),
    dOut: reads("any"),
    count: words("1"),
    starts: words("N+1"),
    places: words("P"),
    N: whole,
    P: whole,
    F: whole,
    part: whole,
    parts: whole,
  },
  ({ dRows, dOut, count, starts, places, F, part, parts }) => {
    const to = shareOf(count[0]!, part + 1, parts);
    for (let k = shareOf(count[0]!, part, parts); k < to; k++) {
      for (let f = 0; f < F; f++) {
        const here = k * F + f;
        const waiting: number[] = [];
        // What is summed up lies in dRows, to be rounded.
        const merge = () => void (dRows[here]! += waiting.pop()!);
        dRows[here] = 0;
        for (let at = starts[k]!; at < starts[k + 1]!; at++) {
          const opens = places[at]! & 15;
          if (opens > 0 && at > starts[k]!) {
            for (let m = 1; m < opens; m++) merge();
            waiting.push(dRows[here]!);
            dRows[here] = 0;
          }
          dRows[here]! += dOut[(places[at]! >>> 4) + f]!;
        }
        while (waiting.length > 0) merge();
      }
    }
  },
);

const maskFromIds = kernel(
  "mask = ids ≠ 0 ? 1 : 0",
  { mask: writes("T B"), ids: reads("B T"), B: whole, T: whole },
  ({ mask, ids, B, T }) => {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) mask[t * B + b] = ids[b * T + t] === 0 ? 0 : 1;
    }
  },
);

export const embedding = { embeddingForward, embeddingBackward, embeddingRowsBackward, maskFromIds };
