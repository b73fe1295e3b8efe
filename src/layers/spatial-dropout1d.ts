/** SpatialDropout1D (Tompson et al. 2015): drops whole features of a sequence, the same ones at every step. */
import { type DropoutOptions, dropoutMask, dropoutOptions, planMask } from "./dropout.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import type { Resolved } from "./options.js";

export const spatialDropout1DKind: LayerKind<"SpatialDropout1D"> = {
  className: "SpatialDropout1D",
  options: dropoutOptions,
  make: spatialDropout1D,
  mask: "passes",
  keepsNumbers: true,
  keras: { arguments: "rate | seed", withoutTrainable: true },
};

export class SpatialDropout1D extends Layer {
  override get kind(): typeof spatialDropout1DKind {
    return spatialDropout1DKind;
  }
  override readonly options: Resolved<DropoutOptions, typeof dropoutOptions>;

  constructor(given: DropoutOptions) {
    super(given);
    this.options = configure(dropoutOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    sequenceShape(input!, this);
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { rate } = this.options;
    if (!b.training || b.frozen || rate === 0) return x!;
    return planMask(b, x!, dropoutMask(b, this, 0, rate, 1, x!.shape[1]!), "one");
  }
}

/**
 * Drops whole features of a sequence [T, F] in training, the same ones at every step (Tompson et al. 2015); in
 * prediction it hands its input on. The shape stays. Keeps the mask.
 */
export function spatialDropout1D(options: DropoutOptions): SpatialDropout1D {
  return new SpatialDropout1D(options);
}
