/**
 * LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), Keras's formulation.
 *
 *   i = σ(x·Wi + h₋₁·Ri + bi)    input gate          f = σ(x·Wf + h₋₁·Rf + bf)   forget gate
 *   g = tanh(x·Wg + h₋₁·Rg + bg) candidate           o = σ(x·Wo + h₋₁·Ro + bo)   output gate
 *   c = f ⊙ c₋₁ + i ⊙ g          cell state          h = o ⊙ tanh(c)             hidden state
 *
 * Gates lie side by side in the order i f g o: kernel W [I][4U], recurrent kernel R [U][4U], bias b [4U].
 * Letters: B batch, T time, I input, U units; s is the step in processing order.
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
import { LSTM_GATES } from "./gates.js";
import {
  accumulateOuter,
  addInto,
  inputSide,
  project,
  projectBack,
  recurrentScratch,
  recurrentSide,
  rowAt,
  startStep,
  startWithBias,
  stateRow,
  timeOf,
} from "./recurrent.js";

const GATES = LSTM_GATES.length;

/** σ of the three gates, tanh of the candidate and of c: their usual names, whatever was chosen in their place. */
interface Activations {
  sigma: KeptActivation;
  tanh: KeptActivation;
}

const activationsOf = (a: { activation: number; recurrentActivation: number }): Activations => ({
  sigma: keptActivation(a.recurrentActivation),
  tanh: keptActivation(a.activation),
});

/** One row of a step: its pre-activations, which become what is kept of its gates i f g o [4U], and its states [U]. */
interface Row {
  gates: Reals;
  h: Reals;
  c: Reals;
  /** Null: zeros. */
  cPrevious: Reals | null;
}

/** Activates the pre-activations of a row, keeps in their place what backward needs, and advances the states. */
function lstmCell({ gates, h, c, cPrevious }: Row, { sigma, tanh }: Activations): void {
  const U = h.length;
  for (let u = 0; u < U; u++) {
    const i = sigma.f(gates[u]!);
    const f = sigma.f(gates[U + u]!);
    const g = tanh.f(gates[2 * U + u]!);
    const o = sigma.f(gates[3 * U + u]!);
    const cNew = f * (cPrevious ? cPrevious[u]! : 0) + i * g;
    gates[u] = sigma.kept(gates[u]!, i);
    gates[U + u] = sigma.kept(gates[U + u]!, f);
    gates[2 * U + u] = tanh.kept(gates[2 * U + u]!, g);
    gates[3 * U + u] = sigma.kept(gates[3 * U + u]!, o);
    c[u] = cNew;
    h[u] = o * tanh.f(cNew);
  }
}

