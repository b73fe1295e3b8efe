/** The functions over a data set, from outside: every kind of network, labels, ends before the end, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress } from "../../../src/base/progress.js";
import { ENGINES } from "../../../src/engines/engines.js";
import {
  ablateUnits,
  compareUnits,
  draw,
  findSpans,
  patternFeature,
  probeLayers,
  recordUnits,
  type StudyRows,
  surveyUnits,
  trace,
  WORD_FEATURES,
} from "../../../src/explain/index.js";
import {
  InputError,
  layers,
  MultiLabelClassifier,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../../src/index.js";
import { IdEncoder } from "../../../src/tokens/row-encoder.js";
import { Vectorizer } from "../../../src/tokens/vectorizer.js";
import { shake } from "../models.js";

const T = 7;
const network = (outputs: number, activation: "sigmoid" | "softmax" | "linear", seed = 4) =>
  shake(
    sequential([
      layers.embedding({ inputDim: 8, outputDim: 3, inputLength: T }),
      layers.gru({ units: 4, name: "memory" }),
      layers.dense({ units: outputs, activation }),
    ]),
    seed,
    1.2,
  );
const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, ["", ..."abcdefg"], { padding: "pre" });
const encoder = new IdEncoder(vectorizer, T);
const TEXTS = ["a b c d e", "c c a b g f e", "g", "d e f a b c", "b a", "zzz", "f f g", "a d"];
const LABELS = ["yes", "no", "yes", "no", "yes", "no", "other", "no"];
const labelled = TEXTS.map((text, k) => ({ text, label: LABELS[k]! }));
const parts = { encoder, training: null };
const classifier = new TextClassifier({
  ...{ ...parts, model: network(1, "sigmoid"), labels: ["no", "yes"], threshold: 0.3, reject: null },
});
const quick = { permutations: 19 };

async function all<T>(texts: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const text of texts) out.push(text);
  return out;
}

test("recordUnits: what the float64 trace says at every word; of ids the same, by words or by number", async () => {
  const recorded = await all(recordUnits(classifier, TEXTS));
  // zzz is no word of the vocabulary's.
  assert.deepEqual(
    recorded.map(({ row }) => row),
    [1, 2, 3, 4, 5, 7, 8],
  );
  const [{ signals, x, read, output, last, targets }] = recorded as [(typeof recorded)[number]];
  const {
    layers: [layer],
    output: outputs,
  } = trace(classifier.model, [...read.ids]);
  for (const [k, { t }] of read.tokens.entries()) {
    for (const [s, { part, unit }] of signals.entries()) {
      const step = layer!.steps.find((one) => one.t === t)!;
      const wanted = (part === "hidden" ? step.hidden : step.gates[part]!)[unit]!;
      assert.ok(Math.abs(x[k * signals.length + s]! - wanted) < 1e-5);
    }
  }
  assert.ok(Math.abs(output[0]! - outputs[0]!) < 1e-5);
  assert.deepEqual(last, x.slice(-signals.length));
  assert.equal(targets, null);
  const ids = recorded.map(({ read: { ids: row, tokens }, row: number }) => ({
    ...{ ids: [...row].slice(T - tokens.length), row: number },
  }));
  const { model } = classifier;
  for (const [asked, word] of [
    [{ model }, "#1"],
    [{ model, vectorizer }, "a"],
  ] as const) {
    const again = await all(recordUnits(asked, ids));
    assert.deepEqual(
      again.map((text) => text.x),
      recorded.map((text) => text.x),
    );
    assert.equal(again[0]!.read.tokens[0]!.word, word);
    assert.equal(
      again[0]!.text.slice(again[0]!.read.tokens[1]!.from).split(" ")[0],
      again[0]!.read.tokens[1]!.word,
    );
  }
});

test("what a network answers to is read by its kind: one label, several, an amount, none", async () => {
  const several = new MultiLabelClassifier({
    ...{ ...parts, model: network(3, "sigmoid"), labels: ["x", "y", "z"], thresholds: [0.5, 0.5, 0.5] },
  });
  const amounts = new TextRegressor({ ...parts, model: network(1, "linear") });
  const own = await ablateUnits(classifier, labelled);
  // Of another label, or without a word.
  assert.deepEqual([own.texts, own.leftOut, own.units, own.part], [6, 2, 4, "hidden"]);
  const known = labelled.filter(({ text, label }) => text !== "zzz" && label !== "other");
  const { logLoss: loss, accuracy } = await classifier.evaluate(known);
  assert.ok(Math.abs(own.loss - loss) < 1e-6 && own.accuracy === accuracy);
  const sets = TEXTS.map((text, k) => ({
    text,
    labels: k % 3 === 0 ? ["x", "z"] : k % 3 === 1 ? [] : ["y"],
  }));
  const ofSets = await ablateUnits(several, sets, { groups: "together" });
  const measured = await several.evaluate(sets.filter(({ text }) => text !== "zzz"));
  assert.ok(Math.abs(ofSets.loss - measured.logLoss) < 1e-6);
  assert.equal(ofSets.accuracy, null);
  const prices = TEXTS.map((text, k) => ({ text, value: k / 2 }));
  const ofAmounts = await ablateUnits(amounts, prices, { groups: [[0, 3], [1]] });
  const mistakes = await amounts.evaluate(prices.filter(({ text }) => text !== "zzz"));
  assert.ok(Math.abs(ofAmounts.loss - mistakes.meanSquaredError) < 1e-5 * mistakes.meanSquaredError);
  assert.deepEqual(ofAmounts.results.map(({ units }) => units!.length).sort(), [1, 2]);
  const targetsOf = async (...args: Parameters<typeof surveyUnits>) => {
    const { targets, targeted } = await surveyUnits(args[0], args[1], { ...quick, ...args[2] });
    return [targets, targeted];
  };
  assert.deepEqual(await targetsOf(classifier, labelled), [["no", "yes"], 6]);
  assert.deepEqual(await targetsOf(several, sets), [["x", "y", "z"], 7]);
  assert.deepEqual(await targetsOf(amounts, prices), [["amount"], 7]);
  assert.deepEqual(await targetsOf(amounts, TEXTS, { unlabelled: true }), [[], 0]);
  const alone = { model: classifier.model, vectorizer, labels: ["no", "yes"] };
  assert.deepEqual(await surveyUnits(alone, labelled, quick), await surveyUnits(classifier, labelled, quick));
  await assert.rejects(surveyUnits({ model: alone.model, vectorizer }, TEXTS), /labels of a network alone/);
  await assert.rejects(probeLayers(several, sets), /one label a text, or words/);
  // Labels that are equal numbers are one, as evaluate has it.
  const stars = { ...alone, labels: ["1", "2"] };
  const { texts } = await ablateUnits(stars, [
    { text: "a", label: "1.0" },
    { text: "b", label: "2" },
  ]);
  assert.equal(texts, 2);
});

test("labels must be given where they are asked for, and are taken where they are known", async () => {
  await assert.rejects(
    surveyUnits(classifier, TEXTS),
    /row 1: expected \{ text, label \} of strings.*unlabelled: true/,
  );
  await assert.rejects(
    surveyUnits(classifier, [labelled[0]!, { text: "a", lable: "no" } as never]),
    /surveyUnits row 2/,
  );
  const found = await findSpans(classifier, "a b c d e", [...labelled, "a b c d e"], {
    from: 1,
    to: 3,
    threshold: 0.05,
  });
  const labels = new Map(found.matches.map(({ row, label }) => [row, label]));
  assert.deepEqual([labels.get(1), labels.get(4), labels.get(9)], ["yes", "no", null]);
});

test("features of one's own are held against units; those that give something else are refused", async () => {
  const vowels = {
    ...{ name: "vowels", says: "holds a vowel", binary: true },
    of: ({ tokens }: { tokens: readonly { word: string }[] }) =>
      Float32Array.from(tokens, ({ word }) => (/[aeiou]/.test(word) ? 1 : 0)),
  };
  const own = await surveyUnits(classifier, labelled, { ...quick, features: [vowels] });
  const pattern = await surveyUnits(classifier, labelled, {
    ...quick,
    features: [patternFeature(/[AEIOU]/i)],
  });
  assert.equal(own.features.length, WORD_FEATURES.length + 1);
  const of = ({ associations }: typeof own, name: string) =>
    associations.filter((one) => one.name === name).map(({ name: _, ...one }) => one);
  assert.ok(of(own, "vowels").length > 0);
  assert.deepEqual(of(own, "vowels"), of(pattern, "pattern"));
  const twice = [vowels, vowels];
  await assert.rejects(surveyUnits(classifier, labelled, { features: twice }), /name: "vowels 2"/);
  await assert.rejects(
    ablateUnits(classifier, labelled, { units: [0] } as object),
    /received "units"\. Units are named in lists: groups:/,
  );
  const short = { ...vowels, of: () => new Float32Array(1) };
  await assert.rejects(
    surveyUnits(classifier, labelled, { features: [short] }),
    /5 numbers, 0 or 1, one a word/,
  );
  await assert.rejects(
    probeLayers(classifier, labelled, { words: "depth" }),
    /one of negation, quotes, digits/,
  );
});

/** Engines made and not disposed of while something runs. */
async function enginesLeft(act: () => Promise<unknown>): Promise<{ made: number; left: number }> {
  const { createSynchronous } = ENGINES;
  let [made, left] = [0, 0];
  ENGINES.createSynchronous = function (...args) {
    const engine = createSynchronous.apply(this, args);
    const dispose = engine.dispose.bind(engine);
    [made, left] = [made + 1, left + 1];
    engine.dispose = () => {
      left--;
      dispose();
    };
    return engine;
  };
  try {
    await act();
  } finally {
    ENGINES.createSynchronous = createSynchronous;
  }
  return { made, left };
}

