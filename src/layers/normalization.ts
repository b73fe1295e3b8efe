/** What BatchNormalization and LayerNormalization share: options, and which axis they take. */
import { inputError } from "../base/errors.js";
import type { Initializer, InitializerName } from "./initializers.js";
import { type Layer, type Parameter, parameter, type Shape } from "./layer.js";
import {
  flag,
  initializer,
  type LayerOptions,
  type Option,
  type Regularizer,
  type Resolved,
  real,
  regularizer,
} from "./options.js";

/** An axis counted as in Keras, or a list of it. */
const oneAxis: Option<number | readonly number[], number> = {
  fallback: -1,
  resolve(value = -1, where) {
    const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof axis === "number" && Number.isInteger(axis)) return axis;
    throw inputError({ expected: "one axis: −1, the features", where, received: value });
  },
};

/** Options that both kinds of normalisation have. */
export interface NormalizationOptions extends LayerOptions {
  /** The features' axis, the only one there is: −1, or as many as the input has besides the batch. Default -1. */
  axis?: number | readonly number[];
  /** ε, added to the variance before its root is taken: at least 0. Default 0.001. */
  epsilon?: number;
  /** Whether a learned shift β is added. Default true. */
  center?: boolean;
  /** Whether a learned scale γ multiplies. Default true. */
  scale?: boolean;
  /** What β is before training. Default "zeros". */
  betaInitializer?: InitializerName | Initializer;
  /** What γ is before training. Default "ones". */
  gammaInitializer?: InitializerName | Initializer;
  /** Penalties { l1, l2 } on β, added to the loss. Default null. */
  betaRegularizer?: Partial<Regularizer> | null;
  /** Penalties { l1, l2 } on γ, added to the loss. Default null. */
  gammaRegularizer?: Partial<Regularizer> | null;
}

export const normalizationOptions = {
  axis: oneAxis,
  epsilon: real(1e-3, 0),
  center: flag(true),
  scale: flag(true),
  betaInitializer: initializer("zeros"),
  gammaInitializer: initializer("ones"),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
};

/** Keras's arguments for γ and β. */
export const SCALE_ARGUMENTS =
  "beta_initializer gamma_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint";

/** γ and β, a number a feature each, where there are any. @throws InputError for another axis than the features' */
export function scaleAndShift(
  o: Resolved<NormalizationOptions, typeof normalizationOptions>,
  input: Shape,
  layer: Layer,
): Parameter[] {
  const shape = [featuresOf(input, layer)];
  checkAxis(o.axis, input, layer);
  return [
    ...(o.scale ? [parameter("gamma", shape, o.gammaInitializer, { regularizer: o.gammaRegularizer })] : []),
    ...(o.center ? [parameter("beta", shape, o.betaInitializer, { regularizer: o.betaRegularizer })] : []),
  ];
}

function checkAxis(axis: number, input: Shape, layer: Layer): void {
  if (axis === -1 || axis === input.length) return;
  throw inputError({
    expected: `the axis of the features (−1 or ${input.length})`,
    where: `${layer.className} ${layer.name} axis`,
    received: axis,
    next: "Turn the sequence with Permute to normalise another.",
  });
}

export function featuresOf(input: Shape, layer: Layer): number {
  const features = input.at(-1);
  if (typeof features === "number") return features;
  throw inputError({
    expected: "a known number of features",
    where: `input of ${layer.className} ${layer.name}`,
    received: [...input],
  });
}
