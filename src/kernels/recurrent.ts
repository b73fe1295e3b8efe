/**
 * What the recurrent cells share: working room, products of a row with gate matrices, rows of states.
 *
 * Letters: B batch, T time, I input, U units; s is the step in processing order, t the time it reads, b the row.
 */
import { type Reals, scratch } from "./declare.js";

/** Working room of a cell whose rows of pre-activations have so many columns. */
export const recurrentScratch = (columns: number) =>
  scratch(`recurrent(B,roundUp(I,16),roundUp(U,16),${columns})`);

/** One side of a cell: rows of features (x or h₋₁) and the matrix [features][gates·U] that they meet. */
export interface Side {
  weights: Reals;
  gates: number;
  features: number;
  U: number;
  /** Multipliers of the rows [groups][B][features], one group for all gates or one a gate; null: no dropout. */
  drop: Reals | null;
  groups: number;
  B: number;
}

type InputArguments = { kernel: Reals; dropX: Reals | null; GX: number; B: number; I: number; U: number };

/** x meets the kernel [I][gates·U] under dropX [GX][B][I]. */
export function inputSide({ kernel, dropX, GX, B, I, U }: InputArguments, gates: number): Side {
  return { weights: kernel, gates, features: I, U, drop: dropX, groups: GX, B };
}

type RecurrentArguments = { recurrent: Reals; dropH: Reals | null; B: number; U: number };

/** h₋₁ meets the recurrent kernel [U][gates·U] under dropH [gates][B][U]. */
export function recurrentSide({ recurrent, dropH, B, U }: RecurrentArguments, gates: number): Side {
  return { weights: recurrent, gates, features: U, U, drop: dropH, groups: gates, B };
}

/** Where the multipliers of row b for a gate begin. */
const dropRow = ({ groups, B, features }: Side, gate: number, b: number) =>
  ((groups === 1 ? 0 : gate) * B + b) * features;

/** z [gates·U] += (row ⊙ dropout) · weights for row b; for the gates from … to−1 only, where they are given. */
export function project(
  z: Reals,
  row: Reals,
  side: Side,
  b: number,
  { from = 0, to = side.gates } = {},
): void {
  const { weights, gates, features, U, drop } = side;
  for (let gate = from; gate < to; gate++) {
    const dropAt = dropRow(side, gate, b);
    for (let k = 0; k < features; k++) {
      const value = drop ? row[k]! * drop[dropAt + k]! : row[k]!;
      const at = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) z[gate * U + u]! += value * weights[at + u]!;
    }
  }
}

/** dRow [features] += dropout ⊙ (dz [gates·U] · weightsᵀ): the row's part of `project`'s gradient. */
export function projectBack(dRow: Reals, dz: Reals, side: Side, b: number): void {
  const { weights, gates, features, U, drop } = side;
  for (let gate = 0; gate < gates; gate++) {
    const dropAt = dropRow(side, gate, b);
    for (let k = 0; k < features; k++) {
      const at = (k * gates + gate) * U;
      let sum = 0;
      for (let u = 0; u < U; u++) sum += dz[gate * U + u]! * weights[at + u]!;
      dRow[k]! += drop ? sum * drop[dropAt + k]! : sum;
    }
  }
}

/** dWeights [features][gates·U] += (row ⊙ dropout)ᵀ · dz: the weights' part of `project`'s gradient. */
export function accumulateOuter(dWeights: Reals, row: Reals, dz: Reals, side: Side, b: number): void {
  const { gates, features, U, drop } = side;
  for (let gate = 0; gate < gates; gate++) {
    const dropAt = dropRow(side, gate, b);
    for (let k = 0; k < features; k++) {
      const value = drop ? row[k]! * drop[dropAt + k]! : row[k]!;
      const at = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) dWeights[at + u]! += value * dz[gate * U + u]!;
    }
  }
}

/** The time that step s reads. */
export const timeOf = ({ T, reverse }: { T: number; reverse: number }, s: number) =>
  reverse ? T - 1 - s : s;

/** Row `index` of rows of `width` elements. */
export const rowAt = (rows: Reals, index: number, width: number) =>
  rows.subarray(index * width, (index + 1) * width);

/** States [T][B][U] of a cell, and those before the first step [B][U], null for zeros. */
export interface States {
  at: Reals;
  initial: Reals | null;
  B: number;
  U: number;
}

/** Row b after step s; before the first step, the initial state (or null for zeros). */
export function stateRow({ at, initial, B, U }: States, s: number, b: number): Reals | null {
  if (s >= 0) return rowAt(at, s * B + b, U);
  return initial ? rowAt(initial, b, U) : null;
}

/** y += x over x's length. */
export function addInto(y: Reals, x: Reals): void {
  for (let i = 0; i < x.length; i++) y[i]! += x[i]!;
}

/** z = bias, or zeros. */
export function startWithBias(z: Reals, bias: Reals | null): void {
  for (let j = 0; j < z.length; j++) z[j] = bias ? bias[j]! : 0;
}

/** What an inference step may begin with: x [T][B][I], or ids [B][T] and the folded table that they look up. */
export interface SequenceInput {
  x: Reals | null;
  ids: Reals | null;
  table: Reals | null;
  kernel: Reals;
  bias: Reals | null;
  B: number;
  T: number;
  I: number;
  U: number;
}

/** Starts z [gates·U] of an inference step: bias + x_t · kernel, or the row of the folded table for id_t. */
export function startStep(z: Reals, a: SequenceInput, gates: number, t: number, b: number): void {
  const { x, ids, table, B, T, I } = a;
  if (ids && table) {
    z.set(rowAt(table, ids[b * T + t]!, z.length));
    return;
  }
  startWithBias(z, a.bias);
  project(z, rowAt(x!, t * B + b, I), inputSide({ ...a, dropX: null, GX: 1 }, gates), b);
}
