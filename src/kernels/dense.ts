/** Dense: y = f(x·W + b), W [I][U], b [U], over the last axis of a vector or of every step of a sequence. */
import { activationFormula } from "./activations.js";
import { kernel, optional, reads, scratch, trainingKernel, updates, whole, writes } from "./declare.js";

const denseForward = kernel(
  "out = activation(x · kernel + bias), one that can be fused",
  {
    out: writes("N U"),
    x: reads("N I"),
    kernel: reads("I U"),
    bias: optional(reads("U")),
    scratch: scratch("N*U+PANEL_ELEMENTS"),
    N: whole,
    I: whole,
    U: whole,
    activation: whole,
  },
  (a) => {
    const { out, x, kernel, bias, N, I, U } = a;
    const { f } = activationFormula(a.activation);
    for (let n = 0; n < N; n++) {
      const y = out.subarray(n * U, (n + 1) * U);
      for (let u = 0; u < U; u++) y[u] = bias ? bias[u]! : 0;
      for (let i = 0; i < I; i++) {
        const value = x[n * I + i]!;
        for (let u = 0; u < U; u++) y[u]! += value * kernel[i * U + u]!;
      }
      for (let u = 0; u < U; u++) y[u] = f(y[u]!, 0);
    }
  },
);

/** δz = δy ⊙ f′; δW += xᵀδz, δb += δz, δx = δz·Wᵀ. */
const denseBackward = trainingKernel(
  "dx = …, dKernel += …, dBias += …, from dOut and what the forward put out",
  {
    dx: optional(writes("N I")),
    dKernel: updates("I U"),
    dBias: optional(updates("U")),
    dOut: reads("N U"),
    out: reads("N U"),
    x: reads("N I"),
    kernel: reads("I U"),
    scratch: scratch("N*U+PANEL_ELEMENTS"),
    N: whole,
    I: whole,
    U: whole,
    activation: whole,
  },
  (a) => {
    const { dx, dKernel, dBias, dOut, out, x, kernel, scratch, N, I, U } = a;
    const { derivative } = activationFormula(a.activation);
    const dz = scratch.subarray(0, U);
    for (let n = 0; n < N; n++) {
      for (let u = 0; u < U; u++) dz[u] = dOut[n * U + u]! * derivative(Number.NaN, out[n * U + u]!, 0);
      if (dBias) for (let u = 0; u < U; u++) dBias[u]! += dz[u]!;
      for (let i = 0; i < I; i++) {
        const value = x[n * I + i]!;
        let sum = 0;
        for (let u = 0; u < U; u++) {
          dKernel[i * U + u]! += value * dz[u]!;
          sum += dz[u]! * kernel[i * U + u]!;
        }
        if (dx) dx[n * I + i] = sum;
      }
    }
  },
);

export const dense = { denseForward, denseBackward };
