/** Losses as Keras's files name them, and ours. */
import { snakeCase } from "../../layers/names.js";
import { type Loss, type LossName, losses } from "../../train/losses.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { kerasObject, plainName } from "./compile-objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

const LOSS_CLASSES: Record<LossName, string> = {
  binaryCrossentropy: "BinaryCrossentropy",
  categoricalCrossentropy: "CategoricalCrossentropy",
  sparseCategoricalCrossentropy: "SparseCategoricalCrossentropy",
  meanSquaredError: "MeanSquaredError",
};

const LOSS_ALIASES: Record<string, LossName> = { mse: "meanSquaredError", bce: "binaryCrossentropy" };

export function readLoss(value: Json, context: Context): Loss | undefined {
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

export function writeLoss({ name, fromLogits, labelSmoothing }: Loss): Json {
  const className = LOSS_CLASSES[name];
  const shortName = snakeCase(className);
  if (!fromLogits && labelSmoothing === 0) return shortName;
  const config: JsonObject = { name: shortName, reduction: "sum_over_batch_size", from_logits: fromLogits };
  if (name !== "sparseCategoricalCrossentropy") config["label_smoothing"] = labelSmoothing;
  return kerasObject("losses", className, config);
}
