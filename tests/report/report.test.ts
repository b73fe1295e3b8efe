import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputError } from "../../src/base/errors.js";
import { pictured } from "../../src/base/text.js";
import { evaluatePredictions } from "../../src/objectives/metrics.js";
import type { ReportData } from "../../src/report/data.js";
import { reportHtml } from "../../src/report/report.js";
import { byClass, byId, byName, type Element, parsePage, select, textOf, visibleText } from "./page.js";
import { fullReport } from "./sample.js";

const SECTIONS = ["data", "learning", "results", "certainty", "mistakes", "model", "settings"];
const sectionsOf = (page: Element) => byName(page, "section").map((each) => each.attributes.get("id"));
const cellsOf = (element: Element) =>
  byName(element, "tr").map((row) =>
    select(row, ({ name }) => name === "th" || name === "td").map(visibleText),
  );

describe("the page", () => {
  const source = reportHtml(fullReport());
  const page = parsePage(source);

  test("is one well-formed file that needs and allows nothing else", () => {
    const policy = byName(page, "meta").find((meta) => meta.attributes.has("http-equiv"))!;
    assert.equal(policy.attributes.get("content"), "default-src 'none'; style-src 'unsafe-inline'");
    assert.doesNotMatch(source, /https?:|url\(|@import|<script|<link|<img|<iframe/);
    for (const element of select(page, () => true)) {
      for (const [name, value] of element.attributes) {
        // A drawing's width, by which narrow pages scroll it.
        if (name === "style" && /^--width:[\d.]+px$/.test(value)) continue;
        assert.doesNotMatch(name, /^on|^style$|^href$|^src$/, `${element.name} has ${name}`);
      }
    }
  });

  test("is light, dark and printable", () => {
    const style = textOf(byName(page, "style")[0]!);
    assert.match(style, /:root \{ color-scheme: light dark; \}/);
    assert.match(style, /@media print/);
  });

  test("every colour that is used is defined, in light and in dark", () => {
    const style = textOf(byName(page, "style")[0]!);
    const [light, both] = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body!);
    for (const [, name] of style.matchAll(/var\((--[\w-]+)\)/g)) {
      if (name === "--width") continue;
      assert.ok(light!.includes(`${name}:`), `${name} in light`);
      assert.ok(both!.includes(`${name}: light-dark(`), `${name} in dark`);
    }
  });

  test("can be read without seeing it", () => {
    const ids = select(page, ({ attributes }) => attributes.has("id")).map((each) =>
      each.attributes.get("id"),
    );
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
    for (const chart of byName(page, "svg")) {
      assert.equal(chart.attributes.get("role"), "img");
      const [title, description] = chart.attributes.get("aria-labelledby")!.split(" ");
      assert.ok(textOf(byId(page, title!)!).length > 3);
      assert.ok(textOf(byId(page, description!)!).length > 20);
    }
    for (const part of byName(page, "section")) {
      assert.ok(byId(page, part.attributes.get("aria-labelledby")!));
    }
    for (const cell of byName(page, "th")) assert.match(cell.attributes.get("scope")!, /^(row|col)$/);
    assert.equal(byName(page, "html")[0]!.attributes.get("lang"), "en");
    assert.equal(byName(page, "h1").length, 1);
  });

  test("has all its parts, in order", () => {
    assert.deepEqual(sectionsOf(page), SECTIONS);
    assert.equal(byName(page, "svg").length, 8);
  });

  test("says in one sentence what was trained and how well it does", () => {
    assert.equal(
      visibleText(byClass(page, "lead")[0]!),
      "This LSTM classifier of 22,272 parameters learned to tell ham and spam apart from 30 rows, and gives 66.7 % of 12 test rows their own label. Always answering ham would give 58.3 %.",
    );
    const tiles = byClass(page, "tiles")[0]!;
    assert.deepEqual(byName(tiles, "dd").map(textOf).slice(0, 3), ["66.7 %", "65.7 %", "0.314"]);
    assert.deepEqual(byName(tiles, "dt").map(visibleText).slice(0, 3), [
      "accuracy (39.1–86.2)",
      "macro F1 (36.3–86.9)",
      "Matthews correlation (-0.232 to 0.747)",
    ]);
    assert.match(visibleText(tiles), /calibration error \(ECE\)/);
    assert.match(visibleText(byClass(page, "notes")[0]!), /Two rows were empty/);
  });
});

