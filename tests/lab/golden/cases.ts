/** The cases that the scripts beside this file wrote, and what is compared with them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Doubles, decodeDoubles } from "../../golden/vectors.js";

export const casesOf = <T>(file: string): T[] =>
  (
    JSON.parse(readFileSync(new URL(`../../../../tests/lab/golden/${file}`, import.meta.url), "utf8")) as {
      cases: T[];
    }
  ).cases;

export function assertSame(actual: Float64Array, expected: Doubles, what: string): void {
  const values = decodeDoubles(expected);
  assert.equal(actual.length, values.length, what);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest > 0.01, `${what}: too near zero to show a fault`);
  for (let k = 0; k < values.length; k++) {
    assert.ok(Math.abs(actual[k]! - values[k]!) < 1e-12 * Math.max(1, largest), `${what} [${k}]`);
  }
}
