/** The cells that an experiment compares: what each is called, made of and started with. */
import * as layers from "../layers/index.js";
import type { RecurrentLayer } from "../layers/recurrent.js";

/** How a cell's layer is made. */
interface Made {
  units: number;
  returnSequences: boolean;
  /** What the recurrent kernel's start, orthogonal or the identity, is multiplied by. */
  gain: number;
}

/** What is known of a cell. */
interface Cell {
  /** As charts and tables have it. */
  readonly title: string;
  /** Where its biases of memory gates stand among gates of U: the gate that keeps, and the one that writes. */
  readonly gates?: { readonly keep?: number; readonly write?: number };
  make(of: Made): RecurrentLayer;
}

const orthogonal = ({ units, returnSequences, gain }: Made) => ({
  ...{ units, returnSequences },
  recurrentInitializer: { name: "orthogonal", gain } as const,
});

const CELLS = {
  rnn: { title: "SimpleRNN", make: (of) => layers.simpleRNN(orthogonal(of)) },
  /** Le, Jaitly and Hinton 2015: rectified, and starting as the identity. */
  irnn: {
    title: "IRNN",
    make: ({ units, returnSequences, gain }) =>
      layers.simpleRNN({
        ...{ units, returnSequences, activation: "relu" },
        recurrentInitializer: { name: "identity", gain },
      }),
  },
  lstm: { title: "LSTM", gates: { keep: 1, write: 0 }, make: (of) => layers.lstm(orthogonal(of)) },
  gru: { title: "GRU", gates: { keep: 0 }, make: (of) => layers.gru(orthogonal(of)) },
} as const satisfies Record<string, Cell>;

/** Names of the cells, as the command line has them. */
export type CellName = keyof typeof CELLS;
/** Names of the cells, as the command line has them. */
export const CELL_NAMES = Object.keys(CELLS) as CellName[];
/** The cells that are compared where nothing else is said. */
export const USUAL_CELLS: readonly CellName[] = ["rnn", "lstm", "gru"];

/** What is known of a cell. */
export const cellOf = (name: CellName): Cell => CELLS[name];

/** By name, what charts and tables call a cell: Keras's class names, and the literature's. */
export const CELL_CLASSES = Object.fromEntries(CELL_NAMES.map((name) => [name, CELLS[name].title])) as Record<
  CellName,
  string
>;
