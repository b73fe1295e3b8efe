/**
 * BatchNormalization (Ioffe and Szegedy 2015): y = γ ⊙ x̂ + β, x̂ = (x − μ) / √(σ² + ε).
 *
 * In training μ and σ² [F] are those of the batch, each feature over all rows and steps that are not hidden; moving
 * averages of them, kept beside the weights, take their place in inference and where the layer is not trainable.
 */
import type { Bound, Reals } from "../kernels/bound.js";
import type { Pointer } from "../kernels/contract.js";
import { type Builder, configure, Layer, parameter, rowsOf, type Shape, type Tensor } from "./layer.js";
import { featuresOf, normalizationOptions, scaleAndShift } from "./normalization.js";
import { type Given, initializer, type Resolved, real } from "./options.js";

const shownRows = (mask: Reals | null, N: number) =>
  mask ? Math.max(1, mask.subarray(0, N).filter((m) => m !== 0).length) : N;

/** μ = Σ x / m, σ² = Σ (x − μ)² / m over the m rows that are shown; 0 where none is. */
export function batchMoments({ mean, variance, x, mask, N, F }: Bound<"batchMoments">): void {
  const m = shownRows(mask, N);
  for (let f = 0; f < F; f++) {
    let sum = 0;
    for (let n = 0; n < N; n++) if (mask?.[n] !== 0) sum += x[n * F + f]!;
    mean[f] = sum / m;
    let squares = 0;
    for (let n = 0; n < N; n++) if (mask?.[n] !== 0) squares += (x[n * F + f]! - mean[f]!) ** 2;
    variance[f] = squares / m;
  }
}

export function batchNormForward(a: Bound<"batchNormForward">): void {
  const { out, x, mean, variance, gamma, beta, N, F, epsilon } = a;
  for (let f = 0; f < F; f++) {
    const scale = (gamma ? gamma[f]! : 1) / Math.sqrt(variance[f]! + epsilon);
    for (let n = 0; n < N; n++) {
      out[n * F + f] = (x[n * F + f]! - mean[f]!) * scale + (beta ? beta[f]! : 0);
    }
  }
}

/**
 * δβ += Σ δy, δγ += Σ δy·x̂ over all rows. δx = γ/σ · δy, and where the statistics are the batch's, for every row
 * that entered them, less γ/σ · (Σ δy + x̂ · Σ δy·x̂) / m.
 */
export function batchNormBackward(a: Bound<"batchNormBackward">): void {
  const { dx, dGamma, dBeta, dOut, x, mean, variance, gamma, mask, N, F, batch, epsilon } = a;
  const m = shownRows(mask, N);
  for (let f = 0; f < F; f++) {
    const inverse = 1 / Math.sqrt(variance[f]! + epsilon);
    const hat = (n: number) => (x[n * F + f]! - mean[f]!) * inverse;
    let plain = 0;
    let normal = 0;
    for (let n = 0; n < N; n++) {
      plain += dOut[n * F + f]!;
      normal += dOut[n * F + f]! * hat(n);
    }
    if (dGamma) dGamma[f]! += normal;
    if (dBeta) dBeta[f]! += plain;
    if (!dx) continue;
    const scale = (gamma ? gamma[f]! : 1) * inverse;
    for (let n = 0; n < N; n++) {
      const entered = batch && mask?.[n] !== 0;
      const through = entered ? (plain + hat(n) * normal) / m : 0;
      dx[n * F + f] = scale * (dOut[n * F + f]! - through);
    }
  }
}

export const batchNormalizationOptions = {
  ...normalizationOptions,
  /** Of the moving averages: how much of the old one stays after a step. */
  momentum: real(0.99, 0, 1),
  movingMeanInitializer: initializer("zeros"),
  movingVarianceInitializer: initializer("ones"),
};

export class BatchNormalization extends Layer {
  readonly className = "BatchNormalization";
  override readonly options: Resolved<typeof batchNormalizationOptions>;

  constructor(given: Given<typeof batchNormalizationOptions> = {}) {
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

export const batchNormalization = (given: Given<typeof batchNormalizationOptions> = {}) =>
  new BatchNormalization(given);
