/** The model card: what it says of each kind of classifier, and that nothing from data is more than text in it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { AutoRecord } from "../../src/classifier/options.js";
import { heading, list, paragraph, shellLine, table } from "../../src/drawing/markdown.js";
import { TextClassifier } from "../../src/index.js";
import { type CardBlock, cardMarkdown, cardParts } from "../../src/report/card.js";
import type { ReportData } from "../../src/report/data.js";
import { modelCard } from "../../src/report/index.js";
import { reportHtml } from "../../src/report/report.js";
import { intents } from "../classifier/automatic.js";
import { byId, byName, parsePage, select, visibleText } from "./page.js";
import { fullReport } from "./sample.js";

const AUTO: AutoRecord = {
  members: [
    { name: "words", rows: 38, accuracy: 0.75, macroRecall: 0.7, logLoss: 0.5, picked: false },
    { name: "words and more", rows: 38, accuracy: 0.875, macroRecall: 0.8, logLoss: 0.25, picked: true },
  ],
  picked: "words and more",
  why: "Tried two, and took the better.",
  networks: { count: 2, share: 0.4 },
  ran: { recipes: 2, networks: 2, exceeded: false },
  features: 1234,
  heldOut: {
    ...{ rows: 38, accuracy: 0.875, majority: 0.6, mcc: 0.7, known: 0.8 },
    calibrationError: { before: 0.2, after: 0.01 },
  },
  useful: true,
  notes: ["a half of the rows was left out"],
};

/** A network's, with all that the command line knows. */
function networkData(): ReportData {
  const { dataset, ...data } = fullReport();
  return {
    ...data,
    dataset: {
      ...dataset!,
      tested: { share: 0.25, seed: 7 },
      repeated: 2,
      notes: ["m.tsv: spaces left out"],
    },
    notes: [],
    file: { name: "spam.keras", bytes: 2048 },
    reproduction: {
      command: "cellstate train messages.tsv --seed 7",
      ...{ version: "1.2.3", seed: 7, engine: "wasm", complete: true },
      inputs: [
        { name: "messages.tsv", sha256: "ab".repeat(32) },
        { name: "standard input", sha256: null },
      ],
    },
  };
}

/** The card without its line breaks within paragraphs and items, and without the padding of its tables. */
const flat = (card: string): string =>
  card
    .replace(/\n {2}/g, " ")
    .replace(/([^\n|`])\n(?!cellstate)(?=[^\n|#`-])/g, "$1 ")
    .replace(/ {2,}/g, " ");

const has = (card: string, ...lines: string[]) => {
  const found = flat(card).split("\n");
  for (const line of lines) assert.ok(found.includes(line), `${line}\n--- is not in\n${flat(card)}`);
};

