/**
 * Conv1D: y_s = f(Σ_k x_{s·stride + k·dilation − before} · W_k + b), a window of K steps slid along the sequence, steps
 * outside it zeros. Kernel W [K][I/groups][U], bias b [U]; with groups, each block of U/groups outputs sees its own
 * block of inputs. "same" puts out ⌈T/stride⌉ steps, "causal" as many, of which none sees a later step.
 */
import { activationFormula } from "./activations.js";
import type { Bound } from "./bound.js";

type Sizes = Pick<
  Bound<"conv1dForward">,
  "B" | "T" | "I" | "S" | "U" | "K" | "stride" | "dilation" | "before" | "groups"
>;

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

export function conv1dForward(a: Bound<"conv1dForward">): void {
  const { out, x, kernel, bias, S, B, U } = a;
  const { f } = activationFormula(a.activation);
  for (let n = 0; n < S * B * U; n++) out[n] = bias ? bias[n % U]! : 0;
  eachProduct(a, (y, from, w) => {
    out[y]! += x[from]! * kernel[w]!;
  });
  for (let n = 0; n < S * B * U; n++) out[n] = f(out[n]!, 0);
}

/** δz = δy ⊙ f′; for every product x · w: δw += x · δz, δx += w · δz; δb += δz. */
export function conv1dBackward(a: Bound<"conv1dBackward">): void {
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
}
