/** One layer's configuration: Keras's JSON to one of our layers, and back. */

import type { ActivationName } from "../../engine/contract.js";
import { InputError, inputError } from "../../errors.js";
import type { Initializer } from "../../layers/initializers.js";
import { Layer } from "../../layers/layer.js";
import type { Regularizer } from "../../layers/options.js";
import { camelToSnake } from "../../model/graph.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import { CUDNN_KINDS } from "./cudnn.js";
import { LAYER_KINDS } from "./layer-kinds.js";
import type { Context } from "./receipt.js";
import {
  nameOf,
  readActivation,
  readInitializer,
  readRegularizer,
  writeActivation,
  writeInitializer,
  writeRegularizer,
} from "./values.js";

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

const KERAS_MODULE = /^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras|tf\.keras)(\.|$)/;

function checkModule(module: Json, where: string): void {
  if (typeof module === "string" && KERAS_MODULE.test(module)) return;
  throw inputError({
    expected: "a class of Keras's own",
    where: `${where}.module`,
    received: module,
    next: NEVER_RUN,
  });
}

/** Keras names where a class comes from; whatever is not Keras's own is a stranger's code, which is never run. */
function checkOrigin(node: JsonObject, className: string, where: string): void {
  const registered = node["registered_name"] ?? className;
  checkModule(node["module"] ?? "keras", where);
  if (registered !== className && registered !== `Keras>${className}`) {
    const received = registered;
    throw inputError({
      expected: "a class of Keras's own",
      where: `${where}.registered_name`,
      received,
      next: NEVER_RUN,
    });
  }
}

/**
 * Objects inside a layer's settings: initializers and the like. Functions are only ever compared by name, so where they
 * come from does not matter.
 */
function checkInner(value: Json, where: string): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) checkInner(item, `${where}[${i}]`);
  } else if (isObject(value)) {
    const named = typeof value["class_name"] === "string" && value["class_name"] !== "function";
    if (named && (value["module"] ?? null) !== null) checkModule(value["module"]!, where);
    for (const [key, item] of Object.entries(value)) checkInner(item, `${where}.${label(key)}`);
  }
}

const NEVER_RUN = "Custom code in model files is never run.";
/** Said of a graph that computes with tensors outside of layers. */
export const OPERATIONS =
  "Operations on tensors, as x + y or keras.ops, are not read: layers are, as keras.layers.Add()([x, y]).";

