/** Activations: y = f(x) and its derivative from x and y. Definitions are Keras 3's (`keras.activations`). */

/**
 * Activations by the number kernels know them by. `fused`: its derivative follows from its output alone, so a kernel
 * may apply it in place and forget the input. Of the others the input is kept: dense layers run them as
 * `activationForward`, recurrent cells save what they activated.
 */
export const ACTIVATIONS = {
  linear: { id: 0, fused: true },
  sigmoid: { id: 1, fused: true },
  tanh: { id: 2, fused: true },
  relu: { id: 3, fused: true },
  /** Keras 3: relu6(x + 3) / 6 */
  hardSigmoid: { id: 4, fused: true },
  /** Keras 2: clip(0.2 x + 0.5, 0, 1) */
  hardSigmoid2: { id: 5, fused: true },
  softsign: { id: 6, fused: true },
  softplus: { id: 7, fused: true },
  elu: { id: 8, fused: true },
  selu: { id: 9, fused: true },
  exponential: { id: 10, fused: true },
  relu6: { id: 11, fused: true },
  hardTanh: { id: 12, fused: true },
  leakyRelu: { id: 13, fused: false },
  silu: { id: 14, fused: false },
  gelu: { id: 15, fused: false },
  geluApproximate: { id: 16, fused: false },
  mish: { id: 17, fused: false },
  hardSilu: { id: 18, fused: false },
  /** Over the last axis: its own kernels. */
  softmax: { id: 19, fused: false },
} as const;

/** Keras's activations by name, in camelCase. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** Keras's slope of leaky_relu where an activation is named without parameters. */
export const LEAKY_SLOPE = 0.2;

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const GELU_C = Math.sqrt(2 / Math.PI);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const clip = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const softplus = (x: number) => (x > 20 ? x : Math.log1p(Math.exp(x)));

export type Formula = {
  f: (x: number, alpha: number) => number;
  /** f′ from the input x and the output y; for fused activations from y alone (x is then NaN). */
  derivative: (x: number, y: number, alpha: number) => number;
};

const FORMULAS: Record<Exclude<ActivationName, "softmax">, Formula> = {
  linear: { f: (x) => x, derivative: () => 1 },
  sigmoid: { f: sigmoid, derivative: (_, y) => y * (1 - y) },
  tanh: { f: Math.tanh, derivative: (_, y) => 1 - y * y },
  relu: { f: (x) => Math.max(0, x), derivative: (_, y) => (y > 0 ? 1 : 0) },
  hardSigmoid: { f: (x) => clip(x + 3, 0, 6) / 6, derivative: (_, y) => (y > 0 && y < 1 ? 1 / 6 : 0) },
  hardSigmoid2: { f: (x) => clip(0.2 * x + 0.5, 0, 1), derivative: (_, y) => (y > 0 && y < 1 ? 0.2 : 0) },
  softsign: { f: (x) => x / (1 + Math.abs(x)), derivative: (_, y) => (1 - Math.abs(y)) ** 2 },
  softplus: { f: softplus, derivative: (_, y) => -Math.expm1(-y) },
  elu: { f: (x) => (x > 0 ? x : Math.expm1(x)), derivative: (_, y) => (y > 0 ? 1 : y + 1) },
  selu: {
    f: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    derivative: (_, y) => (y > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA),
  },
  exponential: { f: Math.exp, derivative: (_, y) => y },
  relu6: { f: (x) => clip(x, 0, 6), derivative: (_, y) => (y > 0 && y < 6 ? 1 : 0) },
  hardTanh: { f: (x) => clip(x, -1, 1), derivative: (_, y) => (y > -1 && y < 1 ? 1 : 0) },
  leakyRelu: { f: (x, alpha) => (x > 0 ? x : alpha * x), derivative: (x, _, alpha) => (x > 0 ? 1 : alpha) },
  silu: { f: (x) => x * sigmoid(x), derivative: (x, y) => sigmoid(x) * (1 - y) + y },
  gelu: {
    f: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    derivative: (x) =>
      0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  geluApproximate: {
    f: (x) => 0.5 * x * (1 + Math.tanh(GELU_C * (x + 0.044715 * x ** 3))),
    derivative: (x) => {
      const t = Math.tanh(GELU_C * (x + 0.044715 * x ** 3));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_C * (1 + 3 * 0.044715 * x * x);
    },
  },
  mish: {
    f: (x) => x * Math.tanh(softplus(x)),
    derivative: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    },
  },
  hardSilu: {
    f: (x) => (x * clip(x + 3, 0, 6)) / 6,
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
  },
};

const BY_ID = new Map(
  Object.entries(FORMULAS).map(([name, formula]) => [
    ACTIVATIONS[name as ActivationName].id as number,
    formula,
  ]),
);

/** The formula of a kernel's activation number. */
export function activationFormula(id: number): Formula {
  const formula = BY_ID.get(id);
  if (!formula) throw new RangeError(`no elementwise activation has the number ${id}`);
  return formula;
}

/** An activation as recurrent cells run it: forward keeps one number for backward, from which value and slope follow. */
export interface KeptActivation {
  /** y = f(x) */
  f(x: number): number;
  /** What is kept: y, or x where y does not tell the slope. */
  kept(x: number, y: number): number;
  /** f(x) from what was kept. */
  value(kept: number): number;
  /** f′(x) from what was kept. */
  slope(kept: number): number;
}

/** The activation of that number in a cell. */
export function keptActivation(id: number): KeptActivation {
  const { f: formula, derivative } = activationFormula(id);
  const f = (x: number) => formula(x, LEAKY_SLOPE);
  return Object.values(ACTIVATIONS).find((each) => each.id === id)!.fused
    ? { f, kept: (_, y) => y, value: (y) => y, slope: (y) => derivative(Number.NaN, y, LEAKY_SLOPE) }
    : { f, kept: (x) => x, value: f, slope: (x) => derivative(x, f(x), LEAKY_SLOPE) };
}

/** The error function, to double precision: its series near 0, from `erfc` away from it. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
      term *= (-a * a) / k;
      sum += term / (2 * k + 1);
      if (term === 0) break;
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  return Math.sign(x) * (1 - erfc(a));
}

/** 1 − erf(x) for x ≥ 0, small values to ten digits too: from 2.5 on by its continued fraction. */
export function erfc(x: number): number {
  if (x < 2.5) return 1 - erf(x);
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}
