/** How a model is trained: Keras's optimizer, loss and metrics, and ours. */

import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { sparseAdam } from "../../objectives/optimizers.js";
import type { CompileOptions, TrainedLike } from "../../train/trainer.js";
import { readLoss, writeLoss } from "./compile-losses.js";
import { readMetrics, unwritten, writeMetrics } from "./compile-metrics.js";
import { readOptimizer, writeOptimizer } from "./compile-optimizers.js";
import type { Context } from "./receipt.js";

/**
 * `compile_config` of an archive, or an older file's `training_config`: what `compile` takes. Undefined, with a note,
 * where the file was never compiled or uses an optimizer or loss that Cellstate does not have.
 * @param outputs numbers of an output row, which metrics are read by
 */
export function readCompileConfig(
  value: Json | undefined,
  given: Context,
  outputs = 1,
): CompileOptions | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  // None of this matters to a model that only predicts.
  const context = { ...given, notes: given.notes.forTraining() };
  const optimizer = readOptimizer(value["optimizer"] ?? value["optimizer_config"] ?? null, context);
  const loss = readLoss(value["loss"] ?? null, value["loss_weights"] ?? null, context);
  noteOtherKeys(value, context);
  if (!optimizer || !loss) return undefined;
  const measured = { loss, outputs };
  return {
    optimizer,
    loss,
    metrics: readMetrics(value["metrics"] ?? null, measured, context),
    weightedMetrics: readMetrics(value["weighted_metrics"] ?? null, measured, context),
  };
}

/** Keys that are read elsewhere, or decide only how fast Keras is. */
const KEYS = new Set([
  ...["optimizer", "optimizer_config", "loss", "metrics", "weighted_metrics", "loss_weights"],
  ...["run_eagerly", "jit_compile", "auto_scale_loss", "pss_evaluation_shards"],
]);

/** Notes what the other keys come to. */
function noteOtherKeys(value: JsonObject, { notes }: Context): void {
  for (const [key, item] of Object.entries(value)) {
    if (KEYS.has(key) || item === null) continue;
    if (key === "steps_per_execution") {
      if (item !== 1) notes.ignore("steps_per_execution: callbacks are called after every step");
    } else notes.warn(`compile ${label(key)}: not known, and not applied when training goes on`);
  }
}

/** What of a model's training has no place in Keras's files, a line each: said when one is written. */
export function compileLeftOut(model: TrainedLike): string[] {
  if (!model.isCompiled) return [];
  const { optimizer, loss, metrics, weightedMetrics } = model.compiled;
  const lines: string[] = [];
  if (sparseAdam(optimizer)) {
    lines.push(
      `model ${model.name}: not written, as Keras's Adam has no such setting: sparse; trained on from the file, ` +
        "every row of an Embedding's table moves with every step, unless it is compiled anew",
    );
  }
  const names = unwritten([...metrics, ...weightedMetrics], { loss, outputs: model.outputSize });
  const which = [...new Set(names)].join(", ");
  if (which)
    lines.push(`model ${model.name}: not written, as Keras has no such metric of this model: ${which}`);
  return lines;
}

/** `compile_config` as Keras 3 writes it: of the optimizer, with its schedule or the learning rate it has now. */
export function writeCompileConfig(model: TrainedLike): JsonObject {
  const { optimizer, loss, metrics, weightedMetrics } = model.compiled;
  const measured = { loss, outputs: model.outputSize };
  return {
    optimizer: writeOptimizer(
      typeof optimizer.learningRate === "number"
        ? { ...optimizer, learningRate: model.learningRate }
        : optimizer,
    ),
    loss: writeLoss(loss),
    loss_weights: null,
    metrics: writeMetrics(metrics, measured),
    weighted_metrics: weightedMetrics.length > 0 ? writeMetrics(weightedMetrics, measured) : null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}
