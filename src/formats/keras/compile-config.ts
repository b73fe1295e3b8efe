/** How a model is trained: Keras's optimizer, loss and metrics, and ours. */

import { snakeCase } from "../../layers/names.js";
import { camelToSnake } from "../../model/graph.js";
import type { Model } from "../../model/model.js";
import type { CompileOptions } from "../../model/options.js";
import { type Loss, type LossName, losses } from "../../train/losses.js";
import type { MetricName } from "../../train/metrics/streaming.js";
import {
  OPTIMIZER_DEFAULTS,
  type Optimizer,
  type OptimizerName,
  optimizers,
} from "../../train/optimizers.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

const OPTIMIZER_CLASSES: Record<OptimizerName, string> = {
  sgd: "SGD",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
};

/** Ours to Keras's, where a change of case is not enough. */
const OPTIMIZER_KEYS: Record<string, string> = { beta1: "beta_1", beta2: "beta_2" };

const LOSS_CLASSES: Record<LossName, string> = {
  binaryCrossentropy: "BinaryCrossentropy",
  categoricalCrossentropy: "CategoricalCrossentropy",
  sparseCategoricalCrossentropy: "SparseCategoricalCrossentropy",
  meanSquaredError: "MeanSquaredError",
};

/**
 * `compile_config` of an archive, or an older file's `training_config`: what `compile` takes. Undefined, with a note,
 * where the file was never compiled or uses an optimizer or loss that Cellstate does not have.
 */
export function readCompileConfig(value: Json | undefined, context: Context): CompileOptions | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const optimizer = readOptimizer(value["optimizer"] ?? value["optimizer_config"] ?? null, context);
  const loss = readLoss(only(value["loss"] ?? null), context);
  if (!optimizer || !loss) return undefined;
  if ((value["loss_weights"] ?? null) !== null) {
    context.notes.warn("loss_weights: not applied when training goes on");
  }
  return { optimizer, loss, metrics: readMetrics(value["metrics"] ?? null, context) };
}

/** Keras's spelling without case, underscores and registration: "Custom>RMSprop" and "rms_prop" are "rmsprop". */
function plainName(value: Json): string {
  const name = isObject(value)
    ? value["class_name"] === "function"
      ? value["config"]
      : value["class_name"]
    : value;
  return String(name)
    .replace(/^(Custom|Keras)>/, "")
    .replaceAll("_", "")
    .toLowerCase();
}

function readOptimizer(value: Json, context: Context): Optimizer | undefined {
  const name = plainName(value) as OptimizerName;
  if (!Object.hasOwn(OPTIMIZER_DEFAULTS, name)) {
    if (value !== null)
      context.notes.warn(`optimizer ${nameOf(value)}: not one of ours; compile the model to train on`);
    return undefined;
  }
  const config = isObject(value) && isObject(value["config"]) ? value["config"] : {};
  const options: Record<string, number | boolean> = {};
  for (const [key, fallback] of Object.entries(OPTIMIZER_DEFAULTS[name])) {
    const given =
      key === "learningRate"
        ? learningRate(config, context)
        : config[OPTIMIZER_KEYS[key] ?? camelToSnake(key)];
    const sound = typeof fallback === "boolean" ? typeof given === "boolean" : Number.isFinite(given);
    if (sound) options[key] = given as number | boolean;
  }
  for (const key of ["use_ema", "loss_scale_factor", "gradient_accumulation_steps", "decay"]) {
    if (config[key]) context.notes.warn(`optimizer ${key}: not applied when training goes on`);
  }
  return makeOptimizer(name, options, context);
}

function makeOptimizer(name: OptimizerName, options: object, context: Context): Optimizer | undefined {
  try {
    return optimizers[name](options);
  } catch (error) {
    context.notes.warn(`optimizer: ${(error as Error).message}`);
    return undefined;
  }
}

/** A number, or a schedule, of which the first value is taken. Keras 2 called it lr. */
function learningRate(config: JsonObject, context: Context): Json | undefined {
  const rate = config["learning_rate"] ?? config["lr"];
  if (!isObject(rate)) return rate;
  const schedule = isObject(rate["config"]) ? rate["config"] : {};
  context.notes.warn(`optimizer learning_rate: ${nameOf(rate)} is not applied; its initial rate is kept`);
  return schedule["initial_learning_rate"];
}

/** One model, one output: "loss", ["loss"] and { output: "loss" } mean the same. */
function only(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? only(value[0]!) : null;
  if (!isObject(value) || "class_name" in value) return value;
  const values = Object.values(value);
  return values.length === 1 ? only(values[0]!) : null;
}

const LOSS_ALIASES: Record<string, LossName> = { mse: "meanSquaredError", bce: "binaryCrossentropy" };

