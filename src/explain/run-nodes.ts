/** Nodes of a model run on many rows: beside the model, in memory of their own, on an engine as the model's. */
import type { Pieces } from "../base/pieces.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Node } from "../network/graph.js";
import { Runtime } from "../network/runtime.js";
import { engineAs } from "./own-engine.js";
import type { Squash } from "./probe.js";

/** More rows at a time would only take memory. */
const ROWS_AT_ONCE = 64;

/**
 * Rows of what a network ends in: of what its last sigmoid or softmax is given, and which that is; or of what it puts out,
 * where it ends in neither. In float32, as the model's engine has them: a Probe's float64 takes some hundred times as long.
 */
export interface ScoreRows {
  /** [rows][F] */
  scores: Float32Array[];
  squash: Squash | null;
}

/** What the last of a model's nodes ends in. @param inputs rows of those of the nodes that are inputs, in their order */
export function* scoresOfRows(
  model: Model,
  nodes: readonly Node[],
  inputs: readonly Rows[],
): Pieces<ScoreRows> {
  const runtime = new Runtime(engineAs(model), nodes, [nodes.length - 1], model.seed);
  try {
    const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    runtime.weights.set(runtime.weights.entries.map(({ name }) => weights.get(name)!));
    const { rows } = inputs[0]!;
    const found: ScoreRows = { scores: [], squash: null };
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      const { scores, squash } = run(runtime, inputs, from, Math.min(from + ROWS_AT_ONCE, rows));
      found.scores.push(...scores);
      found.squash = squash;
      yield scores.length;
    }
    return found;
  } finally {
    runtime.dispose();
  }
}

function run(runtime: Runtime, inputs: readonly Rows[], from: number, to: number): ScoreRows {
  const inputShapes = inputs.map(({ shape }) => shape);
  const plan = runtime.plan({ rows: to - from, inputShapes, training: false, loss: null, logits: true });
  inputs.forEach(({ data }, i) => {
    const size = plan.inputSizes[i]!;
    runtime.write(plan.inputs[i]!, data.subarray(from * size, to * size));
  });
  runtime.run(plan);
  const logits = runtime.readLogits(plan);
  const squash = logits?.of === "sigmoid" || logits?.of === "softmax" ? logits.of : null;
  const values = squash ? logits!.values : new Float32Array((to - from) * plan.outputSize);
  if (!squash) runtime.readOutput(plan, values);
  const scores = Array.from({ length: to - from }, (_, b) =>
    values.subarray(b * plan.outputSize, (b + 1) * plan.outputSize),
  );
  return { scores, squash };
}
