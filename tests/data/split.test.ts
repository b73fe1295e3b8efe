import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomSplit, stratifiedParts, stratifiedSplit } from "../../src/data/split.js";

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

const bundled = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 25 })), { minLength: 2, maxLength: 200 })
  .map((rows) => ({ classes: rows.map(([k]) => k), bundles: rows.map(([, bundle]) => bundle) }));

test("rows of a bundle are on one side, every class keeps a row, and a bundle a row is as without", () => {
  fc.assert(
    fc.property(bundled, fc.double({ min: 0.05, max: 0.6, noNaN: true }), fc.nat(), (rows, share, seed) => {
      const { classes, bundles } = rows;
      const [kept, held] = stratifiedSplit(classes, share, uniform(seed), bundles);
      const sides = [kept, held].map((side) => new Set(Array.from(side, (row) => bundles[row])));
      assert.ok(
        [...sides[0]!].every((bundle) => !sides[1]!.has(bundle)),
        "a bundle on both sides",
      );
      assert.equal(kept.length + held.length, classes.length);
      for (const k of new Set(classes))
        assert.ok(
          [...kept].some((row) => classes[row] === k),
          `class ${k} keeps a row`,
        );
      const each = classes.map((_, row) => 7 * row);
      assert.deepEqual(
        stratifiedSplit(classes, share, uniform(seed), each),
        stratifiedSplit(classes, share, uniform(seed)),
      );
    }),
    { numRuns: 300, seed: 6 },
  );
});

test("whole bundles come as near to the share as they are small", () => {
  // 60 senders of 1 to 9 rows, a tenth of them of class 1.
  const rows = Array.from({ length: 60 }, (_, sender) =>
    Array.from({ length: 1 + (sender % 9) }, (_, r) => ({ sender, k: (sender + r) % 10 === 0 ? 1 : 0 })),
  ).flat();
  const classes = rows.map(({ k }) => k);
  const bundles = rows.map(({ sender }) => sender);
  for (const seed of [1, 2, 3]) {
    const [, held] = stratifiedSplit(classes, 0.2, uniform(seed), bundles);
    for (const k of [0, 1]) {
      const [out, all] = [
        [...held].filter((row) => classes[row] === k).length,
        classes.filter((c) => c === k).length,
      ];
      assert.ok(Math.abs(out - 0.2 * all) <= 2, `class ${k}: ${out} of ${all}`);
    }
  }
  // A bundle of half the rows stays, whichever is drawn first.
  const half = rows.map((_, row) => (row < rows.length / 2 ? -1 : row));
  for (const seed of [1, 2, 3]) {
    const [kept] = stratifiedSplit(classes, 0.2, uniform(seed), half);
    assert.ok([...kept].includes(0));
  }
});

test("parts hold every row once, each class evenly, and bundles whole", () => {
  fc.assert(
    fc.property(bundled, fc.integer({ min: 2, max: 6 }), fc.nat(), ({ classes, bundles }, count, seed) => {
      const parts = stratifiedParts(classes, Math.min(count, classes.length), uniform(seed));
      assert.deepEqual(
        [...parts.flatMap((part) => [...part])].sort((a, b) => a - b),
        [...classes.keys()],
      );
      for (const k of new Set(classes)) {
        const counts = parts.map((part) => [...part].filter((row) => classes[row] === k).length);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `class ${k}: ${counts}`);
      }
      const sizes = parts.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 4, `sizes ${sizes}`);
      const distinct = new Set(bundles).size;
      if (distinct < 2) return;
      const whole = stratifiedParts(classes, Math.min(count, distinct), uniform(seed), bundles);
      const seen = whole.flatMap((part) => [...new Set(Array.from(part, (row) => bundles[row]))]);
      assert.equal(seen.length, distinct, "a bundle in two parts");
      assert.ok(whole.every(({ length }) => length > 0));
    }),
    { numRuns: 200, seed: 7 },
  );
  assert.throws(() => stratifiedParts([0, 1, 0], 3, uniform(1), [1, 1, 2]), /at least 3 groups/);
});

test("of the rows of a class those drawn first are held out, however many classes there are", () => {
  for (const [rows, classes, share] of [
    [5000, 3, 0.2],
    [5000, 1, 0.1],
    [3000, 600, 0.3],
    [40, 40, 0.5],
  ] as const) {
    const of = Array.from({ length: rows }, (_, row) => (row * 31 + (row >> 3)) % classes);
    const draw = uniform(rows);
    const [, held] = stratifiedSplit(of, share, draw);
    for (let k = 0; k < classes; k++) {
      const own = held.filter((row) => of[row] === k);
      const drawn = [...of.keys()].filter((row) => of[row] === k).sort((a, b) => draw(a) - draw(b) || a - b);
      assert.deepEqual(
        [...own],
        drawn.slice(0, own.length).sort((a, b) => a - b),
      );
    }
  }
});
