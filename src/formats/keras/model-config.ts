/** A model's configuration: Sequential in all its forms, and Functional graphs of known layers. */

import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { LAYER_KINDS } from "../../layers/kinds.js";
import type { Shape } from "../../layers/layer.js";
import { readsIds, takesTexts } from "../../layers/traits.js";
import type { Link } from "../../network/graph.js";
import { cudnnConversion } from "./cudnn.js";
import {
  checkKnown,
  type Entry,
  inputDtype,
  inputEntry,
  isModel,
  MOST_LAYERS,
  type Place,
  readLayers,
  readShape,
  shapeOf,
  TEXTS,
  within,
} from "./entries.js";
import { readGraph } from "./functional-config.js";
import {
  checkKeys,
  kindOf,
  type LayerNode,
  NOT_SHARED,
  readFlag,
  readLayer,
  readNode,
  withPlace,
} from "./layer-config.js";
import { containerNames, isMerging } from "./layer-kinds.js";
import { type Context, layerLabel } from "./receipt.js";
import { makeTextVectorization, onlyVocabulary, readSettings, readWords } from "./text-vectorization.js";

/** A model as described, before it is built. */
export interface Blueprint {
  name: string;
  /** In topological order, inputs included. */
  entries: Entry[];
  outputs: number[];
}

/** Reads a model's configuration, as in `config.json` or the attribute `model_config`. `where` is its place. */
export function readModelConfig(value: Json | undefined, context: Context, where: string): Blueprint {
  if (!isObject(value))
    throw inputError({ expected: "a model { class_name, config }", where, received: value });
  // Keras before 2.2.3 wrote a Sequential's configuration as a bare list.
  const config = Array.isArray(value["config"]) ? { layers: value["config"] } : value["config"];
  const { className, name } = readNode({ ...value, config: config ?? null }, where);
  const place: Place = { prefix: "", owner: "", budget: { layers: MOST_LAYERS } };
  const blueprint: Blueprint = { name: name || "sequential", entries: [], outputs: [] };
  const settings = config as JsonObject;
  if (className === "Sequential") {
    blueprint.outputs = [readSequential(settings, value, blueprint.entries, null, place, context, where)];
  } else if (isModel(className)) {
    blueprint.outputs = readGraph(settings, blueprint.entries, null, place, context, where, readEntry);
    checkKeys(settings, MODEL_KEYS, where);
    if (blueprint.outputs.length !== 1) {
      const received = `${blueprint.outputs.length} outputs`;
      const next = "In Keras, keras.Model(model.inputs, model.outputs[0]) is a model of the first.";
      throw inputError({ expected: "a model with one output", where, received, next });
    }
    // Of a graph, Keras heeds what is said of the whole.
    const trainable = readFlag(settings["trainable"] ?? true, `${where}.config.trainable`);
    if (!trainable) for (const { layer } of blueprint.entries) layer.trainable = false;
  } else {
    throw inputError({ expected: "a Sequential or Functional model", where, received: className });
  }
  checkTables(blueprint.entries);
  noteDtypes(blueprint.entries, context);
  return blueprint;
}

const MODEL_KEYS: ReadonlySet<string> = new Set([
  ...["name", "trainable", "dtype", "layers", "build_input_shape", "input_layers", "output_layers"],
]);

/** What a model says of itself. `layers`: those of its entries. */
export function checkModelSettings(
  config: JsonObject,
  layers: readonly Entry[],
  context: Context,
  where: string,
): void {
  checkKeys(config, MODEL_KEYS, where);
  const trainable = readFlag(config["trainable"] ?? true, `${where}.config.trainable`);
  const saysTrue = ({ layer }: Entry) =>
    layer.trainable && !layer.isInput && !layer.kind.keras?.withoutTrainable;
  if (trainable || !layers.some(saysTrue)) return;
  context.notes.warn(
    `${where}.config.trainable: false, but Keras goes by its layers, of which some are true`,
  );
}

/**
 * Appends the layers of a Sequential to `entries` and returns the last one's index. `from`: the entries that feed it,
 * where it stands inside another model.
 */
export function readSequential(
  config: JsonObject,
  node: JsonObject,
  entries: Entry[],
  from: number[] | null,
  place: Place,
  context: Context,
  where: string,
): number {
  const nodes = readLayers(config, place, where);
  const declared = LAYER_KINDS.get(nodes[0]?.className ?? "")?.unlisted ? nodes.shift() : undefined;
  const start = `${where} ${layerLabel(0, declared?.name ?? "")}`;
  const dtype = declared && inputDtype(declared, start);
  if (nodes.length === 0)
    throw inputError({ expected: "at least one layer", where: `${where}.config.layers` });
  if (!from) {
    const shape = sequentialShape(declared, nodes[0]!, config, node, where);
    entries.push({ ...inputEntry(declared?.name || "input_layer", shape, start), dtype });
  }
  checkNames(nodes, where);
  const first = entries.length;
  const groups = containerNames(nodes.map(({ className }) => className));
  let inputs = from ?? [entries.length - 1];
  for (const [i, child] of nodes.entries()) {
    const at = `${where} ${layerLabel(declared ? i + 1 : i, child.name)}`;
    inputs = [readEntry(child, entries, inputs, within(place, child, groups[i]!), context, at)];
  }
  checkModelSettings(config, entries.slice(first), context, where);
  return inputs[0]!;
}

