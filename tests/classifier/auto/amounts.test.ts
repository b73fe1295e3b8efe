/** Amounts: what is told of rows held out, what the network answers, and amounts that nothing tells. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Long } from "../../../src/base/progress.js";
import { trainAmounts } from "../../../src/classifier/auto/amounts.js";
import type { LinearOutputOptions } from "../../../src/classifier/auto/linear-outputs.js";
import { Steps } from "../../../src/classifier/auto/steps.js";
import { writeKeras } from "../../../src/formats/keras/write.js";
import { InputError, loadModel } from "../../../src/index.js";
import { FeatureEncoder } from "../../../src/tokens/feature-encoder.js";
import { answersOf, made, shuffled } from "./linear-material.js";

const OPTIONS: LinearOutputOptions = { seed: 1, engine: "wasm", steps: new Steps(new Long({}, "train")) };

const errorOf = (answers: ArrayLike<number>, values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (answers[i]! - values[i]!) ** 2;
  return sum / values.length;
};

const meanOf = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0) / values.length;

describe("amounts that words tell", () => {
  const { data, values, strings } = made(400);

  test("are told of rows held out and of new texts", async () => {
    const { model, encoder, heldOut, record } = await trainAmounts(data, values, OPTIONS);
    assert.deepEqual(
      [...heldOut.rows].sort((a, b) => a - b),
      [...data.rows],
    );
    const picked = record.members.find((member) => member.picked)!;
    assert.deepEqual([picked.name, picked.rows, record.loss], [record.picked, 400, "mean squared error"]);
    const truth = Float64Array.from(heldOut.rows, (row) => values[row]!);
    assert.ok(Math.abs(errorOf(heldOut.predicted, truth) - picked.loss) < 1e-9);
    // Noise alone is 0.09; of an answer that ignores the text the variance is what is left.
    assert.ok(picked.loss < 0.6 && picked.loss > 0.08, `${picked.loss}`);
    const variance = errorOf(new Float64Array(400).fill(meanOf(values)), values);
    assert.ok(Math.abs(record.baseline / variance - 1) < 0.02, `${record.baseline} and ${variance}`);
    assert.deepEqual([record.useful, record.notes], [true, []]);
    const fresh = made(300, 2);
    const error = errorOf(answersOf({ model, encoder }, fresh.strings), fresh.values);
    assert.ok(error < 0.6 && error < 1.4 * picked.loss, `${error}`);
    model.dispose();
  });

  test("a text without a known n-gram is answered by the mean", async () => {
    const trained = await trainAmounts(data, values, OPTIONS);
    for (const answer of answersOf(trained, ["qqqq zzzz", ""])) {
      assert.ok(Math.abs(answer - meanOf(values)) < 1e-6);
    }
    trained.model.dispose();
  });

  test("saved and read back, the network and its encoder answer the same", async () => {
    const trained = await trainAmounts(data, values, OPTIONS);
    const model = await loadModel(await writeKeras(trained.model), { engine: "wasm" });
    const encoder = FeatureEncoder.fromJSON(JSON.parse(JSON.stringify(trained.encoder)), "file");
    assert.deepEqual(answersOf({ model, encoder }, strings), answersOf(trained, strings));
    model.dispose();
    trained.model.dispose();
  });

  test("in other units all is the same but for the units", async () => {
    const one = await trainAmounts(data, values, OPTIONS);
    const two = await trainAmounts(
      data,
      values.map((value) => 1000 * value - 5e5),
      OPTIONS,
    );
    assert.equal(one.record.picked, two.record.picked);
    const [a, b] = [one, two].map((trained) => answersOf(trained, strings));
    // Weights that lie between two of the 255 numbers of a table may fall to either side.
    for (let i = 0; i < a!.length; i++) assert.ok(Math.abs(1000 * a![i]! - 5e5 - b![i]!) < 20);
    one.record.members.forEach(({ loss }, m) => {
      assert.ok(Math.abs(two.record.members[m]!.loss / loss / 1e6 - 1) < 1e-3);
    });
    one.model.dispose();
    two.model.dispose();
  });

  test("the bits follow from data and seed", async () => {
    const [one, two, other] = [
      await trainAmounts(data, values, { ...OPTIONS, threads: 1 }),
      await trainAmounts(data, values, { ...OPTIONS, threads: 2 }),
      await trainAmounts(data, values, { ...OPTIONS, seed: 2 }),
    ];
    assert.deepEqual(one.model.getWeights(), two.model.getWeights());
    assert.deepEqual([one.record, one.heldOut], [two.record, two.heldOut]);
    assert.notDeepEqual(one.heldOut.rows, other.heldOut.rows);
    for (const { model } of [one, two, other]) model.dispose();
  });

  test("few bytes keep the n-grams that decide, and what is kept is what is judged", async () => {
    const small = await trainAmounts(data, values, { ...OPTIONS, maxSize: 300 });
    const most = Math.floor(300 / (3.5 + 1.2));
    assert.equal(small.record.features, most);
    assert.match(small.record.picked, new RegExp(`, ${most} kept$`));
    const { loss } = small.record.members.at(-1)!;
    const truth = Float64Array.from(small.heldOut.rows, (row) => values[row]!);
    assert.ok(Math.abs(errorOf(small.heldOut.predicted, truth) - loss) < 1e-9);
    const fresh = made(300, 2);
    const error = errorOf(answersOf(small, fresh.strings), fresh.values);
    assert.ok(error < 1.3 * loss && loss < 0.9, `${error} and ${loss}`);
    small.model.dispose();
  });
});

test("of more than 10,000 rows some are held out, once, and λ is settled for each part of them by the others", async () => {
  const { data, values } = made(10_500);
  const { record, heldOut, model } = await trainAmounts(data, values, OPTIONS);
  assert.ok(heldOut.rows.length > 1900 && heldOut.rows.length < 2300, `${heldOut.rows.length}`);
  assert.equal(new Set(heldOut.rows).size, heldOut.rows.length);
  assert.ok(
    record.useful && record.members[0]!.loss < 0.45 && record.baseline > 3,
    `${record.members[0]!.loss}`,
  );
  model.dispose();
});

describe("amounts that nothing tells", () => {
  test("are not useful, and are answered near the mean", async () => {
    for (const seed of [1, 2, 3]) {
      const { data, values, strings } = made(300, seed);
      const order = shuffled(300, seed);
      const other = values.map((_, i) => values[order[i]!]!);
      const trained = await trainAmounts(data, other, { ...OPTIONS, seed });
      assert.equal(trained.record.useful, false, JSON.stringify(trained.record));
      const answers = answersOf(trained, strings);
      const spread = errorOf(answers, new Float64Array(300).fill(meanOf(other)));
      assert.ok(spread < 0.1 * trained.record.baseline, `${spread}`);
      trained.model.dispose();
    }
  });

  test("all the same, of two rows, of texts that are alike or empty end in numbers", async () => {
    const { data } = made(12);
    const { texts } = data;
    const empty = texts.add("");
    const cases: [Uint32Array, Float64Array, string[]][] = [
      [data.rows, new Float64Array(12).fill(0.1), ["All rows have the same amount"]],
      [data.rows, new Float64Array(12).fill(1e30), ["All rows have the same amount"]],
      [data.rows.subarray(0, 2), Float64Array.of(1, 3), []],
      [new Uint32Array(6).fill(3), Float64Array.of(1, 2, 3, 4, 5, 6), []],
      [new Uint32Array(6).fill(empty), Float64Array.of(1, 2, 3, 4, 5, -1e30), []],
    ];
    for (const [rows, values, notes] of cases) {
      const trained = await trainAmounts({ texts, rows }, values, OPTIONS);
      const answers = answersOf(trained, ["rain and snow", "", "zzzz"]);
      assert.ok(answers.every(Number.isFinite) && trained.heldOut.predicted.every(Number.isFinite));
      assert.ok(Number.isFinite(trained.record.baseline) && !trained.record.useful);
      assert.deepEqual(
        trained.record.notes.map((note) => note.split(":")[0]),
        notes,
      );
      if (notes.length > 0) assert.ok(answers.every((one) => one === Math.fround(values[0]!)));
      trained.model.dispose();
    }
  });
});

test("what is no amount of each row is refused", async () => {
  const { data, values } = made(20);
  for (const [own, message] of [
    [values.subarray(1), /^values: expected 20 amounts/],
    [values.with(3, Number.NaN), /^values: expected numbers from/],
    [values.with(3, Infinity), /^values: expected numbers from/],
    [values.with(3, 1e31), /^values: expected numbers from/],
  ] as const) {
    await assert.rejects(trainAmounts(data, own, OPTIONS), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  }
});
