/** Keras's names for activations, initializers and regularizers, and ours. */
import type { ActivationName } from "../../engine/contract.js";
import { inputError } from "../../errors.js";
import type { Initializer, InitializerName } from "../../layers/initializers.js";
import type { Regularizer } from "../../layers/options.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import type { Context } from "./receipt.js";

/** Keras's name first, then its other names. */
const ACTIVATION_NAMES: Partial<Record<ActivationName, readonly string[]>> = {
  linear: ["linear"],
  sigmoid: ["sigmoid"],
  tanh: ["tanh"],
  relu: ["relu"],
  hardSigmoid: ["hard_sigmoid"],
  softsign: ["softsign"],
  softplus: ["softplus"],
  elu: ["elu"],
  selu: ["selu"],
  exponential: ["exponential"],
  relu6: ["relu6"],
  hardTanh: ["hard_tanh"],
  leakyRelu: ["leaky_relu"],
  silu: ["silu", "swish"],
  gelu: ["gelu"],
  mish: ["mish"],
  hardSilu: ["hard_silu", "hard_swish"],
  softmax: ["softmax"],
};

/**
 * An activation as Keras writes it: a name, null, or { class_name: "function", config: name }.
 * "hard_sigmoid" was another function in Keras 2.
 */
export function readActivation(value: Json, context: Context, where: string): ActivationName {
  if (value === null) return "linear";
  const name = isObject(value) && value["class_name"] === "function" ? value["config"] : value;
  if (name === "hard_sigmoid" && context.major < 3) return "hardSigmoid2";
  if (name === KERAS2_HARD_SIGMOID) return "hardSigmoid2";
  for (const [ours, theirs] of Object.entries(ACTIVATION_NAMES)) {
    if (typeof name === "string" && theirs.includes(name)) return ours as ActivationName;
  }
  const received = isObject(name ?? null) ? (name as JsonObject)["class_name"] : name;
  const next = "Custom functions are never run.";
  throw inputError({ expected: "an activation that Cellstate has", where, received, next });
}

/**
 * Keras 3 has no name for Keras 2's hard sigmoid. This one makes Python refuse the file, instead of quietly computing
 * something else, unless the function is registered: @register_keras_serializable("cellstate", "hard_sigmoid_keras2").
 */
const KERAS2_HARD_SIGMOID = "cellstate>hard_sigmoid_keras2";

export function writeActivation(name: ActivationName): Json {
  if (name === "hardSigmoid2") return functionNode(KERAS2_HARD_SIGMOID);
  const theirs = ACTIVATION_NAMES[name]?.[0];
  if (theirs) return theirs;
  throw inputError({
    expected: "an activation that Keras knows by name",
    where: "save",
    received: name,
    next: "Use gelu instead of geluApproximate, or keep the model in another format.",
  });
}

function functionNode(name: string): JsonObject {
  return { module: "cellstate", class_name: "function", config: name, registered_name: name };
}

const INITIALIZER_CLASSES: Record<InitializerName, string> = {
  zeros: "Zeros",
  ones: "Ones",
  constant: "Constant",
  randomUniform: "RandomUniform",
  randomNormal: "RandomNormal",
  truncatedNormal: "TruncatedNormal",
  varianceScaling: "VarianceScaling",
  glorotUniform: "GlorotUniform",
  glorotNormal: "GlorotNormal",
  heUniform: "HeUniform",
  heNormal: "HeNormal",
  lecunUniform: "LecunUniform",
  lecunNormal: "LecunNormal",
  orthogonal: "Orthogonal",
  identity: "Identity",
};

/** Other spellings, as Keras compares them: without underscores, in lower case. */
const INITIALIZER_ALIASES: Record<string, InitializerName> = {
  zero: "zeros",
  one: "ones",
  uniform: "randomUniform",
  normal: "randomNormal",
  orthogonalinitializer: "orthogonal",
  identityinitializer: "identity",
};

const MODES: Record<string, string> = { fan_in: "fanIn", fan_out: "fanOut", fan_avg: "fanAvg" };
const DISTRIBUTIONS: Record<string, string> = {
  uniform: "uniform",
  normal: "truncatedNormal",
  truncated_normal: "truncatedNormal",
  untruncated_normal: "untruncatedNormal",
};

const INITIALIZER_NUMBERS = ["value", "minval", "maxval", "mean", "stddev", "scale", "gain", "seed"];

/**
 * An initializer. The weights of a file are already drawn, so one that Cellstate does not have is left aside with a
 * note: undefined then.
 */
export function readInitializer(value: Json, context: Context, where: string): Initializer | undefined {
  const given = typeof value === "string" ? value : isObject(value) ? value["class_name"] : null;
  const name = typeof given === "string" ? initializerName(given) : undefined;
  if (!name) {
    if (value !== null) context.notes.ignore(`${where}: ${nameOf(value)}, needed only for fresh weights`);
    return undefined;
  }
  const config = isObject(value) && isObject(value["config"]) ? value["config"] : {};
  const initializer: Initializer = { name };
  for (const key of INITIALIZER_NUMBERS) {
    const number = config[key];
    if (typeof number === "number" && Number.isFinite(number)) initializer[key] = number;
  }
  const mode = MODES[String(config["mode"])];
  const distribution = DISTRIBUTIONS[String(config["distribution"])];
  return { ...initializer, ...(mode && { mode }), ...(distribution && { distribution }) };
}

function initializerName(given: string): InitializerName | undefined {
  const plain = given.replaceAll("_", "").toLowerCase();
  const found = Object.entries(INITIALIZER_CLASSES).find(([, theirs]) => theirs.toLowerCase() === plain);
  return (found?.[0] as InitializerName | undefined) ?? INITIALIZER_ALIASES[plain];
}

export function writeInitializer({ name, ...parameters }: Initializer): JsonObject {
  const config: JsonObject = {};
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value === "number" || value === null) config[key] = value;
    if (typeof value === "string") config[key] = value.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  }
  return {
    module: "keras.initializers",
    class_name: INITIALIZER_CLASSES[name],
    config,
    registered_name: null,
  };
}

/** An L1/L2 penalty. Others only shape training and are left aside with a note. */
export function readRegularizer(value: Json, context: Context, where: string): Regularizer | null {
  if (value === null) return null;
  const name = typeof value === "string" ? value : isObject(value) ? value["class_name"] : "";
  const config = isObject(value) && isObject(value["config"]) ? value["config"] : {};
  const amount = (key: "l1" | "l2") => {
    const number = config[key];
    if (typeof number === "number" && Number.isFinite(number) && number >= 0) return number;
    // Keras's default, for a regularizer given by its name alone.
    return String(name).toLowerCase() === key ? 0.01 : 0;
  };
  if (/^(l1|l2|l1l2|l1_l2)$/i.test(String(name))) return { l1: amount("l1"), l2: amount("l2") };
  context.notes.forTraining().warn(`${where}: ${nameOf(value)} is not applied when training goes on`);
  return null;
}

export function writeRegularizer(value: Regularizer | null): Json {
  if (!value) return null;
  const { l1, l2 } = value;
  return { module: "keras.regularizers", class_name: "L1L2", config: { l1, l2 }, registered_name: null };
}

/** What a note calls an object of the file. */
export function nameOf(value: Json): string {
  if (isObject(value)) return label(String(value["class_name"] ?? "an object"));
  return typeof value === "string" ? label(value) : label(JSON.stringify(value).slice(0, 80));
}
