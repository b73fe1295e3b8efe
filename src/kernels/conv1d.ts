/**
 * Conv1D: y_s = f(Σ_k x_{s·stride + k·dilation − before} · W_k + b), a window of K steps slid along the sequence, steps
 * outside it zeros. Kernel W [K][I/groups][U], bias b [U]; with groups, each block of U/groups outputs sees its own
 * block of inputs. "same" puts out ⌈T/stride⌉ steps, "causal" as many, of which none sees a later step.
 */
import { activationFormula } from "./activations.js";
import { kernel, optional, reads, scratch, trainingKernel, updates, whole, writes } from "./declare.js";

interface Sizes {
  B: number;
  T: number;
  I: number;
  S: number;
  U: number;
  K: number;
  stride: number;
  dilation: number;
  before: number;
  groups: number;
}

const sizes = {
  B: whole,
  T: whole,
  I: whole,
  S: whole,
  U: whole,
  K: whole,
  stride: whole,
  dilation: whole,
  before: whole,
  groups: whole,
  activation: whole,
};

/** Visits every product x · w that enters an output: their places in out, x and the kernel. */
function eachProduct(a: Sizes, visit: (out: number, x: number, kernel: number) => void): void {
  const { B, T, I, S, U, K, groups } = a;
  const inputs = I / groups;
  for (let s = 0; s < S; s++) {
    for (let k = 0; k < K; k++) {
      const t = s * a.stride + k * a.dilation - a.before;
      if (t < 0 || t >= T) continue;
      for (let b = 0; b < B; b++) {
        for (let u = 0; u < U; u++) {
          const first = Math.floor(u / (U / groups)) * inputs;
          for (let i = 0; i < inputs; i++) {
            visit((s * B + b) * U + u, (t * B + b) * I + first + i, (k * inputs + i) * U + u);
          }
        }
      }
    }
  }
}

const conv1dForward = kernel(
  "out = activation(Σ_k x_{s·stride + k·dilation − before} · kernel_k + bias), steps outside 0 … T−1 zeros: block g of " +
    "the outputs sees block g of the inputs; an activation that can be fused",
  {
    out: writes("S B U"),
    x: reads("T B I"),
    kernel: reads("K I/groups U"),
    bias: optional(reads("U")),
    scratch: scratch("S*B*U+PANEL_ELEMENTS"),
    ...sizes,
  },
  (a) => {
    const { out, x, kernel, bias, S, B, U } = a;
    const { f } = activationFormula(a.activation);
    for (let n = 0; n < S * B * U; n++) out[n] = bias ? bias[n % U]! : 0;
    eachProduct(a, (y, from, w) => {
      out[y]! += x[from]! * kernel[w]!;
    });
    for (let n = 0; n < S * B * U; n++) out[n] = f(out[n]!, 0);
  },
);

/** δz = δy ⊙ f′; for every product x · w: δw += x · δz, δx += w · δz; δb += δz. */
const conv1dBackward = trainingKernel(
  "dx = …, dKernel += …, dBias += …, from dOut and what the forward put out",
  {
    dx: optional(writes("T B I")),
    dKernel: updates("K I/groups U"),
    dBias: optional(updates("U")),
    dOut: reads("S B U"),
    out: reads("S B U"),
    x: reads("T B I"),
    kernel: reads("K I/groups U"),
    scratch: scratch("S*B*U+PANEL_ELEMENTS"),
    ...sizes,
  },
  (a) => {
    const { dx, dKernel, dBias, dOut, out, x, kernel, scratch, S, B, T, I, U } = a;
    const { derivative } = activationFormula(a.activation);
    const dz = scratch.subarray(0, S * B * U);
    for (let n = 0; n < dz.length; n++) {
      dz[n] = dOut[n]! * derivative(Number.NaN, out[n]!, 0);
      if (dBias) dBias[n % U]! += dz[n]!;
    }
    dx?.fill(0, 0, T * B * I);
    eachProduct(a, (y, from, w) => {
      dKernel[w]! += x[from]! * dz[y]!;
      if (dx) dx[from]! += kernel[w]! * dz[y]!;
    });
  },
);

export const conv1d = { conv1dForward, conv1dBackward };
