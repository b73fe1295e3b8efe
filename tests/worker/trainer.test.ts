/** A trainer in a worker: reads what readers read, learns what training here learns, to the bit, and tells of it all. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { InputError, TextClassifier } from "../../src/index.js";
import {
  type BatchReport,
  createTrainer,
  type EpochReport,
  type PreparedReport,
  type Progress,
  type TrainProgress,
} from "../../src/worker/index.js";
import { CSV, corpusOf, direct, ROWS, SMALL, weightsIn, weightsOf } from "./data.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("reading in a worker", () => {
  const trainer = createTrainer();
  after(() => trainer.close());

  test("describes the file, counts labels, shows the first rows, and finds what is wrong with them", async () => {
    const progress: Progress[] = [];
    const file = new File([CSV], "mail.csv");
    const report = await trainer.read(file, { onProgress: (told) => void progress.push(told) });
    assert.equal(report.description.name, "mail.csv");
    assert.equal(report.description.format, "csv");
    assert.equal(report.description.label?.name, "label");
    assert.equal(report.rows, ROWS.length);
    assert.deepEqual(report.labels, [
      { label: "spam", rows: 90 },
      { label: "ham", rows: 90 },
    ]);
    assert.deepEqual(report.first[0], { text: "free prize now a", label: "spam", row: 2 });
    assert.equal(report.refusal, null);
    assert.deepEqual(
      report.findings.map(({ id }) => id),
      ["texts-repeated"],
    );
    assert.deepEqual(progress[0], { phase: "starting the worker", done: 0, total: null, seconds: 0 });
    assert.equal(progress[1]?.phase, "reading");
  });

  test("by other columns without sending again; rows that cannot be used are told of", async () => {
    const table = "a;b;c\nfilm one;x;good\nfilm two;y;bad\nfilm three;z;\n";
    const first = await trainer.read(bytes(table), { format: "csv", delimiter: ";", text: "a", label: "b" });
    assert.deepEqual(first.labels.map(({ label }) => label).sort(), ["x", "y", "z"]);
    assert.equal(first.refusal, null);
    const again = await trainer.readAgain({ format: "csv", delimiter: ";", text: "a", label: "c" });
    assert.equal(again.rows, 2);
    assert.deepEqual(again.rejects, {
      count: 1,
      first: [{ row: 4, reason: "no label", cells: ["film three", "z", ""] }],
    });
  });

  test("labels that cannot be learned are refused in words, and the columns are shown all the same", async () => {
    const alike = await trainer.read(bytes("text,label\na film,x\nb film,x\n"), { format: "csv" });
    assert.match(alike.refusal!, /at least two classes/);
    assert.deepEqual(alike.description.columns, ["text", "label"]);
    assert.deepEqual(alike.findings, []);
    assert.match((await trainer.read([{ text: "", label: "" }])).refusal!, /^No row has both/);
  });

  test("packed files, JSON lines, and rows", async () => {
    const packed = await trainer.read(new Blob([gzipSync(CSV)]));
    assert.equal(packed.description.compression, "gzip");
    assert.equal(packed.rows, ROWS.length);
    const lines = ROWS.map((row) => JSON.stringify(row)).join("\n");
    assert.equal((await trainer.read(new File([lines], "mail.jsonl"))).rows, ROWS.length);
    assert.equal((await trainer.read(new Response(CSV))).rows, ROWS.length);
    assert.equal((await trainer.read(ROWS)).description.format, "objects");
  });

  test("what cannot be read is an InputError, as here", async () => {
    await assert.rejects(trainer.read(new File(["a\nb\n"], "one.csv")), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /one\.csv/);
      return true;
    });
    await assert.rejects(trainer.read(5 as never), {
      name: "InputError",
      message: /^trainer\.read: expected a File/,
    });
  });
});

test("readAgain and train without data say what to do", async () => {
  const trainer = createTrainer();
  after(() => trainer.close());
  const message = /Call trainer\.read\(file\) first/;
  await assert.rejects(trainer.readAgain(), { name: "InputError", message });
  await assert.rejects(trainer.train().done, { name: "InputError", message });
});

describe("training in a worker", () => {
  const trainer = createTrainer();
  after(() => trainer.close());

  test("gives the bits of a training here, whatever is asked of it meanwhile", async () => {
    const epochs: EpochReport[] = [];
    const batches: BatchReport[] = [];
    const prepared: PreparedReport[] = [];
    const progress: TrainProgress[] = [];
    await trainer.read(ROWS);
    const training = trainer.train({
      ...{ ...SMALL, testSplit: 0, probes: ["free prize", "see you"], gradientNorms: true },
      onPrepared: (report) => void prepared.push(report),
      onBatch: (report) => void batches.push(report),
      onEpoch: (report) => void epochs.push(report),
      onProgress: (report) => void progress.push(report),
    });
    const summary = await training.done;

    const kept: number[][] = [];
    const norms: (Readonly<Record<string, number>> | null)[] = [];
    const losses: number[] = [];
    const classifier = await direct({
      callbacks: [
        {
          wantsGradientNorms: true,
          onBatchEnd: ({ gradientNorms, batchLoss }) => {
            norms.push(gradientNorms);
            losses.push(batchLoss);
          },
          onEpochEnd: ({ model }) => void kept.push(model.getWeights().flatMap(({ data }) => [...data])),
        },
      ],
    });
    assert.deepEqual(await weightsOf(await training.toBytes()), weightsIn(classifier));
    assert.deepEqual(summary.training, structuredClone(classifier.training));
    assert.equal(summary.evaluation, null);
    assert.equal(summary.parameters, classifier.model.countParams());
    assert.deepEqual(summary.labels, ["ham", "spam"]);

    assert.deepEqual(summary.epochs, [0, 1, 2, 3]);
    for (const [i, weights] of kept.entries()) {
      assert.deepEqual(await weightsOf(await training.at(i + 1).toBytes()), weights, `epoch ${i + 1}`);
    }

    assert.equal(prepared.length, 1);
    assert.equal(prepared[0]!.parameters, classifier.model.countParams());
    assert.deepEqual(prepared[0]!.rows, { train: 144, validation: 36, test: 0 });
    assert.equal(batches.length, 3 * 9);
    assert.deepEqual(
      batches.map(({ epoch, batch, step }) => [epoch, batch, step]),
      Array.from({ length: 27 }, (_, i) => [1 + Math.floor(i / 9), 1 + (i % 9), 1 + i]),
    );
    assert.deepEqual(
      batches.map(({ gradientNorms }) => gradientNorms),
      norms,
    );
    assert.deepEqual(
      batches.map(({ loss }) => loss),
      losses,
    );
    assert.deepEqual(
      epochs.map(({ logs }) => logs["valLoss"]),
      classifier.training!.history["valLoss"],
    );
    for (const { confusion, logs, epoch } of epochs) {
      const right = confusion!.reduce((sum, row, k) => sum + row[k]!, 0);
      assert.equal(
        confusion!.flat().reduce((a, b) => a + b),
        36,
      );
      assert.ok(Math.abs(right / 36 - logs["valAccuracy"]!) < 1e-6, `epoch ${epoch}`);
    }
    const answers = await training.at(2).predictMany(["free prize", "see you"]);
    assert.deepEqual(epochs[1]!.answers, answers);
    assert.equal(progress.at(-1)!.phase, "examining");
    const learned = progress.filter(({ phase }) => phase === "fitting");
    assert.deepEqual([...new Set(learned.map(({ epoch }) => epoch))], [1, 2, 3]);
    assert.equal(learned.at(-1)!.done, learned.at(-1)!.total);
    assert.ok(learned.every(({ seconds }, k) => k === 0 || seconds >= learned[k - 1]!.seconds));
  });

  test("is measured on rows held out, and on other data; threshold and files are its own", async () => {
    const training = trainer.train({ ...SMALL, epochs: 8 });
    const { evaluation, findings } = await training.done;
    assert.equal(evaluation!.rows, 36);
    assert.ok(findings.length > 0);
    const bytes = await training.toBytes();
    const classifier = await TextClassifier.load(bytes, { engine: "wasm", threads: 1 });
    const expected = await classifier.evaluate(ROWS, { mistakes: 2 });
    assert.deepEqual(await training.evaluate(ROWS, { mistakes: 2 }), expected);
    assert.deepEqual(await training.evaluate(new File([CSV], "mail.csv"), { mistakes: 2 }), expected);
    assert.deepEqual(await training.predict("free prize"), classifier.predict("free prize"));
    assert.deepEqual(await training.evaluate(undefined, { mistakes: 20 }), evaluation, "those held out");
    await training.settle({ threshold: 0.999 });
    const { binary, rows } = await training.evaluate();
    assert.deepEqual([binary!.threshold, rows], [0.999, 36]);
    assert.equal((await TextClassifier.load(await training.toBytes())).threshold, 0.999);
    assert.equal((await training.predict("free prize")).label, "ham");
    const files = await training.toFiles("spam.json");
    assert.deepEqual([...files.keys()].at(-1), "spam.json");
    assert.equal(files.size, 2);
    assert.deepEqual([...(await training.toFiles("spam.onnx")).keys()], ["spam.onnx"]);
    await assert.rejects(training.toFiles("spam.h5"), {
      name: "InputError",
      message: /vocabulary|belongs to/,
    });
  });

  test("lets the data choose", async () => {
    const phases: string[] = [];
    const training = trainer.train({ effort: "low", onProgress: ({ phase }) => void phases.push(phase) });
    const summary = await training.done;
    assert.ok(summary.training.auto);
    assert.deepEqual(summary.epochs, []);
    assert.ok(phases.length > 4, phases.join());
    assert.equal((await training.predict("claim your prize")).label, "spam");
    await assert.rejects(training.at(1).predict("x"), {
      name: "InputError",
      message: /keepEpochs: false, and of auto/,
    });
  });

  test("begins with a Keras script, and goes on from a file", async () => {
    const script = `
model = Sequential([
    Embedding(40, 4, input_length=7),
    LSTM(3),
    Dense(1, activation="sigmoid"),
])
model.compile(optimizer="rmsprop", loss="binary_crossentropy")
model.fit(x, y, epochs=2, batch_size=8)
`;
    const first = trainer.train({ model: { script, name: "homework.py" }, validationSplit: 0 });
    const summary = await first.done;
    assert.equal(summary.training.history["loss"]!.length, 2);
    assert.equal(summary.training.settings["batchSize"], 8);
    const classifier = await TextClassifier.load(await first.toBytes());
    assert.equal(classifier.length, 7);
    assert.equal(classifier.model.compiled.optimizer.name, "rmsprop");
    const file = new File([(await first.toBytes()) as Uint8Array<ArrayBuffer>], "first.keras");
    const more = trainer.train({
      model: file,
      epochs: 1,
      testSplit: 0,
      validationSplit: 0,
      engine: "wasm",
      threads: 1,
    });
    await more.done;
    const again = await TextClassifier.train(await corpusOf(), {
      ...{ model: classifier, epochs: 1, validationSplit: 0, engine: "wasm", threads: 1 },
    });
    assert.deepEqual(await weightsOf(await more.toBytes()), weightsIn(again));
    await assert.rejects(trainer.train({ model: { script: "x = 1", name: "none.py" } }).done, {
      name: "InputError",
      message: /none\.py/,
    });
  });

  test("begins with word vectors", async () => {
    const words = ["free", "prize", "see", "you"].map((word, i) => `${word} ${i} 0.5 -1`).join("\n");
    const vectors = new File([words], "glove.txt");
    const training = trainer.train({ ...SMALL, vectors, freezeVectors: true, testSplit: 0, epochs: 1 });
    const { training: record } = await training.done;
    assert.equal(record.vectors!.found, 4);
    assert.equal(record.vectors!.name, "glove.txt");
  });

  test("one at a time", async () => {
    const first = trainer.train({ ...SMALL, paused: true });
    await first.pause();
    await assert.rejects(trainer.train(SMALL).done, {
      name: "InputError",
      message: /one training at a time/,
    });
    await first.forget();
    await assert.rejects(first.done, { name: "AbortError" });
    await assert.rejects(first.predict("x"), { name: "InputError", message: /forgotten/ });
  });
});
