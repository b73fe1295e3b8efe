import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../../../src/base/text.js";
import { columnsOf, PLAIN, type Style, shownWidth, styleFor } from "../../../src/cli/terminal.js";
import {
  confusionText,
  type EvaluationView,
  evaluationText,
  mistakesText,
} from "../../../src/cli/ui/evaluation.js";
import { overviewText } from "../../../src/cli/ui/overview.js";
import { bar, excerpt, table } from "../../../src/cli/ui/table.js";
import { areaUnderRoc, evaluatePredictions } from "../../../src/objectives/metrics.js";
import { lengthSummary } from "../../../src/report/lengths.js";

const FAMILY = "👨‍👩‍👧";
const coloured: Style = styleFor({ isTTY: true }, {});

function fits(text: string): void {
  for (const line of text.split("\n"))
    assert.ok(shownWidth(line) <= 80, `${shownWidth(line)} columns: ${line}`);
}

/** Rows of `classes` classes, every third given to the class after its own. */
function view(classes: number, labels: string[], mistakes: EvaluationView["mistakes"] = []): EvaluationView {
  const truth = Array.from({ length: 6 * classes }, (_, row) => row % classes);
  const probabilities = new Float32Array(truth.length * classes);
  truth.forEach((label, row) => {
    probabilities[row * classes + ((row % 3 === 2 ? label + 1 : label) % classes)] = 1;
  });
  return { ...evaluatePredictions({ probabilities, outputs: classes, labels: truth }), labels, mistakes };
}

describe("colours", () => {
  test("on a terminal only, and not against NO_COLOR or a dumb terminal", () => {
    assert.equal(styleFor({ isTTY: true }, {}).bold("x"), "\u001b[1mx\u001b[22m");
    for (const [stream, environment] of [
      [{ isTTY: false }, {}],
      [{}, {}],
      [{ isTTY: true }, { NO_COLOR: "1" }],
      [{ isTTY: true }, { TERM: "dumb" }],
    ] as const) {
      assert.equal(styleFor(stream, environment).bad("x"), "x");
    }
    // https://no-color.org: present and not empty.
    assert.notEqual(styleFor({ isTTY: true }, { NO_COLOR: "" }).good("x"), "x");
  });

  test("change nothing but the colour", () => {
    const evaluation = view(
      3,
      ["a", "b", "c"],
      [{ row: 0, label: 0, predicted: 1, probability: 0.9, text: "t" }],
    );
    const plain = evaluationText(evaluation, PLAIN);
    const painted = evaluationText(evaluation, coloured);
    assert.notEqual(painted, plain);
    assert.equal(stripVTControlCharacters(painted), plain);
  });

  test("a terminal is used up to 80 columns", () => {
    assert.deepEqual(
      [{ columns: 120 }, { columns: 60 }, { columns: 0 }, {}].map(columnsOf),
      [80, 60, 80, 80],
    );
  });
});

describe("tables", () => {
  test("words to the left, numbers to the right, widths in columns", () => {
    const text = table([
      ["label", "F1"],
      ["名前", "0.5"],
      [coloured.bold("x"), "10"],
    ]);
    assert.equal(stripVTControlCharacters(text), "  label   F1\n  名前   0.5\n  x       10");
  });

  test("rows of different lengths, and none", () => {
    assert.equal(table([["a", "1"], ["b"]]), "  a  1\n  b");
    assert.equal(table([]), "");
  });

  test("bars in eighths", () => {
    assert.deepEqual(
      [0, 1, 0.5, 0.0625, 2, -1].map((share) => bar(share, 2)),
      ["", "██", "█", "▏", "██", ""],
    );
  });

  test("excerpts cannot drive the terminal and are cut between characters", () => {
    assert.equal(excerpt("\u001b[2J\u0007 red\nline", 20), "␛[2J␇ red line");
    assert.equal(excerpt(FAMILY.repeat(4), 5), `${FAMILY}${FAMILY}…`);
    assert.equal(excerpt("  padded  ", 20), "padded");
  });
});