describe("of a network", () => {
  const card = cardMarkdown(networkData());

  test("says what it is, of what, how well it answers, how to make it again", () => {
    has(
      card,
      "# Model card: SMS spam",
      "- Kind: LSTM classifier",
      "- Layers: Embedding 16,000, LSTM 6,272",
      "- Parameters: 22,272",
      "- Trained for: 3 epochs; the weights are those of epoch 2",
      "- File: spam.keras, 2 KB (2,048 bytes)",
      "- Source: messages.tsv",
      "- Rows: 50",
      "- As it was read: m.tsv: spaces left out",
      "| ham | 24 | 6 | 7 |",
      "- To learn from: 30 rows",
      "- To stop by: 8 rows, held out of the same data",
      "- To measure on: 12 rows, 25.0 % of each label, drawn with seed 7",
      "- 2 rows to test also stand among those to train, which flatters the figures.",
      "- Accuracy: 66.7 % (39.1–86.2)",
      "| spam | 60.0 % | 60.0 % | 60.0 % | 5 |",
      "## Intended use",
      "cellstate train messages.tsv --seed 7",
      "- Library: cellstate 1.2.3",
      "- Engine: wasm",
      `- SHA-256 of messages.tsv: ${"ab".repeat(32)}`,
      "- SHA-256 of standard input: none, as it is a folder or a stream",
    );
    for (const name of ["Macro F1", "Matthews correlation (MCC)", "Log loss"])
      assert.match(card, new RegExp(`- ${name.replace(/[()]/g, "\\$&")}: [\\d.]+( %)? \\(-?[\\d.]+(–| to )`));
    assert.match(card, /Expected calibration error \(ECE\) on the test rows: \d/);
    assert.match(card, /\| 80.0 % to 90.0 % +\| +2 \|/);
    assert.match(flat(card), /Known words: 86.9 % of those it learned from/);
    assert.doesNotMatch(card, /undefined|NaN|n-gram|of no use|\u00a0/);
  });

  test("names labels of few rows, a start from elsewhere, an end before the end, a test file", () => {
    const data = networkData();
    const { reproduction, dataset } = data;
    const other = flat(
      cardMarkdown({
        ...data,
        startedFrom: "old.keras",
        notes: ["Training was interrupted."],
        dataset: {
          ...dataset!,
          tested: { source: "other.csv" },
          repeated: 0,
          classes: [{ label: "odd", train: 4 }],
        },
        reproduction: { ...reproduction!, complete: false },
      }),
    );
    has(
      other,
      "- Goes on from: old.keras",
      "- Training was interrupted.",
      "- Note: Fewer than 5 rows, too few to learn or to be judged by: odd 4",
      "- To measure on: 12 rows of other.csv",
      "- No text to measure on also stands among those to learn from.",
    );
    assert.match(other, /old.keras had learned from data of its own/);
    assert.match(other, /was interrupted: the command trains to the end, which gives another file/);
  });

  test("that does no better than the commonest label is called of no use; without rows to measure nothing is claimed", () => {
    const { evaluation, ...data } = networkData();
    const useless = { ...evaluation!, accuracy: 0.5, majority: 0.5 };
    assert.match(cardMarkdown({ ...data, evaluation: useless }), /- It is of no use as it is/);
    const unmeasured = cardMarkdown(data);
    assert.match(
      unmeasured,
      /It was not measured on rows that took no part: how well it answers is not known/,
    );
    assert.doesNotMatch(unmeasured, /Accuracy|## Calibration|of no use/);
  });
});

describe("of an automatic classifier", () => {
  const data: ReportData = { ...networkData(), kind: "automatic classifier", epochs: [], auto: AUTO };

  test("says what was tried, picked and why, and what scaling did", () => {
    const card = cardMarkdown(data);
    has(
      card,
      "- Kind: automatic classifier",
      "- Picked: words and more",
      "- Beside the n-grams: 2 networks over words in order, with a share of 40.0 %",
      "- Knows: 1,234 n-grams",
      "Tried two, and took the better.",
      "| words and more | 87.5 % | 80.0 % | 0.250 | yes |",
      "- To choose by: 38 rows of these, each judged by a fit that had not seen it",
      "- Note: a half of the rows was left out",
    );
    assert.match(flat(card), /off by 20.0 % on average on rows held out, and by 1.0 % once they were scaled/);
    assert.match(flat(card), /Known words: 80.0 % of the words of a text like these/);
    assert.doesNotMatch(card, /Layers|Trained for/);
  });

  test("without rows to measure on gives the figures that it was chosen by, as such", () => {
    const { evaluation: _, ...unmeasured } = data;
    const card = flat(cardMarkdown(unmeasured));
    assert.match(card, /chosen by, which flatters:\n\n- Accuracy: 87.5 %\n- Matthews.*: 0.700\n/);
    assert.match(card, /## Calibration\n\n- Its probabilities were off by 20.0 %/);
  });
});

const EVIL = [
  "<script>alert(1)</script><img src=x onerror=alert(1)>",
  "[a](javascript:alert(1)) ![b](http://e.example/p.png) <http://e.example> www.e.example a@e.example",
  "a | b | c\n\n# heading\n- item\n---\n===\n1. one\n> quote\n```\ncode\n```",
  "**bold** __bold__ *i* _i_ ~~s~~ `c` $x$ &lt;b&gt; &#60; \\<b>",
  "+ item",
  "- item",
  "12) twelve",
  "> quote",
  "\u001b[31mred \u202eerutcip",
];

/** What CommonMark or GitHub would obey, were it not behind a backslash; a line that begins a block. */
const OBEYED = /(?<!\\)(?:\\\\)*(?:[<[\]*`~$@]|&(?=#?\w+;)|:\/\/|(?<=\bwww)\.)/;
const BLOCK = /^\s*(?:[-+=#>]|\d{1,9}[.)](?:\s|$))/;

describe("text from data", () => {
  test("is text in Markdown wherever it stands", () => {
    const evil = EVIL.join(" ");
    for (const written of [
      heading(2, evil).slice(3),
      heading(2, "#").slice(3),
      paragraph(evil),
      ...EVIL.map(paragraph),
    ]) {
      for (const line of written.split("\n")) {
        assert.doesNotMatch(line, OBEYED);
        assert.doesNotMatch(line, BLOCK);
      }
    }
    for (const line of list([evil]).split("\n")) assert.doesNotMatch(line.slice(2), OBEYED);
    const lines = table(["a", "b"], [[evil, "x|y"]]).split("\n");
    assert.equal(lines.length, 3);
    assert.equal(lines[2]!.match(/(?<!\\)\|/g)!.length, 3);
    const command = shellLine("a ```` b\n```").split("\n");
    assert.deepEqual(command, ["`````sh", "a ```` b ```", "`````"]);
  });

  test("words that mean nothing to Markdown stay as they are", () => {
    const plain = "sms_spam.csv: 98.7 % (97.8–99.2), C# & co. – it's 5 > 3; #1, a-b, 12:30";
    assert.equal(paragraph(plain), plain.replace("; #1", "; \\#1"));
  });

  test("nothing is lost: without the backslashes it is the text", () => {
    const words = fc.array(
      fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((word) => word.replaceAll(/\s/g, "_")),
    );
    const property = fc.property(words, (given) => {
      const text = given.join(" ").trim();
      const read = paragraph(text)
        .replaceAll("\n", " ")
        .replace(/\\([^a-z\d\s])/gi, "$1");
      assert.equal(read, text.replace(/ +/g, " "));
      for (const line of paragraph(text).split("\n")) {
        assert.doesNotMatch(line, BLOCK);
        assert.doesNotMatch(line.replace(/\\[^a-z\d\s]/gi, ""), /[<[\]*`~$\\]/);
      }
    });
    fc.assert(property);
  });

  test("the whole card and its page, with it as every name", () => {
    for (const evil of EVIL) {
      const { dataset, reproduction, evaluation, ...data } = networkData();
      const hostile: ReportData = {
        ...data,
        ...{ title: evil, kind: evil, startedFrom: evil, labels: [evil, `b${evil}`], notes: [evil] },
        evaluation: evaluation!,
        dataset: {
          ...dataset!,
          ...{ source: evil, tested: { source: evil }, notes: [evil], classes: [{ label: evil, train: 3 }] },
        },
        file: { name: evil, bytes: 1 },
        auto: { ...AUTO, picked: evil, why: evil, notes: [evil] },
        reproduction: { ...reproduction!, command: evil, inputs: [{ name: evil, sha256: null }] },
      };
      const card = cardMarkdown(hostile);
      const prose = card.replace(/^(`{3,})sh\n.*\n\1$/gm, "");
      assert.equal([...card.matchAll(/^## /gm)].length, 8);
      assert.equal([...card.matchAll(/^# /gm)].length, 1);
      for (const line of prose.split("\n")) assert.doesNotMatch(line, OBEYED);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(card, /[\x00-\x08\x0b-\x1f\x7f\u202e]/);
      const section = byId(parsePage(reportHtml(hostile)), "card")!;
      const names = new Set(select(section, () => true).map(({ name }) => name));
      for (const name of ["script", "img", "a"]) assert.ok(!names.has(name), name);
    }
  });
});

test("the report's page has all that the card says", () => {
  const data = { ...networkData(), auto: AUTO };
  const page = parsePage(reportHtml(data));
  const shown = visibleText(byId(page, "card")!);
  const textsOf = (block: CardBlock): readonly string[] => {
    if (block.kind === "text") return [block.text];
    if (block.kind === "command") return [block.command];
    if (block.kind === "table") return [...block.headers, ...block.rows.flat()];
    return block.items.map((item) => (typeof item === "string" ? item : item.join(": ")));
  };
  const parts = cardParts(data);
  assert.deepEqual(
    byName(byId(page, "card")!, "h3").map(visibleText),
    parts.map((part) => part.heading),
  );
  for (const text of parts.flatMap(({ blocks }) => blocks.flatMap(textsOf)))
    assert.ok(shown.includes(text.replaceAll("\u00a0", " ")), text);
});

describe("modelCard", () => {
  test("knows of a classifier what that remembers", async () => {
    const rows = intents(["music", "table"]);
    const classifier = await TextClassifier.train(rows, { engine: "reference" });
    const evaluation = await classifier.evaluate(rows);
    const card = modelCard(classifier, { title: "intents", source: "made up", evaluation });
    has(
      card,
      "# Model card: intents",
      "- Kind: automatic classifier",
      `- Picked: ${classifier.training!.auto!.picked}`,
      "- Source: made up",
      "| music | 20 |",
      "- Measured on: 40 test rows",
    );
    assert.doesNotMatch(card, /undefined|NaN|How to reproduce|no rows/i);
  });

  test("of a network has its epochs and the rows that it stopped by", async () => {
    const rows = intents(["music", "table"]);
    const options = { model: "rnn", vocabulary: 30, length: 6, epochs: 2, engine: "reference" } as const;
    const card = modelCard(await TextClassifier.train(rows, options));
    has(
      card,
      "- Kind: SimpleRNN classifier",
      "- Source: not on record",
      "| music | 18 |",
      "- To measure on: no rows",
    );
    assert.match(card, /- Trained for: [12] epochs?; the weights are those of epoch [12]/);
  });
});
