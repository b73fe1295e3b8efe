/**
 * SimpleRNN (Elman 1990): h = tanh(x·W + h₋₁·R + b).
 *
 * Kernel W [I][U], recurrent kernel R [U][U], bias b [U].
 * Letters: B batch, T time, I input, U units; s is the step in processing order.
 */
import { keptActivation } from "./activations.js";
import { flag, kernel, optional, reads, trainingKernel, updates, whole, writes } from "./declare.js";
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

const rnnForward = kernel(
  "h = activation(z), z = x · kernel + h₋₁ · recurrent + bias",
  {
    h: writes("T B U"),
    /** What is kept of the activation for its slope; NULL where h tells it. */
    z: optional(writes("T B U")),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I U"),
    recurrent: reads("U U"),
    bias: optional(reads("U")),
    dropX: optional(reads("B I")),
    dropH: optional(reads("B U")),
    scratch: recurrentScratch(1),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    activation: whole,
    reverse: flag,
  },
  (a) => {
    const { h, x, mask, h0, B, T, I, U } = a;
    const input = inputSide({ ...a, GX: 1 }, 1);
    const recurrent = recurrentSide(a, 1);
    const { f, kept } = keptActivation(a.activation);
    for (let s = 0; s < T; s++) {
      const t = timeOf(a, s);
      for (let b = 0; b < B; b++) {
        const z = rowAt(h, s * B + b, U);
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b);
        if (mask && mask[t * B + b] === 0) {
          for (let u = 0; u < U; u++) z[u] = hPrevious ? hPrevious[u]! : 0;
          continue;
        }
        startWithBias(z, a.bias);
        project(z, rowAt(x, t * B + b, I), input, b);
        if (hPrevious) project(z, hPrevious, recurrent, b);
        for (let u = 0; u < U; u++) {
          const value = f(z[u]!);
          if (a.z) a.z[(s * B + b) * U + u] = kept(z[u]!, value);
          z[u] = value;
        }
      }
    }
  },
);

/** δz = δh ⊙ (1 − h²) for tanh; δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz, δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ. */
const rnnBackward = trainingKernel(
  "From dH of every step and/or dLast of the last; slopes follow from z, or from h where it is NULL",
  {
    dx: optional(writes("T B I")),
    dKernel: updates("I U"),
    dRecurrent: updates("U U"),
    dBias: optional(updates("U")),
    dh0: optional(writes("B U")),
    dH: optional(reads("T B U")),
    dLast: optional(reads("B U")),
    h: reads("T B U"),
    z: optional(reads("T B U")),
    x: reads("T B I"),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I U"),
    recurrent: reads("U U"),
    dropX: optional(reads("B I")),
    dropH: optional(reads("B U")),
    scratch: recurrentScratch(1),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    activation: whole,
    reverse: flag,
  },
  (a) => {
    const { h, x, mask, h0, scratch, B, T, I, U } = a;
    const dh = scratch.subarray(0, B * U).fill(0);
    const dz = scratch.subarray(B * U, B * U + U);
    const kept = a.z ?? h;
    const { slope } = keptActivation(a.activation);
    const input = inputSide({ ...a, GX: 1 }, 1);
    const recurrent = recurrentSide(a, 1);
    a.dx?.fill(0, 0, T * B * I);
    for (let s = T - 1; s >= 0; s--) {
      const t = timeOf(a, s);
      if (a.dH) addInto(dh, rowAt(a.dH, s, B * U));
      if (a.dLast && s === T - 1) addInto(dh, a.dLast.subarray(0, B * U));
      for (let b = 0; b < B; b++) {
        if (mask && mask[t * B + b] === 0) continue;
        const hPrevious = stateRow({ at: h, initial: h0, B, U }, s - 1, b);
        const dhRow = rowAt(dh, b, U);
        for (let u = 0; u < U; u++) dz[u] = dhRow[u]! * slope(kept[(s * B + b) * U + u]!);
        accumulateOuter(a.dKernel, rowAt(x, t * B + b, I), dz, input, b);
        if (a.dBias) addInto(a.dBias, dz);
        if (a.dx) projectBack(rowAt(a.dx, t * B + b, I), dz, input, b);
        if (hPrevious) accumulateOuter(a.dRecurrent, hPrevious, dz, recurrent, b);
        dhRow.fill(0);
        projectBack(dhRow, dz, recurrent, b);
      }
    }
    a.dh0?.set(dh);
  },
);

const rnnInfer = kernel(
  "The last h, and all of them where asked for",
  {
    hLast: writes("B U"),
    sequence: optional(writes("T B U")),
    x: optional(reads("T B I")),
    ids: optional(reads("B T")),
    table: optional(reads("any U")),
    paddedH: optional(reads("T U")),
    mask: optional(reads("T B")),
    h0: optional(reads("B U")),
    kernel: reads("I U"),
    recurrent: reads("U U"),
    bias: optional(reads("U")),
    scratch: recurrentScratch(1),
    B: whole,
    T: whole,
    I: whole,
    U: whole,
    activation: whole,
    reverse: flag,
  },
  (a) => {
    const { hLast, mask, h0, scratch, B, T, U } = a;
    const z = scratch.subarray(0, U);
    const recurrent = recurrentSide({ ...a, dropH: null }, 1);
    const { f } = keptActivation(a.activation);
    for (let b = 0; b < B; b++) {
      const h = rowAt(hLast, b, U);
      for (let u = 0; u < U; u++) h[u] = h0 ? h0[b * U + u]! : 0;
      for (let s = 0; s < T; s++) {
        const t = timeOf(a, s);
        if (mask?.[t * B + b] !== 0) {
          startStep(z, a, 1, t, b);
          project(z, h, recurrent, b);
          for (let u = 0; u < U; u++) h[u] = f(z[u]!);
        }
        a.sequence?.set(h, (s * B + b) * U);
      }
    }
  },
);

export const rnn = { rnnForward, rnnBackward, rnnInfer };
