import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { html, type Markup } from "../../src/drawing/markup.js";
import { plotArea, spread, strokes } from "../../src/drawing/svg.js";
import { barChart, lengthHistogram } from "../../src/report/charts/bars.js";
import { calibrationChart } from "../../src/report/charts/calibration.js";
import { confusionChart } from "../../src/report/charts/confusion.js";
import { accuracyChart, lossChart } from "../../src/report/charts/curves.js";
import { readableSize, sizeChart } from "../../src/report/charts/sizes.js";
import { thresholdChart } from "../../src/report/charts/threshold.js";
import { charts } from "../../src/report/index.js";
import { lengthSummary } from "../../src/report/lengths.js";
import { byClass, byName, type Element, numberOf, parsePage, textOf, visibleText } from "./page.js";
import { binary, fullReport } from "./sample.js";

const drawn = (markup: Markup) => parsePage(`<!doctype html>\n${markup}`);
const points = (path: Element) =>
  path.attributes
    .get("d")!
    .split(/[ML]/)
    .filter((each) => each !== "")
    .map((each) => each.replace("Z", "").split(",").map(Number));
const strokesOf = (page: Element, kind: string) => byClass(page, kind).filter(({ name }) => name === "path");

describe("learning curves", () => {
  const epochs = fullReport().epochs!;
  const loss = drawn(lossChart(epochs, 2));
  const accuracy = drawn(accuracyChart(epochs, 2)!);

  test("each value stands where its axis says", () => {
    // Plot: x 48 … 376 for epochs 1 … 3, y 238 … 14 for losses 0 … 1.
    assert.deepEqual(points(strokesOf(loss, "two")[0]!), [
      [48, 14],
      [212, 126],
      [376, 182],
    ]);
    assert.deepEqual(points(strokesOf(loss, "one")[0]!)[1], [212, 103.6]);
    const dots = byClass(loss, "dot").map(textOf);
    assert.deepEqual(dots[0], "epoch 1: training 1.0000");
    assert.equal(dots.length, 6);
  });

  test("the best epoch is marked, lines are named at their ends", () => {
    const marker = byClass(loss, "marker").filter(({ name }) => name === "line")[0]!;
    assert.equal(numberOf(marker, "x1"), 212);
    assert.deepEqual(byClass(loss, "marker-label").map(textOf), ["best: epoch 2"]);
    assert.deepEqual(byClass(accuracy, "end-label").map(textOf), ["training", "validation"]);
    assert.match(
      textOf(byName(loss, "desc")[0]!),
      /training from 1\.0000 to 0\.2500;.*The best epoch is 2\./,
    );
  });

  test("without validation there is one line; without accuracy one chart", () => {
    const epochs = [
      { epoch: 1, loss: 2 },
      { epoch: 2, loss: 1 },
    ];
    const chart = drawn(lossChart(epochs, undefined));
    assert.equal(accuracyChart(epochs, undefined), null);
    assert.equal(byClass(chart, "end-label").length, 1);
    assert.equal(byClass(chart, "marker").length, 0);
  });

  test("one epoch, a value that is no number, equal values", () => {
    const odd = [
      [{ epoch: 1, loss: 0.5 }],
      [
        { epoch: 1, loss: 0.5 },
        { epoch: 2, loss: Number.NaN },
        { epoch: 3, loss: Number.POSITIVE_INFINITY },
        { epoch: 4, loss: 0.25 },
      ],
      [{ epoch: 1, loss: 0, accuracy: 1 }],
    ];
    for (const epochs of odd) {
      for (const chart of [lossChart(epochs, 1), accuracyChart(epochs, 1) ?? []].flat()) {
        assert.doesNotMatch(chart.source, /NaN|Infinity|undefined/);
        assert.ok(byClass(drawn(chart), "tick-label").length >= 3);
      }
    }
    // What is not finite neither is drawn nor stretches the axis.
    assert.deepEqual(points(strokesOf(drawn(lossChart(odd[1]!, 1)), "two")[0]!), [
      [48, 14],
      [376, 126],
    ]);
  });
});

