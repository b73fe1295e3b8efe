/** What each recurrent layer did on one row: inputs, gates and states of every step, in float64. */
import type { Model } from "../model/model.js";
import type { CellKind } from "./cells/cell.js";
import { type OpenCell, openCells } from "./cells/open.js";
import { largest, subtract } from "./cells/vector.js";
import { layerOutput, ownOutput } from "./outlet.js";
import { type InputRow, Probe, type Run } from "./probe.js";
import { stepsOf, type TraceStep } from "./steps.js";

export interface LayerTrace {
  layer: string;
  kind: CellKind;
  inputs: number;
  units: number;
  goBackwards: boolean;
  steps: readonly TraceStep[];
}

export interface Trace {
  /** The model's output on this row, in float64. */
  output: number[];
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
      layers: traced.map(({ open: { cell, layer }, steps }) => {
        const { kind, inputs, units } = cell;
        return { layer: cell.layer, kind, inputs, units, goBackwards: layer.options.goBackwards, steps };
      }),
      residual: Math.max(...traced.map(({ open, steps }) => residualOf(open, steps, run))),
    };
  } finally {
    probe.dispose();
  }
}

function residualOf(open: OpenCell, steps: readonly TraceStep[], run: Run): number {
  const output = layerOutput(open, ownOutput(open, steps), run);
  return largest(subtract(output.flat(), run.at(open.node.name).values.flat()));
}
