/** Softmax, y_j = exp(x_j) / Σ exp(x_k) over the last axis, and its logarithm. */
import { kernel, type Reals, reads, trainingKernel, whole, writes } from "./declare.js";

/** log Σ exp(z) over z[from … to − 1], safe against overflow. */
export function logSumExp(z: Reals, from: number, to: number): number {
  let largest = -Infinity;
  for (let j = from; j < to; j++) largest = Math.max(largest, z[j]!);
  let sum = 0;
  for (let j = from; j < to; j++) sum += Math.exp(z[j]! - largest);
  return largest + Math.log(sum);
}

/** N rows of F. */
const forward = { out: writes("N F"), x: reads("N F"), N: whole, F: whole } as const;
const backward = { dx: writes("N F"), dOut: reads("N F"), out: reads("N F"), N: whole, F: whole } as const;

const softmaxForward = kernel("out = softmax of every row of x", forward, ({ out, x, N, F }) => {
  for (let n = 0; n < N; n++) {
    let largest = -Infinity;
    for (let f = 0; f < F; f++) largest = Math.max(largest, x[n * F + f]!);
    let sum = 0;
    for (let f = 0; f < F; f++) sum += out[n * F + f] = Math.exp(x[n * F + f]! - largest);
    for (let f = 0; f < F; f++) out[n * F + f]! /= sum;
  }
});

/** δx_j = y_j · (δy_j − Σ_k δy_k y_k) */
const softmaxBackward = trainingKernel(
  "dx from dOut and what the forward put out",
  backward,
  ({ dx, dOut, out, N, F }) => {
    for (let n = 0; n < N; n++) {
      let dot = 0;
      for (let f = 0; f < F; f++) dot += dOut[n * F + f]! * out[n * F + f]!;
      for (let f = 0; f < F; f++) dx[n * F + f] = out[n * F + f]! * (dOut[n * F + f]! - dot);
    }
  },
);

/** log y_j = x_j − log Σ exp(x_k): exact also where y_j is too small for a float. */
const logSoftmaxForward = trainingKernel(
  "out = log softmax of every row of x",
  forward,
  ({ out, x, N, F }) => {
    for (let n = 0; n < N; n++) {
      const norm = logSumExp(x, n * F, (n + 1) * F);
      for (let j = n * F; j < (n + 1) * F; j++) out[j] = x[j]! - norm;
    }
  },
);

/** δx_j = δlog y_j − y_j · Σ_k δlog y_k */
const logSoftmaxBackward = trainingKernel(
  "dx from dOut and what the forward put out",
  backward,
  ({ dx, dOut, out, N, F }) => {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let j = n * F; j < (n + 1) * F; j++) sum += dOut[j]!;
      for (let j = n * F; j < (n + 1) * F; j++) dx[j] = dOut[j]! - Math.exp(out[j]!) * sum;
    }
  },
);

export const softmax = { softmaxForward, softmaxBackward, logSoftmaxForward, logSoftmaxBackward };
