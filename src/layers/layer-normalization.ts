/**
 * LayerNormalization (Ba et al. 2016): y = γ ⊙ x̂ + β, x̂ = (x − μ) / √(σ² + ε), with μ and σ² over the F features of
 * each row or step by itself; γ, β [F].
 */
import { type Builder, configure, Layer, rowsOf, type Shape, type Tensor } from "./layer.js";
import { normalizationOptions, scaleAndShift } from "./normalization.js";
import { type Given, only, type Resolved } from "./options.js";

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
