/** Float64 arrays as the scripts beside this file write them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** Shape, and little-endian float64 in base64. */
export interface Doubles {
  shape: number[];
  data: string;
}

export const casesOf = <T>(file: string): T[] =>
  (
    JSON.parse(readFileSync(new URL(`../../../../tests/lab/golden/${file}`, import.meta.url), "utf8")) as {
      cases: T[];
    }
  ).cases;

export const decode = ({ data }: Doubles) =>
  new Float64Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);

export function assertSame(actual: Float64Array, expected: Doubles, what: string): void {
  const values = decode(expected);
  assert.equal(actual.length, values.length, what);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest > 0.01, `${what}: too near zero to show a fault`);
  for (let k = 0; k < values.length; k++) {
    assert.ok(Math.abs(actual[k]! - values[k]!) < 1e-12 * Math.max(1, largest), `${what} [${k}]`);
  }
}
