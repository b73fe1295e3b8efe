/** cellstate evaluate: the figures of one classifier, and which of two is better. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-evaluate-"));
  const rows = reviews(120);
  const options = { engine: "reference", vocabulary: 60, validationSplit: 0, model: "rnn" } as const;
  const good = await TextClassifier.train(rows, { ...options, length: 12, epochs: 12, batchSize: 4 });
  await good.save(join(folder, "good.keras"));
  const front = { frontEnd: "textVectorization" } as const;
  const poor = await TextClassifier.train(rows, { ...options, text: front, length: 3, epochs: 1 });
  await poor.save(join(folder, "poor.keras"));
  const others = rows.map(({ text, label }) => ({ text, label: `${label}itive` }));
  const other = await TextClassifier.train(others, { ...options, length: 3, epochs: 1 });
  await other.save(join(folder, "other.keras"));
  await writeFile(join(folder, "new.csv"), csv(reviews(90)));
});
after(() => rm(folder, { recursive: true }));

const run = (line: string, input?: string) =>
  cellstate([...line.split(" "), "--engine", "reference"], { cwd: folder, ...(input ? { input } : {}) });

const fields = (value: object) => Object.keys(value).join(" ");

describe("one classifier", () => {
  test("--json has its figures, their intervals and the calibration error", async () => {
    const { code, stdout } = await run("evaluate good.keras new.csv --json");
    assert.equal(code, 0);
    const found = JSON.parse(stdout);
    assert.equal(fields(found), "rows loss accuracy macroF1 mcc confusion labels ece intervals threshold");
    assert.equal(fields(found.intervals), "accuracy macroF1 mcc loss");
    const [low, high] = found.intervals.accuracy;
    assert.ok(low < found.accuracy && found.accuracy <= high);
    assert.ok(found.ece > 0 && found.ece < 0.5);
  });

  test("for people, the figures are followed by them", async () => {
    const { stdout } = await run("evaluate good.keras new.csv");
    assert.match(stdout, /^Measured on 90 texts \(in brackets: 95 % intervals\)\n {2}accuracy [\d.]+ % \(/);
    assert.match(stdout, / {3}ECE [\d.]+ %\n/);
  });
});

describe("two classifiers", () => {
  test("--json: each by itself, the difference, and McNemar's test", async () => {
    const { code, stdout, stderr } = await run("evaluate poor.keras good.keras new.csv --json");
    assert.equal(code, 0, stderr);
    const { a, b, rows, both, neither, difference, mcnemar, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, {});
    assert.equal(fields(mcnemar), "onlyA onlyB statistic p test");
    assert.equal(both + neither + mcnemar.onlyA + mcnemar.onlyB, rows);
    assert.deepEqual([a.model, b.model, rows], ["poor.keras", "good.keras", 90]);
    for (const [name, found] of Object.entries({ "poor.keras": a, "good.keras": b })) {
      const alone = await run(`evaluate ${name} new.csv --json`);
      assert.deepEqual(found, { model: name, ...JSON.parse(alone.stdout) });
    }
    assert.ok(Math.abs(difference.accuracy - (b.accuracy - a.accuracy)) < 1e-12);
    assert.ok(mcnemar.p < 0.001 && difference.interval[0] > 0, stdout);
  });

  test("for people: side by side, who is right where, what it means, and mistakes of each", async () => {
    const { code, stdout } = await run("evaluate poor.keras good.keras new.csv --mistakes 2");
    assert.equal(code, 0);
    for (const part of [
      /^Compared on 90 texts \(in brackets: 95 % intervals\)\n {2}A: poor\.keras\n {2}B: good\.keras\n/,
      /\n {2}accuracy +[\d.]+ % +\([\d.–]+\) +[\d.]+ %/,
      /\n {2}only B +\d+\n/,
      /\n {2}accuracy of B less that of A: \+[\d.]+ points \(\+[\d.]+ to \+[\d.]+\)\n/,
      /\n {2}McNemar's test \(.+\): p [=<] 0/,
      /\nB is better; were both equally good/,
      /\nSurest mistakes of A where B is right\n/,
    ]) {
      assert.match(stdout, part);
    }
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  });

  test("standard input is read once for both", async () => {
    const data = await readFile(join(folder, "new.csv"), "utf8");
    const piped = await run("evaluate poor.keras good.keras - --json", data);
    const read = await run("evaluate poor.keras good.keras new.csv --json");
    assert.equal(piped.code, 0, piped.stderr);
    assert.equal(piped.stdout, read.stdout);
  });

  for (const [line, says] of [
    [
      "evaluate good.keras other.keras new.csv",
      /^cellstate: other\.keras: expected the labels of the first/m,
    ],
    ["evaluate good.keras new.csv other.csv", /new\.csv/],
    [
      "evaluate good.keras poor.keras other.keras new.csv",
      /received 3 classifiers and new\.csv\. Compare two/,
    ],
    ["evaluate good.keras", /missing required argument 'data'/],
    ["evaluate good.keras poor.keras new.csv --json --mistakes 3", /^cellstate: --mistakes: .*with --json/],
  ] as const) {
    test(`${line} is refused`, async () => {
      const { code, stdout, stderr } = await run(line);
      assert.match(stderr, says);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });
  }

  test("what there is to say of the rows is said", async () => {
    const data = csv(reviews(90)).replace(/,pos\n/, ", pos\n");
    for (const line of ["evaluate good.keras -", "evaluate poor.keras good.keras -"]) {
      const { code, stderr } = await run(line, data);
      assert.equal(code, 0, stderr);
      assert.equal(stderr.match(/^-: the spaces around the labels of 1 of 90 rows/gm)?.length, 1, stderr);
    }
  });

  test("an empty name is refused as one", async () => {
    for (const [args, name] of [
      [["good.keras", "", "new.csv"], "OTHER"],
      [["good.keras", "poor.keras", ""], "DATA"],
    ] as const) {
      const { code, stderr } = await cellstate(["evaluate", ...args], { cwd: folder });
      assert.equal(stderr, `cellstate: ${name}: expected a name but received "".\n`);
      assert.equal(code, 2);
    }
  });

  test("help names the arguments in their order", async () => {
    const { stdout } = await cellstate(["evaluate", "--help"]);
    assert.match(stdout, /^Usage: cellstate evaluate \[options\] <model> \[other\] <data>\n/);
    assert.match(stdout, /\n {2}model +a \.keras[\s\S]*\n {2}other +another[\s\S]*\n {2}data +CSV/);
  });
});
