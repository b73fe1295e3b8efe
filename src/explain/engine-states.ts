/**
 * The independent path that explanations are checked against: the same layer run forward and backward by an engine's own
 * kernels, on the same weights and input.
 */
import { Arena, view } from "../engines/arena.js";
import type { Call, SynchronousEngine } from "../engines/engine.js";
import { ACTIVATIONS } from "../kernels/activations.js";
import type { Pointer } from "../kernels/declare.js";
import { kernelOf, scratchElements } from "../kernels/kernels.js";
import { GRU } from "../layers/gru.js";
import { LSTM } from "../layers/lstm.js";
import type { State } from "./cells/cell.js";
import type { OpenCell } from "./cells/open.js";
import type { Vector } from "./cells/vector.js";

export interface EngineStates {
  /** [T][U], in processing order. */
  hidden: number[][];
  /** LSTM only. */
  cell: number[][] | null;
  /** Gradient of E with respect to the initial states, where one was asked for. */
  dh0: number[] | null;
  dc0: number[] | null;
}

export interface EngineRun {
  /** [T][I] in processing order. */
  x: readonly Vector[];
  /** States before the first step; zeros by default. */
  initial?: State;
  /** ∂E/∂h [T][U], in processing order: then the backward pass runs too. */
  gradient?: readonly Vector[];
}

/** Runs a layer's kernels on an engine, which must have nothing else in its memory. */
export function engineStates(
  { layer, cell, weights }: OpenCell,
  engine: SynchronousEngine,
  { x, initial, gradient }: EngineRun,
): EngineStates {
  const arena = new Arena(engine);
  const [T, I, U] = [x.length, cell.inputs, cell.units];
  const filled: [Pointer, ArrayLike<number>][] = [];
  const room = (elements: number) => arena.allocate(elements);
  const place = (values: ArrayLike<number> | undefined | null): Pointer => {
    if (!values) return 0;
    const at = room(values.length);
    filled.push([at, values]);
    return at;
  };
  const gates = layer instanceof LSTM || layer instanceof GRU ? 4 : 1;
  const args = {
    ...{ B: 1, T, I, U, reverse: 0, GX: 1, mask: 0, dropX: 0, dropH: 0, scratch: 0 },
    ...{
      h: room(T * U),
      z: room(T * U),
      c: room(T * U),
      gates: room(T * gates * U),
      dc0: room(U),
      dh0: room(U),
    },
    ...{ x: place(x.flat()), h0: place(initial?.hidden), c0: place(initial?.cell) },
    ...{
      kernel: place(weights.kernel.data),
      recurrent: place(weights.recurrent.data),
      bias: place(weights.bias),
    },
    ...{ dx: room(T * I), dH: place(gradient?.flat()), dLast: 0 },
    dKernel: room(weights.kernel.data.length),
    dRecurrent: room(weights.recurrent.data.length),
    dBias: weights.bias ? room(weights.bias.length) : 0,
    ...activations(layer),
  };
  const calls = callsOf(layer, args, gradient !== undefined);
  args.scratch = room(Math.max(...calls.map(scratchElements)));
  for (const call of calls) (call.args as { scratch: Pointer }).scratch = args.scratch;
  arena.commit();
  for (const [at, values] of filled) view(engine, at, values.length).set(values);
  const program = engine.load([[calls]]);
  program.run();
  program.dispose();
  const read = (at: Pointer, t: number) => Array.from(view(engine, at + t * U * engine.elementBytes, U));
  return {
    hidden: x.map((_, t) => read(args.h, t)),
    cell: layer instanceof LSTM ? x.map((_, t) => read(args.c, t)) : null,
    dh0: gradient ? read(args.dh0, 0) : null,
    dc0: gradient && layer instanceof LSTM ? read(args.dc0, 0) : null,
  };
}

function activations(layer: OpenCell["layer"]) {
  const gated = layer instanceof LSTM || layer instanceof GRU;
  return {
    activation: ACTIVATIONS[layer.options.activation].id,
    recurrentActivation: gated ? ACTIVATIONS[layer.options.recurrentActivation].id : 0,
    resetAfter: layer instanceof GRU && layer.options.resetAfter ? 1 : 0,
  };
}

const KERNEL_NAMES = {
  SimpleRNN: ["rnnForward", "rnnBackward"],
  LSTM: ["lstmForward", "lstmBackward"],
  GRU: ["gruForward", "gruBackward"],
} as const;

/** The forward call, and the backward one where it is wanted; each takes of the arguments those it knows. */
function callsOf(layer: OpenCell["layer"], args: Record<string, number>, backward: boolean): Call[] {
  return KERNEL_NAMES[layer.className].slice(0, backward ? 2 : 1).map((kernel) => {
    const known = Object.keys(kernelOf(kernel).arguments).map((field): [string, number] => [
      field,
      args[field]!,
    ]);
    return { kernel, args: Object.fromEntries(known) } as unknown as Call;
  });
}
