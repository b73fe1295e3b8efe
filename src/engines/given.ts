/** What every engine refuses when a program is loaded, before anything runs. */
import type { Argument } from "../kernels/declare.js";
import type { Call } from "./engine.js";

/** @throws TypeError, RangeError where a call lacks this argument, or gives a null pointer that must be there */
export function givenValue({ kernel, args }: Call, field: string, argument: Argument): number {
  const value = (args as Record<string, number>)[field];
  if (value === undefined || Number.isNaN(value)) throw new TypeError(`${kernel} ${field} has no value`);
  const mustBeThere = "shape" in argument && !(argument.kind === "reals" && argument.optional);
  if (value === 0 && mustBeThere) throw new RangeError(`${kernel} ${field} is a null pointer`);
  return value;
}
