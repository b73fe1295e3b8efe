/**
 * How values are held to Keras's. A tolerance is a share of the largest reference value, never of each value by
 * itself, and a reference so small that a fault of one per cent would hide within the tolerance is refused.
 */
import assert from "node:assert/strict";

/** The fault, relative to the largest value, that every comparison must be able to see. */
const FAULT = 0.01;

/**
 * Each |actual − reference| must be at most `tolerance`.
 * @param tolerance absolute; `relative` times the largest |reference| where that is greater
 */
export function assertClose(
  actual: ArrayLike<number>,
  reference: ArrayLike<number>,
  what: string,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number },
): void {
  assert.equal(actual.length, reference.length, `${what}: number of values`);
  let largest = 0;
  let worst = 0;
  let at = -1;
  for (let i = 0; i < reference.length; i++) {
    largest = Math.max(largest, Math.abs(reference[i]!));
    const difference = Math.abs(actual[i]! - reference[i]!);
    if (!(difference <= worst)) {
      worst = difference;
      at = i;
      if (Number.isNaN(difference)) break;
    }
  }
  const allowed = Math.max(absolute, relative * largest);
  assert.ok(
    largest * FAULT > 2 * allowed,
    `${what}: the reference is too near zero (${largest}) to show a fault`,
  );
  assert.ok(
    worst <= allowed,
    `${what}: [${at}] is ${actual[at]}, Keras has ${reference[at]}; differs by ${worst}, allowed ${allowed}`,
  );
}

/** Outputs: 1e-6 where they are of order one. */
export const assertOutput = (actual: ArrayLike<number>, reference: ArrayLike<number>, what: string) =>
  assertClose(actual, reference, what, { absolute: 1e-6, relative: 1e-6 });

/** Gradients: 1e-5 of the largest one of the array. */
export const assertGradient = (actual: ArrayLike<number>, reference: ArrayLike<number>, what: string) =>
  assertClose(actual, reference, what, { relative: 1e-5 });

/** Losses: 1e-6 where they are of order one. */
export const assertLoss = (actual: number, reference: number, what: string) =>
  assertClose([actual], [reference], what, { absolute: 1e-6, relative: 1e-6 });
