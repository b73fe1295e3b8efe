import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomSplit, stratifiedSplit } from "../../src/data/split.js";

/** A hash of the index: any function of it will do. */
const uniform = (seed: number) => (index: number) => {
  let x = Math.imul(index + 1, 0x9e3779b9) ^ Math.imul(seed + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
};

test("a split parts the rows, each class by its share", () => {
  const classes = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(classes, fc.double({ min: 0.01, max: 0.9, noNaN: true }), fc.nat(), (of, share, seed) => {
      const [kept, held] = stratifiedSplit(of, share, uniform(seed));
      const all = [...kept, ...held].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        of.map((_, row) => row),
      );
      assert.deepEqual(
        [...kept],
        [...kept].sort((a, b) => a - b),
        "in the rows' own order",
      );
      for (const k of new Set(of)) {
        const size = of.filter((c) => c === k).length;
        const out = [...held].filter((row) => of[row] === k).length;
        assert.ok(out < size, "every class keeps a row");
        assert.ok(Math.abs(out - size * share) <= 1, `class ${k}: ${out} of ${size} at ${share}`);
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

test("the total is the share of all rows, remainders going to the largest", () => {
  const of = [...Array(7).fill(0), ...Array(13).fill(1), ...Array(30).fill(2)];
  const [, held] = stratifiedSplit(of, 0.3, uniform(1)); // 2.1, 3.9, 9
  assert.deepEqual(
    [0, 1, 2].map((k) => [...held].filter((row) => of[row] === k).length),
    [2, 4, 9],
  );
  assert.deepEqual(
    randomSplit(10, 0.25, uniform(1)).map((rows) => rows.length),
    [7, 3],
  );
  assert.deepEqual(stratifiedSplit([0, 1, 2], 0.5, uniform(1))[1].length, 0);
});

test("the same numbers hold out the same rows; others hold out others", () => {
  const held = (seed: number) => [...randomSplit(1000, 0.3, uniform(seed))[1]];
  assert.deepEqual(held(3), held(3));
  assert.notDeepEqual(held(3), held(4));
  const common = held(3).filter((row) => held(4).includes(row)).length;
  assert.ok(common > 50 && common < 130, `${common} of 300 rows in both, 90 by chance`);
  const [, smallest] = randomSplit(6, 0.5, (i) => [0.9, 0.1, 0.8, 0.1, 0.2, 0.5][i]!);
  assert.deepEqual([...smallest], [1, 3, 4]);
});

test("a share that is none is refused", () => {
  assert.throws(() => randomSplit(10, 1.5, uniform(1)), { name: "InputError" });
  assert.throws(() => randomSplit(10, Number.NaN, uniform(1)), { name: "InputError" });
});
