/** A budget of an automatic classifier: what it leaves out, by a clock that goes by steps, and the same bits from the record. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Allowance } from "../../src/classifier/auto/allowance.js";
import { trainAutomatically } from "../../src/classifier/classifier.js";
import { InputError, TextClassifier, type TrainOptions } from "../../src/index.js";
import { testedEngines } from "../contract/engines.js";
import { intents, ordered } from "./automatic.js";

const missing = testedEngines().find(({ label }) => label.startsWith("native"))?.missing ?? false;
const engine = missing ? "wasm" : "native";
const ROWS = ordered(420, 2);

/** A clock that every look at it moves on by so many milliseconds. */
function stepping(ms: number, began = 0): () => number {
  let now = began;
  return () => {
    now += ms;
    return now;
  };
}

const made: TextClassifier[] = [];
after(() => {
  for (const { model } of made) model.dispose();
});

interface Found {
  classifier: TextClassifier;
  told: string[];
  bytes: Uint8Array;
}

/** @param clock in milliseconds; a look takes 10 of them */
async function train(options: TrainOptions, clock = stepping(10)): Promise<Found> {
  const told: string[] = [];
  const onStep = (step: string) => {
    told.push(step);
    options.onStep?.(step);
  };
  const classifier = await trainAutomatically(ROWS, { engine, ...options, onStep }, { clock });
  made.push(classifier);
  return { classifier, told, bytes: await classifier.toBytes() };
}

const autoOf = ({ classifier }: Found) => classifier.training!.auto!;
const learned = ({ told }: Found) => told.some((step) => step.startsWith("learning"));
const weightsOf = ({ classifier }: Found) => classifier.model.getWeights().map(({ data }) => data);

/** What trains the same again, to the byte. */
async function assertReplayed(found: Found): Promise<void> {
  const loaded = await TextClassifier.load(found.bytes, { engine: "reference" });
  made.push(loaded);
  const again = await train({ replay: loaded.training! }, stepping(1e6));
  assert.deepEqual(autoOf(again), autoOf(found));
  assert.deepEqual(again.bytes, found.bytes);
}

describe("members are left out as a whole", () => {
  let whole: Found;
  before(async () => {
    whole = await train({ seed: 3 });
  });

  test("none where there is time enough: the same bytes as without a budget", async () => {
    assert.deepEqual(autoOf(whole).ran, { recipes: 4, networks: 1, exceeded: false });
    assert.doesNotMatch(autoOf(whole).why, /budget/);
    assert.deepEqual((await train({ seed: 3, budget: 100 })).bytes, whole.bytes);
    await assertReplayed(whole);
  });

  test("the network first: never begun, or given up on the way, it leaves no trace", async () => {
    const without = await train({ seed: 3, budget: 0.64 });
    const givenUp = await train({ seed: 3, budget: 1 });
    assert.deepEqual([learned(without), learned(givenUp)], [false, true]);
    for (const found of [without, givenUp]) {
      const { ran, why, notes, networks, members } = autoOf(found);
      assert.deepEqual([ran, networks, notes], [{ recipes: 4, networks: 0, exceeded: false }, null, []]);
      assert.equal(members.length, 4);
      assert.match(why, /Left out, as the budget had no time for it: an LSTM both ways\./);
    }
    assert.deepEqual(givenUp.bytes, without.bytes);
    await assertReplayed(givenUp);
    const low = await train({ seed: 3, effort: "low" });
    assert.deepEqual(weightsOf(low), weightsOf(without));
  });

  test("a network is given up as soon as its first steps tell, and in time", async () => {
    for (const budget of [0.7, 1, 1.5]) {
      const clock = stepping(10);
      await train({ seed: 3, budget }, clock);
      const ended = clock() / 1000;
      assert.ok(ended < Math.min(1.1, 1.1 * budget), `${budget}: ${ended}`);
    }
  });

  test("of several networks the last ones", async () => {
    const found = await train({ seed: 3, effort: "high", budget: 4.5 });
    const { ran, networks, why } = autoOf(found);
    assert.deepEqual([ran, networks?.count], [{ recipes: 4, networks: 2, exceeded: false }, 2]);
    assert.match(why, /no time for it: 1 of 3 networks \(an LSTM both ways\)\./);
    assert.ok(!found.told.some((step) => step.endsWith("3 of 3")));
    await assertReplayed(found);
  });

  test("then recipes of n-grams", async () => {
    const found = await train({ seed: 3, budget: 0.4 });
    const { ran, why, members, notes } = autoOf(found);
    assert.deepEqual([ran, members.length, notes], [{ recipes: 2, networks: 0, exceeded: false }, 2, []]);
    const name = "words, n-grams and class centres, heads and patterns";
    assert.ok(why.includes(`${name}; words and n-grams, heads and patterns; an LSTM both ways.`), why);
    await assertReplayed(found);
  });

  test("too small a budget is said and exceeded, by a classifier that answers", async () => {
    const found = await train({ seed: 3, budget: 0 });
    const { ran, notes, useful } = autoOf(found);
    assert.deepEqual(ran, { recipes: 1, networks: 0, exceeded: true });
    assert.deepEqual(notes, [
      "The budget is exceeded: reading, the first n-grams and saving alone take longer",
    ]);
    assert.ok(useful);
    assert.equal(found.classifier.predict("red bridge old stone near blue").label, "red");
    await assertReplayed(found);
  });

  test("so is one that steps slower than the first ones have exceeded", async () => {
    let now = 0;
    const clock = () => {
      now += 10;
      return now;
    };
    const onStep = (step: string) => {
      if (step.startsWith("fitting")) now += 5000;
    };
    const { notes, ran } = autoOf(await train({ seed: 3, budget: 0.7, onStep }, clock));
    assert.deepEqual(ran, { recipes: 4, networks: 0, exceeded: true });
    assert.deepEqual(notes, ["The budget is exceeded: what was tried took longer than its first steps told"]);
  });
});

