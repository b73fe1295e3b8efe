/** A cell's run over a sequence: its inputs, gates and states at every step, in float64. */
import { asComputed, type Cell, type Hold, type State, type Step } from "./cells/cell.js";
import type { OpenCell } from "./cells/open.js";
import { type Vector, zeros } from "./cells/vector.js";
import type { Run } from "./probe.js";

/** One step of a recurrent layer, in processing order. */
export interface TraceStep extends Step {
  /** Place in the row: which word. */
  readonly t: number;
  /** The step was skipped: states carry through, and there are no gates. */
  readonly masked: boolean;
  /** [I] what the step read. */
  readonly x: Vector;
}

/** The steps of a layer on what it read in that run. @param holdAt what is held at a place in the row */
export function stepsOf(
  { cell, from, turned, layer }: OpenCell,
  run: Run,
  holdAt: (t: number) => Hold = () => asComputed,
): TraceStep[] {
  const { values, mask } = run.at(from);
  const place = (t: number) => (turned ? values.length - 1 - t : t);
  const { goBackwards } = layer.options;
  const steps = runCell(cell, values, { mask, goBackwards, holdAt: (t) => holdAt(place(t)) });
  return turned ? steps.map((step) => ({ ...step, t: place(step.t) })) : steps;
}

/** Runs a cell over a sequence x [T][I] from zero states. */
export function runCell(
  cell: Cell,
  x: readonly Vector[],
  {
    mask = null,
    goBackwards = false,
    holdAt,
  }: { mask?: readonly boolean[] | null; goBackwards?: boolean; holdAt?: (t: number) => Hold } = {},
): TraceStep[] {
  const steps: TraceStep[] = [];
  let state = initialState(cell);
  for (let s = 0; s < x.length; s++) {
    const t = goBackwards ? x.length - 1 - s : s;
    const masked = mask?.[t] === false;
    const step = masked ? { ...state, gates: {}, preActivations: {} } : cell.step(x[t]!, state, holdAt?.(t));
    steps.push({ t, masked, x: x[t]!, ...step });
    state = step.cell ? { hidden: step.hidden, cell: step.cell } : { hidden: step.hidden };
  }
  return steps;
}

export function initialState({ units, carried }: Cell): State {
  return carried === "cell" ? { hidden: zeros(units), cell: zeros(units) } : { hidden: zeros(units) };
}

/** Whether a layer reads the row from its end: what it reads may come last step first already. */
export const readsBackwards = ({ layer, turned }: OpenCell): boolean => layer.options.goBackwards !== turned;

/** Place in the row of the word that a layer reads last: the first one's where it reads the row from its end; undefined of none. */
export function lastRead(steps: readonly TraceStep[], words: readonly string[]): number | undefined {
  if (words.length !== steps.length) return undefined;
  return steps.findLast(({ t, masked }) => !masked && words[t] !== "")?.t;
}

/** The state before step s. */
export const stateBefore = (cell: Cell, steps: readonly TraceStep[], s: number): State =>
  s > 0 ? steps[s - 1]! : initialState(cell);

/** What the cell puts out: every step's state or the last one's, in processing order; 0 at hidden steps where the layer wants that. */
export function ownOutput(
  { layer, cell }: OpenCell,
  steps: readonly Pick<TraceStep, "hidden" | "masked">[],
): Vector[] {
  const { returnSequences, zeroOutputForMask } = layer.options;
  const shown = returnSequences ? steps : steps.slice(-1);
  return shown.map(({ hidden, masked }) => (zeroOutputForMask && masked ? zeros(cell.units) : hidden));
}

/** The numbers [U] that a part has at a step: a gate, the candidate or a state. */
export function valuesOf(step: TraceStep, part: string): Vector {
  if (part === "cell") return step.cell!;
  return step.gates[part] ?? step.hidden;
}