describe("tables", () => {
  const page = parsePage(reportHtml(fullReport()));
  const rows = (id: string) => cellsOf(byId(page, id)!);

  test("classes by part, epochs, layers", () => {
    assert.deepEqual(rows("data").slice(0, 3), [
      ["class", "train", "validation", "test"],
      ["ham", "24", "6", "7"],
      ["spam", "6", "2", "5"],
    ]);
    assert.deepEqual(rows("learning")[2], ["2", "0.5000", "75.0 %", "0.6000", "80.0 %", "1.4 s"]);
    assert.deepEqual(rows("model").slice(1), [
      ["embedding", "Embedding", "(None, 200, 16)", "16,000", "71.8 %"],
      ["lstm", "LSTM", "(None, 32)", "6,272", "28.2 %"],
      ["Total", "", "", "22,272", "87.00 KB"],
    ]);
  });

  test("confusion matrix and scores of each class", () => {
    const results = rows("results");
    assert.deepEqual(results.slice(0, 3), [
      ["true label", "ham", "spam"],
      ["ham", "5", "2"],
      ["spam", "2", "3"],
    ]);
    assert.deepEqual(results.slice(4, 7), [
      ["ham", "71.4 %", "71.4 %", "71.4 %", "7"],
      ["spam", "60.0 %", "60.0 %", "60.0 %", "5"],
      ["mean of classes", "65.7 %", "65.7 %", "65.7 %", ""],
    ]);
  });

  test("calibration groups, the empty ones too", () => {
    const certainty = rows("certainty");
    assert.deepEqual(certainty[1], ["0 % to 10.0 %", "1", "3.1 %", "0 %", "0 % to 79.3 %"]);
    assert.deepEqual(certainty[6], ["50.0 % to 60.0 %", "0", "–", "–", "–"]);
    assert.equal(certainty.filter(([name]) => /^\d.*to/.test(name!)).length, 10);
  });
});

describe("what is missing is left out", () => {
  const absent: [keyof ReportData, string[]][] = [
    ["dataset", ["data"]],
    ["epochs", ["learning"]],
    ["evaluation", ["results", "certainty"]],
    ["mistakes", ["mistakes"]],
    ["model", ["model"]],
  ];
  for (const [field, parts] of absent) {
    test(`without ${field}`, () => {
      const page = parsePage(reportHtml({ ...fullReport(), [field]: undefined }));
      assert.deepEqual(
        sectionsOf(page),
        SECTIONS.filter((part) => !parts.includes(part)),
      );
    });
  }

  test("a title and two labels make a page", () => {
    const page = parsePage(reportHtml({ title: "bare", labels: ["a", "b"] }));
    assert.deepEqual(sectionsOf(page), []);
    assert.doesNotMatch(textOf(page), /undefined|NaN|null/);
  });

  test("no seconds, settings or environment: no such part; any one of them is enough for it", () => {
    const none = { ...fullReport(), seconds: undefined, settings: undefined, environment: undefined };
    assert.ok(!sectionsOf(parsePage(reportHtml(none))).includes("settings"));
    assert.ok(sectionsOf(parsePage(reportHtml({ ...none, seconds: { fit: 1 } }))).includes("settings"));
  });
});

