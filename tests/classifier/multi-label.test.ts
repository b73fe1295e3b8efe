/** Several labels a text: from rows to a network of sigmoid outputs, its thresholds, its files and its figures. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { writeClassifierModule } from "../../src/formats.js";
import {
  AbortedTraining,
  LabelSetCorpus,
  type LabelSetText,
  layers,
  MultiLabelClassifier,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";
import { loadClassifier, loadMultiLabelClassifier } from "../../src/predict.js";
import { random } from "./random.js";

const LABELS = ["billing", "praise", "urgent"];
const SIGNS: Record<string, string[]> = {
  billing: ["invoice", "refund", "charged"],
  praise: ["thanks", "lovely", "great"],
  urgent: ["now", "immediately", "asap"],
};
const FILLER = ["the", "my", "order", "please", "with", "was", "about", "it", "and", "of"];

/** Texts that hold a word of each of their labels among others. */
function rowsOf(count: number, seed: number): LabelSetText[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  return Array.from({ length: count }, () => {
    const labels = LABELS.filter(() => next() < 0.4);
    const words = [
      ...labels.map((label) => pick(SIGNS[label]!)),
      ...Array.from({ length: 4 }, () => pick(FILLER)),
    ];
    words.sort(() => next() - 0.5);
    return { text: words.join(" "), labels };
  });
}

/** The same, where one label in five is another. */
const noisy = (count: number, seed: number): LabelSetText[] =>
  rowsOf(count, seed).map((row, i) => (i % 5 === 0 ? { ...row, labels: [LABELS[i % 3]!] } : row));

const NETWORK = { model: "cnn", length: 12, vocabulary: 40, epochs: 30, seed: 1 } as const;

let folder = "";
let network: MultiLabelClassifier;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-labels-"));
  network = await MultiLabelClassifier.train(rowsOf(400, 7), NETWORK);
});
after(() => rm(folder, { recursive: true }));

