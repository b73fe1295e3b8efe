/** ReLU with Keras's three numbers: y = min(x, m) where x > θ, else y = s · (x − θ). */
import { type Builder, configure, elementsOf, Layer, type Shape, type Tensor } from "./layer.js";
import { type Given, type Resolved, real, realOr } from "./options.js";

export const reluOptions = {
  /** m, the most it puts out; null for no limit. */
  maxValue: realOr(null, 0),
  /** s, the slope below the threshold. */
  negativeSlope: real(0, 0),
  /** θ */
  threshold: real(0, 0),
};

export class ReLU extends Layer {
  readonly className = "ReLU";
  override readonly options: Resolved<typeof reluOptions>;

  constructor(given: Given<typeof reluOptions> = {}) {
    super(given);
    this.options = configure(reluOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { maxValue, negativeSlope: slope, threshold } = this.options;
    const numbers = { length: elementsOf(b, x!), slope, threshold, ceiling: maxValue ?? Infinity };
    const out = b.tensor(x!.shape, { mask: x!.mask, wantsGradient: x!.wantsGradient });
    const input = b.read(x!);
    b.call("rectifyForward", { out: out.at, x: input, ...numbers });
    b.backward(() => {
      const dx = out.gradient && b.gradientOf(x!);
      if (dx) b.call("rectifyBackward", { dx, dOut: out.gradient, x: input, ...numbers });
    });
    return out;
  }
}

export const relu = (given: Given<typeof reluOptions> = {}) => new ReLU(given);
