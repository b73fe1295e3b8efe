/** Splits that know of groups and of repeated texts, and cross-validation. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Corpus, crossValidate, type LabelledText, TextClassifier } from "../../src/index.js";
import { intents } from "./automatic.js";

/** Senders who each sign by name, and write of one label each: who learns the names knows nothing of other senders. */
const signed = (senders: number, each: number): LabelledText[] =>
  Array.from({ length: senders * each }, (_, row) => {
    const sender = row % senders;
    const group = `sender${sender}`;
    return { text: `hello ${row % 7} from ${group}`, label: (sender * 7) % 4 < 2 ? "yes" : "no", group };
  });
const ungrouped = (rows: readonly LabelledText[]) => rows.map(({ text, label }) => ({ text, label }));

const SMALL = { model: "rnn", vocabulary: 60, length: 6, epochs: 2, engine: "wasm" as const };

describe("groups", () => {
  const rows = signed(24, 10);

  test("no group is learned from and stopped by", async () => {
    const corpus = await Corpus.read(rows, { frontEnd: "tokenizer" });
    let learned: Set<string | undefined> = new Set();
    await TextClassifier.train(corpus, {
      ...SMALL,
      validationSplit: 0.2,
      onPrepared: ({ rows: own }) => {
        learned = new Set(Array.from(own, (row) => corpus.group(row)));
        const [count, all] = [own.length, corpus.rows];
        assert.ok(count >= 0.7 * all && count < 0.9 * all, `${count} of ${all}`);
        for (const sender of learned) {
          assert.equal([...own].filter((row) => corpus.group(row) === sender).length, 10);
        }
      },
    });
    assert.ok(learned.size > 10 && learned.size < 24);
  });

  test("auto is judged by senders that it has not read", async () => {
    const options = { effort: "low", engine: "reference", seed: 1 } as const;
    const accuracy = async (given: LabelledText[]) =>
      (await TextClassifier.train(given, options)).training!.auto!.heldOut.accuracy;
    assert.ok((await accuracy(ungrouped(rows))) > 0.95);
    assert.ok((await accuracy(rows)) < 0.75);
  });

  test("that cannot be split are refused with what to do", async () => {
    const one = rows.map((row) => ({ ...row, group: "all" }));
    await assert.rejects(
      TextClassifier.train(one, SMALL),
      /validationSplit: expected groups small enough.*240 rows in 1 groups.*validationSplit: 0/,
    );
    await assert.rejects(TextClassifier.train(one, { effort: "low" }), /rows of two groups or more/);
    await assert.rejects(crossValidate(one, SMALL), /folds: expected at least 5 groups.*received 1/);
    const odd = [{ text: "a", label: "b", group: 5 }] as unknown as LabelledText[];
    await assert.rejects(TextClassifier.train(odd, SMALL), /row 1 group: expected a text/);
    await assert.rejects(
      TextClassifier.train(rows, { ...SMALL, duplicates: "aside" as "apart" }),
      /duplicates: expected one of together, apart/,
    );
  });
});

describe("repeated texts", () => {
  const rows = [...intents(["music", "table"]), ...intents(["music", "table"])];
  /** How many texts are both learned from and held out. */
  const shared = async (options: object): Promise<number> => {
    const corpus = await Corpus.read(rows, { frontEnd: "tokenizer" });
    let both = 0;
    const onPrepared = ({ rows: own }: { rows: Uint32Array }) => {
      const learned = new Set(Array.from(own, (row) => corpus.texts.fingerprint(row)));
      for (let row = 0; row < corpus.rows; row++) {
        if (!own.includes(row) && learned.has(corpus.texts.fingerprint(row))) both++;
      }
    };
    await TextClassifier.train(corpus, { ...SMALL, ...options, validationSplit: 0.3, onPrepared });
    return both;
  };

  test("come apart in networks, and stay together where that is asked for", async () => {
    assert.ok((await shared({})) > 5);
    assert.equal(await shared({ duplicates: "together" }), 0);
  });

  test("auto keeps them together unless asked otherwise", async () => {
    const told = rows.map(({ text }, row) => ({ text, label: row % 3 === 0 ? "a" : "b" }));
    const first = new Map<string, string>();
    for (const { text, label } of told) if (!first.has(text)) first.set(text, label);
    const alike = told.map(({ text }) => ({ text: `${text} ${text.length}`, label: first.get(text)! }));
    const accuracy = async (duplicates?: "apart") => {
      const options = { effort: "low", engine: "reference", ...(duplicates ? { duplicates } : {}) } as const;
      return (await TextClassifier.train(alike, options)).training!.auto!.heldOut.accuracy;
    };
    assert.ok((await accuracy()) + 0.1 < (await accuracy("apart")));
  });
});

describe("crossValidate", () => {
  const rows = intents(["music", "table", "weather"]);

  test("measures every row once and gives mean and spread of each figure", async () => {
    const numbers: number[] = [];
    const found = await crossValidate(rows, {
      ...{ ...SMALL, folds: 4, seed: 2 },
      onFold: ({ number }) => void numbers.push(number),
    });
    assert.deepEqual(numbers, [1, 2, 3, 4]);
    assert.equal(
      found.folds.reduce((sum, fold) => sum + fold.rows.measured, 0),
      rows.length,
    );
    for (const { rows: counts } of found.folds) assert.equal(counts.learned + counts.measured, rows.length);
    const values = found.folds.map(({ accuracy }) => accuracy);
    const mean = values.reduce((a, b) => a + b) / 4;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
    assert.ok(Math.abs(found.accuracy.mean - mean) < 1e-12);
    assert.ok(Math.abs(found.accuracy.spread - spread) < 1e-12);
    const again = await crossValidate(rows, { ...SMALL, folds: 4, seed: 2 });
    assert.deepEqual(again, found);
    const other = await crossValidate(rows, { ...SMALL, folds: 4, seed: 3 });
    assert.notDeepEqual(other.folds, found.folds);
  });

  test("is of every model: auto, and a classifier to go on from", async () => {
    const auto = await crossValidate(rows, { folds: 3, effort: "low", engine: "reference" });
    assert.ok(auto.accuracy.mean > 0.9 && auto.macroF1.mean > 0.9, `${auto.accuracy.mean}`);
    const model = await TextClassifier.train(rows, SMALL);
    const before = model.model.getWeights();
    assert.equal((await crossValidate(rows, { model, folds: 2, epochs: 1 })).folds.length, 2);
    assert.deepEqual(model.model.getWeights(), before);
  });

  test("a label of a single row is measured where it was not learned", async () => {
    const rare = [...rows, { text: "turn off the lamp", label: "lamp" }];
    const found = await crossValidate(rare, { folds: 3, effort: "low", engine: "reference" });
    assert.equal(found.folds.length, 3);
    assert.ok(Number.isFinite(found.loss.mean));
  });

  test("knows its options", async () => {
    await assert.rejects(crossValidate(rows, { folds: 1 }), /folds: expected a whole number of at least 2/);
    const given = { budget: 5 } as object;
    await assert.rejects(crossValidate(rows, given), /crossValidate: expected an option among .*budget/);
  });
});