describe("a network", () => {
  test("learns each label by itself", async () => {
    const { micro, macro, subsetAccuracy, perLabel, commonestSet } = await network.evaluate(rowsOf(200, 8));
    assert.ok(micro.f1 > 0.97 && macro.f1 > 0.97 && subsetAccuracy > 0.93, JSON.stringify(micro));
    assert.ok(subsetAccuracy > commonestSet);
    assert.equal(perLabel.length, 3);
    assert.deepEqual(network.labels, LABELS);
    assert.deepEqual(network.model.outputSize, 3);
  });

  test("answers any number of labels, the likeliest first, and says where nothing is known", () => {
    const { labels, scores } = network.predict("refund asap please");
    assert.deepEqual([...labels].sort(), ["billing", "urgent"]);
    assert.ok(scores[labels[0]!]! >= scores[labels[1]!]!);
    assert.deepEqual(Object.keys(scores), LABELS);
    assert.deepEqual(network.predict("the order was with it").labels, []);
    assert.equal(network.predict("xylophone").known, 0);
    assert.ok(!("known" in network.predict("refund")));
  });

  test("its thresholds are those of best F1 on the rows held out, and on none else", async () => {
    const corpus = await LabelSetCorpus.read(noisy(300, 21), { frontEnd: "tokenizer" });
    let heldOut: number[] = [];
    const options = { ...NETWORK, epochs: 6, validationSplit: 0.3 };
    const trained = await MultiLabelClassifier.train(corpus, {
      ...options,
      onPrepared: (prepared) => {
        heldOut = [...prepared.heldOut];
      },
    });
    assert.ok(heldOut.length > 80);
    assert.ok(trained.thresholds.some((threshold) => threshold !== 0.5));
    // 0.5 is what they begin with, and what is nearest to it is chosen among equals.
    const own = trained.thresholds;
    trained.thresholds = own.map(() => 0.5);
    assert.deepEqual((await trained.evaluate(corpus, { rows: heldOut })).suggested, own);
    const all = await MultiLabelClassifier.train(corpus, { ...NETWORK, epochs: 2, validationSplit: 0 });
    assert.deepEqual(all.thresholds, [0.5, 0.5, 0.5]);
  });

  test("its thresholds decide strictly", () => {
    const probability = network.predict("refund").scores["billing"]!;
    const before = network.thresholds;
    network.thresholds = [probability, before[1]!, before[2]!];
    assert.ok(!network.predict("refund").labels.includes("billing"));
    network.thresholds = [probability * 0.999, before[1]!, before[2]!];
    assert.ok(network.predict("refund").labels.includes("billing"));
    network.thresholds = before;
    (network.thresholds as number[])[0] = 7;
    assert.deepEqual(network.thresholds, before);
    assert.throws(() => (network.thresholds = [0.5]), /thresholds: expected 3 probabilities/);
    assert.throws(() => (network.thresholds = [0.5, 2, 0.5]), /thresholds\[1\]/);
  });

  test("is the same in every format, and in the entry that only predicts", async () => {
    const texts = rowsOf(20, 9).map(({ text }) => text);
    const asked = network.predictMany(texts);
    for (const ending of ["keras", "safetensors", "json"]) {
      const file = join(folder, `${ending}/labels.${ending}`);
      await mkdir(join(folder, ending), { recursive: true });
      await network.save(file);
      const again = await MultiLabelClassifier.load(file);
      assert.deepEqual(again.thresholds, network.thresholds, ending);
      again.predictMany(texts).forEach(({ labels, scores }, i) => {
        assert.deepEqual(labels, asked[i]!.labels, ending);
        for (const label of LABELS)
          assert.ok(Math.abs(scores[label]! - asked[i]!.scores[label]!) < 1e-6, ending);
      });
      again.model.dispose();
    }
    const small = await loadMultiLabelClassifier(await network.toBytes());
    assert.deepEqual(small.predictMany(texts), asked);
    assert.deepEqual([small.labels, small.thresholds], [network.labels, network.thresholds]);
    small.dispose();
  });

  test("as one module", async () => {
    const file = join(folder, "labels.mjs");
    await writeFile(file, writeClassifierModule(network, { weights: "float32" }));
    const { classify, labels } = (await import(pathToFileURL(file).href)) as {
      classify(text: string): { labels: string[]; scores: Record<string, number>; known?: number };
      labels: string[];
    };
    assert.deepEqual(labels, LABELS);
    for (const { text } of rowsOf(20, 9)) {
      const [found, asked] = [classify(text), network.predict(text)];
      assert.deepEqual(found.labels, asked.labels);
      for (const label of LABELS) assert.ok(Math.abs(found.scores[label]! - asked.scores[label]!) < 1e-5);
    }
    assert.equal(classify("xylophone").known, 0);
    // What `save` writes has exact weights, too; bytes with scales round them.
    await network.save(join(folder, "saved.mjs"));
    const saved = (await import(pathToFileURL(join(folder, "saved.mjs")).href)) as {
      classify(text: string): object;
    };
    assert.deepEqual(saved.classify("refund asap please"), classify("refund asap please"));
    await writeFile(join(folder, "bytes.mjs"), writeClassifierModule(network, { weights: "int8" }));
    const small = (await import(pathToFileURL(join(folder, "bytes.mjs")).href)) as {
      classify(text: string): { scores: Record<string, number> };
    };
    const [rounded, exact] = [small.classify("refund asap").scores, network.predict("refund asap").scores];
    for (const label of LABELS) assert.ok(Math.abs(rounded[label]! - exact[label]!) < 0.05);
  });

  test("what is another kind of model says so", async () => {
    const bytes = await network.toBytes();
    const one = /expected a TextClassifier .*received "a MultiLabelClassifier .*MultiLabelClassifier.load/s;
    await assert.rejects(TextClassifier.load(bytes), one);
    await assert.rejects(loadClassifier(bytes), one);
    await assert.rejects(TextRegressor.load(bytes), /expected a TextRegressor/);
    const rows = [
      { text: "a good film", label: "yes" },
      { text: "a bad film", label: "no" },
    ];
    const plain = await TextClassifier.train(rows, {
      model: "rnn",
      epochs: 1,
      length: 4,
      validationSplit: 0,
    });
    await assert.rejects(MultiLabelClassifier.load(await plain.toBytes()), /received "a TextClassifier/);
  });

  test("a model of one's own must put out a sigmoid a label", async () => {
    const own = (units: number, activation: "sigmoid" | "softmax") => () =>
      sequential([
        layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 12 }),
        layers.gru({ units: 4 }),
        layers.dense({ units, activation }),
      ]);
    const rows = rowsOf(60, 3);
    const train = (model: () => ReturnType<ReturnType<typeof own>>) =>
      MultiLabelClassifier.train(rows, { ...NETWORK, model, epochs: 1 });
    await assert.rejects(train(own(2, "sigmoid")), /a last layer of 3 units, one a label/);
    await assert.rejects(
      train(own(3, "softmax")),
      /activation sigmoid, as each label is a question of its own/,
    );
    assert.equal((await train(own(3, "sigmoid"))).labels.length, 3);
  });

  test("a run that is aborted keeps what was learned", async () => {
    const controller = new AbortController();
    const training = MultiLabelClassifier.train(rowsOf(100, 4), {
      ...NETWORK,
      signal: controller.signal,
      callbacks: [{ name: "stop", onEpochEnd: () => controller.abort() }],
    });
    await assert.rejects(training, (error) => {
      assert.ok(error instanceof AbortedTraining);
      return error.cause.classifier instanceof MultiLabelClassifier;
    });
  });
});

