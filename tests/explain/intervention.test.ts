/** What if: held numbers, and what follows from them, against kernels and other paths through the same equations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openCell, openCells } from "../../src/explain/cells/open.js";
import { engineStates } from "../../src/explain/engine-states.js";
import { type Intervention, intervene } from "../../src/explain/index.js";
import { Probe } from "../../src/explain/probe.js";
import { trace } from "../../src/explain/trace.js";
import { ClampedCell } from "../../src/explain/units/clamped-cell.js";
import { partsOf } from "../../src/explain/units/parts.js";
import { layers, sequential } from "../../src/index.js";
import { anyCase, apart, ENGINES, shake } from "./models.js";

const float64 = ENGINES.find(({ name }) => name === "reference float64")!;

/** The numbers that a part has at a step. */
const valuesOf = (
  { gates, cell, hidden }: ReturnType<typeof trace>["layers"][0]["steps"][0],
  part: string,
) => (part === "cell" ? cell! : part === "hidden" ? hidden : gates[part]!);

test("any model: with nothing held, or every number held at what it is, all is as it was", () => {
  fc.assert(
    fc.property(anyCase, ({ model, row }) => {
      const before = trace(model, row);
      const held = before.layers.flatMap(({ layer, kind, units, steps }) =>
        steps
          .filter(({ masked }) => !masked)
          .flatMap((step) =>
            partsOf(kind).map((part): Intervention => {
              const unit = step.t % units;
              return { layer, at: step.t, part, unit, value: valuesOf(step, part)[unit]! };
            }),
          ),
      );
      const free = intervene(model, row, []);
      assert.deepEqual([free.output, free.scores], [free.outputBefore, free.scoresBefore]);
      assert.deepEqual([free.output, free.layers], [before.output, before.layers]);
      const after = intervene(model, row, held);
      assert.ok(apart(after.output, before.output) < 1e-12);
      for (const [k, { steps }] of before.layers.entries())
        for (const [s, { hidden }] of steps.entries())
          assert.ok(apart([...after.layers[k]!.steps[s]!.hidden], [...hidden]) < 1e-12);
    }),
    { numRuns: 60 },
  );
});

test("any model: kernels that start from held states go on as the row does", () => {
  fc.assert(
    fc.property(anyCase, fc.nat(), ({ model, row }, seed) => {
      for (const open of openCells(model)) {
        const { layer, kind, steps } = trace(model, row).layers.find(
          ({ layer }) => layer === open.cell.layer,
        )!;
        const real = steps.filter(({ masked }) => !masked);
        if (real.length === 0) continue;
        const s = seed % real.length;
        const states = kind === "LSTM" ? (["hidden", "cell"] as const) : (["hidden"] as const);
        const interventions = states.flatMap((part, k) =>
          open.cell.weights[open.cell.networks[0]!]!.bias.map(
            (_, unit): Intervention => ({ layer, at: real[s]!.t, part, unit, value: 0.3 * unit - 0.4 + k }),
          ),
        );
        const after = intervene(model, row, interventions).layers.find((one) => one.layer === layer)!;
        const own = after.steps.filter(({ masked }) => !masked);
        const rest = own.slice(s + 1);
        for (const { part, unit, value } of interventions) assert.equal(valuesOf(own[s]!, part)[unit], value);
        assert.deepEqual(own.slice(0, s), real.slice(0, s));
        if (rest.length === 0) continue;
        const initial = { hidden: own[s]!.hidden, ...(own[s]!.cell && { cell: own[s]!.cell }) };
        const kernels = engineStates(open, float64.engine, { x: rest.map(({ x }) => x), initial });
        for (const [k, step] of rest.entries())
          assert.ok(apart([...step.hidden], kernels.hidden[k]!) < 1e-11, `h, ${k} steps after`);
      }
    }),
    { numRuns: 60 },
  );
});

