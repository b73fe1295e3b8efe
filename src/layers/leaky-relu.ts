/** LeakyReLU (Maas et al. 2013): y = x where x > 0, else y = s · x. */
import { planActivation } from "./activation.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { type LayerOptions, type Resolved, real } from "./options.js";

/** Options of `layers.leakyReLU`. */
export interface LeakyReLUOptions extends LayerOptions {
  /** s, the slope below 0, at least 0; the activation "leakyRelu" has 0.2. Default 0.3. */
  negativeSlope?: number;
}

export const leakyReLUOptions = { negativeSlope: real(0.3, 0) };

export const leakyReLUKind: LayerKind<"LeakyReLU"> = {
  className: "LeakyReLU",
  options: leakyReLUOptions,
  make: leakyReLU,
  mask: "passes",
  keras: { arguments: "negative_slope | alpha", renamed: { alpha: "negative_slope" } },
};

export class LeakyReLU extends Layer {
  override get kind(): typeof leakyReLUKind {
    return leakyReLUKind;
  }
  override readonly options: Resolved<LeakyReLUOptions, typeof leakyReLUOptions>;

  constructor(given: LeakyReLUOptions = {}) {
    super(given);
    this.options = configure(leakyReLUOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    return planActivation(b, x!, "leakyRelu", this.options.negativeSlope);
  }
}

/** x where x > 0, else s · x (Maas et al. 2013), element by element. The shape stays. Keeps the mask. */
export function leakyReLU(options: LeakyReLUOptions = {}): LeakyReLU {
  return new LeakyReLU(options);
}
