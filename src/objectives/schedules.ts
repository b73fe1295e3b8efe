/**
 * Learning rates that follow from the number of steps made, as Keras 3 computes them: in float32, operation by operation,
 * so that a step where a period ends falls where Keras's does.
 */
import { didYouMean, finiteNumber, inputError, knownOptions } from "../base/errors.js";

/** Options of `schedules.exponentialDecay`. */
export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** After how many steps the rate has been multiplied by `decayRate`: above 0. */
  decaySteps: number;
  /** What the rate is multiplied by in that time. */
  decayRate: number;
  /** Rounds step / decaySteps down, so that the rate falls in stairs. Default false. */
  staircase?: boolean;
}

/** Options of `schedules.piecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions {
  /** Steps after which the rate changes, in ascending order; at least one. */
  boundaries: readonly number[];
  /** The rate up to and with each boundary, and the one after the last: one more than there are boundaries. */
  values: readonly number[];
}

/** Options of `schedules.polynomialDecay`. */
export interface PolynomialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** After how many steps `endLearningRate` is reached: above 0. */
  decaySteps: number;
  /** The rate at the end. Default 0.0001. */
  endLearningRate?: number;
  /** The power of the share that is left; 1 is a straight line. Default 1. */
  power?: number;
  /** Lengthens the period when it is over, in place of staying at its end. Default false. */
  cycle?: boolean;
}

/** Options of `schedules.inverseTimeDecay`. */
export interface InverseTimeDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** After how many steps the rate has been divided by 1 + `decayRate`: above 0. */
  decaySteps: number;
  /** How fast it falls. */
  decayRate: number;
  /** Rounds step / decaySteps down, so that the rate falls in stairs. Default false. */
  staircase?: boolean;
}

/** Options of `schedules.cosineDecay`. */
export interface CosineDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** How many steps the way down takes, warm-up not counted: above 0. */
  decaySteps: number;
  /** The share of the rate that is left at the end. Default 0. */
  alpha?: number;
  /** The rate where the warm-up leads and the decay begins; null: no warm-up. Default null. */
  warmupTarget?: number | null;
  /** How many steps the warm-up takes, beside `warmupTarget`. Default 0. */
  warmupSteps?: number;
}

/** Options of `schedules.cosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** How many steps the first period takes: above 0. */
  firstDecaySteps: number;
  /** How many times as long each period is as the one before, at least 1. Default 2. */
  tMul?: number;
  /** How many times as high each period begins as the one before. Default 1. */
  mMul?: number;
  /** The share of the rate that is left at a period's end. Default 0. */
  alpha?: number;
}

/** The options of each schedule. */
interface ScheduleOptions {
  exponentialDecay: ExponentialDecayOptions;
  piecewiseConstantDecay: PiecewiseConstantDecayOptions;
  polynomialDecay: PolynomialDecayOptions;
  inverseTimeDecay: InverseTimeDecayOptions;
  cosineDecay: CosineDecayOptions;
  cosineDecayRestarts: CosineDecayRestartsOptions;
}

/** Keras's schedules by name, in camelCase. */
export type ScheduleName = keyof ScheduleOptions;

/** One kind's description. */
export type ScheduleOf<N extends ScheduleName> = { readonly name: N } & Readonly<
  Required<ScheduleOptions[N]>
>;

/** A schedule's description: its name and every option. */
export type Schedule = { [N in ScheduleName]: ScheduleOf<N> }[ScheduleName];

/** Keras's defaults; undefined for what has none. */
export const SCHEDULE_DEFAULTS: {
  readonly [N in ScheduleName]: { readonly [K in keyof Required<ScheduleOptions[N]>]: unknown };
} = {
  exponentialDecay: {
    initialLearningRate: undefined,
    decaySteps: undefined,
    decayRate: undefined,
    staircase: false,
  },
  piecewiseConstantDecay: { boundaries: undefined, values: undefined },
  polynomialDecay: {
    initialLearningRate: undefined,
    decaySteps: undefined,
    endLearningRate: 0.0001,
    power: 1,
    cycle: false,
  },
  inverseTimeDecay: {
    initialLearningRate: undefined,
    decaySteps: undefined,
    decayRate: undefined,
    staircase: false,
  },
  cosineDecay: {
    initialLearningRate: undefined,
    decaySteps: undefined,
    alpha: 0,
    warmupTarget: null,
    warmupSteps: 0,
  },
  cosineDecayRestarts: {
    initialLearningRate: undefined,
    firstDecaySteps: undefined,
    tMul: 2,
    mMul: 1,
    alpha: 0,
  },
};

