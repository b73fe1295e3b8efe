/** Softmax as a layer of its own: y_j = exp(x_j) / Σ exp(x_k) over the features, or over the steps of a sequence. */
import { inputError } from "../base/errors.js";
import { planActivation } from "./activation.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planTranspose } from "./layout.js";
import { axis, type LayerOptions, type Resolved } from "./options.js";

/** Options of `layers.softmax`. */
export interface SoftmaxOptions extends LayerOptions {
  /** What sums to 1, the batch being axis 0: −1 the features, 1 the steps of a sequence. Default -1. */
  axis?: number;
}

export const softmaxOptions = { axis: axis(-1) };

/** Why no Softmax stands behind a mask. */
export const maskedSoftmax = (name: string) =>
  inputError({
    expected: "a sequence without a mask, which Keras's Softmax would take for one of features",
    where: `input of Softmax ${name}`,
    received: "a masked one",
    next: 'Use layers.activation({ activation: "softmax" }), which hands the mask on.',
  });

export const softmaxKind: LayerKind<"Softmax"> = {
  className: "Softmax",
  options: softmaxOptions,
  make: softmax,
  mask: "passes",
  heedsMask: true,
  activation: "softmax",
  keras: { arguments: "axis" },
};

export class Softmax extends Layer {
  override get kind(): typeof softmaxKind {
    return softmaxKind;
  }
  override readonly options: Resolved<SoftmaxOptions, typeof softmaxOptions>;

  constructor(given: SoftmaxOptions = {}) {
    super(given);
    this.options = configure(softmaxOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { axis } = this.options;
    if (axis >= -input!.length && axis <= input!.length) return input!;
    throw inputError({
      expected: `an axis of the input, which has ${input!.length} besides the batch`,
      where: `Softmax ${this.name} axis`,
      received: axis,
    });
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    if (x!.mask) throw maskedSoftmax(this.name);
    const { axis } = this.options;
    const overFeatures = axis === -1 || axis === x!.shape.length;
    return overFeatures
      ? planActivation(b, x!, "softmax")
      : planTranspose(b, planActivation(b, planTranspose(b, x!), "softmax"));
  }
}

/**
 * exp(x_j) / Σ_k exp(x_k) over the features, or over the steps of a sequence. The shape stays. Behind a mask it is
 * refused: there `layers.activation({ activation: "softmax" })` hands the mask on.
 */
export function softmax(options: SoftmaxOptions = {}): Softmax {
  return new Softmax(options);
}
