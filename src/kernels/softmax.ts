/** Softmax: y_j = exp(x_j) / Σ exp(x_k) over the last axis. */
import type { Bound } from "./bound.js";

export function softmaxForward({ out, x, N, F }: Bound<"softmaxForward">): void {
  for (let n = 0; n < N; n++) {
    let largest = -Infinity;
    for (let f = 0; f < F; f++) largest = Math.max(largest, x[n * F + f]!);
    let sum = 0;
    for (let f = 0; f < F; f++) sum += out[n * F + f] = Math.exp(x[n * F + f]! - largest);
    for (let f = 0; f < F; f++) out[n * F + f]! /= sum;
  }
}

/** δx_j = y_j · (δy_j − Σ_k δy_k y_k) */
export function softmaxBackward({ dx, dOut, out, N, F }: Bound<"softmaxBackward">): void {
  for (let n = 0; n < N; n++) {
    let dot = 0;
    for (let f = 0; f < F; f++) dot += dOut[n * F + f]! * out[n * F + f]!;
    for (let f = 0; f < F; f++) dx[n * F + f] = out[n * F + f]! * (dOut[n * F + f]! - dot);
  }
}
