/** Units over a data set: recordings, statistics, tests and files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../../src/base/pieces.js";
import { ENGINES } from "../../../src/engines/engines.js";
import { trace } from "../../../src/explain/trace.js";
import { Best } from "../../../src/explain/units/contexts.js";
import { featureOf, patternFeature, WORD_FEATURES } from "../../../src/explain/units/features.js";
import { classOf, fitLogistic } from "../../../src/explain/units/logistic.js";
import { npyHeader } from "../../../src/explain/units/npy.js";
import { networksOf, partsOf } from "../../../src/explain/units/parts.js";
import { labelTest, type Sampled, shiftTest } from "../../../src/explain/units/permutation.js";
import { UnitRecorder } from "../../../src/explain/units/recorder.js";
import { adjusted, auc, Moments, midRanks } from "../../../src/explain/units/statistics.js";
import { spansOf, TokenReader } from "../../../src/explain/units/tokens.js";
import { Random } from "../../../src/kernels/philox.js";
import { Vectorizer } from "../../../src/tokens/vectorizer.js";
import { anyCase } from "../models.js";

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/explain/units/golden/units.json", import.meta.url), "utf8"),
);

const near = (found: number, wanted: number, within = 1e-12) =>
  void assert.ok(Math.abs(found - wanted) <= within, `${found}, not ${wanted}`);

test("any model: what an engine leaves in memory is what the float64 trace says, part by part", () => {
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      const traced = trace(model, row);
      const recorder = new UnitRecorder(model, ENGINES.createSynchronous({ engine: "auto", threads: 1 }));
      const other = row.map((id) => (id === 0 ? 0 : 1));
      const data = Float32Array.from([...other, ...row]);
      const recording = recorder.run({ data, rows: 2, shape: [row.length] });
      for (const [k, value] of traced.output.entries()) {
        near(recording.outputs()[traced.output.length + k]!, value, 4e-6);
      }
      for (const [k, open] of recorder.cells.entries()) {
        const { kind, units: U } = open.cell;
        for (const part of partsOf(kind)) {
          const values = recording.part(open, part);
          const isNetwork = networksOf(kind).includes(part);
          for (const { t, masked, gates, hidden, cell } of traced.layers[k]!.steps) {
            const wanted = part === "hidden" ? hidden : part === "cell" ? cell! : gates[part];
            if (masked && isNetwork) continue;
            for (const [u, value] of wanted!.entries()) near(values[(row.length + t) * U + u]!, value, 1e-5);
          }
        }
      }
      recorder.dispose();
    }),
    { numRuns: 60 },
  );
});

test("correlation, ranks and AUC with ties are SciPy's and scikit-learn's", () => {
  const { values, sides } = golden as { values: number[][]; sides: number[][] };
  const moments = new Moments(3, 2);
  for (const [i, row] of values.entries()) moments.add(row, sides[i]!);
  for (let s = 0; s < 3; s++) {
    const ranks = midRanks(Float32Array.from(values, (row) => row[s]!));
    if (s === 1) assert.deepEqual([...ranks], golden.ranks);
    for (let k = 0; k < 2; k++) {
      near(moments.correlation(s, k)!, golden.correlation[s][k]);
      near(
        auc(
          ranks,
          sides.map((row) => row[k]!),
        )!,
        golden.auc[s][k],
      );
    }
  }
  assert.equal(auc(midRanks(Float32Array.of(1, 2)), [1, 1]), null);
  assert.equal(new Moments(1, 1).correlation(0, 0), null);
});

test("corrections are statsmodels'", () => {
  for (const how of ["bh", "holm"] as const) {
    for (const [k, q] of adjusted(golden.p, how).entries()) near(q, golden[how][k]);
  }
  assert.deepEqual(adjusted([], "holm"), []);
});

/** Texts of random values with a feature, which `add` is added to values by. */
function textsOf(count: number, add: number, seed: number, label = 0): Sampled[] {
  const random = new Random(seed, 77);
  let index = 0;
  return Array.from({ length: count }, () => {
    const n = 4 + Math.floor(random.uniform(index++) * 6);
    const feature = Float32Array.from({ length: n }, () => (random.uniform(index++) < 0.3 ? 1 : 0));
    const target = random.uniform(index++) < 0.5 ? 1 : 0;
    const level = 3 * random.normal(index++);
    const x = feature.map((value) => level + random.normal(index++) + add * value);
    const last = Float32Array.of(random.normal(index++) + label * target);
    return { n, x, features: [feature], last, targets: Float32Array.of(target) };
  });
}

