import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { embeddingPage } from "../../src/explain/draw/embedding-page.js";
import {
  type EmbeddingMap,
  effectsOf,
  embeddingMap,
  embeddingTsv,
  idOf,
  nearestWords,
  tellingWords,
  wordOutputs,
  wordTable,
} from "../../src/explain/embedding.js";
import { embeddingPicture, placedNames } from "../../src/explain/embedding-picture.js";
import { objectiveFor } from "../../src/explain/objective.js";
import { Probe } from "../../src/explain/probe.js";
import { layers, type Model, sequential } from "../../src/index.js";
import { apart, shake } from "./models.js";

const vocabulary = ["", "north", "south", "northern", "up", "tab\there"];
/** [V][F] one row a word; row 6 has no word. */
const vectors = [
  [0, 0, 0],
  [1, 0, 0],
  [-2, 0, 0],
  [3, 0.3, 0],
  [0, 5, 0],
  [1, 1, 1],
  [9, 0, 0],
];
const source = { vocabulary };

/** A model whose weights are set, so that every number below can be worked out by hand. */
function model(outputs = 1): Model {
  const made = sequential(
    [
      layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
      layers.simpleRNN({ units: 3, activation: "linear" }),
      layers.dense({ units: outputs, activation: outputs === 1 ? "sigmoid" : "softmax" }),
    ],
    { engine: "reference", seed: 2 },
  );
  const weights = made.getWeights();
  weights[0]!.data.set(vectors.flat());
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  weights[1]!.data.set(identity);
  weights[2]!.data.fill(0);
  weights[3]!.data.fill(0);
  weights[4]!.data.fill(0);
  // The output rises with the first number of the last word's vector.
  weights[4]!.data[outputs - 1] = 1;
  made.setWeights(weights);
  return made;
}

test("where no word moves the answer none is told, on the page as in words", async () => {
  const dead = model();
  const weights = dead.getWeights();
  weights[4]!.data.fill(0);
  dead.setWeights(weights);
  const table = wordTable(dead, source);
  const map = await embeddingMap(dead, table, { labels: ["a", "b"] });
  assert.deepEqual(tellingWords(map), []);
  const shown = (of: EmbeddingMap) => embeddingPage({ table, map: of, words: [] }, "dead");
  assert.match(shown(map), /No word alone moves the answer/);
  const alive = await embeddingMap(model(), table, { labels: ["a", "b"] });
  assert.doesNotMatch(shown(alive), /No word alone moves/);
});

