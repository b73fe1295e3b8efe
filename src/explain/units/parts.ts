/** What of a recurrent layer can be recorded, by name: its networks in Keras's order, and its states. */
import { inputError } from "../../base/errors.js";
import type { CellKind } from "../cells/cell.js";

/** A gate, the candidate, or a state of a recurrent layer. */
export type Part = ("input" | "forget" | "candidate" | "output") | ("update" | "reset") | ("hidden" | "cell");

/** The networks of each kind of cell in the order in which kernels save them, beside the letters of the equations. */
export const NETWORKS: Readonly<Record<CellKind, readonly (readonly [Part, string])[]>> = {
  SimpleRNN: [],
  LSTM: [
    ["input", "i"],
    ["forget", "f"],
    ["candidate", "g"],
    ["output", "o"],
  ],
  GRU: [
    ["update", "z"],
    ["reset", "r"],
    ["candidate", "h"],
  ],
};

/** States of each kind of cell: what others read comes first. */
export const STATES: Readonly<Record<CellKind, readonly Part[]>> = {
  SimpleRNN: ["hidden"],
  LSTM: ["hidden", "cell"],
  GRU: ["hidden"],
};

/** All parts of a kind of cell, states first. */
export const partsOf = (kind: CellKind): Part[] => [...STATES[kind], ...NETWORKS[kind].map(([part]) => part)];

/**
 * The parts of a layer among those that are asked for.
 * @throws InputError where none of the kinds has a part of that name
 */
export function checkParts(parts: readonly string[], kinds: readonly CellKind[]): Part[] {
  const known = [...new Set(kinds.flatMap(partsOf))];
  for (const part of parts) {
    if ((known as string[]).includes(part)) continue;
    throw inputError({ expected: `parts among ${known.join(", ")}`, where: "--parts", received: part });
  }
  return known.filter((part) => parts.includes(part));
}
