/** The parts of a recurrent cell by name: what each is for, its equation, its activation, its block of the weights. */

import { textOf } from "../base/arguments.js";
import { inputError, wholeNumber } from "../base/errors.js";
import { GRU } from "../layers/gru.js";
import { LSTM } from "../layers/lstm.js";
import { RecurrentLayer as RecurrentBase } from "../layers/recurrent.js";
import type { RecurrentLayer } from "./cells/layers.js";
import { type CellKind, isGate, NETWORKS, type StateName, symbolOf } from "./cells/names.js";
import { at, networkTex, odot, phi } from "./tex.js";

/** A network of a cell, or a state that it hands on. */
export interface CellPart {
  /** A network's name ("forget"), or that of a state: "hidden", and in an LSTM "cell". */
  id: string;
  /** As in the drawings. */
  number: number;
  /** What it is called. */
  name: string;
  /** TeX of its value at step t. */
  symbol: string;
  /** What it is for, in a sentence. */
  role: string;
  /** TeX: "f_{t} = \sigma(…)"; "" where its network's says it all. */
  equation: string;
  /** Null for a state, which has no weights of its own. */
  network: PartNetwork | null;
}

/** One of a cell's small networks: its block of the layer's matrices. */
export interface PartNetwork {
  /** "sigmoid", and the values it can take. */
  activation: string;
  /** "0 to 1": the values that the activation can take. */
  range: string;
  /** Columns from … to − 1 of the layer's matrices, and the shapes of the block. */
  columns: [number, number];
  /** [I, U] the shape of its block of the kernel. */
  kernel: [number, number];
  /** [U, U] the shape of its block of the recurrent kernel. */
  recurrent: [number, number];
  /** Numbers in its biases: 0, U or 2U. */
  bias: number;
  /** Numbers in its weights. */
  parameters: number;
}

/** A recurrent cell's parts, numbered as in the drawings, with their sizes and equations. */
export interface CellAnatomy {
  /** Keras's class name. */
  kind: CellKind;
  /** The layer's name. */
  layer: string;
  /** I: numbers that it reads at a step. */
  inputs: number;
  /** U: numbers in its state. */
  units: number;
  /** Of a GRU: whether the reset gate multiplies h_{t−1}·R + b′, or h_{t−1} itself; null of other cells. */
  resetAfter: boolean | null;
  /** Its networks in the order in which they are best told, then its states. */
  parts: CellPart[];
  /** Numbers in its weights, all networks together. */
  parameters: number;
}

/** Name and role by cell and network. */
const ROLES: Record<string, readonly [string, string]> = {
  "LSTM input": [
    "input gate",
    "Decides, unit by unit, how much of the candidate is written into the cell state.",
  ],
  "LSTM forget": [
    "forget gate",
    "Decides, unit by unit, how much of the old cell state stays: 1 keeps it whole, 0 wipes it.",
  ],
  "LSTM candidate": ["candidate", "Proposes what to write, from this word and the last hidden state."],
  "LSTM output": ["output gate", "Decides, unit by unit, how much of the cell state shows as hidden state."],
  "LSTM cell": [
    "cell state",
    "The long memory: what was kept plus what is written. It crosses no weights on its way, so gradients can last.",
  ],
  "LSTM hidden": [
    "hidden state",
    "What the cell shows of its memory: to its four networks at the next step, and to the layer above.",
  ],
  "GRU update": [
    "update gate",
    "Decides, unit by unit, how much of the old state stays; the rest makes room for the candidate.",
  ],
  "GRU reset": ["reset gate", "Decides, unit by unit, how much of the old state the candidate may see."],
  "GRU candidate": [
    "candidate",
    "Proposes the new state, from this word and what the reset gate lets through.",
  ],
  "GRU hidden": [
    "hidden state",
    "Memory and output in one: a mix of the old state and the candidate. What is kept crosses no weights.",
  ],
  "SimpleRNN network": [
    "network",
    "Mixes this word with the whole old state, through weights and a squashing function.",
  ],
  "SimpleRNN hidden": [
    "hidden state",
    "Memory and output in one, made anew at every step: whatever is to last must pass the weights every time.",
  ],
};

