/** Selecting, joining, repeating: what layers without a kernel of their own are put together from. */
import { flag, kernel, optional, reads, real, updates, whole, writes } from "./declare.js";

const choose = kernel(
  "out = mask ≠ 0 ? x : other; where one of the two is NULL, value stands for it. out may be either.",
  {
    out: writes("N F"),
    mask: reads("N"),
    x: optional(reads("N F")),
    other: optional(reads("N F")),
    N: whole,
    F: whole,
    value: real,
  },
  ({ out, mask, x, other, N, F, value }) => {
    for (let n = 0; n < N; n++) {
      const from = mask[n] !== 0 ? x : other;
      for (let i = n * F; i < (n + 1) * F; i++) out[i] = from ? from[i]! : value;
    }
  },
);

const combine = kernel(
  "out = a · x + b · y, or a · x where y is NULL. out may be x or y.",
  {
    out: writes("length"),
    x: reads("length"),
    y: optional(reads("length")),
    length: whole,
    a: real,
    b: real,
  },
  ({ out, x, y, length, a, b }) => {
    for (let i = 0; i < length; i++) out[i] = y ? a * x[i]! + b * y[i]! : a * x[i]!;
  },
);

const maskFromValues = kernel(
  "mask = any of a row of x differs from value ? 1 : 0",
  {
    mask: writes("N"),
    x: reads("N F"),
    N: whole,
    F: whole,
    value: real,
  },
  ({ mask, x, N, F, value }) => {
    for (let n = 0; n < N; n++) mask[n] = x.subarray(n * F, (n + 1) * F).some((v) => v !== value) ? 1 : 0;
  },
);

const copyRows = kernel(
  "N rows of F elements, from rows xStride apart to rows outStride apart: a block of columns, cut out or put in",
  {
    out: writes("(N-1)*outStride+F"),
    x: reads("(N-1)*xStride+F"),
    N: whole,
    F: whole,
    outStride: whole,
    xStride: whole,
  },
  ({ out, x, N, F, outStride, xStride }) => {
    for (let n = 0; n < N; n++) {
      for (let f = 0; f < F; f++) out[n * outStride + f] = x[n * xStride + f]!;
    }
  },
);

const repeatAxis = kernel(
  "out = x, every row R times",
  {
    out: writes("A R C"),
    x: reads("A C"),
    A: whole,
    R: whole,
    C: whole,
  },
  ({ out, x, A, R, C }) => {
    for (let a = 0; a < A; a++) {
      for (let r = 0; r < R; r++) {
        for (let c = 0; c < C; c++) out[(a * R + r) * C + c] = x[a * C + c]!;
      }
    }
  },
);

const sumAxis = kernel(
  "out = Σ_r x_r, or += with accumulate",
  {
    out: updates("A C"),
    x: reads("A R C"),
    A: whole,
    R: whole,
    C: whole,
    accumulate: flag,
  },
  ({ out, x, A, R, C, accumulate }) => {
    for (let a = 0; a < A; a++) {
      for (let c = 0; c < C; c++) {
        let sum = accumulate ? out[a * C + c]! : 0;
        for (let r = 0; r < R; r++) sum += x[(a * R + r) * C + c]!;
        out[a * C + c] = sum;
      }
    }
  },
);

export const layout = { choose, combine, maskFromValues, copyRows, repeatAxis, sumAxis };
