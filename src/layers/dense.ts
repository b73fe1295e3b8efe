/** Dense: y = f(x·W + b), W [I][U], b [U], over the last axis of a vector or of every step of a sequence. */

import { inputError } from "../base/errors.js";
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { planActivation } from "./activation.js";
import {
  type Builder,
  configure,
  kernelAndBias,
  Layer,
  type LayerKind,
  rowsOf,
  type Shape,
  type Tensor,
} from "./layer.js";
import {
  activation,
  count,
  KERNEL_ARGUMENTS,
  type KernelOptions,
  kernelOptions,
  LORA_ARGUMENTS,
  type Resolved,
} from "./options.js";

/** Options of `layers.dense`. */
export interface DenseOptions extends KernelOptions {
  /** U, the number of outputs: at least 1. */
  units: number;
  /** f, of the sums; null is "linear". Default "linear". */
  activation?: ActivationName | null;
}

export const denseOptions = { units: count(), activation: activation("linear"), ...kernelOptions };

export const denseKind: LayerKind<"Dense"> = {
  className: "Dense",
  options: denseOptions,
  make: dense,
  mask: "passes",
  needsBuilding: true,
  keras: { arguments: `units activation use_bias | ${KERNEL_ARGUMENTS} ${LORA_ARGUMENTS}` },
};

export class Dense extends Layer {
  override get kind(): typeof denseKind {
    return denseKind;
  }
  override readonly options: Resolved<DenseOptions, typeof denseOptions>;

  constructor(given: DenseOptions) {
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

/**
 * Every output sees every input: y = f(x·W + b), kernel W [I, U], bias b [U].
 *
 * Takes a vector [I], or a sequence [T, I] whose steps are taken one by one; puts out [U] or [T, U]. Keeps the mask.
 *
 * @example layers.dense({ units: 1, activation: "sigmoid" })
 */
export function dense(options: DenseOptions): Dense {
  return new Dense(options);
}
