import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { csv, reviews, SMALL } from "./data.js";
import { cellstate } from "./run.js";

const SCRIPT = `
from keras.models import Sequential
from keras.layers import Embedding, GRU, Dense
vocab_size = len(tokenizer.word_index) + 1
model = Sequential([Embedding(vocab_size, 8, input_length=12), GRU(6), Dense(1, activation="sigmoid")])
model.compile(optimizer="rmsprop", loss="binary_crossentropy")
`;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-scripts-"));
  await writeFile(join(folder, "homework.py"), SCRIPT);
  await writeFile(join(folder, "data.csv"), csv(reviews(120)));
});
after(() => rm(folder, { recursive: true }));

describe("a Keras script on the command line", () => {
  test("summary names the line of what it cannot know, and takes it from --define", async () => {
    const lost = await cellstate(["summary", "homework.py"], { cwd: folder });
    assert.equal(lost.code, 2);
    assert.match(
      lost.stderr,
      /homework\.py line 4: Embedding input_dim is len\(tokenizer\.word_index\) \+ 1/,
    );
    const { code, stdout, stderr } = await cellstate(
      ["summary", "homework.py", "--define", "vocab_size=60"],
      {
        cwd: folder,
      },
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /embedding \(Embedding\).*\(None, 12, 8\).*480/);
    assert.match(stdout, /gru \(GRU\).*288/);
  });

  test("train learns with its network and optimizer; its result is where the next run starts", async () => {
    const small = SMALL.filter((_, i) => !["--length", "--learning-rate"].includes(SMALL[i - (i % 2)]!));
    const flags = [...small, "--define", "vocab_size=60", "--json"];
    const first = await cellstate(
      ["train", "data.csv", "--model", "homework.py", ...flags, "--out", "a.keras"],
      {
        cwd: folder,
      },
    );
    assert.equal(first.code, 0, first.stderr);
    assert.equal((JSON.parse(first.stdout) as { params: number }).params, 480 + 288 + 7);
    const second = await cellstate(
      ["train", "data.csv", "--model", "a.keras", ...small.slice(2), "--json", "--out", "b.keras"],
      {
        cwd: folder,
      },
    );
    assert.equal(second.code, 0, second.stderr);
    const loss = (line: string, at: number) =>
      (JSON.parse(line) as { epochs: { loss: number }[] }).epochs.at(at)!.loss;
    assert.ok(loss(second.stdout, 0) < loss(first.stdout, 0), "goes on from what was learned");
    const wrong = await cellstate(["train", "data.csv", "--model", "a.keras", "--length", "9"], {
      cwd: folder,
    });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--length: expected 12/);
  });
});
