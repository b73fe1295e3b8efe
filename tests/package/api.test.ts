/** The public API changes on purpose only, and all of it is documented. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { publicApi, SNAPSHOT, snapshot, undocumented } from "./api.js";

/** The lines of one text that the other lacks, however often each has them. */
function without(text: string, other: string): string[] {
  const left = new Map<string, number>();
  for (const line of other.split("\n")) left.set(line, (left.get(line) ?? 0) + 1);
  return text.split("\n").filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

test("the public API is the one in tests/package/api.md", () => {
  const [written, now] = [readFileSync(SNAPSHOT, "utf8"), snapshot(publicApi())];
  const change = { gone: without(written, now), fresh: without(now, written) };
  const next = "If that is meant: npm run api, and commit the diff";
  assert.deepEqual(
    change,
    { gone: [], fresh: [] },
    `The public API has changed. ${next}: ${JSON.stringify(change)}`,
  );
  assert.equal(now, written, `The public API comes in another order. ${next}.`);
});

test("every public export and member has a docstring", () => {
  assert.deepEqual(undocumented(), []);
});
