/** Embedding: row x_t of a learned table E [V][F] for every token id. Its gradient adds into the rows looked up. */
import { kernel, reads, trainingKernel, updates, whole, writes } from "./declare.js";

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

const maskFromIds = kernel(
  "mask = ids ≠ 0 ? 1 : 0",
  { mask: writes("T B"), ids: reads("B T"), B: whole, T: whole },
  ({ mask, ids, B, T }) => {
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) mask[t * B + b] = ids[b * T + t] === 0 ? 0 : 1;
    }
  },
);

export const embedding = { embeddingForward, embeddingBackward, maskFromIds };
