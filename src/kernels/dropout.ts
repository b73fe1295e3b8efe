/**
 * Dropout (Srivastava et al. 2014), inverted: kept values are scaled by 1/(1 − rate) in training, and inference is
 * the identity. Masks are a function of (seed, layer, step, row, index): the same on any number of threads.
 */
import type { Bound } from "./bound.js";
import { philox4x32 } from "./philox.js";

const words = new Uint32Array(4);

/** mask [G][B][F]: `scale` where the random word reaches the threshold, else 0. */
export function dropoutMaskKernel(a: Bound<"dropoutMask">): void {
  const { mask, counters, G, B, F } = a;
  for (let g = 0; g < G; g++) {
    for (let b = 0; b < B; b++) {
      for (let f = 0; f < F; f++) {
        const index = g * F + f;
        // A Philox block yields four words; indices 4k … 4k+3 share it.
        if (f === 0 || index % 4 === 0) {
          const block = Math.floor(index / 4);
          philox4x32(words, block, a.firstRow + b, counters[2]!, a.purpose, counters[0]!, counters[1]!);
        }
        mask[(g * B + b) * F + f] = words[index % 4]! >= a.threshold ? a.scale : 0;
      }
    }
  }
}

export function multiplyMask(a: Bound<"multiplyMask">): void {
  for (let g = 0; g < a.G; g++) {
    const from = a.maskGroups === 1 ? 0 : g * a.N;
    for (let i = 0; i < a.N; i++) a.out[g * a.N + i] = a.x[g * a.N + i]! * a.mask[from + i]!;
  }
}