function checkOption(key: string, value: unknown, where: string): void {
  switch (key) {
    case "staircase":
    case "cycle":
      if (typeof value !== "boolean") throw inputError({ expected: "true or false", where, received: value });
      return;
    case "boundaries":
    case "values":
      if (!Array.isArray(value)) throw inputError({ expected: "a list of numbers", where, received: value });
      value.forEach((item, i) => void finiteNumber(item, `${where}[${i}]`, 0));
      return;
    case "decaySteps":
    case "firstDecaySteps":
      if (finiteNumber(value, where, 0) > 0) return;
      throw inputError({ expected: "a number above 0", where, received: value });
    case "tMul":
      // Periods that shrink have no end: Keras comes to NaN.
      finiteNumber(value, where, 1);
      return;
    case "warmupTarget":
      if (value !== null) finiteNumber(value, where, 0);
      return;
    default:
      finiteNumber(value, where, 0);
  }
}

function make<N extends ScheduleName>(name: N, options: ScheduleOptions[N]): ScheduleOf<N> {
  const where = `schedules.${name}`;
  const defaults: Record<string, unknown> = SCHEDULE_DEFAULTS[name];
  knownOptions(options, Object.keys(defaults), where);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const made: Record<string, unknown> = { ...defaults, ...Object.fromEntries(given), name };
  for (const key of Object.keys(defaults)) checkOption(key, made[key], `${where} ${key}`);
  checkTogether(made as Schedule, where);
  return made as ScheduleOf<N>;
}

/** What no option says by itself. */
function checkTogether(schedule: Schedule, where: string): void {
  if (schedule.name === "cosineDecay" && schedule.warmupTarget === null && schedule.warmupSteps > 0) {
    const next = "Without it Keras makes no warm-up either.";
    throw inputError({ expected: "a warmupTarget beside warmupSteps", where, received: null, next });
  }
  if (schedule.name !== "piecewiseConstantDecay") return;
  const { boundaries, values } = schedule;
  if (boundaries.length === 0 || values.length !== boundaries.length + 1) {
    const received = `${boundaries.length} and ${values.length}`;
    throw inputError({ expected: "boundaries, and one value more than there are", where, received });
  }
  if (boundaries.some((boundary, i) => i > 0 && boundary < boundaries[i - 1]!)) {
    throw inputError({ expected: "boundaries in ascending order", where, received: boundaries });
  }
}

/**
 * Keras's learning-rate schedules; a step is one change of the weights.
 *
 * @example optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: 500 }) })
 */
export const schedules = {
  /** initial · decayRate ^ (step / decaySteps). */
  exponentialDecay: (options: ExponentialDecayOptions): ScheduleOf<"exponentialDecay"> =>
    make("exponentialDecay", options),
  /** A rate for each stretch of steps: values[i] up to and with step boundaries[i], the last value after. */
  piecewiseConstantDecay: (options: PiecewiseConstantDecayOptions): ScheduleOf<"piecewiseConstantDecay"> =>
    make("piecewiseConstantDecay", options),
  /** (initial − end) · (1 − step / decaySteps) ^ power + end. */
  polynomialDecay: (options: PolynomialDecayOptions): ScheduleOf<"polynomialDecay"> =>
    make("polynomialDecay", options),
  /** initial / (1 + decayRate · step / decaySteps). */
  inverseTimeDecay: (options: InverseTimeDecayOptions): ScheduleOf<"inverseTimeDecay"> =>
    make("inverseTimeDecay", options),
  /** Half a cosine from the initial rate down to `alpha` of it, after a straight way up where there is a warm-up. */
  cosineDecay: (options: CosineDecayOptions): ScheduleOf<"cosineDecay"> => make("cosineDecay", options),
  /** Half cosines one after another, each beginning anew (SGDR, Loshchilov and Hutter 2017). */
  cosineDecayRestarts: (options: CosineDecayRestartsOptions): ScheduleOf<"cosineDecayRestarts"> =>
    make("cosineDecayRestarts", options),
};

