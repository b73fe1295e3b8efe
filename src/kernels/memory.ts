/** Filling, adding and turning over memory; and the sum of shards' gradients, in one order. */
import { kernel, reads, real, trainingKernel, updates, whole, writes } from "./declare.js";
import { firstHalf } from "./shares.js";

const fill = kernel(
  "out = value",
  { out: writes("length"), length: whole, value: real },
  ({ out, length, value }) => {
    out.fill(value, 0, length);
  },
);

const add = kernel(
  "out += x",
  { out: updates("length"), x: reads("length"), length: whole },
  ({ out, x, length }) => {
    for (let i = 0; i < length; i++) out[i]! += x[i]!;
  },
);

const toRowMajor = kernel(
  "Keras's Flatten of a time-major sequence",
  { out: writes("B T*F"), x: reads("T B F"), B: whole, T: whole, F: whole },
  ({ out, x, B, T, F }) => {
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        for (let f = 0; f < F; f++) out[(b * T + t) * F + f] = x[(t * B + b) * F + f]!;
      }
    }
  },
);

const toTimeMajor = kernel(
  "The inverse of to_row_major, also used for sequences that come from the user",
  { out: writes("T B F"), x: reads("B T*F"), B: whole, T: whole, F: whole },
  ({ out, x, B, T, F }) => {
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        for (let f = 0; f < F; f++) out[(t * B + b) * F + f] = x[(b * T + t) * F + f]!;
      }
    }
  },
);

const reverseTime = kernel(
  "out = x, last step first",
  { out: writes("T N"), x: reads("T N"), T: whole, N: whole },
  ({ out, x, T, N }) => {
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < N; i++) out[t * N + i] = x[(T - 1 - t) * N + i]!;
    }
  },
);

/**
 * Halves are summed by themselves and then added: in one order, so that the sum is the same on any number of threads, and
 * one whose parts several processes can sum (processes/share.ts).
 */
const sumShards = trainingKernel(
  "out[i] = Σ parts[s·stride + i] over s = 0 … count−1: the sum of the first 2ⁿ < count and that of the rest, each summed " +
    "so; count ≥ 1",
  {
    out: writes("length"),
    parts: reads("(count-1)*stride+length"),
    count: whole,
    stride: whole,
    length: whole,
  },
  ({ out, parts, count, stride, length }) => {
    // Of halves that other processes send, every one has been rounded.
    const rounded = out instanceof Float32Array ? Math.fround : (sum: number) => sum;
    for (let i = 0; i < length; i++) {
      const sum = (from: number, shards: number): number => {
        if (shards === 1) return parts[from * stride + i]!;
        const half = firstHalf(shards);
        return rounded(sum(from, half) + sum(from + half, shards - half));
      };
      out[i] = sum(0, count);
    }
  },
);

export const memory = { fill, add, toRowMajor, toTimeMajor, reverseTime, sumShards };
