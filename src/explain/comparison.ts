/** SimpleRNN, LSTM and GRU of one size side by side: what interacts, what is kept, what it costs. */
import { wholeNumber } from "../base/errors.js";
import * as layers from "../layers/index.js";
import { sequential } from "../model/model.js";
import { type CellAnatomy, cellAnatomy } from "./anatomy.js";
import type { RecurrentLayer } from "./cells/layers.js";
import type { CellKind, StateName } from "./cells/names.js";
import { explainParameters } from "./parameters.js";

/** What one kind of cell is made of and can keep in mind, to lay beside the others. */
export interface CellComparison {
  /** Keras's class name. */
  kind: CellKind;
  /** Its parts. */
  anatomy: CellAnatomy;
  /** Small networks that interact: 1, 4 or 3. */
  networks: number;
  /** What it hands on: "hidden", and in an LSTM "cell". */
  states: readonly StateName[];
  /** Numbers in its weights. */
  parameters: number;
  /** "4 × ((16 + 32) × 32 + 32) = 6,272" */
  substitution: string;
  /** Products of a weight and a number in one step. */
  multiplications: number;
  /** TeX: how the memory comes from the one before. */
  memory: string;
  /** What stays of a unit's memory from one step to the next in a fresh cell, and after how many steps half is left. */
  fresh: { keep: number; halfLife: number } | null;
  /** What it can keep, and why. */
  keeps: string;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** What each kind of cell keeps. Fresh gates stand about where their bias puts them: forget at 1, update at 0. */
const MEMORY: Record<CellKind, { states: readonly StateName[]; keep: number | null; keeps: string }> = {
  SimpleRNN: {
    states: ["hidden"],
    keep: null,
    keeps:
      "Its only state is made anew at every step: what is to last must pass the recurrent weights and the squashing " +
      "function each time. Gradients pass them too, so they shrink or grow by a factor a step.",
  },
  LSTM: {
    states: ["cell", "hidden"],
    keep: sigmoid(1),
    keeps:
      "The cell state is kept unit by unit by the forget gate and crosses no weights, so both a memory and its gradient " +
      "can last as long as the gate stays near 1. With a small forget bias they are gone within a few steps.",
  },
  GRU: {
    states: ["hidden"],
    keep: sigmoid(0),
    keeps:
      "The update gate keeps the state unit by unit, as the forget gate does, but what is kept and what is written add " +
      "up to 1, and the state is also the output: there is no memory that does not show.",
  },
};

/**
 * SimpleRNN, LSTM and GRU, in this order, of one size.
 * @param inputs I, numbers in x_t, 1 to 65,536
 * @param units U, numbers in the state, 1 to 4,096
 */
export function compareCells(inputs: number, units: number): CellComparison[] {
  wholeNumber(inputs, "compareCells inputs", 1, 65_536);
  wholeNumber(units, "compareCells units", 1, 4096);
  return [layers.simpleRNN({ units }), layers.lstm({ units }), layers.gru({ units })].map((layer) =>
    describe(layer, inputs),
  );
}

function describe(layer: RecurrentLayer, inputs: number): CellComparison {
  const model = sequential([layers.input({ shape: [null, inputs] }), layer], { engine: "reference" });
  const { count, substitution } = explainParameters(model).layers[0]!;
  const anatomy = cellAnatomy(layer, inputs);
  const networks = anatomy.parts.flatMap(({ network }) => network ?? []);
  const { states, keep, keeps } = MEMORY[layer.className];
  const memory = anatomy.parts.find(({ id }) => id === (states.includes("cell") ? "cell" : "hidden"))!;
  return {
    kind: layer.className,
    anatomy,
    networks: networks.length,
    states,
    parameters: count,
    substitution,
    multiplications: networks.reduce((sum, { kernel, recurrent }) => sum + size(kernel) + size(recurrent), 0),
    memory: memory.equation || anatomy.parts[0]!.equation,
    fresh: keep === null ? null : { keep, halfLife: Math.log(0.5) / Math.log(keep) },
    keeps,
  };
}

const size = ([rows, columns]: readonly [number, number]) => rows * columns;