/** The layer that an entry describes. */
export function readLayer({ className, name, config }: LayerNode, context: Context, where: string): Layer {
  const cudnn = CUDNN_KINDS.get(className);
  const kind = LAYER_KINDS.get(cudnn?.className ?? className);
  if (!kind) throw unknownLayer(className, where);
  checkInner(config, `${where}.config`);
  const options: Record<string, unknown> = { ...(name && { name }), ...cudnn?.fixed };
  if (typeof config["trainable"] === "boolean") options["trainable"] = config["trainable"];
  for (const [key, value] of Object.entries(config)) {
    const at = `${where}.config.${label(key)}`;
    const ours = camelCase(kind.renamed?.[key] ?? key);
    if (kind.inner && Object.hasOwn(kind.inner, ours)) {
      if (value !== null) options[ours] = readInner(value, context, at);
    } else if (Object.hasOwn(kind.options, ours)) options[ours] = readOption(key, value, context, at);
    else checkPassive(key, value, context, at);
  }
  fillMissing(className, config, options, context, where);
  if (config["stateful"] === true) {
    context.notes.warn(`${where}.config.stateful: every batch starts from fresh states here`);
  }
  noteDtype(config["dtype"] ?? null, context, where);
  return withPlace(where, () => kind.make(dropUndefined(options)));
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

function unknownLayer(className: string, where: string) {
  const names = [...LAYER_KINDS.keys()].join(", ");
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

function readOption(key: string, value: Json, context: Context, where: string): unknown {
  if (/(^|_)activation$/.test(key)) return readActivation(value, context, where);
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
    ["activity_regularizer", { harmless: [null], otherwise: "warn" }],
    ["kernel_constraint", { harmless: [null], otherwise: "warn" }],
    ["recurrent_constraint", { harmless: [null], otherwise: "warn" }],
    ["bias_constraint", { harmless: [null], otherwise: "warn" }],
    ["embeddings_constraint", { harmless: [null], otherwise: "warn" }],
    ["alpha_constraint", { harmless: [null], otherwise: "warn" }],
    ["beta_constraint", { harmless: [null], otherwise: "warn" }],
    ["gamma_constraint", { harmless: [null], otherwise: "warn" }],
    ["renorm", { harmless: [false], otherwise: "refuse" }],
    ["renorm_clipping", { harmless: [null], otherwise: "ignore" }],
    ["synchronized", { harmless: [false], otherwise: "ignore" }],
    ["lora_rank", { harmless: [null], otherwise: "refuse" }],
    ["weights", { harmless: [null], otherwise: "ignore" }],
  ]);

/** Read elsewhere, or about how Keras computes and not what. */
const ELSEWHERE = new Set([
  "name",
  "trainable",
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

/** Whether Keras's layer of this class, if it is one of ours, takes such an argument. */
export function isLayerKey(className: string, key: string): boolean {
  const kind = LAYER_KINDS.get(CUDNN_KINDS.get(className)?.className ?? className);
  const known =
    kind?.renamed?.[key] !== undefined || ELSEWHERE.has(key) || PASSIVE.has(key) || key === "shape";
  return !kind || known || Object.hasOwn(kind.options, camelCase(key));
}

function checkPassive(key: string, value: Json, context: Context, where: string): void {
  if (ELSEWHERE.has(key)) return;
  const passive = PASSIVE.get(key);
  if (passive?.harmless.includes(value)) return;
  if (passive?.otherwise === "refuse") {
    const expected = `${passive.harmless.map((v) => JSON.stringify(v)).join(" or ")}, all that Cellstate has`;
    throw inputError({ expected, where, received: value });
  }
  if (passive?.otherwise === "warn")
    context.notes.forTraining().warn(`${where}: ${nameOf(value)} is not applied`);
  else context.notes.ignore(`${where}: ${nameOf(value)}`);
}

/** Defaults that were others when the file was written and the key did not exist. */
function fillMissing(
  className: string,
  config: JsonObject,
  options: Record<string, unknown>,
  context: Context,
  where: string,
): void {
  const recurrence = className.replace(/Cell$/, "");
  if (recurrence === "GRU" && config["reset_after"] === undefined) {
    options["resetAfter"] = false;
    context.notes.fill(`${where}: reset_after = false, as before Keras 2.1`);
  }
  const older = context.major < 2 || (context.major === 2 && context.minor < 3);
  if (
    (recurrence === "GRU" || recurrence === "LSTM") &&
    config["recurrent_activation"] === undefined &&
    older
  ) {
    options["recurrentActivation"] = "hardSigmoid2";
    context.notes.fill(`${where}: recurrent_activation = hard_sigmoid, as before Keras 2.3`);
  }
}

/** "float32", or { class_name: "DTypePolicy", config: { name } }; Cellstate computes in float32 whatever it says. */
function noteDtype(value: Json, context: Context, where: string): void {
  const name = isObject(value) && isObject(value["config"]) ? value["config"]["name"] : value;
  if (name === null || name === undefined || name === "float32") return;
  context.notes.warn(`${where}: computed in float32 instead of ${nameOf(name)}`);
}

/** A layer's entry as Keras writes it. `inputShape`, with the batch axis, lets Keras build the layer's variables. */
export function writeLayer(layer: Layer, inputShape: readonly (number | null)[] | undefined): JsonObject {
  const kind = LAYER_KINDS.get(layer.className);
  if (!kind)
    throw inputError({ expected: "a layer that Keras files hold", where: "save", received: layer.className });
  const config: JsonObject = { name: layer.name, dtype: "float32" };
  if (!kind.withoutTrainable) config["trainable"] = layer.trainable;
  for (const key of Object.keys(kind.options)) {
    // Keras 3 took input_length out; the input layer in front says it.
    if (key === "inputLength") continue;
    config[camelToSnake(key)] = writeOption(key, (layer.options as Record<string, unknown>)[key]);
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

function writeOption(key: string, value: unknown): Json {
  if (value instanceof Layer) return writeLayer(value, undefined);
  if (key === "cells") return (value as readonly Layer[]).map((cell) => writeLayer(cell, undefined));
  // Keras wants a fixed number of rows with it; here it changes nothing.
  if (key === "stateful") return false;
  if (/activation$/i.test(key)) return writeActivation(value as ActivationName);
  if (key.endsWith("Initializer")) return writeInitializer(value as Initializer);
  if (key.endsWith("Regularizer")) return writeRegularizer(value as Regularizer | null);
  return value as Json;
}
