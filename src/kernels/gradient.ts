/** What is done with gradients before an optimizer sees them: norms, clipping, regularisation. */
import { flag, optional, reads, real, trainingKernel, updates, whole, words } from "./declare.js";

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

/** The same of so many rows as the memory says: [N][F] of which `count` are in use. */
const someRows = { count: words("1"), N: whole, F: whole };

const sumSquaresOfRows = trainingKernel(
  "sum_squares of the first count rows",
  { out: updates("1"), x: reads("N F"), ...someRows, accumulate: flag },
  ({ out, x, count, F, accumulate }) => {
    sumSquares.reference({ out, x, length: count[0]! * F, accumulate });
  },
);

const clipRows = trainingKernel(
  "clip_to_norm of the first count rows; norm2 or NULL: clip_to_value",
  { g: updates("N F"), norm2: optional(reads("1")), ...someRows, limit: real },
  ({ g, norm2, count, F, limit }) => {
    const length = count[0]! * F;
    if (norm2) clipToNorm.reference({ g, norm2, length, limit });
    else clipToValue.reference({ g, length, limit });
  },
);

export const gradient = { sumSquares, clipToNorm, clipToValue, regularize, sumSquaresOfRows, clipRows };
