/** Which words decided: completeness, occlusion, and the memory's decomposition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attribute } from "../../src/explain/attribution.js";
import { gradientFlow } from "../../src/explain/gradient.js";
import { decomposeMemory } from "../../src/explain/memory.js";
import { without } from "../../src/explain/occlusion.js";
import type { InputRow } from "../../src/explain/probe.js";
import { gaussLegendre } from "../../src/explain/quadrature.js";
import { readSentence, sentenceOfIds } from "../../src/explain/sentence.js";
import { layers, type Model, model, sequential } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import type { InputsLike } from "../../src/network/inputs.js";
import { Vectorizer } from "../../src/tokens/vectorizer.js";
import { anyCase, ENGINES, flagship, shake } from "./models.js";

test("any model: integrated gradients add up to what the words changed", async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ model, row }) => {
      const { words, completeness, value, baseline } = await attribute(model, row, { target: 0 });
      assert.ok(
        completeness.residual < 1e-6 * Math.max(1e-3, Math.abs(value - baseline)),
        JSON.stringify(completeness),
      );
      const sum = words.reduce((total, word) => total + word.integratedGradients, 0);
      assert.ok(Math.abs(sum - (value - baseline)) < 1e-6);
      assert.equal(words.length, row.filter((id) => id !== 0).length);
      if (Math.abs(value - baseline) > 0.01) changed++;
    }),
    { numRuns: 60 },
  );
  assert.ok(changed > 0);
});

/** The probability of class 0. */
const ofFirst = (output: readonly number[]) => (output.length > 1 ? output[0]! : 1 - output[0]!);

for (const { name, precision, fresh } of ENGINES) {
  test(`any model: the shares add up to what the words changed in ${name}'s own forward passes`, async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ model, row, on }) => {
        const { words, completeness } = await attribute(model, row, { target: 0, kind: "probability" });
        const sum = words.reduce((total, word) => total + word.integratedGradients, 0);
        const theirs = on(fresh());
        const whole = ofFirst(theirs.predict([row])[0] as number[]);
        // The baseline without a word about baselines: every word's vector is the padding's.
        const [table, ...rest] = theirs.getWeights();
        const [rows, width] = table!.shape as [number, number];
        for (let id = 1; id < rows; id++) table!.data.copyWithin(id * width, 0, width);
        theirs.setWeights([table!, ...rest]);
        const empty = ofFirst(theirs.predict([row])[0] as number[]);
        theirs.dispose();
        // Predictions are handed out in float32, whatever computed them; the integral is a sum of points.
        const bound = 2 * precision + 2e-7 + completeness.residual;
        assert.ok(Math.abs(sum - (whole - empty)) < bound, `${sum} against ${whole - empty}`);
        if (Math.abs(sum) > 0.01) changed++;
      }),
      { numRuns: 40 },
    );
    assert.ok(changed > 0, "no word changed anything");
  });
}

test("a share left out, or one a hundredth too large, shows", async () => {
  const model = shake(flagship(), 10, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t < 192 ? 0 : 31 * (t - 190)));
  const { words, completeness } = await attribute(model, row);
  assert.equal(words.length, 8);
  for (const { integratedGradients } of words) {
    assert.ok(Math.abs(integratedGradients) > 1e-4);
    for (const part of [1, 0.01]) {
      const off = Math.abs(completeness.sum - part * integratedGradients - completeness.difference);
      assert.ok(off > 1e-6 && off > 100 * completeness.residual, `${off}`);
    }
  }
});

test("any model: occlusion is the change of the model's own answer", async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ model, row }) => {
      const { words, target } = await attribute(model, row, { kind: "probability" });
      const answers = model.predict([row, ...words.map(({ t }) => without(row, t))]) as number[][];
      const p = (output: number[]) =>
        output.length > 1 ? output[target]! : target === 1 ? output[0]! : 1 - output[0]!;
      for (const [k, { occlusion }] of words.entries()) {
        assert.ok(Math.abs(occlusion - (p(answers[0]!) - p(answers[k + 1]!))) < 1e-6);
      }
    }),
    { numRuns: 60 },
  );
});

