/**
 * Ridge regression over sparse binary features: the weights w that make ‖X w − y‖² + λ ‖w‖² least, for several λ at once.
 * Solved by conjugate gradients on the dual of the normal equations, (X Xᵀ + λ I) d = y with w = Xᵀ d, whose vectors are as
 * long as there are rows, not features; all λ share one sequence of products with X (multi-shift conjugate gradients,
 * Jegerlehner 1996). In double precision, by one thread.
 */
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import type { Turns } from "../base/progress.js";
import type { SparseRows } from "./linear.js";

/** Some of the columns of X: a row counts its `scale` for every feature that it has. */
export interface RidgeBlock extends SparseRows {
  /** [rows] */
  readonly scales: ArrayLike<number>;
}

export interface RidgeOptions {
  /** Most products with X and Xᵀ. */
  readonly iterations: number;
  /** A λ is solved once ‖y − (X Xᵀ + λ I) d‖ is at most this part of ‖y‖. */
  readonly tolerance: number;
  /** Who waits: what it throws ends the fit. */
  readonly turns: Turns;
}

/** What solves one λ. */
export interface RidgeSolution {
  readonly penalty: number;
  /** [rows] d, of which `ridgeWeights` makes the weights */
  readonly dual: Float64Array;
  /** Whether the tolerance was reached. */
  readonly solved: boolean;
}

/** A λ on its way. */
interface Shifted extends RidgeSolution {
  /** By how much it is larger than the smallest. */
  readonly shift: number;
  readonly direction: Float64Array;
  /** Its residual is so many times the smallest's. */
  zeta: number;
  zetaBefore: number;
  solved: boolean;
}

/**
 * @param blocks of the same rows, which together are X
 * @param targets [rows] y; without a mean, as there is no intercept
 * @param penalties λ > 0
 * @returns for each λ, in their order
 */
export async function solveRidge(
  blocks: readonly RidgeBlock[],
  targets: ArrayLike<number>,
  penalties: readonly number[],
  options: RidgeOptions,
): Promise<RidgeSolution[]> {
  const rows = targets.length;
  // The smallest λ is the hardest: once it is solved all are.
  const least = Math.min(...penalties);
  const residual = Float64Array.from(targets);
  const direction = residual.slice();
  const product = new Float64Array(rows);
  const weights = blocks.map(({ features }) => new Float64Array(features));
  const all = penalties.map(
    (penalty): Shifted => ({
      ...{ penalty, shift: penalty - least, dual: new Float64Array(rows), direction: residual.slice() },
      ...{ zeta: 1, zetaBefore: 1, solved: false },
    }),
  );
  let squared = dot(residual, residual);
  const enough = options.tolerance ** 2 * squared;
  const settle = () => {
    for (const one of all) one.solved ||= one.zeta ** 2 * squared <= enough;
  };
  settle();
  let [stepBefore, growth] = [1, 0];
  for (let k = 0; k < options.iterations && all.some(({ solved }) => !solved); k++) {
    await options.turns.run(timesDual(blocks, direction, weights, product));
    for (let i = 0; i < rows; i++) product[i]! += least * direction[i]!;
    const step = squared / dot(direction, product);
    const next = squared;
    for (let i = 0; i < rows; i++) residual[i]! -= step * product[i]!;
    squared = dot(residual, residual);
    const grown = squared / next;
    for (const one of all) {
      if (!one.solved) advance(one, { step, stepBefore, growth, grown }, residual);
    }
    for (let i = 0; i < rows; i++) direction[i] = residual[i]! + grown * direction[i]!;
    [stepBefore, growth] = [step, grown];
    settle();
    await options.turns.did();
  }
  return all.map(({ penalty, dual, solved }) => ({ penalty, dual, solved }));
}

/** A step of a λ, told by the steps of the smallest: its residual is theirs but for the factor ζ. */
function advance(
  one: Shifted,
  by: { step: number; stepBefore: number; growth: number; grown: number },
  residual: Float64Array,
): void {
  const { step, stepBefore, growth, grown } = by;
  const { zeta, zetaBefore, shift, dual, direction } = one;
  const zetaNext =
    (zeta * zetaBefore * stepBefore) /
    (step * growth * (zetaBefore - zeta) + zetaBefore * stepBefore * (1 + shift * step));
  const ratio = zetaNext / zeta;
  const own = step * ratio;
  const ownGrowth = grown * ratio * ratio;
  for (let i = 0; i < dual.length; i++) {
    dual[i]! += own * direction[i]!;
    direction[i] = zetaNext * residual[i]! + ownGrowth * direction[i]!;
  }
  [one.zetaBefore, one.zeta] = [zeta, zetaNext];
}

/** out = X Xᵀ d. @param weights room for Xᵀ d */
function* timesDual(
  blocks: readonly RidgeBlock[],
  dual: Float64Array,
  weights: readonly Float64Array[],
  out: Float64Array,
): Pieces<void> {
  out.fill(0);
  for (const [b, block] of blocks.entries()) {
    const own = weights[b]!;
    yield* gather(block, dual, own);
    yield* addScores(block, own, out);
  }
}

/** [blocks][features] w = Xᵀ d */
export function* ridgeWeights(blocks: readonly RidgeBlock[], dual: Float64Array): Pieces<Float64Array[]> {
  const all = blocks.map(({ features }) => new Float64Array(features));
  for (const [b, block] of blocks.entries()) yield* gather(block, dual, all[b]!);
  return all;
}

/** [rows] X w */
export function* ridgeScores(
  blocks: readonly RidgeBlock[],
  weights: readonly Float64Array[],
): Pieces<Float64Array> {
  const scores = new Float64Array(blocks[0]?.rows ?? 0);
  for (const [b, block] of blocks.entries()) yield* addScores(block, weights[b]!, scores);
  return scores;
}

function gather(
  { rows, starts, ids, scales }: RidgeBlock,
  dual: Float64Array,
  out: Float64Array,
): Pieces<void> {
  out.fill(0);
  return spans(rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      const own = scales[i]! * dual[i]!;
      const end = starts[i + 1]!;
      for (let at = starts[i]!; at < end; at++) out[ids[at]!]! += own;
    }
  });
}

function addScores(
  { rows, starts, ids, scales }: RidgeBlock,
  weights: Float64Array,
  out: Float64Array,
): Pieces<void> {
  return spans(rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      let sum = 0;
      const end = starts[i + 1]!;
      for (let at = starts[i]!; at < end; at++) sum += weights[ids[at]!]!;
      out[i]! += scales[i]! * sum;
    }
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
