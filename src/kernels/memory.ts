/** Filling, adding and turning over memory; and the sum of shards' gradients, in one order. */
import type { Bound } from "./bound.js";

export function toRowMajor({ out, x, B, T, F }: Bound<"toRowMajor">): void {
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) out[(b * T + t) * F + f] = x[(t * B + b) * F + f]!;
    }
  }
}

export function toTimeMajor({ out, x, B, T, F }: Bound<"toTimeMajor">): void {
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) out[(t * B + b) * F + f] = x[(b * T + t) * F + f]!;
    }
  }
}

export function fill({ out, length, value }: Bound<"fill">): void {
  out.fill(value, 0, length);
}

export function add({ out, x, length }: Bound<"add">): void {
  for (let i = 0; i < length; i++) out[i]! += x[i]!;
}

export function reverseTime({ out, x, T, N }: Bound<"reverseTime">): void {
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < N; i++) out[t * N + i] = x[(T - 1 - t) * N + i]!;
  }
}

/** In the order of the shards, so that the sum is the same on any number of threads. */
export function sumShards({ out, parts, count, stride, length }: Bound<"sumShards">): void {
  for (let i = 0; i < length; i++) {
    let sum = parts[i]!;
    for (let s = 1; s < count; s++) sum += parts[s * stride + i]!;
    out[i] = sum;
  }
}
