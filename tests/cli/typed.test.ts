/** Values, names and texts as they are typed: which are refused, in which words, and what is never overwritten. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { folder, run } from "./options/folder.js";
import { cellstate } from "./run.js";

test("numbers that are none are shown as they were typed", async () => {
  for (const [line, says] of [
    ["train d.csv --epochs abc", '--epochs: expected a whole number of at least 1 but received "abc".'],
    ["train d.csv --epochs 0.5", '--epochs: expected a whole number of at least 1 but received "0.5".'],
    ["train d.csv --test-split x", '--test-split: expected a number from 0 to 0.9 but received "x".'],
    ["train d.csv --learning-rate -1", '--learning-rate: expected a number above 0 but received "-1".'],
    ["predict m.keras --threshold 1.5 x", '--threshold: expected a number from 0 to 1 but received "1.5".'],
    ["lab latch --lags 3,x", '--lags: expected a whole number of at least 1 but received "x".'],
    ["explain cell lstm --ids 1,,2", '--ids: expected a whole number of at least 0 but received "".'],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.equal(stderr, `cellstate: ${says}\n`);
    assert.equal(code, 2);
  }
});

test("an empty name is refused as one; an empty text is a text", async () => {
  for (const [args, says] of [
    [["predict", "", "film"], "MODEL"],
    [["train", ""], "DATA"],
    [["evaluate", "m.keras", ""], "DATA"],
    [["convert", "m.keras", ""], "OUT"],
    [["summary", ""], "MODEL"],
    [["explain", "params", ""], "MODEL"],
    [["explain", "doctor", "m.keras", ""], "DATA"],
    [["lab", ""], "TASK"],
  ] as const) {
    const { code, stderr } = await cellstate(args, { cwd: folder });
    assert.equal(stderr, `cellstate: ${says}: expected a name but received "".\n`);
    assert.equal(code, 2);
  }
  assert.equal((await cellstate(["predict", "m.keras", ""], { cwd: folder })).code, 0);
});

test("a label that the classifier lacks is said with its file and row; a script where weights are needed as one", async () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ text: `film ${i % 9}`, label: `l${i % 20}` }));
  const classifier = await TextClassifier.train(many, {
    model: "lstm",
    epochs: 1,
    length: 4,
    validationSplit: 0,
  });
  await classifier.save(join(folder, "many.keras"));
  await writeFile(join(folder, "other.csv"), "text,label\nfilm 1,other\nfilm 2,another\n");
  for (const [line, says] of [
    [
      "evaluate many.keras other.csv",
      /^cellstate: other\.csv: row 2: expected a label among l0, l1, l10, l11, l12, l13, l14, l15, l16, l17, … 20 in all but received "other"\. --label-map FILE says which of them it is, or leaves it out \(null\)\.$/m,
    ],
    ["predict s.py film", /received "a Python script"\. It holds no weights: train and summary read it/],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
});

test("a file's name among the texts of predict is not labelled; its lines are", async () => {
  const { code, stdout, stderr } = await run("predict m.keras d.csv");
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^cellstate: predict: expected texts.*cellstate predict m\.keras < d\.csv/);
  const lines = await cellstate(["predict", "m.keras"], {
    cwd: folder,
    input: "the film was great\nd.csv\n",
  });
  assert.equal(lines.stdout.trim().split("\n").length, 2);
});

test("so are names among the words of explain, and paths of folders", async () => {
  for (const [line, says] of [
    ["predict m.keras d.csv", /expected texts, not a file's name but received "d\.csv"/],
    ["predict m.keras film ./texts", /not a folder's name.*cellstate evaluate m\.keras \.\/texts/],
    ["explain attribute m.keras d.csv", /^cellstate: explain: expected texts, not a file's name/],
    ["explain cell m.keras the film d.csv", /not a file's name but received "d\.csv"/],
    ["explain unroll m.keras plain", /not a file's name/],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.match(stderr, says);
    assert.equal(code, 2, line);
  }
});

test("a text that is no file's name is a text: a folder's, a word of several, one too long for a path", async () => {
  const long = "a".repeat(5000);
  for (const args of [
    ["predict", "m.keras", "texts"],
    ["predict", "m.keras", long],
    ["explain", "attribute", "m.keras", "the", "plain", "film"],
    ["explain", "attribute", "m.keras", `film ${long}`],
  ]) {
    const { code, stderr } = await cellstate(args, { cwd: folder });
    assert.equal(code, 0, stderr);
  }
  const { code, stderr } = await cellstate(["evaluate", "m.keras", long], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /^cellstate: a+…a+: expected a shorter name but received "ENAMETOOLONG"/);
  assert.ok(!stderr.includes("    at "), stderr);
});

describe("what is written does not take the place of what is read", { concurrency: 2 }, () => {
  for (const [line, says] of [
    ["convert m.keras ./m.keras", "OUT ./m.keras: that would overwrite m.keras"],
    ["convert link.keras m.keras", "OUT m.keras: that would overwrite link.keras"],
    ["train d.csv --model m.keras --out link.keras", "--out link.keras: that would overwrite m.keras"],
    ["train d.csv --model s.py --report s.py", "--report s.py: that would overwrite s.py"],
    ["train d.csv --card d.csv", "--card d.csv: that would overwrite d.csv"],
    ["train d.csv --report p --card ./p", "--card ./p: that would overwrite p"],
    ["tune d.csv --model lstm,s.py --report s.py", "--report s.py: that would overwrite s.py"],
    ["train d.csv --test plain --report plain", "--report plain: that would overwrite plain"],
    ["explain attribute m.keras film --html m.keras", "--html m.keras: that would overwrite m.keras"],
    ["explain params m.keras --html p --svg ./p", "--svg ./p: that would overwrite p"],
    ["explain doctor m.keras d.csv --html d.csv", "--html d.csv: that would overwrite d.csv"],
    ["explain doctor m.keras d.csv --test plain --html plain", "--html plain: that would overwrite plain"],
    ["lab latch --cells rnn --lag 3 --seeds 1 --html p --svg p", "--svg p: that would overwrite p"],
  ] as const) {
    test(line, async () => {
      const before = await readFile(join(folder, line.includes("d.csv --html") ? "d.csv" : "m.keras"));
      const { code, stdout, stderr } = await run(line);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.ok(stderr.includes(`cellstate: ${says}. Choose another name`), stderr);
      const after = await readFile(join(folder, line.includes("d.csv --html") ? "d.csv" : "m.keras"));
      assert.deepEqual(after, before);
    });
  }
});

test("another side than the classifier's that training goes on from is refused", async () => {
  const line = "train d.csv --model m.keras --epochs 1 --out side.keras --padding";
  assert.equal((await run(`${line} pre`)).code, 0);
  const { code, stderr } = await run(`${line} post`);
  assert.equal(code, 2);
  assert.match(stderr, /padding: expected "pre", as the vocabulary was made with but received "post"/);
});
