/** What the recurrent cells share: products of a row with gate matrices, and rows of states. */
import type { Reals } from "./bound.js";

/**
 * z [gates·U] += (row ⊙ dropout) · matrix [F][gates·U] for one row b.
 * `drop` is [groups][B][F]: one group for all gates, or one a gate.
 */
export function project(
  z: Reals,
  row: Reals,
  matrix: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const value = drop ? row[k]! * drop[dropRow + k]! : row[k]!;
      const from = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) z[gate * U + u]! += value * matrix[from + u]!;
    }
  }
}

/** dRow [F] += dropout ⊙ (dz [gates·U] · matrixᵀ): the input's side of `project`. */
export function projectBack(
  dRow: Reals,
  dz: Reals,
  matrix: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const from = (k * gates + gate) * U;
      let sum = 0;
      for (let u = 0; u < U; u++) sum += dz[gate * U + u]! * matrix[from + u]!;
      dRow[k]! += drop ? sum * drop[dropRow + k]! : sum;
    }
  }
}

/** dMatrix [F][gates·U] += (row ⊙ dropout)ᵀ · dz: the matrix's side of `project`. */
export function accumulateOuter(
  dMatrix: Reals,
  row: Reals,
  dz: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const value = drop ? row[k]! * drop[dropRow + k]! : row[k]!;
      const from = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) dMatrix[from + u]! += value * dz[gate * U + u]!;
    }
  }
}

/** Row b of step s of a [T][B][F] buffer; before the first step, the initial state (or null for zeros). */
export function stateRow(
  states: Reals,
  initial: Reals | null,
  s: number,
  b: number,
  B: number,
  U: number,
): Reals | null {
  if (s >= 0) return states.subarray((s * B + b) * U, (s * B + b + 1) * U);
  return initial ? initial.subarray(b * U, (b + 1) * U) : null;
}

/** y += x over x's length. */
export function addInto(y: Reals, x: Reals): void {
  for (let i = 0; i < x.length; i++) y[i]! += x[i]!;
}

/** Starts z [gates·U] of an inference step: bias + x_t · kernel, or the row of the folded table for id_t. */
export function sequenceInput(
  z: Reals,
  a: { x: Reals | null; ids: Reals | null; table: Reals | null; kernel: Reals; bias: Reals | null },
  gates: number,
  t: number,
  b: number,
  B: number,
  T: number,
  I: number,
  U: number,
): void {
  if (a.ids && a.table) {
    const from = a.ids[b * T + t]! * gates * U;
    z.set(a.table.subarray(from, from + gates * U));
    return;
  }
  for (let j = 0; j < gates * U; j++) z[j] = a.bias ? a.bias[j]! : 0;
  project(z, a.x!.subarray((t * B + b) * I, (t * B + b + 1) * I), a.kernel, gates, I, U, null, 1, b, B);
}
