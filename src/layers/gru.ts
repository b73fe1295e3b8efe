/** GRU as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/gru.ts. */
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { GRU_GATES, GRU_SAVED } from "../kernels/gates.js";
import { type Builder, configure, type LayerKind, type Parameter } from "./layer.js";

import { cellActivation, flag, type Resolved } from "./options.js";
import {
  CELL_ARGUMENTS,
  type CellOptions,
  cellOptions,
  RecurrentLayer,
  SEQUENCE_ARGUMENTS,
  type SequenceOptions,
  sequenceOptions,
} from "./recurrent.js";
import type { CellCalls, Forwarded } from "./recurrent-plan.js";

const GATES = GRU_GATES.length;

/** Options of `layers.gruCell`. */
export interface GruCellOptions extends CellOptions {
  /** Of the update and reset gates z, r. null is "linear". Default "sigmoid". */
  recurrentActivation?: ActivationName | null;
  /**
   * The reset gate after the recurrent product (Keras 2.1 and later, cuDNN) or before it (the 2014 paper). Default
   * true.
   */
  resetAfter?: boolean;
}

export const gruCellOptions = {
  ...cellOptions,
  recurrentActivation: cellActivation("sigmoid"),
  resetAfter: flag(true),
};

/** Options of `layers.gru`. */
export interface GruOptions extends GruCellOptions, SequenceOptions {}

export const gruOptions = { ...gruCellOptions, ...sequenceOptions };

export const gruKind: LayerKind<"GRU"> = {
  className: "GRU",
  options: gruOptions,
  make: gru,
  mask: "passesInSequences",
  heedsMask: true,
  recurrent: true,
  needsBuilding: true,
  keras: {
    arguments: `units activation recurrent_activation use_bias | ${CELL_ARGUMENTS} reset_after ${SEQUENCE_ARGUMENTS}`,
    group: "cell/vars",
  },
};

export class GRU extends RecurrentLayer {
  override get kind(): typeof gruKind {
    return gruKind;
  }
  override readonly options: Resolved<GruOptions, typeof gruOptions>;
  protected override readonly networks = GATES;

  constructor(given: GruOptions) {
    super(given);
    this.options = configure(gruOptions, given, this.className);
  }

  protected override bias(): Parameter {
    const { units, resetAfter } = this.options;
    return super.bias(resetAfter ? [2, GATES * units] : [GATES * units]);
  }

  protected override cell(b: Builder): CellCalls {
    const { units: U, activation, recurrentActivation, resetAfter } = this.options;
    const settings = {
      activation: ACTIVATIONS[activation].id,
      recurrentActivation: ACTIVATIONS[recurrentActivation].id,
      resetAfter: resetAfter ? 1 : 0,
    };
    return {
      forward(shared, { c0: _c0, ...input }) {
        const gates = b.allocate(shared.T * b.B * GRU_SAVED * U);
        b.call("gruForward", { ...shared, ...input, gates, ...settings });
        const backward: Forwarded["backward"] = (gradients) => {
          const { bias: _, ...rest } = shared;
          b.call("gruBackward", { ...rest, ...input, gates, ...settings, ...gradients });
        };
        return { c: 0, backward };
      },
      infer(shared, outputs) {
        b.call("gruInfer", { ...shared, ...outputs, ...settings });
      },
      states(prepare, shared, x, saved) {
        prepare("gruForward", { ...shared, ...saved, x, dropX: 0, dropH: 0, GX: 1, ...settings });
      },
    };
  }
}

/**
 * Gated recurrent unit (Cho et al. 2014): one state, which the update gate z keeps or replaces, h_t = z ⊙ h_{t−1} +
 * (1 − z) ⊙ h̃; the reset gate r says how much of the old state the candidate h̃ sees.
 *
 * Takes a sequence [T, I]; puts out the last state [U], or with `returnSequences` every one, [T, U]. A step that a mask
 * hides leaves the state as it is; a returned sequence keeps the mask. Weights: kernel [I, 3U], recurrent kernel [U,
 * 3U], bias [2, 3U], or [3U] without `resetAfter`, gates in Keras's order z, r, h.
 *
 * @example layers.gru({ units: 32 })
 */
export function gru(options: GruOptions): GRU {
  return new GRU(options);
}
