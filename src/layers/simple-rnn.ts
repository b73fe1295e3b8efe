/** SimpleRNN as a layer: options, parameters, and the calls that it puts into a plan. Its mathematics is in kernels/rnn.ts. */
import { ACTIVATIONS } from "../kernels/activations.js";
import { type Builder, configure, type LayerKind } from "./layer.js";
import type { Resolved } from "./options.js";
import {
  CELL_ARGUMENTS,
  RecurrentLayer,
  type RecurrentOptions,
  recurrentOptions,
  SEQUENCE_ARGUMENTS,
} from "./recurrent.js";
import type { CellCalls, Forwarded } from "./recurrent-plan.js";

/** Options of `layers.simpleRNN`. */
export interface SimpleRNNOptions extends RecurrentOptions {}

export const simpleRNNKind: LayerKind<"SimpleRNN"> = {
  className: "SimpleRNN",
  options: recurrentOptions,
  make: simpleRNN,
  mask: "passesInSequences",
  heedsMask: true,
  recurrent: true,
  needsBuilding: true,
  keras: {
    arguments: `units activation use_bias | ${CELL_ARGUMENTS} ${SEQUENCE_ARGUMENTS}`,
    group: "cell/vars",
  },
};

export class SimpleRNN extends RecurrentLayer {
  override get kind(): typeof simpleRNNKind {
    return simpleRNNKind;
  }
  override readonly options: Resolved<SimpleRNNOptions, typeof recurrentOptions>;
  protected override readonly networks = 1;

  constructor(given: SimpleRNNOptions) {
    super(given);
    this.options = configure(recurrentOptions, given, this.className);
  }

  protected override cell(b: Builder): CellCalls {
    const { units: U } = this.options;
    const { id: activation, fused } = ACTIVATIONS[this.options.activation];
    return {
      forward({ ...shared }, { GX: _, c0: _c0, ...given }) {
        const input = { ...given, z: fused ? 0 : b.allocate(shared.T * b.B * U) };
        b.call("rnnForward", { ...shared, ...input, activation });
        const backward: Forwarded["backward"] = (gradients) => {
          const { bias: _bias, ...rest } = shared;
          b.call("rnnBackward", { ...rest, ...input, ...gradients, activation });
        };
        return { c: 0, backward };
      },
      infer(shared, outputs) {
        b.call("rnnInfer", { ...shared, ...outputs, activation });
      },
      states(prepare, shared, x, { h }) {
        prepare("rnnForward", { ...shared, h, z: 0, x, dropX: 0, dropH: 0, activation });
      },
    };
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
