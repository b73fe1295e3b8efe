/** GRU as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/gru.ts. */
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { GRU_GATES, GRU_SAVED } from "../kernels/gates.js";
import {
  type Builder,
  configure,
  Layer,
  parameter,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { cellActivation, flag, type Resolved } from "./options.js";
import { type CellOptions, cellOptions, type SequenceOptions, sequenceOptions } from "./recurrent.js";
import { planRecurrent } from "./recurrent-plan.js";

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

export class GRU extends Layer {
  readonly className = "GRU";
  override readonly options: Resolved<GruOptions, typeof gruOptions>;

  constructor(given: GruOptions) {
    super(given);
    this.options = configure(gruOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const o = this.options;
    const I = sequenceShape(input!, this).features;
    const biasShape = o.resetAfter ? [2, GATES * o.units] : [GATES * o.units];
    this.parameters = [
      parameter("kernel", [I, GATES * o.units], o.kernelInitializer, { regularizer: o.kernelRegularizer }),
      parameter("recurrent_kernel", [o.units, GATES * o.units], o.recurrentInitializer, {
        regularizer: o.recurrentRegularizer,
      }),
      ...(o.useBias
        ? [parameter("bias", biasShape, o.biasInitializer, { regularizer: o.biasRegularizer })]
        : []),
    ];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { units, returnSequences } = this.options;
    return returnSequences ? [sequenceShape(input!, this).steps, units] : [units];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { units: U, activation, recurrentActivation, resetAfter } = this.options;
    const cell = {
      activation: ACTIVATIONS[activation].id,
      recurrentActivation: ACTIVATIONS[recurrentActivation].id,
      resetAfter: resetAfter ? 1 : 0,
    };
    return planRecurrent(b, this, x!, GATES, {
      forward(shared, input) {
        const gates = b.allocate(shared.T * b.B * GRU_SAVED * U);
        b.call("gruForward", { ...shared, ...input, gates, ...cell });
        return (gradients) => {
          const { bias: _, ...rest } = shared;
          b.call("gruBackward", { ...rest, ...input, gates, ...cell, ...gradients });
        };
      },
      infer(shared, outputs) {
        b.call("gruInfer", { ...shared, ...outputs, ...cell });
      },
      states(prepare, shared, x, saved) {
        prepare("gruForward", { ...shared, ...saved, x, dropX: 0, dropH: 0, GX: 1, ...cell });
      },
    });
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
