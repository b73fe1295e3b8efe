/** Activations as pieces, in place over data[from … to−1]: Keras 3's definitions (src/kernels/activations.ts). */
import type { ActivationName } from "../../kernels/activations.js";
import type { Activate, Pieces, Scalar } from "./kit.js";

export type ActivationKit = Record<ActivationName, Activate> & {
  /** A function of one number as an activation. */
  each(f: Scalar): Activate;
  /** The error function. */
  erf: Scalar;
  /** min(x, ceiling) above the threshold, slope · (x − threshold) elsewhere. */
  rectified(slope: number, threshold: number, ceiling: number): Activate;
  leaky(slope: number): Activate;
  eluOf(alpha: number): Activate;
};

declare module "./kit.js" {
  interface Kit extends ActivationKit {}
}

export const activationPieces: Pieces<ActivationKit> = {
  each: () => (f) => (data, from, to) => {
    for (let i = from; i < to; i++) data[i] = f(data[i]!);
  },

  linear: () => () => {},

  /**
   * A ratio of polynomials within 3e-7 of tanh, in a third of its time (Eigen's coefficients for float32). The loop is
   * written out here: a function called for every number could not be compiled into its caller.
   */
  tanh: () => (data, from, to) => {
    for (let i = from; i < to; i++) {
      const given = data[i]!;
      const x = given < -7.9 ? -7.9 : given > 7.9 ? 7.9 : given;
      const s = x * x;
      let above = 2.00018790482477e-13 - s * 2.76076847742355e-16;
      above = -8.60467152213735e-11 + s * above;
      above = 5.12229709037114e-8 + s * above;
      above = 1.48572235717979e-5 + s * above;
      above = 6.37261928875436e-4 + s * above;
      above = 4.89352455891786e-3 + s * above;
      let below = 1.18534705686654e-4 + s * 1.19825839466702e-6;
      below = 2.268434632439e-3 + s * below;
      below = 4.89352518554385e-3 + s * below;
      data[i] = (x * above) / below;
    }
  },

  /** (1 + tanh(x/2)) / 2 */
  sigmoid:
    ({ tanh }) =>
    (data, from, to) => {
      for (let i = from; i < to; i++) data[i]! *= 0.5;
      tanh(data, from, to);
      for (let i = from; i < to; i++) data[i] = 0.5 + 0.5 * data[i]!;
    },

  relu: ({ each }) => each((x) => Math.max(0, x)),
  hardSigmoid: ({ each }) => each((x) => Math.min(6, Math.max(0, x + 3)) / 6),
  hardSigmoid2: ({ each }) => each((x) => Math.min(1, Math.max(0, 0.2 * x + 0.5))),
  softsign: ({ each }) => each((x) => x / (1 + Math.abs(x))),
  softplus: ({ each }) => each((x) => (x > 20 ? x : Math.log1p(Math.exp(x)))),
  elu: ({ each }) => each((x) => (x > 0 ? x : Math.expm1(x))),
  selu: ({ each }) => each((x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
  exponential: ({ each }) => each((x) => Math.exp(x)),
  relu6: ({ each }) => each((x) => Math.min(6, Math.max(0, x))),
  hardTanh: ({ each }) => each((x) => Math.min(1, Math.max(-1, x))),
  leakyRelu: ({ leaky }) => leaky(0.2),
  silu: ({ each }) => each((x) => x / (1 + Math.exp(-x))),
  gelu: ({ each, erf }) => each((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
  geluApproximate: ({ each }) =>
    each((x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
  mish: ({ each }) => each((x) => x * Math.tanh(x > 20 ? x : Math.log1p(Math.exp(x)))),
  hardSilu: ({ each }) => each((x) => (x * Math.min(6, Math.max(0, x + 3))) / 6),

  /** Within 2e-7 (Abramowitz and Stegun 7.1.26). */
  erf: () => (x) => {
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const sum =
      t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return Math.sign(x) * (1 - sum * Math.exp(-x * x));
  },

  rectified:
    ({ each }) =>
    (slope, threshold, ceiling) =>
      each((x) => (x > threshold ? Math.min(x, ceiling) : slope && slope * (x - threshold))),
  leaky:
    ({ each }) =>
    (slope) =>
      each((x) => (x > 0 ? x : slope * x)),
  eluOf:
    ({ each }) =>
    (alpha) =>
      each((x) => (x > 0 ? x : alpha * Math.expm1(x))),

  softmax: () => (data, from, to) => {
    let largest = -Infinity;
    for (let i = from; i < to; i++) largest = Math.max(largest, data[i]!);
    let sum = 0;
    for (let i = from; i < to; i++) sum += data[i] = Math.exp(data[i]! - largest);
    for (let i = from; i < to; i++) data[i]! /= sum;
  },
};