describe("confusion matrix", () => {
  const chart = drawn(
    confusionChart(
      [
        [6, 2],
        [0, 5],
      ],
      ["ham", "spam"],
    ),
  );

  test("shades are shares of the row, right and wrong in different colours", () => {
    const cells = byClass(chart, "fill");
    assert.deepEqual(
      cells.map((cell) => numberOf(cell, "fill-opacity")),
      [0.75, 0.25, 0, 1],
    );
    assert.deepEqual(
      cells.map((cell) => cell.attributes.get("class")),
      ["fill one", "fill two", "fill two", "fill one"],
    );
    assert.equal(textOf(cells[1]!), "ham predicted as spam: 2 (25.0 % of its row)");
  });

  test("counts and shares are written, rows down and columns across", () => {
    assert.deepEqual(byClass(chart, "cell-count").map(textOf), ["6", "2", "0", "5"]);
    const [first, second, third] = byClass(chart, "cell-count");
    assert.ok(
      numberOf(second!, "x") > numberOf(first!, "x") && numberOf(second!, "y") === numberOf(first!, "y"),
    );
    assert.ok(
      numberOf(third!, "y") > numberOf(first!, "y") && numberOf(third!, "x") === numberOf(first!, "x"),
    );
  });

  test("labels that do not fit are cut and slanted, the whole kept as a tooltip", () => {
    const long = "a label that is far too long for any column";
    const labels = [long, ...Array.from({ length: 9 }, (_, k) => `c${k}`)];
    const matrix = labels.map((_, i) => labels.map((_, j) => (i === j ? 1 : 0)));
    const page = drawn(confusionChart(matrix, labels));
    const label = byClass(page, "data-label")[0]!;
    assert.match(visibleText(label), /^a label.*…$/);
    assert.equal(textOf(byName(label, "title")[0]!), long);
    assert.match(byName(page, "g")[0]!.attributes.get("transform")!, /rotate\(-45\)/);
  });

  test("a class without rows is blank, not a division by nothing", () => {
    assert.doesNotMatch(
      confusionChart(
        [
          [0, 0],
          [1, 1],
        ],
        ["a", "b"],
      ).source,
      /NaN/,
    );
  });
});

describe("calibration", () => {
  const chart = drawn(calibrationChart(binary.calibration, "predicted"));

  test("one point and one bar for each group with rows", () => {
    const filled = binary.calibration.bins.filter(({ count }) => count > 0);
    const dots = byClass(chart, "dot");
    assert.equal(dots.length, filled.length);
    assert.equal(byClass(chart, "faint").length, filled.length);
    filled.forEach((bin, k) => {
      // Plot: x 48 … 436, y 282 … 34.
      assert.ok(Math.abs(numberOf(dots[k]!, "cx") - (48 + 388 * bin.meanPredicted)) < 0.06);
      assert.ok(Math.abs(numberOf(dots[k]!, "cy") - (282 - 248 * bin.observed)) < 0.06);
    });
  });

  test("bars are as high as their rows are many", () => {
    const heights = byClass(chart, "faint").map((bar) => numberOf(bar, "height"));
    const counts = binary.calibration.bins.map(({ count }) => count).filter((count) => count > 0);
    const highest = Math.max(...counts);
    heights.forEach((height, k) => {
      assert.ok(Math.abs(height - (60 * counts[k]!) / highest) < 0.06);
    });
  });

  test("the interval reaches from low to high", () => {
    const bin = binary.calibration.bins.find(({ count }) => count > 0)!;
    const whisker = byClass(chart, "whisker")[0]!;
    assert.ok(Math.abs(numberOf(whisker, "y2") - (282 - 248 * bin.high)) < 0.06);
    assert.ok(Math.abs(numberOf(whisker, "y1") - (282 - 248 * bin.low)) < 0.06);
  });
});

describe("threshold", () => {
  const chart = drawn(thresholdChart(binary.binary!));

  test("three lines over 101 thresholds, precision only where something is found", () => {
    assert.equal(points(strokesOf(chart, "one")[0]!).length, 101);
    assert.equal(points(strokesOf(chart, "three")[0]!).length, 101);
    assert.equal(points(strokesOf(chart, "two")[0]!).length, 100);
    // Of y 258 … 14: precision and recall are 0.6 at 0.5; at 0 all rows are taken, and 5 of 12 are right.
    assert.deepEqual(points(strokesOf(chart, "three")[0]!)[50], [212, 111.6]);
    assert.deepEqual(points(strokesOf(chart, "three")[0]!)[0], [48, 14]);
    assert.deepEqual(points(strokesOf(chart, "two")[0]!)[0], [48, 156.3]);
  });

  test("the threshold used and the best are marked", () => {
    const lines = byClass(chart, "marker").filter(({ name }) => name === "line");
    const best = binary.binary!.bestF1.threshold;
    assert.deepEqual(
      lines.map((line) => numberOf(line, "x1")),
      [212, Math.round(10 * (48 + 328 * best)) / 10],
    );
  });
});

