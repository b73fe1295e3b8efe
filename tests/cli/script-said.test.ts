/** `summary SCRIPT` and `train --model SCRIPT` say what they took; what cannot be read is refused. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TextClassifier } from "../../src/index.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

const HEAD = `from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras import Sequential, Model, Input, optimizers, losses
from tensorflow.keras.layers import Embedding, GRU, Dense
from tensorflow.keras.callbacks import EarlyStopping
`;
const TEXT = `tokenizer = Tokenizer(num_words=60, oov_token="<OOV>", filters="#", lower=False)
rows = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=12, padding="post", truncating="post")
`;
const NET = `model = Sequential([Embedding(60, 4, input_length=12), GRU(3), Dense(1, activation="sigmoid")])
`;
const COMPILE = `model.compile(optimizer=optimizers.RMSprop(0.02), loss="binary_crossentropy", metrics=["accuracy"])
`;
const FIT = `model.fit(rows, labels, epochs=2, batch_size=16, validation_split=0.25, callbacks=[EarlyStopping(patience=1, restore_best_weights=True)])
`;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-said-"));
  await writeFile(join(folder, "data.csv"), csv(reviews(120)));
});
after(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const run = (...args: string[]) => cellstate(args, { cwd: folder });
const train = (script: string, ...more: string[]) =>
  run("train", "data.csv", "--model", script, "--engine", "reference", "--json", ...more);
interface Trained {
  vocabulary: number;
  epochs: object[];
}

describe("a script's text and training settings", () => {
  test("are applied by train, and said", async () => {
    await write("all.py", HEAD + TEXT + NET + COMPILE + FIT);
    const { code, stdout, stderr } = await train("all.py", "--out", "all.keras");
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Trained).epochs.length, 2);
    const { vectorizer, length, model, training } = await TextClassifier.load(join(folder, "all.keras"));
    const { padding, truncating, frontEnd } = vectorizer;
    assert.deepEqual({ padding, truncating, length }, { padding: "post", truncating: "post", length: 12 });
    assert.deepEqual(frontEnd, {
      frontEnd: "tokenizer",
      filters: "#",
      lower: false,
      split: " ",
      charLevel: false,
      oovToken: "<OOV>",
    });
    assert.deepEqual(
      [model.compiled.optimizer.name, model.compiled.optimizer.learningRate],
      ["rmsprop", 0.02],
    );
    assert.equal(training!.settings["batchSize"], 16);
    assert.equal(training!.validationRows, 24);
    for (const said of [
      "line 8: the model, a Sequential sequential",
      'line 9: compile: optimizer=RMSprop(learning_rate=0.02), loss="binary_crossentropy", metrics=["accuracy"]',
      'line 6: Tokenizer filters="#", lower=False, oov_token="<OOV>"',
      'line 7: pad_sequences padding="post"',
      "line 10: fit epochs=2",
      "line 10: EarlyStopping patience=1",
    ]) {
      assert.ok(stderr.includes(`all.py: taken: ${said}\n`), `${said} in\n${stderr}`);
    }
    assert.ok(stderr.includes("all.py: assumed: it does not say: --test-split 0.2\n"), stderr);
  });

  test("give way to flags, and that is said", async () => {
    const { code, stdout, stderr } = await train(
      "all.py",
      "--epochs",
      "1",
      "--padding",
      "pre",
      "--out",
      "flags.keras",
    );
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Trained).epochs.length, 1);
    assert.match(stderr, /all\.py: left aside: line 10: fit epochs=2; train uses --epochs 1\n/);
    assert.match(
      stderr,
      /all\.py: left aside: line 7: pad_sequences padding="post"; train uses --padding pre\n/,
    );
    const { vectorizer } = await TextClassifier.load(join(folder, "flags.keras"));
    assert.deepEqual([vectorizer.padding, vectorizer.truncating], ["pre", "post"]);
  });

  test("are said by summary on stderr, and by its receipt", async () => {
    const { code, stdout, stderr } = await run("summary", "all.py");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Total params: 325 /);
    assert.match(stderr, /all\.py: taken: line 7: pad_sequences padding="post"\n/);
    const receipt = await run("summary", "all.py", "--receipt");
    assert.equal(receipt.code, 0, receipt.stderr);
    assert.match(
      receipt.stdout,
      /^all\.py: Keras script read without running it, as of Keras 3\n3 layers, 325 parameters\nTaken:\n {2}line 8: the model/,
    );
    assert.match(receipt.stdout, /line 6: Tokenizer num_words=60\n/);
    assert.match(receipt.stdout, /wasm against reference: (outputs within|equal)/);
    const json = JSON.parse((await run("summary", "all.py", "--receipt", "--json")).stdout) as {
      receipt: { format: string };
    };
    assert.equal(json.receipt.format, "Keras script");
  });

  test("a notebook is read by its code cells", async () => {
    const cells = [HEAD, "!pip install keras\n%time", NET].map((source) => ({ cell_type: "code", source }));
    await write("work.ipynb", JSON.stringify({ nbformat: 4, cells }));
    const { code, stdout, stderr } = await run("summary", "work.ipynb");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Total params: 325 /);
  });
});

describe("train refuses what it cannot do as the script says, with the line and what to do", () => {
  const weights = NET.replace("Embedding(60, 4", "Embedding(60, 4, weights=[matrix], trainable=False");
  const cases: [name: string, script: string, says: RegExp, way?: string[]][] = [
    [
      "weights",
      HEAD + TEXT + weights + COMPILE,
      /line 8: Embedding weights \(matrix, which is not run\): .* would change what training comes to\. Build the model in Python/,
    ],
    [
      "saved_weights",
      `${HEAD + TEXT + NET + COMPILE}model.load_weights("w.h5")\n`,
      /line 10: load_weights gives the model weights that are not read/,
    ],
    [
      "own_loss",
      `${HEAD + TEXT}def mine(a, b):\n  return a\n${NET}model.compile("adam", mine)\n`,
      /line 11: loss is the function mine/,
    ],
    ["hinge", `${HEAD + TEXT + NET}model.compile("adam", "hinge")\n`, /line 9: compile loss hinge/],
    [
      "mean",
      `${HEAD + TEXT + NET}model.compile("adam", "mse")\n`,
      /line 9: the loss meanSquaredError is not what train learns two labels by\. Write loss="binary_crossentropy"/,
    ],
    [
      "logits",
      `${HEAD + TEXT + NET.replace(', activation="sigmoid"', "")}model.compile("adam", losses.BinaryCrossentropy(from_logits=True))\n`,
      /line 9: the loss is of logits.* activation="sigmoid"/,
    ],
    [
      "lengths",
      `${HEAD + TEXT.replace("maxlen=12", "maxlen=20") + NET + COMPILE}`,
      /line 7: pad_sequences maxlen=20: expected rows of 12.*--length 12/,
      ["--length", "12"],
    ],
    [
      "words",
      `${HEAD + TEXT.replace("60", "90") + NET + COMPILE}`,
      /line 6: Tokenizer num_words=90: expected at most 60 ids.*--vocabulary 60/,
      ["--vocabulary", "60"],
    ],
    [
      "nadam",
      `${HEAD + TEXT + NET}model.compile("nadam", "binary_crossentropy")\n`,
      /line 9: compile optimizer nadam.*--optimizer NAME/,
      ["--optimizer", "adam"],
    ],
    [
      "rounds",
      `${HEAD + TEXT + NET + COMPILE}model.fit(x, y, epochs=rounds)\n`,
      /line 10: fit epochs is rounds, which is not run.*--epochs N/,
      ["--epochs", "1"],
    ],
  ];
  for (const [name, script, says, way] of cases) {
    test(name, async () => {
      await write(`${name}.py`, script);
      const { code, stderr } = await train(`${name}.py`, "--out", `${name}.keras`);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.equal((await run("summary", `${name}.py`)).code, 0);
      if (!way) return;
      const short = way[0] === "--epochs" ? [] : ["--epochs", "1"];
      const { code: after, stderr: said } = await train(
        `${name}.py`,
        "--out",
        `${name}.keras`,
        ...way,
        ...short,
      );
      assert.equal(after, 0, said);
    });
  }
});