describe("an Embedding's words", () => {
  const table = wordTable(model(), source);

  test("the table names its rows", () => {
    assert.equal(table.layer, "embedding");
    assert.deepEqual([table.size, table.width, table.named], [7, 3, 6]);
    assert.deepEqual(table.words, ["<padding>", "north", "south", "northern", "up", "tab\there", "#6"]);
    assert.deepEqual(wordTable(model()).words.slice(0, 2), ["#0", "#1"]);
  });

  test("neighbours are those at the smallest angle, without the word itself, padding and rows without a word", () => {
    const near = nearestWords(table, idOf(table, "north"), 10);
    assert.deepEqual(
      near.map(({ word }) => word),
      ["northern", "tab\there", "up", "south"],
    );
    assert.ok(Math.abs(near[0]!.similarity - 3 / Math.hypot(3, 0.3)) < 1e-7);
    assert.ok(Math.abs(near[1]!.similarity - 1 / Math.sqrt(3)) < 1e-7);
    assert.equal(near[2]!.similarity, 0);
    assert.equal(near[3]!.similarity, -1);
    assert.equal(nearestWords(table, 1, 2).length, 2);
  });

  test("words are found by name or number; others are complained of with the nearest", () => {
    assert.equal(idOf(table, "up"), 4);
    assert.equal(idOf(table, "#6"), 6);
    assert.throws(() => idOf(table, "nort"), /Did you mean north\?/);
    assert.throws(() => idOf(table, "#7"), /word of the vocabulary/);
    assert.throws(
      () => wordTable(model(), { vocabulary: Array.from({ length: 9 }, (_, i) => `w${i}`) }),
      /at most 7 words/,
    );
    assert.throws(() => wordTable(model(), source, "lstm"), /name of an Embedding layer/);
    assert.throws(
      () => wordTable(sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })])),
      /an Embedding layer/,
    );
  });

  test("a word's effect is what it changes of the log-odds beside an empty text", async () => {
    const outputs = (await wordOutputs(model(), 6, 4, "pre"))!;
    const effects = async (made: Model, padding: "pre" | "post") =>
      (await embeddingMap(made, wordTable(made, source), { length: 4, padding })).points.map(
        ({ effect }) => effect!,
      );
    for (const [i, effect] of (await effects(model(), "pre")).entries()) {
      const own = vectors[i + 1]![0]!;
      assert.ok(Math.abs(effect[0]! - own) < 1e-6, `${i}: ${effect[0]}`);
      assert.ok(Math.abs(outputs[i + 1]![0]! - 1 / (1 + Math.exp(-own))) < 1e-6);
    }
    // Padded behind, the word stands first; without recurrence nothing of it is left at the end.
    assert.ok((await effects(model(), "post")).every((effect) => Math.abs(effect[0]!) < 1e-6));
    const [two] = await effects(model(2), "pre");
    assert.ok(Math.abs(two![1]! - 1) < 1e-6 && Math.abs(two![0]! + 1) < 1e-6, `${two}`);
    const sequence = sequential([
      layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
      layers.lstm({ units: 2, returnSequences: true }),
    ]);
    assert.equal(await wordOutputs(sequence, 6, 4, "pre"), null);
    const plain = { scores: [Float32Array.of(2, -1), Float32Array.of(5, 0)], squash: null };
    assert.deepEqual(effectsOf(plain, false), [
      [0, 0],
      [3, 1],
    ]);
    const within = { scores: [Float32Array.of(0), Float32Array.of(1)], squash: null };
    assert.ok(Number.isFinite(effectsOf(within, true)[1]![0]!));
  });

  test("effects on answers that round to 0 and 1 are those of float64, of one sigmoid and of a softmax", async () => {
    for (const units of [1, 3]) {
      const made = shake(
        sequential([
          layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
          layers.gru({ units: 3 }),
          layers.dense({ units, activation: units === 1 ? "sigmoid" : "softmax" }),
        ]),
        5,
      );
      const last = made.getWeights().length - 2;
      made.setWeights(made.getWeights().map(({ data }, k) => data.map((w) => (k >= last ? 100 * w : w))));
      const { points } = await embeddingMap(made, wordTable(made, source), { length: 4 });
      const probe = new Probe(made);
      const rows = Array.from({ length: 6 }, (_, id) => [0, 0, 0, id]);
      const endings = atOnce(probe.endings(rows));
      const logOdds = (row: number, target: number) =>
        objectiveFor(made, endings[row]!, { kind: "logOdds", target }).value(endings[row]!.scores);
      const wanted = points.map((_, i) =>
        Array.from({ length: units }, (_, k) => {
          const target = units === 1 ? 1 : k;
          return logOdds(i + 1, target) - logOdds(0, target);
        }),
      );
      assert.ok(
        wanted.flat().some((effect) => Math.abs(effect) > 34),
        `${wanted}`,
      );
      for (const [i, { effect }] of points.entries())
        assert.ok(apart(effect!, wanted[i]!) < 1e-4, `${effect}`);
      probe.dispose();
    }
  });

  test("words speak for labels by their probability, and raise or lower an amount as it is", async () => {
    const outputsOf = (units: number, activation: "sigmoid" | "linear") => {
      const made = sequential(
        [
          layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
          layers.simpleRNN({ units: 3, activation: "linear" }),
          layers.dense({ units, activation }),
        ],
        { engine: "reference" },
      );
      const [, kernel, recurrent, bias] = model().getWeights();
      const own = Float32Array.from({ length: 3 * units }, (_, i) => (i < units ? 0.1 * (i + 1) : 0));
      const offset = new Float32Array(units).fill(0.5);
      made.setWeights([Float32Array.from(vectors.flat()), kernel!, recurrent!, bias!, own, offset]);
      return made;
    };
    const telling = async (units: number, activation: "sigmoid" | "linear", labels: string[]) => {
      const made = outputsOf(units, activation);
      return tellingWords(await embeddingMap(made, wordTable(made, source), { labels }), 1);
    };
    const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-6, `${found}`);
    // All these amounts lie between 0 and 1, and are none the more probabilities.
    const [raises, lowers, ...rest] = await telling(1, "linear", ["amount"]);
    assert.deepEqual([raises!.label, lowers!.label, rest.length], ["raises amount", "lowers amount", 0]);
    assert.deepEqual([raises!.words[0]!.word, lowers!.words[0]!.word], ["northern", "south"]);
    near(raises!.words[0]!.alone, 0.8);
    near(lowers!.words[0]!.alone, 0.3);
    near(lowers!.empty, 0.5);
    const [one, two] = await telling(2, "sigmoid", ["left", "right"]);
    assert.deepEqual([one!.label, two!.label], ["left", "right"]);
    near(one!.words[0]!.alone, 1 / (1 + Math.exp(-0.8)));
    near(two!.words[0]!.alone, 1 / (1 + Math.exp(-1.1)));
    const [no, yes] = await telling(1, "sigmoid", ["no", "yes"]);
    near(no!.words[0]!.alone, 1 - 1 / (1 + Math.exp(-0.3)));
    near(yes!.empty + no!.empty, 1);
  });

  test("the map places every word, padding left out, by its two widest directions", async () => {
    const map = await embeddingMap(model(), table, { labels: ["down", "up"] });
    assert.deepEqual(
      map.points.map(({ id }) => id),
      [1, 2, 3, 4, 5],
    );
    const [north, south, northern, up] = map.points;
    // First direction: along "up" (second number); north, south and northern lie along the other.
    assert.ok(up!.x > Math.max(north!.x, south!.x, northern!.x));
    assert.ok(Math.abs(south!.y - northern!.y) > 4);
    assert.equal(up!.norm, 5);
    assert.ok(map.explained[0] > map.explained[1] && map.explained[0] + map.explained[1] < 1);
    assert.ok(north!.effect![0]! > 0 && south!.effect![0]! < 0);
  });

  test("TSV: a line a word without padding lost, one column apart, a header over the words only", () => {
    const { vectors: lines, metadata } = embeddingTsv(table);
    assert.deepEqual(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t").map(Number)),
      vectors.slice(0, 6).map((row) => row.map(Math.fround)),
    );
    assert.deepEqual(metadata.trimEnd().split("\n"), [
      "word\tid",
      "<padding>\t0",
      "north\t1",
      "south\t2",
      "northern\t3",
      "up\t4",
      "tab here\t5",
    ]);
    const odd = embeddingTsv({ ...table, words: ["a", "\t", " ", "\u0007", "b", "c", "d"] }).metadata.split(
      "\n",
    );
    assert.deepEqual(odd.slice(1, 5), ["a\t0", "<U+0009>\t1", "<U+0020>\t2", "␇\t3"]);
  });
});

