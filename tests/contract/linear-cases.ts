/** Cases of the linear solver's kernels: rows of no feature and of many, ids and rows that are none, epochs that are over. */
import { type Case, define, noise, Values } from "./harness.js";

/** Rows, features, the most features of a row. */
const SIZES = [
  [1, 1, 1],
  [2, 5, 3],
  [7, 13, 9],
  [33, 40, 21],
  [100, 300, 70],
] as const;

export function linearCases(): Case[] {
  return SIZES.flatMap(([N, F, most], k) => [
    ...sizeCases(`N ${N} F ${F}`, N, F, most, 8000 + 10 * k),
    ...strayCases(`N ${N} F ${F}`, N, F, most, 8005 + 10 * k),
  ]);
}

/** Row i holds between none and `most` features. */
function sparse(v: Values, N: number, F: number, most: number) {
  const starts = new Uint32Array(N + 1);
  v.whole(N, most + 1).forEach((count, i) => {
    starts[i + 1] = starts[i]! + count;
  });
  const M = starts[N]!;
  return { starts, ids: Uint32Array.from(v.whole(M, F)), N, M, F };
}

/** [F][2] u_j and r_j², of which some are 0. */
function pairs(v: Values, F: number): Float32Array {
  const weights = v.normal(2 * F, 0.3);
  const mask = v.mask(F);
  for (let j = 0; j < F; j++) weights[2 * j + 1] = mask[j]! * weights[2 * j + 1]! ** 2;
  return weights;
}

function epoch(v: Values, N: number, F: number, most: number) {
  const data = sparse(v, N, F, most);
  const [scale, side, cost] = [v.uniform(N, 0.1, 1), v.mask(N, 0.4), v.uniform(N, 0.2, 3)];
  const rows = new Float32Array(4 * N);
  for (let i = 0; i < N; i++) {
    const damping = 0.5 / cost[i]!;
    rows.set([scale[i]!, 2 * side[i]! - 1, damping, 1.5 + damping], 4 * i);
  }
  // Some rows stand at the bound, where a gradient that would lead across is left alone.
  const [bound, alpha] = [v.mask(N, 0.4), v.uniform(N, 0.01, 0.6)];
  const order = Uint32Array.from({ length: N }, (_, n) => (n * 7 + 3) % N);
  return {
    ...data,
    weights: pairs(v, F),
    alpha: alpha.map((value, i) => value * bound[i]!),
    state: Float32Array.of(0.25, Number.MAX_VALUE),
    rows,
    order,
    tolerance: 0.01,
  };
}

function sizeCases(label: string, N: number, F: number, most: number, seed: number): Case[] {
  const v = new Values(seed);
  const one = epoch(v, N, F, most);
  const over = { ...one, state: Float32Array.of(0.25, 0.0099) };
  return [
    define("linearSquares", label, 1e-6, { ...sparse(v, N, F, most), out: noise(N), weights: pairs(v, F) }),
    define("linearEpoch", label, 2e-5, one),
    define("linearEpoch", `${label} over`, 0, over),
  ];
}

/** Ids beyond the features and rows beyond the rows are passed over, not followed. */
function strayCases(label: string, N: number, F: number, most: number, seed: number): Case[] {
  const v = new Values(seed);
  const one = epoch(v, N, F, most);
  const stray = (values: Uint32Array, from: number) =>
    values.map((value, k) => (k % 3 === 1 ? [from, 2 ** 31, 2 ** 32 - 1][(k % 5) % 3]! : value));
  const ids = stray(one.ids, F);
  const { starts, M, weights } = one;
  return [
    define("linearSquares", `${label} stray`, 1e-6, { out: noise(N), weights, starts, ids, N, M, F }),
    define("linearEpoch", `${label} stray`, 2e-5, { ...one, ids, order: stray(one.order, N) }),
  ];
}