const SEQUENCE = { units: 3, returnSequences: true } as const;
for (const [name, make, seen] of [
  ["SimpleRNN", () => layers.simpleRNN(SEQUENCE), partsOf("SimpleRNN")],
  ["LSTM", () => layers.lstm(SEQUENCE), partsOf("LSTM")],
  ["GRU", () => layers.gru(SEQUENCE), partsOf("GRU")],
  ["GRU, reset before", () => layers.gru({ ...SEQUENCE, resetAfter: false }), partsOf("GRU")],
] as const) {
  for (const part of seen) {
    test(`${name}: ${part} held, as cells that are run with clamps have it`, () => {
      const model = shake(
        sequential([layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 6 }), make()]),
        3,
      );
      const row = [3, 1, 8, 2, 5, 4];
      const open = openCell(model);
      const x = new Probe(model).run([row]).at(open.from).values.flat();
      const clamped = new ClampedCell(open, [{ part, units: [0, 2], values: [0.7, -0.2] }]).run(
        [{ x: Float64Array.from(x), mask: null, at: Uint8Array.of(0, 0, 1, 0, 1, 0) }],
        6,
      );
      const held = [2, 4].flatMap((at): Intervention[] => [
        { at, part, unit: 0, value: 0.7 },
        { at, part, unit: 2, value: -0.2 },
      ]);
      const after = intervene(model, row, held);
      assert.ok(
        apart(
          after.layers[0]!.steps.flatMap(({ hidden }) => [...hidden]),
          [...clamped],
        ) < 1e-12,
      );
      assert.ok(apart(after.output, [...clamped]) < 1e-12);
      assert.ok(apart(after.output, after.outputBefore) > 1e-3, "it makes a difference");
    });
  }
}

test("later layers and the output follow", () => {
  const tail = () => [
    layers.gru({ units: 2, goBackwards: true, returnSequences: true }),
    layers.lstm({ units: 2 }),
    layers.dense({ units: 3, activation: "softmax" }),
  ];
  const whole = shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 4 }),
      layers.lstm({ units: 3, returnSequences: true }),
      ...tail(),
    ]),
    5,
  );
  const behind = sequential([layers.input({ shape: [4, 3] }), ...tail()]);
  behind.setWeights(whole.getWeights().slice(4));
  const row = [1, 7, 3, 2];
  const [first, second] = whole.layers.filter(({ kind }) => kind.className === "LSTM");
  const held: Intervention[] = [
    { layer: first!.name, at: 1, part: "forget", unit: 1, value: 0 },
    { layer: second!.name, at: 2, part: "cell", unit: 0, value: 2 },
  ];
  const one = intervene(whole, row, held.slice(0, 1));
  const states = one.layers[0]!.steps.map(({ hidden }) => [...hidden]);
  assert.ok(apart(one.output, behind.predict([states])[0] as number[]) < 1e-6);
  const last = (steps: readonly { hidden: readonly number[] }[]) => [...steps.at(-1)!.hidden];
  const behindAlone = trace(behind, states).layers[1]!;
  assert.ok(apart(last(one.layers[2]!.steps), last(behindAlone.steps)) < 1e-6);
  // Held in both, what the first changed reaches the second, and no further than what is held there.
  const both = intervene(whole, row, held);
  assert.deepEqual(both.layers[1]!.steps, one.layers[1]!.steps);
  const then = intervene(behind, states, [{ ...held[1]!, layer: behind.layers.at(-2)!.name }]);
  assert.ok(apart(both.output, then.output) < 1e-6);
  assert.ok(apart(both.output, one.output) > 1e-3);
  // Scores are what the softmax is given.
  const exp = both.scores.map(Math.exp);
  const total = exp.reduce((a, b) => a + b, 0);
  assert.ok(
    apart(
      both.output,
      exp.map((e) => e / total),
    ) < 1e-12,
  );
});

test("what cannot be held is refused by name", () => {
  const model = sequential([
    layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 4, maskZero: true }),
    layers.gru({ units: 3 }),
  ]);
  const hold = (...changes: Partial<Intervention>[]) =>
    intervene(
      model,
      [1, 0, 3, 2],
      changes.map((change) => ({ at: 0, part: "update", unit: 0, value: 1, ...change })),
    );
  assert.equal(hold({}, {}).layers[0]!.steps[0]!.gates["update"]![0], 1);
  for (const [change, message] of [
    [
      { part: "forget" },
      /interventions 0 part: expected one of hidden, update, reset, candidate .* "forget"/,
    ],
    [{ unit: 3 }, /interventions 0 unit: .*0 to 2 .*3/],
    [{ at: 4 }, /of gru: .*from 0 to 3 .*4/],
    [{ at: 1 }, /at, of gru: .*a place that the layer reads .*"1, which a mask hides"/],
    [{ value: Number.NaN }, /interventions 0 value/],
    [{ layer: "lstm" }, /layer: .*a recurrent layer of the model: gru .*"lstm"/],
    [{ word: "free" } as object, /interventions 0.*word/s],
  ] as const) {
    assert.throws(() => hold(change as Partial<Intervention>), message);
  }
  assert.throws(() => hold({}, { value: 0.5 }), /one value for unit 0 of update at 0 .*"1 and 0.5"/);
});
