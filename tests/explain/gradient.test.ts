/** Gradients through time, path by path: against back-propagation and central differences. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import type { State } from "../../src/explain/cells/cell.js";
import { openCell, openCells } from "../../src/explain/cells/open.js";
import { flowBack, gradientFlow, realSteps } from "../../src/explain/gradient.js";
import { checkGradient } from "../../src/explain/gradient-check.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { gains, stepJacobian } from "../../src/explain/jacobian.js";
import { Probe } from "../../src/explain/probe.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { singularValues, spectralNorm } from "../../src/explain/spectrum.js";
import { runCell, stateBefore } from "../../src/explain/steps.js";
import { freshCell, studySequence } from "../../src/explain/study.js";
import { trace } from "../../src/explain/trace.js";
import { layers, sequential } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import type { Layer } from "../../src/layers/layer.js";
import { anyCase, apart, ENGINES, flagship, shake, sum } from "./models.js";

test("any model: the paths into each step add up to its gradient", () => {
  let steps = 0;
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      for (const {
        cell: { layer },
      } of openCells(model)) {
        const flow = gradientFlow(model, row, { layer, target: 0 });
        for (const [s, { paths }] of flow.steps.entries()) {
          if (s === 0) continue;
          assert.ok(apart(sum(Object.values(paths)), flow.steps[s - 1]!.total) < 1e-12);
          const names = {
            LSTM: ["direct", "input", "forget", "candidate", "output"],
            GRU: ["direct", "update", "reset", "candidate"],
            SimpleRNN: ["direct", "network"],
          };
          assert.deepEqual(Object.keys(paths), [...names[flow.kind], "above"]);
          steps++;
        }
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(steps > 100);
});

for (const { name, precision, engine } of ENGINES) {
  test(`any model: their sum is ${name}'s back-propagation, and what central differences say`, async () => {
    let largest = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, fc.nat(), async ({ model, row }, choice) => {
        for (const {
          cell: { layer },
        } of openCells(model)) {
          const flow = gradientFlow(model, row, { layer, target: 0 });
          if (flow.steps.length === 0) continue;
          const step = choice % flow.steps.length;
          const check = await checkGradient(model, row, { layer, target: 0, step, engine });
          const scale = Math.max(1, check.size);
          assert.ok(check.residuals.backPropagation < 10 * precision * scale, JSON.stringify(check));
          assert.ok(check.residuals.centralDifferences < 1e-8 * scale, JSON.stringify(check));
          largest = Math.max(largest, check.size);
        }
      }),
      { numRuns: 60 },
    );
    assert.ok(largest > 0.1, "no gradient of any size was compared");
  });
}

test("a path left out, or one a hundredth too large, shows", () => {
  const model = shake(flagship(), 5, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t * 17) % 1000);
  const { steps } = gradientFlow(model, row);
  const { paths } = steps[199]!;
  const { total } = steps[198]!;
  for (const name of ["direct", "input", "forget", "candidate", "output"]) {
    const without = Object.entries(paths).map(([key, value]) => (key === name ? value.map(() => 0) : value));
    assert.ok(apart(sum(without), total) > 1e-6, `${name} left out`);
    const more = Object.entries(paths).map(([key, value]) =>
      key === name ? value.map((v) => 1.01 * v) : value,
    );
    assert.ok(apart(sum(more), total) > 1e-8, `${name} larger`);
  }
});

test("direct and indirect parts: the direct one is the product of the forget gates", () => {
  const model = shake(flagship(), 6, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t * 19) % 1000);
  const { steps } = gradientFlow(model, row);
  const traced = trace(model, row).layers[0]!.steps;
  let product = steps[199]!.total;
  for (let s = 199; s > 190; s--) {
    assert.ok(apart(steps[s]!.direct, product) < 1e-15);
    product = product.map((value, u) => value * traced[s]!.gates["forget"]![u]!);
  }
  const { norms, direct, total } = steps[195]!;
  assert.ok(Math.abs(norms.direct - Math.hypot(...direct)) < 1e-15);
  assert.ok(Math.abs(norms.indirect - Math.hypot(...total.map((v, u) => v - direct[u]!))) < 1e-15);
});

test("a SimpleRNN has no direct path", () => {
  const model = shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 6 }),
      layers.simpleRNN({ units: 4 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    7,
  );
  const { steps } = gradientFlow(model, [1, 2, 3, 4, 5, 6]);
  for (const { norms, paths } of steps.slice(0, -1)) {
    assert.equal(norms.direct, 0);
    assert.ok(norms.total > 0);
    if (paths["direct"]) assert.ok(paths["direct"].every((value) => value === 0));
  }
});

test("any model: a step's Jacobian is how its state depends on the one before", () => {
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      const open = openCell(model);
      const { cell } = open;
      const traced = trace(model, row).layers.find(({ layer }) => layer === cell.layer)!;
      const steps = traced.steps.filter(({ masked }) => !masked);
      if (steps.length < 2) return;
      const s = steps.length - 1;
      const J = atOnce(stepJacobian(cell, steps, s));
      const before = stateBefore(cell, steps, s);
      const flat = (state: State) => [...state.hidden, ...(state.cell ?? [])];
      const size = flat(before).length;
      for (let k = 0; k < size; k++) {
        const moved = (by: number) => {
          const values = flat(before).map((value, i) => (i === k ? value + by : value));
          const [hidden, kept] = [values.slice(0, cell.units), values.slice(cell.units)];
          return flat(cell.step(steps[s]!.x, kept.length > 0 ? { hidden, cell: kept } : { hidden }));
        };
        const [up, down] = [moved(1e-6), moved(-1e-6)];
        const column = up.map((value, j) => (value - down[j]!) / 2e-6);
        const own = column.map((_, j) => J.data[j * size + k]!);
        assert.ok(apart(column, own) < 1e-8, `column ${k}`);
      }
    }),
    { numRuns: 60 },
  );
});

test("singular values: known ones, and two ways that agree", () => {
  const random = new Random(1, 1);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(),
      (rows, columns, from) => {
        const data = Float64Array.from({ length: rows * columns }, (_, i) =>
          random.normal((from % 1000) + i),
        );
        const values = singularValues({ rows, columns, data });
        const frobenius = Math.hypot(...data);
        assert.ok(Math.abs(Math.hypot(...values) - frobenius) < 1e-12 * frobenius);
        assert.ok(Math.abs(values[0]! - atOnce(spectralNorm({ rows, columns, data }))) < 1e-9 * values[0]!);
      },
    ),
    { numRuns: 100 },
  );
  // A rotation times a diagonal.
  const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
  const known = { rows: 2, columns: 2, data: [3 * c, -0.5 * s, 3 * s, 0.5 * c] };
  assert.ok(apart(singularValues(known), [3, 0.5]) < 1e-14);
  assert.ok(Math.abs(atOnce(spectralNorm(known)) - 3) < 1e-14);
  const tiny = { ...known, data: known.data.map((value) => value * 1e-200) };
  assert.ok(Math.abs(atOnce(spectralNorm(tiny)) / 1e-200 - 3) < 1e-12);
  assert.equal(atOnce(spectralNorm({ rows: 2, columns: 2, data: [0, 0, 0, 0] })), 0);
});

test("any model: no gradient outgrows the gain of its steps", () => {
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      const open = openCell(model);
      const probe = new Probe(model);
      const run = probe.run([row], { seed: (scores) => scores.map(() => 1) });
      const { steps, outside } = realSteps(open, run);
      if (steps.length === 0 || open.layer.options.returnSequences) return;
      const flow = flowBack(open.cell, steps, outside);
      const { products } = atOnce(gains(open.cell, steps));
      const end = Math.hypot(...flow.at(-1)!.hidden);
      // What reaches h of a step is part of what reaches its whole state.
      for (const [s, { hidden }] of flow.entries())
        assert.ok(Math.hypot(...hidden) <= products[s]! * end * (1 + 1e-9) + 1e-300);
    }),
    { numRuns: 60 },
  );
});

const random = new Random(3, 1);
const sentence = Array.from({ length: 40 }, (_, t) =>
  Array.from({ length: 8 }, (_, i) => random.normal(8 * t + i)),
);

test("the study: what vanishes vanishes, what explodes explodes, and a forget bias decides for the LSTM", () => {
  const { curves } = atOnce(studySequence(sentence, { units: 16, seed: 1 }));
  const of = (name: string) => curves.find((curve) => curve.name === name)!;
  assert.ok(of("LSTM, forget bias −2").relative[0]! < 1e-20);
  assert.ok(of("LSTM, forget bias 4").relative[0]! > 1e-3);
  assert.ok(of("SimpleRNN, R × 0.7").relative[0]! < 1e-9);
  assert.ok(of("SimpleRNN").relative[0]! < of("LSTM, forget bias 4").relative[0]!);
  for (const { relative, stepGains, gains, direct, kind } of curves) {
    assert.equal(relative.at(-1), 1);
    for (const [s, value] of relative.entries()) {
      assert.ok(Number.isFinite(value) && value >= 0);
      if (kind === "SimpleRNN" && s < relative.length - 1) assert.equal(direct[s], 0);
    }
    // The product's gain is at most the product of the gains.
    const bound = stepGains.slice(1).reduce((product, gain) => product * gain, 1);
    assert.ok(gains[0]! <= bound * (1 + 1e-9));
  }
  // In the linear regime a recurrent kernel of norm 1.3 does explode.
  const faint = sentence.map((x) => x.map((value) => 1e-4 * value));
  const explodes = atOnce(
    studySequence(faint, {
      cases: [{ name: "×1.3", kind: "SimpleRNN", recurrentScale: 1.3 }],
      units: 16,
    }),
  );
  assert.ok(explodes.curves[0]!.relative[0]! > 1e3);
  assert.deepEqual(atOnce(studySequence(sentence, { units: 16, seed: 1 })).curves, curves);
});

test("fresh cells: as Keras makes them, with the settings' changes", () => {
  const plain = freshCell({ name: "", kind: "LSTM" }, 3, 4, 0).weights;
  assert.deepEqual([...(plain.bias as Float64Array)], [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  const changed = freshCell({ name: "", kind: "LSTM", forgetBias: -2, recurrentScale: 2 }, 3, 4, 0).weights;
  assert.deepEqual([...(changed.bias as Float64Array).subarray(4, 8)], [-2, -2, -2, -2]);
  assert.deepEqual(
    [...(changed.recurrent.data as Float64Array)],
    Array.from(plain.recurrent.data, (value) => 2 * value),
  );
  const rnn = freshCell({ name: "", kind: "SimpleRNN" }, 3, 4, 0);
  assert.ok(apart(singularValues(rnn.weights.recurrent), [1, 1, 1, 1]) < 1e-6);
  assert.equal(runCell(rnn.cell, [[1, 2, 3]])[0]!.hidden.length, 4);
});

test("what a gradient is about can be chosen", () => {
  const model = shake(flagship(), 8, 0.2);
  const row = Array.from({ length: 200 }, (_, t) => (t * 23) % 1000);
  const p = (model.predict([row])[0] as number[])[0]!;
  const value = (target: number, kind: "loss" | "probability" | "logOdds") =>
    gradientFlow(model, row, { target, kind, labels: ["ham", "spam"] }).objective;
  assert.ok(Math.abs(value(1, "loss").value + Math.log(p)) < 1e-5);
  assert.equal(value(1, "loss").name, "loss for spam");
  assert.ok(Math.abs(value(0, "probability").value - (1 - p)) < 1e-6);
  assert.ok(Math.abs(value(0, "logOdds").value - Math.log((1 - p) / p)) < 1e-5);
  assert.throws(() => gradientFlow(model, row, { target: 2 }), /a class from 0 to 1/);
});

test("central differences shrink their step at a kink; a unit on one is named, and no residual is of it", async () => {
  const row = [1, 4, 7, 2, 8, 5, 3];
  let [units, named] = [0, 0];
  for (const seed of [1, 2, 3, 4]) {
    const kinked = { units: 12, activation: "relu", recurrentActivation: "hardSigmoid" } as const;
    const cells = [
      layers.gru(kinked),
      layers.lstm(kinked),
      layers.simpleRNN({ units: 12, activation: "relu" }),
      layers.gru({ units: 12 }),
    ];
    for (const [k, cell] of cells.entries()) {
      const parts = [
        layers.embedding({ inputDim: 9, outputDim: 6, inputLength: 7 }),
        cell,
        ...(k === 3 ? [] : [layers.dense({ units: 12, activation: "relu" })]),
        layers.dense({ units: 2 }),
      ];
      const model = shake(sequential(parts, { seed, engine: "reference" }), seed, 0.6);
      const check = await checkGradient(model, row, { target: 0, step: 2 });
      assert.ok(check.residuals.centralDifferences < 1e-8 * Math.max(1, check.size), JSON.stringify(check));
      // Only a cell state that was never written stands on a kink: it is 0, and so is h, by relu.
      if (k !== 1) assert.deepEqual(check.kinks, []);
      units += 12;
      named += check.kinks.length;
    }
  }
  for (const seed of [28, 51]) {
    // Kinks within 6e-4 of the memory: at steps of 3e-4 alone, eight units and more run over one.
    const parts = [
      layers.embedding({ inputDim: 9, outputDim: 6, inputLength: 7 }),
      layers.gru({ units: 24, activation: "relu", recurrentActivation: "hardSigmoid" }),
      layers.dense({ units: 60, activation: "relu" }),
      layers.dense({ units: 2 }),
    ];
    const model = shake(sequential(parts, { seed, engine: "reference" }), seed, 0.3);
    const { kinks, residuals } = await checkGradient(model, row, { target: 0, step: 3 });
    assert.deepEqual(kinks, []);
    assert.ok(residuals.centralDifferences < 1e-9, `${residuals.centralDifferences}`);
  }
  assert.ok(named > 0 && named < units / 4, `${named} of ${units}`);
});

test("a gradient of nothing says why: a loss that is flat, or something dead above", async () => {
  const text = sentenceOfIds([1, 4, 7, 2, 8]);
  const noted = (weight: number, ...above: Layer[]) => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 5 }),
        layers.gru({ units: 3 }),
        ...above,
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { seed: 1, engine: "reference" },
    );
    const weights = model.getWeights().map(({ data }) => data.slice());
    weights.at(-2)!.fill(weight);
    weights.at(-1)!.fill(weight);
    model.setWeights(weights);
    return async (kind?: "logOdds") => (await gradientView(model, text, { ...(kind ? { kind } : {}) })).notes;
  };
  assert.match((await noted(500)()).join(), /loss for class 1 is flat.*--of logOdds/);
  assert.deepEqual(await noted(500)("logOdds"), []);
  assert.deepEqual(await noted(0.5)(), []);
  const dead = layers.dense({
    units: 2,
    activation: "relu",
    biasInitializer: { name: "constant", value: -9 },
  });
  assert.match((await noted(0.5, dead)()).join(), /No gradient comes back.*relu/);
});
