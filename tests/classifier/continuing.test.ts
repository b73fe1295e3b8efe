import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  AbortedTraining,
  Corpus,
  model as graph,
  InputError,
  layers,
  loadModel,
  optimizers,
  sequential,
  TextClassifier,
  type TrainOptions,
} from "../../src/index.js";
import { cellstate } from "../cli/run.js";

const TOPICS: Record<string, string[]> = {
  fruit: ["apple", "pear", "plum", "cherry", "quince"],
  tool: ["hammer", "saw", "drill", "wrench", "chisel"],
  city: ["Rome", "Oslo", "Lima", "Cairo", "Kyoto"],
  animal: ["cow", "dog", "hen", "goat", "mule"],
};

function sentences(topics: readonly string[], rows: number, rename: Record<string, string> = {}) {
  return Array.from({ length: rows }, (_, r) => {
    const topic = topics[r % topics.length]!;
    const words = TOPICS[topic]!;
    const text = `please bring the ${words[(r * 7) % words.length]} number ${r % 9} today`;
    return { text, label: rename[topic] ?? topic };
  });
}

const OPTIONS: TrainOptions = {
  ...{ model: "lstm", vocabulary: 60, length: 8, epochs: 12, batchSize: 8, seed: 3, engine: "reference" },
  optimizer: optimizers.adam({ learningRate: 0.01 }),
};
const ON: TrainOptions = { epochs: 12, batchSize: 8, seed: 3, optimizer: OPTIONS.optimizer };
const TEXTS = sentences(Object.keys(TOPICS), 40).map(({ text }) => text);

let two: TextClassifier;
let three: TextClassifier;
let folder = "";

before(async () => {
  two = await TextClassifier.train(sentences(["fruit", "tool"], 120), OPTIONS);
  three = await TextClassifier.train(sentences(["fruit", "tool", "city"], 180), {
    ...{ ...OPTIONS, model: "gru", epochs: 20 },
  });
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
});
after(() => rm(folder, { recursive: true }));

const near = (a: number, b: number, within: number) =>
  assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

/** The classifier as it is before its first step. */
async function unlearned(
  rows: { text: string; label: string }[],
  options: TrainOptions,
): Promise<TextClassifier> {
  const classifier = await TextClassifier.train(rows, { ...options, epochs: 0 });
  assert.equal(classifier.model.iterations, 0);
  return classifier;
}

/** Checks that what a piece of work does leaves a classifier as it was, to the bit. */
async function untouched(classifier: TextClassifier, work: () => Promise<unknown>): Promise<void> {
  const before = await classifier.toBytes();
  await work();
  assert.deepEqual(await classifier.toBytes(), before);
}

