/** How a cell's states become the output of its layer in the graph, and gradients find their way back to them. */

import type { OpenCell, Pair } from "./cells/open.js";
import { add, concatenate, hadamard, scale, type Vector, zeros } from "./cells/vector.js";
import type { Run } from "./probe.js";
import { stepsOf, type TraceStep } from "./steps.js";

/** Every step's state or the last one's, in processing order; 0 at hidden steps where the layer wants that. */
export function ownOutput(
  { layer, cell }: OpenCell,
  steps: readonly Pick<TraceStep, "h" | "masked">[],
): Vector[] {
  const { returnSequences, zeroOutputForMask } = layer.options;
  const shown = returnSequences ? steps : steps.slice(-1);
  return shown.map(({ h, masked }) => (zeroOutputForMask && masked ? zeros(cell.units) : h));
}

/** The layer's output with this cell's own in it; in a Bidirectional the other cell's is that of the run. */
export function layerOutput(open: OpenCell, own: readonly Vector[], run: Run): Vector[] {
  return open.pair ? mergedOutput(open, own, otherOutput(open.pair, run)) : [...own];
}

/** Likewise, with the other cell's output at hand, in the order of the row's places. */
export function mergedOutput(open: OpenCell, own: readonly Vector[], others: readonly Vector[]): Vector[] {
  const { pair } = open;
  if (!pair) return [...own];
  const mine = inOrder(open, own);
  return mine.map((row, t) => {
    const other = others[t]!;
    return pair.place === 0 ? merge(pair.mode, row, other) : merge(pair.mode, other, row);
  });
}

/** ∂E/∂ of the cell's own output, in processing order, from that of the layer's output. */
export function ownGradient(open: OpenCell, gradient: readonly Vector[], run: Run): Vector[] {
  const { pair, cell } = open;
  if (!pair) return [...gradient];
  const others = otherOutput(pair, run);
  const from = pair.place === 0 ? 0 : pair.other().cell.units;
  const own = gradient.map((row, t) => {
    if (pair.mode === "concat") return row.slice(from, from + cell.units);
    if (pair.mode === "mul") return hadamard(row, others[t]!);
    return pair.mode === "ave" ? scale(row, 0.5) : row;
  });
  return inOrder(open, own);
}

const otherOutput = (pair: Pair, run: Run): Vector[] => {
  const other = pair.other();
  return inOrder(other, ownOutput(other, stepsOf(other, run)));
};

/** The second of a pair has its sequence turned round, out and back. */
const inOrder = ({ pair }: OpenCell, rows: readonly Vector[]): Vector[] =>
  pair?.place === 1 ? [...rows].reverse() : [...rows];

function merge(mode: Pair["mode"], first: Vector, second: Vector): Vector {
  if (mode === "concat") return concatenate(first, second);
  if (mode === "mul") return hadamard(first, second);
  return mode === "ave" ? scale(add(first, second), 0.5) : add(first, second);
}
