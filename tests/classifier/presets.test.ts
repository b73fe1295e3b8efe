/** The ready-made networks: each is built, learns, and comes back from a file. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { quickCheckup } from "../../src/explain/doctor/index.js";
import {
  InputError,
  optimizers,
  PRESET_NAMES,
  presetModel,
  TextClassifier,
  type TrainOptions,
} from "../../src/index.js";

const WORDS = { fruit: ["apple", "pear", "plum"], tool: ["hammer", "saw", "drill"], city: ["Rome", "Oslo"] };

/** Short sentences about a topic, so many of each. */
const sentences = (topics: readonly (keyof typeof WORDS)[], each: number) =>
  topics.flatMap((label) =>
    Array.from({ length: each }, (_, r) => {
      const word = WORDS[label][r % WORDS[label].length]!;
      return { label, text: `please bring the ${word} number ${r % 9} today` };
    }),
  );

const quick: TrainOptions = {
  ...{ vocabulary: 40, length: 8, epochs: 15, batchSize: 8, seed: 3, engine: "reference" },
  optimizer: optimizers.adam({ learningRate: 0.01 }),
};

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
});
after(() => rm(folder, { recursive: true }));

test("the names", () => {
  assert.deepEqual(PRESET_NAMES, ["lstm", "gru", "rnn", "bilstm", "bigru", "cnn"]);
  const sizes = { vocabulary: 9, length: 4, classes: 2 };
  assert.throws(
    () => presetModel("bilst", sizes),
    (error: Error) => error instanceof InputError && /Did you mean bilstm\?/.test(error.message),
  );
});

describe("parameters, counted by hand", () => {
  const counts = {
    lstm: 30_977,
    gru: 29_505,
    rnn: 26_273,
    // Two directions, of four gates and of three (with two biases), on 64 numbers, 32 units each.
    bilstm: 64_000 + 2 * 4 * ((64 + 32) * 32 + 32) + 65,
    bigru: 64_000 + 2 * 3 * ((64 + 32) * 32 + 64) + 65,
    // Filters of two, three and four words.
    cnn: 64_000 + (2 + 3 + 4) * 64 * 64 + 3 * 64 + 193,
  };
  for (const name of PRESET_NAMES) {
    test(name, () => {
      const model = presetModel(name, { vocabulary: 1000, length: 200, classes: 2 }, { engine: "reference" });
      assert.equal(model.countParams(), counts[name]);
      model.dispose();
    });
  }
});

for (const name of ["bilstm", "bigru", "cnn"] as const) {
  describe(name, () => {
    test("learns three labels, and answers alike from a file", async () => {
      const rows = sentences(["fruit", "tool", "city"], 40);
      const classifier = await TextClassifier.train(rows, { ...quick, model: name });
      assert.equal(classifier.model.outputSize, 3);
      assert.equal(classifier.training?.settings["model"], name);
      assert.equal(classifier.predict("please bring the Oslo number 4 today").label, "city");
      const { accuracy } = await classifier.evaluate(rows);
      assert.ok(accuracy > 0.95, `accuracy ${accuracy}`);
      const path = join(folder, `${name}.keras`);
      await classifier.save(path);
      const loaded = await TextClassifier.load(path, { engine: "reference" });
      assert.deepEqual(loaded.predict("the saw"), classifier.predict("the saw"));
      classifier.model.dispose();
      loaded.model.dispose();
    });

    test("a text without a known word, and one of a single word, have an answer", async () => {
      const rows = sentences(["fruit", "tool"], 20);
      for (const length of [1, 8]) {
        const classifier = await TextClassifier.train(rows, { ...quick, length, epochs: 1, model: name });
        for (const text of ["", "zzz", "saw"]) {
          assert.ok(Number.isFinite(classifier.predict(text).probability), `${text}, length ${length}`);
        }
        classifier.model.dispose();
      }
    });
  });
}

test("the doctor minds padding where it costs, not where a mask hides it", async () => {
  const found = async (model: string) => {
    const ids: string[] = [];
    const classifier = await TextClassifier.train(sentences(["fruit", "tool"], 20), {
      ...{ ...quick, length: 100, epochs: 1, model },
      onPrepared: async ({ rows, corpus, ...subject }) => {
        ids.push(...(await quickCheckup({ ...subject, texts: { corpus, rows } })).map(({ id }) => id));
      },
    });
    classifier.model.dispose();
    return ids.includes("mostly-padding");
  };
  assert.deepEqual([await found("lstm"), await found("cnn"), await found("bigru")], [true, true, false]);
});
