/** How a model is trained: Keras's optimizer, loss and metrics, and ours. */

import { camelToSnake } from "../../model/graph.js";
import type { Model } from "../../model/model.js";
import type { CompileOptions } from "../../model/options.js";
import {
  OPTIMIZER_DEFAULTS,
  type Optimizer,
  type OptimizerName,
  optimizers,
} from "../../train/optimizers.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import { readLoss, writeLoss } from "./compile-losses.js";
import { readMetrics, writeMetrics } from "./compile-metrics.js";
import { kerasObject, plainName } from "./compile-objects.js";
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

/** What is read, and what is about how Keras computes and changes no result. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["optimizer", "optimizer_config", "loss", "loss_weights", "metrics", "weighted_metrics"],
  ...["run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss", "pss_evaluation_shards"],
  // Keras 2: weights of steps, where a model puts out a sequence.
  "sample_weight_mode",
]);

/**
 * `compile_config` of an archive, or an older file's `training_config`: what `compile` takes. Undefined, with a note,
 * where the file was never compiled or uses an optimizer or loss that Cellstate does not have.
 * @param outputs numbers of an output row, which metrics are read by
 */
export function readCompileConfig(
  value: Json | undefined,
  context: Context,
  outputs = 1,
): CompileOptions | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const optimizer = readOptimizer(value["optimizer"] ?? value["optimizer_config"] ?? null, context);
  const loss = readLoss(value["loss"] ?? null, value["loss_weights"] ?? null, context);
  if (!optimizer || !loss) return undefined;
  for (const key of Object.keys(value)) {
    if (!KNOWN.has(key)) context.notes.warn(`compile ${label(key)}: not known, and not applied`);
  }
  const measured = { loss: loss.name, outputs };
  return {
    optimizer,
    loss,
    metrics: readMetrics(value["metrics"] ?? null, measured, context),
    weightedMetrics: readMetrics(value["weighted_metrics"] ?? null, measured, context),
  };
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

/** `compile_config` as Keras 3 writes it: of the optimizer, with the learning rate it has now. */
export function writeCompileConfig(model: Model): JsonObject {
  const { optimizer, loss, metrics, weightedMetrics } = model.compiled;
  const measured = { loss: loss.name, outputs: model.outputSize };
  return {
    optimizer: writeOptimizer({ ...optimizer, learningRate: model.learningRate }),
    loss: writeLoss(loss),
    loss_weights: null,
    metrics: writeMetrics(metrics, measured),
    weighted_metrics: weightedMetrics.length > 0 ? writeMetrics(weightedMetrics, measured) : null,
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
