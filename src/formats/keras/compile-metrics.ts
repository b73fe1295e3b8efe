/** Metrics as Keras's files name them, and ours. */
import type { MetricName } from "../../train/metrics/streaming.js";
import { isObject, type Json } from "../json.js";
import { label } from "../label.js";
import { kerasObject, plainName } from "./compile-objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

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
export function readMetrics(value: Json, context: Context): MetricName[] {
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

/** With several classes our precision, recall and F1 are means over classes, which Keras's are not: left out. */
export function writeMetric(metric: MetricName, outputs: number): Json[] {
  const classNames: Partial<Record<MetricName, string>> = {
    precision: "Precision",
    recall: "Recall",
    auc: "AUC",
  };
  const className = classNames[metric];
  if (metric === "accuracy") return ["accuracy"];
  return className && outputs === 1 ? [kerasObject("metrics", className, { name: label(metric) })] : [];
}
