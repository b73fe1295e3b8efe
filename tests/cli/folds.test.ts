/** Cross-validation, groups and repeated texts on the command line. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { small } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
const run = (...words: string[]) => cellstate(words, { cwd: folder });
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!) as Record<string, unknown>;

/** Ten texts of each of twenty senders, and some texts twice. */
const rows = Array.from({ length: 200 }, (_, r) => {
  const sender = r % 20;
  const good = (sender * 3) % 5 < 2;
  return {
    text: `${good ? "lovely" : "awful"} film ${r % 9} from s${sender}`,
    label: good ? "pos" : "neg",
    sender,
  };
});

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-folds-"));
  const lines = rows.map(({ text, label, sender }) => `${text},s${sender},${label}`);
  await writeFile(join(folder, "d.csv"), `text,sender,label\n${lines.join("\n")}\n`);
});
after(() => rm(folder, { recursive: true }));

describe("train --folds", () => {
  test("says mean and spread, and that the classifier that is saved learned from all", async () => {
    const pages = ["--report", "r.html", "--card", "c.md"];
    const { code, stdout, stderr } = await run("train", "d.csv", ...small("--folds", "3", ...pages));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Cross-validation in 3 folds; after it one classifier learns from all 200 texts\./);
    assert.match(stderr, /fold 3 of 3: accuracy [\d.]+ %, macro F1 [\d.]+/);
    assert.match(stdout, /Cross-validated: 200 texts in 3 folds, each held out once/);
    assert.match(stdout, /mean +[\d.]+ %.*\n +spread \(±\) +[\d.]+ %/);
    assert.match(stdout, /the classifier that is saved learned from all of them/);
    const [page, card] = await Promise.all(
      pages.filter((name) => name.includes(".")).map((name) => readFile(join(folder, name), "utf8")),
    );
    assert.match(page!, /Cross-validation<\/h2>[\s\S]*fold 3[\s\S]*spread/);
    assert.match(card!, /By cross-validation in 3 folds/);
    assert.match(card!, /--folds 3/);
  });

  test("--json has the folds, of auto too, and the same seed gives the same figures", async () => {
    const asked = ["train", "d.csv", "--folds", "4", "--effort", "low", "--engine", "reference", "--json"];
    const [one, two] = [await run(...asked), await run(...asked)];
    assert.equal(one.code, 0, one.stderr);
    const { folds, test: measured } = lastLine(one.stdout) as unknown as {
      folds: { folds: { rows: object }[]; accuracy: { mean: number; spread: number } };
      test: null;
    };
    assert.equal(measured, null);
    assert.equal(folds.folds.length, 4);
    assert.deepEqual(folds.folds[0]!.rows, { learned: 150, measured: 50 });
    assert.equal(folds.accuracy.mean, 1);
    assert.deepEqual(lastLine(two.stdout)["folds"], folds);
  });
});

describe("train --group", () => {
  test("no sender is on both sides: there is none in the output, and the column is named", async () => {
    const asked = small("--group", "sender", "--json");
    const { code, stderr, stdout } = await run("train", "d.csv", ...asked);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /group column: sender/);
    // Whole senders: 40 of 200 texts are four of ten texts each.
    assert.equal((lastLine(stdout)["test"] as { rows: number }).rows, 40);
    const wrong = await run("train", "d.csv", "--group", "sende");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /group column: expected one of the columns text, sender, label.*Did you mean sender/,
    );
    const label = await run("train", "d.csv", "--group", "label");
    assert.match(label.stderr, /the label and the group cannot both be column label/);
  });

  test("too few groups to hold one out are refused", async () => {
    await writeFile(
      join(folder, "one.csv"),
      `text,sender,label\n${rows.map(({ text, label }) => `${text},me,${label}`).join("\n")}\n`,
    );
    const { code, stderr } = await run("train", "one.csv", "--group", "sender");
    assert.equal(code, 2);
    assert.match(stderr, /--test-split: expected groups small enough/);
    const folds = await run("train", "one.csv", "--group", "sender", "--folds", "3");
    assert.match(folds.stderr, /--folds: expected at least 3 groups/);
  });
});

describe("train --duplicates", () => {
  const REPEATED = /of the \d+ texts to measure on also/;

  test("auto keeps the same text on one side; networks do where that is asked for", async () => {
    const twice = rows.map(({ text, label }, r) => `${text.replace(/from s\d+/, "")}${r % 40},${label}`);
    await writeFile(join(folder, "twice.csv"), `text,label\n${twice.concat(twice).join("\n")}\n`);
    for (const [options, repeated] of [
      [["--effort", "low"], false],
      [["--effort", "low", "--duplicates", "apart"], true],
      [small(), true],
      [small("--duplicates", "together"), false],
    ] as const) {
      const { code, stderr } = await run(
        "train",
        "twice.csv",
        "--engine",
        "reference",
        ...options.filter((word, k) => word !== "--engine" && options[k - 1] !== "--engine"),
      );
      assert.equal(code, 0, stderr);
      assert.equal(REPEATED.test(stderr), repeated, `${options.join(" ")}: ${stderr}`);
    }
  });
});
