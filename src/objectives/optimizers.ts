/** Optimizers as `compile` takes them. Their arithmetic is in kernels/optimizer.ts; defaults are Keras 3's. */
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { resolveSchedule, type Schedule, scheduledRate } from "./schedules.js";

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** How far a step goes: a number, or how it follows from the steps made (`schedules.cosineDecay`). Default 0.001. */
  learningRate?: number | Schedule;
  /** Decoupled decay (Loshchilov and Hutter 2019): w −= learningRate · weightDecay · w. Default null. */
  weightDecay?: number | null;
  /** Each variable's gradient scaled down to this norm; one of the three limits at most. Default null. */
  clipnorm?: number | null;
  /** Each gradient element cut to ± this. Default null. */
  clipvalue?: number | null;
  /** All gradients together scaled down to this norm. Default null. */
  globalClipnorm?: number | null;
  /**
   * Weights change every so many batches, at least 2, by the mean of their gradients; null: every batch. Default
   * null.
   */
  gradientAccumulationSteps?: number | null;
}

/** Options of `optimizers.sgd`. */
export interface SgdOptions extends OptimizerOptions {
  /** How far a step goes: a number, or how it follows from the steps made (`schedules.cosineDecay`). Default 0.01. */
  learningRate?: number | Schedule;
  /** The share of the last step that the next one goes on with, 0 to 1. Default 0. */
  momentum?: number;
  /** Looks ahead along the momentum (Nesterov 1983). Default false. */
  nesterov?: boolean;
}

/** Options of `optimizers.rmsprop`. */
export interface RmspropOptions extends OptimizerOptions {
  /** ρ, the share of the mean square that stays after a step, from 0 to below 1. Default 0.9. */
  rho?: number;
  /** The share of the last step that the next one goes on with, 0 to 1. Default 0. */
  momentum?: number;
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: number;
  /** Divides by the standard deviation of the gradient in place of its root mean square. Default false. */
  centered?: boolean;
}

