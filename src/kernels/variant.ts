/**
 * The LSTM with peepholes (Gers and Schmidhuber 2000), and without what may be taken from it (Greff et al. 2017):
 *
 *   i = σ(x·Wi + h₋₁·Ri + pi ⊙ c₋₁ + bi)    input gate; without: 1
 *   f = σ(x·Wf + h₋₁·Rf + pf ⊙ c₋₁ + bf)    forget gate; without: 1, as in 1997; coupled: 1 − i
 *   g = φ(x·Wg + h₋₁·Rg + bg)               candidate
 *   c = f ⊙ c₋₁ + i ⊙ g                     cell state
 *   o = σ(x·Wo + h₋₁·Ro + po ⊙ c + bo)      output gate, which sees the new c; without: 1
 *   h = o ⊙ ψ(c)                            hidden state
 *
 * Only what there is has weights: G of i f g o side by side in that order, kernel W [I][G·U], recurrent kernel R [U][G·U],
 * bias b [G·U]; peepholes p [G − 1][U] of the gates that there are among i f o. Letters: B batch, T time, I input, U
 * units; s is the step in processing order.
 */
import { type KeptActivation, keptActivation } from "./activations.js";
import { flag, optional, type Reals, reads, trainingKernel, updates, whole, writes } from "./declare.js";
import {
  accumulateOuter,
  addInto,
  inputSide,
  project,
  projectBack,
  recurrentScratch,
  recurrentSide,
  rowAt,
  startWithBias,
  stateRow,
  timeOf,
} from "./recurrent.js";

/** Gates that have weights, and all rows of weights. */
const PEEPHOLES = "(inputGate+forgetGate+outputGate)";
const G = "(1+inputGate+forgetGate+outputGate)";

/** What the cell has: whole numbers of every call. `coupled` goes without a forget gate of its own. */
const PARTS = { inputGate: flag, forgetGate: flag, outputGate: flag, coupled: flag } as const;
const ACTIVATED = { activation: whole, outputActivation: whole, recurrentActivation: whole } as const;

type Parts = Record<keyof typeof PARTS, number>;

/** Where each row of a step's gates begins, in rows of U; null for a gate that there is not. */
interface Slots {
  i: number | null;
  f: number | null;
  g: number;
  o: number | null;
  count: number;
}

function slotsOf({ inputGate, forgetGate, outputGate }: Parts): Slots {
  const g = inputGate + forgetGate;
  return {
    i: inputGate ? 0 : null,
    f: forgetGate ? inputGate : null,
    g,
    o: outputGate ? g + 1 : null,
    count: g + 1 + outputGate,
  };
}

/** A gate's row of the peepholes: those of i, f and o follow one another without g. */
const peephole = (slot: number, { g }: Slots) => (slot > g ? slot - 1 : slot);

interface Cell {
  slots: Slots;
  coupled: boolean;
  /** [G − 1][U], or null. */
  peepholes: Reals | null;
  sigma: KeptActivation;
  phi: KeptActivation;
  psi: KeptActivation;
}

type CellNumbers = Parts & Record<keyof typeof ACTIVATED, number> & { peepholes: Reals | null };

const cellOf = (a: CellNumbers): Cell => ({
  slots: slotsOf(a),
  coupled: a.coupled === 1,
  peepholes: a.peepholes,
  sigma: keptActivation(a.recurrentActivation),
  phi: keptActivation(a.activation),
  psi: keptActivation(a.outputActivation),
});

/** Activates the pre-activations of a row [G·U], keeps in their place what backward needs, and advances its states [U]. */
function advance(gates: Reals, h: Reals, c: Reals, cPrevious: Reals | null, cell: Cell): void {
  const { slots, coupled, peepholes, sigma, phi, psi } = cell;
  const U = h.length;
  /** The gate of this slot at unit u, which sees `state` through its peephole; 1 where there is none. */
  const gate = (slot: number | null, u: number, state: number): number => {
    if (slot === null) return 1;
    const seen = peepholes ? peepholes[peephole(slot, slots) * U + u]! * state : 0;
    const sum = gates[slot * U + u]! + seen;
    const value = sigma.f(sum);
    gates[slot * U + u] = sigma.kept(sum, value);
    return value;
  };
  for (let u = 0; u < U; u++) {
    const before = cPrevious ? cPrevious[u]! : 0;
    const i = gate(slots.i, u, before);
    const f = coupled ? 1 - i : gate(slots.f, u, before);
    const g = phi.f(gates[slots.g * U + u]!);
    gates[slots.g * U + u] = phi.kept(gates[slots.g * U + u]!, g);
    c[u] = f * before + i * g;
    h[u] = gate(slots.o, u, c[u]!) * psi.f(c[u]!);
  }
}

const variantForward = trainingKernel(
  "h, c, and what is kept of the gates that there are of i f g o",
  {
    h: writes("T B U"),
    c: writes("T B U"),
    gates: writes(`T B ${G}*U`),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    c0: optional(reads("B U")),
    kernel: reads(`I ${G}*U`),
    recurrent: reads(`U ${G}*U`),
    bias: optional(reads(`${G}*U`)),
    peepholes: optional(reads(`${PEEPHOLES} U`)),
    scratch: recurrentScratch(4),
    ...{ B: whole, T: whole, I: whole, U: whole },
    ...PARTS,
    ...ACTIVATED,
    reverse: flag,
  },
  (a) => {
    const { h, c, mask, h0, c0, B, T, I, U } = a;
    const cell = cellOf(a);
    const width = cell.slots.count * U;
    const input = inputSide({ ...a, dropX: null, GX: 1 }, cell.slots.count);
    const recurrent = recurrentSide({ ...a, dropH: null }, cell.slots.count);
    for (let s = 0; s < T; s++) {
      const t = timeOf(a, s);
      for (let b = 0; b < B; b++) {
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b);
        const cPrevious = stateRow({ at: c, initial: c0, B, U }, s - 1, b);
        const [hRow, cRow] = [rowAt(h, s * B + b, U), rowAt(c, s * B + b, U)];
        if (mask && mask[t * B + b] === 0) {
          for (let u = 0; u < U; u++) {
            hRow[u] = hPrevious ? hPrevious[u]! : 0;
            cRow[u] = cPrevious ? cPrevious[u]! : 0;
          }
          continue;
        }
        const gates = rowAt(a.gates, s * B + b, width);
        startWithBias(gates, a.bias);
        project(gates, rowAt(a.x, t * B + b, I), input, b);
        if (hPrevious) project(gates, hPrevious, recurrent, b);
        advance(gates, hRow, cRow, cPrevious, cell);
      }
    }
  },
);

