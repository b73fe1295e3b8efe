/**
 * Recurrent layers as ONNX's own LSTM, GRU and RNN nodes, which take sequences time-major. Such a node knows rows of
 * different lengths, but no hidden steps within them: where there is a mask, the steps that count are moved to the
 * front, in their order, and the outputs are put back to where they belong. So any mask is expressed exactly.
 */
import type { ActivationName } from "../../kernels/activations.js";
import type { GRU } from "../../layers/gru.js";
import type { LSTM } from "../../layers/lstm.js";
import type { SimpleRNN } from "../../layers/simple-rnn.js";
import { cellActivations } from "./activations.js";
import type { OnnxGraph } from "./graph.js";
import type { Place, Tensor } from "./place.js";

type Recurrent = LSTM | GRU | SimpleRNN;

interface Kind {
  op: string;
  /** ONNX's gates in its order, by their places in Keras's. */
  gates: readonly number[];
  /** How many activations it lists behind that of the gates. */
  activations: number;
}

const KINDS: Record<Recurrent["className"], Kind> = {
  LSTM: { op: "LSTM", gates: [0, 3, 1, 2], activations: 2 },
  GRU: { op: "GRU", gates: [0, 1, 2], activations: 1 },
  SimpleRNN: { op: "RNN", gates: [0], activations: 1 },
};

/** Steps in processing order, batch-major [B, T, …]. */
interface Steps {
  x: string;
  mask: string | null;
}

export function recurrent({ layer, path, g, weight }: Place<Recurrent>, input: Tensor): Tensor {
  const { units: U, goBackwards, returnSequences, zeroOutputForMask } = layer.options;
  const turned = (name: string) => (goBackwards ? reversed(g, name) : name);
  const steps: Steps = { x: turned(input.name), mask: input.mask && turned(input.mask) };
  const order = steps.mask === null ? null : validFirst(g, steps.x, steps.mask);
  const x = order ? gatherSteps(g, steps.x, order.first) : steps.x;
  const [y, last] = cellNode(layer, path, g, weight, x, order?.lengths ?? "");
  const shape = returnSequences ? [input.shape[0]!, U] : [U];
  if (!returnSequences) {
    let name = g.node("Squeeze", [last!, g.integers(0)]);
    if (order) name = where(g, order.any, name, 1);
    if (steps.mask && zeroOutputForMask) name = where(g, lastStep(g, steps.mask), name, 1);
    return { name, shape, mask: null };
  }
  const sequence = g.node("Transpose", [g.node("Squeeze", [y!, g.integers(1)])], { perm: [1, 0, 2] });
  if (!order) return { name: sequence, shape, mask: input.mask };
  const placed = gatherSteps(g, sequence, order.back);
  const shown = zeroOutputForMask ? steps.mask! : order.begun;
  return { name: where(g, shown, placed, 2), shape, mask: input.mask };
}

/** A sequence or mask [B, T, …] from its last step to its first. */
export function reversed(g: OnnxGraph, name: string): string {
  const [start, end, axis, step] = [-1, -(2 ** 31), 1, -1].map((n) => g.integers(n)) as [
    string,
    string,
    string,
    string,
  ];
  return g.node("Slice", [name, start, end, axis, step]);
}

interface Order {
  /** [B, T] the steps that count, in order, and then the others. */
  first: string;
  /** [B, T] for each step, where in `first` the latest step that counts is. */
  back: string;
  /** [B, T] whether a step that counts has come. */
  begun: string;
  /** [B, 1] whether any step counts. */
  any: string;
  /** [B] int32, at least 1: a node may refuse rows without steps. */
  lengths: string;
}

