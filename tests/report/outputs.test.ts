/** Page and card of what answers with any number of labels, or with an amount. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { InputError } from "../../src/base/errors.js";
import type { LinearRecord } from "../../src/classifier/options.js";
import { decimal } from "../../src/drawing/numbers.js";
import { MultiLabelClassifier, TextClassifier, TextRegressor } from "../../src/index.js";
import { amountSummary } from "../../src/report/amount-summary.js";
import { type CardBlock, cardMarkdown, cardParts } from "../../src/report/card.js";
import { partsChart } from "../../src/report/charts/amounts.js";
import type { ReportData } from "../../src/report/data.js";
import { constantF1 } from "../../src/report/figures.js";
import { modelCard, reportPage } from "../../src/report/index.js";
import { reportHtml } from "../../src/report/report.js";
import { USELESS } from "../../src/report/sentences.js";
import {
  amountReport,
  amountsOf,
  labelSetReport,
  labelSetsOf,
  TRUTH,
  threeLabels,
} from "./outputs-sample.js";
import {
  byClass,
  byId,
  byName,
  type Element,
  numberOf,
  parsePage,
  select,
  textOf,
  visibleText,
} from "./page.js";
import { fullReport } from "./sample.js";

const LINEAR: LinearRecord = {
  members: [
    { name: "words", rows: 27, loss: 0.5, picked: false },
    { name: "words and pairs", rows: 27, loss: 0.25, picked: true },
  ],
  ...{ picked: "words and pairs", loss: "log loss", features: 1234, baseline: 0.625, useful: true },
  notes: ["a half of the rows was left out", "Of few rows: praise."],
};

const pageOf = (data: ReportData) => parsePage(reportHtml(data));
const sectionsOf = (page: Element) => byName(page, "section").map((each) => each.attributes.get("id"));
const cellsOf = (element: Element) =>
  byName(element, "tr").map((row) =>
    select(row, ({ name }) => name === "th" || name === "td").map(visibleText),
  );
const tilesOf = (page: Element) => {
  const tiles = byClass(page, "tiles")[0]!;
  const [names, values] = [byName(tiles, "dt").map(visibleText), byName(tiles, "dd").map(visibleText)];
  return names.map((name, k) => `${values[k]} ${name}`);
};
/** The card without its line breaks within paragraphs and items, and without the padding of its tables. */
const flat = (data: ReportData): string[] =>
  cardMarkdown(data)
    .replace(/\n {2}/g, " ")
    .replace(/([^\n|`])\n(?!cellstate)(?=[^\n|#`-])/g, "$1 ")
    .replace(/ {2,}/g, " ")
    .split("\n");
