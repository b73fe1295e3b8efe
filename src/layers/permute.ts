/** Permute: the axes of a row in another order; dims [2, 1] makes steps of a sequence's features. */
import { inputError } from "../base/errors.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planTranspose, viewOf } from "./layout.js";
import type { LayerOptions, RequiredOption, Resolved } from "./options.js";

const sameItems = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, i) => item === b[i]);

/** Axes counted from 1, the batch left out, each once. */
const axes: RequiredOption<readonly number[]> = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    const known = Array.isArray(value) && [[1], [1, 2], [2, 1]].some((axes) => sameItems(axes, value));
    if (known) return value;
    throw inputError({ expected: "[2, 1], [1, 2] or [1]", where, received: value });
  },
};

/** Options of `layers.permute`. */
export interface PermuteOptions extends LayerOptions {
  /** Which axis of the input comes first, and which then, counted from 1: [2, 1], [1, 2], or [1] of a vector. */
  dims: readonly number[];
}

export const permuteOptions = { dims: axes };

export const permuteKind: LayerKind<"Permute"> = {
  className: "Permute",
  options: permuteOptions,
  make: permute,
  mask: "ends",
  keepsNumbers: true,
  needsBuilding: true,
  keras: { arguments: "dims" },
};

export class Permute extends Layer {
  override get kind(): typeof permuteKind {
    return permuteKind;
  }
  override readonly options: Resolved<PermuteOptions, typeof permuteOptions>;

  constructor(given: PermuteOptions) {
    super(given);
    this.options = configure(permuteOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { dims } = this.options;
    if (input!.length === dims.length) return dims.map((axis) => input![axis - 1]!);
    throw inputError({
      expected: `an input of as many axes as dims (${dims.length})`,
      where: `input of Permute ${this.name}`,
      received: [...input!],
    });
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const turned = this.options.dims[0] === 2;
    // Masks end here either way, as in Keras.
    return turned ? planTranspose(b, x!) : viewOf(b, x!, x!.shape);
  }
}

/**
 * The axes of a row in another order: dims [2, 1] makes of a sequence [T, F] one of its features, [F, T]. A mask ends
 * here, as in Keras.
 */
export function permute(options: PermuteOptions): Permute {
  return new Permute(options);
}
