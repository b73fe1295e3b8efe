/**
 * Layer options: each layer declares a table { option: kind }, which gives its types, its checks and its defaults.
 * A misspelt option is an error with a suggestion, never ignored.
 */

import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { ACTIVATIONS, type ActivationName } from "../kernels/activations.js";
import { type Initializer, type InitializerName, resolveInitializer } from "./initializers.js";

/** Checks a given value and returns what the layer keeps. */
export interface Option<In, Out = In> {
  /** The default; undefined where the option must be given. */
  readonly fallback: unknown;
  resolve(value: In | undefined, where: string): Out;
}

export type OptionTable = Record<
  string,
  { fallback: unknown; resolve(value: never, where: string): unknown }
>;
type InOf<O> = O extends { resolve(value: infer In, where: string): unknown }
  ? Exclude<In, undefined>
  : never;
type OutOf<O> = O extends { resolve(value: never, where: string): infer Out } ? Out : never;
type RequiredKeys<T> = { [K in keyof T]: T[K] extends { readonly required: true } ? K : never }[keyof T];

/** What the caller writes: required options, the others optional. */
export type Given<T extends OptionTable> = { [K in RequiredKeys<T>]: InOf<T[K]> } & {
  [K in Exclude<keyof T, RequiredKeys<T>>]?: InOf<T[K]>;
} & { name?: string; trainable?: boolean };

/** What the layer keeps: every option present. */
export type Resolved<T extends OptionTable> = { [K in keyof T]: OutOf<T[K]> };

export function resolveOptions<T extends OptionTable>(table: T, given: object, where: string): Resolved<T> {
  knownOptions(given, [...Object.keys(table), "name", "trainable"], where);
  const values = given as Record<string, unknown>;
  const resolved: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) {
    resolved[key] = (option as Option<unknown, unknown>).resolve(values[key], `${where} ${key}`);
  }
  return resolved as Resolved<T>;
}

function option<In, Out = In>(fallback: In, check: (value: In, where: string) => Out): Option<In, Out> {
  return { fallback, resolve: (value, where) => check(value === undefined ? fallback : value, where) };
}

/** As `kind`, without a default. */
export const given = <In, Out>(kind: Option<In, Out>): Option<In, Out> & { readonly required: true } => ({
  fallback: undefined,
  required: true,
  resolve(value, where) {
    if (value !== undefined) return kind.resolve(value, where);
    throw inputError({ expected: "a value: this option has no default", where });
  },
});

/** A whole number of at least `least` that must be given. */
export function count(least = 1): Option<number> & { readonly required: true } {
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

/** An activation that a recurrent cell can run: its derivative follows from its output. */
export const cellActivation = (fallback: ActivationName) =>
  option<ActivationName | null, ActivationName>(fallback, (value, where) => {
    const names = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => ACTIVATIONS[name].fused);
    return value === null ? "linear" : oneOf(value, names, where);
  });

export const initializer = (fallback: InitializerName) =>
  option<InitializerName | Initializer, Initializer>(fallback, resolveInitializer);

/** L1 and L2 penalties of a parameter. */
export interface Regularizer {
  l1: number;
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

/** A shape without its batch axis; null where an axis may vary. */
export function shape(): Option<readonly (number | null)[]> & { readonly required: true } {
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
