/** What each step of an input left in a recurrent layer's final memory, along ∂F/∂memory. */
import type { Pieces } from "../base/pieces.js";
import { openCell } from "./cells/open.js";
import { dot, type Vector } from "./cells/vector.js";
import { flowBack, realSteps } from "./gradient.js";
import { inputsOf, layOut } from "./laid.js";
import { decompose } from "./memory.js";
import type { Objective } from "./objective.js";
import type { InputRow, Probe } from "./probe.js";
import type { RowInput } from "./row-inputs.js";
import { stepsOf } from "./steps.js";

/** By place in the row of one input. */
export interface MemoryAlong {
  layer: string;
  input: RowInput;
  along: number[];
  /** Shares of the memory, whichever way they point. */
  shares: number[];
  residual: number;
}

/** Divides the final memory among the steps of the input that the layer reads; or says why it cannot. */
export function* memoryAlong(
  probe: Probe,
  row: InputRow,
  inputs: readonly RowInput[],
  objective: Objective,
  layer?: string,
): Pieces<MemoryAlong | string> {
  const { model } = probe;
  if (layer === undefined && layOut(model).cells.length === 0)
    return "There is no recurrent layer, so there is no memory to divide.";
  const open = openCell(model, layer);
  const { layer: name } = open.cell;
  const run = probe.run([row], { seed: objective.slope });
  yield 0;
  const { steps, outside } = realSteps(open, run);
  yield 0;
  const decomposition = decompose(open.cell, stepsOf(open, run));
  yield 0;
  const slope: Vector | undefined = flowBack(open.cell, steps, outside).at(-1)?.total;
  if (!decomposition) return "A SimpleRNN's state is no sum over words, so there is no memory to divide.";
  if (!slope) return "Every step is masked, so nothing was written to divide.";
  const sources = inputsOf(model, open.from);
  const [input, ...others] = inputs.filter((each) => sources.has(each.name));
  if (!input || others.length > 0)
    return `${name} reads ${sources.size} inputs together: no step belongs to one of them.`;
  const { length } = input.ids ?? input.values;
  if (decomposition.times.length !== length) {
    return `${name} reads ${decomposition.times.length} steps of ${length}${input.ids ? " words" : ""}: no step belongs to one${input.ids ? " word" : ""}.`;
  }
  const along = new Array<number>(length).fill(0);
  const shares = new Array<number>(length).fill(0);
  for (const [s, t] of decomposition.times.entries()) {
    along[t] = dot(decomposition.contributions[s]!, slope);
    shares[t] = decomposition.shares[s]!;
  }
  return { layer: name, input, along, shares, residual: decomposition.residual };
}

/** Σ over the steps, and what of it and of the memory's mass is left for those that are no words. */
export function memoryTotals({ along, shares, input }: MemoryAlong) {
  const rest = (values: readonly number[]) =>
    values.reduce((sum, value, t) => (input.places.includes(t) ? sum : sum + value), 0);
  const total = along.reduce((a, b) => a + b, 0);
  return { total, padding: { memory: rest(along), held: rest(shares) } };
}
