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

const COUNTS = `
from keras.preprocessing.text import Tokenizer
from keras.preprocessing.sequence import pad_sequences
from keras.models import Sequential
from keras.layers import Embedding, GRU, Flatten, Dense
from keras.utils import to_categorical
tok = Tokenizer()
tok.fit_on_texts(texts)
X = pad_sequences(tok.texts_to_sequences(texts))
y = to_categorical(labels)
model = Sequential()
model.add(Embedding(len(tok.word_index) + 1, 4, input_length=X.shape[1]))
model.add(GRU(3, return_sequences=True, reset_after=False, use_bias=False))
model.add(Flatten())
model.add(Dense(y.shape[1], activation='softmax'))
model.compile('adam', 'categorical_crossentropy')
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

  test("--define says an expression, in the script's words", async () => {
    const run = (...defines: string[]) =>
      cellstate(["summary", "homework.py", ...defines.flatMap((said) => ["--define", said])], {
        cwd: folder,
      });
    const { code, stdout, stderr } = await run("len( tokenizer.word_index )=59");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /embedding \(Embedding\).*\(None, 12, 8\).*480/);
    for (const [said, expected] of [
      [
        "len(words)=3",
        /--define: expected a name or words that homework\.py has in it but received "len\(words\)"/,
      ],
      ["57", /--define: expected NAME=VALUE, as vocab_size=1000, or an expression/],
    ] as const) {
      const wrong = await run(said);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, expected);
    }
    const twice = await run("vocab_size=60", "vocab_size = 61");
    assert.match(twice.stderr, /--define: expected one value for vocab_size/);
  });

  test("train finds in its data what the script counts in its own, and says so", async () => {
    const flags = ["--epochs", "1", "--engine", "reference", "--json", "--out", "found.keras"];
    const train = (script: string, ...more: string[]) =>
      cellstate(["train", "data.csv", "--model", script, ...flags, ...more], { cwd: folder });
    await writeFile(join(folder, "counts.py"), COUNTS);
    const { code, stdout, stderr } = await train("counts.py");
    assert.equal(code, 0, stderr);
    const found = (what: RegExp) => Number(what.exec(stderr)?.[1]);
    const words = found(
      /counts\.py: assumed: len\(tok\.word_index\) \+ 1 is taken for the number of different words, padding included, in data\.csv: (\d+)\n/,
    );
    const length = found(
      /assumed: X\.shape\[1\] is taken for the words of the longest text in data\.csv: (\d+)\n/,
    );
    assert.equal(found(/assumed: y\.shape\[1\] is taken for the number of labels in data\.csv: (\d+)\n/), 2);
    assert.ok(words > 10 && length > 2, `${words} ${length}`);
    assert.equal((JSON.parse(stdout) as { params: number }).params, words * 4 + 63 + length * 3 * 2 + 2);
    const typed = await train("counts.py", "--length", "5");
    assert.match(typed.stderr, /X\.shape\[1\] is taken for --length: 5\n/);
    await writeFile(join(folder, "other.py"), COUNTS.replace("GRU(3", "GRU(units"));
    const lost = await train("other.py");
    assert.equal(lost.code, 2);
    assert.match(
      lost.stderr,
      /GRU units is units.*--define "len\(tok\.word_index\) \+ 1=VALUE".*--define units=VALUE/,
    );
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
