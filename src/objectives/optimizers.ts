/** Optimizers as `compile` takes them. Their arithmetic is in kernels/optimizer.ts; defaults are Keras 3's. */
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import type { Call } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import type { KernelArguments } from "../kernels/kernels.js";
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

/** What Adam and its kin take. */
export interface MomentsOptions extends OptimizerOptions {
  /** β₁, the share of the mean gradient that stays after a step, from 0 to below 1. Default 0.9. */
  beta1?: number;
  /** β₂, the share of the mean squared gradient that stays, from 0 to below 1. Default 0.999. */
  beta2?: number;
  /** ε, against division by 0. Default 1e-7. */
  epsilon?: number;
  /** Divides by the largest mean square so far (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}

/** Options of `optimizers.adam`. */
export interface AdamOptions extends MomentsOptions {
  /**
   * Of an Embedding's table, a step changes only the rows that the batch's ids name; every other row stays as it is, its
   * moments too. So a step costs what its batch does, however large the vocabulary. TensorFlow Addons' LazyAdam and
   * PyTorch's SparseAdam do the same; Keras's Adam moves all rows, those not named by what is left of their moments. All
   * other weights, and tables with an embeddingsRegularizer, learn as without. Not together with weightDecay or
   * gradientAccumulationSteps. Default false.
   */
  sparse?: boolean;
}

/** Options of `optimizers.adamw`. */
export interface AdamwOptions extends MomentsOptions {
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
  adam: { ...common, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false, sparse: false },
  adamw: { ...common, weightDecay: 0.004, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
} as const satisfies { readonly [N in OptimizerName]: Readonly<Required<OptimizerOptionsByName[N]>> };

/** The description of one optimizer: its name and every option. */
export type OptimizerOf<N extends OptimizerName> = {
  /** Which one. */
  readonly name: N;
} & Readonly<Required<OptimizerOptionsByName[N]>>;

/** An optimizer's description: its name and every option it takes. State lives in the model. */
export type Optimizer = { [N in OptimizerName]: OptimizerOf<N> }[OptimizerName];

function make<N extends OptimizerName>(name: N, options: OptimizerOptionsByName[N] = {}): OptimizerOf<N> {
  const defaults: Record<string, unknown> = OPTIMIZER_DEFAULTS[name];
  const where = `optimizers.${name}`;
  knownOptions(options, Object.keys(defaults), where);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) checkOption(key, value, defaults[key], `${where} ${key}`);
  const made = { ...defaults, ...Object.fromEntries(given), name } as unknown as Required<OptimizerOptions>;
  const rate = made.learningRate;
  const learningRate = typeof rate === "number" ? rate : resolveSchedule(rate, `${where} learningRate`);
  // As in Keras, a limit of 0 is none.
  const clips = { clipnorm: made.clipnorm || null, clipvalue: made.clipvalue || null };
  const limits = { ...clips, globalClipnorm: made.globalClipnorm || null };
  if (Object.values(limits).filter((limit) => limit !== null).length > 1) {
    throw inputError({ expected: "one of clipnorm, clipvalue, globalClipnorm", where });
  }
  checkSparse(made, where);
  return { ...made, learningRate, ...limits } as unknown as OptimizerOf<N>;
}

/** What would change rows that no batch named. */
const OF_ALL_ROWS = ["weightDecay", "gradientAccumulationSteps"] as const;

function checkSparse(made: OptimizerOptions & { sparse?: boolean }, where: string): void {
  const beside = made.sparse && OF_ALL_ROWS.find((key) => made[key]);
  if (!beside) return;
  throw inputError({
    expected: `sparse or ${beside}, not both`,
    where,
    received: made[beside],
    next: `With sparse a step visits the rows that a batch names; ${beside} is of all rows.`,
  });
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
  sgd: (options?: SgdOptions): OptimizerOf<"sgd"> => make("sgd", options),
  /** Steps divided by a running root mean square of each gradient element (Tieleman and Hinton 2012). */
  rmsprop: (options?: RmspropOptions): OptimizerOf<"rmsprop"> => make("rmsprop", options),
  /** Running means of gradient and squared gradient, bias-corrected: m̂ / (√v̂ + ε) (Kingma and Ba 2015). */
  adam: (options?: AdamOptions): OptimizerOf<"adam"> => make("adam", options),
  /** Adam with weight decay beside the gradient instead of within it (Loshchilov and Hutter 2019). */
  adamw: (options?: AdamwOptions): OptimizerOf<"adamw"> => make("adamw", options),
};

export function resolveOptimizer(optimizer: OptimizerName | Optimizer): Optimizer {
  if (typeof optimizer === "string") {
    return optimizers[oneOf(optimizer, Object.keys(optimizers) as OptimizerName[], "compile optimizer")]();
  }
  if (typeof optimizer === "object" && optimizer !== null && Object.hasOwn(optimizers, optimizer.name)) {
    // Written by hand, { name: "adam", learningRate: 0.01 } is as good as what optimizers.adam makes.
    const { name, ...options } = optimizer;
    return optimizers[name](options);
  }
  throw inputError({
    expected: "an optimizer's name or optimizers.…()",
    where: "compile optimizer",
    received: optimizer,
  });
}

/** What sums up the gradients of batches that wait for their step. */
export const ACCUMULATOR = "gradientAccumulator";

/**
 * State variables by name, [length] each, that an optimizer keeps for its weights, in Keras's order: one group after
 * another, and within a group all of one weight before those of the next (m v m v …).
 */
type SlotGroups = string[][];

/** What every optimizer's kernel takes: parameters w and gradients g, [length] each, and `stepScalars`. */
export type UpdateArguments = Pick<KernelArguments<"sgd">, "w" | "g" | "scalars" | "length" | "weightDecay">;

/** How an optimizer changes weights. */
interface UpdateRule<N extends OptimizerName> {
  slots(optimizer: OptimizerOf<N>): SlotGroups;
  /** The numbers of one step that the kernel reads, two at most. `update` counts from 1. */
  scalars(learningRate: number, update: number, optimizer: OptimizerOf<N>): number[];
  /** The call of its kernel. `slot`: where a state variable of these weights lies, 0 for one that is not kept. */
  kernelCall(args: UpdateArguments, slot: (name: string) => Pointer, optimizer: OptimizerOf<N>): Call;
}

type AdamSettings = Pick<Required<AdamOptions>, "beta1" | "beta2" | "epsilon">;

/** What Adam's kernels take besides what they change: where its moments lie, and its settings. */
const momentsOf = (slot: (name: string) => Pointer, { beta1, beta2, epsilon }: AdamSettings) => ({
  ...{ m: slot("m"), v: slot("v"), vMax: slot("vMax") },
  ...{ oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2, epsilon },
});

const adamRule: UpdateRule<"adam" | "adamw"> = {
  slots: ({ amsgrad }) => [["m", "v"], ...(amsgrad ? [["vMax"]] : [])],
  // The second: bias-corrected.
  scalars: (learningRate, update, { beta1, beta2 }) => [
    learningRate,
    (learningRate * Math.sqrt(1 - beta2 ** update)) / (1 - beta1 ** update),
  ],
  kernelCall: (args, slot, settings) => ({ kernel: "adam", args: { ...args, ...momentsOf(slot, settings) } }),
};

const UPDATE_RULES: { readonly [N in OptimizerName]: UpdateRule<N> } = {
  sgd: {
    slots: ({ momentum }) => (momentum ? [["velocity"]] : []),
    scalars: (learningRate) => [learningRate],
    kernelCall: (args, slot, { momentum, nesterov }) => ({
      kernel: "sgd",
      args: { ...args, velocity: slot("velocity"), nesterov: nesterov ? 1 : 0, momentum },
    }),
  },
  rmsprop: {
    slots: ({ momentum, centered }) => [
      ["v"],
      ...(momentum ? [["velocity"]] : []),
      ...(centered ? [["average"]] : []),
    ],
    scalars: (learningRate) => [learningRate],
    kernelCall: (args, slot, { rho, momentum, epsilon }) => {
      const state = { v: slot("v"), velocity: slot("velocity"), average: slot("average") };
      return { kernel: "rmsprop", args: { ...args, ...state, oneMinusRho: 1 - rho, momentum, epsilon } };
    },
  },
  adam: adamRule,
  adamw: adamRule,
};

const ruleOf = <N extends OptimizerName>({ name }: OptimizerOf<N>): UpdateRule<N> => UPDATE_RULES[name];

/** Every state variable that an optimizer keeps: its own, and what sums up gradients. */
export const slotGroups = (optimizer: Optimizer): SlotGroups => [
  ...(optimizer.gradientAccumulationSteps ? [[ACCUMULATOR]] : []),
  ...ruleOf(optimizer).slots(optimizer),
];

/** Numbers that `stepScalars` gives at most. */
export const STEP_SCALARS = 2;

/** The numbers an update's kernels read: [learning rate, Adam's bias-corrected rate]. `update` counts from 1. */
export const stepScalars = (optimizer: Optimizer, learningRate: number, update: number): number[] =>
  ruleOf(optimizer).scalars(learningRate, update, optimizer);

/** The call that updates some weights: see `UpdateRule`. */
export const updateCall = (
  optimizer: Optimizer,
  args: Omit<UpdateArguments, "weightDecay">,
  slot: (name: string) => Pointer,
): Call =>
  ruleOf(optimizer).kernelCall({ ...args, weightDecay: optimizer.weightDecay ?? 0 }, slot, optimizer);

/** Adam of the rows of tables that a batch names, where that is what the optimizer is. */
export const sparseAdam = (optimizer: Optimizer): OptimizerOf<"adam"> | null =>
  optimizer.name === "adam" && optimizer.sparse ? optimizer : null;

/** What updates rows of a table: its weights w, their gradients g, and which rows they are. */
export type RowsUpdateArguments = Pick<
  KernelArguments<"adamRows">,
  "w" | "g" | "scalars" | "count" | "rows" | "V" | "F" | "part" | "parts"
>;

/** As `updateCall`, of the rows that a batch names. */
export const rowsUpdateCall = (
  optimizer: OptimizerOf<"adam">,
  args: RowsUpdateArguments,
  slot: (name: string) => Pointer,
): Call => ({ kernel: "adamRows", args: { ...args, ...momentsOf(slot, optimizer) } });

/** The learning rate of the step that follows after so many. */
export function rateAfter(rate: number | Schedule, iterations: number): number {
  return typeof rate === "number" ? rate : scheduledRate(rate, iterations);
}
