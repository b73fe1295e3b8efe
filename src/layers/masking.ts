/** Masking: a step whose every feature is `maskValue` is hidden from later layers, and is set to 0. */
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  rowsOf,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { planChoose } from "./operations.js";
import { type LayerOptions, type Resolved, real } from "./options.js";

/** Options of `layers.masking`. */
export interface MaskingOptions extends LayerOptions {
  /** A step is hidden where all its features are this number, compared in float32. Default 0. */
  maskValue?: number;
}

export const maskingOptions = { maskValue: real(0) };

export const maskingKind: LayerKind<"Masking"> = {
  className: "Masking",
  options: maskingOptions,
  make: masking,
  mask: "fromValues",
  keras: { arguments: "mask_value" },
};

export class Masking extends Layer {
  override get kind(): typeof maskingKind {
    return maskingKind;
  }
  override readonly options: Resolved<MaskingOptions, typeof maskingOptions>;

  constructor(given: MaskingOptions = {}) {
    super(given);
    this.options = configure(maskingOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    sequenceShape(input!, this);
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const N = rowsOf(b, x!);
    const mask = b.allocate(N);
    // What a float32 buffer holds is compared with the nearest float32.
    const value = b.elementBytes === 4 ? Math.fround(this.options.maskValue) : this.options.maskValue;
    b.call("maskFromValues", { mask, x: b.read(x!), N, F: x!.shape[1]!, value });
    return planChoose(b, mask, x!, 0, mask);
  }
}

/**
 * Hides steps of a sequence [T, F] from later layers: those whose every feature is `maskValue`. They are set to 0, and
 * the mask goes on with the output.
 */
export function masking(options: MaskingOptions = {}): Masking {
  return new Masking(options);
}
