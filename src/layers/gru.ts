/** GRU as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/gru.ts. */
import { ACTIVATIONS } from "../kernels/activations.js";
import { GRU_GATES, GRU_SAVED } from "../kernels/gru.js";
import {
  type Builder,
  configure,
  Layer,
  parameter,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { cellActivation, flag, type Given, type Resolved } from "./options.js";
import { cellOptions, sequenceOptions } from "./recurrent.js";
import { planRecurrent } from "./recurrent-plan.js";

const GATES = GRU_GATES.length;

export const gruCellOptions = {
  ...cellOptions,
  /** Of the update and reset gates. */
  recurrentActivation: cellActivation("sigmoid"),
  /** The reset gate after the recurrent product (Keras 2.1 and later, cuDNN) or before it (the 2014 paper). */
  resetAfter: flag(true),
};

export const gruOptions = { ...gruCellOptions, ...sequenceOptions };

export class GRU extends Layer {
  readonly className = "GRU";
  override readonly options: Resolved<typeof gruOptions>;

  constructor(given: Given<typeof gruOptions>) {
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

export const gru = (given: Given<typeof gruOptions>): GRU => new GRU(given);
export type GruOptions = Given<typeof gruOptions>;
