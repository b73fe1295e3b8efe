/** One layer's configuration: Keras's JSON to one of our layers, and back. */

import { InputError, inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import type { ActivationName } from "../../kernels/activations.js";
import type { Initializer } from "../../layers/initializers.js";
import { Layer, type LayerKind } from "../../layers/layer.js";
import type { Regularizer } from "../../layers/options.js";
import { camelToSnake } from "../../network/graph.js";
import { CUDNN_KINDS } from "./cudnn.js";
import { checkDtype } from "./dtype.js";
import { readInitializer, writeInitializer } from "./initializers.js";
import { COMPUTING_KINDS } from "./layer-kinds.js";
import { checkInner, checkOrigin } from "./objects.js";
import type { Context } from "./receipt.js";
import { noteUnapplied, readRegularizer, writeRegularizer } from "./regularizers.js";
import { nameOf, readActivation, writeActivation } from "./values.js";

/** A layer's entry in a model's configuration, checked for what every entry has. */
export interface LayerNode {
  className: string;
  name: string;
  config: JsonObject;
  node: JsonObject;
}

/** Takes an entry apart. Refuses classes that are not Keras's own. `where` is its place: "config.json layers[2]". */
export function readNode(value: Json | undefined, where: string): LayerNode {
  if (!isObject(value) || typeof value["class_name"] !== "string") {
    throw inputError({ expected: "a layer { class_name, config }", where, received: value });
  }
  const className = value["class_name"];
  const config = value["config"];
  checkOrigin(value, className, where);
  if (!isObject(config))
    throw inputError({ expected: "an object", where: `${where}.config`, received: config });
  const name = config["name"] ?? value["name"] ?? "";
  if (typeof name !== "string")
    throw inputError({ expected: "text", where: `${where}.config.name`, received: name });
  return { className, name, config, node: value };
}

/** Said of a graph that computes with tensors outside of layers. */
export const OPERATIONS =
  "Operations on tensors, as x + y or keras.ops, are not read: layers are, as keras.layers.Add()([x, y]).";

/** Of a whole model, where a list of cells may be as long as a model: far more than any has, and 50 MB. */
const MOST_LAYERS_MADE = 10_000;

/** The layer that an entry describes. */
export function readLayer(
  { className, name, config, node }: LayerNode,
  context: Context,
  where: string,
): Layer {
  const cudnn = CUDNN_KINDS.get(className);
  const kind = kindOf(className);
  if (!kind) throw unknownLayer(className, where);
  const { made = { layers: 0 } } = context;
  if (++made.layers > MOST_LAYERS_MADE) {
    throw inputError({ expected: `at most ${MOST_LAYERS_MADE} layers and cells`, where, received: "more" });
  }
  checkShared(node, context, where);
  checkInner(config, `${where}.config`);
  const inner = kind.keras?.inner;
  const options: Record<string, unknown> = { ...(name && { name }), ...cudnn?.fixed };
  const inCell = Object.hasOwn(kind.options, "recurrentInitializer");
  for (const [key, value] of Object.entries(config)) {
    const at = `${where}.config.${label(key)}`;
    const ours = optionOf(kind, key, config);
    if (key === "trainable") options[key] = readFlag(value, at);
    else if (ours === undefined) checkPassive(key, value, context, at);
    else if (!inner || !Object.hasOwn(inner, ours))
      options[ours] = readOption(key, value, context, at, inCell);
    else if (value !== null) options[ours] = readInner(value, context, at);
  }
  if (!cudnn) fillMissing(kind, config, options, context, where);
  if (config["stateful"] === true) {
    context.notes.warn(`${where}.config.stateful: every batch starts from fresh states here`);
  }
  checkDtype(config, context, where);
  const layer = withPlace(where, () => kind.make(dropUndefined(options)));
  if (!layer.trainable && insideSaysTrue(kind, config)) {
    const what = "a layer inside says true: Keras trains that one on, Cellstate all of them or none";
    context.notes.warn(`${where}.config.trainable: ${what}`);
  }
  return layer;
}

/** Whether a layer, or one of a list of layers, in the settings of another is to learn. */
function insideSaysTrue({ keras }: LayerKind, config: JsonObject): boolean {
  return Object.keys(keras?.inner ?? {})
    .flatMap((key) => config[camelToSnake(key)] ?? null)
    .some((one) => isObject(one) && isObject(one["config"]) && one["config"]["trainable"] !== false);
}

/** The kind of a class that is read as a layer, cuDNN's own among them. */
export const kindOf = (className: string) =>
  COMPUTING_KINDS.get(CUDNN_KINDS.get(className)?.className ?? className);

/** Our option for a key of Keras's, if there is one: also by the name of an older Keras, unless the newer says otherwise. */
function optionOf(kind: LayerKind, key: string, config: JsonObject = {}): string | undefined {
  const known = kind.keras?.renamed ?? {};
  const renamed = Object.hasOwn(known, key) ? known[key]! : key;
  if (renamed in config && config[renamed] !== config[key]) return undefined;
  const ours = camelCase(renamed);
  return camelToSnake(ours) === renamed && Object.hasOwn(kind.options, ours) ? ours : undefined;
}

/** Refuses settings that are not among the known ones, but those that say nothing. */
export function checkKeys(config: JsonObject, known: ReadonlySet<string>, where: string): void {
  for (const [key, value] of Object.entries(config)) {
    if (!known.has(key) && value !== null && value !== false)
      throw unknownSetting(value, `${where}.config.${label(key)}`);
  }
}

const unknownSetting = (received: Json, where: string) =>
  inputError({
    expected: "no setting that Cellstate does not know",
    where,
    received,
    next: "It may change what is computed.",
  });

/** Two entries for one layer of Keras's would become two layers with weights of their own. */
function checkShared(node: JsonObject, context: Context, where: string): void {
  const id = node["shared_object_id"] ?? null;
  if (id === null) return;
  const shared = context.seen?.has(id);
  context.seen?.add(id);
  if (!shared) return;
  throw inputError({
    expected: "a layer used once",
    where,
    received: "one that stands elsewhere too",
    next: NOT_SHARED,
  });
}

export const NOT_SHARED =
  "Shared layers are not read: give each use a layer of its own with the same weights.";

export function readFlag(value: Json, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw inputError({ expected: "true or false", where, received: value });
}

/** More than any stack of cells has. */
const LONGEST_LIST = 1000;

/** A layer that another one holds, or a list of them. */
function readInner(value: Json, context: Context, where: string): Layer | Layer[] {
  if (!Array.isArray(value)) return readLayer(readNode(value, where), context, where);
  if (value.length > LONGEST_LIST) {
    throw inputError({ expected: `at most ${LONGEST_LIST} layers`, where, received: value.length });
  }
  return value.map((item, i) => readLayer(readNode(item, `${where}[${i}]`), context, `${where}[${i}]`));
}

/** What to know of classes that are no layers of ours. */
const ABOUT_UNKNOWN: Readonly<Record<string, string>> = {
  Lambda: "A Lambda layer is Python code, which is never run.",
  TFOpLambda: OPERATIONS,
  SlicingOpLambda: OPERATIONS,
};

/** Whether Cellstate has a layer of this class. */
export const isLayer = (className: string): boolean => kindOf(className) !== undefined;

export function unknownLayer(className: string, where: string) {
  const names = [...COMPUTING_KINDS.keys()].join(", ");
  const next = Object.hasOwn(ABOUT_UNKNOWN, className) ? ABOUT_UNKNOWN[className] : undefined;
  return inputError({ expected: `a layer that Cellstate has (${names})`, where, received: className, next });
}

/** Runs `make`; a complaint it raises then begins with the place in the file. */
export function withPlace<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}

