import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fitPlatt, logistic, logLossOf } from "../../src/objectives/platt.js";
import { decode, type Encoded, readVectors } from "./vectors.js";

interface Golden {
  name: string;
  scores: Encoded;
  yes: number[];
  slope: number;
  intercept: number;
}

const { cases } = readVectors<Golden>("platt");

describe("slope and intercept are scikit-learn's", () => {
  for (const { name, scores: encoded, yes, slope, intercept } of cases) {
    test(name, () => {
      const scores = decode(encoded);
      const found = fitPlatt(scores, yes);
      assert.ok(Math.abs(found.slope / slope - 1) < 1e-6, `${found.slope}, not ${slope}`);
      for (const score of scores) {
        const [got, wanted] = [found, { slope, intercept }].map((by) => by.slope * score + by.intercept);
        assert.ok(Math.abs(got! - wanted!) < 1e-5, `${got}, not ${wanted}`);
      }
    });
  }
});

test("log loss and probability by hand, and far from 0", () => {
  assert.ok(Math.abs(logLossOf(Math.log(3), true) - Math.log(4 / 3)) < 1e-15);
  assert.ok(Math.abs(logLossOf(Math.log(3), false) - Math.log(4)) < 1e-15);
  assert.deepEqual([logLossOf(1e4, false), logLossOf(1e4, true), logLossOf(-1e4, true)], [1e4, 0, 1e4]);
  assert.deepEqual([logistic(0), logistic(1e4), logistic(-1e4)], [0.5, 1, 0]);
});

describe("where scores tell nothing, how common a yes is by Platt's targets", () => {
  // Two of five: 2 · 3/4 + 3 · 1/5 of 5.
  const common = (2 * (3 / 4) + 3 * (1 / 5)) / 5;
  const logOdds = Math.log(common / (1 - common));
  const yes = [1, 1, 0, 0, 0];

  for (const [what, scores] of [
    ["scores that do not differ", [3, 3, 3, 3, 3]],
    ["scores that would have to be turned round", [-1, -2, 1, 2, 3]],
  ] as const) {
    test(what, () => {
      const { slope, intercept } = fitPlatt(scores, yes);
      assert.equal(slope, 0);
      assert.ok(Math.abs(intercept - logOdds) < 1e-12);
    });
  }

  test("no rows at all, all of them, and none of them", () => {
    assert.deepEqual(fitPlatt([], []), { slope: 0, intercept: 0 });
    for (const one of [0, 1]) {
      const { slope, intercept } = fitPlatt([-1, 0.5, 2], [one, one, one]);
      assert.ok(slope >= 0 && slope < 1e-6);
      assert.ok(Math.abs(intercept - (one ? 1 : -1) * Math.log(4)) < 1e-5, `${intercept}`);
    }
  });
});
