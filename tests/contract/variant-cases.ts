/** Cases of the lab's LSTM: each thing that may be taken from it or added, at sizes that fit no vector. */
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import { type Case, define, noise, referenceResults, Values } from "./harness.js";

interface Variant {
  without?: readonly ("inputGate" | "forgetGate" | "outputGate")[];
  coupled?: boolean;
  peepholes?: boolean;
  linear?: boolean;
  /** Activations whose slopes their values hide. */
  unfused?: boolean;
  /** With a mask, in reverse, first states given, no bias, the gradient of every step and none of the input. */
  other?: boolean;
}

const VARIANTS: Record<string, Variant> = {
  plain: {},
  peepholes: { peepholes: true },
  "peepholes, masked, reversed": { peepholes: true, other: true },
  "no input gate": { peepholes: true, without: ["inputGate"] },
  "no forget gate": { peepholes: true, without: ["forgetGate"], other: true },
  "no output gate": { peepholes: true, without: ["outputGate"] },
  unfused: { peepholes: true, unfused: true },
  "unfused, masked, reversed": { peepholes: true, unfused: true, other: true },
  coupled: { peepholes: true, without: ["forgetGate"], coupled: true, other: true },
  "no gates, no activations": { without: ["inputGate", "forgetGate", "outputGate"], linear: true },
};

const SIZES = [
  { B: 1, T: 1, I: 1, U: 1 },
  { B: 5, T: 6, I: 3, U: 19 },
  { B: 33, T: 4, I: 17, U: 8 },
  { B: 140, T: 2, I: 2, U: 5 },
] as const;

export const variantCases = (): Case[] =>
  Object.entries(VARIANTS).flatMap(([name, variant]) =>
    SIZES.flatMap((sizes) => cases(name, sizes, variant)),
  );

function cases(name: string, sizes: (typeof SIZES)[number], variant: Variant): Case[] {
  const { B, T, I, U } = sizes;
  const { without = [], coupled, peepholes, linear, unfused, other } = variant;
  const has = (gate: (typeof without)[number]) => (without.includes(gate) ? 0 : 1);
  const [inputGate, forgetGate, outputGate] = [has("inputGate"), has("forgetGate"), has("outputGate")];
  const G = 1 + inputGate + forgetGate + outputGate;
  const v = new Values(3000 * B + U);
  const label = `${name}, B ${B} T ${T} I ${I} U ${U}`;
  const activation = ACTIVATIONS[unfused ? "silu" : linear ? "linear" : "tanh"].id;
  const outputActivation = ACTIVATIONS[unfused ? "mish" : linear ? "linear" : "tanh"].id;
  const recurrentActivation = ACTIVATIONS[unfused ? "gelu" : "sigmoid"].id;
  const bias = other ? null : v.normal(G * U, 0.3);
  const common = {
    x: v.normal(T * B * I),
    mask: other ? v.mask(T * B).map((m, i) => (i % B === 0 ? 0 : m)) : null,
    h0: other ? v.normal(B * U, 0.5) : null,
    c0: other ? v.normal(B * U, 0.5) : null,
    kernel: v.normal(I * G * U, 0.7 / Math.sqrt(I)),
    recurrent: v.normal(U * G * U, 0.7 / Math.sqrt(U)),
    peepholes: peepholes ? v.normal((G - 1) * U, 0.5) : null,
    ...sizes,
    ...{ inputGate, forgetGate, outputGate, coupled: coupled ? 1 : 0 },
    ...{ activation, outputActivation, recurrentActivation },
    reverse: other ? 1 : 0,
  };
  const states = { h: noise(T * B * U), c: noise(T * B * U), gates: noise(T * B * G * U) };
  const forward = define("variantForward", label, 1e-5, { ...states, bias, ...common });
  const saved = Object.fromEntries(referenceResults(forward)) as Record<"h" | "c" | "gates", Float32Array>;
  const backward = define("variantBackward", label, 2e-5, {
    dx: other ? null : noise(T * B * I),
    dKernel: v.normal(I * G * U),
    dRecurrent: v.normal(U * G * U),
    dBias: bias && v.normal(G * U),
    dPeepholes: peepholes ? v.normal((G - 1) * U) : null,
    dh0: other ? noise(B * U) : null,
    dc0: other ? noise(B * U) : null,
    dH: other ? v.normal(T * B * U) : null,
    dLast: v.normal(B * U),
    ...common,
    ...saved,
  });
  return [forward, backward];
}
