/** Writing a model so that Python Keras opens it. */
import { instanceOf, jsonTextOf } from "../../base/arguments.js";
import { inputError, knownOptions } from "../../base/errors.js";
import type { Json, JsonObject } from "../../base/json.js";
import { atOnce, type Pieces } from "../../base/pieces.js";
import { BLANK_SEAL, SEAL, seal } from "../../base/seal.js";
import type { Layer } from "../../layers/layer.js";
import { takesTexts } from "../../layers/traits.js";
import { isChain, type Node } from "../../network/graph.js";
import { type NetworkLike, networkOf } from "../../network/network.js";
import type { TrainedLike } from "../../train/trainer.js";
import { type Hdf5DatasetInput, type Hdf5GroupInput, writeHdf5 } from "../hdf5/writer.js";
import { writingZip } from "../zip-write.js";
import { writeCompileConfig } from "./compile-config.js";
import { SCHEDULES } from "./compile-optimizers.js";
import { writeLayer } from "./layer-config.js";
import { isMerging, weightPlaces } from "./layer-kinds.js";
import { entriesOf } from "./model-weights.js";
import { EXTRAS_MEMBER } from "./open.js";
import { isScheduled, writeOptimizerState } from "./optimizer-state.js";
import { pythonJson } from "./python-json.js";
import { inputName, vocabularyText, writeTextVectorization } from "./text-vectorization.js";

import { MaskWriter } from "./write-masks.js";

/** The Keras whose format and meaning of names is written. */
export const KERAS_VERSION = "3.15.1";

/** Options of `writeKeras`. */
export interface WriteOptions {
  /** Kept beside the model as `cellstate.json`; Python Keras passes over it. */
  extras?: Json;
  /** Written into the archive. Left out, equal models give equal bytes. */
  savedAt?: Date;
}

function checkDate(date: Date): void {
  if (instanceOf(date, Date, "writeKeras savedAt", "a Date").getTime() >= 0) return;
  throw inputError({ expected: "a date after 1970", where: "writeKeras savedAt", received: String(date) });
}

/**
 * A `.keras` archive: configuration, weights and, where the model is compiled, how it is trained with the optimizer's
 * state. @throws InputError for a layer or setting that Keras has no name for.
 */
export function writeKeras(model: TrainedLike, options: WriteOptions = {}): Uint8Array {
  return atOnce(writingKeras(model, options));
}

/**
 * As `writeKeras`; the weights are those of the first piece.
 * @param text tells the extras, in place of those of the options
 */
export function* writingKeras(
  model: TrainedLike,
  options: WriteOptions = {},
  text?: () => Json,
): Pieces<Uint8Array> {
  networkOf(model, "writeKeras");
  knownOptions(options, ["extras", "savedAt"], "writeKeras");
  const { savedAt } = options;
  if (savedAt !== undefined) checkDate(savedAt);
  const metadata: JsonObject = { keras_version: KERAS_VERSION };
  if (savedAt) metadata["date_saved"] = savedAt.toISOString().slice(0, 19).replace("T", "@");
  const config = writeModelConfig(model, false);
  if (model.isCompiled) config["compile_config"] = writeCompileConfig(model);
  const members: [string, Uint8Array][] = [
    ["metadata.json", encode(metadata)],
    ["config.json", encode(config)],
    ["model.weights.h5", writeHdf5(pathTree(model))],
  ];
  members.push(...writeVocabularies(model));
  yield 0;
  const extras = text ? text() : (options.extras ?? null);
  jsonTextOf(extras, "writeKeras extras");
  yield 0;
  if (extras !== null) members.push([EXTRAS_MEMBER, encode(extras)]);
  yield 0;
  return yield* writingZip(members);
}

/** Keras keeps a vocabulary twice: for the layer, and for the table inside it. */
function writeVocabularies(model: TrainedLike): [string, Uint8Array][] {
  return entriesOf(model).flatMap(({ layer, group }): [string, Uint8Array][] => {
    const text = takesTexts(layer) ? vocabularyText(layer) : null;
    if (text === null) return [];
    const folders = [`assets/${group}/_lookup_layer`, `assets/${group}`];
    return folders.map((folder) => [`${folder}/vocabulary.txt`, new TextEncoder().encode(text)]);
  });
}

