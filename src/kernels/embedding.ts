/** Embedding: row x_t of a learned table E [V][F] for every token id. Its gradient adds into the rows looked up. */
import type { Bound } from "./bound.js";

export function embeddingForward(a: Bound<"embeddingForward">): void {
  const { out, ids, table, B, T, F } = a;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const row = ids[b * T + t]! * F;
      for (let f = 0; f < F; f++) out[(t * B + b) * F + f] = table[row + f]!;
    }
  }
}

export function embeddingBackward(a: Bound<"embeddingBackward">): void {
  const { dTable, ids, dOut, B, T, F } = a;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const row = ids[b * T + t]! * F;
      for (let f = 0; f < F; f++) dTable[row + f]! += dOut[(t * B + b) * F + f]!;
    }
  }
}

export function maskFromIds({ mask, ids, B, T }: Bound<"maskFromIds">): void {
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) mask[t * B + b] = ids[b * T + t] === 0 ? 0 : 1;
  }
}
