/** The recurrent cells of a model, with their weights cut into the blocks of each network. */

import { inputError } from "../../base/errors.js";
import { ACTIVATIONS, type ActivationName, activationFormula } from "../../kernels/activations.js";
import { GRU_GATES, LSTM_GATES } from "../../kernels/gates.js";
import { LEAKY_SLOPE } from "../../layers/activation.js";
import { Bidirectional } from "../../layers/bidirectional.js";
import type { GRU } from "../../layers/gru.js";
import type { Layer } from "../../layers/layer.js";
import { LSTM } from "../../layers/lstm.js";
import { RecurrentLayer as RecurrentBase } from "../../layers/recurrent.js";
import { SimpleRNN } from "../../layers/simple-rnn.js";
import { builtModelOf } from "../../model/given.js";
import type { Model } from "../../model/model.js";
import type { Node } from "../../network/graph.js";
import type { WeightArray } from "../../network/weights.js";
import type { Activation, Cell, NetworkWeights } from "./cell.js";
import { GruCell } from "./gru.js";
import { LstmCell } from "./lstm.js";
import { SimpleRnnCell } from "./simple-rnn.js";
import { columnsOf, type Matrix, zeros } from "./vector.js";

/** A recurrent layer's weights as its file holds them. */
export interface CellWeights {
  /** [I][G·U] */
  kernel: Matrix;
  /** [U][G·U] */
  recurrent: Matrix;
  /** [G·U], or [2][G·U]; null without bias. */
  bias: ArrayLike<number> | null;
}

/** A cell where it stands in its model. */
export interface OpenCell {
  readonly cell: Cell;
  readonly layer: RecurrentLayer;
  readonly weights: CellWeights;
  /** The layer of the graph whose output it reads, and the one whose output it is (part of). */
  readonly from: string;
  readonly node: Layer;
  /** In a Bidirectional. */
  readonly pair: Pair | null;
}

/** One of the two cells of a Bidirectional. */
export interface Pair {
  readonly mode: Bidirectional["options"]["mergeMode"];
  /** Which of the two: 1 is the one whose sequence is turned round. */
  readonly place: 0 | 1;
  other(): OpenCell;
}

export type RecurrentLayer = SimpleRNN | LSTM | GRU;

export const isRecurrent = (layer: Layer): layer is RecurrentLayer => layer instanceof RecurrentBase;

/** Every recurrent layer, first to last, those inside a Bidirectional too. @throws InputError when there is none */
export function openCells(given: Model): OpenCell[] {
  const model = builtModelOf(given, "explain");
  const weights = new Map(model.getWeights().map((array) => [array.name, array]));
  const cells = model.nodes.flatMap((node) => cellsOf(model, node, weights));
  if (cells.length > 0) return cells;
  throw inputError({
    expected: "a model with a SimpleRNN, LSTM or GRU layer",
    where: `model ${model.name}`,
    received: model.layers.map(({ className }) => className),
  });
}

function cellsOf(model: Model, { layer: node, inputs }: Node, weights: Map<string, WeightArray>): OpenCell[] {
  const from = inputs.length > 0 ? model.nodes[inputs[0]!]!.layer.name : "";
  const open = (layer: RecurrentLayer, prefix: string, pair: Pair | null): OpenCell => {
    const own = weightsOf(weights, prefix);
    return { cell: makeCell(layer, own, prefix), layer, weights: own, from, node, pair };
  };
  if (isRecurrent(node)) return [open(node, node.name, null)];
  if (!(node instanceof Bidirectional) || !node.pair.every(isRecurrent)) return [];
  const { mergeMode: mode } = node.options;
  const both: OpenCell[] = node.pair.map((layer, place) => {
    const pair: Pair = { mode, place: place as 0 | 1, other: () => both[1 - place]! };
    return open(layer as RecurrentLayer, `${node.name}/${layer.name}`, pair);
  });
  return both;
}

/** The weights under "lstm" or "bidirectional/forward_lstm". */
function weightsOf(weights: Map<string, WeightArray>, prefix: string): CellWeights {
  const matrix = (name: string): Matrix => {
    const { shape, data } = weights.get(`${prefix}/${name}`)!;
    return { rows: shape[0]!, columns: shape[1]!, data };
  };
  const bias = weights.get(`${prefix}/bias`)?.data ?? null;
  return { kernel: matrix("kernel"), recurrent: matrix("recurrent_kernel"), bias };
}

/** The recurrent layer of that name, or the last one; of a Bidirectional, the one that reads first to last. */
export function openCell(model: Model, name?: string): OpenCell {
  const cells = openCells(model);
  const found =
    name === undefined
      ? cells.findLast(({ pair }) => pair?.place !== 1)
      : cells.find(({ cell, layer }) => cell.layer === name || layer.name === name);
  if (found) return found;
  const names = cells.map(({ cell }) => cell.layer).join(", ");
  throw inputError({
    expected: `a recurrent layer of the model: ${names}`,
    where: "layer",
    received: name,
    typed: { where: "--layer" },
  });
}

/** A cell of a recurrent layer's kind and options with these weights; `name` tells it from its like. */
export function makeCell(layer: RecurrentLayer, weights: CellWeights, name = layer.name): Cell {
  const { units: U } = layer.options;
  const I = weights.kernel.rows;
  const phi = activationOf(layer.options.activation);
  if (layer instanceof SimpleRNN) {
    return new SimpleRnnCell(name, I, U, networks(weights, ["h"], U), phi);
  }
  const sigma = activationOf(layer.options.recurrentActivation);
  if (layer instanceof LSTM) return new LstmCell(name, I, U, networks(weights, LSTM_GATES, U), phi, sigma);
  const { resetAfter } = layer.options;
  return new GruCell(name, I, U, networks(weights, GRU_GATES, U), phi, sigma, resetAfter);
}

/** An activation of a cell. @throws RangeError for softmax, which is not elementwise */
export function activationOf(name: ActivationName): Activation {
  const { f, derivative } = activationFormula(ACTIVATIONS[name].id);
  return {
    f: (z) => f(z, LEAKY_SLOPE),
    slope: (z) => derivative(z, f(z, LEAKY_SLOPE), LEAKY_SLOPE),
  };
}

/** Column block k of kernel, recurrent kernel and bias is network k's. */
function networks<Name extends string>(
  { kernel, recurrent, bias }: CellWeights,
  names: readonly Name[],
  U: number,
): Record<Name, NetworkWeights> {
  const biasAt = (from: number) =>
    bias && from + U <= bias.length ? Array.from({ length: U }, (_, u) => bias[from + u]!) : zeros(U);
  const entries = names.map((name, k): [Name, NetworkWeights] => [
    name,
    {
      kernel: columnsOf(kernel, k * U, U),
      recurrent: columnsOf(recurrent, k * U, U),
      bias: biasAt(k * U),
      recurrentBias: biasAt((names.length + k) * U),
    },
  ]);
  return Object.fromEntries(entries) as Record<Name, NetworkWeights>;
}
