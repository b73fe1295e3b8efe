/** What each recurrent layer did on one row: inputs, gates and states of every step, in float64. */
import type { Model } from "../model/model.js";
import type { Cell, CellKind, State, Step } from "./cells/cell.js";
import { type OpenCell, openCells } from "./cells/open.js";
import { largest, subtract, type Vector, zeros } from "./cells/vector.js";
import { type InputRow, Network, type Run } from "./network.js";
import { layerOutput, ownOutput } from "./outlet.js";

/** One step of a recurrent layer, in processing order. */
export interface TraceStep extends Step {
  /** Place in the row: which word. */
  readonly t: number;
  /** The step was skipped: states carry through, and there are no gates. */
  readonly masked: boolean;
  /** [I] what the step read. */
  readonly x: Vector;
}

/** A recurrent layer's gates and states at every step of a row. */
export interface LayerTrace {
  /** The layer's name: "lstm", "bidirectional/forward_lstm". */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** I: numbers read at a step. */
  inputs: number;
  /** U: numbers in the state. */
  units: number;
  /** Whether it reads the row from its end. */
  goBackwards: boolean;
  /** In processing order, masked ones included. */
  steps: readonly TraceStep[];
}

/** What every recurrent layer of a model does on one row. */
export interface Trace {
  /** The model's output on this row, in float64. */
  output: number[];
  /** Its recurrent layers in order; a Bidirectional's two count as two. */
  layers: LayerTrace[];
  /** Largest difference between these states and those of the engine's forward pass, both in float64. */
  residual: number;
}

/** Traces every recurrent layer of the model on one row. @throws InputError where the row does not fit */
export function trace(model: Model, row: InputRow): Trace {
  const cells = openCells(model);
  const network = new Network(model);
  try {
    const run = network.run([row]);
    const traced = cells.map((open) => ({ open, steps: stepsOf(open, run) }));
    return {
      output: run.output(),
      layers: traced.map(({ open: { cell, layer }, steps }) => {
        const { kind, inputs, units } = cell;
        return { layer: cell.layer, kind, inputs, units, goBackwards: layer.options.goBackwards, steps };
      }),
      residual: Math.max(...traced.map(({ open, steps }) => residualOf(open, steps, run))),
    };
  } finally {
    network.dispose();
  }
}

/** The steps of a layer on what it read in that run. */
export function stepsOf({ cell, from, layer }: OpenCell, run: Run): TraceStep[] {
  const { values, mask } = run.at(from);
  return runCell(cell, values, { mask, goBackwards: layer.options.goBackwards });
}

/** Runs a cell over a sequence x [T][I] from zero states. */
export function runCell(
  cell: Cell,
  x: readonly Vector[],
  { mask = null, goBackwards = false }: { mask?: readonly boolean[] | null; goBackwards?: boolean } = {},
): TraceStep[] {
  const steps: TraceStep[] = [];
  let state = initialState(cell);
  for (let s = 0; s < x.length; s++) {
    const t = goBackwards ? x.length - 1 - s : s;
    const masked = mask?.[t] === false;
    const step = masked ? { ...state, gates: {} } : cell.step(x[t]!, state);
    steps.push({ t, masked, x: x[t]!, ...step });
    state = step.c ? { h: step.h, c: step.c } : { h: step.h };
  }
  return steps;
}

export function initialState({ units, carried }: Cell): State {
  return carried === "c" ? { h: zeros(units), c: zeros(units) } : { h: zeros(units) };
}

/** The state before step s. */
export const stateBefore = (cell: Cell, steps: readonly TraceStep[], s: number): State =>
  s > 0 ? steps[s - 1]! : initialState(cell);

function residualOf(open: OpenCell, steps: readonly TraceStep[], run: Run): number {
  const output = layerOutput(open, ownOutput(open, steps), run);
  return largest(subtract(output.flat(), run.at(open.node.name).values.flat()));
}
