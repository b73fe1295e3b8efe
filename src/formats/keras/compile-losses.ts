/** Losses as Keras's files name them, and ours: a loss that is not computed as the file says leaves no model compiled. */

import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { snakeCase } from "../../layers/names.js";
import {
  factsOf,
  type Loss,
  type LossName,
  type LossOptions,
  type LossReduction,
  losses,
} from "../../objectives/losses.js";
import type { Trainer } from "../../train/trainer.js";
import { foreignTo, kerasObject, readsFloat32 } from "./compile-objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

const LOSS_CLASSES: Record<LossName, string> = {
  binaryCrossentropy: "BinaryCrossentropy",
  categoricalCrossentropy: "CategoricalCrossentropy",
  sparseCategoricalCrossentropy: "SparseCategoricalCrossentropy",
  meanSquaredError: "MeanSquaredError",
};

/** Keras's names of a loss: its class, its function, and short ones. */
const NAMES = new Map<string, LossName>([
  ...Object.entries(LOSS_CLASSES).flatMap(([ours, theirs]): [string, LossName][] => [
    [theirs, ours as LossName],
    [snakeCase(theirs), ours as LossName],
  ]),
  ["mse", "meanSquaredError"],
  ["MSE", "meanSquaredError"],
  ["bce", "binaryCrossentropy"],
  ["BCE", "binaryCrossentropy"],
]);

const REDUCTIONS: Record<string, LossReduction> = {
  sum_over_batch_size: "mean",
  auto: "mean",
  mean: "mean",
  sum: "sum",
  mean_with_sample_weight: "meanWithSampleWeight",
};

const COMPILE = "compile the model to train on";

/** The loss of a file; undefined, with a warning, where it is not computed here as the file says. */
export function readLoss(value: Json, weights: Json, context: Context): Loss | undefined {
  const only = onlyOne(value);
  if (only === null) {
    context.notes.warn(`loss: none in the file; ${COMPILE}`);
    return undefined;
  }
  try {
    const loss = fromFile(only);
    if (!isOne(weights)) throw new Error(`loss_weights: ${nameOf(weights)} is not computed here`);
    return loss;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    context.notes.warn(`${error.message}; ${COMPILE}`);
    return undefined;
  }
}

/** One model, one output: "loss", ["loss"] and { output: "loss" } mean the same. */
function onlyOne(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? onlyOne(value[0]!) : value;
  if (!isObject(value) || "class_name" in value) return value;
  const values = Object.values(value);
  return values.length === 1 ? onlyOne(values[0]!) : value;
}

/** No weight, or 1. */
const isOne = (weights: Json): boolean => weights === null || onlyOne(weights) === 1;

function fromFile(value: Json): Loss {
  const { given, config } = takeApart(value);
  const name = typeof given === "string" ? NAMES.get(given) : undefined;
  if (!name) throw new Error(`loss ${nameOf(given)}: not one of ours`);
  const options: LossOptions = {};
  for (const [key, setting] of Object.entries(config)) {
    if (!applySetting(options, name, key, setting)) {
      throw new Error(`loss ${label(key)}: ${nameOf(setting)} is not computed here`);
    }
  }
  return (losses[name] as (options: LossOptions) => Loss)(options);
}

/** Name and settings of a loss given by name, as a function, as a class, or as a wrapped function. */
function takeApart(value: Json): { given: Json; config: JsonObject } {
  if (!isObject(value)) return { given: value, config: {} };
  if (foreignTo(value, "losses")) return { given: value, config: {} };
  const config = value["config"] ?? null;
  if (value["class_name"] === "function") return { given: config, config: {} };
  const settings = isObject(config) ? config : {};
  if (value["class_name"] !== "LossFunctionWrapper") return { given: value["class_name"]!, config: settings };
  const { fn = null, ...rest } = settings;
  return { given: isObject(fn) ? takeApart(fn).given : fn, config: rest };
}

/** Whether a setting of a file is computed as it says; it then stands in `options`. */
function applySetting(options: LossOptions, name: LossName, key: string, value: Json): boolean {
  if (key === "name") return true;
  if (key === "dtype") return readsFloat32(value);
  if (key === "reduction") {
    if (typeof value !== "string" || !Object.hasOwn(REDUCTIONS, value)) return false;
    options.reduction = REDUCTIONS[value]!;
    return true;
  }
  const { options: taken, targets, logitActivation } = factsOf({ name });
  // There is one vector a row: its axis is the last, and the second.
  if (key === "axis") return logitActivation !== null && (value === -1 || value === 1);
  if (key === "ignore_class") return targets === "classes" && value === null;
  if (key === "from_logits" && taken.includes("fromLogits") && typeof value === "boolean") {
    options.fromLogits = value;
    return true;
  }
  if (key !== "label_smoothing" || !taken.includes("labelSmoothing")) return false;
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) return false;
  options.labelSmoothing = value;
  return true;
}

/**
 * On TensorFlow alone, Keras goes back behind a last sigmoid or softmax whatever the cross-entropy: one of logits is not
 * taken of the outputs there, nor a binary one of softmax.
 */
export function noteLogits({ network, compiled: { loss } }: Trainer, { notes }: Context): void {
  const { layer } = network.outputNode;
  const { activation } = layer.options as { activation?: string };
  const last = layer.kind.activation ?? activation;
  const { logitActivation } = factsOf(loss);
  if ((last !== "sigmoid" && last !== "softmax") || logitActivation === null) return;
  if (last === logitActivation && !loss.fromLogits) return;
  const what = `${snakeCase(LOSS_CLASSES[loss.name])}${loss.fromLogits ? " from logits" : ""} after ${last}`;
  notes.warn(
    `loss ${what}: computed of the outputs; Keras on TensorFlow takes it of what comes before ${last}`,
  );
}

export function writeLoss({ name, fromLogits, labelSmoothing, reduction }: Loss): Json {
  const { options } = factsOf({ name });
  const className = LOSS_CLASSES[name];
  const shortName = snakeCase(className);
  if (!fromLogits && labelSmoothing === 0 && reduction === "mean") return shortName;
  const theirs = reduction === "mean" ? "sum_over_batch_size" : snakeCase(reduction);
  const config: JsonObject = { name: shortName, reduction: theirs };
  if (options.includes("fromLogits")) config["from_logits"] = fromLogits;
  if (options.includes("labelSmoothing")) config["label_smoothing"] = labelSmoothing;
  return kerasObject("losses", className, config);
}
