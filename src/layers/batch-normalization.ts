/**
 * BatchNormalization (Ioffe and Szegedy 2015): y = γ ⊙ x̂ + β, x̂ = (x − μ) / √(σ² + ε).
 *
 * In training μ and σ² [F] are those of the batch, each feature over all rows and steps that are not hidden; moving
 * averages of them, kept beside the weights, take their place in inference and where the layer is not trainable.
 */
import type { Pointer } from "../kernels/declare.js";
import type { Initializer, InitializerName } from "./initializers.js";
import {
  type Builder,
  configure,
  Layer,
  type LayerKind,
  parameter,
  rowsOf,
  type Shape,
  type Tensor,
} from "./layer.js";
import {
  featuresOf,
  type NormalizationOptions,
  normalizationOptions,
  SCALE_ARGUMENTS,
  scaleAndShift,
} from "./normalization.js";
import { initializer, type Resolved, real } from "./options.js";

/** Options of `layers.batchNormalization`. */
export interface BatchNormalizationOptions extends NormalizationOptions {
  /** Of the moving averages: how much of the old one stays after a step, 0 to 1. Default 0.99. */
  momentum?: number;
  /** What the moving mean is before training. Default "zeros". */
  movingMeanInitializer?: InitializerName | Initializer;
  /** What the moving variance is before training. Default "ones". */
  movingVarianceInitializer?: InitializerName | Initializer;
}

export const batchNormalizationOptions = {
  ...normalizationOptions,
  momentum: real(0.99, 0, 1),
  movingMeanInitializer: initializer("zeros"),
  movingVarianceInitializer: initializer("ones"),
};

export const batchNormalizationKind: LayerKind<"BatchNormalization"> = {
  className: "BatchNormalization",
  options: batchNormalizationOptions,
  make: batchNormalization,
  mask: "passes",
  heedsMask: true,
  needsBuilding: true,
  keras: {
    arguments: `axis momentum epsilon center scale | moving_mean_initializer moving_variance_initializer ${SCALE_ARGUMENTS} renorm renorm_clipping renorm_momentum synchronized`,
  },
};

export class BatchNormalization extends Layer {
  override get kind(): typeof batchNormalizationKind {
    return batchNormalizationKind;
  }
  override readonly options: Resolved<BatchNormalizationOptions, typeof batchNormalizationOptions>;

  constructor(given: BatchNormalizationOptions = {}) {
    super(given);
    this.options = configure(batchNormalizationOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    const o = this.options;
    const shape = [featuresOf(input!, this)];
    this.parameters = [
      ...scaleAndShift(o, input!, this),
      parameter("moving_mean", shape, o.movingMeanInitializer, { trainable: false }),
      parameter("moving_variance", shape, o.movingVarianceInitializer, { trainable: false }),
    ];
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  /** Frozen, it runs as in inference, as Keras has it. */
  override get crossesRows(): boolean {
    return this.trainable;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { scale, center, epsilon } = this.options;
    const F = x!.shape.at(-1)!;
    const learns = b.training && !b.frozen && this.trainable;
    const sizes = { x: b.read(x!), N: rowsOf(b, x!), F };
    const moments = learns ? this.ofBatch(b, { ...sizes, mask: x!.mask }) : this.moving(b);
    const out = b.tensor(x!.shape, { mask: x!.mask });
    const gamma = scale ? b.parameter(this, "gamma") : 0;
    const beta = center ? b.parameter(this, "beta") : 0;
    b.call("batchNormForward", { out: out.at, ...sizes, ...moments, gamma, beta, epsilon });
    b.backward(() => {
      if (!out.gradient) return;
      b.call("batchNormBackward", {
        dx: b.gradientOf(x!),
        dGamma: scale ? b.parameterGradient(this, "gamma") : 0,
        dBeta: center ? b.parameterGradient(this, "beta") : 0,
        dOut: out.gradient,
        ...{ ...sizes, ...moments, gamma, epsilon },
        mask: learns ? x!.mask : 0,
        batch: learns ? 1 : 0,
      });
    });
    return out;
  }

  private moving(b: Builder): Moments {
    return { mean: b.parameter(this, "moving_mean"), variance: b.parameter(this, "moving_variance") };
  }

  /** The batch's statistics, of which the moving averages take a share once the step is made. */
  private ofBatch(b: Builder, rows: { x: Pointer; mask: Pointer; N: number; F: number }): Moments {
    const { momentum } = this.options;
    const moments = { mean: b.allocate(rows.F), variance: b.allocate(rows.F) };
    b.call("batchMoments", { ...moments, ...rows });
    const moving = this.moving(b);
    for (const key of ["mean", "variance"] as const) {
      const [out, y] = [moving[key], moments[key]];
      b.afterStep("combine", { out, x: out, y, length: rows.F, a: momentum, b: 1 - momentum });
    }
    return moments;
  }
}

interface Moments {
  mean: Pointer;
  variance: Pointer;
}

/**
 * Each feature brought to mean 0 and variance 1 over the batch, then scaled and shifted (Ioffe and Szegedy 2015):
 * y = γ ⊙ (x − μ) / √(σ² + ε) + β.
 *
 * Takes [F] or [T, F]; the shape stays. Training takes μ and σ² of the batch's rows and steps, those that a mask hides
 * left out, and keeps moving averages, by which prediction and a layer that is not trainable go. Keeps the mask.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalization {
  return new BatchNormalization(options);
}