function dropUndefined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function readOption(key: string, value: Json, context: Context, where: string, inCell: boolean): unknown {
  if (/(^|_)activation$/.test(key)) return readActivation(value, context, where, inCell);
  if (key.endsWith("_initializer")) return readInitializer(value, context, where);
  if (key.endsWith("_regularizer")) return readRegularizer(value, context, where);
  return value;
}

/** Keys without a counterpart here: the values with which they change nothing, and what another value would change. */
const PASSIVE: ReadonlyMap<string, { harmless: readonly Json[]; otherwise: "refuse" | "warn" | "ignore" }> =
  new Map([
    ["time_major", { harmless: [false], otherwise: "refuse" }],
    ["num_constants", { harmless: [null, 0], otherwise: "refuse" }],
    ["sparse", { harmless: [false], otherwise: "refuse" }],
    ["ragged", { harmless: [false], otherwise: "refuse" }],
    ["quantization_config", { harmless: [null], otherwise: "refuse" }],
    ["data_format", { harmless: [null, "channels_last"], otherwise: "refuse" }],
    ["noise_shape", { harmless: [null], otherwise: "warn" }],
    ["renorm", { harmless: [false], otherwise: "refuse" }],
    ["renorm_clipping", { harmless: [null], otherwise: "ignore" }],
    ["synchronized", { harmless: [false], otherwise: "ignore" }],
    ["lora_rank", { harmless: [null], otherwise: "refuse" }],
    ["weights", { harmless: [null], otherwise: "refuse" }],
  ]);

