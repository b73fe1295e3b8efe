import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { csv, reviews, small } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-bad-"));
});
after(() => rm(folder, { recursive: true }));

interface Case {
  name: string;
  content: string | Uint8Array;
  flags?: string[];
  file?: string;
  skip?: string | false;
  says: RegExp;
}

const good = csv(reviews(60));

/** Every way a training file or option can be wrong, and what the one line says. */
const CASES: Case[] = [
  { name: "an empty file", content: "", says: /empty/ },
  { name: "a header and nothing else", content: "text,label\n", says: /no (labelled )?rows|header/ },
  {
    name: "one class only",
    content: csv(reviews(60).filter((row) => row.label === "pos")),
    says: /labelled "pos"/,
  },
  {
    name: "a missing column",
    content: good,
    flags: ["--text", "body"],
    says: /body.*text, label|text.*label/,
  },
  { name: "a row with too many fields", content: `${good}one,two,three\n`, says: /62|row 61/ },
  { name: "rows without a label", content: `${good}"no label here",\n`, says: /label/ },
  {
    name: "a binary file",
    content: new Uint8Array([...Buffer.from("text,label\n"), 0, 1, 2, 0, 255]),
    says: /binary|NUL/i,
  },
  {
    name: "a PNG",
    content: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]),
    says: /PNG|binary/i,
  },
  {
    name: "invalid UTF-8",
    content: new Uint8Array([...Buffer.from(good), ...Buffer.from('"caf'), 0x81, ...Buffer.from('",pos\n')]),
    says: /UTF-8/,
  },
  { name: "a gzip cut short", content: gzipSync(good).subarray(0, 60), file: "data.csv.gz", says: /gzip/ },
  { name: "an unclosed quote", content: `${good}"never closed,pos\n`, says: /quote/ },
  {
    name: "length 0",
    content: good,
    flags: ["--length", "0"],
    says: /--length: expected a whole number from 1/,
  },
  {
    name: "vocabulary 1",
    content: good,
    flags: ["--vocabulary", "1"],
    says: /--vocabulary: expected a whole number from 2/,
  },
  { name: "an unknown model", content: good, flags: ["--model", "lstn"], says: /Did you mean lstm/ },
  {
    name: "a model file that is not there",
    content: good,
    flags: ["--model", "no/such.keras"],
    says: /no\/such\.keras: expected a path that exists/,
  },
  { name: "half an epoch", content: good, flags: ["--epochs", "0.5"], says: /--epochs.*whole number/ },
  { name: "a split of everything", content: good, flags: ["--test-split", "1"], says: /--test-split/ },
  {
    name: "a misspelt option",
    content: good,
    flags: ["--epcohs", "3"],
    says: /unknown option.*epcohs|Did you mean/,
  },
  { name: "an unknown engine", content: good, flags: ["--engine", "turbo"], says: /engine/ },
  { name: "an unknown optimizer", content: good, flags: ["--optimizer", "adan"], says: /adam/ },
  { name: "padding in the middle", content: good, flags: ["--padding", "mid"], says: /pre or post/ },
  { name: "resume without a checkpoint", content: good, flags: ["--resume"], says: /--checkpoint/ },
  {
    name: "an empty file of no format",
    content: "",
    file: "data",
    says: /^cellstate: data: .*an empty file/m,
  },
  {
    name: "data as output",
    content: good,
    file: "d.keras",
    flags: ["--out", "d.keras"],
    says: /overwrite d.keras/,
  },
  {
    name: "one output over the other",
    content: good,
    flags: ["--out", "o.keras", "--report", "./o.keras"],
    says: /overwrite o.keras/,
  },
  { name: "an output of another format", content: good, flags: ["--out", "o.h5"], says: /\.keras.*convert/ },
  {
    name: "a checkpoint that is a file",
    content: good,
    flags: ["--checkpoint", "data.csv"],
    says: /a folder/,
  },
  {
    name: "more threads than there can be",
    content: good,
    flags: ["--threads", "1000"],
    says: /--threads: expected a whole number from 1 to 256/,
  },
  {
    name: "a folder that is closed to us",
    content: good,
    flags: ["--out", "/proc/model.keras"],
    skip: process.platform !== "linux" && "there is no /proc",
    says: /^cellstate: \/proc\/model\.keras: /,
  },
  {
    name: "a folder that is not there",
    content: good,
    flags: ["--report", "no/such/page.html"],
    says: /no folder/,
  },
];

describe("bad input: exit code 2, one clear message, nothing written", () => {
  for (const { name, content, flags = [], file = "data.csv", skip = false, says } of CASES) {
    test(name, { skip }, async () => {
      const here = await mkdtemp(join(folder, "case-"));
      await writeFile(join(here, file), content);
      const { code, stdout, stderr } = await cellstate(["train", file, ...small(...flags)], { cwd: here });
      assert.equal(code, 2, `exit code; stderr: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /, "no stack trace");
      assert.deepEqual(await readdir(here), [file]);
    });
  }

  test("a data file that is not there", async () => {
    const { code, stderr } = await cellstate(["train", "nothing.csv"], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /nothing\.csv: there is no such file/);
  });

  test("a loss that is no number stops with the step, and writes no model over a good one", async () => {
    const here = await mkdtemp(join(folder, "nan-"));
    await writeFile(join(here, "data.csv"), good);
    await writeFile(join(here, "data.keras"), "an older model");
    const flags = ["--optimizer", "sgd", "--learning-rate", "1e38"];
    const { code, stderr } = await cellstate(["train", "data.csv", ...small(...flags)], { cwd: here });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /the loss became (NaN|-?Infinity) at step \d+/);
    assert.match(stderr, /last good weights/);
    assert.equal(await readFile(join(here, "data.keras"), "utf8"), "an older model");
    const kept = await cellstate(["predict", "data.last-good.keras", "--json", "lovely"], { cwd: here });
    assert.equal(kept.code, 0, kept.stderr);
  });

  test("predict and evaluate name a model that is none", async () => {
    await writeFile(join(folder, "text.keras"), "this is no model");
    for (const args of [
      ["predict", "text.keras", "hello"],
      ["evaluate", "text.keras", "x.csv"],
      ["summary", "text.keras"],
    ]) {
      const { code, stderr } = await cellstate(args, { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /text\.keras/);
    }
  });
});
