/** Pictures and words of a lab's result, without running one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chartText, labText } from "../../src/cli/ui/lab.js";
import { PICTURE_RULES } from "../../src/drawing/picture-style.js";
import { labChart } from "../../src/lab/chart.js";
import {
  CELL_NAMES,
  type CellName,
  type LabEntry,
  type LabResult,
  type LabRun,
  taskNamed,
} from "../../src/lab/index.js";
import { labPage } from "../../src/lab/page.js";
import { summarize } from "../../src/lab/result.js";
import { KERAS } from "../../src/lab/setting.js";

/** A result of these cells and lags with their chosen settings and Keras's defaults, all runs of which ended so. */
function resultOf(cells: readonly CellName[], lags: number[], ended: LabRun["ended"] = "budget"): LabResult {
  const task = taskNamed("latch");
  const chosen = { ...KERAS, learningRate: 0.01 };
  const entries = lags.flatMap((lag) =>
    cells.flatMap((cell): LabEntry[] => [
      { cell, lag, setting: chosen, from: "chosen", tried: 16, chosenAt: lag, value: null },
      { cell, lag, setting: KERAS, from: "keras", tried: null, chosenAt: null, value: null },
    ]),
  );
  const runs = entries.map(
    ({ cell, lag, setting }, k): LabRun => ({
      ...{ cell, lag, setting, seed: 0, params: 10, solved: false, beyond: null, sequences: 640, ended },
      ...(ended === "diverged" ? { right: 0, loss: Number.NaN } : { right: 0.665 - k / 1000, loss: 0.5 }),
      ...{ seconds: 1, curve: [] },
    }),
  );
  return {
    ...{ task: { ...task, measure: null }, lags, cells: [...cells], sweep: null, baselines: [], runs },
    settings: { units: 5, batchSize: 32, sequences: 640, seeds: [0], choosingSeeds: [100_001] },
    summary: entries.map((entry, k) => summarize(entry, [runs[k]!])),
    ...{ engine: "reference", threads: 1, seconds: 1, complete: true },
  };
}

describe("a lab's picture", () => {
  test("of one lag has a place for it", () => {
    const picture = String(labChart(resultOf(["rnn", "lstm"], [20])));
    assert.ok(!picture.includes("NaN"), picture.slice(picture.indexOf("NaN") - 200).slice(0, 260));
    assert.equal(picture.match(/<circle/g)!.length, 4);
  });

  test("has a line of its own for every cell, in dashes too, and the same before its name", () => {
    const picture = String(labChart(resultOf(CELL_NAMES, [20, 60])));
    const classes = [...picture.matchAll(/<path class="stroke ([^"]*)"/g)].map(([, kind]) => kind!);
    assert.equal(classes.length, 2 * CELL_NAMES.length);
    assert.equal(new Set(classes).size, classes.length);
    const keys = [...picture.matchAll(/<line class="stroke ([^"]*)"/g)].map(([, kind]) => kind!);
    assert.deepEqual(keys, classes);
    const own = classes.filter((kind) => !kind.endsWith("thin"));
    const dashes = own.map((kind) => {
      const rule = PICTURE_RULES.split("\n").find((line) =>
        line.startsWith(`.cellstate .stroke.${kind.replace(" ", ".")} {`),
      )!;
      return /stroke-dasharray: ([^;]*)/.exec(rule)?.[1] ?? "none";
    });
    assert.equal(new Set(dashes).size, CELL_NAMES.length);
  });

  test("has room for the longest name", () => {
    const picture = String(labChart(resultOf(["lstm-nog", "lstm-1997"], [20, 60])));
    const width = Number(/viewBox="0 0 ([\d.]+) /.exec(picture)![1]);
    const x = Number(/class="end-label[^>]* x="([\d.]+)"[^>]*>no output gate, Keras/.exec(picture)![1]);
    assert.ok(x + 6.9 * "no output gate, Keras".length <= width, `${x} of ${width}`);
  });
});

describe("a lab's words", () => {
  test("stand in columns whatever a cell is called", () => {
    const rows = chartText(resultOf(["rnn", "lstm-nog"], [20]))
      .split("\n")
      .slice(1);
    for (const line of rows) assert.ok([...line].length <= 80, line);
    assert.equal(new Set(rows.map((line) => line.indexOf("│"))).size, 1, rows.join("\n"));
    assert.equal(new Set(rows.map((line) => line.lastIndexOf("│"))).size, 1, rows.join("\n"));
  });

  test("say which runs diverged, on the terminal and on the page", () => {
    const result = resultOf(["rnn"], [20], "diverged");
    assert.match(chartText(result), /diverged/);
    assert.match(labText(result), /Diverged.*SimpleRNN at lag 20, 1 of 1 runs/);
    const page = labPage(result);
    assert.match(page, /<td[^>]*>0 of 1, 1 diverged</);
    assert.match(page, /<desc[^>]*>SimpleRNN at lag 20: 0 of 1 runs solved it, 1 diverged/);
    assert.doesNotMatch(labPage(resultOf(["rnn"], [20])), /diverged/i);
    for (const line of labText(result).split("\n")) assert.ok([...line].length <= 80, line);
  });

  test("keep a number and its % together on the page", () => {
    assert.match(labPage(resultOf(["rnn"], [20])), /<td[^>]*>66\.5\u00a0%/);
  });
});