function validFirst(g: OnnxGraph, x: string, mask: string): Order {
  const T = g.node("Gather", [g.node("Shape", [x]), g.integer(1)]);
  const times = g.node("Range", [g.integer(0), T, g.integer(1)]);
  const counts = g.node("Cast", [mask], { to: 7 });
  // Hidden steps come T later than they stand, so after all others.
  const later = g.node("Mul", [g.node("Sub", [g.integer(1), counts]), T]);
  const key = g.node("Add", [times, later]);
  const oneT = g.node("Unsqueeze", [T, g.integers(0)]);
  const [, first] = g.nodeWith(2, "TopK", [key, oneT], { axis: -1, largest: 0, sorted: 1 });
  const seen = g.node("CumSum", [counts, g.integer(1)]);
  const total = g.node("ReduceSum", [counts, g.integers(1)], { keepdims: 1 });
  const atLeastOne = g.node("Max", [g.node("Squeeze", [total, g.integers(1)]), g.integers(1)]);
  return {
    first: first!,
    back: g.node("Max", [g.node("Sub", [seen, g.integer(1)]), g.integer(0)]),
    begun: g.node("Greater", [seen, g.integer(0)]),
    any: g.node("Greater", [total, g.integer(0)]),
    lengths: g.node("Cast", [atLeastOne], { to: 6 }),
  };
}

/** Step indices[b, t] of x [B, T, F] in place of step t. */
function gatherSteps(g: OnnxGraph, x: string, indices: string): string {
  return g.node("GatherND", [x, g.node("Unsqueeze", [indices, g.integers(2)])], { batch_dims: 1 });
}

/** x where the condition holds, else 0; the condition lacks the feature axis where that is axis 2. */
function where(g: OnnxGraph, condition: string, x: string, features: 1 | 2): string {
  const wide = features === 2 ? g.node("Unsqueeze", [condition, g.integers(2)]) : condition;
  return g.node("Where", [wide, x, g.float(0)]);
}

/** [B, 1] of a mask. */
function lastStep(g: OnnxGraph, mask: string): string {
  return g.node("Slice", [mask, g.integers(-1), g.integers(2 ** 31), g.integers(1)]);
}

/** The node itself: Y [T, 1, B, U] and Y_h [1, B, U]. */
function cellNode(
  layer: Recurrent,
  path: string,
  g: OnnxGraph,
  weight: Place["weight"],
  x: string,
  lengths: string,
): string[] {
  const { op, gates, activations } = KINDS[layer.className];
  const { options } = layer;
  const { units: U, activation } = options;
  const ofGates = "recurrentActivation" in options ? [options.recurrentActivation] : [];
  const names = [...ofGates, ...new Array<ActivationName>(activations).fill(activation)];
  const kernel = weight(`${path}/kernel`)!;
  const I = kernel.length / (gates.length * U);
  const recurrentKernel = weight(`${path}/recurrent_kernel`)!;
  const inputs = [
    g.node("Transpose", [x], { perm: [1, 0, 2] }),
    g.floats(`${path}/W`, [1, gates.length * U, I], byGate(kernel, I, U, gates)),
    g.floats(`${path}/R`, [1, gates.length * U, U], byGate(recurrentKernel, U, U, gates)),
    g.floats(`${path}/B`, [1, 2 * gates.length * U], bothBiases(weight(`${path}/bias`), U, gates)),
    lengths,
  ];
  const resetAfter: Record<string, number> =
    "resetAfter" in options ? { linear_before_reset: options.resetAfter ? 1 : 0 } : {};
  const where = `layer ${path}`;
  return g.nodeWith(2, op, inputs, { hidden_size: U, ...cellActivations(names, where), ...resetAfter });
}

/** Keras's [K][gates·U] as ONNX's [gates·U][K]. */
function byGate(matrix: Float32Array, K: number, U: number, gates: readonly number[]): Float32Array {
  const width = gates.length * U;
  const out = new Float32Array(matrix.length);
  gates.forEach((from, to) => {
    for (let u = 0; u < U; u++) {
      for (let k = 0; k < K; k++) out[(to * U + u) * K + k] = matrix[k * width + from * U + u]!;
    }
  });
  return out;
}

/** The input's biases and then the recurrent ones, which only a GRU with resetAfter has. */
function bothBiases(bias: Float32Array | null, U: number, gates: readonly number[]): Float32Array {
  const width = gates.length * U;
  const out = new Float32Array(2 * width);
  for (let half = 0; bias !== null && half < bias.length / width; half++) {
    gates.forEach((from, to) => {
      const part = bias.subarray(half * width + from * U, half * width + (from + 1) * U);
      out.set(part, half * width + to * U);
    });
  }
  return out;
}
