/**
 * What public functions check of what they are given. JavaScript passes anything to anyone, and a TypeError from
 * deep inside names nothing that its reader has written.
 */
import { inputError } from "./errors.js";
import { bytesIn } from "./given-files.js";

/** A text, which may be empty. */
export function textOf(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw inputError({ expected: "a text", where, received: value });
}

/** A list, whose items are looked at by `each` where it is given. */
export function listOf<T>(value: unknown, where: string, each?: (item: unknown, where: string) => T): T[] {
  if (!Array.isArray(value)) throw inputError({ expected: "a list", where, received: value });
  // Not forEach, which passes over holes.
  if (each) for (let i = 0; i < value.length; i++) each(value[i], `${where}[${i}]`);
  return value as T[];
}

export const textsOf = (value: unknown, where: string): string[] => listOf(value, where, textOf);

/** A list or typed array of finite numbers. */
export function numbersOf(value: unknown, where: string): ArrayLike<number> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!isList) throw inputError({ expected: "a list of numbers", where, received: value });
  const items = value as ArrayLike<unknown>;
  for (let i = 0; i < items.length; i++) {
    if (typeof items[i] === "number" && Number.isFinite(items[i])) continue;
    throw inputError({ expected: "a number", where: `${where}[${i}]`, received: items[i] });
  }
  return items as ArrayLike<number>;
}

/** Whole numbers from 0, below `limit` where there is one. */
export function indicesOf(
  value: unknown,
  where: string,
  limit = Number.POSITIVE_INFINITY,
): ArrayLike<number> {
  const items = numbersOf(value, where);
  for (let i = 0; i < items.length; i++) {
    if (Number.isInteger(items[i]) && items[i]! >= 0 && items[i]! < limit) continue;
    const upTo = limit === Number.POSITIVE_INFINITY ? "from 0" : `from 0 to ${limit - 1}`;
    throw inputError({ expected: `a whole number ${upTo}`, where: `${where}[${i}]`, received: items[i] });
  }
  return items;
}

/** True, false, or left out. */
export function booleanOf(value: unknown, where: string): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw inputError({ expected: "true or false", where, received: value });
}

/** A function to call, which a class is not. */
export function functionOf<T>(value: T, where: string): T {
  if (typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value))) return value;
  throw inputError({ expected: "a function", where, received: value });
}

/** An object that is no list: options, or data with fields. */
export function objectOf<T>(value: T, where: string, expected = "an object"): T & object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw inputError({ expected, where, received: value });
}

/** Something that one of the library's classes makes: `expected` says how. */
export function instanceOf<T>(
  value: unknown,
  kind: abstract new (...args: never[]) => T,
  where: string,
  expected: string,
): T {
  if (value instanceof kind) return value;
  throw inputError({ expected, where, received: value });
}

/** The bytes of a file: an ArrayBuffer, or any view of one. */
export function bytesOf(value: unknown, where: string): Uint8Array {
  const bytes = bytesIn(value);
  if (bytes) return bytes;
  throw inputError({ expected: "bytes, as a Uint8Array or ArrayBuffer", where, received: value });
}

/** Data that JSON can hold, as text. */
export function jsonTextOf(
  value: unknown,
  where: string,
  replacer?: (key: string, value: unknown) => unknown,
): string {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    // Circles and BigInts; whatever a getter throws is its own.
    if (!(error instanceof TypeError)) throw error;
    throw inputError({ expected: "data that JSON can hold", where, received: value });
  }
}
