/**
 * The LSTM with something taken from it or added (Greff et al. 2017), as a layer of the lab alone: Keras has none, so no
 * file holds it and no reader makes it. Its mathematics is in kernels/variant.ts.
 */
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import {
  type Builder,
  configure,
  type LayerKind,
  type Parameter,
  parameter,
  type Shape,
} from "../layers/layer.js";
import { cellActivation, flag, type Resolved } from "../layers/options.js";
import { RecurrentLayer, type RecurrentOptions, recurrentOptions } from "../layers/recurrent.js";
import type { CellCalls, Forwarded } from "../layers/recurrent-plan.js";

/** Options of the lab's LSTM: all that there is, unless it is taken away. */
interface LstmVariantOptions extends RecurrentOptions {
  /** Without it everything is written: i = 1. Default true. */
  inputGate?: boolean;
  /** Without it nothing is forgotten: f = 1, as in 1997. Default true. */
  forgetGate?: boolean;
  /** Without it all of the state is shown: o = 1. Default true. */
  outputGate?: boolean;
  /** f = 1 − i, in place of a forget gate of its own, which is then false. Default false. */
  coupled?: boolean;
  /** Weights from the cell state to each gate. Default false. */
  peepholes?: boolean;
  /** Of the cell state, before the output gate. null is "linear". Default "tanh". */
  outputActivation?: ActivationName | null;
  /** Starts the forget gate's bias at 1. Default true. */
  unitForgetBias?: boolean;
}

const lstmVariantOptions = {
  ...recurrentOptions,
  inputGate: flag(true),
  forgetGate: flag(true),
  outputGate: flag(true),
  coupled: flag(false),
  peepholes: flag(false),
  outputActivation: cellActivation("tanh"),
  unitForgetBias: flag(true),
};

const lstmVariantKind: LayerKind<"LabLSTM"> = {
  className: "LabLSTM",
  options: lstmVariantOptions,
  make: lstmVariant,
  mask: "passesInSequences",
  heedsMask: true,
  recurrent: true,
  needsBuilding: true,
};

class LstmVariant extends RecurrentLayer {
  override get kind(): typeof lstmVariantKind {
    return lstmVariantKind;
  }
  override readonly options: Resolved<LstmVariantOptions, typeof lstmVariantOptions>;

  constructor(given: LstmVariantOptions) {
    super(given);
    this.options = configure(lstmVariantOptions, given, this.className);
  }

  /** G: the candidate and the gates that there are. */
  protected override get networks(): number {
    const { inputGate, forgetGate, outputGate } = this.options;
    return 1 + Number(inputGate) + Number(forgetGate) + Number(outputGate);
  }

  protected override bias(): Parameter {
    const bias = super.bias();
    const { units: U, unitForgetBias, forgetGate, inputGate } = this.options;
    const from = Number(inputGate) * U;
    return unitForgetBias && forgetGate
      ? { ...bias, adjust: (values) => void values.fill(1, from, from + U) }
      : bias;
  }

  override build(inputs: readonly Shape[]): void {
    super.build(inputs);
    const { peepholes, units } = this.options;
    if (!peepholes) return;
    const shape = [this.networks - 1, units];
    this.parameters = [...this.parameters, parameter("peepholes", shape, { name: "zeros" })];
  }

  protected override cell(b: Builder): CellCalls {
    const o = this.options;
    const settings = {
      peepholes: o.peepholes ? b.parameter(this, "peepholes") : 0,
      ...{ inputGate: Number(o.inputGate), forgetGate: Number(o.forgetGate) },
      ...{ outputGate: Number(o.outputGate), coupled: Number(o.coupled) },
      activation: ACTIVATIONS[o.activation].id,
      outputActivation: ACTIVATIONS[o.outputActivation].id,
      recurrentActivation: ACTIVATIONS.sigmoid.id,
    };
    const { units: U } = o;
    const room = (T: number) => ({
      c: b.allocate(T * b.B * U),
      gates: b.allocate(T * b.B * this.networks * U),
    });
    return {
      forward: (shared, { dropX: _x, dropH: _h, GX: _g, ...input }) => {
        const saved = { ...room(shared.T), ...settings };
        b.call("variantForward", { ...shared, ...input, ...saved });
        const backward: Forwarded["backward"] = (gradients) => {
          const { bias: _, ...rest } = { ...shared, ...input, ...saved };
          const dPeepholes = o.peepholes ? b.parameterGradient(this, "peepholes") : 0;
          b.call("variantBackward", { ...rest, ...gradients, dPeepholes, dc0: 0 });
        };
        return { c: saved.c, backward };
      },
      // One kernel for both: what the lab predicts on is as small as what it learns from.
      infer: (shared, { hLast, sequence, x }) => {
        const h = sequence || b.allocate(shared.T * b.B * U);
        b.call("variantForward", { ...shared, x, h, c0: 0, ...room(shared.T), ...settings });
        const last = h + (shared.T - 1) * b.B * U * b.elementBytes;
        b.call("copyRows", { out: hLast, x: last, N: 1, F: b.B * U, outStride: b.B * U, xStride: b.B * U });
      },
      states: () => {
        throw new Error("the lab's LSTM reads numbers, never ids");
      },
    };
  }
}

/** The lab's LSTM. @throws InputError for options that it does not take */
export function lstmVariant(options: LstmVariantOptions): RecurrentLayer {
  return new LstmVariant(options);
}
