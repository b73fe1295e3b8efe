/** Where probabilities round to 0 and 1 there is still something to explain: the scores that they were made of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute } from "../../src/explain/attribution.js";
import { gradientFlow } from "../../src/explain/gradient.js";
import { checkGradient } from "../../src/explain/gradient-check.js";
import { OBJECTIVE_KINDS } from "../../src/explain/objective.js";
import { Probe } from "../../src/explain/probe.js";
import { InputError, layers, type Model, sequential } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { apart, shake } from "./models.js";

const ids = [0, 3, 7, 2, 9, 4];

/** A head of any kind over an LSTM, its scores `factor` times as large. */
function model(head: Layer[], factor: number): Model {
  const made = shake(
    sequential([
      layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 6 }),
      layers.lstm({ units: 4 }),
      ...head,
    ]),
    5,
  );
  const weights = made.getWeights().map(({ data }) => data);
  const own = made.layers.at(-1)!.parameters.length > 0 ? made.layers.at(-1)! : made.layers.at(-2)!;
  const count = own.parameters.length;
  made.setWeights(
    weights.map((data, k) => (k < weights.length - count ? data : data.map((w) => factor * w))),
  );
  return made;
}

const HEADS: Record<string, () => Layer[]> = {
  "one sigmoid": () => [layers.dense({ units: 1, activation: "sigmoid" })],
  "sigmoids of several labels": () => [layers.dense({ units: 3, activation: "sigmoid" })],
  softmax: () => [layers.dense({ units: 3, activation: "softmax" })],
  "an Activation of its own": () => [
    layers.dense({ units: 3 }),
    layers.activation({ activation: "softmax" }),
  ],
};

/** No number of an answer is NaN or infinite. */
function checkFinite(value: unknown, where: string): void {
  if (typeof value === "number") assert.ok(Number.isFinite(value), `${where}: ${value}`);
  else if (value !== null && typeof value === "object")
    for (const [key, each] of Object.entries(value)) checkFinite(each, `${where}.${key}`);
}

for (const [name, head] of Object.entries(HEADS)) {
  const sure = model(head(), 4000);
  const classes = name === "one sigmoid" ? 2 : 3;
  test(`${name}: answers of 0 and 1 are explained in finite numbers that agree with each other`, async () => {
    const output = new Probe(sure).run([ids]).output();
    assert.ok(
      output.every((p) => p === 1 || p < 1e-12),
      `saturated: ${output}`,
    );
    for (let target = 0; target < classes; target++) {
      for (const kind of OBJECTIVE_KINDS) {
        const attribution = await attribute(sure, ids, { target, kind, points: 64 });
        checkFinite(attribution, `attribute ${kind} ${target}`);
        checkFinite(gradientFlow(sure, ids, { target, kind }), `gradient ${kind} ${target}`);
      }
      const attribution = await attribute(sure, ids, { target });
      const { difference, residual } = attribution.completeness;
      assert.ok(Math.abs(difference) > 10, `something changed: ${difference}`);
      assert.ok(residual <= 1e-8 * Math.abs(difference), `residual ${residual}`);
      const { paths, backPropagation, centralDifferences, size } = await checkGradient(sure, ids, {
        target,
        kind: "logOdds",
      });
      assert.ok(size > 1);
      assert.ok(apart(paths, backPropagation) < 1e-9 * size);
      assert.ok(apart(paths, centralDifferences) < 1e-6 * size);
    }
  });

  test(`${name}: by scores and by probabilities the same, where those do not round`, async () => {
    const unsure = model(head(), 1);
    const { output, scores, squash } = new Probe(unsure).run([ids]).ending();
    assert.equal(squash, name === "softmax" || name.startsWith("an") ? "softmax" : "sigmoid");
    assert.ok(apart(output, scores) > 0.1);
    const p = (target: number) =>
      classes === 2 && target === 0 ? 1 - output[0]! : output[classes === 2 ? 0 : target]!;
    for (let target = 0; target < classes; target++) {
      const of = async (kind: (typeof OBJECTIVE_KINDS)[number]) =>
        (await attribute(unsure, ids, { target, kind })).value;
      assert.ok(Math.abs((await of("probability")) - p(target)) < 1e-14);
      assert.ok(Math.abs((await of("loss")) + Math.log(p(target))) < 1e-12);
      assert.ok(Math.abs((await of("logOdds")) - Math.log(p(target) / (1 - p(target)))) < 1e-12);
    }
  });
}

test("the log-odds of a saturated sigmoid are what it was given", async () => {
  const sure = model(HEADS["one sigmoid"]!(), 4000);
  const { scores, output } = new Probe(sure).run([ids]).ending();
  assert.ok(output[0] === 1 || output[0]! < 1e-12);
  for (const [target, sign] of [
    [1, 1],
    [0, -1],
  ] as const)
    assert.equal((await attribute(sure, ids, { target })).value, sign * scores[0]!);
});

test("a probability that is 1 whatever is read has no log-odds, and that is said", async () => {
  const one = model([layers.dense({ units: 1, activation: "softmax" })], 1);
  await assert.rejects(
    () => attribute(one, ids),
    (error) => error instanceof InputError && /finite number.*--of probability/s.test(error.message),
  );
  checkFinite(await attribute(one, ids, { kind: "probability" }), "probability");
  // A recurrent layer makes its probabilities within itself: there are no scores to take.
  const within = shake(
    sequential([
      layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 6 }),
      layers.simpleRNN({ units: 1, activation: "sigmoid" }),
    ]),
    5,
    60,
  );
  const [p] = new Probe(within).run([ids]).output();
  assert.ok(p === 0 || p === 1);
  await assert.rejects(() => attribute(within, ids), InputError);
});

const KINKED: Record<string, () => Layer[]> = {
  relu: () => [layers.lstm({ units: 4 }), layers.dense({ units: 16, activation: "relu" })],
  "hard gates": () => [layers.lstm({ units: 4, recurrentActivation: "hardSigmoid" })],
  "max pooling": () => [layers.lstm({ units: 4, returnSequences: true }), layers.globalMaxPooling1D()],
};

for (const [name, body] of Object.entries(KINKED)) {
  test(`${name}: the path is cut where gradients jump; what is still missed is said`, async () => {
    const kinked = shake(
      sequential([
        layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 6 }),
        ...body(),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]),
      7,
      1.5,
    );
    const { completeness, words } = await attribute(kinked, ids);
    assert.ok(completeness.residual < 2e-6 * Math.abs(completeness.difference), `${completeness.residual}`);
    const sum = words.reduce((total, { integratedGradients }) => total + integratedGradients, 0);
    assert.ok(Math.abs(sum - completeness.sum) < 1e-12);
    assert.equal(completeness.kinks.length, 1);
    assert.equal(completeness.note === null, completeness.reached);
    const hasty = (await attribute(kinked, ids, { points: 16 })).completeness;
    assert.equal(hasty.reached, false);
    assert.ok(hasty.points <= 16);
    assert.ok(hasty.residual > 10 * completeness.residual);
    assert.match(hasty.note!, /miss the difference by .*kinks of .*--points/s);
    assert.ok(hasty.note!.includes(completeness.kinks[0]!));
  });
}

test("smooth networks reach their tolerance in a few points, and nothing is said", async () => {
  const { completeness } = await attribute(model(HEADS["one sigmoid"]!(), 1), ids);
  assert.deepEqual([completeness.reached, completeness.note, completeness.kinks], [true, null, []]);
  assert.ok(completeness.points < 200, `${completeness.points}`);
});
