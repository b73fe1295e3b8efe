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
import { activationFormula } from "./activations.js";
import type { Bound, Reals } from "./bound.js";
import { accumulateOuter, addInto, project, projectBack, sequenceInput, stateRow } from "./recurrent.js";

/** Gate order, defined once. */
export const LSTM_GATES = ["i", "f", "g", "o"] as const;
const GATES = LSTM_GATES.length;

/** Activates one row of pre-activations z [4U] in place and advances the states. Writes c [U] and h [U]. */
function lstmCell(
  z: Reals,
  c: Reals,
  h: Reals,
  cPrevious: Reals | null,
  U: number,
  activation: number,
  recurrentActivation: number,
): void {
  const act = activationFormula(activation).f;
  const gate = activationFormula(recurrentActivation).f;
  for (let u = 0; u < U; u++) {
    const i = gate(z[u]!, 0);
    const f = gate(z[U + u]!, 0);
    const g = act(z[2 * U + u]!, 0);
    const o = gate(z[3 * U + u]!, 0);
    const cNew = f * (cPrevious ? cPrevious[u]! : 0) + i * g;
    z[u] = i;
    z[U + u] = f;
    z[2 * U + u] = g;
    z[3 * U + u] = o;
    c[u] = cNew;
    h[u] = o * act(cNew, 0);
  }
}

export function lstmForward(a: Bound<"lstmForward">): void {
  const { h, c, gates, x, mask, h0, c0, B, T, I, U } = a;
  for (let s = 0; s < T; s++) {
    const t = a.reverse ? T - 1 - s : s;
    for (let b = 0; b < B; b++) {
      const row = (s * B + b) * U;
      const hPrevious = stateRow(h, h0, s - 1, b, B, U);
      const cPrevious = stateRow(c, c0, s - 1, b, B, U);
      if (mask && mask[t * B + b] === 0) {
        for (let u = 0; u < U; u++) {
          h[row + u] = hPrevious ? hPrevious[u]! : 0;
          c[row + u] = cPrevious ? cPrevious[u]! : 0;
        }
        continue;
      }
      const z = gates.subarray(row * GATES, (row + U) * GATES);
      startWithBias(z, a.bias);
      const xRow = x.subarray((t * B + b) * I, (t * B + b + 1) * I);
      project(z, xRow, a.kernel, GATES, I, U, a.dropX, a.GX, b, B);
      if (hPrevious) project(z, hPrevious, a.recurrent, GATES, U, U, a.dropH, GATES, b, B);
      lstmCell(
        z,
        c.subarray(row, row + U),
        h.subarray(row, row + U),
        cPrevious,
        U,
        a.activation,
        a.recurrentActivation,
      );
    }
  }
}

function startWithBias(z: Reals, bias: Reals | null): void {
  for (let j = 0; j < z.length; j++) z[j] = bias ? bias[j]! : 0;
}

/**
 * Back-propagation through time. From δh_s (outputs' gradient plus what step s+1 sent back) and δc_s:
 *   δo = δh ⊙ tanh(c)     δc += δh ⊙ o ⊙ (1 − tanh²(c))
 *   δi = δc ⊙ g   δg = δc ⊙ i   δf = δc ⊙ c₋₁   δc₋₁ = δc ⊙ f
 * each gate's δ times its activation's derivative is δz [4U]; then δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz,
 * δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ. A masked step passes δh and δc through.
 */