describe("text from data", () => {
  const evil = `<script>alert(1)</script>"'><img src=x onerror='alert(2)'>&amp;&#0; \u0000\u001b[31m \u202Egnirts ${"x".repeat(900)}`;

  test("is escaped wherever it may stand", () => {
    const data = fullReport();
    const source = reportHtml({
      ...data,
      title: evil,
      kind: evil,
      createdAt: evil,
      evaluatedOn: evil,
      labels: [evil, `b${evil}`],
      notes: [evil],
      settings: { [evil]: evil },
      environment: { [evil]: evil },
      seconds: { [evil]: 1 },
      mistakes: [{ text: evil, label: evil, predicted: evil, probability: 0.5 }],
      dataset: { ...data.dataset!, source: evil, classes: [{ label: evil, train: 3 }] },
      model: {
        name: evil,
        layers: [{ ...data.model!.layers[0]!, name: evil, className: evil }],
      },
    });
    const page = parsePage(source);
    const names = new Set(select(page, () => true).map(({ name }) => name));
    for (const name of ["script", "img", "iframe", "a"]) assert.ok(!names.has(name), name);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(source, /[\x00-\x08\x0b-\x1f\x7f]/);
    assert.ok(textOf(byName(page, "h1")[0]!).includes(pictured(evil)));
  });

  test("keeps its direction to itself", () => {
    const page = parsePage(
      reportHtml({
        ...fullReport(),
        title: "שלום \u202eabc",
        mistakes: [{ text: "مرحبا", label: "ham", predicted: "spam", probability: 1 }],
      }),
    );
    assert.equal(byName(byName(page, "h1")[0]!, "bdi").length, 1);
    assert.equal(byName(page, "blockquote")[0]!.attributes.get("dir"), "auto");
  });

  test("is called empty where nothing of it shows", () => {
    for (const text of ["", "  \n"]) {
      const mistakes = [{ text, label: "a", predicted: "b", probability: 0.9 }];
      const page = parsePage(reportHtml({ ...fullReport(), mistakes }));
      assert.equal(textOf(byName(page, "blockquote")[0]!), "(empty)");
    }
  });

  test("is cut between characters when long, saying how much is left", () => {
    const family = "👨‍👩‍👧";
    const text = family.repeat(700);
    const page = parsePage(
      reportHtml({ ...fullReport(), mistakes: [{ text, label: "a", predicted: "b", probability: 0.9 }] }),
    );
    const shown = textOf(byName(page, "blockquote")[0]!);
    assert.ok(shown.startsWith(`${family.repeat(600)}… (800 more characters)`), shown.slice(-60));
  });
});

describe("many classes", () => {
  const evaluationOf = (classes: number) => {
    const labels = Array.from({ length: 2 * classes }, (_, row) => row % classes);
    // The first round is right, the second is one class off.
    const probabilities = new Float32Array(labels.length * classes);
    labels.forEach((label, row) => {
      const answer = row < classes ? label : (label + 1) % classes;
      probabilities[row * classes + answer] = 1;
    });
    return evaluatePredictions({ probabilities, outputs: classes, labels });
  };
  const pageOf = (classes: number) =>
    parsePage(
      reportHtml({
        title: "many",
        labels: Array.from({ length: classes }, (_, k) => `class ${k}`),
        evaluation: evaluationOf(classes),
      }),
    );

  test("up to twenty are drawn, and what is confused is listed", () => {
    const page = pageOf(20);
    assert.equal(byClass(page, "cell").length, 400);
    assert.match(visibleText(byId(page, "results")!), /Most often confused/);
  });

  test("beyond, only the list remains, at most ten pairs", () => {
    const page = pageOf(21);
    assert.equal(byClass(page, "cell").length, 0);
    const pairs = cellsOf(byId(page, "results")!).filter((row) => row.length === 4);
    assert.equal(pairs.length, 1 + 10);
    assert.deepEqual(pairs[1], ["class 0", "class 1", "1", "50.0 %"]);
  });

  test("what is confused most often comes first", () => {
    const labels = [0, 0, 0, 0, 1, 1, 2, 2, 2];
    const answers = [0, 1, 1, 1, 1, 0, 2, 0, 0];
    const probabilities = Float32Array.from(
      answers.flatMap((answer) => [0, 1, 2].map((k) => +(k === answer))),
    );
    const evaluation = evaluatePredictions({ probabilities, outputs: 3, labels });
    const page = parsePage(reportHtml({ title: "three", labels: ["a", "b", "c"], evaluation }));
    assert.deepEqual(cellsOf(byId(page, "results")!).slice(-3), [
      ["a", "b", "3", "75.0 %"],
      ["c", "a", "2", "66.7 %"],
      ["b", "a", "1", "50.0 %"],
    ]);
  });

  test("names must fit the evaluation", () => {
    assert.throws(() => reportHtml({ title: "x", labels: ["a"], evaluation: evaluationOf(3) }), InputError);
  });
});
