/** Optimizers and learning-rate schedules as Keras's files name them, and ours. */
import { InputError, inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { camelToSnake } from "../../network/graph.js";
import {
  OPTIMIZER_DEFAULTS,
  type Optimizer,
  type OptimizerName,
  optimizers,
} from "../../objectives/optimizers.js";
import {
  resolveSchedule,
  SCHEDULE_DEFAULTS,
  type Schedule,
  type ScheduleName,
  schedules,
} from "../../objectives/schedules.js";
import { foreignTo, kerasObject, plainName } from "./compile-objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

const OPTIMIZER_CLASSES: Record<OptimizerName, string> = {
  sgd: "SGD",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
};

const SCHEDULE_CLASSES: Record<ScheduleName, string> = {
  exponentialDecay: "ExponentialDecay",
  piecewiseConstantDecay: "PiecewiseConstantDecay",
  polynomialDecay: "PolynomialDecay",
  inverseTimeDecay: "InverseTimeDecay",
  cosineDecay: "CosineDecay",
  cosineDecayRestarts: "CosineDecayRestarts",
};

/** Where Keras has its schedules. */
export const SCHEDULES = "keras.optimizers.schedules";

/** Ours to Keras's, where a change of case is not enough. */
const KEYS: Record<string, string> = { beta1: "beta_1", beta2: "beta_2" };

/** Options that Keras's optimizers have no place for; what becomes of them is said (`compileLeftOut`). */
const NOT_KERAS = new Set(["sparse"]);

/** Our options by Keras's names. */
const optionsByKey = (defaults: object): Map<string, string> =>
  new Map(
    Object.keys(defaults)
      .filter((ours) => !NOT_KERAS.has(ours))
      .map((ours) => [KEYS[ours] ?? camelToSnake(ours), ours]),
  );

/** Optimizers of tf.keras 2.11 and 2.12 were written as registered ones. */
const isCustom = (value: Json): boolean =>
  isObject(value) && foreignTo({ ...value, class_name: plainName(value) }, "optimizers");

/** What has no bearing on the steps: ema's settings only count with use_ema. */
const HARMLESS = new Set([
  "name",
  "jit_compile",
  "is_legacy_optimizer",
  "ema_momentum",
  "ema_overwrite_frequency",
]);

/**
 * An optimizer with every setting of the file. Undefined, with a note, where one is unknown, of a wrong type or not done
 * here: training would go on otherwise than it did.
 */
export function readOptimizer(value: Json, context: Context): Optimizer | undefined {
  const name = plainName(value) as OptimizerName;
  if (value === null || isCustom(value) || !Object.hasOwn(OPTIMIZER_DEFAULTS, name)) {
    const what = value === null ? "none in the file" : "not one of ours";
    const which = value === null ? "" : ` ${nameOf(value)}`;
    context.notes.warn(`optimizer${which}: ${what}; compile the model to train on`);
    return undefined;
  }
  try {
    const config = isObject(value) ? configOf(value, "optimizer") : {};
    return optimizers[name](readSettings(name, fromTfjs(value, config), context));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    context.notes.warn(`${error.message} The model is left uncompiled; compile it to train on.`);
    return undefined;
  }
}

function configOf(value: JsonObject, where: string): JsonObject {
  const config = value["config"] ?? {};
  if (isObject(config)) return config;
  throw inputError({ expected: "settings { … }", where: `${where} ${nameOf(value)}`, received: config });
}

/** TensorFlow.js spells it RMSProp, and calls rho the decay. */
function fromTfjs(value: Json, config: JsonObject): JsonObject {
  if (!isObject(value) || value["class_name"] !== "RMSProp" || "rho" in config) return config;
  const { decay, ...rest } = config;
  return decay === undefined ? rest : { ...rest, rho: decay };
}

function readSettings(name: OptimizerName, config: JsonObject, context: Context): Record<string, unknown> {
  const where = `optimizer ${OPTIMIZER_CLASSES[name]}`;
  const known = optionsByKey(OPTIMIZER_DEFAULTS[name]);
  const options: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(config)) {
    const at = `${where} ${label(key)}`;
    const ours = known.get(key === "lr" ? "learning_rate" : key);
    if (HARMLESS.has(key)) continue;
    if (key === "use_ema") refuseUnless(item === false || item === null, at, item);
    else if (key === "loss_scale_factor") checkLossScale(item, at, context);
    else if (key === "decay") options["decay"] = item;
    else if (ours === undefined) refuseUnless(false, at, item);
    else if (ours === "learningRate") options[ours] = isObject(item) ? readSchedule(item, at) : item;
    // Keras takes 0 for none; Keras 2 had null for its default.
    else if (ours === "gradientAccumulationSteps") options[ours] = item === 0 ? null : item;
    else if (!(ours === "epsilon" && item === null && context.major < 3)) options[ours] = item;
  }
  const { decay, ...rest } = options;
  noteOldRoot(name, config, context);
  return { ...rest, ...withDecay(name, rest["learningRate"], decay, `${where} decay`) };
}