/** A layer or model that stands in a Sequential twice has one name and, in Keras, one set of weights. */
function checkNames(nodes: readonly LayerNode[], where: string): void {
  const names = new Set<string>();
  for (const [i, { name }] of nodes.entries()) {
    if (name !== "" && names.has(name)) {
      const at = `${where} ${layerLabel(i, name)}`;
      throw inputError({ expected: "a name of its own", where: at, received: name, next: NOT_SHARED });
    }
    names.add(name);
  }
}

/** Appends one layer, or the layers of a nested model, and returns the index of its output. */
export function readEntry(
  child: LayerNode,
  entries: Entry[],
  inputs: number[],
  place: Place,
  context: Context,
  where: string,
): number {
  const { className, config, node } = child;
  const nested = { ...place, prefix: `${place.prefix}/` };
  if (className === "Sequential")
    return readSequential(config, node, entries, inputs, nested, context, where);
  if (isModel(className)) {
    const first = entries.length;
    const outputs = readGraph(config, entries, inputs, nested, context, where, readEntry);
    checkModelSettings(config, entries.slice(first), context, where);
    if (outputs.length === 1) return outputs[0]!;
    throw inputError({ expected: "a nested model with one output", where, received: outputs.length });
  }
  checkKnown(child, where);
  if (inputs.length !== 1 && !isMerging(className)) {
    const { mask } = kindOf(className) ?? {};
    const recurrent = mask === "passesInSequences" || mask === "passesAsInner";
    const next = recurrent ? "States given to a recurrent layer from outside are not read." : undefined;
    throw inputError({
      expected: "a layer with one input",
      where,
      received: `${inputs.length} inputs`,
      ...(next && { next }),
    });
  }
  if (LAYER_KINDS.get(className)?.takesTexts) {
    return readTextEntry(child, entries, inputs[0]!, place, context, where);
  }
  const layer = readLayer(child, context, where);
  if (entries.some((entry) => entry.layer.name === layer.name)) layer.name = `${place.owner}_${layer.name}`;
  const convert = cudnnConversion(className, config);
  entries.push({ layer, inputs, group: place.prefix, owner: place.owner, where, convert });
  return entries.length - 1;
}

/** TextVectorization takes the place of the input that feeds it. Without its vocabulary the model takes ids. */
function readTextEntry(
  { config, name }: LayerNode,
  entries: Entry[],
  input: number,
  place: Place,
  context: Context,
  where: string,
): number {
  const settings = readSettings(config, where);
  const { layer } = entries[input]!;
  if (!layer.kind.unlisted) {
    const received = `${layer.className} ${label(layer.name)}`;
    throw inputError({ expected: "an input of its own before TextVectorization", where, received });
  }
  const copies = ["", "/_lookup_layer"].map((inner) =>
    context.asset?.(`${place.prefix}${inner}/vocabulary.txt`),
  );
  const words = readWords(config, onlyVocabulary(copies, where), where);
  const { owner } = place;
  if (words) {
    const text = withPlace(where, () => makeTextVectorization(name, settings, words));
    entries[input] = { layer: text, inputs: [], group: place.prefix, owner, where };
  } else {
    const { standardize, split, outputSequenceLength } = settings;
    context.notes.warn(
      `${where}: the file has no vocabulary, so the model takes ids of texts; keep the vocabulary beside it (standardize ${standardize}, split ${split}, padded behind)`,
    );
    entries[input] = inputEntry(layer.name, [outputSequenceLength], where);
  }
  return input;
}

/** Ids of texts that an Embedding has no row for would fail in some texts and not in others. */
function checkTables(entries: readonly Entry[]): void {
  for (const { layer, inputs, where } of entries) {
    const text = inputs.map((from) => entries[from]!.layer)[0];
    if (!readsIds(layer) || !text || !takesTexts(text)) continue;
    const { inputDim } = layer.options;
    const { size } = text.vectorizer;
    if (size <= inputDim) continue;
    const expected = `a vocabulary of at most ${inputDim} words, as its input_dim says`;
    throw inputError({ expected, where, received: `${size} of ${label(text.name)}` });
  }
}

/** A Sequential says its input's shape in its input layer, on its first layer or, in Keras 3, on itself. */
function sequentialShape(
  declared: LayerNode | undefined,
  first: LayerNode,
  config: JsonObject,
  node: JsonObject,
  where: string,
): Shape {
  const kind = LAYER_KINDS.get(first.className);
  if (kind?.takesTexts) return TEXTS;
  const length = first.config["input_length"];
  const candidates = [
    declared && shapeOf(declared.config),
    shapeOf(first.config),
    config["build_input_shape"],
    isObject(node["build_config"]) ? node["build_config"]["input_shape"] : undefined,
    kind?.readsIds ? [null, typeof length === "number" ? length : null] : undefined,
  ];
  const found = candidates.find((shape) => Array.isArray(shape));
  if (found) return readShape(found, where);
  throw inputError({
    expected: "an input shape (batch_shape, batch_input_shape or build_input_shape)",
    where,
  });
}

/** Into whole numbers Keras cuts what is given to such an input. Ids of an Embedding are whole here too. */
function noteDtypes(entries: readonly Entry[], context: Context): void {
  for (const [i, { dtype = "float32", where }] of entries.entries()) {
    const takers = entries.filter(({ inputs }) => inputs.includes(i));
    if (/^(float(32|64)|string)$/.test(dtype) || takers.every(({ layer }) => readsIds(layer))) continue;
    context.notes.warn(
      `${where}.config.dtype: numbers are taken as they are, where Keras makes ${dtype} of them`,
    );
  }
}

/** The links a model is built from. */
export function toLinks({ entries }: Blueprint): Link[] {
  return entries.map(({ layer, inputs }) => ({ layer, inputs }));
}
