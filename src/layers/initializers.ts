/** Initial weights, as `keras.initializers`: the same distributions over the same fans (numbers are our own). */

import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { Random } from "../kernels/philox.js";

export interface Initializer {
  /** Which one. */
  name: InitializerName;
  /** Parameters by Keras's camelCased names: minval, maxval, mean, stddev, value, gain, scale, mode, distribution, seed. */
  [parameter: string]: unknown;
}

const DEFAULTS = {
  zeros: {},
  ones: {},
  constant: { value: 0 },
  randomUniform: { minval: -0.05, maxval: 0.05, seed: null },
  randomNormal: { mean: 0, stddev: 0.05, seed: null },
  truncatedNormal: { mean: 0, stddev: 0.05, seed: null },
  varianceScaling: { scale: 1, mode: "fanIn", distribution: "truncatedNormal", seed: null },
  glorotUniform: { seed: null },
  glorotNormal: { seed: null },
  heUniform: { seed: null },
  heNormal: { seed: null },
  lecunUniform: { seed: null },
  lecunNormal: { seed: null },
  orthogonal: { gain: 1, seed: null },
  identity: { gain: 1 },
} as const;

/** Keras's initializers by name, in camelCase. */
export type InitializerName = keyof typeof DEFAULTS;
export const INITIALIZER_NAMES = Object.keys(DEFAULTS) as InitializerName[];

/** The settings that an initializer has: "mean", "stddev", "seed" … */
export const initializerSettings = (name: InitializerName): readonly string[] => Object.keys(DEFAULTS[name]);

/** "glorotUniform", or { name, … }, to the full form with defaults filled in. */
export function resolveInitializer(value: unknown, where: string): Initializer {
  const given = typeof value === "string" ? { name: value } : value;
  if (typeof given !== "object" || given === null) {
    throw inputError({ expected: "an initializer's name or { name, … }", where, received: value });
  }
  const name = oneOf((given as { name?: unknown }).name, INITIALIZER_NAMES, where);
  knownOptions(given, ["name", ...Object.keys(DEFAULTS[name])], where);
  for (const [key, parameter] of Object.entries(given)) checkParameter(key, parameter, `${where} ${key}`);
  // "uniform" alone in Keras means ±0.05; explicit parameters override the defaults.
  return { ...DEFAULTS[name], ...given, name };
}

const CHOICES: Record<string, readonly string[]> = {
  mode: ["fanIn", "fanOut", "fanAvg"],
  distribution: ["uniform", "truncatedNormal", "untruncatedNormal"],
};

function checkParameter(key: string, value: unknown, where: string): void {
  if (key === "name" || (key === "seed" && value === null)) return;
  const choices = CHOICES[key];
  if (choices) oneOf(value, choices, where);
  else if (key === "seed") wholeNumber(value, where, Number.MIN_SAFE_INTEGER);
  else finiteNumber(value, where);
}

const SCALED: Partial<Record<InitializerName, [scale: number, mode: string, distribution: string]>> = {
  glorotUniform: [1, "fanAvg", "uniform"],
  glorotNormal: [1, "fanAvg", "truncatedNormal"],
  heUniform: [2, "fanIn", "uniform"],
  heNormal: [2, "fanIn", "truncatedNormal"],
  lecunUniform: [1, "fanIn", "uniform"],
  lecunNormal: [1, "fanIn", "truncatedNormal"],
};

/**
 * Fresh values for a parameter.
 * @param stream distinguishes parameters of one model under one seed
 */
export function initialize(
  initializer: Initializer,
  shape: readonly number[],
  seed: number,
  purpose: number,
): Float32Array {
  const number = (key: string) => Number(initializer[key] ?? 0);
  const own = typeof initializer["seed"] === "number" ? initializer["seed"] : seed;
  const random = new Random(own, purpose);
  const length = shape.reduce((a, b) => a * b, 1);
  const fill = (value: (i: number) => number) => Float32Array.from({ length }, (_, i) => value(i));
  const uniform = (low: number, high: number) => fill((i) => low + (high - low) * random.uniform(i));
  switch (initializer.name) {
    case "zeros":
      return new Float32Array(length);
    case "ones":
      return fill(() => 1);
    case "constant":
      return fill(() => number("value"));
    case "randomUniform":
      return uniform(number("minval"), number("maxval"));
    case "randomNormal":
      return fill((i) => number("mean") + number("stddev") * random.normal(i));
    case "truncatedNormal":
      return fill((i) => number("mean") + number("stddev") * truncated(random, i));
    case "identity":
      return fill((i) => (Math.floor(i / shape.at(-1)!) === i % shape.at(-1)! ? number("gain") : 0));
    case "orthogonal":
      return orthogonal(random, shape, number("gain"));
    default: {
      const [scale, mode, distribution] = SCALED[initializer.name] ?? [
        number("scale"),
        String(initializer["mode"]),
        String(initializer["distribution"]),
      ];
      return scaled(random, shape, scale, mode, distribution, fill);
    }
  }
}

/** Variance scaling (Glorot and Bengio 2010; He et al. 2015): variance = scale / fan. */
function scaled(
  random: Random,
  shape: readonly number[],
  scale: number,
  mode: string,
  distribution: string,
  fill: (value: (i: number) => number) => Float32Array,
): Float32Array {
  const [fanIn, fanOut] = fans(shape);
  const fan = mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, fan);
  if (distribution === "uniform") {
    const limit = Math.sqrt(3 * variance);
    return fill((i) => limit * (2 * random.uniform(i) - 1));
  }
  if (distribution === "untruncatedNormal") return fill((i) => Math.sqrt(variance) * random.normal(i));
  // The constant is the standard deviation of a normal cut at ±2, as in Keras.
  return fill((i) => (Math.sqrt(variance) / 0.87962566103423978) * truncated(random, i));
}

/** Keras's fans: the last two axes, times the receptive field of a convolution. */
export function fans(shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0]!, shape[0]!];
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [shape.at(-2)! * field, shape.at(-1)! * field];
}

/** A standard normal cut at ±2: redrawn until it fits, from indices that no other draw uses. */
function truncated(random: Random, index: number): number {
  for (let attempt = 0; ; attempt++) {
    const value = random.normal(index * 64 + attempt);
    if (Math.abs(value) <= 2 || attempt === 63) return Math.max(-2, Math.min(2, value));
  }
}

/**
 * Orthonormal rows or columns (Saxe et al. 2013). Gram–Schmidt leaves R a positive diagonal, which is
 * Keras's Q · sign(diag R).
 */
function orthogonal(random: Random, shape: readonly number[], gain: number): Float32Array {
  const columns = shape.at(-1)!;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const vectors = Array.from({ length: short }, (_, v) =>
    Float64Array.from({ length: long }, (_, i) => random.normal(v * long + i)),
  );
  for (let v = 0; v < short; v++) {
    const vector = vectors[v]!;
    // Twice is enough (Giraud et al. 2005): the second pass removes what rounding left.
    for (let pass = 0; pass < 2; pass++) {
      for (let u = 0; u < v; u++) {
        const other = vectors[u]!;
        let dot = 0;
        for (let i = 0; i < long; i++) dot += vector[i]! * other[i]!;
        for (let i = 0; i < long; i++) vector[i]! -= dot * other[i]!;
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    for (let i = 0; i < long; i++) vector[i]! /= norm;
  }
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      out[r * columns + c] = gain * (rows >= columns ? vectors[c]![r]! : vectors[r]![c]!);
    }
  }
  return out;
}
