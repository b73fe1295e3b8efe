/** The cells that an experiment compares: what each is called, made of and started with. */
import * as layers from "../layers/index.js";
import type { RecurrentLayer } from "../layers/recurrent.js";
import { lstmVariant } from "./lstm-variant.js";

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

/** An LSTM with something taken from it or added; where its gates stand follows from what is left of i f g o. */
function variant(title: string, parts: Omit<Parameters<typeof lstmVariant>[0], "units">): Cell {
  const { inputGate = true, forgetGate = true } = parts;
  return {
    title,
    gates: { ...(forgetGate && { keep: Number(inputGate) }), ...(inputGate && { write: 0 }) },
    make: (of) => lstmVariant({ ...orthogonal(of), ...parts }),
  };
}

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
  /** Hochreiter and Schmidhuber 1997, but for their gradients, which they cut off at the gates. */
  "lstm-1997": variant("LSTM of 1997", { forgetGate: false }),
  "lstm-peephole": variant("peephole LSTM", { peepholes: true }),
  /** Greff et al. 2017 by their names: the LSTM with peepholes is theirs, each of these lacks one thing of it. */
  "lstm-nig": variant("no input gate", { peepholes: true, inputGate: false }),
  "lstm-nfg": variant("no forget gate", { peepholes: true, forgetGate: false }),
  "lstm-nog": variant("no output gate", { peepholes: true, outputGate: false }),
  "lstm-niaf": variant("no input act.", { peepholes: true, activation: "linear" }),
  "lstm-noaf": variant("no output act.", { peepholes: true, outputActivation: "linear" }),
  "lstm-cifg": variant("coupled gates", { peepholes: true, forgetGate: false, coupled: true }),
} satisfies Record<string, Cell>;

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
