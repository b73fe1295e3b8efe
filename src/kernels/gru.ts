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
import { type KeptActivation, keptActivation } from "./activations.js";
import {
  flag,
  kernel,
  optional,
  type Reals,
  reads,
  trainingKernel,
  updates,
  whole,
  writes,
} from "./declare.js";
import { GRU_GATES, GRU_SAVED } from "./gates.js";
import {
  accumulateOuter,
  addInto,
  inputSide,
  project,
  projectBack,
  recurrentScratch,
  recurrentSide,
  rowAt,
  type Side,
  startStep,
  startWithBias,
  stateRow,
  timeOf,
} from "./recurrent.js";

const GATES = GRU_GATES.length;

/** What all rows of a call share. */
interface Cell {
  /** h₋₁ and the recurrent kernel. */
  recurrent: Side;
  /** Of h₋₁·R, [3U]; resetAfter only. */
  recurrentBias: Reals | null;
  resetAfter: boolean;
  /** σ of the gates and tanh of the candidate: their usual names, whatever was chosen in their place. */
  sigma: KeptActivation;
  tanh: KeptActivation;
}

interface CellArguments {
  recurrent: Reals;
  dropH: Reals | null;
  B: number;
  U: number;
  activation: number;
  recurrentActivation: number;
  resetAfter: number;
}

const cellOf = (a: CellArguments & { bias: Reals | null }): Cell => ({
  recurrent: recurrentSide(a, GATES),
  recurrentBias: a.bias?.subarray(GATES * a.U) ?? null,
  resetAfter: a.resetAfter !== 0,
  sigma: keptActivation(a.recurrentActivation),
  tanh: keptActivation(a.activation),
});

/** The numbers of row b that the cell works on. */
interface Row {
  b: number;
  h: Reals;
  hPrevious: Reals;
  /** Input part x·W + b [3U]; becomes what is kept of z r h̃. */
  z: Reals;
  /** Recurrent part h₋₁·R + b′ [3U] with resetAfter; room for r ⊙ h₋₁ without. */
  recurrentPart: Reals;
}

/** Advances one row: leaves in row.z what backward needs of z r h̃, and writes the new h. */
function gruCell({ b, h, hPrevious, z, recurrentPart }: Row, cell: Cell): void {
  const { recurrent, sigma, tanh } = cell;
  const U = h.length;
  if (cell.resetAfter) {
    startWithBias(recurrentPart, cell.recurrentBias);
    project(recurrentPart, hPrevious, recurrent, b);
    for (let j = 0; j < 2 * U; j++) z[j]! += recurrentPart[j]!;
    for (let u = 0; u < U; u++) z[2 * U + u]! += sigma.f(z[U + u]!) * recurrentPart[2 * U + u]!;
  } else {
    project(z, hPrevious, recurrent, b, { to: 2 });
    for (let u = 0; u < U; u++) recurrentPart[u] = sigma.f(z[U + u]!) * hPrevious[u]!;
    project(z, recurrentPart, recurrent, b, { from: 2 });
  }
  for (let u = 0; u < U; u++) {
    const update = sigma.f(z[u]!);
    const candidate = tanh.f(z[2 * U + u]!);
    h[u] = update * hPrevious[u]! + (1 - update) * candidate;
    z[u] = sigma.kept(z[u]!, update);
    z[U + u] = sigma.kept(z[U + u]!, sigma.f(z[U + u]!));
    z[2 * U + u] = tanh.kept(z[2 * U + u]!, candidate);
  }
}

