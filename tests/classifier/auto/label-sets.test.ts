/** Sets of labels: what is told of rows held out, what the network answers, and labels that cannot be learned. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Long } from "../../../src/base/progress.js";
import { type LabelSetOptions, trainLabelSets } from "../../../src/classifier/auto/label-sets.js";
import { Steps } from "../../../src/classifier/auto/steps.js";
import { writeKeras } from "../../../src/formats/keras/write.js";
import { InputError, loadModel } from "../../../src/index.js";
import { Random } from "../../../src/kernels/philox.js";
import { fitPlatt, logLossOf } from "../../../src/objectives/platt.js";
import { FeatureEncoder } from "../../../src/tokens/feature-encoder.js";
import { answersOf, made, shuffled, TOPICS } from "./linear-material.js";

const LABELS = TOPICS.length;
const OPTIONS: LabelSetOptions = { seed: 1, engine: "wasm", steps: new Steps(new Long({}, "train")) };

/** Mean log loss of probabilities of 0 … 1. */
const lossOf = (probabilities: ArrayLike<number>, truth: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    const p = probabilities[i]!;
    sum += logLossOf(Math.log(p / (1 - p)), truth[i] === 1);
  }
  return sum / truth.length;
};

const some = (truth: Uint8Array, rows: ArrayLike<number>, labels: number) =>
  Uint8Array.from(Array.from(rows).flatMap((row) => [...truth.subarray(row * labels, (row + 1) * labels)]));

