/** What is evenly spread over rows held out, and what is more than chance. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isGain } from "../../../src/classifier/auto/chance.js";
import { strataOfAmounts, strataOfSets } from "../../../src/classifier/strata.js";
import { Random } from "../../../src/kernels/philox.js";

describe("a gain that is more than chance", () => {
  const gainsOf = (rows: number, mean: number, seed: number) => {
    const random = new Random(seed, 93);
    return Float64Array.from({ length: rows }, (_, i) => mean + random.normal(i));
  };
  const each = (row: number) => row;

  for (const rows of [8, 400]) {
    test(`of nothing, one in twenty of ${rows} rows; fewer where more was tried`, () => {
      const share = (trials: number) => {
        let found = 0;
        for (let seed = 0; seed < 2000; seed++) if (isGain(gainsOf(rows, 0, seed), each, trials)) found++;
        return found / 2000;
      };
      const [one, three] = [share(1), share(3)];
      assert.ok(one > 0.035 && one < 0.065, `${one}`);
      assert.ok(three > 0.008 && three < 0.026, `${three}`);
    });
  }

  test("rows that are copies of each other prove no more than one", () => {
    let [alone, copied] = [0, 0];
    for (let seed = 0; seed < 1000; seed++) {
      const gains = gainsOf(40, 0, seed);
      const copies = Float64Array.from({ length: 400 }, (_, i) => gains[i % 40]!);
      if (isGain(copies, (row) => row % 40, 1)) copied++;
      if (isGain(copies, each, 1)) alone++;
    }
    assert.ok(copied < 70, `${copied}`);
    assert.ok(alone > 200, `${alone}`);
  });

  test("is found where there is one; a loss, one row and rows that are all one are none", () => {
    assert.equal(isGain(gainsOf(400, 0.3, 1), each, 3), true);
    assert.equal(isGain(gainsOf(400, -0.3, 1), each, 3), false);
    assert.equal(isGain([5], each, 1), false);
    assert.equal(
      isGain(gainsOf(400, 3, 1), () => 0, 1),
      false,
    );
    assert.equal(isGain([], each, 1), false);
    assert.equal(isGain([0, 0, 0], each, 1), false);
  });
});

describe("strata", () => {
  test("of sets of labels: the set; where few rows have it, its rarest label", () => {
    const rows = [
      ...Array.from({ length: 12 }, () => [1, 0, 0]),
      ...Array.from({ length: 12 }, () => [1, 1, 0]),
      ...Array.from({ length: 3 }, () => [0, 0, 0]),
      ...Array.from({ length: 2 }, () => [1, 0, 1]),
      ...Array.from({ length: 2 }, () => [1, 1, 1]),
      ...Array.from({ length: 2 }, () => [0, 1, 1]),
    ];
    const { of, count } = strataOfSets(rows.length, (row) => [0, 1, 2].filter((k) => rows[row]![k] === 1));
    assert.deepEqual(
      [...of],
      rows.map((_, i) => (i < 12 ? 0 : i < 24 ? 1 : i < 27 ? 2 : 3)),
    );
    assert.equal(count, 4);
  });

  test("of amounts: tenths of the rows; equal ones together", () => {
    const { of, count } = strataOfAmounts(Float64Array.from({ length: 100 }, (_, i) => -i));
    assert.equal(count, 10);
    for (let i = 0; i < 100; i++) assert.equal(of[i], of[i - (i % 10)]);
    assert.equal(new Set(of).size, 10);
    const same = strataOfAmounts(Float64Array.from({ length: 100 }, (_, i) => (i < 70 ? 3 : i)));
    assert.equal(new Set(same.of.subarray(0, 70)).size, 1);
    assert.equal(new Set(same.of).size, 4);
  });
});
