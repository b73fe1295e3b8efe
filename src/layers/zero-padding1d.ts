/** ZeroPadding1D: steps of zeros before and behind a sequence. */
import { inputError, wholeNumber } from "../base/errors.js";
import { type Builder, configure, Layer, type Shape, sequenceShape, type Tensor } from "./layer.js";
import { planConcatTime } from "./layout.js";
import type { Given, Option, Resolved } from "./options.js";

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

export const zeroPadding1DOptions = { padding: pair };

export class ZeroPadding1D extends Layer {
  readonly className = "ZeroPadding1D";
  override readonly options: Resolved<typeof zeroPadding1DOptions>;

  constructor(given: Given<typeof zeroPadding1DOptions> = {}) {
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

export const zeroPadding1D = (given: Given<typeof zeroPadding1DOptions> = {}) => new ZeroPadding1D(given);
