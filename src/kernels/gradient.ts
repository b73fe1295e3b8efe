/** What is done with gradients before an optimizer sees them: norms, clipping, regularisation. */
import { flag, reads, real, trainingKernel, updates, whole } from "./declare.js";

const sumSquares = trainingKernel(
  "out[0] = (accumulate ? out[0] : 0) + Σ x²",
  {
    out: updates("1"),
    x: reads("length"),
    length: whole,
    accumulate: flag,
  },
  ({ out, x, length, accumulate }) => {
    let sum = accumulate ? out[0]! : 0;
    for (let i = 0; i < length; i++) sum += x[i]! * x[i]!;
    out[0] = sum;
  },
);

const clipToNorm = trainingKernel(
  "g *= limit / max(√norm2[0], limit)",
  {
    g: updates("length"),
    norm2: reads("1"),
    length: whole,
    limit: real,
  },
  ({ g, norm2, length, limit }) => {
    const factor = limit / Math.max(Math.sqrt(norm2[0]!), limit);
    for (let i = 0; i < length; i++) g[i]! *= factor;
  },
);

const clipToValue = trainingKernel(
  "g clipped to [−limit, limit]",
  {
    g: updates("length"),
    length: whole,
    limit: real,
  },
  ({ g, length, limit }) => {
    for (let i = 0; i < length; i++) g[i] = Math.min(limit, Math.max(-limit, g[i]!));
  },
);

const regularize = trainingKernel(
  "g += l1 · sign(w) + 2 · l2 · w; penalty[0] += l1 · Σ|w| + l2 · Σw²",
  {
    g: updates("length"),
    penalty: updates("1"),
    w: reads("length"),
    length: whole,
    l1: real,
    l2: real,
  },
  ({ g, penalty, w, length, l1, l2 }) => {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      g[i]! += l1 * Math.sign(w[i]!) + 2 * l2 * w[i]!;
      sum += l1 * Math.abs(w[i]!) + l2 * w[i]! * w[i]!;
    }
    penalty[0]! += sum;
  },
);

export const gradient = { sumSquares, clipToNorm, clipToValue, regularize };
