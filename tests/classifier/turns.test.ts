/** Many texts are answered, and files are written, in turns with others; what comes between changes nothing by halves. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TextClassifier } from "../../src/index.js";

const ROWS = Array.from({ length: 40 }, (_, r) => ({
  text: `soup ${["it", "we", "staff"][r % 3]} ${["lovely", "awful"][r % 2]}`,
  label: ["good", "bad"][r % 2]!,
}));
const TEXTS = Array.from(
  { length: 1000 },
  (_, i) => `${i % 7 ? "soup" : "we"} ${["lovely", "it", "awful"][i % 3]}`,
);
const of = { epochs: 2, vocabulary: 20, length: 6, engine: "reference" } as const;

/** What the clock below told last: it never goes back. */
let clock = 0;

/** A clock on which every look is a turn later. Others count the turns that they get, and may do something in one. */
function turnsOf(t: TestContext, inTurn: (turn: number) => void = () => {}): () => number {
  let [turns, over] = [0, false];
  clock = Math.max(clock, performance.now());
  t.mock.method(performance, "now", () => {
    clock += 20;
    return clock;
  });
  const next = () => {
    if (over) return;
    inTurn(++turns);
    setImmediate(next);
  };
  setImmediate(next);
  t.after(() => {
    over = true;
  });
  return () => {
    over = true;
    return turns;
  };
}

for (const options of [{ model: "lstm", ...of }, { model: "linear" }] as const) {
  test(`${options.model}: a thousand texts take turns, and are answered as at once`, async (t) => {
    const classifier = await TextClassifier.train(ROWS, options);
    const wanted = classifier.predictMany(TEXTS);
    const turns = turnsOf(t);
    assert.deepEqual(await classifier.predictManyAsync(TEXTS), wanted);
    assert.ok(turns() > 2 * (TEXTS.length / 128), "after every hundred texts that are encoded, and answered");
  });
}

test("weights that are changed in between are those of all texts, or of none", async (t) => {
  const classifier = await TextClassifier.train(ROWS, { model: "lstm", ...of });
  const { model } = classifier;
  const before = model.getWeights();
  const other = before.map(({ data }) => data.map((value, i) => value + (i % 5) / 10));
  const own = JSON.stringify(classifier.predictMany(TEXTS));
  model.setWeights(other);
  const theirs = JSON.stringify(classifier.predictMany(TEXTS));
  assert.notEqual(own, theirs);
  for (const at of [2, 5, 9, 12, 15, 18]) {
    await t.test(`in turn ${at}`, async (inner) => {
      model.setWeights(before);
      const turns = turnsOf(inner, (turn) => void (turn === at && model.setWeights(other)));
      const answers = JSON.stringify(await classifier.predictManyAsync(TEXTS));
      assert.ok(turns() >= at);
      assert.ok(answers === own || answers === theirs);
    });
  }
});

test("a file is written in turns, with weights and settings of when it was asked for", async (t) => {
  const classifier = await TextClassifier.train(ROWS, { model: "lstm", ...of });
  const wanted = Buffer.from(await classifier.toBytes());
  const turns = turnsOf(t);
  const written = classifier.toBytes();
  classifier.model.setWeights(classifier.model.getWeights().map(({ data }) => data.fill(0)));
  classifier.threshold = 0.9;
  assert.ok(wanted.equals(await written));
  assert.ok(turns() >= 5, "between members at the least");
});