describe("bars", () => {
  test("lengths are in proportion, from zero", () => {
    const chart = drawn(
      barChart({ id: "b", title: "Bars", description: "Two bars." }, [
        { name: "ham", value: 30, text: "30" },
        { name: "spam", value: 10, text: "10" },
        { name: "none", value: 0, text: "0" },
      ]),
    );
    const [ham, spam] = byClass(chart, "fill").map((bar) => numberOf(bar, "width"));
    assert.ok(Math.abs(ham! / spam! - 3) < 0.01);
    assert.deepEqual(byClass(chart, "value-label").map(textOf), ["30", "10", "0"]);
  });

  test("the histogram colours what lies beyond the cut, and marks it", () => {
    const chart = drawn(lengthHistogram(lengthSummary([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 7)));
    const bars = byClass(chart, "fill");
    assert.equal(bars.filter((bar) => bar.attributes.get("class") === "fill two").length, 3);
    assert.deepEqual(byClass(chart, "marker-label").map(textOf), ["cut at 7"]);
    // The marker stands between the bars of 7 and of 8 tokens.
    const x = numberOf(byClass(chart, "marker").filter(({ name }) => name === "line")[0]!, "x1");
    assert.ok(numberOf(bars[6]!, "x") < x && numberOf(bars[7]!, "x") > x - 1);
  });
});

describe("summary of lengths", () => {
  test("counts every row once, and those beyond the cut", () => {
    for (const [size, cut] of [
      [1, 5],
      [40, 200],
      [1000, 3],
      [777, 60],
    ] as const) {
      const lengths = Array.from({ length: size }, (_, k) => (k * 37) % (k % 50 === 0 ? 901 : 61));
      const summary = lengthSummary(lengths, cut);
      assert.equal(
        summary.bins.reduce((sum, bin) => sum + bin.count, 0),
        size,
      );
      assert.equal(summary.truncated, lengths.filter((length) => length > cut).length);
      assert.equal(summary.longest, Math.max(...lengths));
      assert.ok(summary.bins.length <= 50);
      for (const bin of summary.bins) {
        const inside = lengths.filter((length) => length >= bin.from && length <= bin.to).length;
        assert.equal(bin.count, inside, `${bin.from} to ${bin.to}`);
      }
    }
  });

  test("what is longer than is worth drawing has a bin of its own, beyond the cut", () => {
    const lengths = [...Array.from({ length: 400 }, (_, k) => k % 41), 500];
    const summary = lengthSummary(lengths, 48);
    assert.deepEqual(summary.bins.at(-1), { from: 49, to: 500, count: 1 });
    assert.equal(summary.bins.at(-2)!.to, 48);
    const chart = drawn(lengthHistogram(summary));
    assert.deepEqual(byClass(chart, "two").map(textOf), ["49 to 500 tokens: 1 row"]);
    assert.ok(byClass(chart, "tick-label").map(textOf).includes("up to 500"));
  });

  test("median and 95th percentile are lengths that occur", () => {
    const { median, percentile95 } = lengthSummary([4, 1, 3, 2], 10);
    assert.deepEqual([median, percentile95], [2, 4]);
    assert.equal(lengthSummary([], 10).longest, 0);
  });
});

describe("drawing", () => {
  test("names at line ends keep their order and their distance", () => {
    assert.deepEqual(spread([50, 52, 10], 14, 0, 100), [50, 64, 10]);
    assert.deepEqual(spread([100, 100, 100], 14, 0, 100), [72, 86, 100]);
    assert.deepEqual(spread([-5], 14, 0, 100), [0]);
    assert.deepEqual(spread([], 14, 0, 100), []);
  });

  test("a line has a gap where a value is missing", () => {
    const path = strokes(
      [
        [0, 1],
        [1, Number.NaN],
        [2, 3],
        [3, 4],
      ],
      "one",
    );
    assert.match(path.source, /d="M0,1ZM2,3L3,4"/);
  });

  test("markup escapes values and keeps markup", () => {
    const inner = html`<b>${'a & "b"'}</b>`;
    assert.equal(
      html`<p title="${"<x>"}">${inner}${[1, undefined, false, "'"]}</p>`.source,
      '<p title="&lt;x&gt;"><b>a &amp; &quot;b&quot;</b>1&#39;</p>',
    );
    assert.deepEqual(plotArea(100, 50, { left: 1, right: 2, top: 3, bottom: 4 }), {
      width: 100,
      height: 50,
      left: 1,
      right: 98,
      top: 3,
      bottom: 46,
    });
  });
});

describe("accuracy against size", () => {
  const of = (bytes: number, accuracy: number) => ({ bytes, features: bytes / 10, rows: 100, accuracy });
  const chart = drawn(sizeChart([of(100_000, 0.98), of(10_000, 0.9), of(1200, 0.82), of(1000, 0.8)]));

  test("sizes by their logarithms, accuracy upwards", () => {
    const line = points(strokesOf(chart, "one")[0]!);
    assert.equal(line.length, 4);
    const [largest, middle, , smallest] = line as [number[], number[], number[], number[]];
    // A tenth of the size is as far each time.
    assert.ok(Math.abs(largest[0]! + smallest[0]! - 2 * middle[0]!) < 0.2);
    assert.ok(largest[1]! < middle[1]! && middle[1]! < smallest[1]!);
  });

  test("names of sizes do not touch: the larger one of two has its name", () => {
    const names = byName(chart, "text").map(textOf);
    for (const name of ["100 KB", "10 KB", "1 KB"])
      assert.equal(names.filter((each) => each === name).length, 1);
    assert.deepEqual(
      [readableSize(1_840_000), readableSize(20_400), readableSize(300)],
      ["1.8 MB", "20 KB", "1 KB"],
    );
  });
});

describe("charts for others", () => {
  const attributes = (page: Element, kind: string, name: string) =>
    byClass(page, kind).map((element) => element.attributes.get(`data-${name}`));

  test("curves of a history: a metric and its twin of rows held out, the best epoch marked", () => {
    const history = { loss: [1, 0.5, 0.25], valLoss: [1, Number.NaN, 0.5], accuracy: [0.5, 0.75, 1] };
    const loss = drawn(charts.curves(history, { best: 3 }));
    assert.deepEqual(attributes(loss, "dot", "epoch"), ["1", "2", "3", "1", "3"]);
    assert.deepEqual([...new Set(attributes(loss, "dot", "series"))], ["training", "validation"]);
    assert.deepEqual(byClass(loss, "marker-label").map(textOf), ["best: epoch 3"]);
    // The same as the report's.
    const epochs = [1, 2, 3].map((epoch, k) => ({
      ...{ epoch, loss: history.loss[k]!, valLoss: history.valLoss[k]!, accuracy: history.accuracy[k]! },
    }));
    assert.equal(String(charts.curves(history, { best: 3 })), String(lossChart(epochs, 3)));
    assert.equal(
      String(charts.curves(history, { best: 3, metric: "accuracy" })),
      String(accuracyChart(epochs, 3)),
    );
    assert.throws(() => charts.curves(history, { metric: "auc" }), /loss, valLoss, accuracy/);
    assert.throws(() => charts.curves(history, { best: 4 }), /best/);
    assert.throws(() => charts.curves({ loss: [] }), /at least one epoch/);
    assert.throws(() => charts.curves({ loss: ["1"] as unknown as number[] }), /charts\.curves loss/);
  });

  test("bars, rows of a confusion matrix and bins say which they are", () => {
    const bars = drawn(
      charts.bars([
        { name: "ham", value: 3 },
        { name: "spam", value: 1, text: "one" },
      ]),
    );
    assert.deepEqual(attributes(bars, "fill", "label"), ["ham", "spam"]);
    assert.deepEqual(byClass(bars, "value-label").map(textOf), ["3", "one"]);
    const confusion = drawn(charts.confusion(binary, ["ham", "spam"]));
    assert.deepEqual(
      [attributes(confusion, "fill", "label"), attributes(confusion, "fill", "predicted")],
      [
        ["ham", "ham", "spam", "spam"],
        ["ham", "spam", "ham", "spam"],
      ],
    );
    assert.throws(() => charts.confusion(binary, ["ham"]), /2 names of classes/);
    const filled = binary.calibration.bins.flatMap(({ count }, k) => (count > 0 ? [String(k)] : []));
    assert.deepEqual(attributes(drawn(charts.calibration(binary, ["ham", "spam"])), "dot", "bin"), filled);
    assert.deepEqual(
      strokesOf(drawn(charts.threshold(binary)), "stroke").map(({ attributes }) =>
        attributes.get("data-series"),
      ),
      ["precision", "recall", "F1"],
    );
  });

  test("lengths and amounts are counted as the report counts them", () => {
    const lengths = charts.lengths([3, 5, 5, 6, 7, 9, 12, 15], 10);
    assert.equal(String(lengths), String(lengthHistogram(lengthSummary([3, 5, 5, 6, 7, 9, 12, 15], 10))));
    const bins = attributes(drawn(charts.amounts([1, 2, 2, 3, 10])), "fill", "bin");
    assert.ok(bins.length > 2 && bins.every((bin) => bin !== undefined));
    assert.throws(() => charts.amounts([2, 2]), /amounts that differ/);
    assert.throws(() => charts.lengths([]), /at least one length/);
    assert.throws(() => charts.lengths([1.5]), /charts\.lengths \[0\]/);
  });
});
