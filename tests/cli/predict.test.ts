import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { reviews } from "./data.js";
import { cellstate, MAIN } from "./run.js";

let folder = "";
let classifier: TextClassifier;
let file = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  file = join(folder, "small.keras");
  classifier = await TextClassifier.train(reviews(60), {
    model: "lstm",
    vocabulary: 60,
    length: 12,
    epochs: 2,
    engine: "reference",
  });
  await classifier.save(file);
});
after(() => rm(folder, { recursive: true }));

const predict = (input: string | Uint8Array) =>
  cellstate(["predict", file, "--json", "--engine", "reference"], { input });

describe("predict reads lines", () => {
  test("as they stand, blank ones and a last one without an end included", async () => {
    const texts = ["the film was lovely", "", "awful \u2028 and dull", "superb"];
    const { code, stdout } = await predict(`${texts[0]}\r\n\n${texts[2]}\n${texts[3]}`);
    assert.equal(code, 0);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(answers, classifier.predictMany(texts));
  });

  test("as they come: a line is answered before the next is sent", async () => {
    let said = "";
    const talking = cellstateTalking(["predict", file, "--engine", "reference"]);
    talking.stdout!.on("data", (data) => {
      said += data;
    });
    for (const [n, text] of ["lovely", "awful"].entries()) {
      talking.stdin!.write(`${text}\n`);
      while (said.split("\n").length < n + 2) await once(talking.stdout!, "data");
    }
    talking.stdin!.end();
    await once(talking, "close");
    assert.equal(said.trim().split("\n").length, 2);
  });

  test("one by one: as many lines are answered as come, whatever stands in them, and in their order", async () => {
    const odd = ["", "\u2028", "\u0085 \u000b lovely", 'say "awful"', "\t", "[1]", "dire"];
    const texts = Array.from({ length: 700 }, (_, i) => `${odd[i % odd.length]!} ${"dull ".repeat(i % 4)}`);
    const { code, stdout } = await predict(texts.map((text) => `${text}\n`).join(""));
    assert.equal(code, 0);
    const answers = stdout.split("\n");
    assert.equal(answers.pop(), "");
    assert.deepEqual(
      answers.map((line) => JSON.parse(line) as unknown),
      classifier.predictMany(texts),
    );
    const plain = await cellstate(["predict", file, "--engine", "reference"], { input: texts.join("\n") });
    assert.equal(plain.stdout.split("\n").length, texts.length + 1);
  });

  test("of nothing, nothing", async () => {
    assert.deepEqual(await predict(""), { code: 0, signal: null, stdout: "", stderr: "" });
  });

  test("a line that does not end is refused, in little memory", async () => {
    const { code, stderr } = await predict(new Uint8Array(2 ** 25).fill(97));
    assert.equal(code, 2);
    assert.match(stderr, /^cellstate: standard input, line 1: expected records of at most 16 Mi characters/m);
  });

  test("what is no UTF-8 is refused, not guessed at", async () => {
    const { code, stderr } = await predict(Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a]));
    assert.equal(code, 2);
    assert.match(stderr, /standard input, byte 3: expected UTF-8 text, found 0xe9 after "caf"/);
  });
});

function cellstateTalking(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args]);
}