/** An HDF5 model in the older format, `.h5`. */
export function writeKerasH5(model: TrainedLike): Uint8Array {
  networkOf(model, "writeKerasH5");
  // Keras opens no operations in this format, not even its own.
  const { class_name, config } = writeModelConfig(model, true, false);
  const attributes = new Map([
    ["backend", "tensorflow"],
    ["keras_version", KERAS_VERSION],
    [SEAL, BLANK_SEAL],
    ["model_config", pythonJson({ class_name: class_name!, config: olderConfig(config as JsonObject) })],
  ]);
  const children = new Map<string, Hdf5GroupInput>([["model_weights", namedTree(model)]]);
  if (model.isCompiled) {
    const { optimizer, ...rest } = writeCompileConfig(model);
    const training = withoutModules({ ...rest, optimizer_config: optimizer! });
    attributes.set("training_config", pythonJson(training));
    children.set("optimizer_weights", namedOptimizerTree(model));
  }
  return seal(writeHdf5({ attributes, children }));
}

function encode(value: Json): Uint8Array {
  return new TextEncoder().encode(pythonJson(value));
}

/**
 * `config.json`, without how the model is trained.
 * @param inline whether vocabularies stand in it, or are kept beside it
 * @param masks whether a graph's masks are written out
 */
export function writeModelConfig(model: NetworkLike, inline = true, masks = true): JsonObject {
  const first = model.nodes[0]!;
  const inputShape = withBatch(takesTexts(first.layer) ? [1] : first.shape);
  const config: JsonObject = { name: model.name, trainable: true, dtype: "float32" };
  const node = { module: "keras", class_name: "Sequential", config, registered_name: null };
  if (isChain(model.nodes) && model.outputNode === model.nodes.at(-1)) {
    config["layers"] = model.nodes.flatMap((node) => writeNode(node, model.nodes, inline));
    config["build_input_shape"] = inputShape;
    return { ...node, build_config: { input_shape: inputShape } };
  }
  config["layers"] = writeGraph(model.nodes, inline, masks);
  config["input_layers"] = model.nodes.filter(isInput).map(({ layer }) => [nameOfInput(layer), 0, 0]);
  config["output_layers"] = [[model.outputNode.layer.name, 0, 0]];
  // Keras exports no class of this name: it looks for it where it is defined.
  return { ...node, module: "keras.src.models.functional", class_name: "Functional" };
}

function isInput({ inputs }: Node): boolean {
  return inputs.length === 0;
}

function nameOfInput(layer: Layer): string {
  return takesTexts(layer) ? inputName(layer) : layer.name;
}

function withBatch(shape: readonly (number | null)[]): (number | null)[] {
  return [null, ...shape];
}

/** A layer's entry; TextVectorization has an input of its own in front. */
function writeNode({ layer, inputs, shape }: Node, nodes: readonly Node[], inline: boolean): JsonObject[] {
  if (takesTexts(layer)) return writeTextVectorization(layer, inline);
  const shapes = inputs.map((i) => withBatch(nodes[i]!.shape));
  if (shapes.length > 0) return [writeLayer(layer, isMerging(layer.className) ? shapes : shapes[0]!)];
  const config = { batch_shape: withBatch(shape), dtype: "float32", sparse: false, name: layer.name };
  return [{ module: "keras.layers", class_name: "InputLayer", config, registered_name: null }];
}

function tensor(name: string, shape: readonly (number | null)[], dtype = "float32"): JsonObject {
  const config = { shape: withBatch(shape), dtype, keras_history: [name, 0, 0] };
  return { class_name: "__keras_tensor__", config };
}

/** A Functional model's entries: layers and the operations that make their masks, with the tensors they are called on. */
function writeGraph(nodes: readonly Node[], inline: boolean, withMasks: boolean): JsonObject[] {
  const masks = new MaskWriter(nodes, tensor, (node) => {
    return writeNode(node, nodes, inline)[0]!["config"] as JsonObject;
  });
  const entries: JsonObject[] = [];
  for (const node of nodes) {
    const before = masks.entries.length;
    const mask = withMasks ? masks.given(node) : null;
    entries.push(...masks.entries.slice(before), ...writeGraphNode(node, nodes, inline, mask));
  }
  return entries;
}

/** A layer's entry, its name and the tensors it is called on. */
function writeGraphNode(
  node: Node,
  nodes: readonly Node[],
  inline: boolean,
  mask: JsonObject | null,
): JsonObject[] {
  const { layer } = node;
  const called = (tensors: JsonObject[]): Json[] => {
    const args: Json[] = isMerging(layer.className) ? [tensors] : tensors;
    return tensors.length > 0 ? [{ args, kwargs: mask ? { mask } : {} }] : [];
  };
  const [entry, text] = writeNode(node, nodes, inline);
  if (text) {
    const name = nameOfInput(layer);
    const from = called([tensor(name, [1], "string")]);
    return [
      { ...entry, name, inbound_nodes: [] },
      { ...text, name: layer.name, inbound_nodes: from },
    ];
  }
  const inputs = node.inputs.map((i) => tensor(nodes[i]!.layer.name, nodes[i]!.shape));
  return [{ ...entry, name: layer.name, inbound_nodes: called(inputs) }];
}