describe("going on from a classifier", () => {
  test("one sigmoid unit becomes softmax: old probabilities keep their proportions, new labels share the rest", async () => {
    two.threshold = 0.7;
    await untouched(two, async () => {
      const wide = await unlearned(sentences(["city", "animal", "tool"], 60), { model: two });
      assert.deepEqual(wide.labels, ["fruit", "tool", "animal", "city"]);
      assert.equal(wide.model.outputSize, 4);
      assert.equal(wide.threshold, 0.5, "a threshold of one output says nothing of four");
      assert.equal(wide.model.compiled.loss.name, "sparseCategoricalCrossentropy");
      assert.equal(wide.model.compiled.optimizer.learningRate, 0.01, "the optimizer's settings stay");
      for (const text of TEXTS) {
        const [old, now] = [two.predict(text).scores, wide.predict(text).scores];
        const kept = now["fruit"]! + now["tool"]!;
        near(now["fruit"]! / kept, old["fruit"]!, 1e-5);
        near(now["tool"]! / kept, old["tool"]!, 1e-5);
        assert.ok(now["animal"]! > 0 && now["city"]! > 0);
      }
      const kernel = wide.model.getWeights().at(-2)!;
      const column = (k: number) =>
        Array.from({ length: kernel.shape[0]! }, (_, i) => kernel.data[i * 4 + k]!);
      assert.deepEqual(new Set(column(0)), new Set([0]), "the first label's logit is 0");
      assert.deepEqual(column(1), Array.from(two.model.getWeights().at(-2)!.data));
      for (const k of [2, 3]) assert.ok(column(k).every((w) => w !== 0 && Math.abs(w) <= 0.05));
      assert.notDeepEqual(column(2), column(3));
    });
    two.threshold = 0.5;
  });

  test("softmax gets rows behind those it has, the same ones for the same seed", async () => {
    await untouched(three, async () => {
      const rows = sentences(["animal", "city"], 40);
      const wide = await unlearned(rows, { model: three });
      assert.deepEqual(wide.labels, ["city", "fruit", "tool", "animal"]);
      for (const text of TEXTS) {
        const [old, now] = [three.predict(text).scores, wide.predict(text).scores];
        for (const label of three.labels) near(now[label]! / (1 - now["animal"]!), old[label]!, 1e-5);
      }
      const again = await unlearned(rows, { model: three });
      assert.deepEqual(again.model.getWeights(), wide.model.getWeights());
      const other = await unlearned(rows, { model: three, seed: 9 });
      assert.notDeepEqual(other.model.getWeights(), wide.model.getWeights());
    });
  });

  test("the new labels are learned and the old ones not forgotten", async () => {
    const rows = sentences(["fruit", "tool", "city"], 150);
    const wide = await TextClassifier.train(rows, { ...ON, model: two, epochs: 25 });
    const evaluation = await wide.evaluate(rows);
    assert.deepEqual(evaluation.labels, ["fruit", "tool", "city"]);
    assert.ok(evaluation.accuracy > 0.6, `accuracy ${evaluation.accuracy}`); // cities are unknown words to it
    for (const { text, label } of sentences(["fruit", "tool"], 10))
      assert.equal(wide.predict(text).label, label);
  });

  test("classes are matched by name: a label whose place in the order changes keeps its output", async () => {
    await untouched(two, async () => {
      const renamed = sentences(["fruit", "tool"], 80, { fruit: "zzz" });
      const wide = await TextClassifier.train(renamed, { ...ON, model: two, epochs: 3 });
      assert.deepEqual(wide.labels, ["fruit", "tool", "zzz"]);
      const onTools = await wide.evaluate(sentences(["tool"], 40).concat(sentences(["tool"], 1)));
      assert.equal(onTools.accuracy, 1);
    });
  });

  test("labels that the new data lacks stay, and one label alone may be gone on with", async () => {
    const optimizer = optimizers.adam({ learningRate: 0.0005 });
    const more = await TextClassifier.train(sentences(["tool"], 20), {
      ...ON,
      optimizer,
      model: three,
      epochs: 1,
    });
    assert.deepEqual(more.labels, three.labels);
    const cities = sentences(["fruit", "tool", "city"], 60).filter(({ label }) => label === "city");
    const before = await three.evaluate(cities);
    assert.ok(before.accuracy > 0.9, `${before.accuracy}`);
    assert.equal((await more.evaluate(cities)).accuracy, before.accuracy);
    assert.equal(more.training?.perClass["city"], 0);
  });

  test("without new labels the optimizer goes on where it was, on a copy, and the threshold stays", async () => {
    two.threshold = 0.6;
    await untouched(two, async () => {
      const steps = two.model.iterations;
      assert.ok(steps > 0);
      const more = await TextClassifier.train(sentences(["tool", "fruit"], 40), {
        model: two,
        ...{ epochs: 1, batchSize: 8, validationSplit: 0 },
      });
      assert.equal(more.model.iterations, steps + 5);
      assert.equal(more.threshold, 0.6);
      assert.deepEqual(more.labels, ["fruit", "tool"]);
      assert.equal(more.model.engineName, "reference");
    });
    two.threshold = 0.5;
  });

  test("the words and the length of rows are the classifier's", async () => {
    const more = await unlearned(sentences(["animal", "tool"], 20), {
      model: two,
      length: 8,
      vocabulary: 60,
    });
    assert.deepEqual(more.vectorizer.vocabulary, two.vectorizer.vocabulary);
    assert.equal(more.length, 8);
  });

  for (const [what, options, message] of [
    ["another length", { length: 9 }, /^length: expected 8, as the classifier has .* received 9/],
    [
      "another vocabulary",
      { vocabulary: 500 },
      /^vocabulary: expected \d+, as the classifier has .* received 500/,
    ],
    [
      "another front end",
      { text: { frontEnd: "textVectorization" } },
      /^text frontEnd: expected "tokenizer".*received "textV/,
    ],
    ["letter case", { text: { frontEnd: "tokenizer", lower: false } }, /^text lower: expected true/],
    [
      "another padding",
      { text: { frontEnd: "tokenizer", padding: "post" } },
      /^text padding: expected "pre"/,
    ],
  ] as [string, TrainOptions, RegExp][]) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(
        TextClassifier.train(sentences(["fruit", "tool"], 20), { model: two, ...options }),
        (error: Error) => {
          assert.ok(error instanceof InputError, `${error.stack}`);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test("refuses another vectorizer", async () => {
    await assert.rejects(
      TextClassifier.train(sentences(["fruit", "tool"], 20), { model: two, vectorizer: three.vectorizer }),
      /^InputError: vectorizer: expected the vocabulary of the classifier that is gone on from/,
    );
  });

  test("refuses new labels where the last layer cannot be widened, and says which", async () => {
    for (const [end, names] of [
      [
        [layers.dense({ units: 1 }), layers.activation({ activation: "sigmoid" })],
        /Activation activation, sigmoid/,
      ],
      [[layers.dense({ units: 2, activation: "sigmoid" })], /Dense dense, sigmoid/],
    ] as const) {
      const model = ({ vocabulary }: { vocabulary: number }) =>
        sequential([
          layers.embedding({ inputDim: vocabulary, outputDim: 2, inputLength: 8 }),
          layers.lstm({ units: 2 }),
          ...end,
        ]);
      const odd = await TextClassifier.train(sentences(["fruit", "tool"], 30), {
        ...OPTIONS,
        model,
        epochs: 1,
      });
      await assert.rejects(
        TextClassifier.train(sentences(["city", "tool"], 30), { model: odd }),
        (error: Error) => {
          assert.match(error.message, /a last layer that can be widened for the new labels city: /);
          assert.match(error.message, names);
          return true;
        },
      );
      const more = await TextClassifier.train(sentences(["fruit", "tool"], 30), { model: odd, epochs: 1 });
      assert.deepEqual(more.labels, odd.labels);
    }
  });

  test("a last layer that is not trainable takes no new labels", async () => {
    for (const [units, activation] of [
      [2, "softmax"],
      [1, "sigmoid"],
    ] as const) {
      const model = ({ vocabulary }: { vocabulary: number }) =>
        sequential([
          layers.embedding({ inputDim: vocabulary, outputDim: 2, inputLength: 8 }),
          layers.lstm({ units: 2 }),
          layers.dense({ units, activation, trainable: false, name: "end" }),
        ]);
      const frozen = await TextClassifier.train(sentences(["fruit", "tool"], 30), {
        ...OPTIONS,
        model,
        epochs: 1,
      });
      await assert.rejects(
        TextClassifier.train(sentences(["city", "tool"], 30), { model: frozen, epochs: 1 }),
        /a last layer that is trainable, for the new labels city.* received "Dense end, which is not"/,
      );
    }
  });

  test("a graph's last layer is widened as a chain's is", async () => {
    const model = ({ vocabulary, length }: { vocabulary: number; length: number }) => {
      const ids = layers.input({ shape: [length] });
      const words = layers.embedding({ inputDim: vocabulary, outputDim: 4 }).apply(ids);
      const both = [layers.lstm({ units: 4 }).apply(words), layers.globalMaxPooling1D().apply(words)];
      const joined = layers.concatenate().apply(both);
      return graph({
        inputs: ids,
        outputs: layers.dense({ units: 1, activation: "sigmoid", name: "end" }).apply(joined),
      });
    };
    const forked = await TextClassifier.train(sentences(["fruit", "tool"], 40), {
      ...OPTIONS,
      model,
      epochs: 2,
    });
    const wide = await unlearned(sentences(["city", "tool"], 20), { model: forked });
    for (const text of TEXTS) {
      const [old, now] = [forked.predict(text).scores, wide.predict(text).scores];
      near(now["tool"]! / (1 - now["city"]!), old["tool"]!, 1e-5);
    }
  });
});

describe("going on from a network alone", () => {
  test("that of a classifier counts as the classifier, be it at hand or read from a file", async () => {
    const path = join(folder, "two.keras");
    await two.save(path);
    const rows = sentences(["tool", "animal"], 20);
    for (const model of [two.model, await loadModel(path)]) {
      const wide = await unlearned(rows, { model });
      assert.deepEqual(wide.labels, ["fruit", "tool", "animal"]);
      assert.deepEqual(wide.vectorizer.vocabulary, two.vectorizer.vocabulary);
    }
  });

  test("any other is copied too; its outputs are the labels in order", async () => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 60, outputDim: 4, inputLength: 8 }),
        layers.lstm({ units: 4 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { engine: "reference", seed: 4 },
    );
    const weights = model.getWeights();
    const { engine: _, ...options } = OPTIONS;
    const classifier = await TextClassifier.train(sentences(["fruit", "tool"], 40), {
      ...options,
      model,
      epochs: 1,
    });
    assert.deepEqual(model.getWeights(), weights);
    assert.notDeepEqual(classifier.model.getWeights(), weights);
    assert.equal(classifier.model.engineName, "reference");
    assert.deepEqual(classifier.labels, ["fruit", "tool"]);
  });
});

