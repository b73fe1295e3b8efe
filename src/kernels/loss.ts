/**
 * Losses and their gradients. rowLoss [B] = weight · loss; dOut [B][F] = ∂(scale · Σ rowLoss)/∂out. With fromLogits the
 * input and the gradient are those of the last layer before its activation.
 */
import { flag, optional, reads, real, trainingKernel, whole, writes } from "./declare.js";
import { logSumExp } from "./softmax.js";

/** Keras's epsilon: probabilities are clipped to [1e-7, 1 − 1e-7], which in float32 caps the loss at 15.942. */
const LOWEST = Math.fround(1e-7);
const HIGHEST = Math.fround(1 - 1e-7);
const clip = (p: number) => Math.min(HIGHEST, Math.max(LOWEST, p));
const inside = (p: number) => p > LOWEST && p < HIGHEST;

/** l = −[t log p + (1 − t) log(1 − p)]; from a logit z: max(z, 0) − z·t + log(1 + e^−|z|), ∂l/∂z = σ(z) − t. */
const binaryCrossentropy = trainingKernel(
  "Mean over F; probabilities clipped to [1e-7, 1 − 1e-7]",
  {
    rowLoss: writes("B"),
    dOut: optional(writes("B F")),
    out: reads("B F"),
    target: reads("B F"),
    weight: optional(reads("B")),
    B: whole,
    F: whole,
    fromLogits: flag,
    labelSmoothing: real,
    scale: real,
  },
  (a) => {
    const { rowLoss, dOut, out, target, weight, B, F } = a;
    for (let b = 0; b < B; b++) {
      const w = weight ? weight[b]! : 1;
      let sum = 0;
      for (let j = b * F; j < (b + 1) * F; j++) {
        const t = target[j]! * (1 - a.labelSmoothing) + 0.5 * a.labelSmoothing;
        let slope: number;
        if (a.fromLogits) {
          const z = out[j]!;
          sum += Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z)));
          slope = 1 / (1 + Math.exp(-z)) - t;
        } else {
          const p = clip(out[j]!);
          sum -= t * Math.log(p) + (1 - t) * Math.log(1 - p);
          slope = inside(out[j]!) ? (p - t) / (p * (1 - p)) : 0;
        }
        if (dOut) dOut[j] = (a.scale * w * slope) / F;
      }
      rowLoss[b] = (w * sum) / F;
    }
  },
);

/** l = −Σ t_j log p_j with p renormalised to sum 1 and clipped; from logits, p = softmax(z). */
const categoricalCrossentropy = trainingKernel(
  "out renormalised to sum 1",
  {
    rowLoss: writes("B"),
    dOut: optional(writes("B F")),
    out: reads("B F"),
    target: reads("B F"),
    weight: optional(reads("B")),
    B: whole,
    F: whole,
    fromLogits: flag,
    labelSmoothing: real,
    scale: real,
  },
  (a) => {
    const { rowLoss, dOut, out, target, weight, B, F } = a;
    for (let b = 0; b < B; b++) {
      const w = weight ? weight[b]! : 1;
      const from = b * F;
      const smooth = (j: number) => target[j]! * (1 - a.labelSmoothing) + a.labelSmoothing / F;
      let sum = 0;
      if (a.fromLogits) {
        const norm = logSumExp(out, from, from + F);
        let mass = 0;
        for (let j = from; j < from + F; j++) {
          sum -= smooth(j) * (out[j]! - norm);
          mass += smooth(j);
        }
        if (dOut) {
          for (let j = from; j < from + F; j++)
            dOut[j] = a.scale * w * (mass * Math.exp(out[j]! - norm) - smooth(j));
        }
      } else {
        let total = 0;
        for (let j = from; j < from + F; j++) total += out[j]!;
        let flow = 0;
        for (let j = from; j < from + F; j++) {
          const p = out[j]! / total;
          sum -= smooth(j) * Math.log(clip(p));
          if (inside(p)) flow += smooth(j);
        }
        if (dOut) {
          // ∂/∂out_j of −Σ t_k log(out_k / total), where clipped terms carry no gradient.
          for (let j = from; j < from + F; j++) {
            const own = inside(out[j]! / total) ? smooth(j) / out[j]! : 0;
            dOut[j] = a.scale * w * (flow / total - own);
          }
        }
      }
      rowLoss[b] = w * sum;
    }
  },
);

/** l = −log p_t for the class index t; from logits, p = softmax(z). Keras takes log p through log-softmax of log p. */
const sparseCategoricalCrossentropy = trainingKernel(
  "Targets are class indices, one outside 0 … F−1 gives NaN; clipped probabilities are renormalised, as Keras does on " +
    "TensorFlow",
  {
    rowLoss: writes("B"),
    dOut: optional(writes("B F")),
    out: reads("B F"),
    target: reads("B"),
    weight: optional(reads("B")),
    B: whole,
    F: whole,
    fromLogits: flag,
    scale: real,
  },
  (a) => {
    const { rowLoss, dOut, out, target, weight, B, F } = a;
    for (let b = 0; b < B; b++) {
      const w = weight ? weight[b]! : 1;
      const from = b * F;
      const t = from + target[b]!;
      if (a.fromLogits) {
        const norm = logSumExp(out, from, from + F);
        rowLoss[b] = w * (norm - out[t]!);
        if (!dOut) continue;
        for (let j = from; j < from + F; j++) {
          dOut[j] = a.scale * w * (Math.exp(out[j]! - norm) - (j === t ? 1 : 0));
        }
      } else {
        let total = 0;
        for (let j = from; j < from + F; j++) total += clip(out[j]!);
        rowLoss[b] = w * (Math.log(total) - Math.log(clip(out[t]!)));
        if (!dOut) continue;
        for (let j = from; j < from + F; j++) {
          const slope = 1 / total - (j === t ? 1 / clip(out[j]!) : 0);
          dOut[j] = inside(out[j]!) ? a.scale * w * slope : 0;
        }
      }
    }
  },
);

/** l = mean (y − t)² */
const meanSquaredError = trainingKernel(
  "Mean over F",
  {
    rowLoss: writes("B"),
    dOut: optional(writes("B F")),
    out: reads("B F"),
    target: reads("B F"),
    weight: optional(reads("B")),
    B: whole,
    F: whole,
    scale: real,
  },
  (a) => {
    const { rowLoss, dOut, out, target, weight, B, F } = a;
    for (let b = 0; b < B; b++) {
      const w = weight ? weight[b]! : 1;
      let sum = 0;
      for (let j = b * F; j < (b + 1) * F; j++) {
        const error = out[j]! - target[j]!;
        sum += error * error;
        if (dOut) dOut[j] = (2 * a.scale * w * error) / F;
      }
      rowLoss[b] = (w * sum) / F;
    }
  },
);

export const loss = {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  meanSquaredError,
};
