/** The recurrent cells of a model, with their weights cut into the blocks of each network. */
import { ACTIVATIONS, type ActivationName } from "../../engine/contract.js";
import { inputError } from "../../errors.js";
import { activationFormula } from "../../layers/activations.js";
import { GRU, GRU_GATES } from "../../layers/gru.js";
import type { Layer } from "../../layers/layer.js";
import { LSTM, LSTM_GATES } from "../../layers/lstm.js";
import { SimpleRNN } from "../../layers/simple_rnn.js";
import type { Model } from "../../model/model.js";
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
  /** The layer whose output it reads. */
  readonly from: string;
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
}

export type RecurrentLayer = SimpleRNN | LSTM | GRU;

export const isRecurrent = (layer: Layer): layer is RecurrentLayer =>
  layer instanceof SimpleRNN || layer instanceof LSTM || layer instanceof GRU;

/** Every recurrent layer, first to last. @throws InputError when there is none */
export function openCells(model: Model): OpenCell[] {
  void model.outputNode;
  const weights = new Map(model.getWeights().map((array) => [array.name, array]));
  const cells = model.nodes.flatMap(({ layer, inputs }): OpenCell[] => {
    if (!isRecurrent(layer)) return [];
    const matrix = (name: string): Matrix => {
      const { shape, data } = weights.get(`${layer.name}/${name}`)!;
      return { rows: shape[0]!, columns: shape[1]!, data };
    };
    const own: CellWeights = {
      kernel: matrix("kernel"),
      recurrent: matrix("recurrent_kernel"),
      bias: weights.get(`${layer.name}/bias`)?.data ?? null,
    };
    const { goBackwards, returnSequences } = layer.options;
    const from = model.nodes[inputs[0]!]!.layer.name;
    return [{ cell: makeCell(layer, own), layer, weights: own, from, goBackwards, returnSequences }];
  });
  if (cells.length > 0) return cells;
  throw inputError({
    expected: "a model with a SimpleRNN, LSTM or GRU layer",
    where: `model ${model.name}`,
    received: model.layers.map(({ className }) => className),
  });
}

/** The recurrent layer of that name, or the last one. */
export function openCell(model: Model, name?: string): OpenCell {
  const cells = openCells(model);
  const found = name === undefined ? cells.at(-1) : cells.find(({ layer }) => layer.name === name);
  if (found) return found;
  const names = cells.map(({ layer }) => layer.name).join(", ");
  throw inputError({ expected: `a recurrent layer of the model: ${names}`, where: "layer", received: name });
}

/** A cell of a recurrent layer's kind and options with these weights. */
export function makeCell(layer: RecurrentLayer, weights: CellWeights): Cell {
  const { units: U } = layer.options;
  const I = weights.kernel.rows;
  const phi = activationOf(layer.options.activation);
  if (layer instanceof SimpleRNN) {
    return new SimpleRnnCell(layer.name, I, U, networks(weights, ["h"], U), phi);
  }
  const sigma = activationOf(layer.options.recurrentActivation);
  if (layer instanceof LSTM)
    return new LstmCell(layer.name, I, U, networks(weights, LSTM_GATES, U), phi, sigma);
  const { resetAfter } = layer.options;
  return new GruCell(layer.name, I, U, networks(weights, GRU_GATES, U), phi, sigma, resetAfter);
}

function activationOf(name: ActivationName): Activation {
  const { f, derivative } = activationFormula(ACTIVATIONS[name].id);
  return { f: (x) => f(x, 0), slope: (y) => derivative(Number.NaN, y, 0) };
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
