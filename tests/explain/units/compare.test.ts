/** Two models on the same data: linear CKA by Gram matrices, matches of units that were only moved, words beside words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute } from "../../../src/explain/attribution.js";
import { compareOnText, compareUnits, readSentence, recordUnits } from "../../../src/explain/index.js";
import { layers, sequential } from "../../../src/index.js";
import type { Model } from "../../../src/model/model.js";
import { Vectorizer } from "../../../src/tokens/vectorizer.js";
import { shake } from "../models.js";

const U = 4;
const network = (kind: "lstm" | "gru", seed: number): Model =>
  shake(
    sequential([
      layers.embedding({ inputDim: 8, outputDim: 3, inputLength: 7 }),
      layers[kind]({ units: U }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    seed,
    1.2,
  );
const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, ["", ..."abcdefg"], { padding: "pre" });
/** Knows no g. */
const smaller = new Vectorizer({ frontEnd: "tokenizer" }, ["", ..."abcdef"], { padding: "pre" });
const asked = (model: Model, words = vectorizer) => ({ model, vectorizer: words, length: 7 });
const texts = ["a b c d e", "c c a b g f e", "g", "d e f a b c", "b a", "f f g", "a d"];
const near = (a: number, b: number, within: number) => assert.ok(Math.abs(a - b) <= within, `${a} ${b}`);

test("similarity is linear CKA as Kornblith et al. write it, by Gram matrices; outputs by hand", async () => {
  const [a, b] = [network("lstm", 4), network("gru", 9)];
  const compared = await compareUnits(asked(a), asked(b), texts);
  assert.equal(compared.texts, 7);
  const states: Float32Array[][] = [[], []];
  const outputs: number[][] = [[], []];
  for (const [k, model] of [a, b].entries()) {
    for await (const { last, output, signals } of recordUnits(asked(model), texts)) {
      const hidden = signals.findIndex(({ part }) => part === "hidden");
      states[k]!.push(last.slice(hidden, hidden + U));
      outputs[k]!.push(output[0]!);
    }
  }
  const gram = (rows: Float32Array[]) => {
    const means = Array.from(
      { length: U },
      (_, u) => rows.reduce((sum, row) => sum + row[u]!, 0) / rows.length,
    );
    const centred = rows.map((row) => Array.from(row, (value, u) => value - means[u]!));
    return centred.map((p) => centred.map((q) => p.reduce((sum, value, u) => sum + value * q[u]!, 0)));
  };
  const [K, L] = states.map(gram) as [number[][], number[][]];
  const inner = (p: number[][], q: number[][]) =>
    p.flat().reduce((sum, value, k) => sum + value * q.flat()[k]!, 0);
  near(compared.similarity!, inner(K, L) / Math.sqrt(inner(K, K) * inner(L, L)), 1e-9);
  const apart = outputs[0]!.map((p, k) => Math.abs(p - outputs[1]![k]!));
  near(compared.distance!, apart.reduce((sum, value) => sum + value, 0) / 7, 1e-9);
  near(compared.apart[0]!.distance, Math.max(...apart), 1e-9);
  const { correlations, matches, layers: pairs } = compared;
  for (const { unit, match, correlation } of matches) {
    assert.equal(correlations[unit]![match], correlation);
    assert.equal(Math.max(...correlations[unit]!.map((r) => Math.abs(r!))), Math.abs(correlation));
  }
  assert.deepEqual(pairs, [{ first: "lstm", second: "gru", similarity: compared.similarity }]);
  assert.ok(compared.sides[0].gates["forget"]! > 0 && compared.sides[1].gates["update"]! > 0);
});

