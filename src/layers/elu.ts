/** ELU (Clevert et al. 2016): y = x where x > 0, else y = α · (eˣ − 1); so α · elu(x) + (1 − α) · relu(x). */
import { planActivation } from "./activation.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planCombine } from "./operations.js";
import { type LayerOptions, type Resolved, real } from "./options.js";

/** Options of `layers.elu`. */
export interface ELUOptions extends LayerOptions {
  /** α: it goes down to −α. Default 1. */
  alpha?: number;
}

export const eluOptions = { alpha: real(1) };

export const eluKind: LayerKind<"ELU"> = {
  className: "ELU",
  options: eluOptions,
  make: elu,
  mask: "passes",
  keras: { arguments: "alpha" },
};

export class ELU extends Layer {
  override get kind(): typeof eluKind {
    return eluKind;
  }
  override readonly options: Resolved<ELUOptions, typeof eluOptions>;

  constructor(given: ELUOptions = {}) {
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

/** x where x > 0, else α · (eˣ − 1) (Clevert et al. 2016), element by element. The shape stays. Keeps the mask. */
export function elu(options: ELUOptions = {}): ELU {
  return new ELU(options);
}
