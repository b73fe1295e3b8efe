/** Scripts without spaces on the command line; and what is said of words that nobody has learned. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { heldOut, learned, unspaced } from "../tokens/unspaced.js";
import { csv } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
const at = (name: string) => join(folder, name);
const FAST = ["--vocabulary", "300", "--length", "24", "--epochs", "6", "--engine", "wasm"];
const train = (...words: string[]) =>
  cellstate(["train", at("data.csv"), "--test", at("test.csv"), "--model", "cnn", ...FAST, ...words]);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  await writeFile(at("data.csv"), csv(learned(unspaced("chinese"))));
  await writeFile(at("test.csv"), csv(heldOut(unspaced("chinese"))));
});
after(() => rm(folder, { recursive: true }));

interface Trained {
  test: { accuracy: number };
}
const resultOf = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1)!) as Trained;

describe("Chinese, as it is written", () => {
  test("is cut, learned and answered, and what was done is said", async () => {
    const out = at("a.keras");
    const { stdout, stderr, code } = await train(
      ...["--out", out, "--report", at("a.html"), "--card", at("a.md"), "--json"],
    );
    assert.equal(code, 0, stderr);
    assert.ok(resultOf(stdout).test.accuracy > 0.95, stdout);
    assert.match(stderr, /written without spaces between words: cut into characters \(--segment\)/);
    assert.match(stderr, /vocabulary of \d+: 0 % of the words to measure on unknown/);
    assert.doesNotMatch(stderr, /words-not-separated|words-unknown|A length of/);
    const said = /without spaces between words was cut into characters, as texts to label are/;
    assert.match(await readFile(at("a.html"), "utf8"), said);
    const card = (await readFile(at("a.md"), "utf8")).replace(/\s+/g, " ");
    assert.match(card, said);
    assert.match(card, /0 % of the words of the test rows are unknown/);
    assert.match(card, /Known words: 100 % of those of the rows measured/);

    const measured = await cellstate(["evaluate", out, at("test.csv"), "--engine", "wasm"]);
    assert.doesNotMatch(measured.stderr, /not in the vocabulary/);
    const answers = await cellstate(["predict", out, "新手机非常好看", "qqq", "--engine", "wasm"]);
    assert.match(answers.stdout, /^good\t[\d.>]+ %\n(good|bad)\t[\d.]+ %\tno known word\n$/);
    const json = await cellstate(["predict", out, "qqq", "新手机", "--json", "--engine", "wasm"]);
    const known = json.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { known?: number }).known);
    assert.deepEqual(known, [0, undefined]);
    const rejecting = ["--reject", "0.999", "--engine", "wasm"];
    const rejected = await cellstate(["predict", out, "qqq", ...rejecting]);
    assert.match(rejected.stdout, /^\?\t[\d.]+ %\t(good|bad), unsure, no known word\n$/);
    const doctor = await cellstate(["explain", "doctor", out, at("data.csv"), "--json", "--engine", "wasm"]);
    assert.doesNotMatch(doctor.stdout, /words-not-separated/);
  });

  test("is cut into words where that is asked for", async () => {
    const { stderr, code } = await train("--out", at("w.keras"), "--segment", "words", "--json");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /cut into words \(--segment\)/);
    const answers = await cellstate(["predict", at("w.keras"), "新手机非常好看", "--engine", "wasm"]);
    assert.equal(answers.stderr, "");
    assert.match(answers.stdout, /^good/);
  });

  test("left whole, is told to be unknown, with what to do, and no length is advised", async () => {
    const { stdout, stderr } = await train("--out", at("n.keras"), "--segment", "none", "--json");
    assert.ok(resultOf(stdout).test.accuracy < 0.7);
    assert.match(stderr, /vocabulary of \d+: 100 % of the words to measure on unknown/);
    assert.match(stderr, /✗ The words of the texts are not parted by spaces/);
    assert.match(stderr, /--segment\s+words or --segment characters/);
    assert.match(
      stderr.replace(/\s+/g, " "),
      /and 77 of the texts hold none that is: what is measured on them/,
    );
    assert.doesNotMatch(stderr, /A length of/);
    const doctor = await cellstate(["explain", "doctor", at("n.keras"), at("data.csv"), "--engine", "wasm"]);
    assert.match(doctor.stdout, /words-not-separated/);
    assert.doesNotMatch(doctor.stdout, /A length of/);
  });

  test("without rows to measure on, those held out to stop by tell", async () => {
    const whole = [
      "--test-split",
      "0",
      "--model",
      "cnn",
      ...FAST,
      "--segment",
      "none",
      "--out",
      at("v.keras"),
    ];
    const { stderr } = await cellstate(["train", at("data.csv"), ...whole, "--report", at("v.html")]);
    assert.match(stderr, /100 % of the words to stop by unknown/);
    assert.match(stderr, /! 100 % of the words are not in the vocabulary, and 31 of 31 texts hold no word/);
    assert.match(stderr, /Learn from more texts of their kind, or raise --vocabulary\./);
    assert.match(
      await readFile(at("v.html"), "utf8"),
      /100\s% of the words of the validation rows are unknown/,
    );
    const alone = [...whole, "--validation-split", "0"];
    const { stderr: learnedOnly } = await cellstate(["train", at("data.csv"), ...alone]);
    assert.match(learnedOnly, /vocabulary of 300: 2\.6 % of the words unknown/);
  });
});

test("strange texts are said to be strange, of an automatic classifier too", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    text: i % 2 ? `fine words ${i}` : `poor words ${i}`,
    label: i % 2 ? "good" : "bad",
  }));
  const strange = rows.map(({ label }, i) => ({ text: `zq${"x".repeat(i + 1)} vvk`, label }));
  await writeFile(at("plain.csv"), csv(rows));
  await writeFile(at("strange.csv"), csv(strange));
  const files = [at("plain.csv"), "--test", at("strange.csv"), "--out", at("l.keras")];
  const { stderr } = await cellstate(["train", ...files, "--model", "linear", "--engine", "wasm"]);
  assert.match(stderr, /! 100 % of the words are not in the vocabulary/);
  const { stdout } = await cellstate(["predict", at("l.keras"), "zq", "--engine", "wasm"]);
  assert.match(stdout, /\tno known word\n$/);
});