/** What one row's deltas follow from and go to: all [U] but the gates and dz, [G·U]. */
interface RowBackward {
  dz: Reals;
  /** Of this step; becomes δc₋₁. */
  dc: Reals;
  dh: Reals;
  gates: Reals;
  c: Reals;
  cPrevious: Reals | null;
  dPeepholes: Reals | null;
}

/** One row: δz from δh and δc; leaves δc₋₁ in dc, and adds to δp. */
function goBack({ dz, dc, dh, gates, c, cPrevious, dPeepholes }: RowBackward, cell: Cell): void {
  const { slots, coupled, peepholes, sigma, phi, psi } = cell;
  const U = c.length;
  const value = (slot: number | null, u: number) => (slot === null ? 1 : sigma.value(gates[slot * U + u]!));
  /** A gate's δz from its δ; returns what it sends back to the state that its peephole sees. */
  const sendTo = (slot: number | null, u: number, delta: number, state: number): number => {
    if (slot === null) return 0;
    const at = slot * U + u;
    dz[at] = delta * sigma.slope(gates[at]!);
    if (!peepholes) return 0;
    const p = peephole(slot, slots) * U + u;
    if (dPeepholes) dPeepholes[p]! += dz[at]! * state;
    return dz[at]! * peepholes[p]!;
  };
  for (let u = 0; u < U; u++) {
    const before = cPrevious ? cPrevious[u]! : 0;
    const i = value(slots.i, u);
    const f = coupled ? 1 - i : value(slots.f, u);
    const g = phi.value(gates[slots.g * U + u]!);
    const activated = psi.f(c[u]!);
    const seen = sendTo(slots.o, u, dh[u]! * activated, c[u]!);
    const d = dc[u]! + dh[u]! * value(slots.o, u) * psi.slope(psi.kept(c[u]!, activated)) + seen;
    dz[slots.g * U + u] = d * i * phi.slope(gates[slots.g * U + u]!);
    const byInput = sendTo(slots.i, u, d * (coupled ? g - before : g), before);
    const byForget = sendTo(slots.f, u, d * before, before);
    dc[u] = d * f + byInput + byForget;
  }
}

/**
 * Back-propagation through time, full (1997 cut gradients off at the gates). From δh_s (outputs' gradient plus what step
 * s+1 sent back) and δc_s:
 *   δo = δh ⊙ ψ(c)   δc += δh ⊙ o ⊙ ψ′(c) + po ⊙ δz_o
 *   δi = δc ⊙ g (coupled: δc ⊙ (g − c₋₁))   δg = δc ⊙ i   δf = δc ⊙ c₋₁
 *   δc₋₁ = δc ⊙ f + pi ⊙ δz_i + pf ⊙ δz_f   δpi += δz_i ⊙ c₋₁   δpf += δz_f ⊙ c₋₁   δpo += δz_o ⊙ c
 * each δ times its activation's derivative is δz [G·U]; the rest is as in the LSTM.
 */
const variantBackward = trainingKernel(
  "From dH of every step and/or dLast of the last",
  {
    dx: optional(writes("T B I")),
    dKernel: updates(`I ${G}*U`),
    dRecurrent: updates(`U ${G}*U`),
    dBias: optional(updates(`${G}*U`)),
    dPeepholes: optional(updates(`${PEEPHOLES} U`)),
    dh0: optional(writes("B U")),
    dc0: optional(writes("B U")),
    dH: optional(reads("T B U")),
    dLast: optional(reads("B U")),
    h: reads("T B U"),
    c: reads("T B U"),
    gates: reads(`T B ${G}*U`),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    c0: optional(reads("B U")),
    kernel: reads(`I ${G}*U`),
    recurrent: reads(`U ${G}*U`),
    peepholes: optional(reads(`${PEEPHOLES} U`)),
    scratch: recurrentScratch(4),
    ...{ B: whole, T: whole, I: whole, U: whole },
    ...PARTS,
    ...ACTIVATED,
    reverse: flag,
  },
  (a) => {
    const { h, c, mask, h0, c0, scratch, dPeepholes, B, T, I, U } = a;
    const cell = cellOf(a);
    const width = cell.slots.count * U;
    const dh = scratch.subarray(0, B * U).fill(0);
    const dc = scratch.subarray(B * U, 2 * B * U).fill(0);
    const dz = scratch.subarray(2 * B * U, 2 * B * U + width);
    const input = inputSide({ ...a, dropX: null, GX: 1 }, cell.slots.count);
    const recurrent = recurrentSide({ ...a, dropH: null }, cell.slots.count);
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
        const saved = { gates: rowAt(a.gates, s * B + b, width), c: rowAt(c, s * B + b, U), cPrevious };
        goBack({ dz, dc: rowAt(dc, b, U), dh: dhRow, dPeepholes, ...saved }, cell);
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

export const variant = { variantForward, variantBackward };
