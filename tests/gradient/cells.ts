/** The three recurrent kernels as functions to differentiate: any sizes, masks, dropout, direction, initial states. */

import { ACTIVATIONS, type ActivationName } from "../../src/kernels/activations.js";
import type { Bound } from "../../src/kernels/kernels.js";
import { KERNELS } from "../../src/kernels/kernels.js";
import { type Differentiable, randomSource } from "./checker.js";

export interface CellCase {
  cell: "rnn" | "lstm" | "gru";
  B: number;
  T: number;
  I: number;
  U: number;
  /** Masked steps at the beginning, in the middle and at the end, one row masked throughout. */
  mask?: boolean;
  reverse?: boolean;
  /** h0 (and c0) given and differentiated. */
  initial?: boolean;
  useBias?: boolean;
  /** Multipliers of the input: one for all gates, or one a gate. */
  dropX?: "shared" | "perGate";
  dropH?: boolean;
  /** Which gradients come in: of every step's output, of the last one's, or both. */
  from?: "dH" | "dLast" | "both";
  activation?: ActivationName;
  recurrentActivation?: ActivationName;
  /** GRU. */
  resetAfter?: boolean;
  /** Shrinks the weights, input and initial states, for activations that grow without bound. Default 1. */
  scale?: number;
  /** What room that a kernel need not write holds beforehand. Default NaN, so that reading it shows. */
  untouched?: number;
  seed?: number;
}

export const GATES = { rnn: 1, lstm: 4, gru: 3 } as const;
const NAMES = {
  rnn: ["rnnForward", "rnnBackward"],
  lstm: ["lstmForward", "lstmBackward"],
  gru: ["gruForward", "gruBackward"],
} as const;

/** Arguments of all three cells together: a kernel reads those it knows. */
type Arguments = Bound<"lstmForward"> & Bound<"gruForward"> & Bound<"rnnForward">;
type BackwardArguments = Bound<"lstmBackward"> & Bound<"gruBackward"> & Bound<"rnnBackward">;

export interface CellSubject extends Differentiable {
  /** As `gradients`, with some of the kernel's arguments replaced: what a mistaken caller or kernel would do. */
  gradients(replaced?: Partial<BackwardArguments>): Record<string, Float64Array>;
}

export function cellSubject(given: CellCase): CellSubject {
  const { cell, B, T, I, U, from = "both", scale = 1, seed = 1 } = given;
  const gates = GATES[cell];
  const { normal, uniform } = randomSource(seed);
  const random = (length: number, spread = 1) => Float64Array.from({ length }, () => spread * normal());
  const multipliers = (length: number) =>
    Float64Array.from({ length }, () => (uniform() < 0.3 ? 0 : 1 / 0.7));
  const biasRows = cell === "gru" && given.resetAfter !== false ? 2 : 1;
  const variables: Record<string, Float64Array> = {
    x: random(T * B * I, scale),
    kernel: random(I * gates * U, 0.7 * scale),
    recurrent: random(U * gates * U, 0.7 * scale),
    ...(given.useBias !== false && { bias: random(biasRows * gates * U, 0.5 * scale) }),
    ...(given.initial && { h0: random(B * U, scale) }),
    ...(given.initial && cell === "lstm" && { c0: random(B * U, scale) }),
  };
  const room = (length: number) => new Float64Array(length).fill(given.untouched ?? Number.NaN);
  const forward = {
    ...{ h: room(T * B * U), c: room(T * B * U), gates: room(T * B * 4 * U), scratch: room(4096) },
    z: ACTIVATIONS[given.activation ?? "tanh"].fused ? null : room(T * B * U),
    ...{ h0: null, c0: null, bias: null, ...variables },
    mask: given.mask ? exampleMask(T, B) : null,
    dropX: given.dropX ? multipliers((given.dropX === "perGate" ? gates : 1) * B * I) : null,
    dropH: given.dropH ? multipliers(gates * B * U) : null,
    GX: given.dropX === "perGate" ? gates : 1,
    ...{ B, T, I, U, reverse: given.reverse ? 1 : 0, resetAfter: biasRows - 1 },
    activation: ACTIVATIONS[given.activation ?? "tanh"].id,
    recurrentActivation: ACTIVATIONS[given.recurrentActivation ?? "sigmoid"].id,
  } as unknown as Arguments;
  const dH = from === "dLast" ? null : random(T * B * U);
  const dLast = from === "dH" ? null : random(B * U);
  const [forwardName, backwardName] = NAMES[cell];
  const loss = () => {
    KERNELS[forwardName].reference(forward);
    const { h } = forward;
    let sum = 0;
    for (let i = 0; i < h.length; i++) sum += dH ? dH[i]! * h[i]! : 0;
    for (let i = 0; i < B * U; i++) sum += dLast ? dLast[i]! * h[h.length - B * U + i]! : 0;
    return sum;
  };
  const gradients = (replaced: Partial<BackwardArguments> = {}) => {
    // Parameter gradients accumulate on what is there; the others are assigned over what is there.
    const before = random(Math.max(...Object.values(variables).map((v) => v.length)));
    const accumulated = (name: string) => variables[name] && before.slice(0, variables[name]!.length);
    const assigned = (name: string) => variables[name] && room(variables[name]!.length);
    const out = {
      dx: assigned("x")!,
      dKernel: accumulated("kernel")!,
      dRecurrent: accumulated("recurrent")!,
      dBias: accumulated("bias") ?? null,
      dh0: assigned("h0") ?? null,
      dc0: assigned("c0") ?? null,
    };
    KERNELS[backwardName].reference({ ...forward, ...out, dH, dLast, ...replaced });
    const added = (values: Float64Array | null) => values?.map((value, i) => value - before[i]!);
    return {
      x: out.dx,
      kernel: added(out.dKernel)!,
      recurrent: added(out.dRecurrent)!,
      ...(out.dBias && { bias: added(out.dBias)! }),
      ...(out.dh0 && { h0: out.dh0 }),
      ...(out.dc0 && { c0: out.dc0 }),
    };
  };
  return { loss, gradients, variables };
}

/** [T][B]: row 0 masked at the end, row 1 at the beginning, row 2 in the middle, row 3 throughout, others not. */
export function exampleMask(T: number, B: number): Float64Array {
  const hidden = [
    (t: number) => t >= T - 1,
    (t: number) => t < 1,
    (t: number) => t === Math.floor(T / 2),
    () => true,
  ];
  return Float64Array.from({ length: T * B }, (_, i) => (hidden[i % B]?.(Math.floor(i / B)) ? 0 : 1));
}