test("any model: the memory's shares are those of its decomposition", async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ model, row }) => {
      const { words, memory } = await attribute(model, row, { target: 0 });
      const decomposition = decomposeMemory(model, row);
      if (!decomposition) {
        assert.equal(memory, null);
        assert.ok(words.every((word) => word.memory === null && word.held === null));
        return;
      }
      const held = words.reduce((total, word) => total + word.held!, 0) + memory!.padding.held;
      const along = words.reduce((total, word) => total + word.memory!, 0) + memory!.padding.memory;
      assert.ok(Math.abs(held - 1) < 1e-9 || held === 0);
      const slope = gradientFlow(model, row, { target: 0, kind: "logOdds" }).steps.at(-1)!.total;
      const expected = slope.reduce((sum, value, u) => sum + value * decomposition.memory[u]!, 0);
      assert.ok(Math.abs(along - expected) < 1e-9 * Math.max(1, Math.abs(expected)));
      assert.ok(Math.abs(memory!.total - along) < 1e-9);
    }),
    { numRuns: 60 },
  );
});

test("a word whose vector is the padding's is credited with nothing; gradients are of the opened embedding", async () => {
  const model = shake(flagship(), 9, 0.3);
  const [table, ...rest] = model.getWeights();
  table!.data.copyWithin(7 * 16, 0, 16);
  model.setWeights([table!, ...rest]);
  const row = Array.from({ length: 200 }, (_, t) => (t < 195 ? 0 : [7, 12, 7, 900, 3][t - 195]!));
  const { words, completeness } = await attribute(model, row);
  const credited = words.map(({ integratedGradients }) => integratedGradients);
  assert.deepEqual([credited[0], credited[2]], [0, 0]);
  assert.ok(Math.abs(credited[3]!) > 1e-4);
  assert.ok(completeness.residual < 1e-9);
  // Taking it out in front leaves the same vectors; taking it out between others does not.
  assert.ok(Math.abs(words[0]!.occlusion) < 1e-12 && Math.abs(words[2]!.occlusion) > 1e-6);
});

test("a row of numbers, and of several inputs: the shares add up to what two forward passes differ by", async () => {
  const random = new Random(4, 1);
  const row = [0, 1, 2, 3].map((t) => [random.normal(2 * t), random.normal(2 * t + 1)]);
  const head = () => layers.dense({ units: 1, activation: "sigmoid" });
  const ids = layers.input({ shape: [5] });
  const series = layers.input({ shape: [4, 2] });
  // One input is read by two Embeddings of different widths: a word enters by both of its vectors.
  const tables = [3, 2].map((outputDim) => layers.embedding({ inputDim: 9, outputDim }).apply(ids));
  const read = [
    layers.lstm({ units: 3 }).apply(tables[0]!),
    layers.globalAveragePooling1D().apply(tables[1]!),
    layers.gru({ units: 2 }).apply(series),
  ];
  const two = model({ inputs: [ids, series], outputs: head().apply(layers.concatenate().apply(read)) });
  const one = sequential([layers.input({ shape: [4, 2] }), layers.lstm({ units: 3 }), head()]);
  const zeros = row.map((step) => step.map(() => 0));
  const words = [0, 3, 8, 1, 3];
  for (const [made, given, whole, nothing] of [
    [one, row, [row], [zeros]],
    [two, [words, row], [[words], [row]], [[words.map(() => 0)], [zeros]]],
  ] as [Model, InputRow, InputsLike, InputsLike][]) {
    shake(made, 7);
    const found = await attribute(made, given, { kind: "probability", target: 1 });
    const [p, q] = [whole, nothing].map((x) => (made.predict(x) as number[][])[0]![0]!) as [number, number];
    const parts = [...found.words, ...found.steps];
    const total = parts.reduce((sum, part) => sum + part.integratedGradients, 0);
    assert.ok(Math.abs(total - (p - q)) < 2e-7, `${total}, ${p - q}`);
    assert.ok(Math.abs(total) > 0.01);
    for (const { shares, integratedGradients } of found.steps) {
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - integratedGradients) < 1e-15);
    }
  }
});