function readLoss(value: Json, context: Context): Loss | undefined {
  const plain = plainName(value);
  const name =
    LOSS_ALIASES[plain] ??
    (Object.keys(LOSS_CLASSES) as LossName[]).find((ours) => ours.toLowerCase() === plain);
  if (!name) {
    if (value !== null)
      context.notes.warn(`loss ${nameOf(value)}: not one of ours; compile the model to train on`);
    return undefined;
  }
  const config = isObject(value) && isObject(value["config"]) ? value["config"] : {};
  checkLossSettings(config, context);
  const smoothing = config["label_smoothing"];
  const smooth = typeof smoothing === "number" && smoothing > 0 && smoothing <= 1;
  const fromLogits = config["from_logits"] === true;
  return { ...losses[name](), fromLogits, labelSmoothing: smooth ? smoothing : 0 };
}

/** Settings of Keras's losses that have one value here: the mean over rows, of classes along the last axis. */
const LOSS_SETTINGS: Record<string, readonly Json[]> = {
  reduction: ["sum_over_batch_size", "mean_with_sample_weight", "auto"],
  axis: [-1],
  ignore_class: [null],
};

function checkLossSettings(config: JsonObject, context: Context): void {
  for (const [key, harmless] of Object.entries(LOSS_SETTINGS)) {
    const value = config[key];
    if (value === undefined || harmless.includes(value)) continue;
    context.notes.warn(`loss ${key}: ${nameOf(value)} is not applied when training goes on`);
  }
}

const METRICS: Record<string, MetricName> = {
  acc: "accuracy",
  accuracy: "accuracy",
  binaryaccuracy: "accuracy",
  categoricalaccuracy: "accuracy",
  sparsecategoricalaccuracy: "accuracy",
  precision: "precision",
  recall: "recall",
  auc: "auc",
  f1score: "f1",
};

/** Metrics by name; those without a counterpart are noted. */
function readMetrics(value: Json, context: Context): MetricName[] {
  const found = new Set<MetricName>();
  for (const item of flatten(value)) {
    const config = isObject(item) && isObject(item["config"]) ? item["config"] : {};
    const metric = METRICS[plainName(item)] ?? METRICS[plainName(config["name"] ?? null)];
    if (metric) found.add(metric);
    else context.notes.ignore(`metric ${nameOf(item)}`);
  }
  return [...found];
}

/** Keras lists metrics flat, by output, or both. */
function flatten(value: Json): Json[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap(flatten);
  return isObject(value) && !("class_name" in value) ? Object.values(value).flatMap(flatten) : [value];
}

/** `compile_config` as Keras 3 writes it: of the optimizer, with the learning rate it has now. */
export function writeCompileConfig(model: Model): JsonObject {
  const { optimizer, loss, metrics } = model.compiled;
  const outputs = model.outputSize;
  return {
    optimizer: writeOptimizer({ ...optimizer, learningRate: model.learningRate }),
    loss: writeLoss(loss),
    loss_weights: null,
    metrics: metrics.flatMap((metric) => writeMetric(metric, outputs)),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

function writeOptimizer(optimizer: Optimizer): JsonObject {
  const config: JsonObject = { name: optimizer.name };
  for (const key of Object.keys(OPTIMIZER_DEFAULTS[optimizer.name])) {
    config[OPTIMIZER_KEYS[key] ?? camelToSnake(key)] = optimizer[key as keyof Optimizer];
  }
  return kerasObject("optimizers", OPTIMIZER_CLASSES[optimizer.name], config);
}

function writeLoss({ name, fromLogits, labelSmoothing }: Loss): Json {
  const className = LOSS_CLASSES[name];
  const shortName = snakeCase(className);
  if (!fromLogits && labelSmoothing === 0) return shortName;
  const config: JsonObject = { name: shortName, reduction: "sum_over_batch_size", from_logits: fromLogits };
  if (name !== "sparseCategoricalCrossentropy") config["label_smoothing"] = labelSmoothing;
  return kerasObject("losses", className, config);
}

/** With several classes our precision, recall and F1 are means over classes, which Keras's are not: left out. */
function writeMetric(metric: MetricName, outputs: number): Json[] {
  const classNames: Partial<Record<MetricName, string>> = {
    precision: "Precision",
    recall: "Recall",
    auc: "AUC",
  };
  const className = classNames[metric];
  if (metric === "accuracy") return ["accuracy"];
  return className && outputs === 1 ? [kerasObject("metrics", className, { name: label(metric) })] : [];
}

function kerasObject(module: string, className: string, config: JsonObject): JsonObject {
  return { module: `keras.${module}`, class_name: className, config, registered_name: null };
}
