/** `train --keep-epochs`: a classifier an epoch, which `explain compare` sets side by side. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-epochs-"));
  await writeFile(join(folder, "d.csv"), csv(reviews(120)));
});
after(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => cellstate(args, { cwd: folder });
const SMALL = ["--model", "gru", "--length", "8", "--vocabulary", "60", "--validation-split", "0"];

test("files are those of as many epochs, learn the same, and compare", async () => {
  const [three, one, plain] = await Promise.all([
    run("train", "d.csv", ...SMALL, "--epochs", "3", "--out", "three.keras", "--keep-epochs", "deep/kept"),
    run("train", "d.csv", ...SMALL, "--epochs", "1", "--out", "one.keras"),
    run("train", "d.csv", ...SMALL, "--epochs", "3", "--out", "plain.keras"),
  ]);
  for (const { code, stderr } of [three, one, plain]) assert.equal(code, 0, stderr);
  assert.deepEqual((await readdir(join(folder, "deep", "kept"))).sort(), [
    "epoch-1.keras",
    "epoch-2.keras",
    "epoch-3.keras",
  ]);
  const read = (file: string) => readFile(join(folder, file));
  assert.deepEqual(await read("three.keras"), await read("plain.keras"));
  const answers = (file: string) => run("predict", file, "good film", "bad film", "--json");
  const [first, asOne, last, asThree] = await Promise.all(
    ["deep/kept/epoch-1.keras", "one.keras", "deep/kept/epoch-3.keras", "three.keras"].map(answers),
  );
  assert.equal(first!.code, 0, first!.stderr);
  assert.equal(first!.stdout, asOne!.stdout);
  assert.equal(last!.stdout, asThree!.stdout);
  assert.notEqual(first!.stdout, last!.stdout);
  const compared = await run(
    ...["explain", "compare", "deep/kept/epoch-1.keras", "deep/kept/epoch-3.keras", "good film"],
  );
  assert.equal(compared.code, 0, compared.stderr);
});

test("epochs of another training are not mixed with these", async () => {
  const again = await run("train", "d.csv", ...SMALL, "--epochs", "1", "--keep-epochs", "deep/kept");
  assert.equal(again.code, 2);
  assert.match(
    again.stderr,
    /--keep-epochs deep\/kept: expected a folder without epochs of another training/,
  );
});

test("data that is refused leaves no folder behind", async () => {
  await writeFile(join(folder, "one.csv"), "text,label\ngood,a\nfine,a\n");
  const { code } = await run("train", "one.csv", ...SMALL, "--keep-epochs", "new/deep");
  assert.equal(code, 2);
  assert.ok(!(await readdir(folder)).includes("new"));
});

test("a file where the folder should be made is said before training", async () => {
  const { code, stderr } = await run("train", "d.csv", ...SMALL, "--keep-epochs", "d.csv/kept");
  assert.equal(code, 2);
  assert.match(
    stderr,
    /--keep-epochs d\.csv\/kept: expected a folder that can be made but received "a file, /,
  );
});

test("with several labels a text, the files answer with several", async () => {
  const rows = Array.from({ length: 60 }, (_, k) => `good film number ${k % 7},${k % 2 ? "a;b" : "b"}`);
  await writeFile(join(folder, "m.csv"), `text,labels\n${rows.join("\n")}\n`);
  const made = await run(
    ...["train", "m.csv", "--multi-label", ...SMALL, "--epochs", "1", "--out", "m.keras"],
    ...["--keep-epochs", "labels"],
  );
  assert.equal(made.code, 0, made.stderr);
  const { code, stderr } = await run("predict", "labels/epoch-1.keras", "good film");
  assert.equal(code, 0, stderr);
});
