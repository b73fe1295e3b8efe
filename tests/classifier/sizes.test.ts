/** Files that may not be large: n-grams that decide little are left out, and what is left is judged anew. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { InputError, type LabelledText, TextClassifier, type TrainOptions } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { intents, ordered } from "./automatic.js";

const made: TextClassifier[] = [];
after(() => {
  for (const { model } of made) model.dispose();
});
async function train(rows: LabelledText[], options: TrainOptions = {}): Promise<TextClassifier> {
  const classifier = await TextClassifier.train(rows, { engine: "wasm", ...options });
  made.push(classifier);
  return classifier;
}
const sizeOf = async (classifier: TextClassifier) => (await classifier.toBytes()).length;
const rows = intents(["music", "table", "weather"]);

describe("maxSize", () => {
  test("is kept, and nearly taken; the record has what fewer n-grams answer", async () => {
    const all = await train(rows);
    const size = await sizeOf(all);
    const small = await train(rows, { maxSize: 9000 });
    assert.ok(size > 13_000, `${size}`);
    const bytes = await sizeOf(small);
    assert.ok(bytes <= 9000 && bytes > 8000, `${bytes}`);
    const { auto, settings } = small.training!;
    assert.equal(settings["maxSize"], 9000);
    assert.ok(auto!.features < all.training!.auto!.features / 2, `${auto!.features}`);
    const picked = auto!.members.find((member) => member.picked)!;
    assert.equal(picked.name, auto!.picked);
    assert.match(picked.name, new RegExp(`, ${auto!.features.toLocaleString("en")} kept$`));
    assert.equal(picked.accuracy, auto!.heldOut.accuracy);
    assert.match(auto!.why, /The file was to be small: \d+ n-grams kept (100|9\d\.\d) %/);
    assert.equal(auto!.ran!.recipes, all.training!.auto!.ran!.recipes);
    assert.equal(small.predict("please play some jazz").label, "music");
    assert.equal(small.predict("zqx").known, 0);
  });

  test("what fits already stays as it is", async () => {
    const [all, bound] = [await train(rows), await train(rows, { maxSize: 1_000_000 })];
    assert.deepEqual(bound.model.getWeights(), all.model.getWeights());
    assert.deepEqual(bound.training!.auto, all.training!.auto);
  });

  test("probabilities are as honest as before", async () => {
    const others = ordered(900, 2).slice(450);
    const small = await train(ordered(450, 2), { maxSize: 12_000 });
    const { accuracy, calibration } = await small.evaluate(others);
    const { expectedError } = calibration;
    assert.ok(accuracy > 0.7 && expectedError < 0.12, `${accuracy} ${expectedError}`);
  });

  test("what no file holds is refused, with what the least one takes", async () => {
    await assert.rejects(train(rows, { maxSize: 2000 }), (error) => {
      assert.ok(error instanceof InputError);
      const [, least] = /maxSize: expected at least ([\d,]+) bytes, for 20 n-grams/.exec(error.message)!;
      assert.ok(Number(least!.replace(",", "")) > 2000);
      return true;
    });
    for (const maxSize of [0, -1, 1.5, Number.NaN]) await assert.rejects(train(rows, { maxSize }), /maxSize/);
    await assert.rejects(train(rows, { maxSize: 9000, model: "lstm" }), /maxSize/);
  });

  test("a network that does not fit is left out, and that is said", async () => {
    const { training } = await train(ordered(500, 2), { maxSize: 60_000 });
    assert.equal(training!.auto!.networks, null);
    assert.ok(training!.auto!.notes.includes("A network beside the n-grams would not fit into the file"));
    const roomy = await train(ordered(500, 2), { maxSize: 600_000 });
    assert.equal(roomy.training!.auto!.networks!.count, 1);
  });

  test("a record's bound is kept to when it runs again, to the byte", async () => {
    const small = await train(rows, { maxSize: 9000, seed: 3 });
    const again = await train(rows, { replay: small.training! });
    assert.deepEqual(await again.toBytes(), await small.toBytes());
    await assert.rejects(train(rows, { replay: small.training!, maxSize: 9000 }), /beside replay/);
  });

  test("a network that was trained and then found too large is trained again, and dropped again", async () => {
    // Words of many letters and digits: their hashes take more than most.
    const random = new Random(3, 53);
    const mixed = ordered(700, 2).map(({ text, label }, row) => {
      return {
        text: `${text} ${random.word(2 * row).toString(36)} ${random.word(2 * row + 1).toString(36)}`,
        label,
      };
    });
    const size = await sizeOf(await train(mixed));
    const small = await train(mixed, { maxSize: size - 1 });
    const { networks, ran } = small.training!.auto!;
    assert.deepEqual([networks, ran!.networks], [null, 1]);
    const again = await train(mixed, { replay: small.training! });
    assert.deepEqual(await again.toBytes(), await small.toBytes());
  });

  test("of several networks as many as there is room for", async () => {
    const { training } = await train(ordered(500, 2), { maxSize: 160_000, effort: "high" });
    assert.ok(training!.auto!.networks!.count < 3);
    assert.equal(training!.auto!.notes.length, 0);
  });

  test("the least size that a refusal names is none that is refused", async () => {
    for (const labels of [
      ["music", "table"],
      ["music", "table", "weather"],
    ]) {
      const given = intents(labels);
      const message = await train(given, { maxSize: 1 }).then(
        () => "",
        (error: Error) => error.message,
      );
      const least = Number(/at least ([\d,]+) bytes/.exec(message)![1]!.replaceAll(",", ""));
      assert.ok((await sizeOf(await train(given, { maxSize: least }))) <= least);
    }
  });

  test("of a linear model, too", async () => {
    const classifier = await train(rows, { model: "linear", maxSize: 9000 });
    assert.ok((await sizeOf(classifier)) <= 9000);
  });
});

test("onSizes is told what smaller files would answer, and changes nothing", async () => {
  const told: { bytes: number; features: number; rows: number; accuracy: number }[] = [];
  const [all, compared] = [
    await train(ordered(300, 2)),
    await train(ordered(300, 2), { onSizes: (sizes) => told.push(...sizes) }),
  ];
  assert.deepEqual(await compared.toBytes(), await all.toBytes());
  assert.ok(told.length >= 3);
  assert.equal(told[0]!.features, all.training!.auto!.features);
  assert.equal(told[0]!.bytes, await sizeOf(all));
  for (const [k, { bytes, features, rows: judged, accuracy }] of told.entries()) {
    assert.ok(bytes > 1000 && features >= 20 && judged === 300 && accuracy > 0.5 && accuracy <= 1);
    if (k > 0) assert.ok(bytes < told[k - 1]!.bytes && features < told[k - 1]!.features);
  }
  // The last one is a file that was made, not an estimate: asked for, it comes out as told.
  const last = told.at(-1)!;
  const small = await train(ordered(300, 2), { maxSize: last.bytes + 400 });
  assert.ok(Math.abs((await sizeOf(small)) - last.bytes) < 1000, `${await sizeOf(small)}, ${last.bytes}`);
});
