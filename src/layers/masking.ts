/** Masking: a step whose every feature is `maskValue` is hidden from later layers, and is set to 0. */
import { type Builder, configure, Layer, rowsOf, type Shape, sequenceShape, type Tensor } from "./layer.js";
import { planChoose } from "./operations.js";
import { type Given, type Resolved, real } from "./options.js";

export const maskingOptions = { maskValue: real(0) };

export class Masking extends Layer {
  readonly className = "Masking";
  override readonly options: Resolved<typeof maskingOptions>;

  constructor(given: Given<typeof maskingOptions> = {}) {
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

export const masking = (given: Given<typeof maskingOptions> = {}): Masking => new Masking(given);
