/** Metrics as Keras's files name them, and ours: every setting is read, or the metric is left out and named. */

import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { snakeCase } from "../../layers/names.js";
import { factsOf, type Loss, targetWidth } from "../../objectives/losses.js";
import { checkShape } from "../../objectives/metrics/build.js";
import {
  defaultMetricName,
  isMetricName,
  METRIC_KINDS,
  METRIC_SETTINGS,
  type Metric,
  makeMetric,
} from "../../objectives/metrics/metric.js";
import type { MetricKind, MetricOptions } from "../../objectives/metrics/options.js";
import { METRIC_NAMES, type MetricName } from "../../objectives/metrics/streaming.js";
import { foreignTo, kerasObject, readsFloat32 } from "./compile-objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

/** What the metrics of a file are of: the loss, and the numbers of an output row. */
export interface Measured {
  loss: Loss;
  outputs: number;
}

/** Keras's classes where they are not our name with a capital. */
const OTHER_CLASSES: Partial<Record<MetricKind, string>> = {
  auc: "AUC",
  equality: "Accuracy",
  klDivergence: "KLDivergence",
};
const classOf = (kind: MetricKind): string =>
  OTHER_CLASSES[kind] ?? kind.replace(/^./, (first) => first.toUpperCase());

const CLASSES = new Map(METRIC_KINDS.map((kind) => [classOf(kind), kind]));

/** Keras's functions of a row, which it takes the mean of; those of the same name as a class give the same. */
const FUNCTIONS = new Map<string, MetricKind>([
  ...(
    [
      "binaryAccuracy",
      "categoricalAccuracy",
      "sparseCategoricalAccuracy",
      "topKCategoricalAccuracy",
      "sparseTopKCategoricalAccuracy",
      "binaryCrossentropy",
      "categoricalCrossentropy",
      "sparseCategoricalCrossentropy",
      "klDivergence",
      "poisson",
      "meanSquaredError",
      "meanAbsoluteError",
      "meanAbsolutePercentageError",
      "meanSquaredLogarithmicError",
      "hinge",
      "squaredHinge",
      "categoricalHinge",
      "pearsonCorrelation",
      "concordanceCorrelation",
    ] as const
  ).map((kind): [string, MetricKind] => [snakeCase(kind), kind]),
  ["log_cosh", "logCoshError"],
]);

/** What a name alone may mean: a class, a class in snake case, a function, or a short name. */
const BY_NAME = new Map<string, MetricKind>([
  ...FUNCTIONS,
  ...[...CLASSES].map(([name, kind]): [string, MetricKind] => [snakeCase(name), kind]),
  ...CLASSES,
  ...Object.entries({
    bce: "binaryCrossentropy",
    mse: "meanSquaredError",
    mae: "meanAbsoluteError",
    mape: "meanAbsolutePercentageError",
    msle: "meanSquaredLogarithmicError",
  } as const).flatMap(([name, kind]): [string, MetricKind][] => [
    [name, kind],
    [name.toUpperCase(), kind],
  ]),
]);

/** Keras's settings that have one value here. */
const ONE_VALUE: Record<string, readonly Json[]> = {
  axis: [-1, 1],
  ignore_class: [null],
  from_sorted_ids: [false],
};

/** As many as anyone looks at. */
const MOST_METRICS = 100;

/** The metrics of a file: all that is as Keras computes it. Others are left out, each with a warning. */
export function readMetrics(value: Json, of: Measured, context: Context): (MetricName | Metric)[] {
  const items = flatten(value);
  if (items.length > MOST_METRICS) {
    context.notes.warn(
      `metrics: ${items.length} of them; those after the first ${MOST_METRICS} are left out`,
    );
  }
  return items.slice(0, MOST_METRICS).flatMap((item) => {
    try {
      return [readMetric(item, of, context)];
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      context.notes.warn(`metric ${describe(item)} is left out: ${error.message}`);
      return [];
    }
  });
}

/** "AUC pr", or a name alone. */
function describe(item: Json): string {
  const config = isObject(item) && isObject(item["config"]) ? item["config"] : {};
  const name = typeof config["name"] === "string" ? ` ${label(config["name"])}` : "";
  const given = isObject(item) && item["class_name"] === "function" ? (item["config"] ?? null) : item;
  return `${nameOf(given)}${name}`;
}

function readMetric(item: Json, of: Measured, context: Context): MetricName | Metric {
  const metric = named(item) ?? described(item, context);
  if (typeof metric === "string") return metric;
  const plain = METRIC_NAMES.find((name) => isSame(metric, kerasMetric(name, of)));
  if (plain) return plain;
  checkShape(metric, { outputs: of.outputs, targetWidth: targetWidth(of.loss, of.outputs) });
  return metric;
}

const isSame = (a: Metric, b: Metric | null) =>
  b !== null &&
  a.metric === b.metric &&
  (a.name === b.name || (a.name === "acc" && b.name === "accuracy")) &&
  JSON.stringify(a.settings) === JSON.stringify(b.settings);

/** "accuracy", "AUC", "mse": results bear the name that was given. */
function named(item: Json): MetricName | Metric | null {
  if (typeof item !== "string") return null;
  if (/^acc(uracy)?$/i.test(item)) return "accuracy";
  const kind = BY_NAME.get(item);
  if (!kind) throw new Error("it is none that Cellstate has");
  return makeMetric(kind, { name: item });
}