describe("the map's picture", async () => {
  const map = await embeddingMap(model(), wordTable(model(), source), { labels: ["down", "<up>"] });

  test("marks every word, tells what raises and lowers the answer, and escapes words", () => {
    const picture = embeddingPicture(map).source;
    assert.equal(picture.match(/<(circle|path) class="fill/g)!.length, 5 + 2);
    assert.match(picture, /raises &lt;up&gt;/);
    assert.match(picture, />north<\/text>/);
    assert.match(picture, /north \(0\.731\)/);
    assert.match(picture, /<desc[^>]*>5 words by the first two principal components/);
  });

  test("no name covers another, and wanted words are named first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 300 }), fc.nat(), (count, seed) => {
        let state = seed + 1;
        const next = () => {
          state = (Math.imul(state, 1103515245) + 12345) >>> 0;
          return state / 2 ** 32;
        };
        const points = Array.from({ length: count }, (_, i) => ({
          ...{ id: i + 1, word: "w".repeat(1 + Math.floor(next() * 12)), norm: next() },
          ...{ x: next() ** 3, y: next() ** 3, effect: [next() - 0.5], alone: [0.5] },
        }));
        const names = placedNames({ ...map, points }, [count]);
        assert.ok(names.length > 0);
        assert.equal(names[0]!.item.point.id, count);
        const boxes = names.map(({ box }) => box);
        boxes.forEach((a, i) => {
          assert.ok(a.x >= 0 && a.x + a.width <= 760 && a.y >= 0 && a.y + a.height <= 600);
          for (const b of boxes.slice(i + 1)) {
            const apart =
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            assert.ok(apart, JSON.stringify([a, b]));
          }
        });
      }),
      { numRuns: 50 },
    );
  });
});
