/** Which layers of a model can be opened step by step. */
import type { Model } from "../model/model.js";
import type { CellKind } from "./cells/names.js";
import { openCells } from "./cells/open.js";
import { readsBackwards } from "./steps.js";

/** A recurrent layer of a model. */
export interface RecurrentLayerFacts {
  /** Its name, as the option `layer` takes it: "lstm", "bidirectional/forward_lstm". */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** I: numbers read at a step. */
  inputs: number;
  /** U: numbers in the state. */
  units: number;
  /** Whether it reads the row from its end. */
  goBackwards: boolean;
}

/**
 * The recurrent layers of a model, first to last; those inside an RNN or a Bidirectional too.
 * @throws InputError where it has none, with what can be asked of it instead
 */
export function recurrentLayers(model: Model): RecurrentLayerFacts[] {
  return openCells(model).map((open) => {
    const { layer, kind, inputs, units } = open.cell;
    return { layer, kind, inputs, units, goBackwards: readsBackwards(open) };
  });
}
