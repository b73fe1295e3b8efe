/** What BatchNormalization and LayerNormalization share: options, and which axis they take. */
import { inputError } from "../base/errors.js";
import { type Layer, type Parameter, parameter, type Shape } from "./layer.js";
import { flag, initializer, type Option, type Resolved, real, regularizer } from "./options.js";

/** An axis counted as in Keras, or a list of it. */
const oneAxis: Option<number | readonly number[], number> = {
  fallback: -1,
  resolve(value = -1, where) {
    const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof axis === "number" && Number.isInteger(axis)) return axis;
    throw inputError({ expected: "one axis: −1, the features", where, received: value });
  },
};

export const normalizationOptions = {
  /** The features' one: −1, or as many as the input has axes besides the batch. */
  axis: oneAxis,
  /** ε, added to the variance. */
  epsilon: real(1e-3, 0),
  /** Whether β is added. */
  center: flag(true),
  /** Whether γ multiplies. */
  scale: flag(true),
  betaInitializer: initializer("zeros"),
  gammaInitializer: initializer("ones"),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
};

/** γ and β, a number a feature each, where there are any. @throws InputError for another axis than the features' */
export function scaleAndShift(
  o: Resolved<typeof normalizationOptions>,
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
