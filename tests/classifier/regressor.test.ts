/** An amount a text: from rows to a network of one linear output, in the unit of the data. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { writeClassifierModule } from "../../src/formats.js";
import { AmountCorpus, type AmountText, layers, sequential, TextRegressor } from "../../src/index.js";
import { loadRegressor } from "../../src/predict.js";
import { random } from "./random.js";

const WORTH: Record<string, number> = { garden: 300, cellar: 80, balcony: 120, noisy: -150, dark: -90 };
const FILLER = ["flat", "with", "and", "rooms", "street", "near", "the", "station"];

/** Texts whose amount is 500 and what their words are worth. */
function rowsOf(count: number, seed: number, unit = (value: number) => value): AmountText[] {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const found = Object.keys(WORTH).filter(() => next() < 0.4);
    const words = [...found, ...FILLER.filter(() => next() < 0.5)].sort(() => next() - 0.5);
    const value = 500 + found.reduce((sum, word) => sum + WORTH[word]!, 0);
    return { text: words.join(" "), value: unit(value) };
  });
}

const NETWORK = { model: "cnn", length: 14, vocabulary: 40, epochs: 60, patience: 10, seed: 1 } as const;

let folder = "";
let network: TextRegressor;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-amounts-"));
  network = await TextRegressor.train(rowsOf(600, 7), NETWORK);
});
after(() => rm(folder, { recursive: true }));

describe("a network", () => {
  test("learns amounts, in their unit", async () => {
    const rows = rowsOf(200, 8);
    const { r2, rootMeanSquaredError, baseline } = await network.evaluate(rows);
    assert.ok(r2 !== null && r2 > 0.9, String(r2));
    assert.ok(rootMeanSquaredError < 0.35 * baseline.rootMeanSquaredError);
    // The network itself puts out amounts: it is no other's business to scale them.
    const { text } = rows[0]!;
    const ids = network.encoder.encodeTexts([text])[0]!.inputs[0]!;
    assert.equal(network.model.predictFlat(ids).data[0], network.predict(text).value);
    assert.ok(
      network.predict("garden with balcony and cellar").value >
        network.predict("noisy dark flat").value + 400,
    );
    assert.equal(network.predict("xylophone").known, 0);
  });

  test("the unit of the amounts changes nothing but the unit", async () => {
    const options = { ...NETWORK, epochs: 3, validationSplit: 0.2 };
    const [plain, other] = [
      await TextRegressor.train(rowsOf(200, 5), options),
      await TextRegressor.train(
        rowsOf(200, 5, (value) => 2000 * value - 3e6),
        options,
      ),
    ];
    for (const { text } of rowsOf(20, 6)) {
      const [a, b] = [plain.predict(text).value, other.predict(text).value];
      // Of a deviation of 3e5, the last digits of float32.
      assert.ok(Math.abs(2000 * a - 3e6 - b) < 30, `${a} ${b}`);
    }
    const history = other.training!.history["valLoss"]!;
    assert.ok(history.every((loss) => loss < 3));
  });

  test("is the same in every format, as a module, and in the entry that only predicts", async () => {
    const texts = rowsOf(20, 9).map(({ text }) => text);
    const asked = network.predictMany(texts);
    for (const ending of ["keras", "safetensors", "json"]) {
      await mkdir(join(folder, ending), { recursive: true });
      const file = join(folder, ending, `amounts.${ending}`);
      await network.save(file);
      const again = await TextRegressor.load(file);
      again.predictMany(texts).forEach(({ value }, i) => {
        assert.ok(Math.abs(value - asked[i]!.value) < 1e-3, ending);
      });
      again.model.dispose();
    }
    const small = await loadRegressor(await network.toBytes());
    assert.deepEqual(small.predictMany(texts), asked);
    small.dispose();
    const file = join(folder, "amounts.mjs");
    await writeFile(file, writeClassifierModule(network, { weights: "float32" }));
    const { estimate } = (await import(pathToFileURL(file).href)) as {
      estimate(text: string): { value: number; known?: number };
    };
    for (const [i, text] of texts.entries())
      assert.ok(Math.abs(estimate(text).value - asked[i]!.value) < 1e-2);
    assert.equal(estimate("xylophone").known, 0);
  });

  test("a model of one's own must end in one linear unit with a bias", async () => {
    const own = (last: { units: number; activation?: "sigmoid"; useBias?: boolean }) => () =>
      sequential([
        layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 14 }),
        layers.gru({ units: 4 }),
        layers.dense(last),
      ]);
    const train = (last: Parameters<typeof own>[0]) =>
      TextRegressor.train(rowsOf(60, 3), { ...NETWORK, model: own(last), epochs: 1 });
    await assert.rejects(train({ units: 2 }), /a last layer of 1 unit, the amount/);
    await assert.rejects(train({ units: 1, activation: "sigmoid" }), /activation linear/);
    await assert.rejects(train({ units: 1, useBias: false }), /a Dense with a bias/);
    assert.ok(Number.isFinite((await train({ units: 1 })).predict("flat").value));
  });
});