const gruForward = kernel(
  "h, and what is kept of the gates z r h̃, then the candidate's recurrent part before r multiplies it (resetAfter only)",
  {
    h: writes("T B U"),
    gates: writes("T B 4*U"),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I 3*U"),
    recurrent: reads("U 3*U"),
    bias: optional(reads("1+resetAfter 3*U")),
    dropX: optional(reads("GX B I")),
    dropH: optional(reads("3 B U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    GX: whole,
    activation: whole,
    recurrentActivation: whole,
    resetAfter: flag,
    reverse: flag,
  },
  (a) => {
    const { h, mask, h0, scratch, B, T, I, U } = a;
    const zeros = scratch.subarray(0, U).fill(0);
    const recurrentPart = scratch.subarray(U, U + GATES * U);
    const cell = cellOf(a);
    const input = inputSide(a, GATES);
    for (let s = 0; s < T; s++) {
      const t = timeOf(a, s);
      for (let b = 0; b < B; b++) {
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b) ?? zeros;
        const hRow = rowAt(h, s * B + b, U);
        if (mask && mask[t * B + b] === 0) {
          hRow.set(hPrevious);
          continue;
        }
        const saved = rowAt(a.gates, s * B + b, GRU_SAVED * U);
        const z = saved.subarray(0, GATES * U);
        startWithBias(z, a.bias);
        project(z, rowAt(a.x, t * B + b, I), input, b);
        gruCell({ b, h: hRow, hPrevious, z, recurrentPart }, cell);
        if (a.resetAfter) saved.set(recurrentPart.subarray(2 * U, 3 * U), GATES * U);
      }
    }
  },
);

/** What one row's deltas follow from and go to. */
interface RowBackward {
  b: number;
  /** Deltas of the input part x·W + b and of the recurrent part h₋₁·R + b′, both [3U]. */
  dz: Reals;
  dRow: Reals;
  /** δh [U], which becomes δh₋₁. */
  dh: Reals;
  /** As the forward left it: what it kept of z r h̃, and the recurrent part [4U]. */
  saved: Reals;
  hPrevious: Reals;
  /** Room for r ⊙ h₋₁ and its δ, [U]; without resetAfter. */
  reset: Reals;
  dReset: Reals;
}

/** One row: fills dz and dRow, adds to δR, and leaves δh₋₁ in row.dh. */
function gruCellBackward(row: RowBackward, cell: Cell, dRecurrent: Reals): void {
  const { b, dz, dRow, dh, saved, hPrevious } = row;
  const { recurrent, sigma, tanh } = cell;
  const U = dh.length;
  for (let u = 0; u < U; u++) {
    const z = sigma.value(saved[u]!);
    const candidate = tanh.value(saved[2 * U + u]!);
    dz[u] = dh[u]! * (hPrevious[u]! - candidate) * sigma.slope(saved[u]!);
    dz[2 * U + u] = dh[u]! * (1 - z) * tanh.slope(saved[2 * U + u]!);
    dh[u]! *= z;
  }
  if (!cell.resetAfter) {
    resetBackward(row, cell, dRecurrent);
    return;
  }
  for (let u = 0; u < U; u++) {
    dz[U + u] = dz[2 * U + u]! * saved[3 * U + u]! * sigma.slope(saved[U + u]!);
    dRow[u] = dz[u]!;
    dRow[U + u] = dz[U + u]!;
    dRow[2 * U + u] = dz[2 * U + u]! * sigma.value(saved[U + u]!);
  }
  accumulateOuter(dRecurrent, hPrevious, dRow, recurrent, b);
  projectBack(dh, dRow, recurrent, b);
}

/** The candidate saw r ⊙ h₋₁: its deltas first, alone; then those of z and r. */
function resetBackward(row: RowBackward, { recurrent, sigma }: Cell, dRecurrent: Reals): void {
  const { b, dz, dRow, dh, saved, hPrevious, reset, dReset } = row;
  const U = dh.length;
  for (let u = 0; u < U; u++) reset[u] = sigma.value(saved[U + u]!) * hPrevious[u]!;
  dRow.fill(0);
  dRow.set(dz.subarray(2 * U, 3 * U), 2 * U);
  accumulateOuter(dRecurrent, reset, dRow, recurrent, b);
  projectBack(dReset.fill(0), dRow, recurrent, b);
  for (let u = 0; u < U; u++) {
    dz[U + u] = dReset[u]! * hPrevious[u]! * sigma.slope(saved[U + u]!);
    dh[u]! += dReset[u]! * sigma.value(saved[U + u]!);
  }
  dRow.set(dz.subarray(0, 2 * U));
  dRow.fill(0, 2 * U);
  accumulateOuter(dRecurrent, hPrevious, dRow, recurrent, b);
  projectBack(dh, dRow, recurrent, b);
}

/**
 * From δh: δz = δh ⊙ (h₋₁ − h̃), δh̃ = δh ⊙ (1 − z), δh₋₁ = δh ⊙ z, plus, through the candidate,
 *   resetAfter: δr = δh̃ ⊙ (h₋₁·Rh + b′h), and the recurrent part receives δh̃ ⊙ r;
 *   otherwise:  δ(r ⊙ h₋₁) = δh̃·Rhᵀ, so δr = that ⊙ h₋₁ and δh₋₁ += that ⊙ r.
 */
const gruBackward = trainingKernel(
  "From dH of every step and/or dLast of the last",
  {
    dx: optional(writes("T B I")),
    dKernel: updates("I 3*U"),
    dRecurrent: updates("U 3*U"),
    dBias: optional(updates("1+resetAfter 3*U")),
    dh0: optional(writes("B U")),
    dH: optional(reads("T B U")),
    dLast: optional(reads("B U")),
    h: reads("T B U"),
    gates: reads("T B 4*U"),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I 3*U"),
    recurrent: reads("U 3*U"),
    dropX: optional(reads("GX B I")),
    dropH: optional(reads("3 B U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    GX: whole,
    activation: whole,
    recurrentActivation: whole,
    resetAfter: flag,
    reverse: flag,
  },
  (a) => {
    const { h, mask, h0, scratch, B, T, I, U } = a;
    const zeros = scratch.subarray(0, U).fill(0);
    const dz = scratch.subarray(U, U + GATES * U);
    const dRow = scratch.subarray(4 * U, 4 * U + GATES * U);
    const reset = scratch.subarray(7 * U, 8 * U);
    const dReset = scratch.subarray(8 * U, 9 * U);
    const dh = scratch.subarray(9 * U, 9 * U + B * U).fill(0);
    const cell = cellOf({ ...a, bias: null });
    const input = inputSide(a, GATES);
    a.dx?.fill(0, 0, T * B * I);
    for (let s = T - 1; s >= 0; s--) {
      const t = timeOf(a, s);
      if (a.dH) addInto(dh, rowAt(a.dH, s, B * U));
      if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
      for (let b = 0; b < B; b++) {
        if (mask && mask[t * B + b] === 0) continue;
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b) ?? zeros;
        const saved = rowAt(a.gates, s * B + b, GRU_SAVED * U);
        const row = { b, dz, dRow, dh: rowAt(dh, b, U), saved, hPrevious, reset, dReset };
        gruCellBackward(row, cell, a.dRecurrent);
        accumulateOuter(a.dKernel, rowAt(a.x, t * B + b, I), dz, input, b);
        if (a.dBias) {
          addInto(a.dBias.subarray(0, GATES * U), dz);
          if (a.resetAfter) addInto(a.dBias.subarray(GATES * U, 2 * GATES * U), dRow);
        }
        if (a.dx) projectBack(rowAt(a.dx, t * B + b, I), dz, input, b);
      }
    }
    a.dh0?.set(dh);
  },
);

const gruInfer = kernel(
  "The last h, and all of them where asked for",
  {
    hLast: writes("B U"),
    sequence: optional(writes("T B U")),
    x: optional(reads("T B I")),
    ids: optional(reads("B T")),
    table: optional(reads("any 3*U")),
    paddedH: optional(reads("T U")),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I 3*U"),
    recurrent: reads("U 3*U"),
    bias: optional(reads("1+resetAfter 3*U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    activation: whole,
    recurrentActivation: whole,
    resetAfter: flag,
    reverse: flag,
  },
  (a) => {
    const { mask, h0, scratch, B, T, U } = a;
    const z = scratch.subarray(0, GATES * U);
    const recurrentPart = scratch.subarray(GATES * U, 2 * GATES * U);
    const cell = cellOf({ ...a, dropH: null });
    for (let b = 0; b < B; b++) {
      const h = rowAt(a.hLast, b, U);
      for (let u = 0; u < U; u++) h[u] = h0 ? h0[b * U + u]! : 0;
      for (let s = 0; s < T; s++) {
        const t = timeOf(a, s);
        if (mask?.[t * B + b] !== 0) {
          startStep(z, a, GATES, t, b);
          gruCell({ b, h, hPrevious: h, z, recurrentPart }, cell);
        }
        a.sequence?.set(h, (s * B + b) * U);
      }
    }
  },
);

export const gru = { gruForward, gruBackward, gruInfer };
