/** LSTM as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/lstm.ts. */
import { ACTIVATIONS } from "../kernels/activations.js";
import { LSTM_GATES } from "../kernels/lstm.js";
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

const GATES = LSTM_GATES.length;

export const lstmCellOptions = {
  ...cellOptions,
  /** Of the three gates. */
  recurrentActivation: cellActivation("sigmoid"),
  /** Starts the forget gate's bias at 1, so that a fresh cell remembers (Jozefowicz et al. 2015). */
  unitForgetBias: flag(true),
};

export const lstmOptions = { ...lstmCellOptions, ...sequenceOptions };

export class LSTM extends Layer {
  readonly className = "LSTM";
  override readonly options: Resolved<typeof lstmOptions>;

  constructor(given: Given<typeof lstmOptions>) {
    super(given);
    this.options = configure(lstmOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const { units: U, useBias, unitForgetBias } = this.options;
    const I = sequenceShape(input!, this).features;
    const o = this.options;
    const forgetOnes = unitForgetBias ? { adjust: (bias: Float32Array) => void bias.fill(1, U, 2 * U) } : {};
    const { biasInitializer, biasRegularizer } = o;
    this.parameters = [
      parameter("kernel", [I, GATES * U], o.kernelInitializer, { regularizer: o.kernelRegularizer }),
      parameter("recurrent_kernel", [U, GATES * U], o.recurrentInitializer, {
        regularizer: o.recurrentRegularizer,
      }),
      ...(useBias
        ? [parameter("bias", [GATES * U], biasInitializer, { regularizer: biasRegularizer, ...forgetOnes })]
        : []),
    ];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { units, returnSequences } = this.options;
    return returnSequences ? [sequenceShape(input!, this).steps, units] : [units];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { units: U, activation, recurrentActivation } = this.options;
    const cell = {
      activation: ACTIVATIONS[activation].id,
      recurrentActivation: ACTIVATIONS[recurrentActivation].id,
    };
    return planRecurrent(b, this, x!, GATES, {
      forward(shared, input) {
        const T = shared.T;
        const c = b.allocate(T * b.B * U);
        const gates = b.allocate(T * b.B * GATES * U);
        const saved = { c, gates, c0: 0, ...cell };
        b.call("lstmForward", { ...shared, ...input, ...saved });
        return (gradients) => {
          const { bias: _, ...rest } = { ...shared, ...input, ...saved };
          b.call("lstmBackward", { ...rest, ...gradients, dc0: 0 });
        };
      },
      infer(shared, outputs) {
        b.call("lstmInfer", { ...shared, ...outputs, cLast: b.allocate(b.B * U), c0: 0, ...cell });
      },
      states(prepare, shared, x, saved) {
        prepare("lstmForward", { ...shared, ...saved, x, c0: 0, dropX: 0, dropH: 0, GX: 1, ...cell });
      },
    });
  }
}

export const lstm = (given: Given<typeof lstmOptions>): LSTM => new LSTM(given);
export type LstmOptions = Given<typeof lstmOptions>;