/** Read elsewhere, or about how Keras computes and not what. */
const ELSEWHERE = new Set([
  "name",
  "trainable",
  "autocast",
  "dynamic",
  "dtype",
  "batch_input_shape",
  "batch_shape",
  "input_shape",
  "input_dtype",
  "input_dim",
  "input_length",
  "seed",
  "unroll",
  "implementation",
  "consume_less",
  "supports_masking",
  "renorm_momentum",
  "optional",
  "lora_alpha",
  "gptq_unpacked_column_size",
]);

/** What shapes weights in training and is not had here. */
const UNAPPLIED = /^activity_regularizer$|_constraint$/;

function checkPassive(key: string, value: Json, context: Context, where: string): void {
  const { notes } = context;
  const passive = PASSIVE.get(key);
  if (ELSEWHERE.has(key) || passive?.harmless.includes(value)) return;
  if (UNAPPLIED.test(key)) noteUnapplied(value, "a constraint or regularizer", context, where);
  else if (passive?.otherwise === "refuse") {
    const expected = `${passive.harmless.map((v) => JSON.stringify(v)).join(" or ")}, all that Cellstate has`;
    throw inputError({ expected, where, received: value });
  } else if (passive?.otherwise === "warn") notes.warn(`${where}: ${nameOf(value)} is not applied`);
  // Keras adds settings that do nothing until they are set.
  else if (passive || value === null || value === false) notes.ignore(`${where}: ${nameOf(value)}`);
  else throw unknownSetting(value, where);
}

/** Defaults that were others when the file was written and the key did not exist. */
function fillMissing(
  kind: LayerKind,
  config: JsonObject,
  options: Record<string, unknown>,
  context: Context,
  where: string,
): void {
  if (Object.hasOwn(kind.options, "resetAfter") && config["reset_after"] === undefined) {
    options["resetAfter"] = false;
    context.notes.fill(`${where}: reset_after = false, as before Keras 2.1`);
  }
  const older = context.major < 2 || (context.major === 2 && context.minor < 3);
  if (
    Object.hasOwn(kind.options, "recurrentActivation") &&
    config["recurrent_activation"] === undefined &&
    older
  ) {
    options["recurrentActivation"] = "hardSigmoid2";
    context.notes.fill(`${where}: recurrent_activation = hard_sigmoid, as before Keras 2.3`);
  }
}

/**
 * A layer's entry as Keras writes it. `inputShape`, with the batch axis, lets Keras build the layer's variables; of a layer
 * called on a list, there is one an input.
 * `trainable`: false inside a layer that is not, for Keras goes by the innermost.
 */
export function writeLayer(
  layer: Layer,
  inputShape: readonly Json[] | undefined,
  trainable = layer.trainable,
): JsonObject {
  const { kind } = layer;
  if (!kind.keras || kind.isInput)
    throw inputError({ expected: "a layer that Keras files hold", where: "save", received: layer.className });
  const config: JsonObject = { name: layer.name, dtype: "float32" };
  if (!kind.keras.withoutTrainable) config["trainable"] = trainable;
  for (const key of Object.keys(kind.options)) {
    // Keras 3 took input_length out; the input layer in front says it.
    if (key === "inputLength") continue;
    config[camelToSnake(key)] = writeOption(key, (layer.options as Record<string, unknown>)[key], trainable);
  }
  const node: JsonObject = {
    module: "keras.layers",
    class_name: layer.className,
    config,
    registered_name: null,
  };
  if (inputShape && layer.parameters.length > 0) node["build_config"] = { input_shape: [...inputShape] };
  return node;
}

function writeOption(key: string, value: unknown, trainable: boolean): Json {
  const inner = (layer: Layer) => writeLayer(layer, undefined, trainable && layer.trainable);
  if (value instanceof Layer) return inner(value);
  if (key === "cells") return (value as readonly Layer[]).map(inner);
  // Keras wants a fixed number of rows with it; here it changes nothing.
  if (key === "stateful") return false;
  if (/activation$/i.test(key)) return writeActivation(value as ActivationName);
  if (key.endsWith("Initializer")) return writeInitializer(value as Initializer);
  if (key.endsWith("Regularizer")) return writeRegularizer(value as Regularizer | null);
  return value as Json;
}
