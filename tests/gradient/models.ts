/** Whole models as functions to differentiate: a training step on the float64 reference engine. */
import { view } from "../../src/engines/arena.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import {
  type CompileOptions,
  type Layer,
  Model,
  type ModelGraph,
  model as modelOf,
  type RowsLike,
  type TargetsLike,
} from "../../src/index.js";
import { trainerOf } from "../../src/model/model.js";
import { chain, type Link } from "../../src/network/graph.js";
import type { WeightOptions } from "../../src/train/dataset.js";
import { type Differentiable, randomSource } from "./checker.js";

export interface ModelCase extends CompileOptions {
  layers?: readonly Layer[];
  /** Where the layers are no chain. */
  links?: readonly Link[];
  /** Or a graph of them, in place of both. */
  graph?: Pick<ModelGraph, "inputs" | "outputs">;
  x: RowsLike | readonly RowsLike[];
  y: TargetsLike;
  options?: WeightOptions;
  /** Spread of the weights. Default 0.6: far from the flat parts of activations, and none of them zero. */
  spread?: number;
}

export interface ModelSubject extends Differentiable {
  model: Model;
  /** The training step's outputs, before the loss. */
  outputs(): Float32Array;
}

/** Variables are all weights by name, and those inputs that are not token ids. */
export function modelSubject(given: ModelCase): ModelSubject {
  const { layers = [], links, graph, x, y, options = {}, spread = 0.6, ...training } = given;
  const engine = new ReferenceEngine({ precision: "float64" });
  const settings = { seed: 3, engine };
  const model = graph
    ? modelOf({ ...graph, ...settings })
    : new Model(layers, links ?? chain(layers, null), settings);
  model.compile(training);
  const trainer = trainerOf(model);
  const { runtime } = trainer.network;
  const { entries, base, gradients } = runtime.weights;
  const data = model.dataset(x, y, options);
  const plan = trainer.plan(data, data.rows, { inputGradients: true });
  trainer.write(plan, data, null, 0, data.rows);

  const variables: Record<string, Float64Array> = {};
  const readers: Record<string, () => Float64Array> = {};
  const { normal } = randomSource(5);
  for (const { name, parameter, at, length } of entries) {
    if (!parameter.trainable) continue;
    variables[name] = view(engine, at, length) as Float64Array;
    variables[name].forEach((_, i, values) => void (values[i] = spread * normal()));
    readers[name] = () => view(engine, gradients + at - base, length) as Float64Array;
  }
  plan.inputs.forEach((at, i) => {
    const size = plan.inputSizes[i]!;
    if (plan.shards[0]!.inputs[i]!.gradient === 0) return;
    variables[`input ${i}`] = view(engine, at, data.rows * size) as Float64Array;
    readers[`input ${i}`] = () => {
      const out = new Float64Array(data.rows * size);
      for (const { firstRow, rows, inputs } of plan.shards) {
        runtime.readTensor(out, inputs[i]!.gradient, inputs[i]!.shape, firstRow, rows);
      }
      return out;
    };
  });
  return {
    ...{ model, variables },
    loss: () => trainerOf(model).forwardBackward(plan),
    gradients: () => Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read()])),
    outputs: () => {
      const out = new Float32Array(data.rows * plan.outputSize);
      trainerOf(model).output(plan, out);
      return out;
    },
  };
}

/** Rows of token ids below `vocabulary`; id 0, the padding, in all but the first steps of some rows. */
export function exampleIds(rows: number, steps: number, vocabulary: number): number[][] {
  const { uniform } = randomSource(rows + steps);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: steps }, (_, t) =>
      t > 0 && r % 3 === 1 && t >= steps - 2 ? 0 : 1 + Math.floor(uniform() * (vocabulary - 1)),
    ),
  );
}

/** Rows of vectors, or of sequences of vectors. */
export function exampleRows(rows: number, features: number): number[][];
export function exampleRows(rows: number, features: number, steps: number): number[][][];
export function exampleRows(rows: number, features: number, steps?: number): number[][] | number[][][] {
  const { normal } = randomSource(rows + features);
  const vector = () => Array.from({ length: features }, () => normal());
  if (steps === undefined) return Array.from({ length: rows }, vector);
  return Array.from({ length: rows }, () => Array.from({ length: steps }, vector));
}
