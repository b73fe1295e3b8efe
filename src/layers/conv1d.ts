/**
 * Conv1D: y_s = f(Σ_k x_{s·stride + k·dilation − before} · W_k + b), a window of K steps slid along the sequence, steps
 * outside it zeros. Kernel W [K][I/groups][U], bias b [U]; with groups, each block of U/groups outputs sees its own
 * block of inputs. "same" puts out ⌈T/stride⌉ steps, "causal" as many, of which none sees a later step.
 */

import { inputError } from "../base/errors.js";
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { planActivation } from "./activation.js";
import {
  type Builder,
  configure,
  kernelAndBias,
  Layer,
  type LayerKind,
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
  given,
  KERNEL_ARGUMENTS,
  type KernelOptions,
  kernelOptions,
  type Resolved,
} from "./options.js";
import { PADDINGS, type Padding, stepsBefore, type WindowOptions, windowCount } from "./windows.js";

/** Options of `layers.conv1D`. */
export interface Conv1DOptions extends KernelOptions {
  /** U, the numbers it puts out a step: at least 1. */
  filters: number;
  /** K, the steps of a window: a number, or a list of one as Keras writes it. */
  kernelSize: number | readonly number[];
  /** Steps from one window to the next. Default 1. */
  strides?: number | readonly number[];
  /**
   * "valid": whole windows alone; "same": zeros on both sides; "causal": zeros before, no window sees a later step.
   * Default "valid".
   */
  padding?: Padding;
  /** Steps between neighbours in a window; 1 unless `strides` is. Default 1. */
  dilationRate?: number | readonly number[];
  /** Blocks of inputs and outputs that have nothing to do with each other; divides both. Default 1. */
  groups?: number;
  /** f, of the sums; null is "linear". Default "linear". */
  activation?: ActivationName | null;
}

export const conv1DOptions = {
  filters: count(),
  kernelSize: given(along(1)),
  strides: along(1),
  padding: choice("valid", PADDINGS),
  dilationRate: along(1),
  groups: countFrom(1),
  activation: activation("linear"),
  ...kernelOptions,
};

export const conv1DKind: LayerKind<"Conv1D"> = {
  className: "Conv1D",
  options: conv1DOptions,
  make: conv1D,
  mask: "ends",
  needsBuilding: true,
  keras: {
    arguments: `filters kernel_size strides padding | data_format dilation_rate groups activation use_bias ${KERNEL_ARGUMENTS}`,
    aliases: ["Convolution1D"],
  },
};

export class Conv1D extends Layer {
  override get kind(): typeof conv1DKind {
    return conv1DKind;
  }
  override readonly options: Resolved<Conv1DOptions, typeof conv1DOptions>;

  constructor(given: Conv1DOptions) {
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

/**
 * A window of K steps slid along a sequence, each place seen by the same weights: kernel [K, I/groups, U], bias [U].
 *
 * Takes a sequence [T, I]; puts out [S, U], S = ⌊(T − span) / strides⌋ + 1 with padding "valid" (span: the steps a
 * window covers, (K − 1) · dilationRate + 1), else ⌈T / strides⌉. A mask ends here, as in Keras: windows mix hidden
 * steps with others.
 *
 * @example layers.conv1D({ filters: 64, kernelSize: 5, activation: "relu" })
 */
export function conv1D(options: Conv1DOptions): Conv1D {
  return new Conv1D(options);
}
