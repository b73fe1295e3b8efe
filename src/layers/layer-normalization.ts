/**
 * LayerNormalization (Ba et al. 2016): y = γ ⊙ x̂ + β, x̂ = (x − μ) / √(σ² + ε), with μ and σ² over the F features of
 * each row or step by itself; γ, β [F].
 */
import { type Builder, configure, Layer, type LayerKind, rowsOf, type Shape, type Tensor } from "./layer.js";
import {
  type NormalizationOptions,
  normalizationOptions,
  SCALE_ARGUMENTS,
  scaleAndShift,
} from "./normalization.js";
import { only, type Resolved } from "./options.js";

/** Options of `layers.layerNormalization`. */
export interface LayerNormalizationOptions extends NormalizationOptions {
  /** Of older files; false is all it may be. Default false. */
  rmsScaling?: boolean;
}

export const layerNormalizationOptions = {
  ...normalizationOptions,
  rmsScaling: only(false, "Keras has deprecated it: it is no RMS normalisation."),
};

export const layerNormalizationKind: LayerKind<"LayerNormalization"> = {
  className: "LayerNormalization",
  options: layerNormalizationOptions,
  make: layerNormalization,
  mask: "passes",
  needsBuilding: true,
  keras: { arguments: `axis epsilon | center scale ${SCALE_ARGUMENTS}` },
};

export class LayerNormalization extends Layer {
  override get kind(): typeof layerNormalizationKind {
    return layerNormalizationKind;
  }
  override readonly options: Resolved<LayerNormalizationOptions, typeof layerNormalizationOptions>;

  constructor(given: LayerNormalizationOptions = {}) {
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

/**
 * The features of each row, or of each step, brought to mean 0 and variance 1, then scaled and shifted (Ba et al.
 * 2016): y = γ ⊙ (x − μ) / √(σ² + ε) + β.
 *
 * Takes [F] or [T, F]; the shape stays. The same in training and prediction. Keeps the mask.
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): LayerNormalization {
  return new LayerNormalization(options);
}
