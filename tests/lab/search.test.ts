/** That settings are chosen fairly: as many for every cell, on other seeds than are reported, the best of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { labText } from "../../src/cli/ui/lab.js";
import { CELL_NAMES } from "../../src/lab/cells.js";
import { CHOOSING, chosenFor } from "../../src/lab/chosen.js";
import { CHOSEN } from "../../src/lab/chosen-table.js";
import { type LabProgress, type LabRun, runLab, taskNamed } from "../../src/lab/index.js";
import { ranked } from "../../src/lab/search.js";
import { candidates, checkSetting, KERAS, SWEEPS, sameSetting } from "../../src/lab/setting.js";

const small = { engine: "reference", threads: 1, lags: [2], seeds: 2, units: 2, batchSize: 4 } as const;

describe("settings to choose from", () => {
  test("are as many for every cell, each once, none of them Keras's own, and all of them settings", () => {
    for (const cell of CELL_NAMES) {
      const settings = candidates(cell);
      assert.equal(settings.length, 16, cell);
      assert.equal(new Set(settings.map((one) => JSON.stringify(one))).size, 16, cell);
      for (const one of settings) {
        assert.deepEqual(checkSetting(one), one);
        assert.ok(!sameSetting(one, KERAS));
      }
    }
  });

  test("are ranked by runs solved, then share right, then loss, then sequences; a loss that diverged is last", () => {
    const run = (solved: boolean, right: number, loss: number, sequences: number) =>
      ({ solved, right, loss, sequences }) as LabRun;
    const group = (learningRate: number, ...runs: LabRun[]) => ({
      setting: { ...KERAS, learningRate },
      runs,
    });
    const order = ranked([
      group(1, run(false, 0, Number.NaN, 10)),
      group(2, run(false, 0, 0.5, 10)),
      group(3, run(false, 0, 0.4, 10)),
      group(4, run(false, 0.3, 0.9, 10)),
      group(5, run(true, 0.2, 0.9, 90)),
      group(6, run(true, 0.2, 0.9, 80)),
      group(7, run(true, 0.2, 0.9, 80)),
    ]);
    assert.deepEqual(
      order.map(({ setting }) => setting.learningRate),
      [6, 7, 5, 4, 3, 2, 1],
    );
  });
});

describe("a search", () => {
  test("gives each cell as many runs, on other seeds than it reports, and the same again", async () => {
    const seen: LabProgress[] = [];
    const options = { ...small, cells: ["rnn", "lstm"], sequences: 16, search: true } as const;
    const onProgress = (progress: LabProgress) => {
      if (progress.finished) seen.push(progress);
    };
    const result = await runLab("latch", { ...options, onProgress });
    const choosing = seen.filter(({ phase }) => phase === "choosing");
    for (const cell of ["rnn", "lstm"]) {
      const own = choosing.filter((progress) => progress.cell === cell);
      assert.equal(own.length, 16 + 4 * 4, cell);
      assert.ok(
        own.every(({ budget }) => budget === 16),
        "all sequences: a part would favour what learns fast",
      );
      assert.deepEqual([...new Set(own.map(({ seed }) => seed))].sort(), [...CHOOSING.seeds]);
    }
    assert.deepEqual([...new Set(result.runs.map(({ seed }) => seed))], [0, 1]);
    assert.equal(seen.length, seen[0]!.total, "every run was announced");
    assert.equal(result.complete, true);
    assert.deepEqual(
      result.summary.map(({ cell, from, tried }) => [cell, from, tried]),
      [
        ["rnn", "chosen", 16],
        ["rnn", "keras", null],
        ["lstm", "chosen", 16],
        ["lstm", "keras", null],
      ],
    );
    const again = await runLab("latch", { ...options, threads: 2 });
    assert.deepEqual(again.summary, result.summary);
    assert.match(labText(result).replaceAll("\n", " "), /best of 16 a cell.*Reported seeds: 0, 1\./);
  });

  test("that is ended reports nothing as chosen", async () => {
    const controller = new AbortController();
    const options = { ...small, cells: ["rnn"], sequences: 16, search: true } as const;
    const result = await runLab("latch", {
      ...{ ...options, signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    assert.equal(result.complete, false);
    assert.deepEqual(result.summary, []);
  });
});

describe("settings chosen before", () => {
  test("are of tasks and lags that there are, out of as many for every cell, and among those tried", () => {
    for (const { task, lag, cell, tried, setting } of CHOSEN) {
      assert.ok(lag >= taskNamed(task).leastLag);
      const all = candidates(cell);
      assert.equal(tried, all.length, `${task} ${cell}`);
      assert.ok(
        all.some((one) => sameSetting(one, setting)),
        `${task} ${lag} ${cell}`,
      );
    }
  });

  test("are shown beside Keras's defaults; another lag has those of the nearest", async () => {
    const [first] = CHOSEN.filter(({ task, cell }) => task === "latch" && cell === "rnn");
    assert.ok(first, "latch was searched");
    assert.equal(chosenFor("latch", "rnn", 1)!.lag, first.lag);
    const { summary } = await runLab("latch", { ...small, cells: ["rnn"], sequences: 8 });
    assert.deepEqual(
      summary.map(({ from, setting, chosenAt }) => [from, setting, chosenAt]),
      [
        ["chosen", first.setting, first.lag],
        ["keras", KERAS, null],
      ],
    );
  });
});

describe("a sweep", () => {
  test("runs every value with all else the same, on the same seeds", async () => {
    const options = { ...small, cells: ["lstm"], sequences: 8, learningRate: 0.002 } as const;
    for (const [sweep, { key, values }] of Object.entries(SWEEPS)) {
      if (sweep === "learning-rate" || sweep === "truncation") continue;
      const { summary, runs } = await runLab("latch", { ...options, sweep: sweep as keyof typeof SWEEPS });
      assert.deepEqual(
        summary.map(({ value }) => value),
        values,
      );
      assert.deepEqual(
        summary.map(({ setting }) => setting),
        values.map((value) => ({ ...KERAS, learningRate: 0.002, [key]: value })),
      );
      assert.equal(runs.length, 2 * values.length);
    }
  });

  test("of truncation leaves out what is no shorter than the sequences, and says so", async () => {
    const options = { ...small, lags: [9], cells: ["rnn"], sequences: 8, sweep: "truncation" } as const;
    const result = await runLab("latch", options);
    assert.deepEqual(
      result.summary.map(({ value }) => value),
      [5, 10, null],
    );
    assert.match(labText(result).replaceAll("\n", " "), /Left out, as .* at most 11 steps .*: 20, 50, 100\./);
  });
});
