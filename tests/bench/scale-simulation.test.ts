/** The model of more processes than are there: figures that can be worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  COUNTS,
  type Compute,
  computeOf,
  type Network,
  networkOf,
  paysUntil,
  predict,
} from "../../bench/scale/simulation.js";

const compute: Compute = { shardMs: 2, fixedMs: 0.5, gradient: 120_000 };
const network: Network = { name: "a cable", alphaMs: 0.1, beta: 100_000 };

test("one process sends nothing", () => {
  assert.deepEqual(predict(compute, network, { rows: 100, processes: 1 }), {
    ...{ compute: 14, fixed: 0.5, exchange: 0, allGather: 0, total: 14.5 },
  });
});

test("four processes: shards by four, three messages of a slice each, then two rounds of blocks", () => {
  const {
    compute: own,
    fixed,
    exchange,
    allGather,
    total,
  } = predict(compute, network, { rows: 100, processes: 4 });
  assert.equal(own, 4); // 7 shards, of which one process has 2
  assert.equal(fixed, 0.5);
  assert.ok(Math.abs(exchange - (3 * 0.1 + 0.9)) < 1e-12);
  // Slices, seven shards of three lines, four headers of one; 2 = log₂ 4 latencies.
  const blocks = 120_000 + 7 * 192 + 4 * 64;
  assert.ok(Math.abs(allGather - (2 * 0.1 + (0.75 * blocks) / 100_000)) < 1e-12);
  assert.equal(total, own + fixed + exchange + allGather);
});

test("processes that share cores compute one after another", () => {
  const { compute: own, fixed } = predict(compute, network, { rows: 64, processes: 4, cores: 2 });
  assert.deepEqual([own, fixed], [4, 1]);
});

test("computing and network are found from times", () => {
  const { shardMs, fixedMs } = computeOf(
    new Map([
      [64, 8.5],
      [256, 32.5],
      [1024, 128.5],
    ]),
    4,
  );
  assert.ok(Math.abs(shardMs - 2) < 1e-12 && Math.abs(fixedMs - 0.5) < 1e-9);
  const found = networkOf("a cable", 2, [
    { bytes: 200, exchangeMs: 0.1 + 100 / 100_000 },
    { bytes: 120_000, exchangeMs: 0.1 + 60_000 / 100_000 },
  ]);
  assert.ok(Math.abs(found.beta - 100_000) < 1e-6);
  assert.ok(Math.abs(found.alphaMs - 0.101) < 1e-12);
});

test("more processes pay until a step is no longer shorter by a tenth", () => {
  assert.equal(paysUntil([100, 50, 26, 24, 23]), 4);
  assert.equal(paysUntil(COUNTS.map((n) => 1 / n)), 512);
});
