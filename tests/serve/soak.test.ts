/** Thousands of requests, good and bad, leave memory as it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { soak } from "./soak.js";

test("6,000 requests of every kind: no failure of the server's own, and the heap stays as it is", async () => {
  setFlagsFromString("--expose-gc");
  Object.assign(globalThis, { gc: runInNewContext("gc") as () => void });
  const all = 6000;
  const { statuses, heap, external } = await soak((requests) => ({
    more: requests < all,
    isHalf: requests >= all / 2,
  }));
  const counts = [200, 400, 404, 413].map((status) => statuses.get(status) ?? 0);
  assert.deepEqual(counts, [3600, 600, 1200, 600]);
  assert.equal(statuses.size, 4, [...statuses.keys()].join(" "));
  const grown = heap[1] - heap[0];
  assert.ok(grown < 3e6, `the heap grew by ${grown} bytes in ${all / 2} requests`);
  assert.ok(
    external[1] - external[0] < 3e6,
    `memory beside the heap grew by ${external[1] - external[0]} bytes`,
  );
});