/** The older format names a model's layers without saying where they come from; what is inside a layer it does say. */
function olderConfig(config: JsonObject): JsonObject {
  const layers = (config["layers"] as JsonObject[]).map(
    ({ module: _, registered_name: _name, build_config: _built, ...older }) => older,
  );
  return { ...config, layers };
}

/** Of settings for training it says it nowhere, but for a schedule. */
function withoutModules(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutModules);
  if (typeof value !== "object" || value === null) return value;
  if (value["module"] === SCHEDULES) return value;
  const kept = Object.entries(value).filter(([key]) => !LATER_KEYS.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutModules(item)]));
}

const LATER_KEYS = new Set(["module", "registered_name"]);

interface Tree {
  attributes: Map<string, string | string[]>;
  children: Map<string, Tree | Hdf5DatasetInput>;
}

function newTree(): Tree {
  return { attributes: new Map(), children: new Map() };
}

/** The group at a path, made as needed. */
function groupAt(root: Tree, path: string): Tree {
  let group = root;
  for (const name of path.split("/")) {
    const child = group.children.get(name);
    const next = child && "children" in child ? child : newTree();
    group.children.set(name, next);
    group = next;
  }
  return group;
}

/** `model.weights.h5`: a `vars` group for every layer, named after it, with its variables in order. */
function pathTree(model: TrainedLike): Tree {
  const root = newTree();
  const weights = model.getWeights();
  let next = 0;
  groupAt(root, "vars").attributes.set("name", model.name);
  for (const { layer, group } of entriesOf(model)) {
    groupAt(root, `${group}/vars`).attributes.set("name", layer.name);
    for (const place of weightPlaces(layer)) {
      const vars = groupAt(root, `${group}/${place.group}`);
      for (const i of place.parameters.keys()) vars.children.set(String(i), weights[next++]!);
    }
  }
  if (model.isCompiled) {
    const vars = groupAt(root, "optimizer/vars");
    vars.attributes.set("name", model.compiled.optimizer.name);
    for (const [i, variable] of writeOptimizerState(model).entries()) vars.children.set(String(i), variable);
  }
  return root;
}

/** `model_weights` of an older file: layers and weights by lists of names. */
function namedTree(model: TrainedLike): Tree {
  const root = newTree();
  const weights = model.getWeights();
  let next = 0;
  setTexts(
    root,
    "layer_names",
    model.layers.map(({ name }) => name),
  );
  root.attributes.set("backend", "tensorflow");
  root.attributes.set("keras_version", KERAS_VERSION);
  for (const layer of model.layers) {
    const group = groupAt(root, layer.name);
    const names = layer.parameters.map(({ name }) => `${model.name}/${layer.name}/${name}`);
    setTexts(group, "weight_names", names);
    for (const name of names) setDataset(group, name, weights[next++]!);
  }
  setTexts(groupAt(root, "top_level_model_weights"), "weight_names", []);
  return root;
}

function namedOptimizerTree(model: TrainedLike): Tree {
  const root = newTree();
  const variables = writeOptimizerState(model);
  const { name } = model.compiled.optimizer;
  const scalars = isScheduled(model) ? ["iteration"] : ["iteration", "learning_rate"];
  const names = variables.map((_, i) => `${name}/${scalars[i] ?? `slot_${i - scalars.length}`}`);
  setTexts(root, "weight_names", names);
  for (const [i, variable] of variables.entries()) setDataset(root, names[i]!, variable);
  return root;
}

function setDataset(root: Tree, path: string, dataset: Hdf5DatasetInput): void {
  const slash = path.lastIndexOf("/");
  groupAt(root, path.slice(0, slash)).children.set(path.slice(slash + 1), dataset);
}

/** HDF5 keeps an attribute under 64 KB: longer lists become name0, name1 …, as Keras splits them. */
const MOST_ATTRIBUTE_BYTES = 64_512;

function setTexts(group: Tree, name: string, texts: string[]): void {
  const width = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  const parts = Math.max(1, Math.ceil((width * texts.length) / MOST_ATTRIBUTE_BYTES));
  if (parts === 1) group.attributes.set(name, texts);
  const each = Math.ceil(texts.length / parts);
  for (let i = 0; parts > 1 && i < parts; i++)
    group.attributes.set(`${name}${i}`, texts.slice(i * each, (i + 1) * each));
}
