/** The wide member by its parts: folds, recipes, measures, and what is left out of a file that may not be large. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { Long } from "../../src/base/progress.js";
import { encoderOf, networkOf } from "../../src/classifier/auto/assemble.js";
import { foldsOf } from "../../src/classifier/auto/folds.js";
import { measured } from "../../src/classifier/auto/held-out.js";
import type { WideData } from "../../src/classifier/auto/material.js";
import { largest } from "../../src/classifier/auto/pruning.js";
import { recipesFor } from "../../src/classifier/auto/recipes.js";
import { rounded } from "../../src/classifier/auto/rounding.js";
import {
  classCounts,
  fitScorer,
  type Labelled,
  type ScorerRules,
  scoresOf,
} from "../../src/classifier/auto/scorers.js";
import { Steps } from "../../src/classifier/auto/steps.js";
import { trainWide } from "../../src/classifier/auto/wide.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { TextClassifier } from "../../src/index.js";
import { softmaxOf } from "../../src/objectives/temperature.js";
import { BLOCKS } from "../../src/tokens/ngrams.js";
import { featureRows, pick, select } from "../../src/tokens/sparse-texts.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

const classesOf = (rows: number, labels: number) =>
  Int32Array.from({ length: rows }, (_, r) => (r * r + r) % labels);

describe("folds", () => {
  for (const [rows, labels] of [
    [10, 2],
    [39, 3],
    [60, 3],
    [1000, 7],
    [10_000, 2],
  ] as const) {
    test(`${rows} rows of ${labels} labels: each is judged once, by a fit to the others, each label spread evenly`, () => {
      const classes = Int32Array.from({ length: rows }, (_, r) => r % labels);
      const folds = foldsOf(classes, labels, 3);
      if (rows > 10 * labels) assert.equal(folds.length, rows < 40 ? 10 : 5);
      const judged = folds.flatMap(({ judge }) => [...judge]).sort((a, b) => a - b);
      assert.deepEqual(judged, [...classes.keys()]);
      for (const { fit, judge } of folds) {
        assert.deepEqual(
          [...fit, ...judge].sort((a, b) => a - b),
          [...classes.keys()],
        );
        for (let k = 0; k < labels; k++) {
          const share = judge.filter((row) => classes[row] === k).length;
          assert.ok(Math.abs(share - rows / labels / folds.length) <= 1, `${share}`);
        }
      }
    });
  }

  test("of many rows at most 5,000 are judged, once, and the rest is fitted to", () => {
    for (const rows of [10_001, 60_000]) {
      const classes = classesOf(rows, 3);
      const folds = foldsOf(classes, 3, 1);
      assert.equal(folds.length, 1);
      const [{ fit, judge }] = folds as [(typeof folds)[number]];
      assert.equal(fit.length + judge.length, rows);
      const wanted = Math.min(rows / 5, 5000);
      assert.ok(Math.abs(judge.length - wanted) < 0.06 * wanted, `${judge.length}`);
      assert.ok(!fit.some((row) => judge.includes(row)));
    }
  });

  test("follow from the seed; a label of one row is in one", () => {
    const classes = Int32Array.from({ length: 50 }, (_, r) => (r === 7 ? 1 : 0));
    assert.deepEqual(foldsOf(classes, 2, 4), foldsOf(classes, 2, 4));
    assert.notDeepEqual(foldsOf(classes, 2, 4), foldsOf(classes, 2, 5));
    assert.equal(foldsOf(classes, 2, 4).filter(({ judge }) => judge.includes(7)).length, 1);
  });
});

test("accuracy, and the mean of recalls over the labels that there are", () => {
  const scores = [
    [3, 0, 3, 0],
    [1, 1, 1, 1],
    [0, 3, 0, 0],
    [0, 0, 0, 0],
  ];
  const { accuracy, macroRecall, logLoss } = atOnce(measured(scores, Int32Array.of(0, 2, 1, 1)));
  assert.equal(accuracy, 3 / 4);
  assert.ok(Math.abs(macroRecall - (1 + 1 + 0.5) / 3) < 1e-12);
  assert.ok(logLoss > 0 && logLoss < Math.log(4));
  assert.equal(
    atOnce(
      measured(
        [
          [1, 1],
          [1, 1],
        ],
        Int32Array.of(0, 1),
      ),
    ).accuracy,
    0.5,
  );
});

describe("recipes", () => {
  const names = (rows: number, long: boolean, labels: number) =>
    recipesFor(rows, long, classesOf(rows, labels), labels).map(({ name }) => name);

  test("follow from rows, lengths and labels", () => {
    const few = "words, n-grams and class centres";
    const more = "words and n-grams";
    const asked = (name: string) => `${name}, heads and patterns`;
    assert.deepEqual(names(60, false, 2), [few]);
    assert.deepEqual(names(60, false, 3), [asked(few)]);
    assert.deepEqual(names(250, false, 2), [few, asked(few)]);
    assert.deepEqual(names(400, false, 2), [few, more, asked(few), asked(more)]);
    assert.deepEqual(names(5000, false, 2), [more, asked(more)]);
    assert.deepEqual(names(60, true, 2), [few]);
    assert.deepEqual(names(5000, true, 2), ["n-grams of words and beginnings"]);
  });

  test("balance where rows or a label are few", () => {
    const rules = (rows: number, classes: Int32Array, labels: number) =>
      recipesFor(rows, false, classes, labels)[0]!.members.map(({ rules }) => rules);
    const even = (rows: number) => Int32Array.from({ length: rows }, (_, r) => r % 2);
    assert.ok(rules(299, even(299), 2).every(({ balance }) => balance === 1));
    assert.ok(rules(300, even(300), 2).every(({ balance }) => balance === 0.5));
    const rare = Int32Array.from({ length: 2000 }, (_, r) => (r % 25 === 0 ? 1 : 0));
    assert.ok(rules(2000, rare, 2).every(({ balance }) => balance === 1));
  });

  test("of many labels and rows words alone are tried first", () => {
    const names = (rows: number, labels: number, long = false) => {
      const classes = Int32Array.from({ length: rows }, (_, r) => r % labels);
      return recipesFor(rows, long, classes, labels).map(({ name }) => name);
    };
    const [alone, more] = ["words and pairs of them", "words and n-grams"];
    assert.deepEqual(names(2000, 20), [more, `${more}, heads and patterns`]);
    assert.deepEqual(names(2000, 21), [alone, more, `${more}, heads and patterns`]);
    assert.ok(!names(1000, 21).includes(alone));
    assert.deepEqual(names(2000, 21, true), [alone, "n-grams of words and beginnings"]);
    assert.deepEqual(names(2000, 201), [alone]);
    assert.deepEqual(names(600, 201), [alone]);
  });
});

test("the largest of values, of equal ones the first", () => {
  const kept = (most: number) => [...atOnce(largest(Float32Array.of(3, 1, 2, 2, 0, 2), most))];
  assert.deepEqual(kept(0), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(kept(1), [1, 0, 0, 0, 0, 0]);
  assert.deepEqual(kept(3), [1, 0, 1, 1, 0, 0]);
  assert.deepEqual(kept(5), [1, 1, 1, 1, 0, 1]);
  assert.deepEqual([kept(6), kept(9)], [Array(6).fill(1), Array(6).fill(1)]);
});

test("hundreds of labels are learned from in little memory", async () => {
  const rows = Array.from({ length: 630 }, (_, i) => ({
    text: `tell me of subject${i % 210} ${["now", "today", "soon"][Math.floor(i / 210)]}`,
    label: `label ${i % 210}`,
  }));
  const classifier = await TextClassifier.train(rows, { engine: "wasm" });
  const { picked, useful } = classifier.training!.auto!;
  assert.ok(picked.startsWith("words and pairs of them") && useful, picked);
  const right = rows.filter(({ text, label }) => classifier.predict(text).label === label).length;
  assert.ok(right > 620, `${right}`);
  classifier.model.dispose();
});

test("weights are rounded to 255 numbers, each within a few per cent, with two bytes of nothing", () => {
  const found = new Set<number>();
  for (let k = -5000; k <= 5000; k++) {
    const value = k / 5000;
    const near = rounded(value);
    found.add(near);
    assert.equal(new Uint32Array(Float32Array.of(near).buffer)[0]! & 0xffff, 0);
    // Neighbours are 2 √v / 127 + 1 / 127² apart, and float32 less two bytes keeps seven bits.
    const most = Math.sqrt(Math.abs(value)) / 127 + 1 / 127 ** 2 + Math.abs(value) / 128;
    assert.ok(Math.abs(near - value) <= most, `${value}: ${near}`);
    assert.equal(near, -rounded(-value));
  }
  assert.ok(found.size <= 255 && found.size > 240, `${found.size}`);
  assert.deepEqual([rounded(1), rounded(-1), rounded(0), rounded(2)], [1, -1, 0, 1]);
});

const TEXTS = Array.from({ length: 48 }, (_, r) => {
  const own = [
    ["rain", "snow", "wind"],
    ["song", "tune", "band"],
    ["egg", "milk", "bread"],
  ][r % 3]!;
  return `the ${own[r % 2]} and ${own[(r >> 1) % 3]} of ${["monday", "tuesday", "friday", "may"][r % 4]}`;
});

function material(labels: 2 | 3): { data: WideData; labelled: Labelled } {
  const texts = new TokenizedTexts({ frontEnd: "lexer" });
  const rows: number[] = [];
  for (const [r, text] of TEXTS.entries()) if (r % 3 < labels) rows.push(texts.add(text));
  const classes = Int32Array.from(rows, (_, i) => i % labels);
  const rules = { blocks: ["w1", "w2", "c2", "c3"], marks: true, functionWords: [] } as const;
  const data = atOnce(featureRows(texts, rows, rules));
  return {
    data: { texts, rows: Uint32Array.from(rows), classes, labels },
    labelled: { data, classes, labels },
  };
}

const STEPS = new Steps(new Long({}, "train"));
const SOLVING = { epochs: 40, tolerance: 0.001, seed: 1, turns: STEPS };
const engine = () => new ReferenceEngine();

describe("members", () => {
  const MEMBERS: Record<string, ScorerRules> = {
    margin: { method: "margin", blocks: [["w1", "w2"]], cost: 1, smoothing: 1, balance: 1 },
    ratio: { method: "ratio", blocks: [["w1", "c3"]], cost: 0.5, smoothing: 0.3, balance: 0.5 },
    mean: {
      method: "mean",
      blocks: [
        ["w1", "w2"],
        ["c2", "c3"],
      ],
      cost: 1,
      smoothing: 1,
      balance: 1,
    },
  };

  for (const [name, rules] of Object.entries(MEMBERS)) {
    for (const labels of [2, 3] as const) {
      test(`${name}, ${labels} labels: rows of a class score higher, features of other blocks count nothing`, async () => {
        const { labelled } = material(labels);
        const scorer = await fitScorer(labelled, rules, engine, SOLVING);
        const scores = atOnce(scoresOf(scorer, labelled.data, atOnce(classCounts(labelled))));
        assert.equal(scores.length, labels === 2 ? 1 : 3);
        for (let row = 0; row < labelled.data.rows; row++) {
          const own = labels === 2 ? [-scores[0]![row]!, scores[0]![row]!] : scores.map((each) => each[row]!);
          assert.equal(own.indexOf(Math.max(...own)), labelled.classes[row]);
        }
        const used = rules.blocks.flat();
        for (const { columns, scale } of scorer.groups) {
          for (const column of columns) {
            for (const [j, weight] of column.entries()) {
              const block = ["w1", "w2", "", "c2", "c3"][labelled.data.blocks[j]!] as "w1";
              if (!scale.blocks.includes(block)) assert.equal(weight, 0);
            }
          }
        }
        assert.ok(used.length > 1);
      });
    }
  }

  test("means are cosines: of a row with its class's rows, by hand", async () => {
    const { labelled } = material(3);
    const rules = { ...MEMBERS["mean"]!, blocks: [["w1"]] } as ScorerRules;
    const scorer = await fitScorer(labelled, rules, engine, SOLVING);
    const counts = atOnce(classCounts(labelled));
    const scores = atOnce(scoresOf(scorer, labelled.data, counts));
    const { data, classes } = labelled;
    const idf = (j: number) => {
      const df = [0, 1, 2].reduce((sum, k) => sum + counts.counts[3 * j + k]!, 0);
      return data.blocks[j] === 0 ? Math.log((1 + data.rows) / (1 + df)) + 1 : 0;
    };
    const rowOf = (i: number) =>
      new Map([...data.ids.subarray(data.starts[i], data.starts[i + 1])].map((j) => [j, idf(j)]));
    const rows = Array.from({ length: data.rows }, (_, i) => rowOf(i));
    const length = (row: Map<number, number>) =>
      Math.sqrt([...row.values()].reduce((sum, v) => sum + v * v, 0));
    const cosine = (a: Map<number, number>, b: Map<number, number>) =>
      [...a].reduce((sum, [j, v]) => sum + v * (b.get(j) ?? 0), 0) / length(a) / length(b);
    for (const [k, column] of scores.entries()) {
      const own = rows.filter((_, i) => classes[i] === k);
      const wanted = own.reduce((sum, row) => sum + cosine(rows[5]!, row), 0) / own.length;
      assert.ok(Math.abs(column[5]! - wanted) < 1e-5);
    }
  });

  test("balance makes a rare class's errors count as much as all others'", async () => {
    const { data } = material(2).labelled;
    const classes = Int32Array.from({ length: data.rows }, (_, i) => (i % 8 === 1 ? 1 : 0));
    const labelled: Labelled = { data, classes, labels: 2 };
    const [even, balanced] = await Promise.all(
      [0, 1].map(async (balance) => {
        const rules = { ...MEMBERS["margin"]!, balance };
        const scorer = await fitScorer(labelled, rules, engine, SOLVING);
        return (
          atOnce(scoresOf(scorer, data, atOnce(classCounts(labelled))))[0]!.reduce(
            (sum, score) => sum + score,
            0,
          ) / data.rows
        );
      }),
    );
    assert.ok(balanced! > even! + 0.1, `${balanced} and ${even}`);
  });

  test("n-grams of a block of which none is known do not count in a row's length: a reader does not look at them", async () => {
    const { labelled } = material(2);
    const pairs = BLOCKS.indexOf("w2");
    const kept = Uint8Array.from(labelled.data.blocks, (block) => (block === pairs ? 0 : 1));
    const words = { ...labelled, data: atOnce(select(labelled.data, kept)) };
    const both = await fitScorer(words, MEMBERS["margin"]!, engine, SOLVING);
    const alone = await fitScorer(words, { ...MEMBERS["margin"]!, blocks: [["w1"]] }, engine, SOLVING);
    assert.deepEqual(both.groups, alone.groups);
    assert.deepEqual(both.groups[0]!.scale.blocks, ["w1"]);
  });

  test("rows that were not fitted to are scored by the fit's counts, not their own", async () => {
    const { labelled } = material(3);
    const counts = atOnce(classCounts(labelled));
    const scorer = await fitScorer(labelled, MEMBERS["ratio"]!, engine, SOLVING);
    const all = atOnce(scoresOf(scorer, labelled.data, counts));
    const some = atOnce(scoresOf(scorer, atOnce(pick(labelled.data, [4, 9])), counts));
    for (const [k, column] of some.entries()) assert.deepEqual([...column], [all[k]![4]!, all[k]![9]!]);
  });
});

describe("trained whole", () => {
  const train = (labels: 2 | 3, featureBytes?: number) =>
    trainWide(material(labels).data, {
      seed: 1,
      engine,
      steps: STEPS,
      ...(featureBytes === undefined ? {} : { featureBytes }),
    });

  test("of many labels as many n-grams are kept as answers ask for, and what is kept is what is judged", async () => {
    const texts = new TokenizedTexts({ frontEnd: "lexer" });
    const classes = Int32Array.from({ length: 240 }, (_, row) => row % 40);
    // A label's six texts have each two of three words of its own.
    const word = (k: number, n: number) =>
      `${"xyz"[n % 3]}${String.fromCharCode(97 + (k % 20))}${k < 20 ? "m" : "n"}`;
    for (const [row, k] of classes.entries()) {
      const n = Math.floor(row / 40);
      texts.add(`${word(k, n)} and ${word(k, n + 1)}`);
    }
    const data = { texts, rows: Uint32Array.from(classes.keys()), classes, labels: 40 };
    const options = { seed: 1, engine, steps: STEPS };
    const all = await trainWide(data, options);
    assert.equal(all.kept, null);
    assert.ok(all.picked.accuracy > 0.9, `${all.picked.accuracy}`);
    const bound = all.bytesOfFeature * 30;
    const small = await trainWide(data, { ...options, featureBytes: bound });
    assert.ok(small.data.features > 60 && small.data.features < all.data.features, `${small.data.features}`);
    assert.ok(small.kept!.accuracy >= small.picked.accuracy - 0.01, `${small.kept!.accuracy}`);
    const { accuracy } = atOnce(measured(small.heldOut.scores, small.heldOut.classes));
    assert.equal(accuracy, small.kept!.accuracy);
    // What 30 of them would answer, which the bound alone would have kept.
    const { accuracy: few } = await all.judgedKeeping(30);
    assert.ok(few < small.kept!.accuracy - 0.1, `${few}`);
  });

  for (const labels of [2, 3] as const) {
    test(`${labels} labels: features come in the order of blocks and hashes, which files list them in`, async () => {
      const { data, heldOut, members, factor, picked, trials } = await train(labels);
      for (let j = 1; j < data.features; j++) {
        const [a, b] = [j - 1, j].map((f) => data.blocks[f]! * 2 ** 32 + data.hashes[f]!);
        assert.ok(a! < b!);
      }
      assert.equal(heldOut.scores.length, labels);
      assert.equal(heldOut.rows.length, data.rows);
      assert.ok(members.every(({ deviation }) => deviation > 0) && factor > 0 && trials.includes(picked));
    });

    test(`${labels} labels: few bytes keep the n-grams that decide most, and answer as well`, async () => {
      const whole = await train(labels);
      const small = await train(labels, 600);
      const groups = small.members.reduce((sum, { scorer }) => sum + scorer.groups.length, 0);
      // 3.5 bytes a feature, and 1.2 for each of its columns.
      const most = Math.floor(600 / (3.5 + 1.2 * groups * (labels === 2 ? 1 : 3)));
      assert.equal(small.data.features, most);
      assert.ok(whole.data.features > 2 * most);
      const network = atOnce(networkOf(small, null, { engine: "reference" }));
      assert.equal(network.layers.find(({ name }) => name === "ngram_weights")?.kind.className, "Embedding");
      const kept = new Set(small.data.hashes);
      assert.ok([...kept].every((hash) => whole.data.hashes.includes(hash)));
      for (const { scorer } of small.members) {
        for (const column of atOnce(scoresOf(scorer, small.data, atOnce(classCounts(small.labelled))))) {
          assert.ok(column.every((score) => Number.isFinite(score)));
        }
      }
      network.dispose();
    });
  }

  for (const labels of [2, 3] as const) {
    test(`${labels} labels: the network answers with the softmax of the mixture, weights rounded`, async () => {
      const { data: given } = material(labels);
      const wide = await train(labels);
      const { members, factor, labelled, data } = wide;
      const mixture = Array.from({ length: labels }, () => new Float64Array(data.rows));
      for (const { scorer, weight, deviation } of members) {
        const columns = atOnce(scoresOf(scorer, data, atOnce(classCounts(labelled))));
        for (let row = 0; row < data.rows; row++) {
          const own =
            labels === 2 ? [-columns[0]![row]!, columns[0]![row]!] : columns.map((each) => each[row]!);
          for (const [k, score] of own.entries()) mixture[k]![row]! += (weight * score) / deviation;
        }
      }
      const wanted = softmaxOf(mixture, factor);
      const encoder = atOnce(encoderOf(wide, null, given.texts, given.rows));
      const network = atOnce(networkOf(wide, null, { engine: "reference" }));
      for (const { positions, inputs } of atOnce(encoder.encodeCorpus(given.texts, given.rows))) {
        const { data: outputs } = network.predictFlat([...inputs]);
        for (let row = 0; row < positions.length; row++) {
          const own = Array.from({ length: labels }, (_, k) => wanted[positions[row]! * labels + k]!);
          const got =
            labels === 2 ? [1 - outputs[row]!, outputs[row]!] : [...outputs.subarray(3 * row, 3 * row + 3)];
          const logits = (p: readonly number[]) => p.slice(1).map((value) => Math.log(value / p[0]!));
          const exact = logits(own);
          const most = 0.02 + 0.04 * Math.max(...exact.map(Math.abs));
          for (const [k, logit] of logits(got).entries()) assert.ok(Math.abs(logit - exact[k]!) < most);
        }
      }
      network.dispose();
    });
  }

  test("what the step throws ends it", async () => {
    const steps = new Steps(new Long({}, "train"), () => {
      throw new Error("no more");
    });
    await assert.rejects(trainWide(material(2).data, { seed: 1, engine, steps }), /no more/);
  });
});
