/**
 * SimpleRNN (Elman 1990): h = tanh(x·W + h₋₁·R + b).
 *
 * Kernel W [I][U], recurrent kernel R [U][U], bias b [U].
 * Letters: B batch, T time, I input, U units; s is the step in processing order.
 */
import { activationFormula } from "./activations.js";
import type { Bound, Reals } from "./bound.js";
import { accumulateOuter, addInto, project, projectBack, sequenceInput, stateRow } from "./recurrent.js";

function activate(z: Reals, U: number, activation: number): void {
  const { f } = activationFormula(activation);
  for (let u = 0; u < U; u++) z[u] = f(z[u]!, 0);
}

export function rnnForward(a: Bound<"rnnForward">): void {
  const { h, x, mask, h0, B, T, I, U } = a;
  for (let s = 0; s < T; s++) {
    const t = a.reverse ? T - 1 - s : s;
    for (let b = 0; b < B; b++) {
      const row = (s * B + b) * U;
      const z = h.subarray(row, row + U);
      const hPrevious = stateRow(h, h0, s - 1, b, B, U);
      if (mask && mask[t * B + b] === 0) {
        for (let u = 0; u < U; u++) z[u] = hPrevious ? hPrevious[u]! : 0;
        continue;
      }
      for (let u = 0; u < U; u++) z[u] = a.bias ? a.bias[u]! : 0;
      project(z, x.subarray((t * B + b) * I, (t * B + b + 1) * I), a.kernel, 1, I, U, a.dropX, 1, b, B);
      if (hPrevious) project(z, hPrevious, a.recurrent, 1, U, U, a.dropH, 1, b, B);
      activate(z, U, a.activation);
    }
  }
}

/** δz = δh ⊙ (1 − h²) for tanh; δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz, δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ. */
export function rnnBackward(a: Bound<"rnnBackward">): void {
  const { h, x, mask, h0, scratch, B, T, I, U } = a;
  const dh = scratch.subarray(0, B * U).fill(0);
  const dz = scratch.subarray(B * U, B * U + U);
  const { derivative } = activationFormula(a.activation);
  a.dx?.fill(0, 0, T * B * I);
  for (let s = T - 1; s >= 0; s--) {
    const t = a.reverse ? T - 1 - s : s;
    if (a.dH) addInto(dh, a.dH.subarray(s * B * U, (s + 1) * B * U));
    if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
    for (let b = 0; b < B; b++) {
      if (mask && mask[t * B + b] === 0) continue;
      const hPrevious = stateRow(h, h0, s - 1, b, B, U);
      const dhRow = dh.subarray(b * U, (b + 1) * U);
      for (let u = 0; u < U; u++) dz[u] = dhRow[u]! * derivative(Number.NaN, h[(s * B + b) * U + u]!, 0);
      const xRow = x.subarray((t * B + b) * I, (t * B + b + 1) * I);
      accumulateOuter(a.dKernel, xRow, dz, 1, I, U, a.dropX, 1, b, B);
      if (a.dBias) addInto(a.dBias, dz);
      const dxRow = a.dx?.subarray((t * B + b) * I, (t * B + b + 1) * I);
      if (dxRow) projectBack(dxRow, dz, a.kernel, 1, I, U, a.dropX, 1, b, B);
      if (hPrevious) accumulateOuter(a.dRecurrent, hPrevious, dz, 1, U, U, a.dropH, 1, b, B);
      dhRow.fill(0);
      projectBack(dhRow, dz, a.recurrent, 1, U, U, a.dropH, 1, b, B);
    }
  }
  a.dh0?.set(dh);
}

export function rnnInfer(a: Bound<"rnnInfer">): void {
  const { hLast, mask, h0, scratch, B, T, I, U } = a;
  const z = scratch.subarray(0, U);
  for (let b = 0; b < B; b++) {
    const h = hLast.subarray(b * U, (b + 1) * U);
    for (let u = 0; u < U; u++) h[u] = h0 ? h0[b * U + u]! : 0;
    for (let s = 0; s < T; s++) {
      const t = a.reverse ? T - 1 - s : s;
      if (mask?.[t * B + b] !== 0) {
        sequenceInput(z, a, 1, t, b, B, T, I, U);
        project(z, h, a.recurrent, 1, U, U, null, 1, b, B);
        activate(z, U, a.activation);
        h.set(z);
      }
      a.sequence?.set(h, (s * B + b) * U);
    }
  }
}