test("tests find what was planted, and of nothing planted about as many as they say", () => {
  const options = { permutations: 99, seed: 3 };
  assert.equal(atOnce(shiftTest(textsOf(60, 2, 1), 0, 1, options))![0], 0.01);
  assert.equal(atOnce(labelTest(textsOf(60, 0, 1, 2), 0, 1, options))![0], 0.01);
  let [shift, label] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const texts = textsOf(12, 0, seed);
    if (atOnce(shiftTest(texts, 0, 1, { permutations: 39, seed }))![0]! <= 0.1) shift++;
    if (atOnce(labelTest(texts, 0, 1, { permutations: 39, seed }))![0]! <= 0.1) label++;
  }
  // 200 draws at 0.1: 20, give or take 4.2.
  for (const found of [shift, label]) assert.ok(found >= 8 && found <= 33, `${found} of 200`);
});

test("texts that lack the feature, or have it everywhere, say nothing", () => {
  const text = { n: 2, x: Float32Array.of(1, 2), last: Float32Array.of(1), targets: Float32Array.of(1) };
  const sampled = [{ ...text, features: [Float32Array.of(1, 1)] }];
  assert.equal(atOnce(shiftTest(sampled, 0, 1, { permutations: 19, seed: 0 })), null);
  assert.equal(atOnce(labelTest(sampled, 0, 1, { permutations: 19, seed: 0 })), null);
});

test("tokens are found in their text, standardised as they are", () => {
  const text = 'He SAID: "don\'t (ever) stop" 3 times!';
  assert.deepEqual(
    spansOf(text, ["he", "said", "dont", "ever", "stop", "3", "times"]).map(([from, to]) =>
      text.slice(from, to),
    ),
    ["He", "SAID", "don't", "ever", "stop", "3", "times"],
  );
  assert.deepEqual(spansOf("ab", ["a", "x", "b"]), [
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
  assert.deepEqual(spansOf("", [""]), [[0, 0]]);
});

test("features: negation, quotes, brackets, digits, capitals, marks, places, patterns", () => {
  const words = ["", "he", "said", "don't", "ever", "stop", "3", "times"];
  const vectorizer = new Vectorizer(
    { frontEnd: "tokenizer", filters: '()!":', oovToken: null } as never,
    words,
    { padding: "pre" },
  );
  const text = new TokenReader(vectorizer, 9).read('He said: "don\'t (ever) stop" 3 times!', "a test");
  const of = (name: string) => [...featureOf(name, "test").of(text)];
  assert.deepEqual(
    text.tokens.map(({ t }) => t),
    [2, 3, 4, 5, 6, 7, 8],
  );
  assert.deepEqual(of("negation"), [0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(of("quotes"), [0, 0, 1, 1, 1, 0, 0]);
  assert.deepEqual(of("depth"), [0, 0, 0, 1, 0, 0, 0]);
  assert.deepEqual(of("digits"), [0, 0, 0, 0, 0, 1, 0]);
  assert.deepEqual(of("capital"), [1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(of("punctuation"), [0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(of("first"), [1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(of("last"), [0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(of("position")[6], 1);
  const matcher = (whole: string) => [[whole.indexOf("stop"), whole.indexOf(" times")] as const];
  assert.deepEqual([...patternFeature("stop. 3", matcher).of(text)], [0, 0, 0, 0, 1, 1, 0]);
  assert.throws(() => featureOf("nouns", "--words"), /one of negation/);
  assert.equal(new Set(WORD_FEATURES.map(({ name }) => name)).size, WORD_FEATURES.length);
});

test("the best are kept, of equal ones the first", () => {
  const best = new Best<string>(2);
  for (const [score, name] of [
    [1, "a"],
    [3, "b"],
    [1, "c"],
    [3, "d"],
    [2, "e"],
  ] as const) {
    best.offer(score, () => name);
  }
  assert.deepEqual(
    best.items.map(({ item }) => item),
    ["b", "d"],
  );
  const none = new Best<string>(0);
  none.offer(1, () => "a");
  assert.deepEqual(none.items, []);
});

test("a header of NumPy's, to the byte", () => {
  // numpy.save of an array of shape (3, 2), float32; its header is padded to a multiple of 64.
  const wanted = `\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`;
  const header = npyHeader("<f4", [3, 2]);
  assert.equal(header.length, 128);
  assert.equal(Buffer.from(header).toString("latin1"), `${wanted.padEnd(127)}\n`);
});

test("logistic regression is scikit-learn's, of two classes and of three, at any penalty", () => {
  for (const { C, y, coef, intercept, probabilities } of golden.logistic) {
    const fitted = atOnce(fitLogistic(golden.X, y, 1 + Math.max(...y), C));
    for (const [r, row] of coef.entries()) {
      for (const [f, weight] of row.entries()) near(fitted.weights[r]![f]!, weight, 2e-5);
      near(fitted.intercepts[r]!, intercept[r], 2e-5);
    }
    for (const [i, row] of probabilities.entries()) {
      assert.equal(classOf(fitted, golden.X[i]), row.indexOf(Math.max(...row)));
    }
  }
});