export function lstmBackward(a: Bound<"lstmBackward">): void {
  const { h, c, gates, x, mask, h0, c0, scratch, B, T, I, U } = a;
  const dh = scratch.subarray(0, B * U).fill(0);
  const dc = scratch.subarray(B * U, 2 * B * U).fill(0);
  const dz = scratch.subarray(2 * B * U, 2 * B * U + GATES * U);
  a.dx?.fill(0, 0, T * B * I);
  for (let s = T - 1; s >= 0; s--) {
    const t = a.reverse ? T - 1 - s : s;
    if (a.dH) addInto(dh, a.dH.subarray(s * B * U, (s + 1) * B * U));
    if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
    for (let b = 0; b < B; b++) {
      if (mask && mask[t * B + b] === 0) continue;
      const row = (s * B + b) * U;
      const hPrevious = stateRow(h, h0, s - 1, b, B, U);
      const cPrevious = stateRow(c, c0, s - 1, b, B, U);
      const dhRow = dh.subarray(b * U, (b + 1) * U);
      const dcRow = dc.subarray(b * U, (b + 1) * U);
      lstmCellBackward(
        dz,
        dcRow,
        dhRow,
        gates.subarray(row * GATES),
        c.subarray(row),
        cPrevious,
        U,
        a.activation,
        a.recurrentActivation,
      );
      const xRow = x.subarray((t * B + b) * I, (t * B + b + 1) * I);
      accumulateOuter(a.dKernel, xRow, dz, GATES, I, U, a.dropX, a.GX, b, B);
      if (a.dBias) addInto(a.dBias, dz);
      const dxRow = a.dx?.subarray((t * B + b) * I, (t * B + b + 1) * I);
      if (dxRow) projectBack(dxRow, dz, a.kernel, GATES, I, U, a.dropX, a.GX, b, B);
      if (hPrevious) accumulateOuter(a.dRecurrent, hPrevious, dz, GATES, U, U, a.dropH, GATES, b, B);
      dhRow.fill(0);
      projectBack(dhRow, dz, a.recurrent, GATES, U, U, a.dropH, GATES, b, B);
    }
  }
  a.dh0?.set(dh);
  a.dc0?.set(dc);
}

/** One row: δz [4U] from δh and δc; leaves δc₋₁ in dc. */
function lstmCellBackward(
  dz: Reals,
  dc: Reals,
  dh: Reals,
  gates: Reals,
  c: Reals,
  cPrevious: Reals | null,
  U: number,
  activation: number,
  recurrentActivation: number,
): void {
  const act = activationFormula(activation);
  const gate = activationFormula(recurrentActivation);
  for (let u = 0; u < U; u++) {
    const i = gates[u]!;
    const f = gates[U + u]!;
    const g = gates[2 * U + u]!;
    const o = gates[3 * U + u]!;
    const activated = act.f(c[u]!, 0);
    const dcTotal = dc[u]! + dh[u]! * o * act.derivative(c[u]!, activated, 0);
    dz[u] = dcTotal * g * gate.derivative(Number.NaN, i, 0);
    dz[U + u] = dcTotal * (cPrevious ? cPrevious[u]! : 0) * gate.derivative(Number.NaN, f, 0);
    dz[2 * U + u] = dcTotal * i * act.derivative(Number.NaN, g, 0);
    dz[3 * U + u] = dh[u]! * activated * gate.derivative(Number.NaN, o, 0);
    dc[u] = dcTotal * f;
  }
}

export function lstmInfer(a: Bound<"lstmInfer">): void {
  const { hLast, cLast, mask, h0, c0, scratch, B, T, I, U } = a;
  const z = scratch.subarray(0, GATES * U);
  for (let b = 0; b < B; b++) {
    const h = hLast.subarray(b * U, (b + 1) * U);
    const c = cLast.subarray(b * U, (b + 1) * U);
    for (let u = 0; u < U; u++) {
      h[u] = h0 ? h0[b * U + u]! : 0;
      c[u] = c0 ? c0[b * U + u]! : 0;
    }
    for (let s = 0; s < T; s++) {
      const t = a.reverse ? T - 1 - s : s;
      if (mask?.[t * B + b] !== 0) {
        sequenceInput(z, a, GATES, t, b, B, T, I, U);
        project(z, h, a.recurrent, GATES, U, U, null, 1, b, B);
        lstmCell(z, c, h, c, U, a.activation, a.recurrentActivation);
      }
      a.sequence?.set(h, (s * B + b) * U);
    }
  }
}