describe("the data", () => {
  const report = {
    source: "messages.tsv",
    rows: { train: 4000, validation: 450, test: 1115 },
    classes: [
      { label: "spam", train: 500 },
      { label: "ham", train: 3500 },
    ],
    lengths: lengthSummary([3, 5, 5, 6, 7, 9, 12, 15], 10),
    vocabulary: { size: 1000, distinct: 9433 },
  };

  test("no stated probability is certain, and an empty text is called so", () => {
    const one = { row: 0, label: 0, predicted: 1, probability: 1, text: " " };
    const text = mistakesText([one, { ...one, probability: 0, text: "x" }], ["a", "b"]);
    assert.match(text, /b >99\.9 %, is a\n {4}\(empty\)\n {2}b <0\.1 %/);
  });

  test("texts to measure on that were learned from are counted", () => {
    assert.match(
      overviewText({ ...report, repeated: 3 }),
      /\n {2}3 of the 1,115 texts to measure on also stand among those to learn from, which flatters the figures\n/,
    );
    assert.doesNotMatch(overviewText({ ...report, repeated: 0 }), /flatters/);
  });

  test("rows, classes by size, lengths and what is cut", () => {
    assert.equal(
      overviewText(report),
      [
        "5,565 texts, 2 labels",
        "  4,000 to learn from, 450 to stop by, 1,115 to measure on",
        "  ham   3,500  87.5 %  █████████████████████",
        "  spam    500  12.5 %  ███",
        "  words a text: median 6, 95 % up to 15, longest 15",
        "  2 texts (25.0 %) longer than the 10 that are read",
        "  vocabulary: 1,000 entries for 9,433 different words",
      ].join("\n"),
    );
  });

  test("many classes, long names, nothing cut, parts missing", () => {
    const classes = Array.from({ length: 40 }, (_, k) => ({ label: `${"名".repeat(30)}${k}`, train: k }));
    const text = overviewText({
      source: "x",
      rows: { train: 780 },
      classes,
      lengths: lengthSummary([1, 2], 10),
    });
    fits(text);
    assert.match(text, /and 28 more/);
    assert.match(text, /none is longer than the 10/);
    assert.doesNotMatch(overviewText({ source: "x", rows: { train: 0 }, classes: [] }), /NaN|undefined/);
  });
});

