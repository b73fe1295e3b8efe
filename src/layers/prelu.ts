/**
 * PReLU (He et al. 2015): y = x where x > 0, else y = α ⊙ x, with a slope learned for every place of a row; so
 * relu(x) + α ⊙ (x − relu(x)). α [F] or [T, F], its size 1 along shared axes.
 */
import { inputError, wholeNumber } from "../base/errors.js";
import { planActivation } from "./activation.js";
import type { Initializer, InitializerName } from "./initializers.js";
import {
  type Builder,
  configure,
  elementsOf,
  Layer,
  type LayerKind,
  parameter,
  type Shape,
  type Tensor,
} from "./layer.js";
import { planCombine, planProduct } from "./operations.js";
import {
  initializer,
  type LayerOptions,
  type Option,
  type Regularizer,
  type Resolved,
  regularizer,
} from "./options.js";

/** Axes counted from 1, the batch left out; null for none. */
const sharedAxes: Option<readonly number[] | null> = {
  fallback: null,
  resolve(value = null, where) {
    if (value === null) return null;
    if (!Array.isArray(value)) throw inputError({ expected: "a list of axes", where, received: value });
    return value.map((axis, i) => wholeNumber(axis, `${where}[${i}]`, 1, 2));
  },
};

/** Options of `layers.prelu`. */
export interface PReLUOptions extends LayerOptions {
  /** What the slopes α are before training. Default "zeros". */
  alphaInitializer?: InitializerName | Initializer;
  /** Penalties { l1, l2 } on the slopes, added to the loss. Default null. */
  alphaRegularizer?: Partial<Regularizer> | null;
  /**
   * Axes along which one slope serves all places: [1] for the steps of a sequence, whose number may then vary.
   * Default null.
   */
  sharedAxes?: readonly number[] | null;
}

export const preluOptions = {
  alphaInitializer: initializer("zeros"),
  alphaRegularizer: regularizer(),
  sharedAxes,
};

export const preluKind: LayerKind<"PReLU"> = {
  className: "PReLU",
  options: preluOptions,
  make: prelu,
  mask: "passes",
  needsBuilding: true,
  keras: { arguments: "alpha_initializer alpha_regularizer alpha_constraint shared_axes" },
};

export class PReLU extends Layer {
  override get kind(): typeof preluKind {
    return preluKind;
  }
  override readonly options: Resolved<PReLUOptions, typeof preluOptions>;

  constructor(given: PReLUOptions = {}) {
    super(given);
    this.options = configure(preluOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const { alphaInitializer, alphaRegularizer: regularizer, sharedAxes } = this.options;
    const shape = input!.map((size, i) => (sharedAxes?.includes(i + 1) ? 1 : size));
    if (shape.includes(null)) {
      throw inputError({
        expected: "a known number of steps",
        where: `input of PReLU ${this.name}`,
        received: [...input!],
        next: "Share the slopes between all steps: sharedAxes: [1].",
      });
    }
    this.parameters = [parameter("alpha", shape as number[], alphaInitializer, { regularizer })];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const [one, two] = [b.fork(x!), b.fork(x!)];
    const relu = planActivation(b, one, "relu");
    const [positive, less] = [b.fork(relu), b.fork(relu)];
    const negative = planCombine(b, two, less, { b: -1 });
    return planCombine(b, positive, planProduct(b, negative, this.slopes(b, x!)), { mask: x!.mask });
  }

  /** α at every place: seen as [A][C], repeated to [A][R][C]. */
  private slopes(b: Builder, x: Tensor): Tensor {
    const { shape } = this.parameters[0]!;
    const size = shape.reduce((product, n) => product * n, 1);
    // Steps come first in memory, then the rows of the batch, then features: α's last axis stays last unless shared.
    const C = shape.at(-1)!;
    const A = size / C;
    const sizes = { A, R: elementsOf(b, x) / size, C };
    const wide = b.tensor(x.shape);
    b.call("repeatAxis", { out: wide.at, x: b.parameter(this, "alpha"), ...sizes });
    b.backward(() => {
      const out = b.parameterGradient(this, "alpha");
      if (wide.gradient) b.call("sumAxis", { out, x: wide.gradient, ...sizes, accumulate: 1 });
    });
    return wide;
  }
}

/**
 * x where x > 0, else α ⊙ x with a slope learned for every place of a row (He et al. 2015); α [F] or [T, F], its size 1
 * along shared axes. The shape stays. Keeps the mask.
 */
export function prelu(options: PReLUOptions = {}): PReLU {
  return new PReLU(options);
}