test("a signal ends every one of them, and engines are disposed of; progress counts texts", async () => {
  const calls: Record<string, (texts: StudyRows, options: object) => Promise<unknown>> = {
    surveyUnits: (texts, options) => surveyUnits(classifier, texts, { ...quick, ...options }),
    findSpans: (texts, options) => findSpans(classifier, "a b", texts, { threshold: 0.01, ...options }),
    ablateUnits: (texts, options) => ablateUnits(classifier, texts, { value: "mean", ...options }),
    probeLayers: (texts, options) => probeLayers(classifier, texts, { words: "last", ...options }),
    compareUnits: (texts, options) => compareUnits(classifier, classifier, texts, options),
    recordUnits: (texts, options) => all(recordUnits(classifier, texts, options)),
  };
  for (const [name, call] of Object.entries(calls)) {
    const seen: string[] = [];
    const onProgress = ({ phase, done, total }: Progress) => seen.push(`${phase} ${done} of ${total}`);
    const done = await enginesLeft(() => call(labelled, { onProgress }));
    assert.deepEqual(
      done,
      { made: name === "ablateUnits" || name === "compareUnits" ? 2 : 1, left: 0 },
      name,
    );
    const once = [`reading 0 of ${labelled.length}`, `reading ${labelled.length} of ${labelled.length}`];
    const read = seen.filter((each) => each.startsWith("reading"));
    assert.deepEqual(read, name === "ablateUnits" ? [...once, ...once] : once, name);
    const stop = new AbortController();
    const stopping = {
      *[Symbol.iterator]() {
        for (const [k, text] of labelled.entries()) {
          if (k === 3) stop.abort();
          yield text;
        }
      },
    };
    const stopped = { signal: stop.signal };
    const ended = await enginesLeft(() =>
      assert.rejects(call(stopping, stopped), { name: "AbortError", message: `${name} was aborted` }),
    );
    assert.equal(ended.left, 0, name);
    const refused = await enginesLeft(() => assert.rejects(call([labelled[0]!, 5 as never], {}), InputError));
    assert.equal(refused.left, 0, name);
    await assert.rejects(call(labelled, { threads: 2 }), /an option among/);
  }
});

