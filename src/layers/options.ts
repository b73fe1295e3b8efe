/**
 * Layer options. What users write is a documented interface for each layer; beside it stands a table with one check an
 * option, which has the default and makes of the given value what the layer keeps. That both have the same options of
 * the same types is seen when the layer is compiled (`resolveOptions`). A misspelt option is an error with a
 * suggestion, never ignored.
 */

import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { type Initializer, type InitializerName, resolveInitializer } from "./initializers.js";

/** What every layer takes. */
export interface LayerOptions {
  /** What the model calls it, in summaries, files and `getWeights`. Default: Keras's name, as "lstm", "lstm_1" … */
  name?: string;
  /** Whether `fit` changes its weights. Default true. */
  trainable?: boolean;
}

/** Options of layers that multiply by a kernel and may add a bias. */
export interface KernelOptions extends LayerOptions {
  /** Whether a bias is added. Default true. */
  useBias?: boolean;
  /**
   * What the kernel is before training: a name, or { name, … } with the initializer's settings. Default
   * "glorotUniform".
   */
  kernelInitializer?: InitializerName | Initializer;
  /** What the bias is before training. Default "zeros". */
  biasInitializer?: InitializerName | Initializer;
  /** Penalties { l1, l2 } on the kernel, added to the loss. Default null. */
  kernelRegularizer?: Partial<Regularizer> | null;
  /** Penalties { l1, l2 } on the bias, added to the loss. Default null. */
  biasRegularizer?: Partial<Regularizer> | null;
}

/** The check of an option that may be left out. */
export interface Option<In, Out = In> {
  readonly required?: false;
  /** What stands for it where it is left out. */
  readonly fallback: In;
  /** Checks a given value and returns what the layer keeps. */
  readonly resolve: (value: In | undefined, where: string) => Out;
}

/** The check of an option that must be given. */
export interface RequiredOption<In, Out = In> {
  readonly required: true;
  /** None: the type alone says what is taken. */
  readonly fallback: In | undefined;
  readonly resolve: (value: In | undefined, where: string) => Out;
}

/** Checks by option, whatever their types. */
export type OptionTable = Readonly<
  Record<string, { readonly fallback: unknown; resolve(value: never, where: string): unknown }>
>;

/**
 * The table of an options interface: a check of just its type for each option, with a default where it may be left
 * out.
 */
export type TableOf<I extends LayerOptions> = {
  readonly [K in Exclude<keyof I, keyof LayerOptions>]-?: undefined extends I[K]
    ? Option<Exclude<I[K], undefined>, unknown>
    : RequiredOption<I[K], unknown>;
};

/** No check of an option that the interface lacks. */
export type NoOthers<I, T> = { readonly [K in Exclude<keyof T, keyof I>]: never };

type OutOf<O> = O extends { resolve(value: never, where: string): infer Out } ? Out : never;

/** What a layer keeps: every option of its interface present, in the form to compute with. */
export type Resolved<I extends LayerOptions, T> = {
  readonly [K in keyof I as K extends keyof T ? K : never]-?: K extends keyof T ? OutOf<T[K]> : never;
};

/**
 * Checks what a user wrote and fills in defaults. @throws InputError for an option that is unknown or of another kind
 */
export function resolveOptions<I extends LayerOptions, T extends TableOf<I>>(
  table: T & NoOthers<I, T>,
  given: I,
  where: string,
): Resolved<I, T> {
  knownOptions(given, [...Object.keys(table), "name", "trainable"], where);
  const values = given as Record<string, unknown>;
  const resolved: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table as OptionTable)) {
    resolved[key] = option.resolve(values[key] as never, `${where} ${key}`);
  }
  return resolved as Resolved<I, T>;
}

function option<In, Out = In>(fallback: In, check: (value: In, where: string) => Out): Option<In, Out> {
  return { fallback, resolve: (value, where) => check(value === undefined ? fallback : value, where) };
}

/** As `kind`, without a default. */
export const given = <In, Out>(kind: Option<In, Out>): RequiredOption<In, Out> => ({
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (value !== undefined) return kind.resolve(value, where);
    throw inputError({ expected: "a value: this option has no default", where });
  },
});

/** A whole number of at least `least` that must be given. */
export function count(least = 1): RequiredOption<number> {
  return { fallback: undefined, required: true, resolve: (value, where) => wholeNumber(value, where, least) };
}

/** As `count`, with a default. */
export const countFrom = (fallback: number, least = 1) =>
  option<number>(fallback, (value, where) => wholeNumber(value, where, least));

