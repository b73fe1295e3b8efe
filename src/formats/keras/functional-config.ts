/** Functional models: a graph by names, which Keras 2 and Keras 3 write in different ways. */
import { inputError } from "../../errors.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import { containerNames, type LayerNode } from "./layer-config.js";
import {
  type Entry,
  inputEntry,
  inputShape,
  type Place,
  readEntry,
  readLayers,
  within,
} from "./model-config.js";
import { type Context, layerLabel } from "./receipt.js";

interface GraphNode extends LayerNode {
  group: string;
  where: string;
  /** Names of the layers that feed it. */
  from: string[];
  /** Name of what makes the mask given to it, if any. */
  mask: string[];
}

/**
 * Appends the layers of a graph to `entries`, each after those that feed it, and returns its outputs' indices.
 * `feeds`: the entries that feed its inputs, where it stands inside another model.
 */
export function readGraph(
  config: JsonObject,
  entries: Entry[],
  feeds: number[] | null,
  place: Place,
  context: Context,
  where: string,
): number[] {
  const nodes = readGraphNodes(config, place, where);
  const inputs = readEnds(config["input_layers"], `${where}.config.input_layers`);
  const indices = new Map<string, number>();
  for (const [i, name] of inputs.entries()) {
    const node = find(nodes, name, where);
    if (feeds) indices.set(name, takeFeed(feeds, i, node.where));
    else indices.set(name, entries.push(inputEntry(name, inputShape(node, node.where), node.where)) - 1);
  }
  const resolve = (name: string) =>
    placeNode(name, { nodes, entries, indices, place, context, where, open: [] });
  return readEnds(config["output_layers"], `${where}.config.output_layers`).map(resolve);
}

function takeFeed(feeds: number[], i: number, where: string): number {
  const feed = feeds[i];
  if (feed !== undefined) return feed;
  throw inputError({ expected: `${feeds.length} inputs`, where, received: "more" });
}

function readGraphNodes(config: JsonObject, place: Place, where: string): Map<string, GraphNode> {
  const layers = readLayers(config, place, where);
  const groups = containerNames(layers.map(({ className }) => className));
  const nodes = new Map<string, GraphNode>();
  for (const [i, layer] of layers.entries()) {
    const name = String(layer.node["name"] ?? layer.name);
    const at = `${where} ${layerLabel(i, name)}`;
    const inbound = readInbound(layer.node["inbound_nodes"], at);
    if (nodes.has(name)) throw inputError({ expected: "a name of its own", where: at, received: name });
    nodes.set(name, { ...layer, group: groups[i]!, where: at, ...inbound });
  }
  return nodes;
}

interface Walk {
  nodes: Map<string, GraphNode>;
  entries: Entry[];
  indices: Map<string, number>;
  place: Place;
  context: Context;
  where: string;
  /** The layers being resolved, outermost first. */
  open: string[];
}

/** Puts a layer after all that feed it; each layer once. */
function placeNode(name: string, walk: Walk): number {
  const known = walk.indices.get(name);
  if (known !== undefined) return known;
  const node = find(walk.nodes, name, walk.where);
  if (walk.open.includes(name)) {
    throw inputError({ expected: "a graph without circles", where: node.where, received: walk.open });
  }
  walk.open.push(name);
  if (node.from.length === 0) throw inputError({ expected: "inputs (inbound_nodes)", where: node.where });
  for (const mask of node.mask) checkMask(mask, walk.nodes, node.where);
  const inputs = node.from.map((from) => placeNode(from, walk));
  const index = readEntry(
    node,
    walk.entries,
    inputs,
    within(walk.place, node, node.group),
    walk.context,
    node.where,
  );
  walk.open.pop();
  walk.indices.set(name, index);
  return index;
}

function find(nodes: Map<string, GraphNode>, name: string, where: string): GraphNode {
  const node = nodes.get(name);
  if (node) return node;
  throw inputError({ expected: `a layer named ${label(name)}`, where: `${where}.config.layers` });
}

/** [["name", 0, 0], …], or just ["name", 0, 0]. */
function readEnds(value: Json | undefined, where: string): string[] {
  const list = Array.isArray(value) && typeof value[0] === "string" ? [value] : value;
  const names = Array.isArray(list) ? list.map((end) => (Array.isArray(end) ? end[0] : undefined)) : [];
  if (names.length > 0 && names.every((name) => typeof name === "string")) return names as string[];
  throw inputError({ expected: "names of layers", where, received: value });
}

/**
 * What one call takes. Keras 2: [[["name", node, tensor, {kwargs}], …]]. Keras 3: [{ args: [tensor or list of
 * tensors], kwargs }], a tensor being { class_name: "__keras_tensor__", config: { keras_history: ["name", node,
 * tensor] } }. Returns the names of the layers whose outputs are the arguments, and of one whose output is the mask.
 */
function readInbound(value: Json | undefined, where: string): { from: string[]; mask: string[] } {
  const calls = Array.isArray(value) ? value : [];
  if (calls.length > 1) {
    throw inputError({ expected: "a layer used once", where, received: `${calls.length} uses` });
  }
  const call = calls[0];
  const from: string[] = [];
  const mask: string[] = [];
  const keywords = (kwargs: Json | undefined) => readKeywords(kwargs, mask, where);
  if (isObject(call)) keywords(call["kwargs"]);
  collectNames(isObject(call) ? call["args"] : call, from, keywords, where);
  return { from, mask };
}

function collectNames(
  value: Json | undefined,
  names: string[],
  keywords: (kwargs: Json | undefined) => void,
  where: string,
): void {
  if (isObject(value)) {
    const config = value["config"];
    if (isObject(config)) collectNames(config["keras_history"], names, keywords, where);
    return;
  }
  if (!Array.isArray(value)) return;
  const [name, node, tensor, kwargs] = value;
  if (typeof name !== "string") {
    for (const item of value) collectNames(item, names, keywords, where);
    return;
  }
  if (node !== 0 || tensor !== 0) {
    throw inputError({ expected: "layers called once, with one output", where, received: value });
  }
  keywords(kwargs);
  names.push(name);
}

/** Keyword arguments of a call: a mask, and `training`, which the caller decides. */
function readKeywords(kwargs: Json | undefined, mask: string[], where: string): void {
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    if (value === null || key === "training") continue;
    if (key !== "mask") {
      throw inputError({
        expected: "a call without further tensors",
        where: `${where}.inbound_nodes`,
        received: key,
      });
    }
    collectNames(value, mask, () => {}, where);
  }
}

/**
 * Keras 3 writes out how a mask comes about, as operations; our layers make and pass masks themselves. So the mask
 * that a call names must be the one that arises here: x ≠ 0 of an embedding's ids with mask_zero.
 */
function checkMask(name: string, nodes: Map<string, GraphNode>, where: string): void {
  const { className, from, node } = find(nodes, name, where);
  const calls = node["inbound_nodes"];
  const call = Array.isArray(calls) ? calls[0] : undefined;
  const args = isObject(call) ? call["args"] : undefined;
  const comparesWithZero = className === "NotEqual" && Array.isArray(args) && args[1] === 0;
  const embedded = [...nodes.values()].some(
    (other) =>
      other.className === "Embedding" && other.config["mask_zero"] === true && other.from[0] === from[0],
  );
  if (comparesWithZero && embedded) return;
  const next = "Other masks than those of Embedding(mask_zero=True) are not read.";
  throw inputError({ expected: "the mask of an embedding", where, received: className, next });
}
