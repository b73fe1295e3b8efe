/** Work that several processes share by whole pieces: fits of an automatic classifier, folds, trials. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pack, unpack } from "../../src/processes/packing.js";
import { JOBS } from "./jobs.js";
import { inProcesses } from "./threads.js";

/** What a job came to, but for what transfers took. */
// biome-ignore lint/suspicious/noExplicitAny: results of any job
const ends = ({ transfers, sent, ...rest }: any) => rest;

describe("pieces of work", () => {
  for (const size of [2, 3, 5]) {
    test(`come to all, in order: ${size}`, async () => {
      const counts = [0, 1, 4, 7];
      const expected = counts.map((count) =>
        Array.from({ length: count }, (_, piece) => Array.from({ length: 3 * piece }, (_, i) => piece + i)),
      );
      for (const { results } of await inProcesses<{ results: number[][][] }>(size, "spread", { counts })) {
        assert.deepEqual(results, expected);
      }
    });
  }

  test("fail in all, with the words of the one that failed", async () => {
    const outcomes = await inProcesses<{ error: string; name: string }>(3, "spread", {
      counts: [6],
      failing: 4,
    });
    assert.deepEqual(
      outcomes.map(({ error, name }) => [name, error]),
      [
        ["Error", "process 1: piece 4 fails"],
        ["RangeError", "piece 4 fails"],
        ["Error", "process 1: piece 4 fails"],
      ],
    );
  });

  test("are told to the bit", () => {
    const arrays = [
      Float32Array.of(1.5, Number.NaN, -0),
      Float64Array.of(Number.NEGATIVE_INFINITY, 1 / 3),
      new Float32Array(0),
    ];
    const plain = { name: "é", list: [1, null] };
    const packed = pack({ plain, arrays });
    // From anywhere in memory.
    const moved = new Uint8Array(packed.length + 3);
    moved.set(packed, 3);
    assert.deepEqual(unpack(moved.subarray(3)), { plain, arrays });
  });
});

describe("several processes come to what one comes to", () => {
  for (const [what, options] of Object.entries({
    "auto, low": { effort: "low" },
    "auto, high": { effort: "high", seed: 3 },
    linear: { model: "linear" },
  })) {
    test(what, async () => {
      const alone = await JOBS.auto(undefined, options as never);
      for (const size of [2, 3]) {
        for (const outcome of await inProcesses(size, "auto", options))
          assert.deepEqual(ends(outcome), alone);
      }
    });
  }

  test("folds of a network and of auto", async () => {
    for (const model of ["rnn", "linear"]) {
      const alone = await JOBS.folds(undefined, model);
      for (const size of [2, 3]) {
        for (const outcome of await inProcesses(size, "folds", model)) assert.deepEqual(ends(outcome), alone);
      }
    }
  });

  test("trials", async () => {
    const { trained, ...alone } = await JOBS.tune(undefined);
    for (const size of [2, 3]) {
      const outcomes = await inProcesses<{ trained: number }>(size, "tune");
      for (const outcome of outcomes) {
        const { trained: own, ...rest } = ends(outcome);
        assert.deepEqual(rest, alone);
        // The last training of each is the winner's.
        assert.ok(own - 1 <= Math.ceil(trained / size) + 1, `${own} of ${trained}`);
      }
      assert.equal(
        outcomes.reduce((sum, own) => sum + own.trained - 1, 0),
        trained - 1,
      );
    }
  });
});

test("rows in a file are written by the first process of a host, and read by all", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-shared-"));
  try {
    const { written: all, ...alone } = await JOBS.scratch(undefined, folder);
    assert.equal(all, 260);
    const outcomes = await inProcesses<{ written: number }>(3, "scratch", folder);
    for (const outcome of outcomes) {
      const { written: _, ...rest } = ends(outcome);
      assert.deepEqual(rest, alone);
    }
    const shared = process.platform === "linux" ? [260, 0, 0] : [260, 260, 260];
    assert.deepEqual(
      outcomes.map(({ written }) => written),
      shared,
    );
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("other texts in one process are refused in all, before anything is learned", () => {
  for (const what of ["auto", "folds", "tune"]) {
    test(what, async () => {
      for (const { error } of await inProcesses<{ error: string }>(3, "differing", what)) {
        assert.match(error, /the same data, model, seed and settings in every process/);
        assert.match(error, /others in process 1 than in process 0 \(data\)/);
      }
    });
  }
});

describe("the first process's clock decides for all", () => {
  test("what auto has time for", async () => {
    // Others would have time for nothing, or for all.
    const outcomes = await inProcesses(3, "budget", [1e6, 1e-6, 1e6]);
    const alone = await JOBS.budget(undefined, [1e6]);
    for (const outcome of outcomes) assert.deepEqual(ends(outcome), alone);
    const [none, ...others] = (await inProcesses(3, "budget", [1e-6, 1e6, 1e6])).map(ends);
    assert.ok(none.members < alone.members || none.ran.recipes < alone.ran!.recipes);
    for (const other of others) assert.deepEqual(other, none);
  });

  test("when a search has no more", async () => {
    for (const outcome of await inProcesses(2, "tune", { budget: 0 })) {
      assert.deepEqual([ends(outcome).ended, ends(outcome).trials], ["budget", []]);
    }
  });
});
