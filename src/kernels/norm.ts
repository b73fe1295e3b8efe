/** Normalisation of N rows of F features: over the batch, or each row by itself. */
import {
  flag,
  kernel,
  optional,
  type Reals,
  reads,
  real,
  trainingKernel,
  updates,
  whole,
  writes,
} from "./declare.js";

const shownRows = (mask: Reals | null, N: number) =>
  mask ? Math.max(1, mask.subarray(0, N).filter((m) => m !== 0).length) : N;

/** μ = Σ x / m, σ² = Σ (x − μ)² / m over the m rows that are shown; 0 where none is. */
const batchMoments = trainingKernel(
  "mean and variance of x over the rows where mask is not 0, all if NULL; 0 where there are none",
  {
    mean: writes("F"),
    variance: writes("F"),
    x: reads("N F"),
    mask: optional(reads("N")),
    N: whole,
    F: whole,
  },
  ({ mean, variance, x, mask, N, F }) => {
    const m = shownRows(mask, N);
    for (let f = 0; f < F; f++) {
      let sum = 0;
      for (let n = 0; n < N; n++) if (mask?.[n] !== 0) sum += x[n * F + f]!;
      mean[f] = sum / m;
      let squares = 0;
      for (let n = 0; n < N; n++) if (mask?.[n] !== 0) squares += (x[n * F + f]! - mean[f]!) ** 2;
      variance[f] = squares / m;
    }
  },
);

const batchNormForward = kernel(
  "out = (x − mean) / √(variance + epsilon) · gamma + beta",
  {
    out: writes("N F"),
    x: reads("N F"),
    mean: reads("F"),
    variance: reads("F"),
    gamma: optional(reads("F")),
    beta: optional(reads("F")),
    N: whole,
    F: whole,
    epsilon: real,
  },
  (a) => {
    const { out, x, mean, variance, gamma, beta, N, F, epsilon } = a;
    for (let f = 0; f < F; f++) {
      const scale = (gamma ? gamma[f]! : 1) / Math.sqrt(variance[f]! + epsilon);
      for (let n = 0; n < N; n++) {
        out[n * F + f] = (x[n * F + f]! - mean[f]!) * scale + (beta ? beta[f]! : 0);
      }
    }
  },
);

/**
 * δβ += Σ δy, δγ += Σ δy·x̂ over all rows. δx = γ/σ · δy, and where the statistics are the batch's, for every row
 * that entered them, less γ/σ · (Σ δy + x̂ · Σ δy·x̂) / m.
 */
const batchNormBackward = trainingKernel(
  "From dOut; with `batch` mean and variance are those of x where mask is not 0, else given numbers",
  {
    dx: optional(writes("N F")),
    dGamma: optional(updates("F")),
    dBeta: optional(updates("F")),
    dOut: reads("N F"),
    x: reads("N F"),
    mean: reads("F"),
    variance: reads("F"),
    gamma: optional(reads("F")),
    mask: optional(reads("N")),
    N: whole,
    F: whole,
    batch: flag,
    epsilon: real,
  },
  (a) => {
    const { dx, dGamma, dBeta, dOut, x, mean, variance, gamma, mask, N, F, batch, epsilon } = a;
    const m = shownRows(mask, N);
    for (let f = 0; f < F; f++) {
      const inverse = 1 / Math.sqrt(variance[f]! + epsilon);
      const hat = (n: number) => (x[n * F + f]! - mean[f]!) * inverse;
      let plain = 0;
      let normal = 0;
      for (let n = 0; n < N; n++) {
        plain += dOut[n * F + f]!;
        normal += dOut[n * F + f]! * hat(n);
      }
      if (dGamma) dGamma[f]! += normal;
      if (dBeta) dBeta[f]! += plain;
      if (!dx) continue;
      const scale = (gamma ? gamma[f]! : 1) * inverse;
      for (let n = 0; n < N; n++) {
        const entered = batch && mask?.[n] !== 0;
        const through = entered ? (plain + hat(n) * normal) / m : 0;
        dx[n * F + f] = scale * (dOut[n * F + f]! - through);
      }
    }
  },
);

const layerNormForward = kernel(
  "mean and inverse = 1 / √(variance + epsilon) of every row; out = (x − mean) · inverse · gamma + beta",
  {
    out: writes("N F"),
    mean: writes("N"),
    inverse: writes("N"),
    x: reads("N F"),
    gamma: optional(reads("F")),
    beta: optional(reads("F")),
    N: whole,
    F: whole,
    epsilon: real,
  },
  (a) => {
    const { out, mean, inverse, x, gamma, beta, N, F, epsilon } = a;
    for (let n = 0; n < N; n++) {
      const row = x.subarray(n * F, (n + 1) * F);
      let sum = 0;
      for (let f = 0; f < F; f++) sum += row[f]!;
      mean[n] = sum / F;
      let squares = 0;
      for (let f = 0; f < F; f++) squares += (row[f]! - mean[n]!) ** 2;
      inverse[n] = 1 / Math.sqrt(squares / F + epsilon);
      for (let f = 0; f < F; f++) {
        const hat = (row[f]! - mean[n]!) * inverse[n]!;
        out[n * F + f] = hat * (gamma ? gamma[f]! : 1) + (beta ? beta[f]! : 0);
      }
    }
  },
);

/** δβ += Σ δy, δγ += Σ δy·x̂ over rows; δx = (δx̂ − mean δx̂ − x̂ · mean(δx̂ · x̂)) / σ with δx̂ = γ ⊙ δy. */
const layerNormBackward = trainingKernel(
  "From dOut and what the forward found of every row",
  {
    dx: optional(writes("N F")),
    dGamma: optional(updates("F")),
    dBeta: optional(updates("F")),
    dOut: reads("N F"),
    x: reads("N F"),
    mean: reads("N"),
    inverse: reads("N"),
    gamma: optional(reads("F")),
    N: whole,
    F: whole,
  },
  (a) => {
    const { dx, dGamma, dBeta, dOut, x, mean, inverse, gamma, N, F } = a;
    for (let n = 0; n < N; n++) {
      const hat = (f: number) => (x[n * F + f]! - mean[n]!) * inverse[n]!;
      const dHat = (f: number) => dOut[n * F + f]! * (gamma ? gamma[f]! : 1);
      let plain = 0;
      let normal = 0;
      for (let f = 0; f < F; f++) {
        if (dGamma) dGamma[f]! += dOut[n * F + f]! * hat(f);
        if (dBeta) dBeta[f]! += dOut[n * F + f]!;
        plain += dHat(f) / F;
        normal += (dHat(f) * hat(f)) / F;
      }
      for (let f = 0; dx && f < F; f++) {
        dx[n * F + f] = (dHat(f) - plain - hat(f) * normal) * inverse[n]!;
      }
    }
  },
);

export const norm = {
  batchMoments,
  batchNormForward,
  batchNormBackward,
  layerNormForward,
  layerNormBackward,
};