/** A whole number, or null. */
export const countOr = (fallback: number | null, least = 1) =>
  option<number | null>(fallback, (value, where) =>
    value === null ? null : wholeNumber(value, where, least),
  );

export const flag = (fallback: boolean) =>
  option<boolean>(fallback, (value, where) => {
    if (typeof value === "boolean") return value;
    throw inputError({ expected: "true or false", where, received: value });
  });

/** An option of Keras of which one value is possible here; `why` is said where another is given. */
export const only = <T>(value: T, why: string) =>
  option<T>(value, (received, where) => {
    if (received === value) return value;
    throw inputError({ expected: String(value), where, received, next: why });
  });

/** A dropout rate, 0 ≤ rate ≤ 1. */
export const rate = (fallback = 0) =>
  option<number>(fallback, (value, where) => finiteNumber(value, where, 0, 1));

export const real = (fallback: number, least = -Infinity, most = Infinity) =>
  option<number>(fallback, (value, where) => finiteNumber(value, where, least, most));

/** As `real`, or null. */
export const realOr = (fallback: number | null, least = -Infinity) =>
  option<number | null>(fallback, (value, where) =>
    value === null ? null : finiteNumber(value, where, least),
  );

/** One of a list of names. */
export const choice = <T extends string>(fallback: T, choices: readonly T[]) =>
  option<T>(fallback, (value, where) => oneOf(value, choices, where));

/** An axis counted as in Keras: the batch is 0, −1 is the last. */
export const axis = (fallback: number) =>
  option<number>(fallback, (value, where) => {
    if (Number.isInteger(value) && value !== 0 && Math.abs(value) <= 3) return value;
    throw inputError({ expected: "an axis other than the batch's, as −1 or 1", where, received: value });
  });

/** A size or stride along the steps: a number, or a list of one as Keras writes it; null where `fallback` is. */
export const along = <F extends number | null>(fallback: F) =>
  option<number | readonly number[] | F, number | F>(fallback, (value, where) => {
    if (value === null && fallback === null) return fallback;
    const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
    return wholeNumber(one, where, 1);
  });

export const activation = (fallback: ActivationName) =>
  option<ActivationName | null, ActivationName>(fallback, (value, where) =>
    value === null ? "linear" : oneOf(value, Object.keys(ACTIVATIONS) as ActivationName[], where),
  );

/** An activation that a recurrent cell can run: one that takes each number by itself, so all but softmax. */
export const cellActivation = (fallback: ActivationName) =>
  option<ActivationName | null, ActivationName>(fallback, (value, where) => {
    const names = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== "softmax");
    return value === null ? "linear" : oneOf(value, names, where);
  });

export const initializer = (fallback: InitializerName) =>
  option<InitializerName | Initializer, Initializer>(fallback, resolveInitializer);

/** L1 and L2 penalties of a parameter: l1 · Σ|w| + l2 · Σw² joins the loss. */
export interface Regularizer {
  /** Default 0. */
  l1: number;
  /** Default 0. */
  l2: number;
}

export const regularizer = () =>
  option<Partial<Regularizer> | null, Regularizer | null>(null, (value, where) => {
    if (value === null) return null;
    knownOptions(value, ["l1", "l2"], where);
    return {
      l1: finiteNumber(value.l1 ?? 0, `${where}.l1`, 0),
      l2: finiteNumber(value.l2 ?? 0, `${where}.l2`, 0),
    };
  });

/** Keras's arguments for kernel and bias. */
export const KERNEL_ARGUMENTS =
  "kernel_initializer bias_initializer kernel_regularizer bias_regularizer kernel_constraint bias_constraint";
/** Keras's arguments for weights of low rank and few bits, which are not had here. */
export const LORA_ARGUMENTS = "lora_rank lora_alpha quantization_config";

/** The checks of `KernelOptions`. */
export const kernelOptions = {
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
};

/** A shape without its batch axis; null where an axis may vary. */
export function shape(): RequiredOption<readonly (number | null)[]> {
  return {
    fallback: undefined,
    required: true,
    resolve(value, where) {
      if (!Array.isArray(value) || value.length < 1 || value.length > 2) {
        throw inputError({
          expected: "[features], or [steps, features], with null where the number of steps varies",
          where,
          received: value,
        });
      }
      return value.map((size, axis) => (size === null ? null : wholeNumber(size, `${where}[${axis}]`, 1)));
    },
  };
}
