/** Functional models: a graph by names, which Keras 2 and Keras 3 write in different ways. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { CUDNN_KINDS } from "./cudnn.js";
import {
  checkKnown,
  type Entry,
  type EntryReader,
  inputDtype,
  inputEntry,
  inputShape,
  isModel,
  type Place,
  readLayers,
  within,
} from "./entries.js";
import { type LayerNode, NOT_SHARED, OPERATIONS, withPlace } from "./layer-config.js";
import { COMPUTING_KINDS, containerNames, isMerging } from "./layer-kinds.js";
import { MASK_OPERATIONS, MASK_RULES, type Mask, MaskCount, operationMask, sameMask } from "./masks.js";
import { type Context, layerLabel } from "./receipt.js";

interface GraphNode extends LayerNode {
  group: string;
  where: string;
  /** Whether it is an operation of keras.ops instead of a layer. */
  operation: boolean;
  /** Names of what makes its tensors. */
  from: string[];
  /** The arguments of its call as the file has them. */
  args: Json[];
  /** Names of what makes the masks given with its tensors, null for one without. */
  masks: (string | null)[];
}

/**
 * Appends the layers of a graph to `entries`, each after those that feed it, and returns its outputs' indices.
 * `feeds`: the entries that feed its inputs, where it stands inside another model. `readEntry` reads its layers, nested
 * models among them.
 */
export function readGraph(
  config: JsonObject,
  entries: Entry[],
  feeds: number[] | null,
  place: Place,
  context: Context,
  where: string,
  readEntry: EntryReader,
): number[] {
  const nodes = readGraphNodes(config, place, where);
  const inputs = readEnds(config["input_layers"], `${where}.config.input_layers`);
  const indices = new Map<string, number>();
  for (const [i, name] of inputs.entries()) {
    const node = find(nodes, name, where);
    const dtype = inputDtype(node, node.where);
    if (feeds) indices.set(name, takeFeed(feeds, i, node.where));
    else {
      const entry = inputEntry(name, inputShape(node, node.where), node.where);
      indices.set(name, entries.push({ ...entry, dtype }) - 1);
    }
  }
  const walk = {
    nodes,
    entries,
    indices,
    place,
    context,
    where,
    readEntry,
    open: [],
    masks: new Map(),
    joined: new MaskCount(),
  };
  const outputs = readEnds(config["output_layers"], `${where}.config.output_layers`);
  // In the file's order, which is that of the weights in Keras.
  const needed = leadingTo(outputs, nodes, where);
  for (const name of nodes.keys()) if (needed.has(name)) placeNode(name, walk);
  return outputs.map((name) => placeNode(name, walk));
}

/** The layers that the outputs hang on, and the outputs themselves. */
function leadingTo(outputs: readonly string[], nodes: Map<string, GraphNode>, where: string): Set<string> {
  const needed = new Set(outputs);
  for (const name of needed) for (const from of find(nodes, name, where).from) needed.add(from);
  return needed;
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
    if (!isOperation(layer)) checkKnown(layer, at);
    const inbound = readInbound(layer.node["inbound_nodes"], at);
    if (nodes.has(name)) throw inputError({ expected: "a name of its own", where: at, received: name });
    nodes.set(name, { ...layer, group: groups[i]!, where: at, operation: isOperation(layer), ...inbound });
  }
  return nodes;
}

/** The older format does not say where a class is from; operations have names of layers, but no `trainable`. */
function isOperation({ className, config, node }: LayerNode): boolean {
  const { module } = node;
  if (typeof module === "string") return /^keras\.(src\.)?ops(\.|$)/.test(module);
  return !("trainable" in config) && (MASK_OPERATIONS.has(className) || isMerging(className));
}

interface Walk {
  nodes: Map<string, GraphNode>;
  entries: Entry[];
  indices: Map<string, number>;
  place: Place;
  context: Context;
  where: string;
  readEntry: EntryReader;
  /** The layers being resolved, outermost first. */
  open: string[];
  /** What is known of the masks of what each node makes; undefined while that is being found out. */
  masks: Map<string, Mask | undefined>;
  joined: MaskCount;
}

