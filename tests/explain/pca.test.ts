import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { principalComponents, project } from "../../src/explain/pca.js";
import { Random } from "../../src/kernels/philox.js";

interface GoldenCase {
  name: string;
  width: number;
  rows: number[];
  mean: number[];
  directions: number[][];
  variances: number[];
  explained: number[];
  places: number[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/explain/golden/pca.json", import.meta.url), "utf8"),
) as { cases: GoldenCase[] };

function close(
  received: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(received.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(received[i]! - expected[i]!);
    assert.ok(error <= tolerance, `${what}[${i}]: ${received[i]} against ${expected[i]}`);
  }
}

describe("principal components", () => {
  for (const { name, width, rows, ...expected } of golden.cases) {
    test(`agree with numpy: ${name}`, () => {
      const values = Float32Array.from(rows);
      const found = atOnce(principalComponents(values, width, expected.directions.length));
      const largest = expected.variances[0]!;
      close(found.mean, expected.mean, 1e-9 * Math.abs(expected.mean[0]!) + 1e-12, "mean");
      close(found.variances, expected.variances, 1e-11 * largest, "variances");
      close(found.explained, expected.explained, 1e-10, "explained");
      found.directions.forEach((direction, k) => {
        close(direction, expected.directions[k]!, 1e-7, `direction ${k}`);
      });
      close(project(values, found), expected.places, 1e-6 * Math.sqrt(largest), "places");
    });
  }

  /** Rows [N][D] of normal numbers, some directions far longer than others. */
  const rowsOf = (N: number, D: number, seed: number) => {
    const random = new Random(seed, 99);
    return Float64Array.from({ length: N * D }, (_, i) => random.normal(i) * 3 ** -(i % D));
  };
  const sizes = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 12 }), fc.nat());

  test("are orthonormal, in falling order, and share out the whole variance", () => {
    fc.assert(
      fc.property(sizes, ([N, D, seed]) => {
        const rows = rowsOf(N, D, seed);
        const { directions, variances, explained, mean } = atOnce(principalComponents(rows, D, D));
        const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
        directions.forEach((a, i) => {
          directions.forEach((b, j) => {
            assert.ok(Math.abs(dot(a, b) - (i === j ? 1 : 0)) < 1e-12, `${i} · ${j} = ${dot(a, b)}`);
          });
        });
        let total = 0;
        for (let i = 0; i < rows.length; i++) total += (rows[i]! - mean[i % D]!) ** 2 / (N - 1);
        const sum = variances.reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - total) < 1e-10 * total);
        assert.ok(Math.abs(explained.reduce((a, b) => a + b) - 1) < 1e-12);
        for (let k = 1; k < D; k++) assert.ok(variances[k]! <= variances[k - 1]!);
      }),
      { numRuns: 100 },
    );
  });

  test("coordinates have the variances found, do not go together, and give the rows back", () => {
    fc.assert(
      fc.property(sizes, ([N, D, seed]) => {
        const rows = rowsOf(N, D, seed);
        const components = atOnce(principalComponents(rows, D, D));
        const places = project(rows, components);
        const scale = components.variances[0]!;
        for (let i = 0; i < D; i++) {
          for (let j = 0; j <= i; j++) {
            let sum = 0;
            for (let n = 0; n < N; n++) sum += places[n * D + i]! * places[n * D + j]!;
            const expected = i === j ? components.variances[i]! : 0;
            assert.ok(Math.abs(sum / (N - 1) - expected) < 1e-9 * scale, `${i} ${j}`);
          }
        }
        for (let n = 0; n < N; n++) {
          for (let d = 0; d < D; d++) {
            const back = components.directions.reduce(
              (sum, v, k) => sum + places[n * D + k]! * v[d]!,
              components.mean[d]!,
            );
            assert.ok(Math.abs(back - rows[n * D + d]!) < 1e-9);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("no direction has more variance than the first", () => {
    const rows = rowsOf(25, 5, 3);
    const { variances, mean } = atOnce(principalComponents(rows, 5, 1));
    const random = new Random(1, 98);
    for (let trial = 0; trial < 200; trial++) {
      const v = Array.from({ length: 5 }, (_, d) => random.normal(trial * 5 + d));
      const norm = Math.hypot(...v);
      let variance = 0;
      for (let n = 0; n < 25; n++) {
        let along = 0;
        for (let d = 0; d < 5; d++) along += ((rows[n * 5 + d]! - mean[d]!) * v[d]!) / norm;
        variance += along ** 2 / 24;
      }
      assert.ok(variance <= variances[0]! * (1 + 1e-12));
    }
  });

  test("rows that are all the same have no directions to explain; wrong sizes are refused", () => {
    const { explained, variances } = atOnce(principalComponents(new Float64Array(12).fill(2), 3, 2));
    assert.deepEqual(explained, [0, 0]);
    assert.deepEqual(Array.from(variances), [0, 0, 0]);
    assert.throws(() => atOnce(principalComponents([1, 2, 3], 3, 2)), /at least two rows/);
    assert.throws(() => atOnce(principalComponents([1, 2, 3, 4], 3, 2)), /at least two rows/);
    assert.throws(() => atOnce(principalComponents([1, 2, 3, 4], 2, 3)), /from 1 to 2/);
  });
});
