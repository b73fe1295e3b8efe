/**
 * What the networks and states of cells are called in objects and in JSON: the same names in every kind of cell. The
 * letters of formulas and pictures come from here alone, as `h` would be the state of one cell and the candidate of another.
 */

/** Keras's class name of a recurrent layer that can be opened. */
export type CellKind = "SimpleRNN" | "LSTM" | "GRU";

/** A state that a cell hands on: h_t in every cell, and c_t in an LSTM. */
export type StateName = "hidden" | "cell";

/** The networks of each kind of cell, in the order in which Keras lays their weights side by side. */
export const NETWORKS = {
  SimpleRNN: ["network"],
  LSTM: ["input", "forget", "candidate", "output"],
  GRU: ["update", "reset", "candidate"],
} as const satisfies Record<CellKind, readonly string[]>;

/** TeX of a network's result, by the kind of cell. */
const SYMBOLS: Record<CellKind, Readonly<Record<string, string>>> = {
  SimpleRNN: { network: "h" },
  LSTM: { input: "i", forget: "f", candidate: "\\tilde{c}", output: "o" },
  GRU: { update: "z", reset: "r", candidate: "\\tilde{h}" },
};
const STATE_LETTERS: Record<StateName, string> = { hidden: "h", cell: "c" };

/** The symbol of a network's result: `\tilde{c}`. */
export const symbolOf = (kind: CellKind, network: string): string => SYMBOLS[kind][network]!;
/** The letter of a state: "h", "c". */
export const stateLetter = (state: StateName): string => STATE_LETTERS[state];

/** The letter of a network's weights: the LSTM's candidate has W_c, as its symbol says. */
export const letterOf = (kind: CellKind, network: string): string =>
  symbolOf(kind, network).replace(/\\tilde\{(\w)\}/, "$1");

/** Gates lie between 0 and 1, under the recurrent activation; candidates and a SimpleRNN's one network do not. */
export const isGate = (network: string): boolean => network !== "candidate" && network !== "network";
