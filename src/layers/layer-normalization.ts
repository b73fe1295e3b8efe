/**
 * LayerNormalization (Ba et al. 2016): y = γ ⊙ x̂ + β, x̂ = (x − μ) / √(σ² + ε), with μ and σ² over the F features of
 * each row or step by itself; γ, β [F].
 */
import type { Bound } from "../kernels/bound.js";
import { type Builder, configure, Layer, rowsOf, type Shape, type Tensor } from "./layer.js";
import { normalizationOptions, scaleAndShift } from "./normalization.js";
import { type Given, only, type Resolved } from "./options.js";

export function layerNormForward(a: Bound<"layerNormForward">): void {
  const { out, mean, inverse, x, gamma, beta, N, F, epsilon } = a;
  for (let n = 0; n < N; n++) {
    const row = x.subarray(n * F, (n + 1) * F);
    let sum = 0;
    for (let f = 0; f < F; f++) sum += row[f]!;
    mean[n] = sum / F;
    let squares = 0;
    for (let f = 0; f < F; f++) squares += (row[f]! - mean[n]!) ** 2;
    inverse[n] = 1 / Math.sqrt(squares / F + epsilon);
    for (let f = 0; f < F; f++) {
      const hat = (row[f]! - mean[n]!) * inverse[n]!;
      out[n * F + f] = hat * (gamma ? gamma[f]! : 1) + (beta ? beta[f]! : 0);
    }
  }
}

/** δβ += Σ δy, δγ += Σ δy·x̂ over rows; δx = (δx̂ − mean δx̂ − x̂ · mean(δx̂ · x̂)) / σ with δx̂ = γ ⊙ δy. */
export function layerNormBackward(a: Bound<"layerNormBackward">): void {
  const { dx, dGamma, dBeta, dOut, x, mean, inverse, gamma, N, F } = a;
  for (let n = 0; n < N; n++) {
    const hat = (f: number) => (x[n * F + f]! - mean[n]!) * inverse[n]!;
    const dHat = (f: number) => dOut[n * F + f]! * (gamma ? gamma[f]! : 1);
    let plain = 0;
    let normal = 0;
    for (let f = 0; f < F; f++) {
      if (dGamma) dGamma[f]! += dOut[n * F + f]! * hat(f);
      if (dBeta) dBeta[f]! += dOut[n * F + f]!;
      plain += dHat(f) / F;
      normal += (dHat(f) * hat(f)) / F;
    }
    for (let f = 0; dx && f < F; f++) {
      dx[n * F + f] = (dHat(f) - plain - hat(f) * normal) * inverse[n]!;
    }
  }
}

export const layerNormalizationOptions = {
  ...normalizationOptions,
  rmsScaling: only(false, "Keras has deprecated it: it is no RMS normalisation."),
};

export class LayerNormalization extends Layer {
  readonly className = "LayerNormalization";
  override readonly options: Resolved<typeof layerNormalizationOptions>;

  constructor(given: Given<typeof layerNormalizationOptions> = {}) {
    super(given);
    this.options = configure(layerNormalizationOptions, given, this.className);
  }

  override build([input]: readonly Shape[]): void {
    this.parameters = scaleAndShift(this.options, input!, this);
  }

  override outputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override plan(b: Builder, [x]: readonly Tensor[]): Tensor {
    const { scale, center, epsilon } = this.options;
    const [N, F] = [rowsOf(b, x!), x!.shape.at(-1)!];
    const shared = {
      mean: b.allocate(N),
      inverse: b.allocate(N),
      x: b.read(x!),
      gamma: scale ? b.parameter(this, "gamma") : 0,
      N,
      F,
    };
    const out = b.tensor(x!.shape, { mask: x!.mask });
    const beta = center ? b.parameter(this, "beta") : 0;
    b.call("layerNormForward", { out: out.at, ...shared, beta, epsilon });
    b.backward(() => {
      if (!out.gradient) return;
      b.call("layerNormBackward", {
        dx: b.gradientOf(x!),
        dGamma: scale ? b.parameterGradient(this, "gamma") : 0,
        dBeta: center ? b.parameterGradient(this, "beta") : 0,
        dOut: out.gradient,
        ...shared,
      });
    });
    return out;
  }
}

export const layerNormalization = (given: Given<typeof layerNormalizationOptions> = {}) =>
  new LayerNormalization(given);
