/**
 * Dropout (Srivastava et al. 2014), inverted: kept values are scaled by 1/(1 − rate) in training, and inference is
 * the identity. Masks are a function of (seed, layer, step, row, index): the same on any number of threads.
 */
import { kernel, reads, real, trainingKernel, whole, word, words, writes } from "./declare.js";
import { philox4x32 } from "./philox.js";

const block = new Uint32Array(4);

/** mask [G][B][F]: `scale` where the random word reaches the threshold, else 0. */
const dropoutMask = trainingKernel(
  "mask = scale where word (g·F + f) mod 4 of Philox block ((g·F + f) div 4, firstRow + b, step, purpose) under key " +
    "(seedLow, seedHigh) reaches threshold = round(rate · 2³²), else 0; counters = seedLow, seedHigh, step",
  {
    mask: writes("G B F"),
    counters: words("3"),
    G: whole,
    B: whole,
    F: whole,
    purpose: whole,
    firstRow: whole,
    threshold: word,
    scale: real,
  },
  (a) => {
    const { mask, counters, G, B, F } = a;
    for (let g = 0; g < G; g++) {
      for (let b = 0; b < B; b++) {
        for (let f = 0; f < F; f++) {
          const index = g * F + f;
          // A Philox block yields four words; indices 4k … 4k+3 share it.
          if (f === 0 || index % 4 === 0) {
            philox4x32(
              block,
              Math.floor(index / 4),
              a.firstRow + b,
              counters[2]!,
              a.purpose,
              counters[0]!,
              counters[1]!,
            );
          }
          mask[(g * B + b) * F + f] = block[index % 4]! >= a.threshold ? a.scale : 0;
        }
      }
    }
  },
);

const multiplyMask = kernel(
  "out = x · mask, where with maskGroups = 1 one mask serves every group",
  {
    out: writes("G N"),
    x: reads("G N"),
    mask: reads("maskGroups N"),
    G: whole,
    N: whole,
    maskGroups: whole,
  },
  (a) => {
    for (let g = 0; g < a.G; g++) {
      const from = a.maskGroups === 1 ? 0 : g * a.N;
      for (let i = 0; i < a.N; i++) a.out[g * a.N + i] = a.x[g * a.N + i]! * a.mask[from + i]!;
    }
  },
);

export const dropout = { dropoutMask, multiplyMask };
