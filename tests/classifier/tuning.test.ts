/** The search for settings: what it draws, how it halves, and that its winner is what straight training gives. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { goingOn, rungsOf } from "../../src/classifier/tuning/rungs.js";
import {
  choice,
  drawTrials,
  integer,
  logUniform,
  type Settings,
  uniform,
} from "../../src/classifier/tuning/space.js";
import { bestOf, type TrialRecord } from "../../src/classifier/tuning/trial.js";
import { type TuneOptions, tune } from "../../src/classifier/tuning/tune.js";
import { Corpus, InputError, optimizers, TextClassifier, type TrainOptions } from "../../src/index.js";

const WORDS = { fruit: ["apple", "pear", "plum"], tool: ["hammer", "saw", "drill"] };

async function data(): Promise<Corpus> {
  const rows = Array.from({ length: 60 }, (_, r) => {
    const label = r % 2 === 0 ? ("fruit" as const) : ("tool" as const);
    return { label, text: `please bring the ${WORDS[label][r % 3]!} number ${r % 7} today` };
  });
  return Corpus.read(rows, { frontEnd: "tokenizer" });
}

const space = { batchSize: choice([4, 8, 16]), learningRate: logUniform(1e-3, 3e-2) };

const optionsOf = ({ batchSize, learningRate }: Settings): TrainOptions => ({
  ...{ model: "rnn", vocabulary: 30, length: 6, patience: 2, validationSplit: 0.2, engine: "reference" },
  batchSize: batchSize as number,
  optimizer: optimizers.adam({ learningRate: learningRate as number }),
});

const small: TuneOptions = { space, optionsOf, trials: 9, epochs: 9, seed: 4 };

const isInput = (pattern: RegExp) => (error: Error) =>
  error instanceof InputError && pattern.test(error.message);

describe("spaces", () => {
  const all = {
    a: uniform(0, 0.5),
    b: logUniform(1e-4, 1e-2),
    c: integer(3, 5),
    d: choice(["x", "y", true]),
  };

  test("draws lie within bounds, in three digits, and follow from seed and order of names alone", () => {
    const drawn = drawTrials(all, 50, 7);
    assert.equal(drawn.length, 50);
    for (const { a, b, c, d } of drawn as Record<string, number>[]) {
      assert.ok(a! >= 0 && a! <= 0.5 && Number(a!.toPrecision(3)) === a);
      assert.ok(b! >= 1e-4 && b! <= 1e-2 && Number(b!.toPrecision(3)) === b);
      assert.ok([3, 4, 5].includes(c!));
      assert.ok((["x", "y", true] as unknown[]).includes(d));
    }
    const turned = Object.fromEntries(Object.entries(all).reverse());
    assert.deepEqual(drawTrials(turned, 50, 7), drawn);
    assert.deepEqual(drawTrials(all, 5, 7), drawn.slice(0, 5));
    assert.notDeepEqual(drawTrials(all, 5, 8), drawn.slice(0, 5));
    // Half of the draws of a logarithm lie below the geometric mean.
    const low = drawn.filter(({ b }) => (b as number) < 1e-3).length;
    assert.ok(low > 12 && low < 38);
  });

  test("numbers stay within bounds that have more digits than they", () => {
    for (const { x } of drawTrials({ x: uniform(1.0004, 1.0006) }, 3, 0)) {
      assert.ok((x as number) >= 1.0004 && (x as number) <= 1.0006);
    }
  });

  test("no two trials are alike, and a small space ends", () => {
    const drawn = drawTrials({ a: choice([1, 2]), b: choice([true, false]) }, 27, 0);
    assert.equal(new Set(drawn.map((one) => JSON.stringify(one))).size, 4);
    assert.equal(drawn.length, 4);
  });

  test("what is without effect makes no trial of its own", () => {
    const space = { model: choice(["wide", "deep"]), units: choice([1, 2, 3, 4]) };
    const heeded = ({ model, units }: Settings): Settings =>
      model === "wide" ? { model } : { model: model!, units: units! };
    const drawn = drawTrials(space, 27, 0, heeded);
    assert.equal(drawn.length, 5);
    assert.deepEqual(
      drawn.filter(({ model }) => model === "wide"),
      [{ model: "wide" }],
    );
  });

  test("what cannot be a range or list is refused", () => {
    assert.throws(() => choice([]), isInput(/at least one value/));
    assert.throws(() => choice([Number.NaN]), isInput(/choice values\[0\]/));
    assert.throws(() => uniform(2, 1), isInput(/uniform to: expected a number above 2/));
    assert.throws(() => logUniform(0, 1), isInput(/above 0/));
    assert.throws(() => integer(1, 2.5), isInput(/integer to/));
  });
});

describe("rungs", () => {
  test("by hand", () => {
    assert.deepEqual(rungsOf(27, 20), [
      { epochs: 2, trials: 27 },
      { epochs: 6, trials: 9 },
      { epochs: 20, trials: 3 },
    ]);
    assert.deepEqual(rungsOf(1, 20), [{ epochs: 20, trials: 1 }]);
    assert.deepEqual(rungsOf(4, 20), [
      { epochs: 6, trials: 4 },
      { epochs: 20, trials: 1 },
    ]);
    assert.deepEqual(rungsOf(100, 2), [{ epochs: 2, trials: 100 }]);
    assert.deepEqual(
      rungsOf(243, 243).map(({ epochs }) => epochs),
      [1, 3, 9, 27, 81, 243],
    );
    assert.equal(goingOn(2), 1);
  });

  test("the lowest loss so far counts, of what did not diverge", () => {
    const history = [{ valLoss: 0.5 }, { valLoss: 0.3 }, { valLoss: 0.4 }, { valLoss: 0.1 }];
    const record: TrialRecord = { history, stopped: null, diverged: null };
    assert.deepEqual(bestOf(record, 3), { valLoss: 0.3, epoch: 2 });
    assert.deepEqual(bestOf(record), { valLoss: 0.1, epoch: 4 });
    assert.equal(bestOf({ ...record, diverged: "the loss became NaN" }), null);
  });
});

describe("a search", () => {
  test("halves, and its winner is what straight training gives, byte for byte", async () => {
    const corpus = await data();
    const done: [number, number][] = [];
    const { trials, rungs, best, classifier, ended } = await tune(corpus, {
      ...small,
      onTrial: ({ number }, rung) => done.push([rung, number]),
    });
    assert.equal(ended, null);
    assert.deepEqual(
      rungs.map(({ epochs }) => epochs),
      [1, 3, 9],
    );
    const counts = rungs.map((_, k) => done.filter(([rung]) => rung === k).length);
    assert.deepEqual(counts, [9, 3, 1]);
    assert.equal(best!.valLoss, Math.min(...trials.map(({ valLoss }) => valLoss!)));
    const straight = await TextClassifier.train(corpus, {
      ...optionsOf(best!.settings),
      epochs: best!.history.length,
      seed: 4,
    });
    assert.deepEqual(await classifier!.toBytes(), await straight.toBytes());
  });

  test("goes on from what is on record without training it again", async () => {
    const corpus = await data();
    const states = new Map();
    const recorded = new Map<number, TrialRecord>();
    const store: TuneOptions["store"] = {
      read: (trial) => states.get(trial) ?? null,
      keep(trial, state, record) {
        states.set(trial, state);
        recorded.set(trial, record);
      },
    };
    const controller = new AbortController();
    let done = 0;
    const onTrial = () => {
      if (++done === 5) controller.abort();
    };
    const first = await tune(corpus, { ...small, store, onTrial, signal: controller.signal });
    assert.equal(first.ended, "interrupted");
    assert.equal(first.trials.length, 5);
    assert.ok(first.classifier);
    let trained = 0;
    const counting = (settings: Settings) => {
      trained++;
      return optionsOf(settings);
    };
    const second = await tune(corpus, { ...small, store, recorded, optionsOf: counting });
    const whole = await tune(corpus, small);
    assert.deepEqual(second.trials, whole.trials);
    assert.deepEqual(await second.classifier!.toBytes(), await whole.classifier!.toBytes());
    // Four of the first rung, three and one after it, and the winner's classifier; a rung that had stopped trains none.
    assert.ok(trained <= 9 && trained >= 5, String(trained));
    const third = await tune(corpus, { ...small, store, recorded });
    assert.deepEqual(third.trials, whole.trials);
  });

  test("a budget leaves each rung its share, and cuts off what runs at its end", async () => {
    const corpus = await data();
    let time = 0;
    const done: number[] = [];
    const { trials, ended, best } = await tune(corpus, {
      ...small,
      budget: 9,
      now: () => time,
      onTrial(_, rung) {
        done.push(rung);
        time += 1000;
      },
    });
    assert.equal(ended, "budget");
    // Three of nine begin in the first third; one of them goes on, and again.
    assert.deepEqual(done, [0, 0, 0, 1, 2]);
    assert.equal(trials.length, 3);
    assert.ok(best);
    let ticks = 0;
    const cut = await tune(corpus, { ...small, budget: 0.02, now: () => ticks++ });
    assert.equal(cut.ended, "budget");
    assert.ok(cut.trials.length < 9);
  });

  test("settings are trained with and told of without those that have no effect", async () => {
    const asked: Settings[] = [];
    const heeded = ({ batchSize }: Settings): Settings => ({ batchSize: batchSize! });
    const { trials } = await tune(await data(), {
      ...{ ...small, epochs: 1, heeded },
      optionsOf(settings) {
        asked.push(settings);
        return optionsOf({ ...settings, learningRate: 0.01 });
      },
    });
    assert.equal(trials.length, 3);
    for (const settings of [...asked, ...trials.map((trial) => trial.settings)]) {
      assert.deepEqual(Object.keys(settings), ["batchSize"]);
    }
  });

  test("what diverges is out", async () => {
    const wild = (settings: Settings): TrainOptions => ({
      ...optionsOf(settings),
      ...(settings["batchSize"] === 4 ? { optimizer: optimizers.sgd({ learningRate: 1e38 }) } : {}),
    });
    const { trials, best } = await tune(await data(), { ...small, optionsOf: wild });
    const broken = trials.filter(({ settings }) => settings["batchSize"] === 4);
    assert.ok(broken.length > 0);
    for (const { diverged, valLoss } of broken) {
      assert.match(diverged!, /loss became|weights became/);
      assert.equal(valLoss, null);
    }
    assert.notEqual(best!.settings["batchSize"], 4);
  });

  test("what cannot be tuned is refused", async () => {
    const corpus = await data();
    const with_ = (options: TrainOptions) => tune(corpus, { ...small, optionsOf: () => options });
    await assert.rejects(with_({ model: "auto" }), isInput(/a network to tune.*\(trial 1: /));
    await assert.rejects(with_({ model: "rnn", validationSplit: 0 }), isInput(/a share above 0/));
    await assert.rejects(with_({ model: "rn" }), isInput(/Did you mean/));
    await assert.rejects(tune(corpus, { ...small, heeded: 3 as never }), isInput(/tune heeded/));
    await assert.rejects(tune(corpus, { ...small, heeded: () => 3 as never }), isInput(/what heeded gave/));
    await assert.rejects(tune(corpus, { ...small, trials: 0 }), isInput(/tune trials/));
    await assert.rejects(tune(corpus, { ...small, space: { a: 3 as never } }), isInput(/tune space a/));
  });
});
