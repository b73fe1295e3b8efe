/** SimpleRNN as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/rnn.ts. */
import { ACTIVATIONS } from "../kernels/activations.js";
import {
  type Builder,
  configure,
  Layer,
  parameter,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import type { Resolved } from "./options.js";
import { type CellOptions, cellOptions, type SequenceOptions, sequenceOptions } from "./recurrent.js";
import { planRecurrent } from "./recurrent-plan.js";

/** Options of `layers.simpleRNN`. */
export interface SimpleRNNOptions extends CellOptions, SequenceOptions {}

export const simpleRNNOptions = { ...cellOptions, ...sequenceOptions };

export class SimpleRNN extends Layer {
  readonly className = "SimpleRNN";
  override readonly options: Resolved<SimpleRNNOptions, typeof simpleRNNOptions>;

  constructor(given: SimpleRNNOptions) {
    super(given);
    this.options = configure(simpleRNNOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const o = this.options;
    const I = sequenceShape(input!, this).features;
    this.parameters = [
      parameter("kernel", [I, o.units], o.kernelInitializer, { regularizer: o.kernelRegularizer }),
      parameter("recurrent_kernel", [o.units, o.units], o.recurrentInitializer, {
        regularizer: o.recurrentRegularizer,
      }),
      ...(o.useBias
        ? [parameter("bias", [o.units], o.biasInitializer, { regularizer: o.biasRegularizer })]
        : []),
    ];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { units, returnSequences } = this.options;
    return returnSequences ? [sequenceShape(input!, this).steps, units] : [units];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const activation = ACTIVATIONS[this.options.activation].id;
    return planRecurrent(b, this, x!, 1, {
      forward({ ...shared }, { GX: _, ...input }) {
        b.call("rnnForward", { ...shared, ...input, activation });
        return (gradients) => {
          const { bias: _bias, ...rest } = shared;
          b.call("rnnBackward", { ...rest, ...input, ...gradients, activation });
        };
      },
      infer(shared, outputs) {
        b.call("rnnInfer", { ...shared, ...outputs, activation });
      },
      states(prepare, shared, x, { h }) {
        prepare("rnnForward", { ...shared, h, x, dropX: 0, dropH: 0, activation });
      },
    });
  }
}

/**
 * The plain recurrent layer (Elman 1990): h_t = φ(x_t·W + h_{t−1}·R + b).
 *
 * Takes a sequence [T, I]; puts out the last state [U], or with `returnSequences` every one, [T, U]. A step that a mask
 * hides leaves the state as it is; a returned sequence keeps the mask.
 *
 * @example layers.simpleRNN({ units: 32 })
 */
export function simpleRNN(options: SimpleRNNOptions): SimpleRNN {
  return new SimpleRNN(options);
}
