/**
 * GRU (Cho et al. 2014), Keras's formulation.
 *
 *   z = σ(x·Wz + h₋₁·Rz + bz)   update gate      r = σ(x·Wr + h₋₁·Rr + br)   reset gate
 *   h̃ = tanh(x·Wh + bh + r ⊙ (h₋₁·Rh + b′h))    candidate, resetAfter (Keras's and cuDNN's default)
 *   h̃ = tanh(x·Wh + bh + (r ⊙ h₋₁)·Rh)          candidate of the 2014 paper
 *   h = z ⊙ h₋₁ + (1 − z) ⊙ h̃
 *
 * Gates lie side by side in the order z r h̃: kernel W [I][3U], recurrent kernel R [U][3U]; bias [3U], or with
 * resetAfter [2][3U]: the input's and the recurrent one. Letters: B batch, T time, I input, U units.
 */
import { activationFormula } from "./activations.js";
import type { Bound, Reals } from "./bound.js";
import { accumulateOuter, addInto, project, projectBack, sequenceInput, stateRow } from "./recurrent.js";

/** Gate order, defined once. */
export const GRU_GATES = ["z", "r", "h"] as const;
const GATES = GRU_GATES.length;
/** A row of saved gates: z r h̃ and the recurrent part of the candidate. */
export const GRU_SAVED = 4;

/** The numbers of one row that the cell works on. */
interface Row {
  /** Input part x·W + b [3U]; becomes z r h̃. */
  z: Reals;
  /** Recurrent part h₋₁·R + b′ [3U] with resetAfter; room for r ⊙ h₋₁ without. */
  recurrentPart: Reals;
  hPrevious: Reals;
  b: number;
  B: number;
}

interface Cell {
  recurrent: Reals;
  bias: Reals | null;
  dropH: Reals | null;
  U: number;
  activation: number;
  recurrentActivation: number;
  resetAfter: number;
}

/** Advances one row: leaves z r h̃ in row.z and writes the new h. */
function gruCell(h: Reals, row: Row, a: Cell): void {
  const { z, recurrentPart, hPrevious } = row;
  const { U } = a;
  const act = activationFormula(a.activation).f;
  const gate = activationFormula(a.recurrentActivation).f;
  if (a.resetAfter) {
    for (let j = 0; j < GATES * U; j++) recurrentPart[j] = a.bias ? a.bias[GATES * U + j]! : 0;
    project(recurrentPart, hPrevious, a.recurrent, GATES, U, U, a.dropH, GATES, row.b, row.B);
    for (let j = 0; j < 2 * U; j++) z[j] = gate(z[j]! + recurrentPart[j]!, 0);
    for (let u = 0; u < U; u++) z[2 * U + u] = act(z[2 * U + u]! + z[U + u]! * recurrentPart[2 * U + u]!, 0);
  } else {
    projectGates(z, hPrevious, a, row, 0, 2);
    for (let j = 0; j < 2 * U; j++) z[j] = gate(z[j]!, 0);
    for (let u = 0; u < U; u++) recurrentPart[u] = z[U + u]! * hPrevious[u]!;
    projectGates(z, recurrentPart.subarray(0, U), a, row, 2, 3);
    for (let u = 0; u < U; u++) z[2 * U + u] = act(z[2 * U + u]!, 0);
  }
  for (let u = 0; u < U; u++) h[u] = z[u]! * hPrevious[u]! + (1 - z[u]!) * z[2 * U + u]!;
}

/** z += (row ⊙ dropout) · R for the gates from … to−1 only: without resetAfter the candidate sees another row. */
function projectGates(z: Reals, values: Reals, a: Cell, row: Row, from: number, to: number): void {
  const { U } = a;
  for (let gate = from; gate < to; gate++) {
    for (let k = 0; k < U; k++) {
      const value = values[k]! * (a.dropH ? a.dropH[(gate * row.B + row.b) * U + k]! : 1);
      for (let u = 0; u < U; u++) z[gate * U + u]! += value * a.recurrent[(k * GATES + gate) * U + u]!;
    }
  }
}

