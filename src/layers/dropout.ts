/**
 * Dropout (Srivastava et al. 2014), inverted: kept values are scaled by 1/(1 − rate) in training, and inference is
 * the identity. Masks are a function of (seed, layer, step, row, index): the same on any number of threads.
 */
import type { Pointer } from "../kernels/declare.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { type LayerOptions, type Resolved, rate } from "./options.js";

/** Draws a mask [G][B][F] in this plan and returns it. `kind` tells several masks of one layer apart. */
export function dropoutMask(
  b: Builder,
  layer: Layer,
  kind: number,
  rate: number,
  G: number,
  F: number,
): Pointer {
  const mask = b.allocate(G * b.B * F);
  b.call("dropoutMask", {
    mask,
    counters: b.counters,
    G,
    B: b.B,
    F,
    purpose: b.purpose(layer, kind),
    firstRow: b.firstRow,
    threshold: Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32)),
    scale: rate < 1 ? 1 / (1 - rate) : 0,
  });
  return mask;
}

/** out = x ⊙ mask, and its backward; the mask [groups][B][F] of a [T][B][F] or [B][F] tensor. */
export function planMask(b: Builder, x: Tensor, mask: Pointer, maskGroups: "every step" | "one"): Tensor {
  const G = x.shape.length === 2 ? x.shape[0]! : 1;
  const N = b.B * x.shape.at(-1)!;
  const sizes = { mask, G, N, maskGroups: maskGroups === "one" ? 1 : G };
  const out = b.tensor(x.shape, { mask: x.mask, wantsGradient: x.wantsGradient });
  b.call("multiplyMask", { out: out.at, x: b.read(x), ...sizes });
  b.backward(() => {
    const dx = b.gradientOf(x);
    if (out.gradient && dx) b.call("multiplyMask", { out: dx, x: out.gradient, ...sizes });
  });
  return out;
}

/** Options of `layers.dropout` and `layers.spatialDropout1D`. */
export interface DropoutOptions extends LayerOptions {
  /** The share of values that training sets to 0, from 0 to 1; the others are scaled by 1 / (1 − rate). */
  rate: number;
}

export const dropoutOptions = { rate: { ...rate(0), required: true as const } };

export const dropoutKind: LayerKind<"Dropout"> = {
  className: "Dropout",
  options: dropoutOptions,
  make: dropout,
  mask: "passes",
  keepsNumbers: true,
  keras: { arguments: "rate noise_shape seed" },
};

export class Dropout extends Layer {
  override get kind(): typeof dropoutKind {
    return dropoutKind;
  }
  override readonly options: Resolved<DropoutOptions, typeof dropoutOptions>;

  constructor(given: DropoutOptions) {
    super(given);
    this.options = configure(dropoutOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { rate } = this.options;
    if (!b.training || b.frozen || rate === 0) return x!;
    const [G, F] = x!.shape.length === 2 ? (x!.shape as [number, number]) : [1, x!.shape[0]!];
    return planMask(b, x!, dropoutMask(b, this, 0, rate, G, F), "every step");
  }
}

/**
 * Sets values to 0 at random in training and scales up the rest; in prediction it hands its input on (Srivastava et al.
 * 2014). Takes [F] or [T, F]; the shape stays. Keeps the mask. Which values go follows from the model's seed, on any
 * number of threads.
 *
 * @example layers.dropout({ rate: 0.5 })
 */
export function dropout(options: DropoutOptions): Dropout {
  return new Dropout(options);
}
