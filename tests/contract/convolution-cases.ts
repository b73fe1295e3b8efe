/** Cases of Conv1D: every kind of window, at sizes that fit no vector. */
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import { type Case, define, noise, Values } from "./harness.js";

interface Window {
  K: number;
  stride: number;
  dilation: number;
  before: number;
  S: number;
  groups: number;
}

const T = 11;
const WINDOWS: Record<string, Window> = {
  "one step": { K: 1, stride: 1, dilation: 1, before: 0, S: T, groups: 1 },
  valid: { K: 3, stride: 1, dilation: 1, before: 0, S: T - 2, groups: 1 },
  same: { K: 4, stride: 1, dilation: 1, before: 1, S: T, groups: 1 },
  causal: { K: 3, stride: 1, dilation: 2, before: 4, S: T, groups: 1 },
  strided: { K: 3, stride: 2, dilation: 1, before: 1, S: 6, groups: 1 },
  "strided past its width": { K: 2, stride: 4, dilation: 1, before: 0, S: 3, groups: 1 },
  "in groups": { K: 3, stride: 1, dilation: 1, before: 1, S: T, groups: 3 },
  "wider than the sequence": { K: 15, stride: 1, dilation: 1, before: 7, S: T, groups: 1 },
};

export function convolutionCases(): Case[] {
  const fused = Object.values(ACTIVATIONS).filter(({ fused, id }) => fused && id !== 10);
  return Object.entries(WINDOWS).flatMap(([name, window], w) =>
    [
      [1, 3, 3],
      [5, 6, 33],
      [33, 18, 9],
      [16, 300, 63],
    ].flatMap(([B, I, U], i) => {
      // Sizes that groups divide; the widest only where it tells something new.
      if (I === 300 && !["valid", "strided"].includes(name)) return [];
      const { id: activation } = fused[(w + i) % fused.length]!;
      return convolution(name, { ...window, B: B!, T, I: I!, U: U!, activation }, i);
    }),
  );
}

function convolution(
  name: string,
  sizes: Window & { B: number; T: number; I: number; U: number; activation: number },
  i: number,
): Case[] {
  const { B, I, U, K, S, groups, activation } = sizes;
  const v = new Values(1000 * I + 10 * K + S);
  const x = v.normal(T * B * I);
  const kernel = v.normal((K * I * U) / groups, 1 / Math.sqrt(K * I));
  const bias = i % 2 === 0 ? v.normal(U) : null;
  const label = `${name}, B ${B} I ${I} U ${U} activation ${activation}`;
  return [
    define("conv1dForward", label, 2e-6, { out: noise(S * B * U), x, kernel, bias, ...sizes }),
    define("conv1dBackward", label, 4e-6, {
      dx: i === 1 ? null : noise(T * B * I),
      dKernel: v.normal(kernel.length),
      dBias: bias ? v.normal(U) : null,
      dOut: v.normal(S * B * U),
      out: v.uniform(S * B * U, 0.01, 0.99),
      x,
      kernel,
      ...sizes,
    }),
  ];
}