describe("figures", () => {
  test("are those of its answers, counted by hand", async () => {
    const rows = rowsOf(50, 11);
    const { subsetAccuracy, hammingLoss, perLabel, mistakes } = await network.evaluate(rows, {
      mistakes: 50,
    });
    const answers = network.predictMany(rows.map(({ text }) => text));
    const has = (labels: readonly string[], label: string) => (labels.includes(label) ? 1 : 0);
    const wrong = rows.map(
      ({ labels }, i) =>
        LABELS.filter((label) => has(labels, label) !== has(answers[i]!.labels, label)).length,
    );
    const right = wrong.filter((count) => count === 0).length;
    assert.ok(Math.abs(subsetAccuracy - right / 50) < 1e-12);
    assert.ok(Math.abs(hammingLoss - wrong.reduce((a, b) => a + b, 0) / 150) < 1e-12);
    assert.equal(mistakes.length, 50 - right);
    LABELS.forEach((label, k) => {
      assert.equal(perLabel[k]!.support, rows.filter(({ labels }) => labels.includes(label)).length);
      assert.equal(perLabel[k]!.answered, answers.filter(({ labels }) => labels.includes(label)).length);
    });
  });

  test("rows with labels that it does not know are counted, and not measured", async () => {
    const known = rowsOf(30, 12);
    const odd = { text: "invoice", labels: ["billing", "odd"] };
    const [plain, more] = [await network.evaluate(known), await network.evaluate([odd, ...known, odd])];
    assert.deepEqual(more.unknownLabels, [{ label: "odd", rows: 2 }]);
    assert.deepEqual([more.rows, more.labels], [30, LABELS]);
    assert.deepEqual(
      [more.micro, more.subsetAccuracy, more.perLabel],
      [plain.micro, plain.subsetAccuracy, plain.perLabel],
    );
    await assert.rejects(
      network.evaluate([odd]),
      /row 1: expected a label among billing, praise, urgent but received "odd"/,
    );
  });

  test("mistakes say what was missed and what was wrong", async () => {
    const { mistakes } = await network.evaluate([{ text: "refund of the order", labels: ["urgent"] }]);
    assert.deepEqual(
      mistakes.map(({ missed, wrong, text }) => ({ missed, wrong, text })),
      [{ missed: ["urgent"], wrong: ["billing"], text: "refund of the order" }],
    );
  });

  test("suggested thresholds are better on the rows that they were chosen by", async () => {
    const rows = noisy(120, 13);
    const own = network.thresholds;
    network.thresholds = [0.999, 0.5, 0.001];
    const first = await network.evaluate(rows);
    network.thresholds = first.suggested;
    const second = await network.evaluate(rows);
    network.thresholds = own;
    for (const [k, { f1 }] of first.perLabel.entries()) assert.ok(second.perLabel[k]!.f1 >= f1);
    assert.ok(second.macro.f1 > first.macro.f1 + 0.1);
  });
});

describe("rows held out", () => {
  test("are of all labels where no two rows have the same", async () => {
    const names = Array.from({ length: 12 }, (_, k) => `l${k}`);
    const rows = Array.from({ length: 300 }, (_, i) => ({
      text: `text ${i}`,
      labels: [...names.filter((_, k) => ((i * 7 + 3) >> (k % 9)) & 1), names[i % 12]!],
    }));
    let learned = 0;
    let heldOut: number[] = [];
    await MultiLabelClassifier.train(rows, {
      ...NETWORK,
      epochs: 1,
      onPrepared: (prepared) => {
        learned = prepared.rows.length;
        heldOut = [...prepared.heldOut];
      },
    });
    assert.deepEqual([learned, heldOut.length], [270, 30]);
    const held = new Set(heldOut.flatMap((row) => rows[row]!.labels));
    assert.ok(held.size >= 10, [...held].join());
    const share = (of: readonly { labels: string[] }[]) =>
      of.reduce((sum, { labels }) => sum + labels.length, 0) / of.length;
    assert.ok(Math.abs(share(heldOut.map((row) => rows[row]!)) / share(rows) - 1) < 0.25);
  });
});