describe("what is measured", () => {
  /** A clock that stands where it is set. */
  const setClock = () => {
    const clock = Object.assign(() => clock.now, { now: 0 });
    return clock;
  };

  test("decides what is admitted: with a margin, what comes after, and rows to test on", () => {
    const clock = setClock();
    const allowance = new Allowance({ budget: 10 }, { clock, began: -1000, testRows: 50 });
    const [counted, fitted] = [allowance.watch("rows"), allowance.watch("fits")];
    clock.now = 2000;
    counted(100);
    fitted(2);
    // 20 ms a row and 1 s a fit; saving takes a second; 50 rows are answered afterwards: 3 s and 2 s, and a tenth.
    assert.ok(allowance.admits("recipes", 1, { fits: 3, rows: 0 }));
    assert.ok(allowance.admits("recipes", 1, { fits: 4.36, rows: 0 }));
    assert.ok(!allowance.admits("recipes", 1, { fits: 4.37, rows: 0 }));
    assert.ok(!allowance.admits("recipes", 1, { fits: 4.3, rows: 5 }));
    clock.now = 4000;
    counted(100);
    assert.ok(allowance.admits("recipes", 1, { fits: 0, rows: 127 }), "the pace of all rows together");
    assert.ok(!allowance.admits("recipes", 1, { fits: 0, rows: 128 }));
  });

  test("a network may be a little late, and its first steps tell nothing of the rest", () => {
    const clock = setClock();
    const allowance = new Allowance({ budget: 10 }, { clock });
    const stepped = allowance.watch("steps");
    clock.now = 1000;
    stepped(10);
    assert.ok(allowance.goesOn(19, { steps: 1000 }));
    assert.ok(allowance.goesOn(20, { steps: 86 }));
    assert.ok(!allowance.goesOn(20, { steps: 87 }));
    assert.ok(!allowance.admits("networks", 1, { steps: 86 }));
    clock.now = 10_600;
    assert.ok(!allowance.goesOn(1, { steps: 0 }), "late as it is");
  });

  test("without a budget everything is admitted; with a record what it says, whatever the time", () => {
    const all = new Allowance({}, { clock: stepping(1e9) });
    assert.ok(all.admits("networks", 9, { steps: 1e9 }) && all.goesOn(99, { steps: 1e9 }) && !all.isExceeded);
    const again = new Allowance(
      { replay: { recipes: 2, networks: 0, exceeded: false } },
      { clock: stepping(1e9) },
    );
    assert.deepEqual(
      [again.admits("recipes", 1, {}), again.admits("recipes", 2, {}), again.admits("networks", 0, {})],
      [true, false, false],
    );
  });
});

test("options that have no effect, or say twice what runs, are refused; so is another file's record", async () => {
  const refused = (options: TrainOptions, message: RegExp, rows = intents(["music", "table"])) =>
    assert.rejects(TextClassifier.train(rows, { engine: "reference", ...options }), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  const small = await TextClassifier.train(intents(["music", "table"]), { engine: "reference" });
  made.push(small);
  const record = small.training!;
  await refused({ budget: -1 }, /^budget: expected a number from 0/);
  for (const model of ["lstm", "linear"]) {
    await refused({ model, budget: 5 }, /TextClassifier\.train budget: expected to be left out/);
    await refused({ model, replay: record }, /TextClassifier\.train replay: expected to be left out/);
  }
  await refused({ replay: record, budget: 5 }, /train budget: expected to be left out beside replay/);
  await refused({ replay: record, effort: "low" }, /train effort: expected to be left out beside replay/);
  await refused({ replay: record, seed: 1 }, /train seed: expected to be left out beside replay/);
  const other = intents(["music", "table", "weather"]);
  await refused(
    { replay: record },
    /the rows that the record is of \(music 20, table 20\).*weather 20/,
    other,
  );
  const { auto, ...bare } = record;
  await refused({ replay: bare }, /^replay: expected the record of a classifier of model: "auto"/);
  await refused({ replay: { ...record, auto: { ...auto!, ran: null } } }, /^replay: expected the record/);
  const ran = { recipes: 0, networks: 0, exceeded: false };
  await refused({ replay: { ...record, auto: { ...auto!, ran } } }, /^replay auto\.ran\.recipes: expected/);
  await refused(
    { replay: { ...record, settings: { ...record.settings, effort: "huge" } } },
    /settings\.effort/,
  );
  await refused({ replay: null as never }, /^replay: expected a classifier's record but received null/);
});