test("means are measured before they are held: what can be gone through once is refused", async () => {
  function* generated() {
    yield* labelled;
  }
  const once = {
    [Symbol.iterator]: (
      (rows) => () =>
        rows
    )(generated()),
  };
  for (const texts of [generated(), once]) {
    await assert.rejects(ablateUnits(classifier, texts, { value: "mean" }), /takes the texts twice/);
  }
  assert.equal((await ablateUnits(classifier, generated())).texts, 6);
});

test("two networks take their texts from one source, which is closed where they end early", async () => {
  let closed = 0;
  function* generated() {
    try {
      yield* TEXTS;
      throw new Error("the source failed");
    } finally {
      closed++;
    }
  }
  await assert.rejects(compareUnits(classifier, classifier, generated()), /the source failed/);
  const stop = new AbortController();
  function* stopping() {
    for (const text of generated()) {
      stop.abort();
      yield text;
    }
  }
  await assert.rejects(compareUnits(classifier, classifier, stopping(), { signal: stop.signal }), {
    name: "AbortError",
  });
  assert.equal(closed, 2);
});

test("the functions that draw pages take what those give", async () => {
  const pages = [
    draw.unitsPage(await surveyUnits(classifier, labelled, quick), "a.keras"),
    draw.findPage(await findSpans(classifier, "a b c", TEXTS, { threshold: 0.05 }), "a.keras"),
    draw.ablationPage(await ablateUnits(classifier, labelled), "a.keras"),
  ];
  for (const page of pages) assert.match(page, /^<!doctype html>[\s\S]*a\.keras/i);
  assert.throws(() => draw.unitsPage({} as never, "a"), /what surveyUnits gives/);
});