/** A schedule that was made here or written by hand, checked. */
export function resolveSchedule(value: object, where: string): Schedule {
  const { name, ...options } = value as { name?: unknown };
  const names = Object.keys(schedules);
  if (typeof name !== "string" || !names.includes(name)) {
    throw inputError({
      expected: `a number or a schedule (schedules.${names.join(", schedules.")})`,
      where,
      received: value,
      next: typeof name === "string" ? didYouMean(name, names) : undefined,
    });
  }
  const made = schedules[name as ScheduleName] as (options: object) => Schedule;
  return made(options);
}

const f = Math.fround;

/** The learning rate of the step after `step` steps, a float32. */
export function scheduledRate(schedule: Schedule, step: number): number {
  const at = f(step);
  switch (schedule.name) {
    case "exponentialDecay":
      return f(f(schedule.initialLearningRate) * f(f(schedule.decayRate) ** periods(schedule, at)));
    case "inverseTimeDecay":
      return f(f(schedule.initialLearningRate) / f(1 + f(f(schedule.decayRate) * periods(schedule, at))));
    case "piecewiseConstantDecay": {
      const index = schedule.boundaries.findIndex((boundary) => step <= boundary);
      return f(index < 0 ? schedule.values.at(-1)! : schedule.values[index]!);
    }
    case "polynomialDecay":
      return polynomial(schedule, at);
    case "cosineDecay":
      return cosine(schedule, at);
    case "cosineDecayRestarts":
      return restarts(schedule, at);
  }
}

function periods({ decaySteps, staircase }: { decaySteps: number; staircase: boolean }, at: number): number {
  const done = f(at / f(decaySteps));
  return staircase ? Math.floor(done) : done;
}

function polynomial(o: ScheduleOf<"polynomialDecay">, at: number): number {
  const end = f(o.endLearningRate);
  const steps = f(o.decaySteps);
  const whole = o.cycle && at > 0 ? Math.ceil(f(at / steps)) : 1;
  const period = f(steps * whole);
  const left = f(1 - f(Math.min(at, period) / period));
  return f(f(f(f(o.initialLearningRate) - end) * f(left ** f(o.power))) + end);
}

/** ½ · (1 + cos(π · done)) */
function halfCosine(done: number): number {
  return f(f(1 + f(Math.cos(f(f(Math.PI) * done)))) * 0.5);
}

function cosine(o: ScheduleOf<"cosineDecay">, at: number): number {
  const steps = f(o.decaySteps);
  const warmup = o.warmupTarget === null ? 0 : f(o.warmupSteps);
  const from = f(o.initialLearningRate);
  const peak = o.warmupTarget === null ? from : f(o.warmupTarget);
  if (at < warmup) return f(f(f(peak - from) * f(at / warmup)) + from);
  const done = f(f(Math.min(at, f(steps + warmup)) - warmup) / steps);
  return f(peak * f(f(f(1 - o.alpha) * halfCosine(done)) + f(o.alpha)));
}

function restarts(o: ScheduleOf<"cosineDecayRestarts">, at: number): number {
  const [grow, alpha] = [f(o.tMul), f(o.alpha)];
  let done = f(at / f(o.firstDecaySteps));
  let period: number;
  if (grow === 1) {
    period = Math.floor(done);
    done = f(done - period);
  } else {
    const growth = f(1 - grow);
    period = Math.floor(f(f(Math.log(f(1 - f(done * growth)))) / f(Math.log(grow))));
    const length = f(grow ** period);
    done = f(f(done - f(f(1 - length) / growth)) / length);
  }
  const height = f(f(o.mMul) ** period);
  const wave = f(f(f(0.5 * height)) * f(1 + f(Math.cos(f(f(Math.PI) * done)))));
  return f(f(o.initialLearningRate) * f(f(f(1 - alpha) * wave) + alpha));
}
