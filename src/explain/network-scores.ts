/** What the networks beside an automatic classifier's n-grams say of a text, and what with each of its tokens hidden. */
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Node } from "../network/graph.js";
import { Runtime } from "../network/runtime.js";
import type * as channels from "../tokens/channels.js";
import type { FeatureEncoder } from "../tokens/feature-encoder.js";
import { engineAs } from "./own-engine.js";

/** What channels give to words that they do not know. Importing the number would bring along how channels are learned. */
const UNKNOWN: typeof channels.UNKNOWN = 1;

/** More rows at a time would only take memory. */
const ROWS_AT_ONCE = 64;

/** The networks' scores, [K] each. */
export interface NetworkScores {
  /** Of the whole text. */
  whole: ArrayLike<number>;
  /** [tokens] with this token hidden: a stranger in every channel. The same as `whole` for those that are not read. */
  hidden: ArrayLike<number>[];
}

/**
 * Runs the networks on a text, and once more for each token that they read.
 * @param networks the node of the model that puts the scores out
 * @param tokens how many the text has
 */
export function networkScores(
  model: Model,
  networks: Node,
  encoder: FeatureEncoder,
  text: string,
  tokens: number,
): NetworkScores {
  const places = Array.from({ length: tokens }, (_, t) => placeIn(encoder.parts.channels!, t, tokens));
  const read = places.filter((place) => place !== null);
  // Ids and scales of n-grams come first.
  const [, , ...words] = encoder.encodeTexts([text])[0]!.inputs;
  const rows = words.map(({ data, shape }): Rows => {
    const copies = new Float32Array((read.length + 1) * data.length);
    for (let row = 0; row <= read.length; row++) copies.set(data, row * data.length);
    read.forEach((place, k) => void (copies[(k + 1) * data.length + place] = UNKNOWN));
    return { data: copies, rows: read.length + 1, shape };
  });
  const [whole, ...without] = outputsOf(networks, model, rows);
  return {
    whole: whole!,
    hidden: places.map((place) => (place === null ? whole! : without[read.indexOf(place)]!)),
  };
}

/** Where a token of a text stands in its row of ids, as `Channels.lay` puts it; null where it is left out. */
function placeIn({ length, head }: channels.ChannelRules, token: number, count: number): number | null {
  if (count <= length) return length - count + token;
  if (token < head) return token;
  const place = token - (count - length);
  return place < head ? null : place;
}

/**
 * What a node of a model puts out: all that leads to it runs in memory of its own, on an engine as the model's.
 * @param inputs rows of the inputs that lead to it, in the model's order
 * @returns [rows][F]
 */
function outputsOf(end: Node, model: Model, inputs: readonly Rows[]): Float32Array[] {
  const nodes = leadingTo(end, model.nodes);
  const runtime = new Runtime(engineAs(model), nodes, [nodes.length - 1], model.seed);
  try {
    const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    runtime.weights.set(runtime.weights.entries.map(({ name }) => weights.get(name)!));
    const { rows } = inputs[0]!;
    const outputs: Float32Array[] = [];
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      outputs.push(...run(runtime, inputs, from, Math.min(from + ROWS_AT_ONCE, rows)));
    }
    return outputs;
  } finally {
    runtime.dispose();
  }
}

/** The node and all that it hangs on, in the model's order. */
function leadingTo(end: Node, nodes: readonly Node[]): Node[] {
  const last = nodes.indexOf(end);
  const needed = new Set([last]);
  for (let n = last; n >= 0; n--) if (needed.has(n)) for (const from of nodes[n]!.inputs) needed.add(from);
  const kept = [...needed].sort((a, b) => a - b);
  return kept.map((n) => ({ ...nodes[n]!, inputs: nodes[n]!.inputs.map((from) => kept.indexOf(from)) }));
}

function run(runtime: Runtime, inputs: readonly Rows[], from: number, to: number): Float32Array[] {
  const inputShapes = inputs.map(({ shape }) => shape);
  const plan = runtime.plan({ rows: to - from, inputShapes, training: false, loss: null });
  inputs.forEach(({ data }, i) => {
    const size = plan.inputSizes[i]!;
    runtime.write(plan.inputs[i]!, data.subarray(from * size, to * size));
  });
  runtime.run(plan);
  const out = new Float32Array((to - from) * plan.outputSize);
  runtime.readOutput(plan, out);
  return Array.from({ length: to - from }, (_, b) =>
    out.subarray(b * plan.outputSize, (b + 1) * plan.outputSize),
  );
}