describe("labels that words tell", () => {
  const { data, truth, strings } = made(400);

  test("are told of rows held out and of new texts, with honest probabilities", async () => {
    const { model, encoder, heldOut, record } = await trainLabelSets(data, truth, LABELS, OPTIONS);
    assert.deepEqual(
      [...heldOut.rows].sort((a, b) => a - b),
      [...data.rows],
    );
    const picked = record.members.filter((member) => member.picked);
    assert.deepEqual(
      picked.map(({ name, rows }) => [name, rows]),
      [[record.picked, 400]],
    );
    assert.equal(record.loss, "log loss");
    const wanted = some(truth, heldOut.rows, LABELS);
    assert.ok(Math.abs(lossOf(heldOut.probabilities, wanted) - picked[0]!.loss) < 1e-6);
    assert.ok(picked[0]!.loss < 0.12 && record.baseline > 0.5, `${picked[0]!.loss} of ${record.baseline}`);
    assert.equal(record.useful, true);
    assert.deepEqual(record.notes, []);
    assert.equal(record.features, encoder.features);
    const fresh = made(300, 2);
    const answers = answersOf({ model, encoder }, fresh.strings);
    const right = answers.filter((p, i) => p > 0.5 === (fresh.truth[i] === 1)).length / answers.length;
    assert.ok(right > 0.98, `${right}`);
    assert.ok(lossOf(answers, fresh.truth) < 0.12, `${lossOf(answers, fresh.truth)}`);
    model.dispose();
  });

  test("log-odds of new texts are what they should be: fitted anew, their slope is about 1 and their intercept about 0", async () => {
    // One label in eight is wrong, so that nothing is certain.
    const noisy = ({ truth }: typeof known, seed: number) => {
      const random = new Random(seed, 94);
      return truth.map((one, i) => (random.uniform(i) < 1 / 8 ? 1 - one : one));
    };
    const [known, fresh] = [made(800), made(4000, 3)];
    const trained = await trainLabelSets(known.data, noisy(known, 1), LABELS, OPTIONS);
    const [answers, wanted] = [answersOf(trained, fresh.strings), noisy(fresh, 2)];
    for (let k = 0; k < LABELS; k++) {
      const of = (values: ArrayLike<number>) =>
        Float64Array.from(fresh.strings, (_, i) => values[i * LABELS + k]!);
      const odds = of(answers).map((p) => Math.log(p / (1 - p)));
      const { slope, intercept } = fitPlatt(odds, of(wanted));
      assert.ok(Math.abs(Math.log(slope)) < 0.2 && Math.abs(intercept) < 0.2, `${slope} and ${intercept}`);
    }
    trained.model.dispose();
  });

  test("a text of strangers is answered by how common labels are, one row of each kind added", async () => {
    const { model, encoder } = await trainLabelSets(data, truth, LABELS, OPTIONS);
    const answers = answersOf({ model, encoder }, ["qqqq zzzz", ""]);
    for (let k = 0; k < LABELS; k++) {
      let own = 0;
      for (let i = 0; i < 400; i++) own += truth[i * LABELS + k]!;
      assert.ok(Math.abs(answers[k]! - (own + 1) / 402) < 1e-6);
      assert.equal(answers[LABELS + k], answers[k]);
    }
    model.dispose();
  });

  test("saved and read back, the network and its encoder answer the same", async () => {
    const trained = await trainLabelSets(data, truth, LABELS, OPTIONS);
    const bytes = await writeKeras(trained.model);
    const model = await loadModel(bytes, { engine: "wasm" });
    const encoder = FeatureEncoder.fromJSON(JSON.parse(JSON.stringify(trained.encoder)), "file");
    assert.deepEqual(answersOf({ model, encoder }, strings), answersOf(trained, strings));
    model.dispose();
    trained.model.dispose();
  });

  test("the bits follow from data and seed, not from threads", async () => {
    const [one, two] = [
      await trainLabelSets(data, truth, LABELS, { ...OPTIONS, threads: 1 }),
      await trainLabelSets(data, truth, LABELS, { ...OPTIONS, threads: 2 }),
    ];
    assert.deepEqual(one.model.getWeights(), two.model.getWeights());
    assert.deepEqual([one.record, one.heldOut], [two.record, two.heldOut]);
    one.model.dispose();
    two.model.dispose();
  });

  test("few bytes keep the n-grams that decide, and what is kept is what is judged", async () => {
    const whole = await trainLabelSets(data, truth, LABELS, OPTIONS);
    const small = await trainLabelSets(data, truth, LABELS, { ...OPTIONS, maxSize: 1500 });
    // 3.5 bytes an n-gram, and 1.2 for each label.
    const most = Math.floor(1500 / (3.5 + 1.2 * LABELS));
    assert.equal(small.record.features, most);
    assert.ok(whole.record.features > 4 * most);
    assert.match(small.record.picked, new RegExp(`, ${most} kept$`));
    const { loss } = small.record.members.at(-1)!;
    const wanted = some(truth, small.heldOut.rows, LABELS);
    assert.ok(Math.abs(lossOf(small.heldOut.probabilities, wanted) - loss) < 1e-6);
    assert.ok(loss < 0.15, `${loss}`);
    const fresh = made(300, 2);
    const answered = lossOf(answersOf(small, fresh.strings), fresh.truth);
    assert.ok(Math.abs(answered - loss) < 0.05, `${answered} and ${loss}`);
    whole.model.dispose();
    small.model.dispose();
  });

  test("rows of a bundle are held out together; some of the texts may be what is learned from", async () => {
    const rows = Uint32Array.from({ length: 60 }, (_, i) => 3 * i);
    const bundles = Int32Array.from({ length: 400 }, (_, row) => Math.floor(row / 30));
    const own = some(truth, rows, LABELS);
    const { heldOut, record, model } = await trainLabelSets({ ...data, rows, bundles }, own, LABELS, OPTIONS);
    assert.deepEqual(
      [...heldOut.rows].sort((a, b) => a - b),
      [...rows.keys()],
    );
    assert.ok(record.members[0]!.rows === 60 && heldOut.probabilities.every((p) => p > 0 && p < 1));
    model.dispose();
  });
});

