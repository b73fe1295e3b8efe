/** Activation as a layer of its own, and activations that other layers end in. */
import { ACTIVATIONS, type ActivationName, LEAKY_SLOPE } from "../kernels/activations.js";
import {
  type Builder,
  configure,
  elementsOf,
  Layer,
  type LayerKind,
  rowsOf,
  type Shape,
  type Tensor,
} from "./layer.js";
import { activation as activationOption, type LayerOptions, type Resolved } from "./options.js";

/** y = f(x) as calls of its own; keeps x, so that losses may start from the logits. */
export function planActivation(b: Builder, x: Tensor, name: ActivationName, alpha = LEAKY_SLOPE): Tensor {
  const out = b.tensor(x.shape, {
    mask: x.mask,
    logits: { of: name, tensor: x },
    wantsGradient: x.wantsGradient,
  });
  const softmax = name === "softmax";
  const rows = { N: rowsOf(b, x), F: x.shape.at(-1)! };
  const elements = { length: elementsOf(b, x), activation: ACTIVATIONS[name].id, alpha };
  const input = b.read(x);
  if (softmax) b.call("softmaxForward", { out: out.at, x: input, ...rows });
  else b.call("activationForward", { out: out.at, x: input, ...elements });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (!dx) return;
    const gradients = { dx, dOut: out.gradient, out: out.at };
    if (softmax) b.call("softmaxBackward", { ...gradients, ...rows });
    else b.call("activationBackward", { ...gradients, x: input, ...elements });
  });
  return out;
}

/** Options of `layers.activation`. */
export interface ActivationOptions extends LayerOptions {
  /** The function's name; null is "linear", which changes nothing. */
  activation: ActivationName | null;
}

export const activationOptions = { activation: { ...activationOption("linear"), required: true as const } };

export const activationKind: LayerKind<"Activation"> = {
  className: "Activation",
  options: activationOptions,
  make: activation,
  mask: "passes",
  needsBuilding: true,
  keras: { arguments: "activation" },
};

export class Activation extends Layer {
  override get kind(): typeof activationKind {
    return activationKind;
  }
  override readonly options: Resolved<ActivationOptions, typeof activationOptions>;

  constructor(given: ActivationOptions) {
    super(given);
    this.options = configure(activationOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    return planActivation(b, x!, this.options.activation);
  }
}

/**
 * An activation as a layer of its own, y = f(x): element by element, softmax over the features. The shape stays. Keeps
 * the mask.
 *
 * @example layers.activation({ activation: "tanh" })
 */
export function activation(options: ActivationOptions): Activation {
  return new Activation(options);
}
