/** Flatten: a sequence [T, F] becomes one vector [T·F]; a vector stays as it is. Masks end here, as in Keras. */
import { type Builder, configure, Layer, type LayerKind, type Shape, type Tensor } from "./layer.js";
import { planRowMajor } from "./layout.js";
import type { LayerOptions } from "./options.js";

export const flattenKind: LayerKind<"Flatten"> = {
  className: "Flatten",
  options: {},
  make: flatten,
  mask: "ends",
  keepsNumbers: true,
  needsBuilding: true,
  keras: { arguments: "| data_format" },
};

export class Flatten extends Layer {
  override get kind(): typeof flattenKind {
    return flattenKind;
  }

  constructor(given: LayerOptions = {}) {
    super(given);
    configure({}, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    if (input!.length === 1) return input!;
    const [T, F] = input as [number | null, number];
    return [T === null ? null : T * F];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    return planRowMajor(b, x!);
  }
}

/**
 * A sequence [T, F] as one vector [T·F], step by step; a vector stays as it is. A mask ends here, as in Keras: steps it
 * hid are features like any others.
 */
export function flatten(options: LayerOptions = {}): Flatten {
  return new Flatten(options);
}
