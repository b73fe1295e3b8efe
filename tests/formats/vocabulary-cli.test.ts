/** The command line on a model of Keras's whose vocabulary was kept beside it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { cellstate } from "../cli/run.js";
import { assertClose } from "../golden/compare.js";

const GOLDEN = new URL("../../../tests/formats/golden/", import.meta.url);
const { texts, beside } = JSON.parse(readFileSync(new URL("vocabularies.json", GOLDEN), "utf8")) as {
  texts: string[];
  beside: { tokenizer: string; pickle: string; outputs: Record<string, number[]> };
};

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  const put = (name: string, data: string | Uint8Array) => writeFile(join(folder, name), data);
  for (const name of ["ids_beside", "text_adapted", "text_functional"]) {
    await put(`${name}.keras`, gunzipSync(readFileSync(new URL(`${name}.keras.gz`, GOLDEN))));
  }
  await put("tokenizer.json", beside.tokenizer);
  await put("tokenizer.pkl", Buffer.from(beside.pickle, "base64"));
  const index = (JSON.parse(beside.tokenizer) as { config: { word_index: string } }).config.word_index;
  await put("word_index.json", index);
  await put("evil.pkl", "cos\nsystem\n(S'touch hacked'\ntR.");
  const rows = texts.map((text, i) => JSON.stringify({ text, label: i % 2 ? "wild" : "calm" }));
  await put("rows.jsonl", rows.join("\n"));
});
after(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => cellstate(args, { cwd: folder });
const beside_ = (...args: string[]) => run("predict", "ids_beside.keras", "--tokenizer", ...args);

interface Line {
  label: string;
  probability: number;
  scores: Record<string, number>;
}
const lines = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

describe("predict with --tokenizer", () => {
  for (const file of ["tokenizer.json", "tokenizer.pkl"]) {
    for (const [sides, output] of Object.entries(beside.outputs)) {
      const [padding, truncating] = sides.split(" ") as [string, string];
      test(`${file}, padded ${padding}, cut ${truncating}: Keras's probabilities`, async () => {
        const row = ["--pad", padding, "--truncate", truncating, "--labels", "calm,wild", "--json"];
        const { code, stdout, stderr } = await beside_(file, ...row, ...texts.filter((text) => text !== ""));
        assert.equal(code, 0, stderr);
        const wild = lines(stdout).map(({ scores }) => scores["wild"]!);
        assertClose(
          wild,
          output.filter((_, i) => texts[i] !== ""),
          sides,
          { absolute: 1e-5 },
        );
      });
    }
  }

  test("the sides matter, and are the Tokenizer's own where they are not given", async () => {
    const { outputs } = beside;
    assert.equal(new Set(Object.values(outputs).map((o) => o.map((x) => x.toFixed(5)).join())).size, 4);
    const { stdout, stderr } = await beside_("tokenizer.json", "--json", texts[0]!);
    assertClose([lines(stdout)[0]!.scores["1"]!], [outputs["pre pre"]![0]!], "pre pre", { absolute: 1e-5 });
    assert.match(stderr, /tokenizer\.json: Keras Tokenizer \(JSON\), 8 ids/);
    assert.match(stderr, /labels 0, 1; name them with --labels/);
  });

  test("--threshold decides", async () => {
    const answer = async (threshold: string) =>
      (await beside_("tokenizer.json", "--threshold", threshold, texts[0]!)).stdout.split("\t")[0];
    assert.deepEqual([await answer("0"), await answer("1")], ["1", "0"]);
  });

  for (const [what, args, says] of [
    ["more words than the network knows", ["word_index.json", "x"], /at most 8 ids.*--vocabulary 8/],
    ["another length", ["tokenizer.json", "--length", "9", "x"], /rows of 6 ids/],
    ["a side that is none", ["tokenizer.json", "--pad", "mid", "x"], /pre or post/],
    ["one label", ["tokenizer.json", "--labels", "a", "x"], /names with commas/],
    ["three labels", ["tokenizer.json", "--labels", "a,b,c", "x"], /3 units/],
    [
      "a threshold beyond 1",
      ["tokenizer.json", "--threshold", "2", "x"],
      /--threshold: expected a number from 0 to 1/,
    ],
    [
      "a pickle with code",
      ["evil.pkl", "x"],
      /evil\.pkl, byte 0: .*"os\.system"\. Code in pickles is never run/,
    ],
    [
      "a vocabulary that is a network",
      ["ids_beside.keras", "x"],
      /expected one vocabulary.*a model without one/,
    ],
    ["no file", ["no.json", "x"], /no\.json/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { code, stdout, stderr } = await beside_(...args);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  test("--vocabulary cuts a word index to what the network knows", async () => {
    const { code, stderr } = await beside_("word_index.json", "--vocabulary", "8", "the cat");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /assumed filters, lower and split/);
  });

  test("without it, the message says what to give", async () => {
    const { code, stderr } = await run("predict", "ids_beside.keras", "x");
    assert.equal(code, 2);
    assert.match(stderr, /--tokenizer FILE/);
  });
});

describe("models that take texts need nothing beside them", () => {
  test("predict", async () => {
    const { code, stdout, stderr } = await run(
      "predict",
      "text_adapted.keras",
      "--labels",
      "calm,wild",
      "the cat",
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^(calm|wild)\t\d/);
  });
  test("a score that is no probability is not called one: of one linear output it is an amount", async () => {
    const { code, stdout } = await run("predict", "text_functional.keras", "the cat");
    assert.equal(code, 0);
    assert.match(stdout, /^-?[\d.]+\n$/);
    const { stderr } = await run("predict", "text_functional.keras", "the cat", "--labels", "calm,wild");
    assert.match(stderr, /--labels: expected to be left out with a network of one linear output/);
  });
});

test("evaluate measures with a vocabulary beside the model", async () => {
  const args = ["--tokenizer", "tokenizer.pkl", "--labels", "calm,wild", "--json"];
  const { code, stdout, stderr } = await run("evaluate", "ids_beside.keras", "rows.jsonl", ...args);
  assert.equal(code, 0, stderr);
  const { rows, loss, labels } = JSON.parse(stdout) as { rows: number; loss: number; labels: string[] };
  const expected = beside.outputs["pre pre"]!.map((p, i) => -Math.log(i % 2 ? p : 1 - p));
  const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
  // A data file's empty text may be left out; then the mean is over the others.
  assert.equal(rows, texts.length);
  assertClose([loss], [mean], "loss", { absolute: 1e-5 });
  assert.deepEqual(labels, ["calm", "wild"]);
});

test("train takes the vocabulary instead of learning one, and the classifier keeps it", async () => {
  const args = [
    "--tokenizer",
    "tokenizer.json",
    "--model",
    "ids_beside.keras",
    "--epochs",
    "1",
    "--test-split",
    "0",
  ];
  const flags = ["--validation-split", "0", "--out", "on.keras", "--json"];
  const { code, stdout, stderr } = await run("train", "rows.jsonl", ...args, ...flags);
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout.trim().split("\n").at(-1)!) as { vocabulary: number }).vocabulary, 8);
  const again = await run("predict", "on.keras", "the cat");
  assert.equal(again.code, 0, again.stderr);
});

describe("summary --receipt", () => {
  test("says what was read and checks the engines", async () => {
    const { code, stdout, stderr } = await run("summary", "ids_beside.keras", "--receipt");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ids_beside\.keras: Keras archive of Keras 3\.15\.1\n3 layers, 112 parameters\n/);
    assert.match(
      stdout,
      /wasm against reference: (equal to the bit|outputs within \d\.\de-[678]\b|wasm cannot run here)/,
    );
  });
  test("as JSON", async () => {
    const { stdout } = await run("summary", "text_adapted.keras", "--receipt", "--json");
    const { receipt, selfCheck } = JSON.parse(stdout) as {
      receipt: { kerasVersion: string; warnings: string[] };
      selfCheck: { engines: { engine: string; difference: number | null }[] };
    };
    assert.equal(receipt.kerasVersion, "3.15.1");
    assert.deepEqual(
      selfCheck.engines.map(({ engine }) => engine),
      ["wasm", "native"],
    );
    for (const { difference } of selfCheck.engines) assert.ok(difference === null || difference < 1e-5);
  });
});
