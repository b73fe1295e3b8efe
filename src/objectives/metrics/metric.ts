/**
 * Metrics with settings, as Keras has them: what `compile({ metrics })` takes beside the plain names. Each has a table
 * of its settings' checks and defaults, which are Keras's; what users write is documented in options.ts.
 */
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../../base/errors.js";
import { snakeCase } from "../../layers/names.js";
import type { MetricKind, MetricNameOptions, MetricOptions } from "./options.js";

export type Setting = number | boolean | string | null | readonly number[];

/** How a setting is checked. */
interface Check<T extends Setting> {
  check(value: unknown, where: string): T;
}

/** A setting that may be left out: what it then is. */
interface Spec<T extends Setting> extends Check<T> {
  readonly fallback: T;
}

/** A setting that must be given. */
interface RequiredSpec<T extends Setting> extends Check<T> {
  readonly fallback?: never;
}

/** The table of one kind's settings. */
type SpecsOf<O> = {
  readonly [S in Exclude<keyof O, keyof MetricNameOptions>]-?: undefined extends O[S]
    ? Spec<Extract<O[S], Setting>>
    : RequiredSpec<Extract<O[S], Setting>>;
};

/** A file could ask for any number of thresholds. */
const MOST_THRESHOLDS = 10_000;

const between = (least: number, most: number): RequiredSpec<number> => ({
  check: (value, where) => finiteNumber(value, where, least, most),
});
const number = (fallback: number, least: number, most = Infinity): Spec<number> => ({
  ...between(least, most),
  fallback,
});
const whole = (fallback: number, least: number, most?: number): Spec<number> => ({
  fallback,
  check: (value, where) => wholeNumber(value, where, least, most),
});
const flag: Spec<boolean> = {
  fallback: false,
  check(value, where) {
    if (typeof value === "boolean") return value;
    throw inputError({ expected: "true or false", where, received: value });
  },
};
const choice = <const T extends string>(choices: readonly [T, ...T[]]): Spec<T> => ({
  fallback: choices[0],
  check: (value, where) => oneOf(value, choices, where),
});
const optional = <T extends Setting>({ check }: Check<T>): Spec<T | null> => ({
  fallback: null,
  check: (value, where) => (value === null ? null : check(value, where)),
});
const numbers = (least: number, most: number): Check<readonly number[]> => ({
  check(value, where) {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_THRESHOLDS) {
      throw inputError({ expected: `a list of 1 to ${MOST_THRESHOLDS} numbers`, where, received: value });
    }
    return value.map((item, i) => finiteNumber(item, `${where} ${i}`, least, most));
  },
});
const either = <A extends Setting, B extends Setting>(a: Check<A>, b: Check<B>): Check<A | B> => ({
  check: (value, where) => (Array.isArray(value) ? b.check(value, where) : a.check(value, where)),
});

const share = between(0, 1);
const classId = optional(whole(0, 0));
const average = optional(choice(["micro", "macro", "weighted"]));
/** Above 0, up to 1. */
const strictShare = between(Number.MIN_VALUE, 1);
const thresholds = { thresholds: optional(either(share, numbers(0, 1))) };
const confusion = { ...thresholds, topK: optional(whole(1, 1)), classId };
const point = { numThresholds: whole(200, 1, MOST_THRESHOLDS), classId };
const smoothing = { fromLogits: flag, labelSmoothing: number(0, 0, 1) };
const none = {};

