/**
 * Conv1D: y_s = f(Σ_k x_{s·stride + k·dilation − before} · W_k + b), a window of K steps slid along the sequence, steps
 * outside it zeros. Kernel W [K][I/groups][U], bias b [U]; with groups, each block of U/groups outputs sees its own
 * block of inputs. "same" puts out ⌈T/stride⌉ steps, "causal" as many, of which none sees a later step.
 */

import { inputError } from "../base/errors.js";
import { ACTIVATIONS } from "../kernels/activations.js";
import { planActivation } from "./activation.js";
import {
  type Builder,
  configure,
  kernelAndBias,
  Layer,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import {
  activation,
  along,
  choice,
  count,
  countFrom,
  flag,
  type Given,
  given,
  initializer,
  type Resolved,
  regularizer,
} from "./options.js";
import { PADDINGS, stepsBefore, type WindowOptions, windowCount } from "./windows.js";

export const conv1DOptions = {
  /** U, the numbers it puts out a step. */
  filters: count(),
  /** K, the steps of a window. */
  kernelSize: given(along(1)),
  strides: along(1),
  padding: choice("valid", PADDINGS),
  /** Steps between neighbours in a window. */
  dilationRate: along(1),
  /** Blocks of inputs and outputs that have nothing to do with each other. */
  groups: countFrom(1),
  activation: activation("linear"),
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
};

export class Conv1D extends Layer {
  readonly className = "Conv1D";
  override readonly options: Resolved<typeof conv1DOptions>;

  constructor(given: Given<typeof conv1DOptions>) {
    super(given);
    this.options = configure(conv1DOptions, given, this.className);
    const { strides, dilationRate, filters, groups } = this.options;
    if (strides > 1 && dilationRate > 1) {
      throw inputError({
        expected: "strides or dilationRate of 1, as in Keras",
        where: "layers.Conv1D",
        received: [strides, dilationRate],
      });
    }
    this.checkGroups(filters, groups, "filters");
  }

  private checkGroups(size: number, groups: number, what: string): void {
    if (size % groups === 0) return;
    const where = `layers.Conv1D ${what}`;
    throw inputError({ expected: `a multiple of the ${groups} groups`, where, received: size });
  }

  private get window(): WindowOptions {
    const { kernelSize, strides, dilationRate, padding } = this.options;
    return { span: (kernelSize - 1) * dilationRate + 1, stride: strides, padding };
  }

  override build([input]: readonly Shape[]): void {
    const o = this.options;
    const { features } = sequenceShape(input!, this);
    this.checkGroups(features, o.groups, "input features");
    this.parameters = kernelAndBias(o, [o.kernelSize, features / o.groups, o.filters]);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { steps } = sequenceShape(input!, this);
    return [windowCount(steps, this.window, this), this.options.filters];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { filters: U, kernelSize: K, strides, dilationRate, groups, activation: name } = this.options;
    const { useBias } = this.options;
    const [T, I] = x!.shape as [number, number];
    const S = windowCount(T, this.window, this)!;
    const { fused } = ACTIVATIONS[name];
    // Keras hands no mask on: a window mixes hidden steps with others.
    const out = b.tensor([S, U]);
    const call = {
      ...{ out: out.at, x: b.read(x!), kernel: b.parameter(this, "kernel") },
      ...{ B: b.B, T, I, S, U, K, stride: strides, dilation: dilationRate },
      before: stepsBefore(T, S, this.window),
      groups,
      activation: fused ? ACTIVATIONS[name].id : ACTIVATIONS.linear.id,
    };
    b.call("conv1dForward", { ...call, bias: useBias ? b.parameter(this, "bias") : 0 });
    b.backward(() => {
      if (!out.gradient) return;
      b.call("conv1dBackward", {
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

export const conv1D = (given: Given<typeof conv1DOptions>): Conv1D => new Conv1D(given);
export type Conv1DOptions = Given<typeof conv1DOptions>;
