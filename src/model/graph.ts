/** A model's layers as a graph in topological order; a Sequential is a chain. */
import { inputError } from "../errors.js";
import { Input } from "../layers/input.js";
import type { Layer, Shape } from "../layers/layer.js";

export interface Node {
  readonly layer: Layer;
  /** Indices of the nodes whose outputs it takes; empty for an input. */
  readonly inputs: readonly number[];
  /** Its output's shape, without the batch axis. */
  readonly shape: Shape;
}

/** A layer and where its inputs come from. */
export interface Link {
  layer: Layer;
  inputs: readonly number[];
}

/** Keras's to_snake_case: "SimpleRNN" → "simple_rnn". */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** "embeddingBag" → "embedding_bag": our option names to Keras's. */
export const camelToSnake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** Names every unnamed layer as Keras does: "lstm", "lstm_1", … within this model. */
export function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const layer of layers) {
    if (layer.name === "") continue;
    if (taken.has(layer.name)) {
      throw inputError({
        expected: "a name of its own for every layer",
        where: "layers",
        received: layer.name,
      });
    }
    taken.add(layer.name);
  }
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = snakeCase(layer.className);
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    layer.name = name;
    taken.add(name);
  }
}

/** Builds every layer for the shapes that reach it. */
export function buildGraph(links: readonly Link[]): Node[] {
  const nodes: Node[] = [];
  for (const { layer, inputs } of links) {
    const shapes = inputs.map((from) => nodes[from]!.shape);
    layer.build(shapes);
    nodes.push({ layer, inputs, shape: layer.outputShape(shapes) });
  }
  return nodes;
}

/** A chain of layers with an input in front; `inputShape` where the first layer does not say it. */
export function chain(layers: readonly Layer[], inputShape: Shape | null): Link[] | null {
  const first = layers[0];
  if (!first) throw inputError({ expected: "at least one layer", where: "sequential" });
  const links: Link[] = [];
  if (!(first instanceof Input)) {
    const shape = inputShape ?? declaredShape(first);
    if (!shape) return null;
    links.push({ layer: new Input({ shape, name: "input_layer" }), inputs: [] });
  }
  for (const layer of layers) links.push({ layer, inputs: links.length === 0 ? [] : [links.length - 1] });
  return links;
}

/** The input shape that a first layer implies: an Embedding reads [inputLength] ids, or any number of them. */
function declaredShape(layer: Layer): Shape | null {
  if (layer.className !== "Embedding") return null;
  const { inputLength } = layer.options as { inputLength: number | null };
  return [inputLength];
}
