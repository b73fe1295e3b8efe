/** What may cross to or from a worker, and what of it moves in place of being copied. */
import { inputError } from "../base/errors.js";

/** Typed arrays that are moved at most so deep in a result. */
const DEPTH = 8;

/**
 * The buffers of a result's typed arrays, to be moved. Those that are parts of a larger one stay and are copied: others may
 * use the rest of it, as engines do their memory.
 */
export function buffersOf(result: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth === 0) return;
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteLength } = value;
      if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength)
        found.add(buffer);
      return;
    }
    // Of lists of numbers or texts the first says that there is nothing to look for.
    if (Array.isArray(value) && typeof value[0] !== "object") return;
    const items = value instanceof Map ? value.values() : Object.values(value);
    for (const item of items) look(item, depth - 1);
  };
  look(result, DEPTH);
  return [...found];
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
};

/** What crosses as it is, by the platform's structured clone, beside plain values, lists and objects. */
const CROSSES = [ArrayBuffer, Date, Map, Set, RegExp, Blob];

/** @throws InputError that names what in `value` cannot be sent to a worker: nothing is to be left out in silence */
export function checkSendable(value: unknown, where: string): void {
  const seen = new Set<object>();
  const look = (given: unknown, at: string): void => {
    if (typeof given === "function" || typeof given === "symbol") throw cannotCross(given, at);
    if (typeof given !== "object" || given === null || seen.has(given)) return;
    seen.add(given);
    if (ArrayBuffer.isView(given) || CROSSES.some((kind) => given instanceof kind)) return;
    if (!isPlain(given)) throw cannotCross(given, at);
    if (Array.isArray(given)) {
      for (const [i, item] of given.entries()) if (typeof item !== "number") look(item, `${at}[${i}]`);
    } else for (const [key, item] of Object.entries(given)) look(item, `${at} ${key}`);
  };
  look(value, where);
}

function cannotCross(received: unknown, where: string) {
  return inputError({
    expected: "plain data, which alone can be sent to a worker",
    where,
    received: typeof received === "object" ? `one of class ${received?.constructor?.name}` : received,
    next: "What has functions is made in the worker: name it, or write a worker of your own with the library in it.",
  });
}