describe("rows", () => {
  test("labels that are one, names of objects, and no labels at all", async () => {
    const corpus = new LabelSetCorpus({ frontEnd: "tokenizer" });
    corpus.add({ text: "a", labels: ["1.0", "__proto__"] });
    corpus.add({ text: "b", labels: ["1", "1", "Spam"] });
    corpus.add({ text: "c", labels: [] });
    corpus.add({ text: "d", labels: ["spam"] });
    corpus.add({ text: "e", labels: ["spam"] });
    assert.deepEqual(corpus.labels(), ["1", "Spam", "__proto__", "spam"]);
    assert.deepEqual(corpus.labelsOf(1).sort(), ["1", "Spam"]);
    // Of few rows the rarest label: "1" and "__proto__" are in one row more or less each.
    assert.deepEqual([...corpus.strata()], [0, 1, 2, 3, 3]);
    assert.deepEqual([...corpus.truth([0, 1, 2], ["1", "Spam", "__proto__"])], [1, 0, 1, 1, 1, 0, 0, 0, 0]);
    assert.throws(() => corpus.truth([3], ["1"]), /row 4: expected a label among 1 but received "spam"/);
    assert.deepEqual(
      corpus.mergeLabels().map(({ label, of }) => [label, of]),
      [["Spam", "spam"]],
    );
    assert.deepEqual(corpus.labelsOf(1).sort(), ["1", "spam"]);
    assert.deepEqual(corpus.labelCounts(), [
      { label: "1", rows: 2 },
      { label: "__proto__", rows: 1 },
      { label: "spam", rows: 3 },
    ]);
    assert.throws(() => corpus.add({ text: "f", labels: "spam" as unknown as string[] }), /row 6: expected/);
    const holed = new Array<string>(2);
    holed[1] = "a";
    assert.throws(() => corpus.add({ text: "f", labels: holed }), {
      name: "InputError",
      message: /^row 6: expected \{ text, labels \} of a string and a list of strings/,
    });
    for (const empty of ["", " "]) {
      const message = /^row 6: expected labels that are not empty but received \["a", " ?"\]/;
      assert.throws(() => corpus.add({ text: "f", labels: ["a", empty] }), { name: "InputError", message });
    }
    assert.equal(corpus.rows, 5);
    corpus.add({ text: "f", labels: [" a"] });
    assert.deepEqual(corpus.labelsOf(5), [" a"]);
  });

  test("without any label there is nothing to learn", async () => {
    const none = Array.from({ length: 4 }, () => ({ text: "a b", labels: [] }));
    await assert.rejects(MultiLabelClassifier.train(none, NETWORK), /found none that has a label/);
    await assert.rejects(MultiLabelClassifier.train([], NETWORK), /no rows/);
  });

  test("what holds no rows is refused by what rows are", async () => {
    for (const none of [undefined, "abc", 5, {}]) {
      const rows = none as unknown as LabelSetText[];
      const message = /^data: expected rows of \{ text, labels \}/;
      await assert.rejects(MultiLabelClassifier.train(rows), { name: "InputError", message });
      await assert.rejects(network.evaluate(rows), { name: "InputError", message });
      await assert.rejects(LabelSetCorpus.read(rows, { frontEnd: "tokenizer" }), { message });
    }
  });

  test("amounts and ids, one a row, are no labels", async () => {
    const rows = (label: (i: number) => string[]) =>
      Array.from({ length: 60 }, (_, i) => ({ text: `a b ${i % 7}`, labels: label(i) }));
    const amounts = rows((i) => [`${500 + i}.25`]);
    for (const options of [{}, NETWORK]) {
      await assert.rejects(MultiLabelClassifier.train(amounts, options), {
        name: "InputError",
        message:
          /^data: expected labels that repeat, found 60 in 60 rows, one each, that look like amounts: 500\.25, .*TextRegressor\.train/,
      });
      const ids = MultiLabelClassifier.train(
        rows((i) => (i < 2 ? [] : [`id-${i}`])),
        options,
      );
      await assert.rejects(ids, /found 58 in 60 rows, one each, that differ in nearly every row/);
    }
    // Where one row in ten has several, they are sets.
    const brief = { ...NETWORK, epochs: 1 };
    await MultiLabelClassifier.train(
      rows((i) => (i % 10 === 0 ? [`${i}`, `${i + 1}`] : [`${i}`])),
      brief,
    );
  });

  test("options that have no effect are refused", async () => {
    const train = (options: object) => MultiLabelClassifier.train(rowsOf(20, 1), options);
    await assert.rejects(train({ balance: true }), /balance/);
    await assert.rejects(train({ epochs: 3 }), /epochs: expected to be left out with model: "auto"/);
    await assert.rejects(train({ model: "cnn", onStep: () => {} }), /onStep: expected to be left out/);
    await assert.rejects(train({ model: "cmn" }), /model/);
    await assert.rejects(train({ model: network }), /MultiLabelClassifier.train model: expected "auto"/);
  });
});