test("going on from the network of a regressor begins where that was", async () => {
  const { vectorizer, model } = network;
  const before = await network.evaluate(rowsOf(200, 8));
  const answered = network.predict("garden");
  const more = await TextRegressor.train(rowsOf(200, 31), {
    ...{ model, vectorizer, length: 14, epochs: 1, learningRate: 1e-5, seed: 2 },
  });
  assert.ok(more.training!.history["valLoss"]![0]! < 0.2, JSON.stringify(more.training!.history));
  const after = await more.evaluate(rowsOf(200, 8));
  assert.ok(Math.abs(after.r2! - before.r2!) < 0.05, `${after.r2} ${before.r2}`);
  assert.deepEqual(network.predict("garden"), answered);
});

describe("rows", () => {
  test("amounts that are none, or all the same, are refused", async () => {
    const corpus = new AmountCorpus({ frontEnd: "tokenizer" });
    assert.throws(() => corpus.add({ text: "a", value: Number.NaN }), /row 1 value/);
    assert.throws(() => corpus.add({ text: "a", value: "3" as unknown as number }), /row 1 value/);
    assert.throws(() => corpus.add({ text: 3 as unknown as string, value: 1 }), /row 1: expected/);
    assert.equal(corpus.rows, 0);
    const same = rowsOf(20, 1, () => 7);
    await assert.rejects(TextRegressor.train(same, NETWORK), /expected amounts that differ.*7 in 18 rows/s);
    const close = rowsOf(40, 1, (value) => 1e12 + value);
    await assert.rejects(TextRegressor.train(close, NETWORK), /Subtract/);
    await assert.rejects(TextRegressor.train(close), /Subtract/);
    const tiny = rowsOf(40, 1, (value) => value * 1e-40);
    await assert.rejects(TextRegressor.train(tiny, NETWORK), /smaller unit/);
    await assert.rejects(TextRegressor.train(tiny), /smaller unit/);
    const large = [...rowsOf(5, 1), { text: "a", value: 1e39, row: 17 }];
    await assert.rejects(TextRegressor.train(large), /row 17 value: expected a number from .*1e\+30/);
    for (const none of [undefined, "abc"]) {
      const message = /^data: expected rows of \{ text, value \}/;
      await assert.rejects(TextRegressor.train(none as never), { name: "InputError", message });
    }
  });

  test("rows are held out by tenths of the amounts", () => {
    const corpus = new AmountCorpus({ frontEnd: "tokenizer" });
    for (let i = 0; i < 100; i++) corpus.add({ text: "a", value: (i * 37) % 100 });
    const strata = corpus.strata();
    const counts = new Array<number>(10).fill(0);
    for (const part of strata) counts[part]!++;
    assert.deepEqual(counts, new Array(10).fill(10));
    // The first two that give a row lie on both sides of the middle.
    const tenths = [0, 1].map((part) => Math.floor((([...strata].indexOf(part) * 37) % 100) / 10));
    assert.deepEqual(tenths, [2, 7]);
  });

  test("of few rows those held out are neither all small nor all large", async () => {
    for (const seed of [0, 1, 2]) {
      let held: number[] = [];
      const rows = Array.from({ length: 20 }, (_, i) => ({ text: `flat ${i}`, value: i }));
      await TextRegressor.train(rows, {
        ...{ ...NETWORK, seed, epochs: 1 },
        onPrepared: ({ heldOut }) => {
          held = [...heldOut];
        },
      });
      assert.equal(held.length, 2);
      assert.ok(Math.min(...held) < 10 && Math.max(...held) >= 10, held.join());
    }
  });

  test("what was missed by most comes first", async () => {
    const { mistakes } = await network.evaluate([
      { text: "garden", value: 800 },
      { text: "dark", value: 9000 },
    ]);
    assert.equal(mistakes[0]!.text, "dark");
    assert.ok(Math.abs(mistakes[0]!.error) > 8000);
  });
});