test("labels that the network does not know, or that are all one, are said", async () => {
  const with_ = (label: (k: number) => string) => TEXTS.map((text, k) => ({ text, label: label(k) }));
  const notes = async (rows: StudyRows) => (await surveyUnits(classifier, rows, quick)).notes.join(" ");
  assert.equal(await notes(with_((k) => (k % 2 ? "yes" : "no"))), "");
  assert.match(
    await notes(with_((k) => (k % 2 ? "Yes" : "No"))),
    /No text has a label of the model's \(no, yes\)/,
  );
  assert.match(await notes(with_(() => "yes")), /The texts' labels do not differ enough/);
  assert.match(await notes(labelled), /1 text of 7 without a label of the model's/);
});

test("what no network could be held at is refused: more than float32 holds, no unit, one twice, answers that are no numbers", async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(ablateUnits(classifier, labelled, options), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  await refused({ value: 1e39 }, /a number that float32 can hold/);
  await refused({ value: Number.POSITIVE_INFINITY }, /a number that float32 can hold/);
  await refused({ groups: [] }, /groups of units/);
  await refused({ groups: [[]] }, /at least one unit, and each once/);
  await refused({ groups: [[3, 3], [3]] }, /at least one unit, and each once/);
  // Both scores overflow: a softmax of ∞ and ∞.
  const model = network(2, "softmax");
  const weights = model.getWeights().map(({ data }) => data);
  model.setWeights([...weights.slice(0, -2), new Float32Array(8).fill(2), new Float32Array(2)]);
  const large = { model, vectorizer, length: T, labels: ["no", "yes"] };
  await assert.rejects(
    ablateUnits(large, labelled, { value: 3e38, groups: "together" }),
    /answers that are numbers/,
  );
});
