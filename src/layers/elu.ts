/** ELU (Clevert et al. 2016): y = x where x > 0, else y = α · (eˣ − 1); so α · elu(x) + (1 − α) · relu(x). */
import { planActivation } from "./activation.js";
import { type Builder, configure, Layer, type Shape, type Tensor } from "./layer.js";
import { planCombine } from "./operations.js";
import { type Given, type Resolved, real } from "./options.js";

export const eluOptions = {
  /** α, how far below 0 it goes. */
  alpha: real(1),
};

export class ELU extends Layer {
  readonly className = "ELU";
  override readonly options: Resolved<typeof eluOptions>;

  constructor(given: Given<typeof eluOptions> = {}) {
    super(given);
    this.options = configure(eluOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { alpha } = this.options;
    if (alpha === 1) return planActivation(b, x!, "elu");
    const [one, two] = [b.fork(x!), b.fork(x!)];
    const bent = planActivation(b, one, "elu");
    const straight = planActivation(b, two, "relu");
    return planCombine(b, bent, straight, { a: alpha, b: 1 - alpha, mask: x!.mask });
  }
}

export const elu = (given: Given<typeof eluOptions> = {}) => new ELU(given);
