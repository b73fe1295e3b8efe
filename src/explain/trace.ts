/** What each recurrent layer did on one row: inputs, gates and states of every step, in float64. */
import type { Model } from "../model/model.js";
import type { CellKind } from "./cells/names.js";
import { type OpenCell, openCells } from "./cells/open.js";
import { largest, subtract } from "./cells/vector.js";
import { type InputRow, Probe, type Run } from "./probe.js";
import { ownOutput, readsBackwards, stepsOf, type TraceStep } from "./steps.js";

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
  const probe = new Probe(model);
  try {
    const run = probe.run([row]);
    const traced = cells.map((open) => ({ open, steps: stepsOf(open, run) }));
    return {
      output: run.output(),
      layers: traced.map(({ open, steps }) => layerTrace(open, steps)),
      residual: Math.max(...traced.map(({ open, steps }) => residualOf(open, steps, run))),
    };
  } finally {
    probe.dispose();
  }
}

/** A layer's steps with what tells them. */
export function layerTrace(open: OpenCell, steps: readonly TraceStep[]): LayerTrace {
  const { layer, kind, inputs, units } = open.cell;
  return { layer, kind, inputs, units, goBackwards: readsBackwards(open), steps };
}

function residualOf(open: OpenCell, steps: readonly TraceStep[], run: Run): number {
  return largest(subtract(ownOutput(open, steps).flat(), run.at(open.cell.layer).values.flat()));
}