test("every layer of one with every layer of the other; units and gates are those of the layers asked for", async () => {
  const stack = (seed: number) =>
    shake(
      sequential([
        layers.embedding({ inputDim: 8, outputDim: 3, inputLength: 7 }),
        layers.lstm({ units: 2, returnSequences: true, name: "low" }),
        layers.gru({ units: 5, name: "high" }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]),
      seed,
      1.2,
    );
  const [a, b] = [stack(4), stack(9)];
  const all = await compareUnits(asked(a), asked(b), texts);
  assert.deepEqual(
    all.layers.map(({ first, second }) => `${first} ${second}`),
    ["low low", "low high", "high low", "high high"],
  );
  assert.deepEqual([all.sides[0].layer, all.correlations.length], ["high", 5]);
  const low = await compareUnits(asked(a), asked(b), texts, { layer: "low" });
  assert.deepEqual([low.correlations.length, low.correlations[0]!.length], [2, 2]);
  assert.deepEqual(low.layers, [all.layers[0]]);
  assert.equal(low.similarity, all.layers[0]!.similarity);
  assert.deepEqual(Object.keys(low.sides[0].gates), ["input", "forget", "output"]);
  const high = await compareUnits(asked(a), asked(b), texts, { layer: "high" });
  assert.deepEqual(high.correlations, all.correlations);
  assert.deepEqual(high.sides, all.sides);
});

test("units that were only moved are found, and the states are the same", async () => {
  const [a, b] = [network("lstm", 4), network("lstm", 4)];
  const order = [2, 0, 3, 1];
  const [table, kernel, recurrent, bias, dense, last] = b
    .getWeights()
    .map(({ data }) => data) as Float32Array[];
  const columns = (data: Float32Array, rows: number) => {
    const out = new Float32Array(data.length);
    for (let r = 0; r < rows; r++)
      for (let g = 0; g < 4; g++)
        for (let u = 0; u < U; u++) out[r * 4 * U + g * U + u] = data[r * 4 * U + g * U + order[u]!]!;
    return out;
  };
  const rows = (data: Float32Array, width: number) =>
    Float32Array.from(data, (_, k) => data[order[Math.floor(k / width)]! * width + (k % width)]!);
  b.setWeights([
    ...[table!, columns(kernel!, 3), columns(rows(recurrent!, 4 * U), U), columns(bias!, 1)],
    ...[rows(dense!, 1), last!],
  ]);
  const { similarity, matches, distance } = await compareUnits(asked(a), asked(b), texts);
  near(similarity!, 1, 1e-6);
  near(distance!, 0, 1e-6);
  for (const { unit, match, correlation } of matches) {
    assert.equal(order[match], unit);
    near(correlation, 1, 1e-6);
  }
  assert.equal(matches.length, U);
});

test("texts of which one reads no word are counted and left out; none at all is refused", async () => {
  const [a, b] = [network("lstm", 4), network("lstm", 5)];
  const { texts: both, leftOut } = await compareUnits(asked(a), asked(b, smaller), texts);
  assert.deepEqual([both, leftOut], [6, 1]);
  await assert.rejects(
    compareUnits(asked(a), asked(b, smaller), texts.slice(2, 3)),
    /a word that both models read/,
  );
});

test("one text: each side is attribute's, words that one does not read are blank on its side", async () => {
  const [a, b] = [network("lstm", 4), network("gru", 9)];
  const first = { ...asked(a), labels: ["no", "yes"] };
  const second = { ...asked(b, smaller), labels: ["yes", "no"] };
  const compared = await compareOnText(first, second, "a g b");
  const { words, values, views } = compared;
  const sentences = [readSentence(vectorizer, "a g b", 7), readSentence(smaller, "a g b", 7)] as const;
  const own = await attribute(a, sentences[0].ids);
  const other = await attribute(b, sentences[1].ids, { target: 1 - own.target });
  assert.deepEqual(await compareOnText(first, second, sentences), compared);
  assert.deepEqual(values, [own.value, other.value]);
  assert.deepEqual(
    words.map(({ word }) => word),
    ["a", "g", "b"],
  );
  assert.deepEqual(
    words.map(({ sides }) => sides[0]!.share),
    own.words.map(({ integratedGradients }) => integratedGradients),
  );
  assert.equal(words[1]!.sides[1], null);
  assert.deepEqual(
    views.map(({ anatomy, words: read }) => [anatomy.kind, read.map(({ word }) => word).join(" ")]),
    [
      ["LSTM", "a g b"],
      ["GRU", "a b"],
    ],
  );
  assert.deepEqual(
    words.map(({ sides }) => sides.map((side) => side?.t)),
    [
      [4, 5],
      [5, undefined],
      [6, 6],
    ],
  );
  assert.deepEqual(
    [words[0]!.sides[1]!.share, words[2]!.sides[1]!.share],
    other.words.map(({ integratedGradients }) => integratedGradients),
  );
  await assert.rejects(
    () => compareOnText(first, { ...second, labels: ["x", "y"] }, "a g b"),
    /the label "(no|yes)"/,
  );
});

test("outputs are set side by side by what they stand for; where they stand for other things they are not", async () => {
  const a = network("lstm", 4);
  const named = (labels: readonly string[]) => ({ ...asked(a), labels });
  const same = await compareUnits(named(["no", "yes"]), named(["no", "yes"]), texts);
  assert.equal(same.distance, 0);
  // The same network called the other way round says the opposite.
  const turned = await compareUnits(named(["no", "yes"]), named(["yes", "no"]), texts);
  for (const { outputs, distance } of turned.apart) {
    near(outputs[0]![0]! + outputs[1]![0]!, 1, 1e-6);
    near(distance, Math.abs(2 * outputs[0]![0]! - 1), 1e-6);
  }
  assert.ok(turned.distance! > 0.01);
  const other = await compareUnits(named(["no", "yes"]), named(["x", "y"]), texts);
  assert.deepEqual([other.distance, other.apart], [null, []]);
  assert.match(other.notes[0]!, /first stand for no, yes, of the second for x, y/);
  // One output for two labels, and an output each.
  const two = shake(
    sequential([
      layers.embedding({ inputDim: 8, outputDim: 3, inputLength: 7 }),
      layers.lstm({ units: U }),
      layers.dense({ units: 2, activation: "softmax" }),
    ]),
    5,
  );
  const unlike = await compareUnits(named(["no", "yes"]), { ...asked(two), labels: ["yes", "no"] }, texts);
  const [{ outputs, text }] = unlike.apart as [(typeof unlike.apart)[0]];
  const p = a.predict([readSentence(vectorizer, text, 7).ids]).flat()[0]! as number;
  const q = two.predict([readSentence(vectorizer, text, 7).ids]).flat() as number[];
  const expected = [1 - p, p, q[1]!, q[0]!];
  for (const [k, value] of outputs.flat().entries()) near(value, expected[k]!, 1e-6);
});

test("with no more texts than units it is said that any two models look alike", async () => {
  const [a, b] = [network("lstm", 4), network("gru", 9)];
  const few = await compareUnits(asked(a), asked(b), texts.slice(0, 2));
  assert.match(few.notes.join(" "), /2 texts for 4 units/);
  assert.deepEqual((await compareUnits(asked(a), asked(b), texts)).notes, []);
});