const lstmForward = kernel(
  "h, c, and what is kept of the gates i f g o",
  {
    h: writes("T B U"),
    c: writes("T B U"),
    gates: writes("T B 4*U"),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    c0: optional(reads("B U")),
    kernel: reads("I 4*U"),
    recurrent: reads("U 4*U"),
    bias: optional(reads("4*U")),
    dropX: optional(reads("GX B I")),
    dropH: optional(reads("4 B U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    GX: whole,
    activation: whole,
    recurrentActivation: whole,
    reverse: flag,
  },
  (a) => {
    const { h, c, mask, h0, c0, B, T, I, U } = a;
    const activations = activationsOf(a);
    const input = inputSide(a, GATES);
    const recurrent = recurrentSide(a, GATES);
    for (let s = 0; s < T; s++) {
      const t = timeOf(a, s);
      for (let b = 0; b < B; b++) {
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b);
        const cPrevious = stateRow({ at: c, initial: c0, B, U }, s - 1, b);
        const row = { h: rowAt(h, s * B + b, U), c: rowAt(c, s * B + b, U), cPrevious };
        if (mask && mask[t * B + b] === 0) {
          for (let u = 0; u < U; u++) {
            row.h[u] = hPrevious ? hPrevious[u]! : 0;
            row.c[u] = cPrevious ? cPrevious[u]! : 0;
          }
          continue;
        }
        const gates = rowAt(a.gates, s * B + b, GATES * U);
        startWithBias(gates, a.bias);
        project(gates, rowAt(a.x, t * B + b, I), input, b);
        if (hPrevious) project(gates, hPrevious, recurrent, b);
        lstmCell({ gates, ...row }, activations);
      }
    }
  },
);

/** What one row's deltas follow from and go to: all [U] but the gates and dz, [4U]. */
interface RowBackward {
  dz: Reals;
  /** Of this step; becomes δc₋₁. */
  dc: Reals;
  dh: Reals;
  /** As the forward kept them. */
  gates: Reals;
  c: Reals;
  /** Null: zeros. */
  cPrevious: Reals | null;
}

/** One row: δz from δh and δc; leaves δc₋₁ in dc. */
function lstmCellBackward(row: RowBackward, { sigma, tanh }: Activations): void {
  const { dz, dc, dh, gates, c, cPrevious } = row;
  const U = c.length;
  for (let u = 0; u < U; u++) {
    const i = sigma.value(gates[u]!);
    const f = sigma.value(gates[U + u]!);
    const g = tanh.value(gates[2 * U + u]!);
    const o = sigma.value(gates[3 * U + u]!);
    const activated = tanh.f(c[u]!);
    const dcTotal = dc[u]! + dh[u]! * o * tanh.slope(tanh.kept(c[u]!, activated));
    dz[u] = dcTotal * g * sigma.slope(gates[u]!);
    dz[U + u] = dcTotal * (cPrevious ? cPrevious[u]! : 0) * sigma.slope(gates[U + u]!);
    dz[2 * U + u] = dcTotal * i * tanh.slope(gates[2 * U + u]!);
    dz[3 * U + u] = dh[u]! * activated * sigma.slope(gates[3 * U + u]!);
    dc[u] = dcTotal * f;
  }
}

/**
 * Back-propagation through time. From δh_s (outputs' gradient plus what step s+1 sent back) and δc_s:
 *   δo = δh ⊙ tanh(c)     δc += δh ⊙ o ⊙ (1 − tanh²(c))
 *   δi = δc ⊙ g   δg = δc ⊙ i   δf = δc ⊙ c₋₁   δc₋₁ = δc ⊙ f
 * each gate's δ times its activation's derivative is δz [4U]; then δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz,
 * δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ. A masked step passes δh and δc through.
 */
const lstmBackward = trainingKernel(
  "From dH of every step and/or dLast of the last",
  {
    dx: optional(writes("T B I")),
    dKernel: updates("I 4*U"),
    dRecurrent: updates("U 4*U"),
    dBias: optional(updates("4*U")),
    dh0: optional(writes("B U")),
    dc0: optional(writes("B U")),
    dH: optional(reads("T B U")),
    dLast: optional(reads("B U")),
    h: reads("T B U"),
    c: reads("T B U"),
    gates: reads("T B 4*U"),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    c0: optional(reads("B U")),
    kernel: reads("I 4*U"),
    recurrent: reads("U 4*U"),
    dropX: optional(reads("GX B I")),
    dropH: optional(reads("4 B U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    GX: whole,
    activation: whole,
    recurrentActivation: whole,
    reverse: flag,
  },
  (a) => {
    const { h, c, mask, h0, c0, scratch, B, T, I, U } = a;
    const dh = scratch.subarray(0, B * U).fill(0);
    const dc = scratch.subarray(B * U, 2 * B * U).fill(0);
    const dz = scratch.subarray(2 * B * U, 2 * B * U + GATES * U);
    const activations = activationsOf(a);
    const input = inputSide(a, GATES);
    const recurrent = recurrentSide(a, GATES);
    a.dx?.fill(0, 0, T * B * I);
    for (let s = T - 1; s >= 0; s--) {
      const t = timeOf(a, s);
      if (a.dH) addInto(dh, rowAt(a.dH, s, B * U));
      if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
      for (let b = 0; b < B; b++) {
        if (mask && mask[t * B + b] === 0) continue;
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b);
        const cPrevious = stateRow({ at: c, initial: c0, B, U }, s - 1, b);
        const dhRow = rowAt(dh, b, U);
        const saved = { gates: rowAt(a.gates, s * B + b, GATES * U), c: rowAt(c, s * B + b, U), cPrevious };
        lstmCellBackward({ dz, dc: rowAt(dc, b, U), dh: dhRow, ...saved }, activations);
        accumulateOuter(a.dKernel, rowAt(a.x, t * B + b, I), dz, input, b);
        if (a.dBias) addInto(a.dBias, dz);
        if (a.dx) projectBack(rowAt(a.dx, t * B + b, I), dz, input, b);
        if (hPrevious) accumulateOuter(a.dRecurrent, hPrevious, dz, recurrent, b);
        dhRow.fill(0);
        projectBack(dhRow, dz, recurrent, b);
      }
    }
    a.dh0?.set(dh);
    a.dc0?.set(dc);
  },
);

const lstmInfer = kernel(
  "The last h and c, and every h where asked for",
  {
    hLast: writes("B U"),
    cLast: writes("B U"),
    sequence: optional(writes("T B U")),
    x: optional(reads("T B I")),
    ids: optional(reads("B T")),
    table: optional(reads("any 4*U")),
    paddedH: optional(reads("T U")),
    paddedC: optional(reads("T U")),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    c0: optional(reads("B U")),
    kernel: reads("I 4*U"),
    recurrent: reads("U 4*U"),
    bias: optional(reads("4*U")),
    scratch: recurrentScratch(4),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    activation: whole,
    recurrentActivation: whole,
    reverse: flag,
  },
  (a) => {
    const { mask, h0, c0, scratch, B, T, U } = a;
    const gates = scratch.subarray(0, GATES * U);
    const activations = activationsOf(a);
    const recurrent = recurrentSide({ ...a, dropH: null }, GATES);
    for (let b = 0; b < B; b++) {
      const h = rowAt(a.hLast, b, U);
      const c = rowAt(a.cLast, b, U);
      for (let u = 0; u < U; u++) {
        h[u] = h0 ? h0[b * U + u]! : 0;
        c[u] = c0 ? c0[b * U + u]! : 0;
      }
      for (let s = 0; s < T; s++) {
        const t = timeOf(a, s);
        if (mask?.[t * B + b] !== 0) {
          startStep(gates, a, GATES, t, b);
          project(gates, h, recurrent, b);
          lstmCell({ gates, h, c, cPrevious: c }, activations);
        }
        a.sequence?.set(h, (s * B + b) * U);
      }
    }
  },
);

export const lstm = { lstmForward, lstmBackward, lstmInfer };
