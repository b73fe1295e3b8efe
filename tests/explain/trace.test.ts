/** Traces: gates and states of every step, against what engines compute. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { openCells } from "../../src/explain/cells/open.js";
import { engineStates } from "../../src/explain/engine-states.js";
import { Probe } from "../../src/explain/probe.js";
import { trace } from "../../src/explain/trace.js";
import { layers, sequential } from "../../src/index.js";
import { anyCase, apart, ENGINES, flagship, shake } from "./models.js";

test("any model: states as in the float64 forward pass, output as the model predicts", () => {
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      const { output, residual, layers: traced } = trace(model, row);
      assert.ok(residual < 1e-12, `residual ${residual}`);
      assert.ok(apart(output, model.predict([row])[0] as number[]) < 1e-6);
      assert.equal(traced.length, openCells(model).length);
    }),
    { numRuns: 150 },
  );
});

for (const { name, precision, engine } of ENGINES) {
  test(`any model: gates and states as ${name}'s kernels have them`, () => {
    fc.assert(
      fc.property(anyCase, ({ model, row }) => {
        const traced = trace(model, row).layers;
        for (const [k, open] of openCells(model).entries()) {
          const steps = traced[k]!.steps.filter(({ masked }) => !masked);
          if (steps.length === 0) continue;
          const states = engineStates(open, engine, { x: steps.map(({ x }) => x) });
          for (const [s, step] of steps.entries()) {
            assert.ok(apart([...step.hidden], states.hidden[s]!) < precision, `h of step ${s}`);
            if (step.cell)
              assert.ok(apart([...step.cell], states.cell![s]!) < 4 * precision, `c of step ${s}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
}

test("a masked step has no gates and hands its states on", () => {
  const model = shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 5, maskZero: true }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    1,
  );
  const { steps } = trace(model, [4, 7, 0, 2, 0]).layers[0]!;
  assert.deepEqual(
    steps.map(({ masked }) => masked),
    [false, false, true, false, true],
  );
  assert.deepEqual(steps[2]!.gates, {});
  assert.deepEqual(steps[2]!.hidden, steps[1]!.hidden);
  assert.deepEqual(steps[4]!.cell, steps[3]!.cell);
  assert.notDeepEqual(steps[3]!.hidden, steps[1]!.hidden);
});

test("a swapped pair of gates, or a bias off by 1%, shows in the residual", () => {
  const model = shake(flagship(), 3, 0.4);
  const row = Array.from({ length: 200 }, (_, t) => (t * 37) % 1000);
  const [open] = openCells(model);
  const { steps } = trace(model, row).layers[0]!;
  const [first] = ENGINES;
  const { columns, rows, data } = open!.weights.kernel;
  const swapped = data as Float32Array;
  const damaged = Float32Array.from(swapped, (_, i) => {
    const column = i % columns;
    const other = column < 32 ? column + 32 : column < 64 ? column - 32 : column;
    return swapped[i - column + other]!;
  });
  const x = steps.map((step) => step.x);
  const differs = (weights: NonNullable<typeof open>["weights"]) => {
    const states = engineStates({ ...open!, weights }, first!.engine, { x });
    return apart([...steps.at(-1)!.hidden], states.hidden.at(-1)!);
  };
  assert.ok(differs(open!.weights) < 1e-5);
  assert.ok(differs({ ...open!.weights, kernel: { rows, columns, data: damaged } }) > 1e-2);
  const bias = Float32Array.from(open!.weights.bias!, (value) => 1.01 * value);
  assert.ok(differs({ ...open!.weights, bias }) > 1e-4);
});

test("a network that is opened takes the values it is given, and says their gradient", () => {
  const model = shake(flagship(), 4, 0.3);
  const row = Array.from({ length: 200 }, (_, t) => (t * 11) % 1000);
  const whole = new Probe(model);
  const opened = new Probe(model, ["lstm"]);
  const h = whole.run([row]).at("lstm").values[0]!;
  const [same, other] = atOnce(opened.endings([row, row], [[h, h.map((value) => value + 0.1)]]));
  assert.ok(apart(same!.output, whole.run([row]).output()) < 1e-15);
  assert.ok(apart(same!.output, other!.output) > 1e-6);
  const run = opened.run([row], { given: [[h]], seed: (scores) => scores.map(() => 1) });
  const gradient = run.opened(0).gradient![0]!;
  const nudged = (u: number, by: number) => h.map((value, k) => (k === u ? value + by : value));
  const E = atOnce(
    opened.endings(
      h.flatMap(() => [row, row]),
      [h.flatMap((_, u) => [nudged(u, 1e-5), nudged(u, -1e-5)])],
    ),
  );
  const differences = h.map((_, u) => (E[2 * u]!.scores[0]! - E[2 * u + 1]!.scores[0]!) / 2e-5);
  assert.ok(apart(gradient, differences) < 1e-9);
  assert.ok(Math.max(...gradient.map(Math.abs)) > 1e-4);
});