describe("an evaluation", () => {
  test("without rows of one class has no area under ROC, nor an area of 0", () => {
    const p = { probabilities: Float32Array.of(0.25, 0.75), outputs: 1, labels: [1, 1] };
    const one = { ...evaluatePredictions(p), labels: ["ham", "spam"], mistakes: [] };
    assert.match(evaluationText(one), /MCC 0\.000 {3}AUC – {3}loss/);
    assert.equal(areaUnderRoc(one), Number.NaN);
    const both = evaluatePredictions({ ...p, labels: [0, 1] });
    assert.equal(areaUnderRoc(both), 1);
  });

  test("scores, labels and confusion", () => {
    const p = {
      probabilities: Float32Array.of(0.03125, 0.125, 0.25, 0.75, 0.375, 0.875, 0.9375, 0.875),
      outputs: 1,
      labels: [0, 0, 0, 0, 1, 1, 1, 1],
    };
    const text = evaluationText({ ...evaluatePredictions(p), labels: ["ham", "spam"], mistakes: [] });
    assert.equal(
      text,
      [
        "Measured on 8 texts (in brackets: 95 % intervals)",
        "  accuracy 75.00 % (40.9–92.9)   macro F1 0.750 (0.400–0.956)",
        "  MCC 0.500 (-0.119 to 0.912)   AUC 0.938   loss 0.3940   ECE 26.2 %",
        "  always answering ham: 50.00 %",
        "  only 4 texts are ham: macro F1 may be further off",
        "",
        "  label  precision  recall     F1  texts",
        "  ham        0.750   0.750  0.750      4",
        "  spam       0.750   0.750  0.750      4",
        "",
        "Confusion (rows: what it is; columns: what was answered)",
        "           ham  spam",
        "  is ham     3     1",
        "  is spam    1     3",
      ].join("\n"),
    );
  });

  test("texts of a label that are too few for macro F1's interval are counted", () => {
    const text = (supports: readonly number[]) => {
      const labels = supports.flatMap((support, k) => new Array<number>(support).fill(k));
      const probabilities = new Float32Array(labels.length * 2).fill(0.5);
      const evaluation = evaluatePredictions({ probabilities, outputs: 2, labels });
      return evaluationText({ ...evaluation, labels: ["ham", "spam"], mistakes: [] });
    };
    assert.match(text([20, 9]), /\n {2}only 9 texts are spam: macro F1 may be further off\n/);
    assert.match(text([1, 20]), /\n {2}only 1 text is ham: /);
    assert.match(text([20, 0]), /\n {2}no text is spam: /);
    assert.doesNotMatch(text([20, 10]), /further off/);
  });

  test("is never wider than 80 columns, whatever the labels", () => {
    for (const classes of [2, 6, 12, 20, 150]) {
      for (const name of [
        "c",
        "a label that goes on and on without end ",
        "长标签".repeat(20),
        FAMILY.repeat(50),
      ]) {
        const labels = Array.from({ length: classes }, (_, k) => `${name}${k}`);
        const text = evaluationText(
          view(classes, labels, [{ row: 0, label: 0, predicted: 1, probability: 1, text: name.repeat(90) }]),
        );
        fits(text);
        assert.doesNotMatch(text, /NaN|undefined/);
      }
    }
  });

  test("a wide matrix becomes the pairs most often confused", () => {
    const labels = Array.from({ length: 30 }, (_, k) => `intent ${k}`);
    const matrix = labels.map((_, i) => labels.map((_, j): number => (i === j ? 8 : 0)));
    matrix[4]![7] = 2;
    matrix[9]![1] = 8;
    const text = confusionText(matrix, labels);
    assert.equal(
      text,
      "Most often confused\n  intent 9 as intent 1  8  50.0 % of it\n  intent 4 as intent 7  2  20.0 % of it",
    );
    assert.match(
      confusionText(
        matrix.map((row, i) => row.map((_, j) => +(i === j))),
        labels,
      ),
      /nothing/,
    );
  });

  test("what is right is green, what is wrong red, nothing faint", () => {
    const text = confusionText(
      [
        [7, 2],
        [0, 5],
      ],
      ["a", "b"],
      coloured,
    );
    for (const part of [coloured.good("7"), coloured.bad("2"), coloured.dim("0"), coloured.good("5")]) {
      assert.ok(text.includes(part), JSON.stringify(part));
    }
  });

  test("of very many labels, those that do worst", () => {
    const labels = Array.from({ length: 45 }, (_, k) => `label${k}.`);
    const evaluation = view(45, labels);
    const perClass = evaluation.perClass.map((scores, k) => ({ ...scores, f1: k / 45 }));
    const text = evaluationText({ ...evaluation, perClass });
    assert.match(text, /label29\..*0\.644/);
    assert.doesNotMatch(text, /label30\. .*0\.667/);
    assert.match(text, /the worst by F1; 15 more do better/);
  });
});

describe("mistakes", () => {
  const one = (text: string) =>
    mistakesText([{ row: 3, label: 1, predicted: 0, probability: 0.9979, text }], ["ham", "spam"]).split(
      "\n",
    );

  test("what was answered, how surely, and what it is", () => {
    assert.deepEqual(one("free entry"), ["Surest mistakes", "  ham 99.8 %, is spam", "    free entry"]);
  });

  test("long texts take three lines and say that they go on", () => {
    const lines = one("many words make a long message ".repeat(40)).slice(2);
    assert.equal(lines.length, 3);
    assert.ok(lines[2]!.endsWith("…"));
    for (const text of ["x".repeat(9000), FAMILY.repeat(500), "مرحبا ".repeat(200)]) {
      const shown = one(text);
      fits(shown.join("\n"));
      assert.equal(shown.length, 5);
      assert.ok(displayWidth(shown[4]!) > 40);
    }
  });

  test("their text cannot drive the terminal", () => {
    const lines = one("a\u001b]0;title\u0007b\r\n\u202ec");
    assert.equal(lines[2], "    a␛]0;title␇b \ufffdc");
  });
});
