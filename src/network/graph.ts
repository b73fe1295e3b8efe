/** A model's layers as a graph in topological order; a Sequential is a chain. */

import { inputError } from "../base/errors.js";
import { Input } from "../layers/input.js";
import { Layer, type Shape } from "../layers/layer.js";
import { snakeCase } from "../layers/names.js";
import { readsIds } from "../layers/traits.js";

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

/** "embeddingBag" → "embedding_bag": our option names to Keras's. */
export const camelToSnake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The layers that models have taken: a layer's parameters are declared for one model's shapes and memory. */
const owned = new WeakSet<Layer>();

function checkLayer(given: unknown, where: string): void {
  if (given instanceof Layer) return;
  throw inputError({ expected: "a layer, as layers.dense({ units: 1 }) makes", where, received: given });
}

function checkLayers(layers: readonly Layer[]): void {
  const seen = new Set<Layer>();
  layers.forEach((given, i) => {
    const where = `layers[${i}]`;
    checkLayer(given, where);
    for (const layer of [given, ...given.inner]) {
      if (owned.has(layer) || seen.has(layer)) {
        throw inputError({
          expected: "a layer of its own",
          where,
          received: `${layer.className} ${layer.name}, which is already in ${seen.has(layer) ? "this" : "another"} model`,
          next: "Make a new layer; to have the same weights, copy them with getWeights and setWeights.",
        });
      }
      seen.add(layer);
    }
  });
}

/** Names every unnamed layer as Keras does: "lstm", "lstm_1", … within this model. */
export function nameLayers(layers: readonly Layer[]): void {
  checkLayers(layers);
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
  checkLayers(links.map(({ layer }) => layer));
  for (const [i, { layer, inputs }] of links.entries()) {
    const ahead = inputs.find((from) => from >= i);
    if (ahead !== undefined) {
      throw inputError({ expected: "inputs that stand before it", where: `links[${i}]`, received: ahead });
    }
    checkPlace(layer, inputs, nodes);
    const shapes = inputs.map((from) => nodes[from]!.shape);
    layer.build(shapes);
    nodes.push({ layer, inputs, shape: layer.outputShape(shapes) });
  }
  for (const { layer } of links) for (const one of [layer, ...layer.inner]) owned.add(one);
  return nodes;
}

const misplaced = (layer: Layer) =>
  inputError({
    expected: "the first place of the model",
    where: `InputLayer ${layer.name}`,
    received: "a place after other layers",
  });

/** Inputs begin a model, and an Embedding follows one: its ids are checked there before they become addresses. */
function checkPlace(layer: Layer, inputs: readonly number[], nodes: readonly Node[]): void {
  if (layer.isInput && inputs.length > 0) throw misplaced(layer);
  const before = inputs.map((from) => nodes[from]!.layer);
  if (readsIds(layer) && before.some((other) => !other.isInput)) {
    throw inputError({
      expected: "token ids straight from the model's input",
      where: `Embedding ${layer.name}`,
      received: `the output of ${before[0]!.className} ${before[0]!.name}`,
    });
  }
}

/** A chain of layers with an input in front; `inputShape` where the first layer does not say it. */
export function chain(layers: readonly Layer[], inputShape: Shape | null): Link[] | null {
  const first = layers[0];
  if (!first) throw inputError({ expected: "at least one layer", where: "sequential" });
  layers.forEach((layer, i) => {
    checkLayer(layer, `layers[${i}]`);
    if (i > 0 && layer.isInput) throw misplaced(layer);
  });
  const links: Link[] = [];
  if (!first.isInput) {
    const shape = inputShape ?? declaredShape(first);
    if (!shape) return null;
    links.push({ layer: new Input({ shape, name: "input_layer" }), inputs: [] });
  }
  for (const layer of layers) links.push({ layer, inputs: links.length === 0 ? [] : [links.length - 1] });
  return links;
}

/** Whether each layer takes the output of the one before, and nothing else. */
export const isChain = (nodes: readonly Node[]): boolean =>
  nodes.every(({ inputs }, i) =>
    i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === i - 1,
  );

/** The input shape that a first layer implies: an Embedding reads [inputLength] ids, or any number of them. */
function declaredShape(layer: Layer): Shape | null {
  // What is no layer at all is refused where the layers are named.
  return layer instanceof Layer && readsIds(layer) ? [layer.options.inputLength] : null;
}
