/**
 * What a step, and many steps together, can do to a gradient: J_t = ∂state_t/∂state_{t−1}, with (h, c) the state of an
 * LSTM, and the product J_T ⋯ J_{t+1}. A gradient's norm grows or shrinks by at most their largest singular values
 * (Pascanu et al. 2013).
 */
import type { Pieces } from "../base/pieces.js";
import type { Cell } from "./cells/cell.js";
import { add, type Matrix, type Vector, zeros } from "./cells/vector.js";
import { fromRows, product, spectralNorm } from "./spectrum.js";
import { stateBefore, type TraceStep } from "./steps.js";

/** J of step s: [state][state before], h before c; entry (j, k) is ∂state_j/∂before_k. */
export function* stepJacobian(cell: Cell, steps: readonly TraceStep[], s: number): Pieces<Matrix> {
  const now = steps[s]!;
  const before = stateBefore(cell, steps, s);
  const none = zeros(cell.units);
  const unit = (u: number) => none.map((_, k) => (k === u ? 1 : 0));
  const row = (dh: Vector, dc: Vector): number[] => {
    const { direct, throughNetworks } = cell.back(now, before, dh, dc);
    const toH = add(...Object.values(throughNetworks));
    if (cell.carried === "cell") return [...toH, ...direct!];
    return direct ? add(toH, direct) : toH;
  };
  const rows: number[][] = [];
  for (const u of none.keys()) {
    rows.push(row(unit(u), none));
    yield 0;
  }
  for (const u of cell.carried === "cell" ? none.keys() : []) {
    rows.push(row(none, unit(u)));
    yield 0;
  }
  return fromRows(rows);
}

export interface Gains {
  /** Largest singular value of each step's Jacobian; that of step 0 is 0, as zero states before it are constant. */
  steps: number[];
  /** Largest singular value of J_T ⋯ J_{s+1}: the most that a gradient at the end can be on arrival at step s. */
  products: number[];
}

/**
 * Over the steps of a trace, masked ones left out.
 * @param from the first step of interest; what lies before it is not computed
 * @returns in pieces, which count steps
 */
export function* gains(cell: Cell, steps: readonly TraceStep[], from = 0): Pieces<Gains> {
  const out: Gains = { steps: zeros(steps.length), products: zeros(steps.length) };
  let whole: Matrix | null = null;
  if (steps.length > 0) out.products[steps.length - 1] = 1;
  for (let s = steps.length - 1; s > 0 && s >= from; s--) {
    const J: Matrix = yield* stepJacobian(cell, steps, s);
    whole = whole ? yield* product(whole, J) : J;
    out.steps[s] = yield* spectralNorm(J);
    out.products[s - 1] = yield* spectralNorm(whole);
    yield 1;
  }
  return out;
}
