/** Lists of numbers that are as narrow as they can be hold what was put in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Column, narrow, Rising } from "../../src/base/column.js";

const numbers = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 70_000 }), fc.nat()), {
  maxLength: 400,
});

test("a column gives back what was pushed and set, whatever came later", () => {
  fc.assert(
    fc.property(numbers, numbers, (given, replaced) => {
      const column = new Column();
      for (const value of given) column.push(value);
      const expected = [...given];
      for (const [i, value] of replaced.entries()) {
        if (given.length === 0) break;
        column.set(i % given.length, value);
        expected[i % given.length] = value;
      }
      assert.equal(column.length, given.length);
      assert.deepEqual(
        expected.map((_, row) => column.at(row)),
        expected,
      );
      assert.equal(column.at(given.length), undefined);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("over its pieces, one number that is large widens only its own", () => {
  const column = new Column();
  for (let row = 0; row < 200_000; row++) column.push(row === 70_000 ? 4_000_000_000 : row % 200);
  for (const row of [0, 65_535, 65_536, 70_001, 131_072, 199_999]) assert.equal(column.at(row), row % 200);
  assert.equal(column.at(70_000), 4_000_000_000);
});

test("narrow takes a byte, two or four", () => {
  const bytes = [255, 256, 65_535, 65_536].map((most) => narrow(1, most).BYTES_PER_ELEMENT);
  assert.deepEqual(bytes, [1, 2, 2, 4]);
});

test("numbers that mostly rise by one come back, jumps and all", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 20 })), { maxLength: 30 }), (runs) => {
      const given = runs.flatMap(([from, length]) => Array.from({ length }, (_, i) => from + i));
      const rising = new Rising();
      for (const value of given) rising.push(value);
      assert.equal(rising.length, given.length);
      assert.deepEqual(
        given.map((_, row) => rising.at(row)),
        given,
      );
    }),
    { numRuns: 200, seed: 4 },
  );
});
