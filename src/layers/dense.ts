/** Dense: y = f(x·W + b), W [I][U], b [U], over the last axis of a vector or of every step of a sequence. */

import { inputError } from "../base/errors.js";
import { ACTIVATIONS } from "../kernels/activations.js";
import { planActivation } from "./activation.js";
import { type Builder, configure, kernelAndBias, Layer, rowsOf, type Shape, type Tensor } from "./layer.js";
import { activation, count, flag, type Given, initializer, type Resolved, regularizer } from "./options.js";

export const denseOptions = {
  /** U, the number of outputs. */
  units: count(),
  activation: activation("linear"),
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
};

export class Dense extends Layer {
  readonly className = "Dense";
  override readonly options: Resolved<typeof denseOptions>;

  constructor(given: Given<typeof denseOptions>) {
    super(given);
    this.options = configure(denseOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const I = input!.at(-1);
    if (typeof I !== "number") {
      throw inputError({
        expected: "a known number of features",
        where: `input of Dense ${this.name}`,
        received: input,
        next: "Fix the number of steps (inputLength, or layers.input with a full shape), or pool the sequence first.",
      });
    }
    const { units } = this.options;
    this.parameters = kernelAndBias(this.options, [I, units]);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return [...input!.slice(0, -1), this.options.units];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { units: U, useBias, activation: name } = this.options;
    // A loss that starts from logits needs them kept, so the activation then runs on its own.
    const fused = ACTIVATIONS[name].fused && !(b.wantsLogits && name === "sigmoid");
    const out = b.tensor([...x!.shape.slice(0, -1), U], { mask: x!.mask });
    const call = {
      out: out.at,
      x: b.read(x!),
      kernel: b.parameter(this, "kernel"),
      N: rowsOf(b, x!),
      I: x!.shape.at(-1)!,
      U,
      activation: fused ? ACTIVATIONS[name].id : ACTIVATIONS.linear.id,
    };
    b.call("denseForward", { ...call, bias: useBias ? b.parameter(this, "bias") : 0 });
    b.backward(() => {
      if (!out.gradient) return;
      b.call("denseBackward", {
        ...call,
        dx: b.gradientOf(x!),
        dKernel: b.parameterGradient(this, "kernel"),
        dBias: useBias ? b.parameterGradient(this, "bias") : 0,
        dOut: out.gradient,
      });
    });
    return fused ? out : planActivation(b, out, name);
  }
}

export const dense = (given: Given<typeof denseOptions>): Dense => new Dense(given);
export type DenseOptions = Given<typeof denseOptions>;
