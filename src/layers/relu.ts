/** ReLU with Keras's three numbers: y = min(x, m) where x > θ, else y = s · (x − θ). */
import {
  type Builder,
  configure,
  elementsOf,
  Layer,
  type LayerKind,
  type Shape,
  type Tensor,
} from "./layer.js";
import { type LayerOptions, type Resolved, real, realOr } from "./options.js";

/** Options of `layers.relu`. */
export interface ReLUOptions extends LayerOptions {
  /** m, the most it puts out, at least 0; null for no limit. Default null. */
  maxValue?: number | null;
  /** s, the slope below the threshold, at least 0. Default 0. */
  negativeSlope?: number;
  /** θ, above which it hands its input on, at least 0. Default 0. */
  threshold?: number;
}

export const reluOptions = { maxValue: realOr(null, 0), negativeSlope: real(0, 0), threshold: real(0, 0) };

export const reluKind: LayerKind<"ReLU"> = {
  className: "ReLU",
  options: reluOptions,
  make: relu,
  mask: "passes",
  keras: { arguments: "max_value negative_slope threshold" },
};

export class ReLU extends Layer {
  override get kind(): typeof reluKind {
    return reluKind;
  }
  override readonly options: Resolved<ReLUOptions, typeof reluOptions>;

  constructor(given: ReLUOptions = {}) {
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

/**
 * Rectified linear units: min(x, m) where x > θ, else s · (x − θ); without options max(x, 0). Element by element, so
 * the shape stays. Keeps the mask.
 */
export function relu(options: ReLUOptions = {}): ReLU {
  return new ReLU(options);
}
