/**
 * What the compiler says of losses, metrics, optimizers and schedules. Nothing here runs: that it compiles is the
 * test.
 */
import {
  type AdamOptions,
  type Loss,
  losses,
  type Metric,
  type MetricKind,
  type MetricOptions,
  metrics,
  type Optimizer,
  optimizers,
  type RmspropOptions,
  type SgdOptions,
  schedules,
} from "../../src/index.js";
import type { METRIC_SETTINGS } from "../../src/objectives/metrics/metric.js";
import type { MetricNameOptions } from "../../src/objectives/metrics/options.js";
import type {
  OPTIMIZER_DEFAULTS,
  OptimizerName,
  OptimizerOf,
  OptimizerOptionsByName,
} from "../../src/objectives/optimizers.js";
import type { ScheduleOf } from "../../src/objectives/schedules.js";
import type { Equal, Expect, RequiredKeys } from "./types.js";

// ---- which options must be given ----------------------------------------------------------------------------

export type MustBeGiven = [
  Expect<Equal<RequiredKeys<SgdOptions>, never>>,
  Expect<Equal<RequiredKeys<AdamOptions>, never>>,
  Expect<Equal<RequiredKeys<MetricOptions<"auc">>, never>>,
  Expect<Equal<RequiredKeys<MetricOptions<"precisionAtRecall">>, "recall">>,
  Expect<
    Equal<
      RequiredKeys<Parameters<typeof schedules.exponentialDecay>[0]>,
      "initialLearningRate" | "decaySteps" | "decayRate"
    >
  >,
];

// ---- what is taken ------------------------------------------------------------------------------------------

optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }) });
losses.binaryCrossentropy({ labelSmoothing: 0.1, reduction: "sum" });
metrics.auc({ curve: "PR", thresholds: [0.5] });
metrics.precision({ thresholds: [0.2, 0.4], topK: null });

// @ts-expect-error: SGD's alone
optimizers.adam({ momentum: 0.9 });
// @ts-expect-error: Keras's spelling
optimizers.adam({ beta_1: 0.9 });
// @ts-expect-error: text for a number
optimizers.sgd({ learningRate: "fast" });
// @ts-expect-error: targets that are class numbers are not smoothed
losses.sparseCategoricalCrossentropy({ labelSmoothing: 0.1 });
// @ts-expect-error: logits of an activation that it does not have
losses.meanSquaredError({ fromLogits: true });
// @ts-expect-error: a reduction that there is not
losses.binaryCrossentropy({ reduction: "none" });
// @ts-expect-error: a curve that there is not
metrics.auc({ curve: "pr" });
// @ts-expect-error: a setting of another metric's
metrics.f1Score({ beta: 2 });
// @ts-expect-error: the share asked for must be given
metrics.precisionAtRecall();
// @ts-expect-error: how long must be given
schedules.cosineDecay({ initialLearningRate: 0.1 });
// @ts-expect-error: one number for a list
schedules.piecewiseConstantDecay({ boundaries: 10, values: [1, 2] });

// ---- what comes out -----------------------------------------------------------------------------------------

const auc = metrics.auc();

export type Made = [
  Expect<Equal<ReturnType<typeof optimizers.adam>, OptimizerOf<"adam">>>,
  Expect<Equal<ReturnType<(typeof optimizers)[OptimizerName]>, Optimizer>>,
  Expect<Equal<Extract<Optimizer, { name: "sgd" }>["momentum"], number>>,
  Expect<Equal<keyof OptimizerOf<"rmsprop">, "name" | keyof RmspropOptions>>,
  Expect<Equal<ReturnType<typeof losses.meanSquaredError>, Loss>>,
  Expect<Equal<typeof auc, Metric<"auc">>>,
  Expect<Equal<(typeof auc.settings)["curve"], "ROC" | "PR" | "PRGAIN">>,
  Expect<Equal<ReturnType<typeof schedules.cosineDecay>, ScheduleOf<"cosineDecay">>>,
];

// ---- tables and interfaces with the same options ------------------------------------------------------------

type Keys<K extends MetricKind> = Exclude<keyof MetricOptions<K>, keyof MetricNameOptions>;
type ValueOf<S> = S extends { check(value: unknown, where: string): infer T } ? T : never;
type Checked<K extends MetricKind> = {
  [S in keyof (typeof METRIC_SETTINGS)[K]]: ValueOf<(typeof METRIC_SETTINGS)[K][S]>;
};
type Taken<K extends MetricKind> = { readonly [S in Keys<K>]-?: Exclude<MetricOptions<K>[S], undefined> };

export type Tables = [
  Expect<
    Equal<{ [K in MetricKind]: Equal<Required<Readonly<Checked<K>>>, Taken<K>> }, { [K in MetricKind]: true }>
  >,
  Expect<Equal<keyof typeof METRIC_SETTINGS, MetricKind>>,
  Expect<
    Equal<
      { [N in OptimizerName]: Equal<keyof (typeof OPTIMIZER_DEFAULTS)[N], keyof OptimizerOptionsByName[N]> },
      { [N in OptimizerName]: true }
    >
  >,
];
