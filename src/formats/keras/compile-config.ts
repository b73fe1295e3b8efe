/** How a model is trained: Keras's optimizer, loss and metrics, and ours. */

import type { Model } from "../../model/model.js";
import type { CompileOptions } from "../../model/options.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { label } from "../label.js";
import { readLoss, writeLoss } from "./compile-losses.js";
import { readMetrics, writeMetric } from "./compile-metrics.js";
import { readOptimizer, writeOptimizer } from "./compile-optimizers.js";
import type { Context } from "./receipt.js";

/**
 * `compile_config` of an archive, or an older file's `training_config`: what `compile` takes. Undefined, with a note,
 * where the file was never compiled or uses an optimizer or loss that Cellstate does not have.
 */
export function readCompileConfig(value: Json | undefined, given: Context): CompileOptions | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  // None of this matters to a model that only predicts.
  const context = { ...given, notes: given.notes.forTraining() };
  const optimizer = readOptimizer(value["optimizer"] ?? value["optimizer_config"] ?? null, context);
  const loss = readLoss(only(value["loss"] ?? null), context);
  const sound = checkOtherKeys(value, context);
  if (!optimizer || !loss || !sound) return undefined;
  return { optimizer, loss, metrics: readMetrics(value["metrics"] ?? null, context) };
}

/** Keys that are read elsewhere, or decide only how fast Keras is. */
const KEYS = new Set([
  ...["optimizer", "optimizer_config", "loss", "metrics", "weighted_metrics", "loss_weights"],
  ...["run_eagerly", "jit_compile", "auto_scale_loss"],
]);

/** Whether a model trains on as it did without what the other keys say; what they come to is noted. */
function checkOtherKeys(value: JsonObject, { notes }: Context): boolean {
  for (const [key, item] of Object.entries(value)) {
    if (KEYS.has(key) || item === null) continue;
    if (key === "steps_per_execution") {
      if (item !== 1) notes.ignore("steps_per_execution: callbacks are called after every step");
    } else notes.warn(`compile ${label(key)}: not known, and not applied when training goes on`);
  }
  const weights = value["loss_weights"] ?? null;
  if (
    weights === null ||
    Object.values(Object(weights) === weights ? weights : [weights]).every((w) => w === 1)
  ) {
    return true;
  }
  notes.warn(
    `loss_weights: ${label(JSON.stringify(weights))} is not done here, so the model is left uncompiled; compile it to train on`,
  );
  return false;
}

/** One model, one output: "loss", ["loss"] and { output: "loss" } mean the same. */
function only(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? only(value[0]!) : null;
  if (!isObject(value) || "class_name" in value) return value;
  const values = Object.values(value);
  return values.length === 1 ? only(values[0]!) : null;
}

/** `compile_config` as Keras 3 writes it: of the optimizer, with its schedule or the learning rate it has now. */
export function writeCompileConfig(model: Model): JsonObject {
  const { optimizer, loss, metrics } = model.compiled;
  const outputs = model.outputSize;
  return {
    optimizer: writeOptimizer(
      typeof optimizer.learningRate === "number"
        ? { ...optimizer, learningRate: model.learningRate }
        : optimizer,
    ),
    loss: writeLoss(loss),
    loss_weights: null,
    metrics: metrics.flatMap((metric) => writeMetric(metric, outputs)),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}
