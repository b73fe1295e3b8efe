/**
 * Pooling over steps, each feature by itself:
 *   max      out_s = max x_t        average  out_s = Σ m_t x_t / Σ m_t
 * over the steps t of window s that lie within the sequence; m is the mask, or 1. The global ones have one window over
 * all steps. In Keras GlobalAveragePooling1D alone heeds a mask, and of a row without any valid step it makes NaN.
 */
import { flag, kernel, optional, type Reals, reads, trainingKernel, whole, writes } from "./declare.js";

/** The steps of window s that exist: [from, to). */
function windowSteps(
  s: number,
  { T, size, stride, before }: { T: number; size: number; stride: number; before: number },
): [from: number, to: number] {
  const begin = s * stride - before;
  return [Math.max(0, begin), Math.min(T, begin + size)];
}

const maxPoolForward = kernel(
  "out = the largest of x in each window",
  {
    out: writes("S N"),
    x: reads("T N"),
    T: whole,
    N: whole,
    S: whole,
    size: whole,
    stride: whole,
    before: whole,
  },
  (a) => {
    const { out, x, N, S } = a;
    for (let s = 0; s < S; s++) {
      const [from, to] = windowSteps(s, a);
      for (let i = 0; i < N; i++) {
        let most = x[from * N + i]!;
        for (let t = from + 1; t < to; t++) if (x[t * N + i]! > most) most = x[t * N + i]!;
        out[s * N + i] = most;
      }
    }
  },
);

/** To the first of the largest in a window; with `share`, to all of them in equal parts. */
const maxPoolBackward = trainingKernel(
  "dx from dOut: to the first of the largest in a window or, with share, to all of them in equal parts",
  {
    dx: writes("T N"),
    dOut: reads("S N"),
    out: reads("S N"),
    x: reads("T N"),
    T: whole,
    N: whole,
    S: whole,
    size: whole,
    stride: whole,
    before: whole,
    share: flag,
  },
  (a) => {
    const { dx, dOut, out, x, T, N, S, share } = a;
    dx.fill(0, 0, T * N);
    for (let s = 0; s < S; s++) {
      const [from, to] = windowSteps(s, a);
      for (let i = 0; i < N; i++) {
        const most = out[s * N + i]!;
        let count = 0;
        for (let t = from; t < to; t++) if (x[t * N + i] === most) count++;
        for (let t = from, left = share ? count : 1; t < to && left > 0; t++) {
          if (x[t * N + i] !== most) continue;
          dx[t * N + i]! += share ? dOut[s * N + i]! / count : dOut[s * N + i]!;
          left--;
        }
      }
    }
  },
);

/** Σ m_t over a window, of row b. */
function weightOf(mask: Reals | null, b: number, B: number, [from, to]: [number, number]): number {
  let weight = 0;
  for (let t = from; t < to; t++) weight += mask ? mask[t * B + b]! : 1;
  return weight;
}

const averagePoolForward = kernel(
  "out = mean of x over each window's steps, those where mask is not 0; NaN of none",
  {
    out: writes("S B F"),
    x: reads("T B F"),
    mask: optional(reads("T B")),
    B: whole,
    T: whole,
    F: whole,
    S: whole,
    size: whole,
    stride: whole,
    before: whole,
  },
  (a) => {
    const { out, x, mask, B, F, S } = a;
    for (let s = 0; s < S; s++) {
      const [from, to] = windowSteps(s, a);
      for (let b = 0; b < B; b++) {
        const mean = out.subarray((s * B + b) * F, (s * B + b + 1) * F).fill(0);
        for (let t = from; t < to; t++) {
          if (mask && mask[t * B + b] === 0) continue;
          for (let f = 0; f < F; f++) mean[f]! += x[(t * B + b) * F + f]!;
        }
        const weight = weightOf(mask, b, B, [from, to]);
        for (let f = 0; f < F; f++) mean[f]! /= weight;
      }
    }
  },
);

const averagePoolBackward = trainingKernel(
  "dx from dOut",
  {
    dx: writes("T B F"),
    dOut: reads("S B F"),
    mask: optional(reads("T B")),
    B: whole,
    T: whole,
    F: whole,
    S: whole,
    size: whole,
    stride: whole,
    before: whole,
  },
  (a) => {
    const { dx, dOut, mask, B, T, F, S } = a;
    dx.fill(0, 0, T * B * F);
    for (let s = 0; s < S; s++) {
      const [from, to] = windowSteps(s, a);
      for (let b = 0; b < B; b++) {
        const weight = weightOf(mask, b, B, [from, to]);
        for (let t = from; t < to; t++) {
          if (mask && mask[t * B + b] === 0) continue;
          for (let f = 0; f < F; f++) dx[(t * B + b) * F + f]! += dOut[(s * B + b) * F + f]! / weight;
        }
      }
    }
  },
);

export const pool = { maxPoolForward, maxPoolBackward, averagePoolForward, averagePoolBackward };