/** @throws InputError for a setting that is not done here */
function refuseUnless(sound: boolean, where: string, received: Json): void {
  if (!sound) throw inputError({ expected: "a setting that Cellstate has", where, received });
}

/** Losses are scaled up and gradients down again: in float32 throughout, that makes no difference. */
function checkLossScale(value: Json, where: string, context: Context): void {
  if (value === null) return;
  if (typeof value !== "number" || !(value > 0)) {
    throw inputError({ expected: "a number above 0", where, received: value });
  }
  context.notes.ignore(`${where}: not needed, as gradients are computed in float32`);
}

/** Keras 2: learningRate / (1 + decay · iterations). */
function withDecay(name: OptimizerName, rate: unknown, decay: unknown, where: string): object {
  if (decay === undefined || decay === null || decay === 0) return {};
  if (typeof decay !== "number") throw inputError({ expected: "a number", where, received: decay });
  const initialLearningRate = rate ?? OPTIMIZER_DEFAULTS[name].learningRate;
  if (typeof initialLearningRate !== "number") {
    throw inputError({ expected: "a learning rate that is a number beside it", where, received: decay });
  }
  return {
    learningRate: schedules.inverseTimeDecay({ initialLearningRate, decaySteps: 1, decayRate: decay }),
  };
}

/** Before tf.keras 2.11, RMSprop added epsilon to the root; Keras 3 and Cellstate add it under the root. */
function noteOldRoot(name: OptimizerName, config: JsonObject, { major, minor, notes }: Context): void {
  const old = major < 3 && (minor < 11 || config["is_legacy_optimizer"] === true);
  if (name === "rmsprop" && old) {
    notes.warn(
      "optimizer RMSprop: epsilon is added under the root, as in Keras 3; this file's Keras added it to the root",
    );
  }
}

function readSchedule(value: JsonObject, where: string): Schedule {
  const names = Object.keys(SCHEDULE_CLASSES) as ScheduleName[];
  const name = names.find((ours) => SCHEDULE_CLASSES[ours] === value["class_name"]);
  if (!name || isCustom(value)) {
    const expected = `a schedule of Keras's (${Object.values(SCHEDULE_CLASSES).join(", ")})`;
    throw inputError({ expected, where, received: label(String(value["class_name"])) });
  }
  const known = optionsByKey(SCHEDULE_DEFAULTS[name]);
  const options: Record<string, unknown> = { name };
  for (const [key, item] of Object.entries(configOf(value, where))) {
    if (key === "name") continue;
    const ours = known.get(key);
    if (ours === undefined) refuseUnless(false, `${where} ${label(key)}`, item);
    else options[ours] = item;
  }
  // Without a target Keras does no warm-up, whatever its steps.
  if (name === "cosineDecay" && (options["warmupTarget"] ?? null) === null) delete options["warmupSteps"];
  return resolveSchedule(options, where);
}

export function writeOptimizer(optimizer: Optimizer): JsonObject {
  const { name, ...options } = optimizer;
  const config: JsonObject = { name };
  for (const [key, value] of Object.entries(options)) {
    if (NOT_KERAS.has(key)) continue;
    config[KEYS[key] ?? camelToSnake(key)] =
      typeof value === "object" && value ? writeSchedule(value) : value;
  }
  return kerasObject("optimizers", OPTIMIZER_CLASSES[name], config);
}

function writeSchedule({ name, ...options }: Schedule): JsonObject {
  const entries = Object.entries(options as Record<string, Json>);
  const config = Object.fromEntries(entries.map(([key, value]) => [camelToSnake(key), value]));
  return kerasObject(SCHEDULES.slice("keras.".length), SCHEDULE_CLASSES[name], config);
}
