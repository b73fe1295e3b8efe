/** Reshape: a row's numbers, in the order of steps and features within them, laid out in another shape. */
import { inputError } from "../base/errors.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planRowMajor, planTimeMajor } from "./layout.js";
import type { LayerOptions, RequiredOption, Resolved } from "./options.js";

/** [features] or [steps, features], in which one size may be −1: as many as are left. */
const targetShape: RequiredOption<readonly number[]> = {
  fallback: undefined,
  required: true,
  resolve(value, where) {
    const isSize = (n: unknown) => Number.isInteger(n) && ((n as number) > 0 || n === -1);
    const fits = Array.isArray(value) && value.length >= 1 && value.length <= 2 && value.every(isSize);
    if (fits && value.filter((n) => n === -1).length <= 1) return value;
    throw inputError({
      expected: "[features] or [steps, features], one of them −1 at most",
      where,
      received: value,
    });
  },
};

/** Options of `layers.reshape`. */
export interface ReshapeOptions extends LayerOptions {
  /** [F] or [T, F], in which one size may be −1: as many as are left. */
  targetShape: readonly number[];
}

export const reshapeOptions = { targetShape };

export const reshapeKind: LayerKind<"Reshape"> = {
  className: "Reshape",
  options: reshapeOptions,
  make: reshape,
  mask: "ends",
  keepsNumbers: true,
  keras: { arguments: "target_shape" },
};

export class Reshape extends Layer {
  override get kind(): typeof reshapeKind {
    return reshapeKind;
  }
  override readonly options: Resolved<ReshapeOptions, typeof reshapeOptions>;

  constructor(given: ReshapeOptions) {
    super(given);
    this.options = configure(reshapeOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { targetShape } = this.options;
    const known = targetShape.reduce((product, n) => (n === -1 ? product : product * n), 1);
    const total = input!.reduce<number | null>((product, n) => (n && product ? product * n : null), 1);
    if (total === null) return targetShape.map((n) => (n === -1 ? null : n));
    const left = total / known;
    if (Number.isInteger(left) && (left === 1 || targetShape.includes(-1))) {
      return targetShape.map((n) => (n === -1 ? left : n));
    }
    throw inputError({
      expected: `a target shape of the input's ${total} numbers ([${input!.join(", ")}])`,
      where: `Reshape ${this.name} targetShape`,
      received: targetShape,
    });
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const shape = this.outputShape([x!.shape]) as readonly number[];
    const row = planRowMajor(b, x!);
    return shape.length === 1 ? row : planTimeMajor(b, row, shape[0]!, shape[1]!);
  }
}

/**
 * A row's numbers laid out in another shape of as many, in the order of steps and of features within them. A mask ends
 * here, as in Keras.
 *
 * @example layers.reshape({ targetShape: [-1, 8] })
 */
export function reshape(options: ReshapeOptions): Reshape {
  return new Reshape(options);
}
