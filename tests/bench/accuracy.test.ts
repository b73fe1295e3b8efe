/** What `npm run bench:accuracy` compares with is what scikit-learn computes, and its draws are as described. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { intents } from "../../bench/accuracy/intents.js";
import { LinearClassifier } from "../../bench/accuracy/linear.js";
import { type Measured, scoresOf, spread } from "../../bench/accuracy/measure.js";
import { drawFew, fewRows, rareIn, splitOf } from "../../bench/accuracy/runs.js";
import { TfIdf } from "../../bench/accuracy/tf-idf.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const MESSAGES = readFileSync(join(ROOT, "examples/data/sms-spam.tsv"), "utf8")
  .split("\n")
  .slice(1, 501)
  .map((line) => {
    const [label, text] = line.split("\t") as [string, string];
    return { label, text };
  });

describe("TF-IDF with logistic regression, against scikit-learn (golden/linear.json by make_linear.py)", () => {
  const golden = JSON.parse(readFileSync(join(ROOT, "tests/bench/golden/linear.json"), "utf8")) as {
    terms: number;
    cases: { name: string; c: number; labels: string[]; accuracy: number; scores: number[][] }[];
  };

  test("has the same terms", () => {
    const { tfIdf } = TfIdf.fit(MESSAGES.slice(0, 300).map(({ text }) => text));
    assert.equal([...tfIdf.terms].length, golden.terms);
  });

  for (const { name, c, labels, accuracy, scores } of golden.cases) {
    test(name, () => {
      const rows = MESSAGES.map(({ label, text }) => ({
        label: labels.length === 3 && label === "ham" && text.length > 60 ? "long ham" : label,
        text,
      }));
      const [learned, asked] = [rows.slice(0, 300), rows.slice(300)];
      const linear = LinearClassifier.train(learned, c);
      assert.deepEqual(linear.labels, labels);
      const texts = asked.map(({ text }) => text);
      linear.scores(texts).forEach((row, r) => {
        row.forEach((score, k) => {
          assert.ok(Math.abs(score - scores[r]![k]!) < 2e-3, `row ${r}: ${score}, not ${scores[r]![k]}`);
        });
      });
      const truth = asked.map(({ label }) => label);
      assert.equal(scoresOf(truth, linear.predict(texts)).accuracy, accuracy);
    });
  }

  test("a c that is chosen is one of those tried", () => {
    const rows = MESSAGES.slice(0, 300);
    const tuned = LinearClassifier.tuned(rows).scores(["win a prize"]);
    const tried = [1, 10, 100].map((c) => LinearClassifier.train(rows, c).scores(["win a prize"]));
    assert.ok(tried.some((scores) => scores[0]![0] === tuned[0]![0]));
  });
});

describe("draws", () => {
  const counts = (rows: readonly { label: string }[]) => {
    const found: Record<string, number> = {};
    for (const { label } of rows) found[label] = (found[label] ?? 0) + 1;
    return found;
  };

  test("a split holds every row once, and follows from its seed", () => {
    const { train, test } = splitOf(MESSAGES, 1);
    assert.equal(train.length, 350);
    assert.equal(new Set([...train, ...test]).size, 500);
    assert.deepEqual(splitOf(MESSAGES, 1), { train, test });
    assert.notDeepEqual(splitOf(MESSAGES, 2), { train, test });
  });

  test("few rows: a label by its share, at least two of each", () => {
    const pool = [...Array(97).fill("a"), "b", "b", "b"].map((label, i) => ({ label, text: `${i}` }));
    const drawn = drawFew(pool, 20, 3);
    assert.equal(new Set(drawn).size, 20);
    assert.deepEqual(counts(drawn), { a: 18, b: 2 });
    const { train } = splitOf(MESSAGES, 0);
    const spam = counts(drawFew(train, 100, 0))["spam"]! / 100;
    assert.ok(Math.abs(spam - counts(train)["spam"]! / train.length) < 0.02, `${spam}`);
  });

  test("few rows of several sets are one run, and those kept out of every draw are", () => {
    const sets = [1, 2].map((set) => ({
      train: Array.from({ length: 700 }, (_, i) => ({ label: `${i % 2}`, text: `${set} ${i}` })),
      test: MESSAGES,
    }));
    const { runs } = fewRows("few", sets, 60, 30);
    assert.equal(runs.length, 30);
    for (const part of [0, 1]) {
      const drawn = new Set(runs.flatMap(({ trials }) => trials[part]!.train.map(({ text }) => text)));
      assert.ok(drawn.size <= 100, `${drawn.size}`);
      assert.equal(runs[0]!.trials[part]!.test, runs[9]!.trials[part]!.test);
    }
  });

  test("a rare label keeps its share of the rows learned from; the test stays", () => {
    const trial = { train: MESSAGES.slice(0, 400), test: MESSAGES.slice(400) };
    const rare = rareIn(trial, "spam", 0.01);
    const { ham, spam } = counts(rare.train);
    assert.equal(ham, counts(trial.train)["ham"]);
    assert.equal(spam, Math.round(ham! / 99));
    assert.equal(rare.test, trial.test);
  });

  test("intents: 20 and 100 of each, by the seed", () => {
    const { train, test } = intents(4);
    assert.deepEqual(counts(train), { flight: 20, weather: 20, music: 20 });
    assert.deepEqual(counts(test), { flight: 100, weather: 100, music: 100 });
    assert.deepEqual(intents(4), { train, test });
    assert.notDeepEqual(intents(5).train, train);
  });
});

test("the spread of one run is not known; of more it is that of a sample", () => {
  assert.deepEqual(spread([3]), { mean: 3, sd: null });
  assert.deepEqual(spread([1, 2, 3]), { mean: 2, sd: 1 });
});

test("the command writes its table, and says what it skips", () => {
  const home = mkdtempSync(join(tmpdir(), "cellstate-bench-"));
  try {
    const json = join(home, "table.json");
    const flags = ["--data", "trec,intents", "--methods", "linear", "--seeds", "1", "--json", json];
    const env = { ...process.env, CELLSTATE_DATA: "" };
    const said = execFileSync(process.execPath, [join(ROOT, "dist/bench/accuracy.js"), ...flags], { env });
    assert.match(String(said), /^\| intents +\| linear +\| 4 /m);
    assert.match(String(said), /^skipped: trec \(CELLSTATE_DATA names no folder\)$/m);
    const { table } = JSON.parse(readFileSync(json, "utf8")) as { table: Measured[] };
    const [{ over, runs }] = table as [Measured];
    assert.equal(runs.length, 4);
    assert.equal(over.accuracy.mean, spread(runs.map(({ accuracy }) => accuracy)).mean);
    assert.ok(over.accuracy.mean > 0.8 && over.accuracy.mean < 1, `${over.accuracy.mean}`);
  } finally {
    rmSync(home, { recursive: true });
  }
});