/** Every metric with its settings. */
export const METRIC_SETTINGS = {
  auc: {
    numThresholds: whole(200, 2, MOST_THRESHOLDS),
    curve: choice(["ROC", "PR", "PRGAIN"]),
    summationMethod: choice(["interpolation", "majoring", "minoring"]),
    thresholds: optional(numbers(0, 1)),
    multiLabel: flag,
    numLabels: optional(whole(1, 1)),
    labelWeights: optional(numbers(0, Infinity)),
    fromLogits: flag,
  },
  precision: confusion,
  recall: confusion,
  truePositives: thresholds,
  falsePositives: thresholds,
  trueNegatives: thresholds,
  falseNegatives: thresholds,
  sensitivityAtSpecificity: { specificity: share, ...point },
  specificityAtSensitivity: { sensitivity: share, ...point },
  precisionAtRecall: { recall: share, ...point },
  recallAtPrecision: { precision: share, ...point },
  f1Score: { average, threshold: optional(strictShare) },
  fBetaScore: { average, beta: number(1, Number.MIN_VALUE), threshold: optional(strictShare) },
  equality: none,
  binaryAccuracy: { threshold: number(0.5, -Infinity) },
  categoricalAccuracy: none,
  sparseCategoricalAccuracy: none,
  topKCategoricalAccuracy: { k: whole(5, 1) },
  sparseTopKCategoricalAccuracy: { k: whole(5, 1) },
  binaryCrossentropy: smoothing,
  categoricalCrossentropy: smoothing,
  sparseCategoricalCrossentropy: { fromLogits: flag },
  klDivergence: none,
  poisson: none,
  meanSquaredError: none,
  rootMeanSquaredError: none,
  meanAbsoluteError: none,
  meanAbsolutePercentageError: none,
  meanSquaredLogarithmicError: none,
  cosineSimilarity: none,
  logCoshError: none,
  r2Score: {
    classAggregation: {
      ...optional(choice(["uniform_average", "variance_weighted_average"])),
      fallback: "uniform_average",
    } as Spec<"uniform_average" | "variance_weighted_average" | null>,
    numRegressors: whole(0, 0),
  },
  hinge: none,
  squaredHinge: none,
  categoricalHinge: none,
  pearsonCorrelation: none,
  concordanceCorrelation: none,
} as const satisfies { readonly [K in MetricKind]: SpecsOf<MetricOptions<K>> };

export const METRIC_KINDS = Object.keys(METRIC_SETTINGS) as MetricKind[];

/** A metric with settings; made by `metrics.…()`. */
export interface Metric<K extends MetricKind = MetricKind> {
  /** Which one. */
  readonly metric: K;
  /** What logs and scores call it. */
  readonly name: string;
  /** Its settings, defaults filled in. */
  readonly settings: Readonly<Required<Omit<MetricOptions<K>, keyof MetricNameOptions>>>;
}

/** Keras's default names where they are not its class in snake case. */
const OTHER_NAMES: Partial<Record<MetricKind, string>> = {
  logCoshError: "logcosh",
  equality: "accuracy",
  fBetaScore: "fbeta_score",
};

/** What Keras calls a metric that was given no name: "binary_accuracy". */
export const defaultMetricName = (kind: MetricKind): string => OTHER_NAMES[kind] ?? snakeCase(kind);

/** Names that results and history have already, or that every JavaScript object has. */
const isTaken = (name: string) => name === "loss" || name === "learningRate" || name in {};

/** Whether results may bear this name: printable, and not taken. */
export const isMetricName = (name: unknown): name is string =>
  typeof name === "string" && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,100}$/u.test(name) && !isTaken(name);

/** A metric from its settings; those that are not given have Keras's defaults. @throws InputError for a bad one */
export function makeMetric<K extends MetricKind>(kind: K, options: MetricOptions<K>): Metric<K> {
  const where = `metrics.${kind}`;
  // Those of which one setting must be given are asked for it by name, even where nothing is given.
  const given = (options ?? {}) as Record<string, unknown>;
  const specs: Record<string, Spec<Setting> | RequiredSpec<Setting>> = METRIC_SETTINGS[kind];
  knownOptions(given, [...Object.keys(specs), "name"], where);
  const name = given["name"] ?? defaultMetricName(kind);
  if (!isMetricName(name)) {
    throw inputError({ expected: "a short name that is not taken", where: `${where} name`, received: name });
  }
  const settings: Record<string, Setting> = {};
  for (const [key, { fallback, check }] of Object.entries(specs)) {
    const value = given[key];
    settings[key] =
      value === undefined && fallback !== undefined ? fallback : check(value, `${where} ${key}`);
  }
  checkTogether(kind, settings, where);
  return { metric: kind, name, settings: settings as Metric<K>["settings"] };
}

/** Settings that say nothing, or something else, beside another. */
function checkTogether(kind: MetricKind, settings: Record<string, Setting>, where: string): void {
  if (kind === "auc" && settings["numLabels"] !== null && !settings["multiLabel"]) {
    throw inputError({
      expected: "multiLabel: true beside numLabels",
      where,
      received: settings["numLabels"],
    });
  }
}
