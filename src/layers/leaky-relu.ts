/** LeakyReLU (Maas et al. 2013): y = x where x > 0, else y = s · x. */
import { planActivation } from "./activation.js";
import { type Builder, configure, Layer, type Shape, type Tensor } from "./layer.js";
import { type Given, type Resolved, real } from "./options.js";

export const leakyReLUOptions = {
  /** s. The activation of that name has 0.2. */
  negativeSlope: real(0.3, 0),
};

export class LeakyReLU extends Layer {
  readonly className = "LeakyReLU";
  override readonly options: Resolved<typeof leakyReLUOptions>;

  constructor(given: Given<typeof leakyReLUOptions> = {}) {
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

export const leakyReLU = (given: Given<typeof leakyReLUOptions> = {}) => new LeakyReLU(given);
