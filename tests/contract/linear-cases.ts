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
/** Problems side by side: one, a few, vectors of each width and what is left of them. */
const LANES = [1, 3, 4, 8, 15];

export function linearCases(): Case[] {
  return SIZES.flatMap(([N, F, most], k) =>
    LANES.flatMap((L, l) => [
      ...sizeCases(`N ${N} F ${F} L ${L}`, { N, F, L, most }, 8000 + 100 * k + 2 * l),
      ...strayCases(`N ${N} F ${F} L ${L}`, { N, F, L, most }, 8050 + 100 * k + 2 * l),
    ]),
  );
}

interface Sizes {
  readonly N: number;
  readonly F: number;
  readonly L: number;
  /** The most features of a row. */
  readonly most: number;
}

/** Row i holds between none and `most` features. */
function sparse(v: Values, { N, F, L, most }: Sizes) {
  const starts = new Uint32Array(N + 1);
  v.whole(N, most + 1).forEach((count, i) => {
    starts[i + 1] = starts[i]! + count;
  });
  const M = starts[N]!;
  return { starts, ids: Uint32Array.from(v.whole(M, F)), N, M, F, L };
}

/** [F][2][L] u_j and r_j², of which some are 0. */
function pairs(v: Values, { F, L }: Sizes): Float32Array {
  const mask = v.mask(F * L);
  return v.normal(2 * F * L, 0.3).map((value, at) => {
    const j = Math.floor(at / (2 * L));
    return at % (2 * L) < L ? value : mask[j * L + (at % L)]! * value ** 2;
  });
}

function epoch(v: Values, sizes: Sizes) {
  const { N, L } = sizes;
  const data = sparse(v, sizes);
  const [scale, side, cost] = [v.uniform(N * L, 0.1, 1), v.mask(N * L, 0.4), v.uniform(N * L, 0.2, 3)];
  const rows = new Float32Array(4 * N * L);
  for (let at = 0; at < N * L; at++) {
    const damping = 0.5 / cost[at]!;
    [scale[at]!, 2 * side[at]! - 1, damping, 1.5 + damping].forEach((fact, f) => {
      rows[(4 * Math.floor(at / L) + f) * L + (at % L)] = fact;
    });
  }
  // Some rows stand at the bound, where a gradient that would lead across is left alone.
  const [bound, alpha] = [v.mask(N * L, 0.4), v.uniform(N * L, 0.01, 0.6)];
  const order = Uint32Array.from({ length: N }, (_, n) => (n * 7 + 3) % N);
  return {
    ...data,
    weights: pairs(v, sizes),
    alpha: alpha.map((value, i) => value * bound[i]!),
    state: states(L, () => 3e38),
    rows,
    order,
    tolerance: 0.01,
  };
}

/** [2][L] biases, and the largest gradients of the epoch before. */
const states = (L: number, largest: (lane: number) => number): Float32Array =>
  Float32Array.from({ length: 2 * L }, (_, at) => (at < L ? 0.25 - 0.01 * at : largest(at - L)));

function sizeCases(label: string, sizes: Sizes, seed: number): Case[] {
  const v = new Values(seed);
  const { N, L } = sizes;
  const one = epoch(v, sizes);
  const over = { ...one, state: states(L, () => 0.0099) };
  const some = { ...one, state: states(L, (lane) => (lane % 2 === 0 ? 0.0099 : 0.5)) };
  const squares = { ...sparse(v, sizes), out: noise(N * L), weights: pairs(v, sizes) };
  return [
    define("linearSquares", label, 1e-6, squares),
    define("linearEpoch", label, 2e-5, one),
    define("linearEpoch", `${label} over`, 0, over),
    define("linearEpoch", `${label} some over`, 2e-5, some),
  ];
}

/** Ids beyond the features and rows beyond the rows are passed over, not followed. */
function strayCases(label: string, sizes: Sizes, seed: number): Case[] {
  const v = new Values(seed);
  const { N, F, L } = sizes;
  const one = epoch(v, sizes);
  const stray = (values: Uint32Array, from: number) =>
    values.map((value, k) => (k % 3 === 1 ? [from, 2 ** 31, 2 ** 32 - 1][(k % 5) % 3]! : value));
  const ids = stray(one.ids, F);
  const { starts, M, weights } = one;
  return [
    define("linearSquares", `${label} stray`, 1e-6, { out: noise(N * L), weights, starts, ids, N, M, F, L }),
    define("linearEpoch", `${label} stray`, 2e-5, { ...one, ids, order: stray(one.order, N) }),
  ];
}
