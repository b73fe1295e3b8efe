/** RepeatVector: a vector [F] at each of n steps, [n, F]. */
import { inputError } from "../base/errors.js";
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planRepeat } from "./layout.js";
import { count, type LayerOptions, type Resolved } from "./options.js";

/** Options of `layers.repeatVector`. */
export interface RepeatVectorOptions extends LayerOptions {
  /** How many steps: at least 1. */
  n: number;
}

export const repeatVectorOptions = { n: count() };

export const repeatVectorKind: LayerKind<"RepeatVector"> = {
  className: "RepeatVector",
  options: repeatVectorOptions,
  make: repeatVector,
  mask: "ends",
  needsBuilding: true,
  keras: { arguments: "n" },
};

export class RepeatVector extends Layer {
  override get kind(): typeof repeatVectorKind {
    return repeatVectorKind;
  }
  override readonly options: Resolved<RepeatVectorOptions, typeof repeatVectorOptions>;

  constructor(given: RepeatVectorOptions) {
    super(given);
    this.options = configure(repeatVectorOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const [features] = input!;
    if (input!.length === 1) return [this.options.n, features!];
    throw inputError({
      expected: "one vector a row",
      where: `input of RepeatVector ${this.name}`,
      received: [...input!],
      next: "Leave returnSequences off on the recurrent layer before it.",
    });
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { n } = this.options;
    const F = x!.shape[0]!;
    return planRepeat(b, x!, [n, F], { A: 1, R: n, C: b.B * F });
  }
}

/** A vector [F] at each of n steps, [n, F]: what a recurrent layer put out, for another one to read. */
export function repeatVector(options: RepeatVectorOptions): RepeatVector {
  return new RepeatVector(options);
}
