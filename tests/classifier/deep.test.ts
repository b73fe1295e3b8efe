/** Networks over words in order beside the n-grams: when they are tried, what is held out, and what the two say together. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, describe, test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { Long } from "../../src/base/progress.js";
import { encoderOf, networkOf } from "../../src/classifier/auto/assemble.js";
import {
  affordable,
  channelRowsOf,
  deepRecipe,
  deepScores,
  rulesFor,
  trainDeep,
} from "../../src/classifier/auto/deep.js";
import { centred, evenLogLoss, type HeldOut } from "../../src/classifier/auto/held-out.js";
import { type Judged, mix, partsToHoldOut } from "../../src/classifier/auto/mixture.js";
import { Steps } from "../../src/classifier/auto/steps.js";
import { trainWide } from "../../src/classifier/auto/wide.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { AbortedTraining, type LabelledText, TextClassifier, type TrainOptions } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { softmaxOf } from "../../src/objectives/temperature.js";
import type { EncodedBatch } from "../../src/tokens/row-encoder.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";
import { testedEngines } from "../contract/engines.js";
import { ordered } from "./automatic.js";

const missing = testedEngines().find(({ label }) => label.startsWith("native"))?.missing ?? false;
const engine = missing ? "wasm" : "native";

const made: TextClassifier[] = [];
after(() => {
  for (const { model } of made) model.dispose();
});
async function train(rows: LabelledText[], options: TrainOptions = {}): Promise<TextClassifier> {
  const classifier = await TextClassifier.train(rows, { engine, ...options });
  made.push(classifier);
  return classifier;
}

const autoOf = ({ training }: TextClassifier) => training!.auto!;

describe("where the order of words decides", () => {
  test("a network beside the n-grams answers more, and the record says so", async () => {
    const [low, medium] = [
      await train(ordered(500, 2), { effort: "low" }),
      await train(ordered(500, 2), { effort: "medium" }),
    ];
    assert.equal(autoOf(low).networks, null);
    assert.ok(!autoOf(low).members.some(({ name }) => name.includes("LSTM")));
    const { networks, members, picked, why, heldOut } = autoOf(medium);
    assert.equal(networks!.count, 1);
    assert.ok(networks!.share > 0);
    assert.deepEqual(
      members.filter((member) => member.picked).map(({ name }) => name),
      [picked],
    );
    assert.match(picked, /^n-grams and an LSTM both ways$/);
    assert.match(why, /Then, over words in order \(on 125 rows that neither had seen\)/);
    assert.equal(heldOut.rows, 125);
    const others = ordered(900, 2).slice(500);
    const [without, beside] = await Promise.all([low.evaluate(others), medium.evaluate(others)]);
    assert.ok(beside.accuracy > without.accuracy + 0.03, `${without.accuracy}, ${beside.accuracy}`);
    // What was said of rows held out is what others find, as nearly as 125 rows can tell.
    assert.ok(Math.abs(beside.accuracy - heldOut.accuracy) < 0.06, `${heldOut.accuracy}, ${beside.accuracy}`);
  });

  test("high effort trains three, and each has a part of its own to hold out", async () => {
    const { networks, members } = autoOf(await train(ordered(500, 2), { effort: "high" }));
    assert.equal(networks!.count, 3);
    assert.equal(members.at(-1)!.rows, 375);
  });

  test("convolutions for three labels", async () => {
    const { networks, picked } = autoOf(await train(ordered(600, 3)));
    assert.equal(networks!.count, 1);
    assert.match(picked, /^n-grams and convolutions$/);
  });
});

describe("no network is trained", () => {
  const steps = async (rows: LabelledText[], options: TrainOptions = {}) => {
    const told: string[] = [];
    const classifier = await train(rows, { ...options, onStep: (step) => told.push(step) });
    assert.equal(autoOf(classifier).networks, null);
    return told.some((step) => step.startsWith("learning"));
  };

  test("of fewer than 400 different texts, however often they stand", async () => {
    assert.equal(await steps(ordered(399, 2)), false);
    const rows = ordered(150, 2);
    assert.equal(await steps([...rows, ...rows, ...rows, ...rows]), false);
  });

  test("at low effort", async () => {
    assert.equal(await steps(ordered(500, 2), { effort: "low" }), false);
  });

  test("where n-grams get everything right", async () => {
    const rows = ordered(600, 2).map(({ text, label }) => ({ text: `${text} ${label}ish`, label }));
    assert.equal(await steps(rows), false);
  });

  test("where one of two labels is rare", async () => {
    const rows = [...ordered(900, 2).filter(({ label }) => label === "red"), ...ordered(40, 2).slice(1, 20)];
    assert.equal(await steps(rows.slice(0, 460)), false);
  });
});

describe("the same bits", () => {
  const digest = async (options: TrainOptions) => {
    const bytes = await (await train(ordered(450, 2), { seed: 4, ...options })).toBytes();
    return createHash("sha256").update(bytes).digest("hex");
  };

  test("on one thread and two, and of another seed others", async () => {
    const one = await digest({ threads: 1 });
    assert.equal(await digest({ threads: 2 }), one);
    assert.notEqual(await digest({ threads: 1, seed: 5 }), one);
  });
});

test("training that is ended while a network learns leaves nothing", async () => {
  const controller = new AbortController();
  const onStep = (step: string) => {
    if (step.startsWith("learning")) controller.abort();
  };
  await assert.rejects(train(ordered(500, 2), { signal: controller.signal, onStep }), AbortedTraining);
});

test("saved and loaded, it answers the same, alone and in company", async () => {
  const classifier = await train(ordered(500, 2));
  const texts = [
    ...ordered(520, 2)
      .slice(500)
      .map(({ text }) => text),
    "",
    "zqx",
    "red ".repeat(300),
  ];
  const loaded = await TextClassifier.load(await classifier.toBytes(), { engine });
  made.push(loaded);
  assert.deepEqual(loaded.predictMany(texts), classifier.predictMany(texts));
  assert.deepEqual(
    texts.map((text) => loaded.predict(text)),
    loaded.predictMany(texts),
  );
  assert.deepEqual(loaded.training, JSON.parse(JSON.stringify(classifier.training)));
  assert.deepEqual(await loaded.predictManyAsync(texts), loaded.predictMany(texts));
});

describe("rows to hold out", () => {
  const judgedOf = (rows: number, texts = rows): HeldOut => ({
    rows: Uint32Array.from({ length: rows }, (_, i) => 2 * i),
    classes: Int32Array.from({ length: rows }, (_, i) => i % 2),
    scores: [],
    texts,
  });

  test("no row twice, a text's rows together, a tenth but at least 500 where there are so many", () => {
    for (const [rows, each] of [
      [500, 125],
      [1600, 400],
      [4000, 500],
      [8000, 800],
    ] as const) {
      const parts = partsToHoldOut(rows, judgedOf(rows), 2, 1, (row) => row);
      assert.deepEqual(
        parts.map(({ length }) => length),
        [each, each],
      );
      assert.equal(new Set(parts.flatMap((part) => [...part])).size, 2 * each);
    }
    // Each text stands four times, in rows of both classes.
    const [part] = partsToHoldOut(4000, judgedOf(4000, 1000), 1, 1, (row) => row >> 3) as [Uint32Array];
    const texts = new Set(Array.from(part, (place) => (2 * place) >> 3));
    assert.equal(part.length, 4 * texts.size);
    assert.deepEqual(
      partsToHoldOut(1500, judgedOf(1500, 375), 1, 1, (row) => row >> 3),
      [],
    );
    // Groups of four texts each are whole, too, and there are texts enough however few the groups.
    const [grouped] = partsToHoldOut(1600, judgedOf(1600), 1, 1, (row) => row >> 3) as [Uint32Array];
    assert.equal(grouped.length, 400);
    assert.equal(new Set(Array.from(grouped, (place) => (2 * place) >> 3)).size, 100);
  });
});

describe("what can be afforded", () => {
  const recipe = deepRecipe(false, 2);

  test("more rounds of few rows, fewer networks and then fewer rounds of many, then none", () => {
    assert.equal(affordable(recipe, 500, 10, "medium")!.recipe.epochs, 16);
    assert.equal(affordable(recipe, 8000, 20, "medium")!.recipe.epochs, recipe.epochs);
    assert.equal(affordable(recipe, 8000, 20, "medium")!.networks, 1);
    assert.equal(affordable(recipe, 8000, 20, "high")!.networks, 3);
    const plans = [1e5, 2e5, 4e5, 8e5, 2e6].map((rows) => affordable(recipe, rows, 20, "high"));
    const spent = plans.map((plan) => (plan ? plan.networks * plan.recipe.epochs : 0));
    assert.deepEqual(
      spent,
      [...spent].sort((a, b) => b - a),
    );
    assert.equal(plans.at(-1), null);
  });
});

test("labels of chance get no large share", async () => {
  const random = new Random(7, 52);
  const rows = ordered(480, 2).map(({ text }, row) => ({
    text,
    label: random.uniform(row) < 0.5 ? "x" : "y",
  }));
  for (const seed of [1, 2, 3]) {
    const { networks, why } = autoOf(await train(rows, { seed }));
    assert.ok(networks === null || networks.share <= 0.4);
    assert.doesNotMatch(why, /order of words decides/);
  }
});

test("a loss that is even over labels sees a rare one forgotten", () => {
  const classes = Int32Array.from({ length: 200 }, (_, i) => (i < 10 ? 1 : 0));
  const scored = (rare: number, common: number) => {
    const second = Float64Array.from(classes, (k) => (k === 1 ? rare : common));
    return [second.map((score) => -score), second];
  };
  assert.ok(atOnce(evenLogLoss(scored(2, -2), classes)) < atOnce(evenLogLoss(scored(-0.5, -3), classes)));
});

describe("two members in one network", () => {
  test("it answers what their scores come to, each at a deviation of 1", async () => {
    for (const labels of [2, 3] as const) {
      const given = ordered(420, labels);
      const texts = new TokenizedTexts({ frontEnd: "lexer" });
      for (const { text } of given) texts.add(text);
      const rows = Uint32Array.from(given.keys());
      const names = [...new Set(given.map(({ label }) => label))];
      const classes = Int32Array.from(given, ({ label }) => names.indexOf(label));
      const data = { texts, rows, classes, labels };
      const steps = new Steps(new Long({}, "train"));
      const wide = await trainWide(data, { seed: 1, engine: () => new ReferenceEngine(), steps });
      const recipe = {
        ...deepRecipe(false, labels),
        epochs: 1,
        units: labels === 2 ? 6 : 0,
        filters: labels === 2 ? 0 : 5,
      };
      const channels = atOnce(rulesFor(recipe, texts, rows, false));
      const judged: Judged[] = [];
      for (const [number, places] of partsToHoldOut(420, wide.heldOut, 2, 1, (row) => row).entries()) {
        const deep = await trainDeep(data, recipe, channels, {
          ...{ seed: 1, number, steps, engine: "wasm" },
          onStep: () => {},
        });
        const held = places.map((place) => wide.heldOut.rows[place]!);
        const columns = atOnce(deepScores(deep, atOnce(channelRowsOf(texts, held, channels))));
        judged.push({ deep, places, columns, wide: await wide.scoresWithout(places) });
      }
      const mixture = { ...atOnce(mix(wide, judged, 420, labels, (row) => row)), share: 0.4 };
      const model = atOnce(networkOf(wide, { mixture, channels }, { engine: "wasm" }));
      const first = rows.slice(0, 30);
      const [batch] = atOnce(atOnce(encoderOf(wide, channels, texts, rows)).encodeCorpus(texts, first)) as [
        EncodedBatch,
      ];
      const answers = model.predictFlat([...batch.inputs]);
      const at = Array.from(batch.positions, (position) => first[position]!);
      const places = at.map((row: number) => wide.heldOut.rows.indexOf(row));
      // n-grams fitted to all rows score otherwise than those that judged: they are taken from a network of n-grams alone.
      const [ngrams] = atOnce(atOnce(encoderOf(wide, null, texts, rows)).encodeCorpus(texts, first)) as [
        EncodedBatch,
      ];
      assert.deepEqual(ngrams.positions, batch.positions);
      assert.ok(places.every((place) => place >= 0));
      const alone = atOnce(networkOf({ ...wide, factor: 1 }, null, { engine: "wasm" }));
      const { data: own } = alone.predictFlat([...ngrams.inputs]);
      const count = at.length;
      const wideScores = centred(
        Array.from({ length: labels === 2 ? 1 : labels }, (_, k) =>
          Float64Array.from({ length: count }, (_, i) =>
            labels === 2 ? Math.log(own[i]! / (1 - own[i]!)) / 2 : Math.log(own[labels * i + k]!),
          ),
        ),
      );
      const deep = judged.map((one) =>
        centred(atOnce(deepScores(one.deep, atOnce(channelRowsOf(texts, at, channels))))),
      );
      const scores = Array.from({ length: labels }, (_, k) =>
        Float64Array.from({ length: count }, (_, i) => {
          const net = deep.reduce(
            (sum, each, n) => sum + each[k]![i]! / mixture.networks[n]!.deviation / 2,
            0,
          );
          return (0.6 * wideScores[k]![i]!) / mixture.wideDeviation + 0.4 * net;
        }),
      );
      const wanted = softmaxOf(scores, mixture.factor);
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < labels; k++) {
          const got = labels === 2 ? (k ? answers.data[i]! : 1 - answers.data[i]!) : answers.data[3 * i + k]!;
          assert.ok(
            Math.abs(got - wanted[i * labels + k]!) < 2e-4,
            `${labels} labels, row ${i}: ${got}, ${wanted[i * labels + k]}`,
          );
        }
      }
      for (const { deep: one } of judged) one.network.dispose();
      for (const each of [model, alone]) each.dispose();
    }
  });
});
