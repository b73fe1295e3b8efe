/** Truncated back-propagation: states go on over a cut, gradients do not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as layers from "../../src/layers/index.js";
import type { RecurrentLayer } from "../../src/layers/recurrent.js";
import { sequential } from "../../src/model/model.js";

const [B, T, I, U] = [3, 7, 2, 5];
const x = Float32Array.from({ length: B * T * I }, (_, i) => Math.sin(1.7 * i + 0.3));
const input = (data = x) => ({ data, rows: B, shape: [T, I] });

const MAKERS = {
  rnn: layers.simpleRNN,
  lstm: layers.lstm,
  gru: layers.gru,
};

function made(cell: keyof typeof MAKERS, truncation: number | null, options = {}) {
  const layer = MAKERS[cell]({ units: U, ...options }) as RecurrentLayer;
  layer.truncation = truncation;
  const sequences = "returnSequences" in options;
  const model = sequential(
    [
      layers.input({ shape: [T, I] }),
      layers.dense({ units: I, activation: "linear", name: "below" }),
      layer,
      ...(sequences ? [layers.flatten()] : []),
      layers.dense({ units: 1 }),
    ],
    { engine: "reference", seed: 3 },
  );
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return model;
}

const y = { data: Float32Array.from([0.3, -0.4, 1]), rows: B, shape: [1] };
const gradientsOf = (model: ReturnType<typeof made>) =>
  model.gradients(input(), y).gradients.map(({ data }) => Array.from(data));

function near(one: number[][], other: number[][]): boolean {
  return one.every((values, k) => values.every((value, i) => Math.abs(value - other[k]![i]!) < 1e-6));
}

describe("truncated back-propagation", () => {
  for (const cell of Object.keys(MAKERS) as (keyof typeof MAKERS)[]) {
    for (const options of [{}, { returnSequences: true }, { goBackwards: true, returnSequences: true }]) {
      test(`${cell} ${JSON.stringify(options)}: as long as the sequence it changes nothing, and never the answer`, () => {
        const whole = made(cell, null, options);
        const gradients = gradientsOf(whole);
        assert.deepEqual(gradientsOf(made(cell, T, options)), gradients);
        assert.deepEqual(gradientsOf(made(cell, 99, options)), gradients);
        const cut = made(cell, 3, options);
        assert.deepEqual(cut.predictFlat(input()).data, whole.predictFlat(input()).data);
        assert.equal(cut.gradients(input(), y).loss, whole.gradients(input(), y).loss);
        assert.ok(!near(gradientsOf(cut), gradients), "a cut was made");
      });
    }

    test(`${cell}: what is asked at the end reaches exactly so many steps back`, () => {
      // The dense layer below sees a step's input times that step's delta: other inputs before the cut, but for the
      // states they leave, must not come in. With kernels that keep no state of them nothing of them is left.
      for (const steps of [1, 2, 3]) {
        const model = made(cell, steps);
        const short = Float32Array.from(x, (value, i) => (Math.floor(i / I) % T < T - steps ? 0 : value));
        const shown = model.gradients(input(short), y).gradients[0]!.data;
        const whole = made(cell, null).gradients(input(short), y).gradients[0]!.data;
        // Inputs of 0 add nothing to the gradient of the kernel below: all of it is from the last steps.
        for (const [i, value] of whole.entries())
          assert.ok(Math.abs(value - shown[i]!) < 1e-6, `${cell} ${steps}`);
        const longer = Float32Array.from(x, (value, i) =>
          Math.floor(i / I) % T < T - steps - 1 ? 0 : value,
        );
        const cut = made(cell, steps).gradients(input(longer), y).gradients[0]!.data;
        const uncut = made(cell, null).gradients(input(longer), y).gradients[0]!.data;
        assert.ok(
          uncut.some((value, i) => Math.abs(value - cut[i]!) > 1e-6),
          `${cell} ${steps}: a step before the cut is not learned from`,
        );
      }
    });
  }
});
