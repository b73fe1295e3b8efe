/** ZeroPadding1D: steps of zeros before and behind a sequence. */
import { inputError, wholeNumber } from "../base/errors.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  type Shape,
  sequenceShape,
  type Tensor,
} from "./layer.js";
import { planConcatTime } from "./layout.js";
import type { LayerOptions, Option, Resolved } from "./options.js";

type Pair = readonly [before: number, behind: number];

/** Steps before and behind; one number for both. */
const pair: Option<number | readonly number[], Pair> = {
  fallback: 1,
  resolve(value = 1, where) {
    const both = Array.isArray(value) ? value : [value, value];
    if (both.length !== 2) {
      throw inputError({ expected: "a number of steps, or [before, behind]", where, received: value });
    }
    return [wholeNumber(both[0], where), wholeNumber(both[1], where)];
  },
};

/** Options of `layers.zeroPadding1D`. */
export interface ZeroPadding1DOptions extends LayerOptions {
  /** Steps of zeros: [before, behind], or one number for both. Default 1. */
  padding?: number | readonly number[];
}

export const zeroPadding1DOptions = { padding: pair };

export const zeroPadding1DKind: LayerKind<"ZeroPadding1D"> = {
  className: "ZeroPadding1D",
  options: zeroPadding1DOptions,
  make: zeroPadding1D,
  mask: "ends",
  needsBuilding: true,
  keras: { arguments: "padding | data_format" },
};

export class ZeroPadding1D extends Layer {
  override get kind(): typeof zeroPadding1DKind {
    return zeroPadding1DKind;
  }
  override readonly options: Resolved<ZeroPadding1DOptions, typeof zeroPadding1DOptions>;

  constructor(given: ZeroPadding1DOptions = {}) {
    super(given);
    this.options = configure(zeroPadding1DOptions, given, this.className);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    const { steps, features } = sequenceShape(input!, this);
    const [before, behind] = this.options.padding;
    return [steps === null ? null : before + steps + behind, features];
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const F = x!.shape[1]!;
    const zeros = (steps: number): Tensor[] => {
      if (steps === 0) return [];
      const none = b.tensor([steps, F], { wantsGradient: false });
      b.call("fill", { out: none.at, length: steps * b.B * F, value: 0 });
      return [none];
    };
    const [before, behind] = this.options.padding;
    return planConcatTime(b, [...zeros(before), x!, ...zeros(behind)]);
  }
}

/** Steps of zeros before and behind a sequence: [T, F] to [before + T + behind, F]. A mask ends here, as in Keras. */
export function zeroPadding1D(options: ZeroPadding1DOptions = {}): ZeroPadding1D {
  return new ZeroPadding1D(options);
}
