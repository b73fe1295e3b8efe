/** `train --card`: the card that comes with a classifier, and the command in it, which makes the same file again. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { csv, reviews, small } from "./data.js";
import { cellstate, MAIN } from "./run.js";

/** A name that a shell would take apart. */
const DATA = "it's <b> $(x).csv";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-card-"));
  await writeFile(join(folder, DATA), csv(reviews(120)));
  await writeFile(join(folder, "test.csv"), csv(reviews(130).slice(100)));
});
after(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => cellstate(args, { cwd: folder });
const bytesOf = (file: string) => readFile(join(folder, file));
const textOf = (file: string) => readFile(join(folder, file), "utf8");

/** The command that a card gives. */
const commandOf = (card: string): string => /^```sh\n(.+)\n```$/m.exec(card)![1]!;

/** Has a shell run the command where the files are, with this build as `cellstate`. */
async function follow(command: string): Promise<void> {
  const script = `cellstate() { "${process.execPath}" "${MAIN}" "$@"; }\n${command}`;
  await promisify(execFile)("bash", ["-c", script], { cwd: folder });
}

describe("the command in the card makes the same bytes", { concurrency: 2 }, () => {
  const cases: Record<string, () => string[]> = {
    auto: () => [DATA, "--engine", "reference"],
    linear: () => [DATA, "--model", "linear", "--engine", "reference", "--test", "test.csv", "--seed", "3"],
    lstm: () => [DATA, ...small("--balance", "--padding", "post", "--engine", "wasm", "--threads", "2")],
    "go on": () => [DATA, "--model", "start.keras", "--epochs", "1", "--engine", "reference"],
    script: () => [DATA, "--model", "s.py", "--define", "words=50", "--epochs", "2", "--engine", "reference"],
  };
  before(async () => {
    const { code, stderr } = await run("train", DATA, ...small("--out", "start.keras", "--test-split", "0"));
    assert.equal(code, 0, stderr);
    await writeFile(
      join(folder, "s.py"),
      "from keras.models import Sequential\nfrom keras.layers import *\nwords = len(index)\nm = Sequential([Embedding(words, 4, input_length=8), LSTM(2), Dense(1, activation='sigmoid')])\n",
    );
  });
  for (const [name, args] of Object.entries(cases)) {
    test(name, async () => {
      const [out, file] = [`${name}.keras`, `${name}.md`];
      const { code, stdout, stderr } = await run("train", ...args(), "--out", out, "--card", file);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`Saved ${out}, model card in ${file}`));
      const saved = await bytesOf(out);
      const card = await textOf(file);
      await rm(join(folder, out));
      await follow(commandOf(card));
      assert.ok(saved.equals(await bytesOf(out)), commandOf(card));
      assert.match(card, new RegExp(`\\(${saved.length.toLocaleString("en-US")} bytes\\)`));
      const digest = createHash("sha256")
        .update(await bytesOf(DATA))
        .digest("hex");
      assert.match(card, new RegExp(`- SHA-256 of it's \\\\<b> \\\\\\$\\(x\\)\\.csv:\\s+${digest}`));
      assert.doesNotMatch(card, /undefined|NaN|\[object/);
    });
  }
});

test("every option in effect is in the command, and none that changes nothing", async () => {
  const { code, stderr } = await run(
    "train",
    DATA,
    ...small("--card", "all.md", "--out", "all.keras", "--json"),
  );
  assert.equal(code, 0, stderr);
  assert.equal(
    commandOf(await textOf("all.md")),
    [
      "cellstate train 'it'\\''s <b> $(x).csv' --test-split 0.2 --model lstm --vocabulary 60 --length 12",
      "--front-end tokenizer --padding pre --truncating pre --epochs 3 --patience 3 --batch-size 16",
      "--validation-split 0.1 --optimizer adam --learning-rate 0.01 --seed 5 --out all.keras --engine reference",
    ].join(" "),
  );
});

test("--json names the card, and is as without it but for that", async () => {
  const asked = ["train", DATA, "--model", "linear", "--engine", "reference", "--json", "--out", "j.keras"];
  const keysOf = async (...more: string[]) => {
    const { stdout } = await run(...asked, ...more);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const { card, ...others } = await keysOf("--card", "j.md");
  assert.equal(card, "j.md");
  assert.deepEqual(Object.keys(await keysOf()), Object.keys(others));
});

test("one that has learned nothing says so; its report says what the card says", async () => {
  const rows = reviews(150).map(({ text }, r) => ({ text, label: (r * 7919) % 13 < 6 ? "x" : "y" }));
  await writeFile(join(folder, "shuffled.csv"), csv(rows));
  const { code, stderr } = await run(
    ...["train", "shuffled.csv", "--engine", "reference", "--card", "s.md", "--report", "s.html"],
  );
  assert.equal(code, 0, stderr);
  const card = (await textOf("s.md")).replaceAll(/\n {2}/g, " ");
  assert.match(card.split("## Limits")[1]!, /- It has learned nothing that can be relied on/);
  const page = await textOf("s.html");
  assert.match(page, /<section id="card"/);
  assert.ok(page.includes(commandOf(card)));
});

test("labels and names from outside are text in it; a folder and a stream have no digest", async () => {
  const label = "<img src=x>|[a](b)";
  for (const name of [label.replace("/", ""), "plain"]) {
    await mkdir(join(folder, "texts", name), { recursive: true });
    for (let i = 0; i < 8; i++)
      await writeFile(
        join(folder, "texts", name, `${i}.txt`),
        `${name === "plain" ? "good" : "bad"} film ${i}`,
      );
  }
  const { code, stderr } = await run("train", "texts", "--engine", "reference", "--card", "t.md");
  assert.equal(code, 0, stderr);
  const card = await textOf("t.md");
  assert.ok(card.includes("\\<img src=x>\\|\\[a\\](b)"), card);
  assert.match(card, /- SHA-256 of texts: none, as it is a folder or a stream/);
  const streamed = await cellstate(
    ["train", "-", "--engine", "reference", "--card", "i.md", "--out", "i.keras"],
    {
      cwd: folder,
      input: csv(reviews(60)),
    },
  );
  assert.equal(streamed.code, 0, streamed.stderr);
  assert.match(await textOf("i.md"), /- SHA-256 of standard input: none/);
  assert.match(commandOf(await textOf("i.md")), /^cellstate train - /);
});
