/** What of a recurrent layer can be recorded, by name: its networks in Keras's order, and its states. */
import { textsOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import { type CellKind, NETWORKS } from "../cells/names.js";

/** A gate, the candidate, or a state of a recurrent layer. */
export type UnitPart =
  | ("input" | "forget" | "candidate" | "output")
  | ("update" | "reset")
  | ("hidden" | "cell");

/** States of each kind of cell: what others read comes first. */
export const STATES: Readonly<Record<CellKind, readonly UnitPart[]>> = {
  SimpleRNN: ["hidden"],
  LSTM: ["hidden", "cell"],
  GRU: ["hidden"],
};

/** Networks with values of their own, in the order in which kernels save them: a SimpleRNN's one is its state. */
export const networksOf = (kind: CellKind): readonly UnitPart[] =>
  kind === "SimpleRNN" ? [] : NETWORKS[kind];

/** All parts of a kind of cell, states first. */
export const partsOf = (kind: CellKind): UnitPart[] => [...STATES[kind], ...networksOf(kind)];

/**
 * The parts of a layer among those that are asked for.
 * @throws InputError where none of the kinds has a part of that name
 */
export function checkParts(given: readonly string[], kinds: readonly CellKind[]): UnitPart[] {
  const parts = textsOf(given, "parts");
  const known = [...new Set(kinds.flatMap(partsOf))];
  if (parts.length === 0) {
    throw inputError({ expected: `at least one of ${known.join(", ")}`, where: "parts", received: given });
  }
  for (const part of parts) {
    if ((known as string[]).includes(part)) continue;
    const expected = `parts among ${known.join(", ")}`;
    throw inputError({ expected, where: "parts", received: part, typed: { where: "--parts" } });
  }
  return known.filter((part) => parts.includes(part));
}