const has = (lines: readonly string[], ...wanted: string[]) => {
  for (const line of wanted) assert.ok(lines.includes(line), `${line}\n--- is not in\n${lines.join("\n")}`);
};
/** Of no kind of model may page or card say what is not so. */
const NOT = /undefined|NaN|null|\[object|Infinity/;
const sound = (data: ReportData) => {
  assert.doesNotMatch(reportHtml(data), NOT);
  assert.doesNotMatch(cardMarkdown(data), NOT);
};

describe("a page of any number of labels", () => {
  const page = pageOf(labelSetReport());

  test("has its parts, in order, and none of classes", () => {
    assert.deepEqual(sectionsOf(page), [
      ...["data", "learning", "results", "mistakes", "model", "settings", "card"],
    ]);
    assert.doesNotMatch(visibleText(byName(page, "main")[0]!), /classes|ECE|confus|Matthews/);
    sound(labelSetReport());
  });

  test("says what it learned and how well, beside the commonest set", () => {
    assert.equal(
      visibleText(byClass(page, "lead")[0]!),
      "This multi-label classifier of 22,272 parameters learned to tell which of bug, urgent and praise a text has from 30 rows, and gives 50.0 % of 4 test rows all their labels, no more and no fewer. Always answering the commonest set of labels would give 50.0 %.",
    );
    const tiles = tilesOf(page);
    assert.match(tiles[0]!, /^80\.0 % micro F1 \([\d.–]+\) always the same labels: at most 61\.5 %$/);
    assert.match(tiles[1]!, /^83\.3 % macro F1 \(/);
    assert.match(tiles[2]!, /^50\.0 % all labels right \(15\.0–85\.0\) always the commonest set: 50\.0 %$/);
    assert.deepEqual(tiles.slice(3, 5), ["75.0 % Jaccard similarity", "16.7 % Hamming loss"]);
    assert.match(tiles[5]!, /^0\.\d{3} log loss$/);
  });

  test("one label, and more than four", () => {
    const lead = (labels: string[]) => {
      const zeros = labels.map(() => 0);
      const labelSets = labelSetsOf(labels, [...zeros, ...labels.map(() => 1)], [...zeros, ...zeros]);
      return visibleText(byClass(pageOf({ title: "t", labels, labelSets }), "lead")[0]!);
    };
    assert.match(lead(["spam"]), /learned to tell whether a text has the label spam, and gives/);
    assert.match(lead(["a", "b", "c", "d", "e"]), /learned to tell which of 5 labels a text has, and/);
  });

  test("rows of each label are shares of the rows; labels a text; what losses and accuracies are of", () => {
    const data = byId(page, "data")!;
    assert.match(visibleText(data), /30 to train on, 4 to test\. A row has 1\.40 labels on average/);
    assert.match(visibleText(data), /Rows of each label/);
    assert.ok(byClass(data, "value-label").map(textOf).includes("24 (80.0 %)"));
    assert.deepEqual(cellsOf(data).slice(0, 2), [
      ["label", "train", "test"],
      ["bug", "24", "2"],
    ]);
    assert.match(visibleText(byId(page, "learning")!), /Accuracy is of each row and label by itself/);
  });

  test("label by label", () => {
    const results = byId(page, "results")!;
    assert.match(visibleText(results), /2 of 4 rows were given all their labels.*is given 1\.25/);
    assert.deepEqual(cellsOf(results), [
      ["label", "precision", "recall", "F1", "AUC", "average precision", "threshold", "rows", "answered"],
      ["bug", "100 %", "100 %", "100 %", "1.000", "1.000", "0.500", "2", "2"],
      ["urgent", "50.0 %", "50.0 %", "50.0 %", "0.750", "0.833", "0.500", "2", "2"],
      ["praise", "100 %", "100 %", "100 %", "1.000", "1.000", "0.375", "1", "1"],
      ["mean of labels", "83.3 %", "83.3 %", "83.3 %", "", "", "", "", ""],
      ["all answers", "80.0 %", "80.0 %", "80.0 %", "", "", "", "", ""],
    ]);
    // Bars of F1 are of one scale: 100 % is twice as long as 50 %.
    const widths = byName(byName(results, "svg")[0]!, "rect").map((bar) => numberOf(bar, "width"));
    assert.equal(widths[0], 2 * widths[1]!);
    // Also where none is 100 %: it is found in one of its two rows, 66.7 %.
    const labelSets = labelSetsOf(["urgent"], [0.9, 0.1, 0.1], [1, 1, 0]);
    const other = byId(pageOf({ title: "t", labels: ["urgent"], labelSets }), "results")!;
    const [width] = byName(byName(other, "svg")[0]!, "rect").map((bar) => numberOf(bar, "width"));
    assert.ok(Math.abs(width! / widths[0]! - 2 / 3) < 0.001, `${width}`);
  });

  test("the worst mistakes, the surest first", () => {
    const mistakes = byId(page, "mistakes")!;
    assert.match(visibleText(mistakes), /The 2 rows with wrong or missing labels/);
    assert.deepEqual(
      byName(mistakes, "li").map((each) => visibleText(each).replaceAll("\n", " ").trim()),
      ["text 1 Missed urgent; log loss 0.593", "text 2 Wrongly answered urgent; log loss 0.397"],
    );
    const both = labelSetsOf(["a", "b"], [0.9, 0.1], [0, 1]);
    const other = pageOf({ title: "t", labels: ["a", "b"], labelSets: both });
    assert.match(visibleText(byId(other, "mistakes")!), /Missed b, wrongly answered a; log loss/);
  });

  test("without a mistake there is no such part", () => {
    const labelSets = labelSetsOf(["a", "b"], [0.9, 0.1, 0.1, 0.9], [1, 0, 0, 1]);
    const data = { ...labelSetReport(), labels: ["a", "b"], labelSets };
    assert.ok(!sectionsOf(pageOf(data)).includes("mistakes"));
    assert.equal(tilesOf(pageOf(data))[0], "100 % micro F1 always the same labels: at most 66.7 %");
    sound(data);
  });

  test("labels that it does not know are said to be left out", () => {
    const unknownLabels = Array.from({ length: 12 }, (_, k) => ({ label: `new ${k}`, rows: k + 1 }));
    const data = { ...labelSetReport(), labelSets: { ...threeLabels, unknownLabels } };
    const said = /does not know them: new 0 \(1\),.* new 9 \(10\) and 2 more/;
    assert.match(visibleText(byId(pageOf(data), "results")!), said);
    assert.match(flat(data).join(" "), said);
  });

  test("of three hundred the 24 that do worst are drawn and listed, all of them folded away", () => {
    const labels = Array.from({ length: 300 }, (_, k) => `l${k}`);
    // The first row has every label, the second none; label 7 is missed.
    const probabilities = [...labels.map((_, k) => (k === 7 ? 0.1 : 0.9)), ...labels.map(() => 0.1)];
    const labelSets = labelSetsOf(labels, probabilities, [...labels.map(() => 1), ...labels.map(() => 0)]);
    const classes = labels.map((label) => ({ label, train: 1 }));
    const data = { ...labelSetReport(), labels, labelSets };
    const results = byId(pageOf({ ...data, dataset: { ...data.dataset!, classes } }), "results")!;
    assert.equal(byName(byName(results, "svg")[0]!, "rect").length, 24);
    const [open, folded] = byName(results, "table").map(cellsOf);
    assert.deepEqual(
      [open!.length, open![1]![0], folded!.length, folded![300]![0]],
      [1 + 24 + 2, "l7", 301, "l299"],
    );
    assert.equal(flat(data).filter((line) => /^\| l\d+ \|/.test(line)).length, 300);
    sound(data);
  });

  test("labels that missed rows have are named up to a dozen", () => {
    const labels = Array.from({ length: 40 }, (_, k) => `l${k}`);
    const labelSets = labelSetsOf(
      labels,
      labels.map(() => 0.1),
      labels.map(() => 1),
    );
    const said = visibleText(byId(pageOf({ title: "t", labels, labelSets }), "mistakes")!);
    assert.match(said, /Missed l0, .*, l11 and 28 more; log loss/);
  });

  test("a score that rows do not tell is a dash, and says why", () => {
    const labelSets = labelSetsOf(["all", "none"], [0.9, 0.1, 0.8, 0.2], [1, 0, 1, 0]);
    const data: ReportData = { ...labelSetReport(), labels: ["all", "none"], labelSets };
    const results = byId(pageOf(data), "results")!;
    assert.deepEqual(cellsOf(results)[2], ["none", "0 %", "0 %", "0 %", "–", "–", "0.500", "0", "0"]);
    assert.match(visibleText(results), /A dash stands where the rows do not tell/);
    assert.match(flat(data).join(" "), /A dash stands where the rows do not tell/);
    assert.doesNotMatch(visibleText(byId(page, "results")!), /A dash/);
    sound(data);
  });
});

describe("a page of amounts", () => {
  const page = pageOf(amountReport());

  test("has its parts, in order, and none of labels", () => {
    assert.deepEqual(sectionsOf(page), [
      ...["data", "learning", "results", "mistakes", "model", "settings", "card"],
    ]);
    assert.doesNotMatch(visibleText(byName(page, "main")[0]!), /class|accuracy|label|probabilit/i);
    sound(amountReport());
  });

  test("says what it learned and how far it is off, beside the mean and the median", () => {
    assert.equal(
      visibleText(byClass(page, "lead")[0]!),
      "This regressor of 22,272 parameters learned to answer a text with an amount from 30 rows, and is off by 15.81 (root mean square) on 60 test rows. Always answering their mean would be off by 173.2.",
    );
    const tiles = tilesOf(page);
    assert.match(tiles[0]!, /^0\.992 R² \(0\.98\d–0\.99\d\)$/);
    assert.match(tiles[1]!, /^15\.81 root mean square error \([\d.–]+\) always the mean: 173\.2$/);
    assert.match(tiles[2]!, /^15 mean absolute error \([\d.–]+\) always the median: 150$/);
    assert.deepEqual(tiles.slice(3), ["15 median absolute error", "0.996 correlation", "4.5 s time in all"]);
  });

  test("what amounts there are, and what losses are", () => {
    const data = byId(page, "data")!;
    assert.match(visibleText(data), /The amounts go from 100 to 690; their median is 395, their mean 395/);
    const rows = cellsOf(data).filter(([from]) => /^\d+$/.test(from!));
    assert.equal(
      rows.reduce((sum, [, , count]) => sum + Number(count), 0),
      60,
    );
    const learning = visibleText(byId(page, "learning")!);
    assert.match(learning, /shares of the variance of the amounts learned from, 1 − R²/);
  });

  test("answers by true amount, and off by how much", () => {
    const rows = cellsOf(byId(page, "results")!);
    assert.deepEqual(rows.slice(0, 2), [
      ["true amounts", "rows", "mean", "mean answered", "four in five answers"],
      ["100 to 150", "6", "125", "130", "110 to 150"],
    ]);
    assert.deepEqual(rows.slice(-3), [
      ["root mean square", "15.81", "173.2 (always the mean)"],
      ["mean", "15", "150 (always the median)"],
      ["median", "15", ""],
    ]);
  });

  test("a part stands where its axes say", () => {
    const parts = [
      { rows: 9, truth: { mean: 0, least: 0, most: 0 }, predicted: { mean: 50, low: 25, high: 75 } },
      { rows: 9, truth: { mean: 100, least: 90, most: 110 }, predicted: { mean: 100, low: 0, high: 100 } },
    ];
    const chart = parsePage(`<!doctype html>\n${partsChart(parts)}`);
    // Plot: x 48.5 … 436, y 358 … 34, both for 0 … 100.
    const [first] = byName(chart, "circle");
    const [left, right] = byClass(chart, "whisker").map((each) => numberOf(each, "x1"));
    assert.equal(numberOf(first!, "cx"), left);
    assert.equal(numberOf(first!, "cy"), (358 + 34) / 2);
    assert.equal(right, 436);
    assert.deepEqual(
      byClass(chart, "whisker").map((each) => [numberOf(each, "y1"), numberOf(each, "y2")]),
      [
        [277, 115],
        [358, 34],
      ],
    );
    assert.match(
      textOf(first!),
      /true amounts 0 \(mean 0\): answered 50 on average, four in five 25 to 75; 9 rows/,
    );
  });

  test("names at an axis are told apart, stay within the picture, and do not touch", () => {
    for (const of of [
      (value: number) => 1e9 + value / 1000,
      (value: number) => value * 1e12,
      (value: number) => value * -1e97,
      (value: number) => value * 1e-9,
    ]) {
      const truth = TRUTH.map(of);
      const amounts = amountsOf(truth, truth);
      const other = pageOf({ ...amountReport(), amounts });
      const svg = byName(byId(other, "results")!, "svg")[0]!;
      const names = byClass(svg, "tick-label");
      const below = names.filter((each) => each.attributes.get("text-anchor") === "middle");
      assert.ok(below.length > 0);
      const reach = (each: Element) => (6.9 * textOf(each).length) / 2;
      let edge = 0;
      for (const each of below) {
        const [from, to] = [numberOf(each, "x") - reach(each), numberOf(each, "x") + reach(each)];
        assert.ok(from >= edge - 0.1 && to <= 460.1, `${textOf(each)}: ${from} to ${to}`);
        edge = to;
      }
      const beside = names.filter((each) => each.attributes.get("text-anchor") === "end").map(textOf);
      assert.equal(new Set(beside).size, beside.length, beside.join(" "));
    }
  });

  test("the rows that it missed by most", () => {
    const mistakes = byId(page, "mistakes")!;
    assert.match(visibleText(mistakes), /Furthest off.*The 20 rows that it missed by most/s);
    assert.equal(visibleText(byName(mistakes, "li")[0]!).trim(), "text 0\nIs 100, answered 120: 20 too much");
    const little = pageOf({ title: "t", labels: [], amounts: amountsOf([5, 7, 9], [5, 3, 9]) });
    assert.deepEqual(byName(byId(little, "mistakes")!, "p").map(visibleText).slice(1), [
      "Is 7, answered 3: 4 too little",
    ]);
  });

  test("without an error there is no such part", () => {
    const data = { ...amountReport(), amounts: amountsOf([5, 7], [5, 7]) };
    assert.ok(!sectionsOf(pageOf(data)).includes("mistakes"));
    sound(data);
  });

  test("what is not defined is a dash, and says why", () => {
    const amounts = amountsOf([5, 5, 5], [4, 5, 6]);
    assert.deepEqual([amounts.r2, amounts.pearson, amounts.intervals.r2], [null, null, null]);
    const data = { ...amountReport(), amounts };
    const level = pageOf(data);
    assert.deepEqual([tilesOf(level)[0], tilesOf(level)[4]], ["– R²", "– correlation"]);
    assert.match(visibleText(byId(level, "results")!), /A dash stands where a figure is not defined/);
    assert.equal(byName(byId(level, "results")!, "svg").length, 0);
    assert.match(flat(data).join(" "), /A dash stands where a figure is not defined/);
    sound(data);
    for (const given of [[5], [5, 5]])
      sound({ ...data, dataset: { ...data.dataset!, amounts: amountSummary(given) } });
  });
});

describe("amounts summed up", () => {
  test("bins are of one round width, the outermost hold what is beyond", () => {
    const many = [...Array.from({ length: 999 }, (_, k) => k / 1000), 5000];
    const { bins, least, most, median, mean } = amountSummary(many);
    assert.deepEqual([least, most, median], [0, 5000, 0.4995]);
    assert.ok(Math.abs(mean - (998 * 999) / 2 / 1e6 - 5) < 1e-12);
    const { edges, counts } = bins!;
    assert.deepEqual(edges.slice(0, 3), [0, 0.05, 0.1]);
    assert.deepEqual([counts.length, counts[0], counts.at(-1)], [20, 50, 50]);
    const dataset = { source: "s", rows: { train: 1000 }, classes: [], amounts: amountSummary(many) };
    assert.match(
      visibleText(byId(pageOf({ title: "t", labels: [], dataset }), "data")!),
      /The last bar holds those up to 5,000\./,
    );
  });

  test("whatever the amounts are, each is counted once, where it belongs", () => {
    const amounts = fc.array(fc.double({ noNaN: true, min: -1e100, max: 1e100 }), { minLength: 1 });
    const near = fc.array(
      fc.integer({ min: -50, max: 50 }).map((k) => 1e6 + k / 8),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(fc.oneof(amounts, near), (given) => {
        const { bins, least, most } = amountSummary(given);
        assert.deepEqual([least, most], [Math.min(...given), Math.max(...given)]);
        if (!bins) return;
        const { edges, counts } = bins;
        assert.ok(counts.length <= 60 && edges.length === counts.length + 1);
        const last = counts.length - 1;
        counts.forEach((count, k) => {
          const here = given.filter(
            (value) => (k === 0 || value >= edges[k]!) && (k === last || value < edges[k + 1]!),
          );
          assert.equal(count, here.length);
        });
      }),
    );
  });

  test("amounts that do not vary have no bins", () => {
    assert.deepEqual(amountSummary([3, 3]), { least: 3, median: 3, mean: 3, most: 3 });
  });
});

test("the best of always answering the same labels, as found by trying every set", () => {
  const bits = fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(bits, (rows) => {
      const truth = rows.flat().map(Number);
      const f1s = Array.from({ length: 16 }, (_, set) => {
        const said = rows.flatMap(() => [0, 1, 2, 3].map((k) => (set >> k) & 1));
        return labelSetsOf(["a", "b", "c", "d"], said, truth).micro.f1;
      });
      const found = constantF1(labelSetsOf(["a", "b", "c", "d"], truth, truth));
      assert.ok(Math.abs(found - Math.max(...f1s)) < 1e-12, `${found}`);
    }),
  );
});

describe("what was tried", () => {
  test("is on the page, with what an answer without the text comes to", () => {
    const choice = byId(pageOf({ ...labelSetReport(), linear: LINEAR }), "choice")!;
    assert.deepEqual(cellsOf(choice), [
      ["tried, on rows held out", "log loss", "rows", ""],
      ["words", "0.5000", "27", ""],
      ["words and pairs", "0.2500", "27", "picked"],
      ["an answer that ignores the text", "0.6250", "", ""],
    ]);
    const said = visibleText(choice);
    assert.match(said, /linear over 1,234 n-grams/);
    assert.match(said, /a half of the rows was left out\..*Of few rows: praise\.(?!\.)/);
    assert.ok(!said.includes(USELESS));
  });

  test("and in the card, whose layers are not told then", () => {
    const lines = flat({ ...labelSetReport(), linear: LINEAR, epochs: [] });
    has(
      lines,
      "- Picked: words and pairs",
      "- Knows: 1,234 n-grams",
      "| words and pairs | 0.2500 | 27 | picked |",
      "| an answer that ignores the text | 0.6250 | | |",
      "- To choose by: 27 rows of these, each judged by a fit that had not seen it",
      "- Note: a half of the rows was left out",
    );
    assert.ok(!lines.some((line) => /Layers|Trained for/.test(line)));
  });

  test("amounts are in their unit; one of no use is called that once", () => {
    const linear: LinearRecord = {
      ...{ ...LINEAR, loss: "mean squared error", baseline: 123456, useful: false },
      members: [{ name: "words", rows: 27, loss: 98765, picked: true }],
    };
    const { amounts: _, ...data } = { ...amountReport(), linear };
    assert.deepEqual(
      cellsOf(byId(pageOf(data), "choice")!)
        .at(-1)!
        .slice(0, 2),
      [...["an answer that ignores the text", "123,456"]],
    );
    const card = flat(data);
    has(
      card,
      "- Mean squared error: 98,765",
      "- Mean squared error of an answer that ignores the text: 123,456",
    );
    assert.equal(card.filter((line) => line.includes(USELESS)).length, 1);
    assert.equal(flat({ ...data, notes: [USELESS] }).filter((line) => line.includes(USELESS)).length, 1);
    sound(data);
  });
});

describe("a card", () => {
  test("of any number of labels", () => {
    const lines = flat(labelSetReport());
    has(
      lines,
      "- Answers with: any number of 3 labels, or none",
      "- Labels: A row has 1.40 labels on average.",
      "| bug | 24 | 2 |",
      "- To measure on: 4 rows, 10.0 % of each set of labels, drawn with seed 7",
      "- Measured on: 4 test rows",
      "- All labels right: 50.0 % (15.0–85.0); always the commonest set: 50.0 %",
      "- Hamming loss: 16.7 %",
      "| urgent | 50.0 % | 50.0 % | 50.0 % | 0.750 | 0.833 | 0.500 | 2 | 2 |",
      "- Note: Fewer than 5 rows, too few to learn or to be judged by: praise 3",
      "## Intended use",
      "cellstate train rows.csv --seed 7",
    );
    const text = lines.join(" ");
    assert.match(text, /A label is answered where its probability is above its threshold/);
    assert.match(text, /- It answers with none of its labels or with several/);
    assert.doesNotMatch(text, /with one of its labels|not measured|--reject|of no use|Calibration/);
  });

  test("of amounts", () => {
    const lines = flat(amountReport());
    has(
      lines,
      "- Answers with: an amount",
      "- Amounts: The amounts go from 100 to 690; their median is 395, their mean 395.",
      "- To measure on: 4 rows, 10.0 % of each tenth by amount, drawn with seed 7",
      "- Measured on: 60 test rows, whose amounts go from 100 to 690",
      "- Median absolute error: 15",
      "- Correlation of ranks: 0.996",
      "| 100 to 150 | 6 | 125 | 130 | 110 to 150 |",
      "- Amounts: it learned from 100 to 690; what it answers beyond is extrapolated.",
      "cellstate train rows.csv --seed 7",
    );
    const text = lines.join(" ");
    assert.match(text, /It answers with one amount whatever it is asked/);
    assert.doesNotMatch(text, /label|probabilit|not measured|--reject|of no use|Calibration/);
  });

  test("says of both that they were not measured where they were not", () => {
    for (const { labelSets: _, amounts: _a, ...data } of [labelSetReport(), amountReport()]) {
      const lines = flat(data);
      has(lines, "It was not measured on rows that took no part: how well it answers is not known.");
      assert.doesNotMatch(lines.join(" "), /with one of its labels/);
      sound(data);
    }
  });

  test("of what does no better than an answer that ignores the text says so", () => {
    // Answers the one label that most have, and nothing else.
    const constant = labelSetsOf(["a", "b"], [0.9, 0.1, 0.9, 0.1, 0.9, 0.1], [1, 0, 1, 1, 1, 0]);
    const none =
      /- It is of no use as it is: on the rows measured it did no better than always answering the same/;
    const data = { ...labelSetReport(), labels: ["a", "b"] };
    assert.match(flat({ ...data, labelSets: constant }).join("\n"), none);
    const better = labelSetsOf(["a", "b"], [0.9, 0.1, 0.9, 0.9, 0.9, 0.1], [1, 0, 1, 1, 1, 0]);
    assert.doesNotMatch(flat({ ...data, labelSets: better }).join("\n"), none);
    const amounts = amountsOf([1, 2, 3], [2, 2, 2]);
    const off =
      /- It is of no use as it is: on the rows measured it was off by no less than always answering their/;
    assert.match(flat({ ...amountReport(), amounts }).join("\n"), off);
  });

  test("the page has all that it says", () => {
    const textsOf = (block: CardBlock): readonly string[] => {
      if (block.kind === "text") return [block.text];
      if (block.kind === "command") return [block.command];
      if (block.kind === "table") return [...block.headers, ...block.rows.flat()];
      return block.items.map((item) => (typeof item === "string" ? item : item.join(": ")));
    };
    for (const data of [{ ...labelSetReport(), linear: LINEAR }, amountReport()]) {
      const shown = visibleText(byId(pageOf(data), "card")!);
      for (const text of cardParts(data).flatMap(({ blocks }) => blocks.flatMap(textsOf)))
        assert.ok(shown.includes(text.replaceAll("\u00a0", " ")), text);
    }
  });
});

describe("names from data", () => {
  const EVIL = `<script>alert(1)</script><img src=x onerror=alert(2)> | [a](javascript:b) \u202E\u001b[31m`;
  const labels = ["__proto__", "constructor", EVIL];

  test("are text wherever they stand, and no property of anything", () => {
    const data = labelSetReport();
    const { mistakes, ...figures } = labelSetsOf(labels, [0.9, 0.1, 0.1, 0.1, 0.1, 0.9], [0, 1, 1, 1, 0, 0]);
    const hostile: ReportData = {
      ...{ ...data, labels, title: EVIL, kind: EVIL, evaluatedOn: EVIL },
      labelSets: {
        ...figures,
        mistakes: mistakes.map((each) => ({ ...each, text: EVIL })),
        unknownLabels: [{ label: EVIL, rows: 2 }],
      },
      dataset: { ...data.dataset!, classes: labels.map((label) => ({ label, train: 9 })) },
      linear: { ...LINEAR, members: [{ ...LINEAR.members[1]!, name: EVIL }], picked: EVIL, notes: [EVIL] },
    };
    const source = reportHtml(hostile);
    const page = parsePage(source);
    const names = new Set(select(page, () => true).map(({ name }) => name));
    for (const name of ["script", "img", "a"]) assert.ok(!names.has(name), name);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    const control = /[\x00-\x08\x0b-\x1f\x7f]/;
    assert.doesNotMatch(source, control);
    const card = cardMarkdown(hostile);
    assert.doesNotMatch(card, control);
    assert.doesNotMatch(card.replace(/^```sh\n.*\n```$/gm, ""), /(?<!\\)(?:\\\\)*[<[\]*`~$@]/);
    const rows = cellsOf(byId(page, "results")!);
    assert.deepEqual(
      rows.slice(1, 3).map(([name]) => name),
      ["__proto__", "constructor"],
    );
    assert.match(visibleText(byId(page, "mistakes")!), /Missed constructor, .*, wrongly answered __proto__;/);
    const amounts = amountReport().amounts!;
    const texts = amounts.mistakes.map((each) => ({ ...each, text: EVIL }));
    const other = parsePage(reportHtml({ ...amountReport(), amounts: { ...amounts, mistakes: texts } }));
    for (const name of ["script", "img"]) assert.equal(byName(other, name).length, 0);
  });
});

describe("what does not fit together is refused", () => {
  const [sets, amounts] = [labelSetReport(), amountReport()];
  const cases: [string, ReportData, RegExp][] = [
    [
      "other labels",
      { ...sets, labels: ["bug", "urgent", "blame"] },
      /evaluation labels\[2\].*blame.*praise/,
    ],
    ["fewer labels", { ...sets, labels: ["bug", "urgent"] }, /evaluation labels\[2\].*2 labels/],
    ["more labels", { ...sets, labels: [...sets.labels, "more"] }, /evaluation labels: expected 4/],
    [
      "thresholds that lack one",
      { ...sets, labelSets: { ...threeLabels, thresholds: [0.5, 0.5] } },
      /evaluation thresholds: expected 3, one a label/,
    ],
    [
      "scores that lack one",
      { ...sets, labelSets: { ...threeLabels, perLabel: threeLabels.perLabel.slice(1) } },
      /evaluation perLabel: expected 3, one a label/,
    ],
    ["labels beside amounts", { ...amounts, labels: ["a"] }, /expected no labels beside amounts/],
    [
      "an evaluation of amounts that is none",
      { ...amounts, amounts: threeLabels as unknown as NonNullable<ReportData["amounts"]> },
      /evaluation rootMeanSquaredError/,
    ],
    [
      "two evaluations",
      { ...fullReport(), labels: ["a", "b"], labelSets: labelSetsOf(["a", "b"], [0, 0], [0, 1]) },
      /expected an evaluation of a model that answers with any number of labels/,
    ],
    [
      "another kind than is said",
      { ...amounts, answers: "labels" },
      /received one of a model|answers with an amount/,
    ],
  ];
  for (const [name, data, message] of cases) {
    test(name, () => {
      for (const write of [reportHtml, cardMarkdown])
        assert.throws(
          () => write(data),
          (error) => error instanceof InputError && message.test(error.message),
        );
    });
  }
});

describe("reportPage", () => {
  const options = { model: "rnn", vocabulary: 30, length: 4, epochs: 3, engine: "reference" } as const;
  const rows = Array.from({ length: 60 }, (_, k) => ({
    text: ["red apple", "green <pear>", "red and green"][k % 3]!,
    label: ["<b>red", "green", "__proto__"][k % 3]!,
  }));

  test("of a classifier: curves, figures, mistakes, layers and settings; what it holds is text", async () => {
    const classifier = await TextClassifier.train(rows, options);
    const evaluation = await classifier.evaluate(rows);
    const source = reportPage(classifier, { title: "Fruit", source: "fruit.csv", evaluation });
    assert.doesNotMatch(source, /<b>red|<pear>/);
    const page = parsePage(source);
    const sections = sectionsOf(page);
    for (const name of ["data", "learning", "results", "model", "settings"])
      assert.ok(sections.includes(name), `${name} of ${sections}`);
    const epochs = classifier.training!.history["valLoss"]!;
    assert.equal(epochs.length, 3);
    for (const loss of epochs) assert.ok(source.includes(decimal(loss)), `validation loss ${loss}`);
    assert.equal(sectionsOf(parsePage(reportPage(classifier))).includes("results"), false);
    assert.throws(() => reportPage(classifier, { evaluation: {} as typeof evaluation }), InputError);
    assert.throws(() => reportPage(classifier.model as never), /reportPage classifier/);
  });

  test("of several labels, and of amounts", async () => {
    const sets = rows.map(({ text, label }) => ({ text, labels: [label] }));
    const tags = await MultiLabelClassifier.train(sets, options);
    const found = reportPage(tags, { evaluation: await tags.evaluate(sets) });
    assert.match(found, /multi-label classifier/);
    const amounts = rows.map(({ text }, k) => ({ text, value: k % 3 }));
    const regressor = await TextRegressor.train(amounts, options);
    assert.match(
      reportPage(regressor, { evaluation: await regressor.evaluate(amounts) }),
      /root mean square/,
    );
  });
});

describe("modelCard", () => {
  const options = { model: "rnn", vocabulary: 30, length: 4, epochs: 2, engine: "reference" } as const;
  const words = ["red apple", "green pear", "red and green", "blue sky"];
  const texts = Array.from({ length: 40 }, (_, k) => words[k % 4]!);

  test("of any number of labels", async () => {
    const rows = texts.map((text) => {
      const labels = [
        ...(text.includes("red") ? ["__proto__"] : []),
        ...(text.includes("green") ? ["green"] : []),
      ];
      return { text, labels };
    });
    const classifier = await MultiLabelClassifier.train(rows, options);
    const evaluation = await classifier.evaluate(rows);
    const card = modelCard(classifier, { source: "made up", evaluation });
    assert.match(card, /^# Model card: multi-label classifier\n/);
    assert.match(card, /- Kind: SimpleRNN multi-label classifier\n/);
    assert.match(card, /- Answers with: any number of 2 labels, or none\n/);
    assert.match(card, /\| \\_\\_proto\\_\\_ \| +1\d \|/);
    assert.match(card, /- Measured on: 40 test rows\n/);
    assert.doesNotMatch(card, NOT);
    assert.match(modelCard(classifier), /It was not measured/);
    const { model, encoder, labels, thresholds } = classifier;
    const bare = new MultiLabelClassifier({ model, encoder, labels, thresholds, training: null });
    assert.match(modelCard(bare), /any number of 2 labels, or none/);
    const training = { ...classifier.training!, perClass: {} };
    const forgetful = new MultiLabelClassifier({ model, encoder, labels, thresholds, training });
    assert.match(modelCard(forgetful), /\| \\_\\_proto\\_\\_ \| +0 \| *\n/);
    const other = await TextClassifier.train(
      texts.map((text) => ({ text, label: text })),
      options,
    );
    const classes = await other.evaluate(texts.map((text) => ({ text, label: text })));
    assert.throws(() => modelCard(classifier, { evaluation: classes }), InputError);
    assert.throws(() => modelCard(other, { evaluation }), InputError);
  });

  test("of amounts", async () => {
    const rows = texts.map((text, k) => ({ text, value: 10 * (k % 4) + 5 }));
    const regressor = await TextRegressor.train(rows, options);
    const evaluation = await regressor.evaluate(rows);
    const card = modelCard(regressor, { title: "prices", evaluation });
    assert.match(card, /- Kind: SimpleRNN regressor\n/);
    assert.match(card, /- Answers with: an amount\n/);
    assert.match(card, /- Root mean square error: /);
    assert.doesNotMatch(card, NOT);
    assert.match(modelCard(regressor), /It was not measured/);
    const wrong = { rows: 3 } as typeof evaluation;
    assert.throws(() => modelCard(regressor, { evaluation: wrong }), InputError);
  });

  test("of nothing else", () => {
    for (const wrong of [null, {}, "model"])
      assert.throws(
        () => modelCard(wrong as unknown as TextClassifier),
        /expected a TextClassifier, a Multi/,
      );
  });
});
