/** Concatenate: features side by side, or sequences one after another in time. */

import { inputError } from "../base/errors.js";
import type { Pointer } from "../kernels/declare.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planConcatFeatures, planConcatTime } from "./layout.js";
import { anyMask } from "./operations.js";
import { axis, type LayerOptions, type Resolved } from "./options.js";

/** Options of `layers.concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** What is joined, the batch being axis 0: −1 features, 1 the steps of sequences. Default -1. */
  axis?: number;
}

export const concatenateOptions = { axis: axis(-1) };

export const concatenateKind: LayerKind<"Concatenate"> = {
  className: "Concatenate",
  options: concatenateOptions,
  make: concatenate,
  mask: "joins",
  merges: true,
  needsBuilding: true,
  keras: { arguments: "axis", asFunction: true },
};

export class Concatenate extends Layer {
  override get kind(): typeof concatenateKind {
    return concatenateKind;
  }
  override readonly options: Resolved<ConcatenateOptions, typeof concatenateOptions>;

  constructor(given: ConcatenateOptions = {}) {
    super(given);
    this.options = configure(concatenateOptions, given, this.className);
  }

  /** The joined axis, the batch axis left out. */
  private along(shape: Shape): number {
    const { axis } = this.options;
    const found = axis < 0 ? axis + shape.length : axis - 1;
    if (found >= 0 && found < shape.length) return found;
    throw inputError({
      expected: `an axis from 1 to ${shape.length}, or from −${shape.length} to −1`,
      where: `Concatenate ${this.name} axis`,
      received: axis,
    });
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    const [first] = inputs;
    const along = this.along(first!);
    const fits = (shape: Shape) =>
      shape.length === first!.length &&
      shape.every((n, i) => i === along || n === null || first![i] === null || n === first![i]);
    if (inputs.length < 2 || !inputs.every(fits)) {
      throw inputError({
        expected: "two or more inputs whose shapes differ along the joined axis alone",
        where: `Concatenate ${this.name}`,
        received: inputs.map((shape) => `[${shape.join(", ")}]`),
      });
    }
    return first!.map((size, i) => {
      const sizes = inputs.map((shape) => shape[i] ?? null);
      if (i !== along) return sizes.find((n) => n !== null) ?? size;
      return sizes.includes(null) ? null : sizes.reduce<number>((sum, n) => sum + n!, 0);
    });
  }

  override plan(b: Builder, inputs: readonly Tensor[]): Tensor {
    const shape = this.outputShape(inputs.map((x) => x.shape));
    const masks = inputs.map(({ mask }) => mask);
    if (shape.length === 1 || this.along(shape) === 1) {
      return planConcatFeatures(b, inputs, shape.length === 1 ? 0 : anyMask(b, masks, shape[0]!));
    }
    return planConcatTime(b, inputs, joinedMasks(b, inputs));
  }
}

/** Masks one after another; a sequence without one is all there. */
function joinedMasks(b: Builder, inputs: readonly Tensor[]): Pointer {
  if (inputs.every(({ mask }) => mask === 0)) return 0;
  const lengths = inputs.map(({ shape }) => shape[0]! * b.B);
  const out = b.allocate(lengths.reduce((sum, n) => sum + n, 0));
  let at = out;
  inputs.forEach(({ mask }, i) => {
    const F = lengths[i]!;
    if (mask) b.call("copyRows", { out: at, x: mask, N: 1, F, outStride: F, xStride: F });
    else b.call("fill", { out: at, length: F, value: 1 });
    at += F * b.elementBytes;
  });
  return out;
}

/**
 * Two or more inputs joined: features side by side, [T, F₁] and [T, F₂] to [T, F₁ + F₂], or sequences one after
 * another, [T₁, F] and [T₂, F] to [T₁ + T₂, F]. Features joined, a step counts where any input's mask says so, if all
 * have one; steps joined, so are the masks.
 *
 * @example layers.concatenate().apply([x, y])
 */
export function concatenate(options: ConcatenateOptions = {}): Concatenate {
  return new Concatenate(options);
}