/** Options of `optimizers.adam`. */
export interface AdamOptions extends OptimizerOptions {
  /** β₁, the share of the mean gradient that stays after a step, from 0 to below 1. Default 0.9. */
  beta1?: number;
  /** β₂, the share of the mean squared gradient that stays, from 0 to below 1. Default 0.999. */
  beta2?: number;
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: number;
  /** Divides by the largest mean square so far (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}

/** Options of `optimizers.adamw`. */
export interface AdamwOptions extends AdamOptions {
  /** Decoupled decay (Loshchilov and Hutter 2019): w −= learningRate · weightDecay · w. Default 0.004. */
  weightDecay?: number | null;
}

/** The options of each optimizer. */
export interface OptimizerOptionsByName {
  sgd: SgdOptions;
  rmsprop: RmspropOptions;
  adam: AdamOptions;
  adamw: AdamwOptions;
}

/** Keras's optimizers by name. */
export type OptimizerName = keyof OptimizerOptionsByName;

const NULLABLE = ["weightDecay", "clipnorm", "clipvalue", "globalClipnorm", "gradientAccumulationSteps"];
const common = {
  learningRate: 0.001,
  weightDecay: null,
  clipnorm: null,
  clipvalue: null,
  globalClipnorm: null,
  gradientAccumulationSteps: null,
};

/** Keras's defaults. */
export const OPTIMIZER_DEFAULTS = {
  sgd: { ...common, learningRate: 0.01, momentum: 0, nesterov: false },
  rmsprop: { ...common, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  adam: { ...common, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
  adamw: { ...common, weightDecay: 0.004, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
} as const satisfies { readonly [N in OptimizerName]: Readonly<Required<OptimizerOptionsByName[N]>> };

/** An optimizer's description: its name and every option. State lives in the model. */
export interface Optimizer {
  /** Which one. What it does not have of the options below is at rest. */
  readonly name: OptimizerName;
  /** How far a step goes, or the schedule that says it. */
  readonly learningRate: number | Schedule;
  /** Decoupled decay: w −= learningRate · weightDecay · w; null for none. */
  readonly weightDecay: number | null;
  /** Each variable's gradient scaled down to this norm; null for none. */
  readonly clipnorm: number | null;
  /** Each gradient element cut to ± this; null for none. */
  readonly clipvalue: number | null;
  /** All gradients together scaled down to this norm; null for none. */
  readonly globalClipnorm: number | null;
  /** Batches whose gradients make one step; null: every batch is one. */
  readonly gradientAccumulationSteps: number | null;
  /** Of sgd and rmsprop. */
  readonly momentum: number;
  /** Of sgd. */
  readonly nesterov: boolean;
  /** Of rmsprop: what stays of the mean square at a step. */
  readonly rho: number;
  /** Added to the denominator. */
  readonly epsilon: number;
  /** Of rmsprop: the variance in place of the mean square. */
  readonly centered: boolean;
  /** Of Adam: what stays of the mean gradient at a step. */
  readonly beta1: number;
  /** Of Adam: what stays of the mean square at a step. */
  readonly beta2: number;
  /** Of Adam: the greatest mean square so far in place of the present one. */
  readonly amsgrad: boolean;
}

const unused = {
  momentum: 0,
  nesterov: false,
  rho: 0.9,
  epsilon: 1e-7,
  centered: false,
  beta1: 0.9,
  beta2: 0.999,
  amsgrad: false,
};

function make(name: OptimizerName, options: object = {}): Optimizer {
  const defaults: Record<string, unknown> = OPTIMIZER_DEFAULTS[name];
  const where = `optimizers.${name}`;
  knownOptions(options, Object.keys(defaults), where);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) checkOption(key, value, defaults[key], `${where} ${key}`);
  const raw = { ...unused, ...defaults, ...Object.fromEntries(given), name } as Optimizer;
  const rate = raw.learningRate;
  const learningRate = typeof rate === "number" ? rate : resolveSchedule(rate, `${where} learningRate`);
  const made = { ...raw, learningRate };
  // As in Keras, a limit of 0 is none.
  const clips = { clipnorm: made.clipnorm || null, clipvalue: made.clipvalue || null };
  const limits = { ...clips, globalClipnorm: made.globalClipnorm || null };
  if (Object.values(limits).filter((limit) => limit !== null).length > 1) {
    throw inputError({ expected: "one of clipnorm, clipvalue, globalClipnorm", where });
  }
  return { ...made, ...limits };
}

/** Shares of an average: 1 would never let anything new in. */
const BELOW_ONE = ["rho", "beta1", "beta2"];

function checkOption(key: string, value: unknown, fallback: unknown, where: string): void {
  if (typeof fallback === "boolean") {
    if (typeof value !== "boolean") throw inputError({ expected: "true or false", where, received: value });
    return;
  }
  if (value === null && NULLABLE.includes(key)) return;
  // A schedule is checked as a whole.
  if (key === "learningRate" && typeof value === "object" && value !== null) return;
  if (key === "gradientAccumulationSteps") {
    wholeNumber(value, where, 2);
    return;
  }
  finiteNumber(value, where, 0, key === "momentum" || BELOW_ONE.includes(key) ? 1 : Infinity);
  if (value === 1 && BELOW_ONE.includes(key)) {
    throw inputError({ expected: "a number below 1", where, received: value });
  }
}

/**
 * Optimizers with options, as Keras 3 computes them; `compile({ optimizer: "adam" })` is the same without.
 *
 * @example model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }) })
 */
export const optimizers = {
  /** Gradient descent, with momentum (Polyak 1964) where it is asked for: w −= learningRate · g. */
  sgd: (options?: SgdOptions): Optimizer => make("sgd", options),
  /** Steps divided by a running root mean square of each gradient element (Tieleman and Hinton 2012). */
  rmsprop: (options?: RmspropOptions): Optimizer => make("rmsprop", options),
  /** Running means of gradient and squared gradient, bias-corrected: m̂ / (√v̂ + ε) (Kingma and Ba 2015). */
  adam: (options?: AdamOptions): Optimizer => make("adam", options),
  /** Adam with weight decay beside the gradient instead of within it (Loshchilov and Hutter 2019). */
  adamw: (options?: AdamwOptions): Optimizer => make("adamw", options),
};

export function resolveOptimizer(optimizer: OptimizerName | Optimizer): Optimizer {
  if (typeof optimizer === "string") {
    return make(oneOf(optimizer, Object.keys(OPTIMIZER_DEFAULTS) as OptimizerName[], "compile optimizer"));
  }
  if (
    typeof optimizer === "object" &&
    optimizer !== null &&
    Object.hasOwn(OPTIMIZER_DEFAULTS, optimizer.name)
  ) {
    // Written by hand, { name: "adam", learningRate: 0.01 } is as good as what optimizers.adam makes.
    const { name, ...options } = optimizer;
    return make(name, withoutUnused(name, options));
  }
  throw inputError({
    expected: "an optimizer's name or optimizers.…()",
    where: "compile optimizer",
    received: optimizer,
  });
}

/** A description has every option; those that are not its optimizer's must be as they were made. */
function withoutUnused(name: OptimizerName, options: object): object {
  const strange = (key: string, value: unknown) =>
    Object.hasOwn(unused, key) &&
    !Object.hasOwn(OPTIMIZER_DEFAULTS[name], key) &&
    unused[key as keyof typeof unused] === value;
  return Object.fromEntries(Object.entries(options).filter(([key, value]) => !strange(key, value)));
}

/** What sums up the gradients of batches that wait for their step. */
export const ACCUMULATOR = "gradientAccumulator";

/** The state variables an optimizer keeps for each weight, in the order in which Keras stores them. */
export function slotNames(optimizer: Optimizer): string[] {
  return [...(optimizer.gradientAccumulationSteps ? [ACCUMULATOR] : []), ...ownSlots(optimizer)];
}

function ownSlots(optimizer: Optimizer): string[] {
  switch (optimizer.name) {
    case "sgd":
      return optimizer.momentum ? ["velocity"] : [];
    case "rmsprop":
      return ["v", ...(optimizer.momentum ? ["velocity"] : []), ...(optimizer.centered ? ["average"] : [])];
    default:
      return ["m", "v", ...(optimizer.amsgrad ? ["vMax"] : [])];
  }
}

/** The learning rate of the step that follows after so many. */
export function rateAfter(rate: number | Schedule, iterations: number): number {
  return typeof rate === "number" ? rate : scheduledRate(rate, iterations);
}

/** The numbers an update's kernels read: [learning rate, Adam's bias-corrected rate]. `update` counts from 1. */
export function stepScalars(optimizer: Optimizer, learningRate: number, update: number): [number, number] {
  const { beta1, beta2 } = optimizer;
  return [learningRate, (learningRate * Math.sqrt(1 - beta2 ** update)) / (1 - beta1 ** update)];
}