test("nothing but padding and zeros is refused; a memory over several inputs is not divided", async () => {
  const series = layers.input({ shape: [3, 2] });
  const other = layers.input({ shape: [3, 1] });
  const both = layers.lstm({ units: 2 }).apply(layers.concatenate().apply([series, other]));
  const made = shake(model({ inputs: [series, other], outputs: layers.dense({ units: 1 }).apply(both) }), 3);
  const zeros = [0, 1, 2].map(() => [0, 0]);
  await assert.rejects(() => attribute(made, [zeros, [[0], [0], [0]]]), /a number other than 0.*zeros alone/);
  await assert.rejects(
    () => attribute(flagship(), new Array(200).fill(0)),
    /a word to attribute to.*padding alone/,
  );
  const { noMemory, steps } = await attribute(made, [zeros, [[1], [0], [2]]]);
  assert.match(noMemory!, /lstm reads 2 inputs together/);
  assert.equal(steps.length, 6);
  assert.ok(steps.every(({ input, integratedGradients: share }) => input === steps[3]!.input || share === 0));
});

test("a word is taken out on the side where the padding is", () => {
  assert.deepEqual(without([0, 0, 5, 6, 7], 3), [0, 0, 0, 5, 7]);
  assert.deepEqual(without([5, 6, 7, 0], 0), [6, 7, 0, 0]);
  assert.deepEqual(without([5, 6, 7], 1), [0, 5, 7]);
});

test("Gauss and Legendre: exact to degree 2n − 1", () => {
  for (const n of [1, 2, 5, 8, 16, 64, 256]) {
    const nodes = gaussLegendre(n);
    for (const degree of [0, 1, 2 * n - 1]) {
      const integral = nodes.reduce((sum, { at, weight }) => sum + weight * at ** degree, 0);
      assert.ok(Math.abs(integral - 1 / (degree + 1)) < 1e-13, `n ${n}, degree ${degree}`);
    }
  }
});

test("any text: the row and its words are the vectorizer's", () => {
  const words = ["", "[UNK]", "free", "entry", "win", "the", "a"];
  const word = fc.constantFrom("free", "entry", "win", "the", "a", "zebra", "Free!", "ENTRY", "win.", "é");
  const side = fc.constantFrom("pre" as const, "post" as const);
  const frontEnd = fc.constantFrom("textVectorization" as const, "tokenizer" as const);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 9 }), side, side, frontEnd, (text, padding, truncating, kind) => {
      const vocabulary = kind === "tokenizer" ? words.filter((w) => w !== "[UNK]") : words;
      const vectorizer = new Vectorizer({ frontEnd: kind }, vocabulary, { padding, truncating });
      const sentence = text.join(" ");
      const expected = Array.from(vectorizer.encodeRows([sentence], 5).ids);
      if (expected.every((id) => id === 0)) {
        assert.throws(() => readSentence(vectorizer, sentence, 5), /at least one word/);
        return;
      }
      const { ids, words: shown, known } = readSentence(vectorizer, sentence, 5);
      assert.deepEqual(ids, expected);
      for (const [t, id] of ids.entries()) {
        if (id === 0) assert.equal(shown[t], "");
        else if (known[t]) assert.equal(shown[t], vocabulary[id]);
        else assert.ok(id === 1 && !vocabulary.includes(shown[t]!));
      }
    }),
    { numRuns: 300 },
  );
});

test("words lost for length or for want of a place are named", () => {
  const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, ["", "free", "entry"], { padding: "pre" });
  const { words, lost } = readSentence(vectorizer, "free zebra entry free", 2);
  assert.deepEqual(words, ["entry", "free"]);
  assert.deepEqual(lost, ["free", "zebra"]);
  assert.deepEqual(sentenceOfIds([0, 2, 9], ["", "free", "entry"]).words, ["", "entry", "#9"]);
});
