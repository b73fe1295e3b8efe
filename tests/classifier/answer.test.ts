import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Corpus } from "../../src/classifier/corpus.js";
import { attribute, checkup } from "../../src/explain/index.js";
import { writeClassifierModule } from "../../src/formats.js";
import { callbacks, InputError, type Logs, layers, sequential, TextClassifier } from "../../src/index.js";
import { cellstate } from "../cli/run.js";

/** A network whose answer is a mean over the words that it is told of: of none there is no mean. */
const averaging = ({ vocabulary, length }: { vocabulary: number; length: number }) =>
  sequential(
    [
      layers.embedding({ inputDim: vocabulary, outputDim: 4, inputLength: length, maskZero: true }),
      layers.lstm({ units: 4, returnSequences: true }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference", seed: 1 },
  );

const ROWS = Array.from({ length: 40 }, (_, r) => ({
  text: `soup ${["it", "we", "staff"][r % 3]} ${r % 2 ? "lovely" : "awful"}`,
  label: r % 2 ? "good" : "bad",
}));
const OPTIONS = { model: averaging, vocabulary: 20, length: 6, epochs: 1, engine: "reference" } as const;

let classifier: TextClassifier;
let folder = "";

before(async () => {
  classifier = await TextClassifier.train(ROWS, OPTIONS);
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
});
after(() => rm(folder, { recursive: true }));

const refusal = (message: RegExp) => (error: Error) => {
  assert.ok(error instanceof InputError, `${error.stack}`);
  assert.match(error.message, message);
  return true;
};

const NO_WORD = /received NaN\. No known word is left in it, and global_average_pooling1d averages over/;

describe("an output that is no number is no answer", () => {
  test("predict names the text and the cause", () => {
    assert.equal(classifier.predict("soup lovely").scores["bad"]! > 0, true);
    assert.throws(() => classifier.predict("zzz"), refusal(/^text 1 \("zzz"\): /));
    assert.throws(() => classifier.predict("zzz"), refusal(NO_WORD));
    assert.throws(() => classifier.predictMany(["soup", "we", ""]), refusal(/^text 3 \(""\): /));
  });

  test("the answers before it are given", () => {
    const given: string[] = [];
    assert.throws(
      () => {
        for (const { label } of classifier.answers(["soup", "we", "zzz", "it"], 11)) given.push(label);
      },
      refusal(/^text 13 /),
    );
    assert.equal(given.length, 2);
  });

  test("evaluate names the row, by its number in the file where it has one", async () => {
    const rows = [...ROWS, { text: "zzz", label: "bad" }];
    await assert.rejects(classifier.evaluate(rows), refusal(/^row 41: /));
    await assert.rejects(classifier.evaluate(rows), refusal(NO_WORD));
    const numbered = rows.map((row, i) => ({ ...row, row: i + 2 }));
    await assert.rejects(classifier.evaluate(numbered), refusal(/^row 42: /));
  });

  test("training refuses such rows before it starts, be they for training or validation", async () => {
    for (const validationSplit of [0, 0.5]) {
      const rows = [...ROWS, { text: "", label: "bad" }, { text: "...", label: "good" }];
      let prepared = 0;
      const onPrepared = () => void prepared++;
      const training = TextClassifier.train(rows, { ...OPTIONS, validationSplit, onPrepared });
      await assert.rejects(training, refusal(/^rows 41, 42: expected texts that the model has an answer to/));
      await assert.rejects(training, (error: Error) => !/learning rate|last activation/.test(error.message));
      assert.equal(prepared, 0);
    }
  });

  test("a model that answers padding still learns from such rows", async () => {
    const rows = [...ROWS, { text: "", label: "bad" }];
    const other = await TextClassifier.train(rows, { ...OPTIONS, model: "rnn" });
    assert.ok(Number.isFinite(other.predict("zzz").probability));
  });

  test("weights that are no numbers are told from texts without words", async () => {
    const broken = await TextClassifier.load(await classifier.toBytes());
    const weights = broken.model.getWeights().map(({ data }) => data);
    weights.at(-1)!.fill(Number.NaN);
    broken.model.setWeights(weights);
    assert.throws(() => broken.predict("soup"), refusal(/weights dense\/bias hold what is no finite number/));
  });

  test("the exported module throws", async () => {
    const file = join(folder, "classify.mjs");
    await writeFile(file, writeClassifierModule(classifier));
    const { classify } = (await import(pathToFileURL(file).href)) as { classify(text: string): unknown };
    assert.deepEqual(Object.keys(classify("soup lovely") as object), ["label", "probability", "scores"]);
    assert.throws(() => classify("zzz"), /no answer that is a number to "zzz"\. No known word/);
  });

  test("an attribution has a value to divide, or is refused", async () => {
    const { model, vectorizer } = classifier;
    const ids = (text: string) => Array.from(vectorizer.encodeRows([text], 6).ids);
    const { words, completeness } = await attribute(model, ids("soup it lovely"));
    assert.ok(words.every((word) => Number.isFinite(word.integratedGradients + word.occlusion)));
    assert.ok(completeness.residual < 1e-6);
    await assert.rejects(() => attribute(model, ids("zzz")), refusal(/a word to attribute to/));
    await assert.rejects(() => attribute(model, ids("soup")), refusal(/the row without one of its words/));
  });

  test("the doctor says so", async () => {
    const { model, vectorizer, length, labels } = classifier;
    const rows = [...ROWS, { text: "zzz", label: "bad" }];
    const corpus = await Corpus.read(rows, vectorizer.frontEnd);
    const found = await checkup({ model, vectorizer, length, labels, texts: { corpus } });
    const finding = found.find(({ id }) => id === "texts-without-answer");
    assert.equal(finding?.severity, "problem");
    assert.deepEqual(finding?.evidence, { missing: 1, texts: 41 });
  });

  test("the command line: lines before are answered, then exit 2 names the line", async () => {
    const file = join(folder, "gap.keras");
    await classifier.save(file);
    const lines = await cellstate(["predict", file, "--engine", "reference"], {
      input: "soup lovely\nwe\nzzz\nit\n",
    });
    assert.equal(lines.code, 2);
    assert.equal(lines.stdout.trim().split("\n").length, 2);
    assert.match(lines.stderr, /^cellstate: text 3 \("zzz"\): .*No known word is left in it/m);
    const json = await cellstate(["predict", file, "zzz", "--json", "--engine", "reference"]);
    assert.deepEqual([json.code, json.stdout], [2, ""]);
  });

  test("the command line refuses to train on them, and to measure on them, by their rows", async () => {
    const csv = (rows: typeof ROWS) =>
      `text,label\n${rows.map((row) => `${row.text},${row.label}`).join("\n")}\n`;
    const file = join(folder, "gap2.keras");
    await classifier.save(file);
    await writeFile(join(folder, "empty.csv"), csv([...ROWS, { text: "...", label: "bad" }]));
    const small = ["--epochs", "1", "--engine", "reference"];
    const train = await cellstate(["train", "empty.csv", "--model", file, ...small], { cwd: folder });
    assert.equal(train.code, 2);
    assert.match(train.stderr, /^cellstate: row 42: expected texts that the model has an answer to/m);
    const evaluate = await cellstate(["evaluate", file, "empty.csv", "--engine", "reference"], {
      cwd: folder,
    });
    assert.equal(evaluate.code, 2);
    assert.match(evaluate.stderr, /^cellstate: empty.csv: row 42: .*No known word/m);
    assert.doesNotMatch(train.stderr + evaluate.stderr, /learning rate|last activation/);
  });
});

describe("metrics, monitors and losses", () => {
  const rows = [
    [1, 2, 0],
    [3, 0, 0],
    [2, 1, 3],
    [0, 0, 0],
  ];
  const fresh = () => {
    const model = averaging({ vocabulary: 4, length: 3 });
    model.compile({ loss: "binaryCrossentropy" });
    return model;
  };

  test("evaluate names the row in place of counting it for class 0", async () => {
    await assert.rejects(fresh().evaluate(rows, [0, 1, 0, 0]), refusal(/^evaluate x, row 3: .*received NaN/));
  });

  test("fit names the row, not the learning rate", async () => {
    await assert.rejects(fresh().fit(rows, [0, 1, 0, 0]), (error: Error) => {
      assert.match(
        error.message,
        /the loss became NaN at step 1 .*The output for x row 3 is no finite number/,
      );
      assert.doesNotMatch(error.message, /learning rate/);
      return true;
    });
  });

  test("fit refuses a validation row without an output, and keeps what was learned", async () => {
    const model = fresh();
    const training = model.fit(rows.slice(0, 3), [0, 1, 0], { validationData: [rows, [0, 1, 0, 0]] });
    await assert.rejects(training, /^TrainingError: validation: evaluate x, row 3/);
    assert.equal(model.iterations, 1);
  });

  test("a metric that is no number is never the best", async () => {
    const model = fresh();
    const seen: Logs[] = [
      { watched: Number.NaN },
      { watched: 2 },
      { watched: 1 },
      { watched: Number.NaN },
      { watched: 3 },
    ];
    const early = callbacks.earlyStopping({ monitor: "watched", mode: "min", patience: 2 });
    const stopped: string[] = [];
    const progress = { model, stop: (reason: string) => void stopped.push(reason) };
    seen.forEach((logs, epoch) => {
      early.onEpochEnd({ ...progress, epoch } as unknown as Parameters<typeof early.onEpochEnd>[0], logs);
    });
    assert.equal(early.bestEpoch, 3);
    assert.deepEqual(stopped, ["no improvement for 2 epochs; the best was epoch 3"]);
  });
});