export function gruForward(a: Bound<"gruForward">): void {
  const { h, gates, x, mask, h0, scratch, B, T, I, U } = a;
  const zeros = scratch.subarray(0, U).fill(0);
  const recurrentPart = scratch.subarray(U, U + GATES * U);
  for (let s = 0; s < T; s++) {
    const t = a.reverse ? T - 1 - s : s;
    for (let b = 0; b < B; b++) {
      const hPrevious = stateRow(h, h0, s - 1, b, B, U) ?? zeros;
      const hRow = h.subarray((s * B + b) * U, (s * B + b + 1) * U);
      if (mask && mask[t * B + b] === 0) {
        hRow.set(hPrevious);
        continue;
      }
      const saved = gates.subarray((s * B + b) * GRU_SAVED * U, (s * B + b + 1) * GRU_SAVED * U);
      const z = saved.subarray(0, GATES * U);
      for (let j = 0; j < GATES * U; j++) z[j] = a.bias ? a.bias[j]! : 0;
      project(
        z,
        x.subarray((t * B + b) * I, (t * B + b + 1) * I),
        a.kernel,
        GATES,
        I,
        U,
        a.dropX,
        a.GX,
        b,
        B,
      );
      gruCell(hRow, { z, recurrentPart, hPrevious, b, B }, a);
      if (a.resetAfter) saved.set(recurrentPart.subarray(2 * U, 3 * U), GATES * U);
    }
  }
}

/**
 * From δh: δz = δh ⊙ (h₋₁ − h̃), δh̃ = δh ⊙ (1 − z), δh₋₁ = δh ⊙ z, plus, through the candidate,
 *   resetAfter: δr = δh̃ ⊙ (h₋₁·Rh + b′h), and the recurrent part receives δh̃ ⊙ r;
 *   otherwise:  δ(r ⊙ h₋₁) = δh̃·Rhᵀ, so δr = that ⊙ h₋₁ and δh₋₁ += that ⊙ r.
 * `dz` are the deltas of the input part x·W + b, `dRow` those of the recurrent part h₋₁·R + b′, both [3U].
 */
export function gruBackward(a: Bound<"gruBackward">): void {
  const { h, gates, x, mask, h0, scratch, B, T, I, U } = a;
  const zeros = scratch.subarray(0, U).fill(0);
  const dz = scratch.subarray(U, U + GATES * U);
  const dRow = scratch.subarray(4 * U, 4 * U + GATES * U);
  const reset = scratch.subarray(7 * U, 8 * U);
  const dReset = scratch.subarray(8 * U, 9 * U);
  const dh = scratch.subarray(9 * U, 9 * U + B * U).fill(0);
  a.dx?.fill(0, 0, T * B * I);
  for (let s = T - 1; s >= 0; s--) {
    const t = a.reverse ? T - 1 - s : s;
    if (a.dH) addInto(dh, a.dH.subarray(s * B * U, (s + 1) * B * U));
    if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
    for (let b = 0; b < B; b++) {
      if (mask && mask[t * B + b] === 0) continue;
      const hPrevious = stateRow(h, h0, s - 1, b, B, U) ?? zeros;
      const saved = gates.subarray((s * B + b) * GRU_SAVED * U, (s * B + b + 1) * GRU_SAVED * U);
      const dhRow = dh.subarray(b * U, (b + 1) * U);
      gruCellBackward(a, { dz, dRow, dhRow, reset, dReset }, saved, hPrevious, b);
      const xRow = x.subarray((t * B + b) * I, (t * B + b + 1) * I);
      accumulateOuter(a.dKernel, xRow, dz, GATES, I, U, a.dropX, a.GX, b, B);
      if (a.dBias) {
        addInto(a.dBias.subarray(0, GATES * U), dz);
        if (a.resetAfter) addInto(a.dBias.subarray(GATES * U, 2 * GATES * U), dRow);
      }
      const dxRow = a.dx?.subarray((t * B + b) * I, (t * B + b + 1) * I);
      if (dxRow) projectBack(dxRow, dz, a.kernel, GATES, I, U, a.dropX, a.GX, b, B);
    }
  }
  a.dh0?.set(dh);
}