describe("texts taken apart by other rules", () => {
  test("a vocabulary given brings its own rules, and others are refused", async () => {
    const { frontEnd, vocabulary } = two.vectorizer;
    assert.equal(frontEnd.frontEnd, "tokenizer");
    await assert.rejects(
      TextClassifier.train(sentences(["fruit", "tool"], 20), {
        model: "lstm",
        vectorizer: two.vectorizer,
        text: { frontEnd: "textVectorization" },
      }),
      /text frontEnd: expected "tokenizer"/,
    );
    const cased = await TextClassifier.train(sentences(["fruit", "tool"], 20), {
      ...{ model: "lstm", epochs: 1, length: 8, text: { frontEnd: "tokenizer", lower: false } },
    } as TrainOptions);
    const texts = [
      { text: "Bring IT", label: "fruit" },
      { text: "bring it", label: "tool" },
    ];
    const kept = await TextClassifier.train(texts, {
      model: "lstm",
      vectorizer: cased.vectorizer,
      epochs: 1,
      length: 8,
      validationSplit: 0,
    });
    assert.equal(kept.training?.encoding.outOfVocabulary, 3, "Bring, IT and it are unknown; bring is known");
    assert.ok(vocabulary.length > 1);
    const other = await Corpus.read(sentences(["fruit", "tool"], 40), { frontEnd: "textVectorization" });
    await assert.rejects(
      two.evaluate(other),
      /corpus: expected texts taken apart by \{"frontEnd":"tokenizer"/,
    );
    await assert.rejects(
      TextClassifier.train(other, { model: two }),
      /corpus: expected texts taken apart by/,
    );
    const alone = await TextClassifier.train(other, { ...OPTIONS, epochs: 1 });
    assert.equal(alone.vectorizer.frontEnd.frontEnd, "textVectorization");
  });
});

describe("an abort", () => {
  test("rejects with an AbortError that holds what was learned", async () => {
    const controller = new AbortController();
    const training = TextClassifier.train(sentences(["fruit", "tool"], 80), {
      ...OPTIONS,
      signal: controller.signal,
      callbacks: [
        { onBatchEnd: ({ epoch, batch }) => void (epoch === 2 && batch === 3 && controller.abort()) },
      ],
    });
    await assert.rejects(training, (error: Error) => {
      assert.equal(error.name, "AbortError");
      assert.ok(error instanceof AbortedTraining);
      const { classifier } = error.cause;
      assert.ok(classifier);
      assert.equal(classifier.training?.stopped, "aborted");
      assert.equal(classifier.training?.history["loss"]?.length, 2);
      assert.equal(classifier.predict("please bring the saw").label.length > 0, true);
      return true;
    });
  });

  for (const [when, options] of [
    ["given before", (abort: () => void) => abort()],
    ["given before the first step", (abort: () => void) => ({ onPrepared: abort })],
  ] as [string, (abort: () => void) => TrainOptions | undefined][]) {
    test(`${when} trains nothing and says so`, async () => {
      const controller = new AbortController();
      let read = 0;
      function* rows() {
        for (const row of sentences(["fruit", "tool"], 40)) {
          read++;
          yield row;
        }
      }
      const more = options(() => controller.abort()) ?? {};
      const training = TextClassifier.train(rows(), { ...OPTIONS, ...more, signal: controller.signal });
      await assert.rejects(training, (error: Error) => {
        assert.ok(error instanceof AbortedTraining, `${error}`);
        assert.match(error.message, /aborted: nothing was learned/);
        assert.equal(error.cause.classifier, null);
        return true;
      });
      assert.equal(read, when === "given before" ? 0 : 40);
    });
  }

  test("going on: an abort before the first step has learned nothing, whatever was learned before", async () => {
    const controller = new AbortController();
    const onPrepared = () => controller.abort();
    const training = TextClassifier.train(sentences(["fruit", "tool"], 40), {
      model: two,
      signal: controller.signal,
      onPrepared,
    });
    await assert.rejects(training, (error: AbortedTraining) => error.cause.classifier === null);
  });

  test("evaluate rejects with an AbortError, and knows its options", async () => {
    const controller = new AbortController();
    controller.abort();
    const rows = sentences(["fruit", "tool"], 20);
    await assert.rejects(two.evaluate(rows, { signal: controller.signal }), { name: "AbortError" });
    await assert.rejects(two.evaluate(rows, { mistake: 3 } as object), /Did you mean mistakes\?/);
    assert.equal((await two.evaluate(rows, { signal: new AbortController().signal })).rows, 20);
  });
});

describe("finetune", () => {
  test("learns on a copy, by label names, and says what that changed", async () => {
    const before = two.model.getWeights();
    const more = [...sentences(["tool"], 20), ...sentences(["animal"], 40)];
    const tuned = await two.finetune(more, { ...ON, engine: "reference" });
    assert.deepEqual(two.model.getWeights(), before);
    assert.equal(two.training?.changes, undefined);
    assert.deepEqual(tuned.labels, ["fruit", "tool", "animal"]);
    const { added, absent, fresh, old } = tuned.training!.changes!;
    assert.deepEqual([added, absent, old], [["animal"], ["fruit"], undefined]);
    assert.equal(fresh.rows, 60);
    // By hand: an animal was no answer before.
    const answers = (classifier: TextClassifier) => more.map(({ text }) => classifier.predict(text).label);
    const [then, now] = [answers(two), answers(tuned)];
    assert.equal(fresh.changed, now.filter((label, i) => label !== then[i]).length);
    const right = (given: string[]) => given.filter((label, i) => label === more[i]!.label).length / 60;
    assert.deepEqual(fresh.accuracy, { before: right(then), after: right(now) });
    assert.ok(fresh.accuracy.before <= 1 / 3 && fresh.accuracy.after > 0.6, `${fresh.accuracy.after}`);
    const kept = join(folder, "tuned.keras");
    await tuned.save(kept);
    const { changes: _, ...record } = tuned.training!;
    assert.deepEqual((await TextClassifier.load(kept)).training, record);
  });

  test("old rows that are learned again are not forgotten", async () => {
    const swapped = sentences(["tool"], 40, { tool: "fruit" });
    const oldRows = sentences(["fruit", "tool"], 120).filter(({ label }) => label === "fruit");
    const alone = await two.finetune(swapped, { ...ON, validationSplit: 0 });
    const beside = await two.finetune(swapped, { ...ON, validationSplit: 0, oldRows });
    assert.deepEqual(beside.training!.changes!.old!.accuracy, { before: 1, after: 1 });
    assert.equal(beside.training!.rows, 100);
    assert.equal(alone.training!.rows, 40);
    const corpus = await Corpus.read([...swapped, ...oldRows], two.vectorizer.frontEnd);
    const numbers = oldRows.map((_, i) => swapped.length + i);
    const same = await two.finetune(corpus, { ...ON, validationSplit: 0, oldRows: numbers });
    assert.deepEqual(same.model.getWeights(), beside.model.getWeights());
  });

  test("threshold and reject stay; what cannot be is refused", async () => {
    const start = await TextClassifier.train(sentences(["fruit", "tool"], 40), { ...OPTIONS, epochs: 1 });
    start.threshold = 0.4;
    start.reject = 0.7;
    const tuned = await start.finetune(sentences(["fruit", "tool"], 20), { epochs: 1 });
    assert.deepEqual([tuned.threshold, tuned.reject], [0.4, 0.7]);
    const rows = sentences(["fruit", "tool"], 20);
    await assert.rejects(
      start.finetune(rows, { model: "gru" } as object),
      /finetune: expected an option among/,
    );
    await assert.rejects(start.finetune(rows, { oldRows: [1, 2] }), /row 21: expected \{ text, label \}/);
    const automatic = await TextClassifier.train(rows, { effort: "low", engine: "reference" });
    await assert.rejects(
      automatic.finetune(rows),
      /can be trained on.*reads n-grams.*Train anew on the old rows and the new ones together/,
    );
  });
});

describe("train --model FILE.keras", () => {
  const csv = (rows: { text: string; label: string }[]) =>
    `text,label\n${rows.map(({ text, label }) => `${text},${label}`).join("\n")}\n`;
  const flags = [
    "--learning-rate",
    "0.0005",
    "--epochs",
    "1",
    "--batch-size",
    "16",
    "--engine",
    "reference",
    "--out",
    "more.keras",
  ];

  test("matches labels by name, keeps those that are missing and the file as it was", async () => {
    const path = join(folder, "start.keras");
    await two.save(path);
    const bytes = await readFile(path);
    await writeFile(join(folder, "more.csv"), csv(sentences(["tool", "animal"], 60)));
    const { code, stderr } = await cellstate(["train", "more.csv", "--model", "start.keras", ...flags], {
      cwd: folder,
    });
    assert.equal(code, 0, stderr);
    const more = await TextClassifier.load(join(folder, "more.keras"));
    assert.deepEqual(more.labels, ["fruit", "tool", "animal"]);
    assert.equal(more.predict("please bring the pear number 3 today").label, "fruit");
    assert.deepEqual(await readFile(path), bytes);
  });

  test("says what changed, on old data that is learned again and on texts to measure on, too", async () => {
    await two.save(join(folder, "start.keras"));
    await writeFile(join(folder, "more.csv"), csv(sentences(["tool", "animal"], 60)));
    await writeFile(join(folder, "old.csv"), csv(sentences(["fruit", "tool"], 60)));
    const asked = ["train", "more.csv", "--model", "start.keras", "--old-data", "old.csv", ...flags];
    const { code, stdout, stderr } = await cellstate(asked, { cwd: folder });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /What changed since start\.keras\n {2}new labels, each with an output of its own: animal/,
    );
    assert.match(stdout, /learned now +48 .*\n +learned again +60 .*100 % .*\n +to measure on +12 /);
    const json = await cellstate([...asked, "--json"], { cwd: folder });
    const { changes } = JSON.parse(json.stdout) as { changes: Record<string, { rows: number }> };
    assert.deepEqual([changes["fresh"]!.rows, changes["old"]!.rows, changes["test"]!.rows], [48, 60, 12]);
    await two.model.save(join(folder, "bare.keras"));
    const bare = ["train", "more.csv", "--model", "bare.keras", "--old-data", "old.csv"];
    const network = await cellstate(bare, { cwd: folder });
    assert.equal(network.code, 2);
    assert.match(
      network.stderr,
      /--old-data: expected to be left out with bare\.keras, which is no classifier/,
    );
  });

  test("data of one of its labels will do, and other sizes are refused", async () => {
    await two.save(join(folder, "start.keras"));
    await writeFile(join(folder, "one.csv"), csv(sentences(["tool"], 40)));
    const one = await cellstate(["train", "one.csv", "--model", "start.keras", ...flags], { cwd: folder });
    assert.equal(one.code, 0, one.stderr);
    for (const [flag, value] of [
      ["--length", "9"],
      ["--padding", "post"],
    ] as const) {
      const refused = await cellstate(["train", "one.csv", "--model", "start.keras", flag, value, ...flags], {
        cwd: folder,
      });
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /expected (8|"pre")/);
    }
  });
});
