/** Builds and asks the models of the vectors through the public API. */
import { type Layer, layers, type Model, sequential } from "../../src/index.js";
import { decode, type Encoded, type ModelSpec } from "./vectors.js";

/** Engines that must agree with Keras. */
export const ENGINES = ["reference"] as const;
export type TestedEngine = (typeof ENGINES)[number];

export function buildModel(spec: ModelSpec, engine: TestedEngine, weights: Encoded[] = []): Model {
  const make = layers as unknown as Record<string, (options: object) => Layer>;
  const model = sequential(
    spec.map(([kind, options]) => make[kind]!(options)),
    { engine, seed: 1 },
  );
  if (weights.length > 0) model.setWeights(weights.map(decode));
  return model;
}

/** Every number of nested rows, in order. */
export const flatten = (rows: readonly unknown[]): number[] =>
  rows.flat(Number.POSITIVE_INFINITY) as number[];