function described(item: Json, context: Context): Metric {
  const className = isObject(item) ? item["class_name"] : null;
  if (!isObject(item) || typeof className !== "string" || foreignTo(item, "metrics")) {
    throw new Error("it is none that Cellstate has");
  }
  const config = item["config"] ?? null;
  if (className === "function") return fromFunction(config, {}, context);
  const settings = isObject(config) ? config : {};
  if (className === "MeanMetricWrapper") {
    const { fn = null, ...rest } = settings;
    const inner = isObject(fn) && fn["class_name"] === "function" && !foreignTo(fn, "metrics");
    return fromFunction(inner ? fn["config"]! : fn, rest, context);
  }
  const kind = CLASSES.get(className);
  if (!kind) throw new Error("it is none that Cellstate has");
  return fromSettings(kind, settings, defaultMetricName(kind), context);
}

function fromFunction(name: Json, settings: JsonObject, context: Context): Metric {
  const kind = typeof name === "string" ? FUNCTIONS.get(name) : undefined;
  if (!kind) throw new Error("it is of a function that Cellstate does not have");
  return fromSettings(kind, settings, name as string, context);
}

function fromSettings(kind: MetricKind, config: JsonObject, usual: string, context: Context): Metric {
  const ours = new Map(Object.keys(METRIC_SETTINGS[kind]).map((key) => [snakeCase(key), key]));
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const own = ours.get(key);
    if (own) options[own] = settingOf(key, value);
    else if (key === "dtype") checkType(value);
    else if (key !== "name" && !ONE_VALUE[key]?.includes(value)) {
      throw new Error(`its ${label(key)} of ${nameOf(value)} is not computed here`);
    }
  }
  const given = config["name"] ?? null;
  const name = isMetricName(given) ? given : usual;
  if (given !== null && name !== given) context.notes.ignore(`metric name ${nameOf(given)}: ${name} here`);
  return makeMetric(kind, { ...options, name } as MetricOptions<MetricKind>);
}

/** Keras spells choices in capitals or not, and writes a tensor for a list. */
function settingOf(key: string, value: Json): Json {
  if (key === "curve" && typeof value === "string") return value.toUpperCase();
  if (key === "summation_method" && typeof value === "string") return value.toLowerCase();
  if (isObject(value) && value["class_name"] === "__tensor__" && isObject(value["config"])) {
    return value["config"]["value"] ?? null;
  }
  // Back from `asFloat`.
  if (typeof value === "number" && value === asFloat(Math.round(value))) return Math.round(value);
  return value;
}

function checkType(value: Json): void {
  if (!readsFloat32(value)) throw new Error(`it is computed in ${nameOf(value)}`);
}

/** Keras lists metrics flat, by output, or both; there is one output here. */
function flatten(value: Json): Json[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (!isObject(value) || "class_name" in value) return [value];
  // By name, as Keras flattens them.
  return Object.keys(value)
    .sort()
    .flatMap((key) => flatten(value[key]!));
}

/** Keras's metric that gives what a plain name gives, where there is one. */
function kerasMetric(name: MetricName, { loss, outputs }: Measured): Metric | null {
  const sparse = targetWidth(loss, outputs) !== outputs;
  const classes = outputs > 1 && factsOf(loss).exclusive;
  if (name === "accuracy") {
    const kind = sparse ? "sparseCategoricalAccuracy" : "categoricalAccuracy";
    return makeMetric(outputs === 1 ? "binaryAccuracy" : kind, { name });
  }
  if (name === "auc") return sparse ? null : makeMetric("auc", {});
  if (name === "precision" || name === "recall") return classes ? null : makeMetric(name, {});
  if (name === "mcc" || sparse) return null;
  return makeMetric(
    "f1Score",
    classes ? { name, average: "macro" } : { name, average: "micro", threshold: 0.5 },
  );
}

/** Plain metrics that Keras has no counterpart for (means over classes; Matthews correlation) are left out: see `unwritten`. */
export function writeMetrics(metrics: readonly (MetricName | Metric)[], of: Measured): Json[] {
  return metrics.flatMap((given): Json[] => {
    if (given === "accuracy") return [given];
    const metric = typeof given === "string" ? kerasMetric(given, of) : given;
    return metric ? [writeMetric(metric)] : [];
  });
}

/** The plain metrics that `writeMetrics` leaves out. */
export const unwritten = (metrics: readonly (MetricName | Metric)[], of: Measured): MetricName[] =>
  metrics.flatMap((given) => (typeof given === "string" && !kerasMetric(given, of) ? [given] : []));

function writeMetric({ metric, name, settings }: Metric): JsonObject {
  const config: JsonObject = { name, dtype: "float32" };
  for (const [key, value] of Object.entries(settings as JsonObject)) {
    const float = metric === "fBetaScore" || metric === "f1Score";
    config[snakeCase(key)] = float && typeof value === "number" ? asFloat(value) : value;
  }
  return kerasObject("metrics", classOf(metric), config);
}

/** Keras insists on Python floats here, and JSON has 2.0 as 2: the number next to it, which float32 has as the same. */
const asFloat = (value: number) => (Number.isInteger(value) ? value * (1 - Number.EPSILON / 2) : value);
