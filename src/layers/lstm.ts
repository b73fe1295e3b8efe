/** LSTM as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/lstm.ts. */
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { LSTM_GATES } from "../kernels/gates.js";
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

const GATES = LSTM_GATES.length;

/** Options of `layers.lstmCell`. */
export interface LstmCellOptions extends CellOptions {
  /** Of the input, forget and output gates i, f, o. null is "linear". Default "sigmoid". */
  recurrentActivation?: ActivationName | null;
  /** Starts the forget gate's bias at 1, so that a fresh cell remembers (Jozefowicz et al. 2015). Default true. */
  unitForgetBias?: boolean;
}

export const lstmCellOptions = {
  ...cellOptions,
  recurrentActivation: cellActivation("sigmoid"),
  unitForgetBias: flag(true),
};

/** Options of `layers.lstm`. */
export interface LstmOptions extends LstmCellOptions, SequenceOptions {}

export const lstmOptions = { ...lstmCellOptions, ...sequenceOptions };

export const lstmKind: LayerKind<"LSTM"> = {
  className: "LSTM",
  options: lstmOptions,
  make: lstm,
  mask: "passesInSequences",
  heedsMask: true,
  recurrent: true,
  needsBuilding: true,
  keras: {
    arguments: `units activation recurrent_activation use_bias | unit_forget_bias ${CELL_ARGUMENTS} ${SEQUENCE_ARGUMENTS}`,
    group: "cell/vars",
  },
};

export class LSTM extends RecurrentLayer {
  override get kind(): typeof lstmKind {
    return lstmKind;
  }
  override readonly options: Resolved<LstmOptions, typeof lstmOptions>;
  protected override readonly networks = GATES;

  constructor(given: LstmOptions) {
    super(given);
    this.options = configure(lstmOptions, given, this.className);
  }

  protected override bias(): Parameter {
    const bias = super.bias();
    const { units: U, unitForgetBias } = this.options;
    return unitForgetBias ? { ...bias, adjust: (values) => void values.fill(1, U, 2 * U) } : bias;
  }

  protected override cell(b: Builder): CellCalls {
    const { units: U, activation, recurrentActivation } = this.options;
    const activations = {
      activation: ACTIVATIONS[activation].id,
      recurrentActivation: ACTIVATIONS[recurrentActivation].id,
    };
    return {
      forward(shared, input) {
        const T = shared.T;
        const c = b.allocate(T * b.B * U);
        const gates = b.allocate(T * b.B * GATES * U);
        const saved = { c, gates, ...activations };
        b.call("lstmForward", { ...shared, ...input, ...saved });
        const backward: Forwarded["backward"] = (gradients) => {
          const { bias: _, ...rest } = { ...shared, ...input, ...saved };
          b.call("lstmBackward", { ...rest, ...gradients, dc0: 0 });
        };
        return { c, backward };
      },
      infer(shared, outputs) {
        b.call("lstmInfer", { ...shared, ...outputs, cLast: b.allocate(b.B * U), c0: 0, ...activations });
      },
      states(prepare, shared, x, saved) {
        prepare("lstmForward", { ...shared, ...saved, x, c0: 0, dropX: 0, dropH: 0, GX: 1, ...activations });
      },
    };
  }
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000): a cell state c that gates
 * i, f, o write to, keep and read: c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ φ(c_t).
 *
 * Takes a sequence [T, I]; puts out the last h [U], or with `returnSequences` every one, [T, U]. A step that a mask
 * hides leaves both states as they are; a returned sequence keeps the mask. Weights: kernel [I, 4U], recurrent kernel
 * [U, 4U], bias [4U], gates in Keras's order i, f, g, o.
 *
 * @example layers.lstm({ units: 32, dropout: 0.1, recurrentDropout: 0.1 })
 */
export function lstm(options: LstmOptions): LSTM {
  return new LSTM(options);
}
