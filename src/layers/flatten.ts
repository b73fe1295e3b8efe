/** Flatten: a sequence [T, F] becomes one vector [T·F]; a vector stays as it is. Masks end here, as in Keras. */
import type { Bound } from "../kernels/bound.js";
import { type Builder, Layer, type Shape, type Tensor } from "./layer.js";
import { planRowMajor } from "./layout.js";

export function toRowMajor({ out, x, B, T, F }: Bound<"toRowMajor">): void {
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) out[(b * T + t) * F + f] = x[(t * B + b) * F + f]!;
    }
  }
}

export function toTimeMajor({ out, x, B, T, F }: Bound<"toTimeMajor">): void {
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < F; f++) out[(t * B + b) * F + f] = x[(b * T + t) * F + f]!;
    }
  }
}

export class Flatten extends Layer {
  readonly className = "Flatten";

  override outputShape([input]: readonly Shape[]): Shape {
    if (input!.length === 1) return input!;
    const [T, F] = input as [number | null, number];
    return [T === null ? null : T * F];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    return planRowMajor(b, x!);
  }
}

export const flatten = (given: { name?: string } = {}): Flatten => new Flatten(given);
