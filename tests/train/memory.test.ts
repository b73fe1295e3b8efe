/** Training leaks nothing: neither the engine's memory nor the heap grows, however often a model is fitted and asked. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ENGINES } from "../../src/engines/engines.js";
import { type MemoryUse, ROUNDS_BETWEEN } from "./memory-runner.js";

const runner = fileURLToPath(new URL("memory-runner.js", import.meta.url));

function run(engine: string, kept = 0): MemoryUse & { slope: number } {
  const flags = ["--expose-gc", "--single-threaded", runner, engine, String(kept)];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  assert.notEqual(stdout, "", stderr);
  const use = JSON.parse(stdout) as MemoryUse;
  return { ...use, slope: slope(use.heap) / ROUNDS_BETWEEN };
}

/**
 * How much a series grows from one value to the next: the median over all pairs (Theil and Sen), which single steps up,
 * such as code that is compiled late, do not move.
 */
function slope(values: readonly number[]): number {
  const slopes = values.flatMap((b, j) => values.slice(0, j).map((a, i) => (b - a) / (j - i)));
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)]!;
}

/** Bytes a round. The least that a fit might leave behind, a copy of its weights, is 1.5 KB. */
const NOTICED = 500;

describe("a thousand fits and as many predictions take no more memory than a few", () => {
  for (const engine of ENGINES.synchronous()) {
    test(engine, () => {
      const { heap, slope, engineGrowth, arenaGrowth } = run(engine);
      assert.deepEqual({ engineGrowth, arenaGrowth }, { engineGrowth: 0, arenaGrowth: 0 });
      assert.ok(slope < NOTICED, `${slope} bytes a round: ${heap}`);
    });
  }

  test("a leak of 1 KB a round would be noticed", () => {
    const { heap, slope } = run("reference", 1024);
    assert.ok(slope > NOTICED, `${slope} bytes a round: ${heap}`);
  });
});
