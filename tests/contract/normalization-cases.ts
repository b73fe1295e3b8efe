/** Cases of the normalisations. */
import { type Case, define, noise, Values } from "./harness.js";

const TOLERANCE = 2e-6;
/** Sums over many rows, of which much cancels. */
const BACKWARD = 2e-5;
const FEATURES = [1, 3, 16, 17, 100];
/** Around the blocks in which rows are summed. */
const ROWS = [1, 5, 64, 150];

export function normalizationCases(): Case[] {
  return FEATURES.flatMap((F) => ROWS.flatMap((N) => [...overRows(N, F), ...overFeatures(N, F)]));
}

function overRows(N: number, F: number): Case[] {
  const v = new Values(1000 * N + F);
  const x = v.normal(N * F, 2).map((value) => value + 0.5);
  const sizes = { N, F };
  const moments = { mean: v.normal(F), variance: v.uniform(F, 0.1, 3) };
  const mask = v.mask(N);
  const masks = { "": null, ", masked": mask, ", all masked": new Float32Array(N) };
  // Of one sign for the most part: a sum that all but vanishes shows nothing but rounding.
  const [gamma, beta, dOut] = [v.normal(F), v.normal(F), v.uniform(N * F, -1, 3)];
  const label = `N ${N} F ${F}`;
  const gradients = () => ({ dGamma: v.normal(F), dBeta: v.normal(F), dOut, x, ...moments });
  const call = { ...sizes, epsilon: 1e-3 };
  return [
    ...Object.entries(masks).map(([name, mask]) =>
      define("batchMoments", label + name, TOLERANCE, {
        ...{ mean: noise(F), variance: noise(F), x, mask },
        ...sizes,
      }),
    ),
    define("batchNormForward", label, TOLERANCE, { out: noise(N * F), x, ...moments, gamma, beta, ...call }),
    define("batchNormForward", `${label} alone`, TOLERANCE, {
      ...{ out: noise(N * F), x, ...moments, gamma: null, beta: null },
      ...call,
    }),
    ...Object.entries(masks).map(([name, mask]) =>
      define("batchNormBackward", label + name, BACKWARD, {
        ...{ dx: noise(N * F), ...gradients(), gamma, mask, batch: 1 },
        ...call,
      }),
    ),
    define("batchNormBackward", `${label} of given moments`, BACKWARD, {
      ...{ dx: noise(N * F), ...gradients(), gamma: null, mask: null, batch: 0 },
      ...call,
    }),
    define("batchNormBackward", `${label} without dx`, BACKWARD, {
      ...{ dx: null, ...gradients(), dBeta: null, gamma, mask, batch: 1 },
      ...call,
    }),
  ];
}

function overFeatures(N: number, F: number): Case[] {
  const v = new Values(1000 * N + F + 7);
  const x = v.normal(N * F, 2).map((value) => value + 0.5);
  const [gamma, beta] = [v.normal(F), v.normal(F)];
  const label = `N ${N} F ${F}`;
  const outputs = () => ({ out: noise(N * F), mean: noise(N), inverse: noise(N), x });
  const sizes = { N, F };
  const gradients = () => ({
    ...{ dGamma: v.normal(F), dBeta: v.normal(F), dOut: v.normal(N * F), x },
    ...{ mean: v.normal(N), inverse: v.uniform(N, 0.3, 2) },
  });
  return [
    define("layerNormForward", label, TOLERANCE, { ...outputs(), gamma, beta, ...sizes, epsilon: 1e-3 }),
    define("layerNormForward", `${label} alone`, TOLERANCE, {
      ...{ ...outputs(), gamma: null, beta: null },
      ...{ ...sizes, epsilon: 0.1 },
    }),
    define("layerNormBackward", label, TOLERANCE, { dx: noise(N * F), ...gradients(), gamma, ...sizes }),
    define("layerNormBackward", `${label} alone`, TOLERANCE, {
      ...{ dx: noise(N * F), ...gradients(), dGamma: null, dBeta: null, gamma: null },
      ...sizes,
    }),
    define("layerNormBackward", `${label} without dx`, TOLERANCE, {
      ...{ dx: null, ...gradients(), gamma },
      ...sizes,
    }),
  ];
}
