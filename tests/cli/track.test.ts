/** `train --track`: the page or JSON beside the classifier, whose bytes it does not change. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parsePage } from "../report/page.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-track-"));
  await writeFile(join(folder, "d.csv"), csv(reviews(120)));
});
after(() => rm(folder, { recursive: true }));

const SMALL = ["--model", "gru", "--epochs", "2", "--length", "8", "--vocabulary", "60"];
const train = (...more: string[]) => cellstate(["train", "d.csv", ...SMALL, ...more], { cwd: folder });
const read = (file: string) => readFile(join(folder, file));

test("a page or JSON, an epoch before training and one after each; the classifier's bytes stay", async () => {
  const runs = await Promise.all([
    train("--out", "a.keras", "--track", "a.html"),
    train("--out", "b.keras", "--track", "b.json"),
    train("--out", "c.keras"),
  ]);
  assert.deepEqual(
    runs.map(({ code, stderr }) => code || stderr.includes("rror")),
    [0, 0, 0].map(() => false),
  );
  assert.match(runs[0]!.stdout, /Saved a\.keras, track in a\.html/);
  parsePage((await read("a.html")).toString());
  const { epochs, words } = JSON.parse((await read("b.json")).toString()) as {
    epochs: {
      epoch: number;
      logs: Record<string, number>;
      layers: { gates: unknown[]; memories: unknown[] }[];
    }[];
    words: string[];
  };
  assert.deepEqual(
    epochs.map(({ epoch }) => epoch),
    [0, 1, 2],
  );
  assert.ok(epochs[2]!.logs["valLoss"]! > 0);
  assert.equal(epochs[1]!.layers[0]!.gates.length, 2);
  assert.equal(epochs[1]!.layers[0]!.memories.length, words.length);
  assert.deepEqual(await read("a.keras"), await read("c.keras"));
});

test("what has no cells, or is no page, is refused before training", async () => {
  const cnn = await cellstate(["train", "d.csv", "--model", "cnn", "--track", "x.html"], { cwd: folder });
  assert.equal(cnn.code, 2);
  assert.match(cnn.stderr, /--track: expected a network with a SimpleRNN, LSTM or GRU layer/);
  const text = await train("--track", "x.txt");
  assert.equal(text.code, 2);
  assert.match(text.stderr, /--track: expected a file that ends in \.html or \.json/);
});
