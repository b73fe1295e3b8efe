/** How amounts lie: about which mean, how far apart, and whether a network, which computes in float32, can tell them apart. */
import { inputError } from "../base/errors.js";

/** Larger amounts, and their squares, leave float32. */
export const LARGEST_AMOUNT = 1e30;
/** A smaller deviation is no number of float32's that can be learned with. */
const LEAST_DEVIATION = 1e-30;
/** A smaller one beside the mean is lost in the seven digits of float32. */
const LEAST_SHARE = 1e-5;

/** The mean of amounts, and the root of their mean squared distance from it; 0 where all are the same. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** @throws InputError for amounts so near to each other that a network would not tell them apart */
export function spreadOf(values: Float64Array): Spread {
  const first = values[0] ?? Number.NaN;
  if (values.every((value) => value === first)) return { mean: first, deviation: 0 };
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  // Of numbers below 10⁻¹⁵⁴ squares vanish.
  const deviation = Math.sqrt(squares);
  const near = (expected: string, next: string) =>
    inputError({
      expected,
      where: "data",
      received: `amounts about ${mean} with a deviation of ${deviation}`,
      next,
    });
  if (deviation < LEAST_DEVIATION)
    throw near("amounts further apart than float32 ends", "Give them in a smaller unit.");
  if (deviation < LEAST_SHARE * Math.abs(mean)) {
    throw near(
      "amounts that differ within the seven digits that a network has",
      "Subtract what they have in common: of dates, for one, count the days since the first.",
    );
  }
  return { mean, deviation };
}
