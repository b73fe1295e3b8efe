/**
 * The exact decomposition of a cell's final memory by step. An LSTM's cell state obeys c_t = f_t ⊙ c_{t−1} + i_t ⊙ c̃_t,
 * hence c_T = Σ_t (Π_{s>t} f_s) ⊙ i_t ⊙ c̃_t; a GRU's state obeys h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ h̃_t and falls apart
 * likewise (Hochreiter and Schmidhuber 1997; Gers et al. 2000; Cho et al. 2014).
 */
import type { Model } from "../model/model.js";
import type { Cell } from "./cells/cell.js";
import type { StateName } from "./cells/names.js";
import { openCell } from "./cells/open.js";
import { add, hadamard, largest, ones, subtract, type Vector, zeros } from "./cells/vector.js";
import { type InputRow, Probe } from "./probe.js";
import { stepsOf, type TraceStep } from "./steps.js";

/** The final memory as a sum with one term a step. */
export interface MemoryDecomposition {
  /** The layer's name. */
  layer: string;
  /** The state that remembers. */
  state: StateName;
  /** [T][U] what each step wrote that is still there at the end, in processing order. They sum to `memory`. */
  contributions: number[][];
  /** [T][U] Π_{s>t} of what later steps kept: the share of each step's writing that is left. */
  kept: number[][];
  /** [T] place in the row of each step. */
  times: number[];
  /** [T] Σ_u |contribution|, as shares that sum to 1. */
  shares: number[];
  /** [U] the final memory, from the forward pass. */
  memory: number[];
  /** Largest |Σ_t contribution − memory|. */
  residual: number;
}

/** Why a SimpleRNN's state has no such decomposition. */
export const NO_MEMORY =
  "A SimpleRNN has no such sum: hₜ = φ(xₜ·W + hₜ₋₁·R + b) passes the whole state through R and φ at every step, " +
  "and φ of a sum is not a sum of φ's. No part of h_T belongs to one word.";

/**
 * Decomposes the final memory of a recurrent layer (the last one by default) on one row; null for a SimpleRNN.
 * @throws InputError where the row or the layer does not fit
 */
export function decomposeMemory(model: Model, row: InputRow, layer?: string): MemoryDecomposition | null {
  const open = openCell(model, layer);
  const probe = new Probe(model);
  try {
    return decompose(open.cell, stepsOf(open, probe.run([row])));
  } finally {
    probe.dispose();
  }
}

export function decompose(cell: Cell, steps: readonly TraceStep[]): MemoryDecomposition | null {
  const contributions: number[][] = [];
  const kept: number[][] = [];
  let left: Vector = ones(cell.units);
  for (const step of [...steps].reverse()) {
    const memory = step.masked ? { keep: ones(cell.units), write: zeros(cell.units) } : cell.memory(step);
    if (!memory) return null;
    contributions.unshift(hadamard(left, memory.write));
    kept.unshift([...left]);
    left = hadamard(left, memory.keep);
  }
  const memory = [...steps.at(-1)![cell.carried]!];
  const masses = contributions.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0));
  const total = masses.reduce((a, b) => a + b, 0);
  return {
    layer: cell.layer,
    state: cell.carried,
    contributions,
    kept,
    times: steps.map(({ t }) => t),
    shares: masses.map((mass) => (total > 0 ? mass / total : 0)),
    memory,
    residual: largest(subtract(add(...contributions), memory)),
  };
}