describe("labels that nothing tells", () => {
  test("are not useful, and are answered by how common they are", async () => {
    for (const seed of [1, 2, 3]) {
      const { data, truth } = made(300, seed);
      const other = some(truth, shuffled(300, seed), LABELS);
      const { record, model } = await trainLabelSets(data, other, LABELS, { ...OPTIONS, seed });
      assert.equal(record.useful, false, JSON.stringify(record));
      model.dispose();
    }
  });

  test("of no row, of all, of one and of all but one are constant, and named", async () => {
    const { data, truth, strings } = made(80);
    const labels = LABELS + 4;
    const wider = new Uint8Array(80 * labels);
    for (let i = 0; i < 80; i++) {
      wider.set(truth.subarray(i * LABELS, (i + 1) * LABELS), i * labels);
      wider.set([0, 1, i === 5 ? 1 : 0, i === 9 ? 0 : 1], i * labels + LABELS);
    }
    const names = ["a", "b", "c", "d", "none", "all", "one", "but one"];
    const trained = await trainLabelSets(data, wider, labels, { ...OPTIONS, names });
    const { notes } = trained.record;
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /Fewer than 2 rows .*: none, all, one, but one$/);
    const answers = answersOf(trained, strings);
    const wanted = [1 / 82, 81 / 82, 2 / 82, 80 / 82];
    for (let i = 0; i < 80; i++) {
      for (const [k, p] of wanted.entries()) {
        assert.ok(Math.abs(answers[i * labels + LABELS + k]! - p) < 1e-6);
      }
    }
    assert.ok(trained.heldOut.probabilities.every((p) => p > 0 && p < 1));
    trained.model.dispose();
  });

  test("alone, two rows, texts that are all alike and empty texts end in numbers", async () => {
    const { data, truth } = made(12);
    const { texts } = data;
    const empty = texts.add("");
    const cases: [Uint32Array, Uint8Array, number][] = [
      [data.rows, new Uint8Array(12), 1],
      [data.rows.subarray(0, 2), Uint8Array.of(1, 0), 1],
      [data.rows, truth, LABELS],
      [new Uint32Array(6).fill(3), Uint8Array.of(1, 0, 1, 0, 1, 0), 1],
      [new Uint32Array(6).fill(empty), Uint8Array.of(1, 0, 1, 0, 1, 0), 1],
    ];
    for (const [rows, own, labels] of cases) {
      const trained = await trainLabelSets({ texts, rows }, own, labels, OPTIONS);
      const answers = answersOf(trained, ["rain and snow", "", "zzzz"]);
      assert.ok(
        answers.every((p) => p > 0 && p < 1),
        [...answers].join(" "),
      );
      assert.ok(trained.heldOut.probabilities.every((p) => p > 0 && p < 1));
      assert.ok(Number.isFinite(trained.record.baseline) && !trained.record.useful);
      trained.model.dispose();
    }
  });
});

test("what is no truth of the rows is refused", async () => {
  const { data, truth } = made(20);
  const refused = (given: typeof data, own: Uint8Array, labels: number, message: RegExp) =>
    assert.rejects(trainLabelSets(given, own, labels, OPTIONS), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  await refused(data, truth.subarray(1), LABELS, /^truth: expected 20 rows of 4 numbers/);
  await refused(
    data,
    truth.map((one) => 2 * one),
    LABELS,
    /^truth: expected 0 or 1/,
  );
  await refused(data, new Uint8Array(0), 0, /^labels/);
  await refused(data, new Uint8Array(0), 2001, /^labels/);
  await refused(
    { ...data, rows: data.rows.subarray(0, 1) },
    truth.subarray(0, 4),
    LABELS,
    /^rows: .*two rows/,
  );
});

test("what a step throws ends it, whichever it is", async () => {
  const { data, truth } = made(40);
  const steps = new Set<string>();
  const told = (onStep: (what: string) => void): LabelSetOptions => {
    return { ...OPTIONS, steps: new Steps(new Long({}, "train"), onStep) };
  };
  const all = told((what) => void steps.add(what));
  const { model } = await trainLabelSets(data, truth, LABELS, all);
  model.dispose();
  assert.ok(steps.has("counting n-grams") && steps.has("trying words and pairs of them"));
  for (const step of steps) {
    const options = told((what) => {
      if (what === step) throw new Error(`no ${step}`);
    });
    await assert.rejects(trainLabelSets(data, truth, LABELS, options), new RegExp(`no ${step}`));
  }
});
