/** Ablation: nothing held changes nothing, and a unit held at 0 is one whose way out has weights of 0. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ENGINES } from "../../../src/engines/engines.js";
import { AblatedModel, type Ablation } from "../../../src/explain/units/ablated-model.js";
import { partsOf } from "../../../src/explain/units/parts.js";
import { UnitRecorder } from "../../../src/explain/units/recorder.js";
import { layers, type Model, sequential } from "../../../src/index.js";
import { anyCase, apart, shake } from "../models.js";

const fresh = () => ENGINES.createSynchronous({ threads: 1 });
const NOTHING: Ablation = { clamps: [], at: null, instead: null };

function outputs(model: Model, rows: number[][], layer: number, ablation: Ablation): number[] {
  const recorder = new UnitRecorder(model, fresh());
  const ablated = new AblatedModel(model, recorder.cells[layer]!, fresh());
  const given = { data: Float32Array.from(rows.flat()), rows: rows.length, shape: [rows[0]!.length] };
  const out = [...ablated.outputs(recorder.run(given), given, ablation)];
  recorder.dispose();
  ablated.dispose();
  return out;
}

const predicted = (model: Model, rows: number[][]) => (model.predict(rows) as number[][]).flat();

test("any model: with nothing held it predicts what it predicts, at every layer", () => {
  fc.assert(
    fc.property(anyCase, fc.nat(3), ({ model, row }, which) => {
      const rows = [row, row.map((id) => (id === 0 ? 0 : 1)), row.map(() => 0)];
      const recorder = new UnitRecorder(model, fresh());
      const layer = which % recorder.cells.length;
      recorder.dispose();
      assert.ok(apart(outputs(model, rows, layer, NOTHING), predicted(model, rows)) < 2e-6);
    }),
    { numRuns: 40 },
  );
});

for (const kind of ["simpleRNN", "lstm", "gru"] as const) {
  for (const returnSequences of [false, true]) {
    test(`${kind}${returnSequences ? " of sequences" : ""}: a unit held at 0 is one whose way out is 0`, () => {
      fc.assert(
        fc.property(fc.nat(99), fc.nat(4), fc.boolean(), (seed, unit, goBackwards) => {
          const [T, U] = [6, 5];
          const make = () =>
            sequential([
              layers.embedding({ inputDim: 9, outputDim: 3, inputLength: T }),
              layers[kind]({ units: U, returnSequences, goBackwards, name: "memory" }),
              layers.flatten(),
              layers.dense({ units: 2, activation: "tanh", name: "head" }),
            ]);
          const model = shake(make(), seed);
          const cut = make();
          cut.setWeights(
            model.getWeights().map(({ name, shape, data }) => {
              const out = data.slice();
              const [rows, columns] = shape as [number, number];
              const isWayOut = (row: number) =>
                name === "memory/recurrent_kernel"
                  ? row === unit
                  : name === "head/kernel" && row % U === unit;
              if (name.endsWith("kernel")) {
                for (let row = 0; row < rows; row++) {
                  if (isWayOut(row)) out.fill(0, row * columns, (row + 1) * columns);
                }
              }
              return out;
            }),
          );
          const rows = [
            [0, 0, 3, 8, 1, 2],
            [1, 2, 3, 4, 5, 6],
          ];
          const clamps = [{ part: "hidden" as const, units: [unit], values: [0] }];
          const held = outputs(model, rows, 0, { ...NOTHING, clamps });
          // A GRU's own state goes on by its update gate; held at 0 it is 0 there too, and nobody else sees the difference.
          assert.ok(apart(held, predicted(cut, rows)) < 2e-6);
        }),
        { numRuns: 10 },
      );
    });
  }
}

test("every part that is held changes what is put out; held at some words only, elsewhere nothing changes", () => {
  const model = shake(
    sequential([
      layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 4 }),
      layers.lstm({ units: 3 }),
      layers.dense({ units: 1 }),
    ]),
    5,
  );
  const rows = [[1, 2, 3, 4]];
  const plain = predicted(model, rows);
  for (const part of partsOf("LSTM")) {
    const clamps = [{ part, units: [0, 1, 2], values: [0.4, 0.4, 0.4] }];
    const all = outputs(model, rows, 0, { ...NOTHING, clamps });
    const none = outputs(model, rows, 0, { clamps, at: new Uint8Array(4), instead: null });
    assert.ok(apart(all, plain) > 1e-4, part);
    assert.ok(apart(none, plain) < 2e-6, part);
  }
  // The forget gate matters to what there is to forget: at the first word there is nothing.
  const forget = [{ part: "forget" as const, units: [0, 1, 2], values: [0, 0, 0] }];
  const first = outputs(model, rows, 0, { clamps: forget, at: Uint8Array.of(1, 0, 0, 0), instead: null });
  assert.ok(apart(first, plain) < 2e-6);
  // What the layer reads in place of a word: padding's vector is what padding would have been.
  const padding = model.getWeights()[0]!.data.slice(0, 3);
  const instead = outputs(model, rows, 0, { clamps: [], at: Uint8Array.of(0, 1, 0, 0), instead: padding });
  assert.ok(apart(instead, predicted(model, [[1, 0, 3, 4]])) < 2e-6);
});
