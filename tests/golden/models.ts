/** Builds and asks the models of the vectors through the public API. */

import type { SynchronousEngine } from "../../src/engines/engine.js";
import { ENGINES as ALL } from "../../src/engines/engines.js";
import type { EngineName } from "../../src/engines/registry.js";
import { type Layer, layers, type Model, model, type Symbolic, sequential } from "../../src/index.js";
import { decode, type Encoded, type ModelSpec } from "./vectors.js";

/** Engines that must agree with Keras: the reference, WebAssembly, and the one that users get here. */
export type TestedEngine = EngineName;
export const ENGINES: readonly TestedEngine[] = [
  ...new Set<TestedEngine>(["reference", "wasm", ALL.available()[0]!]),
];

const makers = layers as unknown as Record<string, (options: object) => Layer>;

type Described = [kind: string, options: Record<string, unknown>];

/** A layer of its name and options; layers inside it are written likewise. */
function make(kind: string, options: Record<string, unknown>): Layer {
  const inner = Object.entries(options).flatMap(([key, given]): [string, Layer | Layer[]][] => {
    if (key === "cells") return [[key, (given as Described[]).map((cell) => make(...cell))]];
    return ["layer", "backwardLayer", "cell"].includes(key) ? [[key, make(...(given as Described))]] : [];
  });
  return makers[kind]!({ ...options, ...Object.fromEntries(inner) });
}

export function buildModel(
  spec: ModelSpec,
  engine: TestedEngine | SynchronousEngine,
  weights: Encoded[] = [],
): Model {
  const settings = { engine, seed: 1 };
  const built = spec[0]![2]
    ? model({ ...graphOf(spec), ...settings })
    : sequential(
        spec.map(([kind, options]) => make(kind, options)),
        settings,
      );
  if (weights.length > 0) built.setWeights(weights.map(decode));
  return built;
}

/** A graph's inputs, and its last entry as output. */
function graphOf(spec: ModelSpec): { inputs: Layer[]; outputs: Symbolic } {
  const inputs: Layer[] = [];
  const made: (Layer | Symbolic)[] = [];
  for (const [kind, options, places = []] of spec) {
    const layer = make(kind, options);
    if (places.length === 0) inputs.push(layer);
    made.push(places.length === 0 ? layer : layer.apply(places.map((place) => made[place]!)));
  }
  return { inputs, outputs: made.at(-1) as Symbolic };
}

/** Every number of nested rows, in order. */
export const flatten = (rows: readonly unknown[]): number[] =>
  rows.flat(Number.POSITIVE_INFINITY) as number[];