const RANGES: Record<string, string> = {
  sigmoid: "0 to 1",
  hardSigmoid: "0 to 1",
  hardSigmoid2: "0 to 1",
  tanh: "−1 to 1",
  softsign: "−1 to 1",
  hardTanh: "−1 to 1",
  relu: "0 up",
  relu6: "0 to 6",
  softplus: "0 up",
  exponential: "0 up",
  // Each dips below 0 before it rises: the least values, rounded.
  silu: "−0.28 up",
  hardSilu: "−0.375 up",
  gelu: "−0.17 up",
  geluApproximate: "−0.17 up",
  mish: "−0.31 up",
  elu: "−1 up",
  selu: "−1.76 up",
};

/** Networks in the order in which they are best told. */
const TOLD: Record<CellKind, readonly string[]> = {
  LSTM: ["forget", "input", "candidate", "output"],
  GRU: ["reset", "update", "candidate"],
  SimpleRNN: ["network"],
};

/**
 * The parts of a recurrent layer's cell: its networks and states, with their equations, sizes and blocks of the weights.
 * It need not be in a model.
 * @param inputs I, numbers in x_t, at least 1
 * @param name what to call the layer; its own name where not given
 * @throws InputError for another kind of layer
 */
export function cellAnatomy(layer: RecurrentLayer, inputs: number, name = layer.name): CellAnatomy {
  if (!(layer instanceof RecurrentBase)) {
    throw inputError({
      expected: "an LSTM, GRU or SimpleRNN layer",
      where: "cellAnatomy layer",
      received: layer,
    });
  }
  wholeNumber(inputs, "cellAnatomy inputs", 1);
  textOf(name, "cellAnatomy name");
  const kind = layer.className;
  const networks = TOLD[kind].map((network) => networkPart(layer, network, inputs));
  const parts = [...networks, ...statesOf(layer)].map((part, k) => ({ ...part, number: k + 1 }));
  return {
    kind,
    layer: name,
    inputs,
    units: layer.options.units,
    resetAfter: layer instanceof GRU ? layer.options.resetAfter : null,
    parts,
    parameters: networks.reduce((sum, { network }) => sum + network!.parameters, 0),
  };
}

function networkPart(layer: RecurrentLayer, network: string, inputs: number): Omit<CellPart, "number"> {
  const kind = layer.className;
  const { units: U, useBias, activation } = layer.options;
  const place = (NETWORKS[kind] as readonly string[]).indexOf(network);
  const gated = isGate(network) && "recurrentActivation" in layer.options;
  const own = gated ? (layer.options as { recurrentActivation: string }).recurrentActivation : activation;
  const biases = useBias ? (layer instanceof GRU && layer.options.resetAfter ? 2 : 1) : 0;
  const [name, role] = ROLES[`${kind} ${network}`]!;
  const symbol = at(symbolOf(kind, network), 0);
  return {
    id: network,
    name,
    symbol,
    role,
    equation: `${symbol} = ${networkTex(layer, network, 0)}`,
    network: {
      activation: own,
      range: RANGES[own] ?? "any number",
      columns: [place * U, (place + 1) * U],
      kernel: [inputs, U],
      recurrent: [U, U],
      bias: biases * U,
      parameters: inputs * U + U * U + biases * U,
    },
  };
}

function statesOf(layer: RecurrentLayer): Omit<CellPart, "number">[] {
  const part = (id: StateName, symbol: string, equation: string) => {
    const [name, role] = ROLES[`${layer.className} ${id}`]!;
    return { id, name, role, symbol, equation: equation && `${symbol} = ${equation}`, network: null };
  };
  const h = at("h", 0);
  if (layer instanceof LSTM) {
    const c = at("c", 0);
    const written = odot(at("i", 0), at(symbolOf("LSTM", "candidate"), 0));
    return [
      part("cell", c, `${odot(at("f", 0), at("c", 1))} + ${written}`),
      part("hidden", h, odot(at("o", 0), `${phi(layer)}(${c})`)),
    ];
  }
  if (layer instanceof GRU) {
    const written = odot(`(1 - ${at("z", 0)})`, at(symbolOf("GRU", "candidate"), 0));
    return [part("hidden", h, `${odot(at("z", 0), at("h", 1))} + ${written}`)];
  }
  return [part("hidden", h, "")];
}