interface Deltas {
  dz: Reals;
  dRow: Reals;
  dhRow: Reals;
  reset: Reals;
  dReset: Reals;
}

/** One row: fills dz and dRow, adds to δR, and leaves δh₋₁ in dhRow. */
function gruCellBackward(
  a: Bound<"gruBackward">,
  d: Deltas,
  saved: Reals,
  hPrevious: Reals,
  b: number,
): void {
  const { U, B } = a;
  const { dz, dRow, dhRow } = d;
  const act = activationFormula(a.activation).derivative;
  const gate = activationFormula(a.recurrentActivation).derivative;
  for (let u = 0; u < U; u++) {
    const z = saved[u]!;
    const candidate = saved[2 * U + u]!;
    dz[u] = dhRow[u]! * (hPrevious[u]! - candidate) * gate(Number.NaN, z, 0);
    dz[2 * U + u] = dhRow[u]! * (1 - z) * act(Number.NaN, candidate, 0);
    dhRow[u]! *= z;
  }
  if (a.resetAfter) {
    for (let u = 0; u < U; u++) {
      const r = saved[U + u]!;
      dz[U + u] = dz[2 * U + u]! * saved[3 * U + u]! * gate(Number.NaN, r, 0);
      dRow[u] = dz[u]!;
      dRow[U + u] = dz[U + u]!;
      dRow[2 * U + u] = dz[2 * U + u]! * r;
    }
    accumulateOuter(a.dRecurrent, hPrevious, dRow, GATES, U, U, a.dropH, GATES, b, B);
    projectBack(dhRow, dRow, a.recurrent, GATES, U, U, a.dropH, GATES, b, B);
    return;
  }
  // The candidate saw r ⊙ h₋₁: its deltas first, alone; then those of z and r.
  const { reset, dReset } = d;
  for (let u = 0; u < U; u++) reset[u] = saved[U + u]! * hPrevious[u]!;
  dRow.fill(0);
  dRow.set(dz.subarray(2 * U, 3 * U), 2 * U);
  accumulateOuter(a.dRecurrent, reset, dRow, GATES, U, U, a.dropH, GATES, b, B);
  projectBack(dReset.fill(0), dRow, a.recurrent, GATES, U, U, a.dropH, GATES, b, B);
  for (let u = 0; u < U; u++) {
    dz[U + u] = dReset[u]! * hPrevious[u]! * gate(Number.NaN, saved[U + u]!, 0);
    dhRow[u]! += dReset[u]! * saved[U + u]!;
  }
  dRow.set(dz.subarray(0, 2 * U));
  dRow.fill(0, 2 * U);
  accumulateOuter(a.dRecurrent, hPrevious, dRow, GATES, U, U, a.dropH, GATES, b, B);
  projectBack(dhRow, dRow, a.recurrent, GATES, U, U, a.dropH, GATES, b, B);
}

export function gruInfer(a: Bound<"gruInfer">): void {
  const { hLast, mask, h0, scratch, B, T, I, U } = a;
  const z = scratch.subarray(0, GATES * U);
  const recurrentPart = scratch.subarray(GATES * U, 2 * GATES * U);
  const cell = { ...a, dropH: null };
  for (let b = 0; b < B; b++) {
    const h = hLast.subarray(b * U, (b + 1) * U);
    for (let u = 0; u < U; u++) h[u] = h0 ? h0[b * U + u]! : 0;
    for (let s = 0; s < T; s++) {
      const t = a.reverse ? T - 1 - s : s;
      if (mask?.[t * B + b] !== 0) {
        sequenceInput(z, a, GATES, t, b, B, T, I, U);
        gruCell(h, { z, recurrentPart, hPrevious: h, b, B }, cell);
      }
      a.sequence?.set(h, (s * B + b) * U);
    }
  }
}
