/** Softmax: y_j = exp(x_j) / Σ exp(x_k) over the last axis. */
import { kernel, reads, trainingKernel, whole, writes } from "./declare.js";

const softmaxForward = kernel(
  "out = softmax of every row of x",
  {
    out: writes("N F"),
    x: reads("N F"),
    N: whole,
    F: whole,
  },
  ({ out, x, N, F }) => {
    for (let n = 0; n < N; n++) {
      let largest = -Infinity;
      for (let f = 0; f < F; f++) largest = Math.max(largest, x[n * F + f]!);
      let sum = 0;
      for (let f = 0; f < F; f++) sum += out[n * F + f] = Math.exp(x[n * F + f]! - largest);
      for (let f = 0; f < F; f++) out[n * F + f]! /= sum;
    }
  },
);

/** δx_j = y_j · (δy_j − Σ_k δy_k y_k) */
const softmaxBackward = trainingKernel(
  "dx from dOut and what the forward put out",
  {
    dx: writes("N F"),
    dOut: reads("N F"),
    out: reads("N F"),
    N: whole,
    F: whole,
  },
  ({ dx, dOut, out, N, F }) => {
    for (let n = 0; n < N; n++) {
      let dot = 0;
      for (let f = 0; f < F; f++) dot += dOut[n * F + f]! * out[n * F + f]!;
      for (let f = 0; f < F; f++) dx[n * F + f] = out[n * F + f]! * (dOut[n * F + f]! - dot);
    }
  },
);

export const softmax = { softmaxForward, softmaxBackward };
