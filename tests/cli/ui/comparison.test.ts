import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning } from "../../../src/cli/ui/comparison.js";
import { comparePaired } from "../../../src/objectives/metrics/paired.js";

/** What is said where so many texts one alone got right, and both 50. */
function said(onlyA: number, onlyB: number): string {
  const of = (right: boolean, count: number) => new Array<boolean>(count).fill(right);
  return meaning(
    comparePaired(
      [...of(true, 50), ...of(true, onlyA), ...of(false, onlyB)],
      [...of(true, 50), ...of(false, onlyA), ...of(true, onlyB)],
    ),
  );
}

test("what a comparison means, in one sentence", () => {
  const by = "were both equally good, a difference this large would come by chance in";
  for (const [onlyA, onlyB, sentence] of [
    [0, 0, "Both are right on the same texts: these do not tell one from the other."],
    [7, 7, "Neither is better: each alone is right on 7 texts."],
    [0, 5, "Too little to tell: on 5 texts one alone is right, and it takes 6 at least."],
    [0, 6, `B is better; ${by} 3 of 100 tests.`],
    [2, 9, `It may be chance that B did better: ${by} 7 of 100 tests.`],
    [40, 22, `A is better; ${by} 3 of 100 tests.`],
    [12, 13, `It may be chance that B did better: ${by} 100 of 100 tests.`],
    [300, 410, `B is better; ${by} 4 of 100,000 tests.`],
    [20, 400, `B is better; ${by} fewer than 1 of 1,000,000 tests.`],
  ] as const) {
    assert.equal(said(onlyA, onlyB), sentence);
  }
});
