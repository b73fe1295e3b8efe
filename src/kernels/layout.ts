/** Selecting, joining, repeating: what layers without a kernel of their own are put together from. */
import type { Bound } from "./bound.js";

export function choose({ out, mask, x, other, N, F, value }: Bound<"choose">): void {
  for (let n = 0; n < N; n++) {
    const from = mask[n] !== 0 ? x : other;
    for (let i = n * F; i < (n + 1) * F; i++) out[i] = from ? from[i]! : value;
  }
}

export function combine({ out, x, y, length, a, b }: Bound<"combine">): void {
  for (let i = 0; i < length; i++) out[i] = y ? a * x[i]! + b * y[i]! : a * x[i]!;
}

export function maskFromValues({ mask, x, N, F, value }: Bound<"maskFromValues">): void {
  for (let n = 0; n < N; n++) mask[n] = x.subarray(n * F, (n + 1) * F).some((v) => v !== value) ? 1 : 0;
}

export function copyRows({ out, x, N, F, outStride, xStride }: Bound<"copyRows">): void {
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) out[n * outStride + f] = x[n * xStride + f]!;
  }
}

export function repeatAxis({ out, x, A, R, C }: Bound<"repeatAxis">): void {
  for (let a = 0; a < A; a++) {
    for (let r = 0; r < R; r++) {
      for (let c = 0; c < C; c++) out[(a * R + r) * C + c] = x[a * C + c]!;
    }
  }
}

export function sumAxis({ out, x, A, R, C, accumulate }: Bound<"sumAxis">): void {
  for (let a = 0; a < A; a++) {
    for (let c = 0; c < C; c++) {
      let sum = accumulate ? out[a * C + c]! : 0;
      for (let r = 0; r < R; r++) sum += x[(a * R + r) * C + c]!;
      out[a * C + c] = sum;
    }
  }
}
