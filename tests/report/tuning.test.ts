/** The page of a search: each trial stands where its losses say, and nothing that came from data steers the page. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Trial } from "../../src/classifier/tuning/trial.js";
import type { TuneResult } from "../../src/classifier/tuning/tune.js";
import { tuningChart } from "../../src/report/charts/tuning.js";
import { inOrder, lossText, settingNames, tuningPage } from "../../src/report/tuning.js";
import { byClass, byName, type Element, numberOf, parsePage, textOf, visibleText } from "./page.js";

const trial = (number: number, losses: number[], more: Partial<Trial> = {}): Trial => {
  const valLoss = losses.length > 0 ? Math.min(...losses) : null;
  return {
    ...{ number, settings: { model: "gru", learningRate: number / 100 }, stopped: null, diverged: null },
    history: losses.map((loss) => ({ loss, valLoss: loss })),
    ...{ valLoss, bestEpoch: valLoss === null ? null : losses.indexOf(valLoss) + 1 },
    ...more,
  };
};

const first = trial(1, [0.9]);
const second = trial(2, [1, 0.6, 0.4], { stopped: "no improvement for 3 epochs; the best was epoch 3" });
const third = trial(3, [], { diverged: "the loss became NaN at step 3. Try a smaller learning rate." });

const found: TuneResult = {
  trials: [first, second, third],
  rungs: [
    { epochs: 1, trials: 3 },
    { epochs: 3, trials: 1 },
  ],
  best: second,
  classifier: null,
  ended: null,
};
const about = {
  title: "reviews",
  rows: 80,
  command: "cellstate train reviews.csv --model gru",
  asked: { seed: 0 },
  seconds: 2,
};

const points = (path: Element) =>
  path.attributes
    .get("d")!
    .split(/[ML]/)
    .filter((each) => each !== "")
    .map((each) => each.replace("Z", "").split(",").map(Number));
const paths = (page: Element, kind: string) => byClass(page, kind).filter(({ name }) => name === "path");
const drawn = (result: TuneResult) =>
  parsePage(
    `<!doctype html>\n${tuningChart(result.trials, result.rungs, result.best, ({ number }) => `trial ${number}`)}`,
  );

describe("the chart of a search", () => {
  test("a line a trial, where its axes say, the best in front and named", () => {
    const chart = drawn(found);
    // Plot: x 54 … 480 for epochs 1 … 3, y 276 … 34 for losses 0 … 1.
    assert.deepEqual(points(paths(chart, "one")[0]!), [
      [54, 34],
      [267, 130.8],
      [480, 179.2],
    ]);
    assert.deepEqual(points(paths(chart, "other")[0]!)[0]![0], 54);
    assert.equal(paths(chart, "other").length, 1);
    assert.deepEqual(byClass(chart, "end-label").map(textOf), ["trial 2"]);
    const lines = byName(chart, "path");
    assert.ok(lines.indexOf(paths(chart, "one")[0]!) > lines.indexOf(paths(chart, "other")[0]!));
  });

  test("rungs that go on to others are marked at their epochs, what diverged by a cross", () => {
    const chart = drawn(found);
    assert.deepEqual(byClass(chart, "marker-label").map(textOf), ["rung 1"]);
    const [marker] = byClass(chart, "marker").filter(({ name }) => name === "line");
    assert.equal(numberOf(marker!, "x1"), 54);
    assert.equal(paths(chart, "out").length, 1);
    assert.match(
      textOf(byName(chart, "desc")[0]!),
      /3 trials.* Trial 2 is the best, 0\.4000 after epoch 3\./,
    );
  });

  test("a loss far above the others is drawn at the upper edge, and flattens none", () => {
    const wild = Array.from({ length: 20 }, (_, k) => trial(k + 2, [0.5, 0.4 - k / 100]));
    const chart = drawn({ ...found, trials: [trial(1, [1e9]), ...wild], best: wild[19]! });
    const ends = byClass(chart, "dot").map((dot) => numberOf(dot, "cy"));
    assert.equal(Math.min(...ends), 34);
    const [start, end] = points(paths(chart, "one")[0]!);
    assert.ok(end![1]! - start![1]! > 60, String([start, end]));
  });

  test("one epoch, one trial and no best have a chart, too", () => {
    const rungs = [{ epochs: 1, trials: 1 }];
    for (const trials of [[first], [third]]) {
      const best = trials[0]!.valLoss === null ? null : trials[0]!;
      const chart = drawn({ ...found, trials, rungs, best });
      assert.doesNotMatch(JSON.stringify([...byName(chart, "path"), ...byName(chart, "circle")]), /NaN/);
      assert.equal(paths(chart, "out").length, best ? 0 : 1);
    }
  });
});

describe("the page of a search", () => {
  test("says what was best, lists the trials in order, and gives the command", () => {
    const page = parsePage(tuningPage(found, about));
    const text = visibleText(page);
    assert.match(
      text,
      /3 trials on 80 rows: trial 2 has the lowest validation loss, 0\.4000 after epoch 3\./,
    );
    const [table] = byName(page, "table");
    const rows = byName(byName(table!, "tbody")[0]!, "tr").map((row) =>
      row.children.map((cell) => textOf(cell as Element)),
    );
    assert.deepEqual(rows, [
      ["2", "0.02", "3", "3", "0.4000", "no improvement for 3 epochs"],
      ["1", "0.01", "1", "1", "0.9000", "–"],
      ["3", "0.03", "0", "–", "–", "the loss became NaN at step 3"],
    ]);
    assert.match(text, /cellstate train reviews\.csv --model gru/);
    assert.equal(byName(page, "script").length, 0);
  });

  test("says what ended it, and where nothing was measured", () => {
    const none = { ...found, trials: [third], best: null };
    assert.match(tuningPage(none, { ...about, command: null }), /none of them could be measured/);
    assert.doesNotMatch(tuningPage(none, { ...about, command: null }), /id="best"/);
    assert.match(tuningPage({ ...found, ended: "budget" }, about), /The budget ended the search/);
    assert.match(tuningPage({ ...found, ended: "interrupted" }, about), /was interrupted/);
  });

  test("names and settings are text wherever they stand", () => {
    const evil = '"><script>alert(1)</script>';
    const settings = { model: evil, learningRate: 1 };
    const best = { ...second, settings };
    const source = tuningPage(
      { ...found, trials: [best, first], best },
      { ...about, title: evil, command: evil, asked: { model: evil } },
    );
    assert.doesNotMatch(source, /<script/);
    assert.ok(visibleText(parsePage(source)).includes(evil));
  });
});

test("trials in order, settings that differ, and losses of any size", () => {
  const equal = trial(9, [0.4]);
  assert.deepEqual(
    inOrder([third, equal, first, second]).map(({ number }) => number),
    [2, 9, 1, 3],
  );
  assert.deepEqual(settingNames([first, second]), ["learningRate"]);
  const other = { ...second, settings: { learningRate: 0.01 } };
  assert.deepEqual(settingNames([first, other]), ["model"]);
  assert.deepEqual([0, 0.12345, 9999, 1.234e21].map(lossText), ["0.0000", "0.1235", "9999.0000", "1.2e+21"]);
});