/** Puts a layer after all that feed it; each layer once. */
function placeNode(name: string, walk: Walk): number {
  const known = walk.indices.get(name);
  if (known !== undefined) return known;
  const node = find(walk.nodes, name, walk.where);
  if (walk.open.includes(name)) {
    throw inputError({ expected: "a graph without circles", where: node.where, received: walk.open });
  }
  if (node.operation) {
    const received = `the operation ${label(node.className)}`;
    throw inputError({ expected: "a layer", where: node.where, received, next: OPERATIONS });
  }
  walk.open.push(name);
  if (node.from.length === 0) throw inputError({ expected: "inputs (inbound_nodes)", where: node.where });
  const inputs = node.from.map((from) => placeNode(from, walk));
  for (const [i, mask] of node.masks.entries()) checkMask(mask, node.from[i], node, walk);
  const index = walk.readEntry(
    withoutStates(node, walk.context),
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

/**
 * A recurrent layer whose states nothing takes: whatever takes one is refused where it does (`checkTensor`). Such a layer
 * may stand inside a Bidirectional.
 */
function withoutStates(node: GraphNode, context: Context): GraphNode {
  const without = (config: JsonObject, where: string): JsonObject => {
    const changed = { ...config };
    if (config["return_state"] === true) {
      changed["return_state"] = false;
      context.notes.ignore(`${where}.config.return_state: nothing takes the states`);
    }
    for (const key of ["layer", "backward_layer"]) {
      const inner = config[key];
      if (isObject(inner) && isObject(inner["config"])) {
        changed[key] = { ...inner, config: without(inner["config"], `${where}.config.${key}`) };
      }
    }
    return changed;
  };
  return { ...node, config: without(node.config, node.where) };
}

/** [["name", 0, 0], …], just ["name", 0, 0], or { key: ["name", 0, 0], … }. */
function readEnds(value: Json | undefined, where: string): string[] {
  // Keras takes a dictionary's tensors by the order of their names.
  const list = isObject(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key]!)
    : value;
  const ends = Array.isArray(list) && typeof list[0] === "string" ? [list] : list;
  const names = Array.isArray(ends) ? ends.map((end) => (Array.isArray(end) ? end[0] : undefined)) : [];
  if (names.length === 0 || !names.every((name) => typeof name === "string")) {
    throw inputError({ expected: "names of layers", where, received: value });
  }
  for (const end of ends as Json[][]) checkTensor(end[2], String(end[0]), where);
  return names as string[];
}

/** Which of a layer's outputs is meant; the others of a recurrent layer are its states. */
function checkTensor(index: Json | undefined, name: string, where: string): void {
  if (index === 0 || index === undefined) return;
  throw inputError({
    expected: "the first output of a layer",
    where,
    received: `output ${label(JSON.stringify(index))} of ${label(name)}`,
    next: "Layers have one output here; states (return_state) are not read.",
  });
}

/**
 * What one call takes. Keras 2: [[["name", node, tensor, {kwargs}], …]]. Keras 3: [{ args: [tensor or list of
 * tensors], kwargs }], a tensor being { class_name: "__keras_tensor__", config: { keras_history: ["name", node,
 * tensor] } }. A layer has one call, so it does not matter which node is named: models inside models count from 1.
 */
function readInbound(value: Json | undefined, where: string): Pick<GraphNode, "from" | "args" | "masks"> {
  const calls = Array.isArray(value) ? value : [];
  if (calls.length > 1) {
    throw inputError({
      expected: "a layer used once",
      where,
      received: `${calls.length} uses`,
      next: NOT_SHARED,
    });
  }
  const call = calls[0];
  const from: string[] = [];
  const masks: (string | null)[] = [];
  const keywords = (kwargs: Json | undefined) => readKeywords(kwargs, masks, where);
  if (isObject(call)) keywords(call["kwargs"]);
  const args = isObject(call) ? call["args"] : call;
  collectNames(args, from, keywords, where);
  return { from, masks, args: Array.isArray(args) ? args : [] };
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
  const [name, _node, tensor, kwargs] = value;
  if (typeof name !== "string") {
    for (const item of value) collectNames(item, names, keywords, where);
    return;
  }
  checkTensor(tensor, name, where);
  keywords(kwargs);
  names.push(name);
}

/** Keyword arguments of a call: a mask, and `training`, which the caller decides. */
function readKeywords(kwargs: Json | undefined, masks: (string | null)[], where: string): void {
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    // What is false is as without it: use_causal_mask, return_attention_scores.
    if (value === null || value === false || key === "training") continue;
    if (key !== "mask") {
      throw inputError({
        expected: "a call without further tensors",
        where: `${where}.inbound_nodes`,
        received: key,
      });
    }
    for (const one of Array.isArray(value) && typeof value[0] !== "string" ? value : [value]) {
      const names: string[] = [];
      collectNames(one, names, () => {}, where);
      masks.push(names[0] ?? null);
    }
  }
}

/** The mask that a call names for a tensor must be the one that arises here on the way to it. */
function checkMask(given: string | null, tensor: string | undefined, node: GraphNode, walk: Walk): void {
  if (given === null) return;
  if (tensor !== undefined) {
    const masks = [maskFrom(given, walk), maskFrom(tensor, walk)] as const;
    withPlace(node.where, () => walk.joined.spend(masks));
    if (sameMask(...masks)) return;
  }
  throw inputError({
    expected: "the mask that its input carries (of Embedding or Masking, passed on by the layers between)",
    where: node.where,
    received: `another one, from ${label(given)}`,
    next: "A mask given to a call from elsewhere is not read.",
  });
}

/** The mask of what a node makes, or that an operation makes. */
function maskFrom(name: string, walk: Walk): Mask {
  const { masks } = walk;
  const known = masks.get(name);
  if (known !== undefined) return known;
  const node = find(walk.nodes, name, walk.where);
  if (masks.has(name)) throw inputError({ expected: "a graph without circles", where: node.where });
  masks.set(name, undefined);
  const incoming = new Map(node.from.map((source) => [source, maskFrom(source, walk)]));
  const found = withPlace(node.where, () => {
    walk.joined.spend(incoming.values());
    return node.operation ? maskOfOperation(node, incoming) : maskOfLayer(node, incoming);
  });
  masks.set(name, found);
  return found;
}

function maskOfOperation(node: GraphNode, incoming: ReadonlyMap<string, Mask>): Mask {
  const found = operationMask(node, (name) => incoming.get(name) ?? null);
  if (found !== undefined) return found;
  throw inputError({
    expected: "one that makes masks as Keras does",
    where: "this operation",
    received: node.className,
    next: OPERATIONS,
  });
}

function maskOfLayer({ className, config, from }: GraphNode, incoming: ReadonlyMap<string, Mask>): Mask {
  const masks = from.map((source) => incoming.get(source) ?? null);
  const kind = COMPUTING_KINDS.get(CUDNN_KINDS.get(className)?.className ?? className);
  if (kind) return MASK_RULES[kind.mask](config, masks, from);
  // Of a model inside this one, which may make masks of its own: not compared with anything.
  const masksInside = /"mask_zero":true|"class_name":"Masking"/.test(JSON.stringify(config));
  return isModel(className) && (masksInside || masks.some((mask) => mask !== null)) ? [className] : null;
}
