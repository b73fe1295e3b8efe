/** The recurrent cells of a model, with their weights cut into the blocks of each network. */

import { inputError } from "../../base/errors.js";
import {
  ACTIVATIONS,
  type ActivationName,
  activationFormula,
  LEAKY_SLOPE,
} from "../../kernels/activations.js";
import { LSTM } from "../../layers/lstm.js";
import { SimpleRNN } from "../../layers/simple-rnn.js";
import { builtModelOf } from "../../model/given.js";
import type { Model } from "../../model/model.js";
import type { WeightArray } from "../../network/weights.js";
import { layOut } from "../laid.js";
import type { Activation, Cell, NetworkWeights } from "./cell.js";
import { GruCell } from "./gru.js";
import type { RecurrentLayer } from "./layers.js";
import { LstmCell } from "./lstm.js";
import { NETWORKS } from "./names.js";
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
  /** Of the model laid out (`laid.ts`): the node that it reads. Its own node has the cell's name. */
  readonly from: string;
  /** Whether that comes last step first. */
  readonly turned: boolean;
}

/** Every recurrent cell, first to last, those inside an RNN or a Bidirectional too. @throws InputError when there is none */
export function openCells(given: Model): OpenCell[] {
  return cellsOf(builtModelOf(given, "explain")).map(({ open }) => open);
}

function cellsOf(model: Model): { open: OpenCell; second: boolean }[] {
  const { cells } = layOut(model);
  if (cells.length === 0) {
    throw inputError({
      expected: "a model with a SimpleRNN, LSTM or GRU layer, or an RNN of such cells",
      where: `model ${model.name}`,
      received: model.layers.map(({ className }) => className),
      next: "There is no step after step in it to open: explain params, attribute and embedding show what it has.",
    });
  }
  const arrays = new Map(model.getWeights().map((array) => [array.name, array]));
  return cells.map(({ layer, name, from, second, turned }) => {
    const weights = weightsOf(arrays, name);
    return { open: { cell: makeCell(layer, weights, name), layer, weights, from, turned }, second };
  });
}

/** The weights under "lstm", "bidirectional/forward_lstm" or "rnn/lstm_cell". */
function weightsOf(weights: Map<string, WeightArray>, prefix: string): CellWeights {
  const matrix = (name: string): Matrix => {
    const { shape, data } = weights.get(`${prefix}/${name}`)!;
    return { rows: shape[0]!, columns: shape[1]!, data };
  };
  const bias = weights.get(`${prefix}/bias`)?.data ?? null;
  return { kernel: matrix("kernel"), recurrent: matrix("recurrent_kernel"), bias };
}

/**
 * The cell of that name, or of the layer that it is the last in; without a name the last. Of a Bidirectional that is the one
 * that reads first to last.
 */
export function openCell(given: Model, name?: string): OpenCell {
  const cells = cellsOf(builtModelOf(given, "explain"));
  const first = cells.filter(({ second }) => !second);
  const found =
    name === undefined
      ? first.at(-1)
      : (cells.find(({ open }) => open.cell.layer === name) ??
        [...cells, ...first].findLast(({ open }) => open.cell.layer.split("/").includes(name)));
  if (found) return found.open;
  const names = cells.map(({ open }) => open.cell.layer).join(", ");
  throw inputError({
    expected: `a recurrent layer of the model: ${names}`,
    where: "layer",
    received: name,
    typed: { where: "--layer" },
  });
}

/** The same cell with other weights of its model. */
export function withWeights(open: OpenCell, weights: readonly WeightArray[]): OpenCell {
  const name = open.cell.layer;
  const own = weightsOf(new Map(weights.map((array) => [array.name, array])), name);
  return { ...open, weights: own, cell: makeCell(open.layer, own, name) };
}

/** A cell of a recurrent layer's kind and options with these weights; `name` tells it from its like. */
export function makeCell(layer: RecurrentLayer, weights: CellWeights, name = layer.name): Cell {
  const { units: U } = layer.options;
  const I = weights.kernel.rows;
  const phi = activationOf(layer.options.activation);
  if (layer instanceof SimpleRNN) {
    return new SimpleRnnCell(name, I, U, networks(weights, NETWORKS.SimpleRNN, U), phi);
  }
  const sigma = activationOf(layer.options.recurrentActivation);
  if (layer instanceof LSTM) return new LstmCell(name, I, U, networks(weights, NETWORKS.LSTM, U), phi, sigma);
  const { resetAfter } = layer.options;
  return new GruCell(name, I, U, networks(weights, NETWORKS.GRU, U), phi, sigma, resetAfter);
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
