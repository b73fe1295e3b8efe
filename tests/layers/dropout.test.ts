/** Dropout as Keras does it: rates, scale, what masks are shared and what are not, and that threads cannot matter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Layer,
  layers,
  type Model,
  model,
  optimizers,
  type Symbolic,
  sequential,
} from "../../src/index.js";
import { KERNELS } from "../../src/kernels/kernels.js";
import { philox4x32, seedWords } from "../../src/kernels/philox.js";
import { symbolic } from "../../src/layers/layer.js";
import { trainerOf } from "../../src/model/model.js";

interface MaskCase {
  G?: number;
  B?: number;
  F?: number;
  rate?: number;
  purpose?: number;
  firstRow?: number;
  step?: number;
  seed?: number;
}

const threshold = (rate: number) => Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32));

function mask({ G = 1, B = 1, F = 1, rate = 0.5, purpose = 9, firstRow = 0, step = 0, seed = 1 }: MaskCase) {
  const out = new Float32Array(G * B * F).fill(Number.NaN);
  const counters = Uint32Array.from([...seedWords(seed), step]);
  const sizes = { G, B, F, purpose, firstRow, threshold: threshold(rate), scale: 1 / (1 - rate) };
  KERNELS.dropoutMask.reference({ mask: out, counters, ...sizes });
  return out;
}

const share = (values: ArrayLike<number>, wanted: (value: number, i: number) => boolean) =>
  Array.from(values).filter(wanted).length / values.length;
/** Four standard errors around p; seeds are fixed, so a right mask stays inside for good. */
const near = (value: number, p: number, n: number, what: string) =>
  assert.ok(Math.abs(value - p) < 4 * Math.sqrt((p * (1 - p)) / n), `${what}: ${value}, expected ${p}`);

test("rate and scale: a share of `rate` is 0, the rest 1 / (1 − rate), so that the mean stays", () => {
  for (const rate of [0.1, 0.25, 0.5, 0.9]) {
    const values = mask({ B: 200, F: 200, rate });
    assert.deepEqual(
      [...new Set(values)].sort((a, b) => a - b),
      [0, Math.fround(1 / (1 - rate))],
    );
    near(
      share(values, (m) => m === 0),
      rate,
      values.length,
      `rate ${rate}`,
    );
  }
});

test("rows, features and groups each have that rate", () => {
  const [G, B, F, rate] = [4, 500, 30, 0.3];
  const values = mask({ G, B, F, rate });
  const at = (g: number, b: number, f: number) => values[(g * B + b) * F + f] === 0;
  for (let g = 0; g < G; g++) {
    const group = values.subarray(g * B * F, (g + 1) * B * F);
    near(
      share(group, (m) => m === 0),
      rate,
      B * F,
      `group ${g}`,
    );
  }
  for (let f = 0; f < F; f++) {
    const column = Array.from({ length: G * B }, (_, i) => (at(Math.floor(i / B), i % B, f) ? 0 : 1));
    near(
      share(column, (m) => m === 0),
      rate,
      G * B,
      `feature ${f}`,
    );
  }
});

test("groups, rows, steps, purposes and seeds have masks that know nothing of one another", () => {
  const size = { B: 40, F: 500 };
  const base = mask(size);
  const half = (values: Float32Array, g: number) => values.slice(g * 20_000, (g + 1) * 20_000);
  const groups = mask({ ...size, G: 2 });
  const others: Record<string, [Float32Array, Float32Array]> = {
    group: [half(groups, 0), half(groups, 1)],
    row: [base, mask({ ...size, firstRow: 1000 })],
    step: [base, mask({ ...size, step: 1 })],
    purpose: [base, mask({ ...size, purpose: 10 })],
    seed: [base, mask({ ...size, seed: 2 })],
  };
  for (const [what, [a, b]] of Object.entries(others)) {
    near(
      share(a, (m, i) => m === b[i]),
      0.5,
      a.length,
      `agreement with another ${what}`,
    );
  }
});

test("a mask is a function of the row in the batch: any cut into shards gives the same", () => {
  const [G, F] = [3, 7];
  const whole = mask({ G, F, B: 33 });
  const row = (values: Float32Array, B: number, b: number) =>
    Array.from({ length: G }, (_, g) => Array.from(values.subarray((g * B + b) * F, (g * B + b + 1) * F)));
  for (const cut of [1, 5, 16, 32]) {
    for (let firstRow = 0; firstRow < 33; firstRow += cut) {
      const B = Math.min(cut, 33 - firstRow);
      const part = mask({ G, F, B, firstRow });
      for (let b = 0; b < B; b++) assert.deepEqual(row(part, B, b), row(whole, 33, firstRow + b));
    }
  }
});

test("each element is the Philox word that the contract names", () => {
  const [G, B, F, firstRow, step, purpose, seed] = [3, 4, 6, 11, 5, 77, 2 ** 35 + 3];
  const values = mask({ G, B, F, firstRow, step, purpose, seed, rate: 0.4 });
  const words = new Uint32Array(4);
  for (let g = 0; g < G; g++) {
    for (let b = 0; b < B; b++) {
      for (let f = 0; f < F; f++) {
        const index = g * F + f;
        philox4x32(words, Math.floor(index / 4), firstRow + b, step, purpose, ...seedWords(seed));
        assert.equal(values[(g * B + b) * F + f]! > 0, words[index % 4]! >= threshold(0.4));
      }
    }
  }
});

// ---- layers ---------------------------------------------------------------------------------------------

const ROWS = 400;

/** A model of these layers, every kernel weight 1 and every bias 0, that has one training step's output read off. */
function compiled(list: readonly Layer[], seed = 1): Model {
  const model = sequential(list, { seed });
  model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 0 }) });
  const ones = model.getWeights().map(({ name, data }) => data.fill(/kernel/.test(name) ? 1 : 0));
  model.setWeights(ones);
  return model;
}

/** The outputs of a training step on x, one row of numbers a row. */
function trainingOutputs(model: Model, x: number[][] | number[][][]): number[][] {
  const width = model.outputSize;
  const data = model.dataset(
    x,
    x.map(() => new Array<number>(width).fill(0)),
    {},
  );
  const plan = trainerOf(model).plan(data, data.rows);
  trainerOf(model).write(plan, data, null, 0, data.rows);
  trainerOf(model).forwardBackward(plan);
  const out = new Float32Array(data.rows * width);
  trainerOf(model).output(plan, out);
  trainerOf(model).update(plan);
  return x.map((_, r) => Array.from(out.subarray(r * width, (r + 1) * width)));
}

const ones = (rows: number, steps: number, features: number) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: steps }, () => new Array<number>(features).fill(1)),
  );
const vectors = (rows: number, features: number) =>
  Array.from({ length: rows }, () => new Array<number>(features).fill(1));
const distinct = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
const linear = { activation: "linear", recurrentActivation: "linear" } as const;

test("a cell drops its input alike at every step", () => {
  const model = compiled([
    layers.input({ shape: [6, 1] }),
    layers.simpleRNN({ units: 1, activation: "linear", dropout: 0.5, returnSequences: true }),
    layers.flatten(),
  ]);
  model.setWeights([[1], [0], [0]]); // h_t = x_t ⊙ mask
  const rows = trainingOutputs(model, ones(ROWS, 6, 1));
  for (const row of rows)
    assert.ok(
      row.every((h) => h === row[0]),
      `${row}`,
    );
  assert.deepEqual(distinct(rows.flat()), [0, 2]);
  near(
    share(
      rows.map(([h]) => h!),
      (h) => h === 0,
    ),
    0.5,
    ROWS,
    "rows dropped",
  );
});

test("a cell drops its state alike at every step, and then its input not at all", () => {
  const model = compiled([
    layers.input({ shape: [4, 1] }),
    layers.simpleRNN({ units: 1, activation: "linear", recurrentDropout: 0.5, returnSequences: true }),
    layers.flatten(),
  ]);
  // h_t = 1 + mask · h_{t−1} with the mask 0 or 2.
  const rows = trainingOutputs(model, ones(ROWS, 4, 1)).map((row) => row.join());
  assert.deepEqual([...new Set(rows)].sort(), ["1,1,1,1", "1,3,7,15"]);
  near(rows.filter((row) => row === "1,1,1,1").length / ROWS, 0.5, ROWS, "rows dropped");
});

/** One step of linear gates on x = 1: h = o · i · g for the LSTM, (1 − z) · h̃ for the GRU. */
const oneStep = (layer: Layer) =>
  trainingOutputs(compiled([layers.input({ shape: [1, 1] }), layer]), ones(ROWS, 1, 1)).flat();

test("LSTM: the gates share one input mask, unless recurrent dropout gives each its own", () => {
  const together = oneStep(layers.lstm({ units: 1, ...linear, dropout: 0.5 }));
  near(
    share(together, (h) => h === 0),
    1 / 2,
    ROWS,
    "shared: all gates dropped or none",
  );
  assert.deepEqual(distinct(together), [0, 8]);
  const apart = oneStep(layers.lstm({ units: 1, ...linear, dropout: 0.5, recurrentDropout: 0.1 }));
  near(
    share(apart, (h) => h !== 0),
    1 / 8,
    ROWS,
    "one mask a gate: three gates kept",
  );
});

test("GRU: the same", () => {
  const together = oneStep(layers.gru({ units: 1, ...linear, dropout: 0.5 }));
  assert.deepEqual(distinct(together.map((h) => h + 0)), [-2, 0]);
  const apart = oneStep(layers.gru({ units: 1, ...linear, dropout: 0.5, recurrentDropout: 0.1 }));
  // z kept and h̃ kept: −2; z dropped and h̃ kept: 2.
  assert.deepEqual(distinct(apart.map((h) => h + 0)), [-2, 0, 2]);
  near(
    share(apart, (h) => h === 2),
    1 / 4,
    ROWS,
    "h̃ kept alone",
  );
});

test("LSTM: recurrent dropout has a mask a gate", () => {
  const cell = layers.lstm({ units: 1, ...linear, recurrentDropout: 0.5 });
  const model = compiled([layers.input({ shape: [2, 1] }), cell]);
  const x = ones(ROWS, 2, 1).map(([first]) => [first!, [0]]);
  // After x = 1, h = c = 1; then every gate is its own mask: h = m_o · (m_f + m_i · m_g).
  const outputs = trainingOutputs(model, x).flat();
  assert.deepEqual(distinct(outputs), [0, 4, 8, 12]);
  near(
    share(outputs, (h) => h === 12),
    1 / 16,
    ROWS,
    "all four gates kept",
  );
});

test("the Dropout layer drops every element of a sequence on its own", () => {
  const model = compiled([layers.input({ shape: [5, 8] }), layers.dropout({ rate: 0.25 }), layers.flatten()]);
  const outputs = trainingOutputs(model, ones(ROWS, 5, 8));
  assert.deepEqual(distinct(outputs.flat()), [0, Math.fround(4 / 3)]);
  near(
    share(outputs.flat(), (y) => y === 0),
    0.25,
    ROWS * 40,
    "elements dropped",
  );
  const alike = outputs.flatMap((row) => row.slice(0, 8).map((y, f) => (y === row[8 + f] ? 1 : 0)));
  near(
    share(alike, (same) => same === 1),
    0.25 ** 2 + 0.75 ** 2,
    alike.length,
    "two steps alike",
  );
});

test("two layers have masks of their own", () => {
  const list = [layers.input({ shape: [30] }), layers.dropout({ rate: 0.5 }), layers.dropout({ rate: 0.5 })];
  const outputs = trainingOutputs(compiled(list), vectors(ROWS, 30)).flat();
  near(
    share(outputs, (y) => y !== 0),
    1 / 4,
    outputs.length,
    "kept by both",
  );
});

test("every step drops anew; the same seed drops the same", () => {
  const model = (seed: number) =>
    compiled([layers.input({ shape: [30] }), layers.dropout({ rate: 0.5 })], seed);
  const [a, b, c] = [model(1), model(1), model(2)];
  const x = vectors(ROWS, 30);
  const first = trainingOutputs(a, x).flat();
  assert.deepEqual(trainingOutputs(b, x).flat(), first);
  for (const other of [trainingOutputs(a, x), trainingOutputs(c, x)]) {
    const alike = other.flat().map((y, i) => (y === first[i] ? 1 : 0));
    near(
      share(alike, (same) => same === 1),
      0.5,
      alike.length,
      "alike",
    );
  }
});

test("5 rows of a batch of 33 are dropped as the same rows of a batch of 5", () => {
  const model = () =>
    compiled([
      layers.input({ shape: [3, 4] }),
      layers.gru({ units: 2, dropout: 0.3, recurrentDropout: 0.3, returnSequences: true }),
      layers.dropout({ rate: 0.3 }),
      layers.flatten(),
    ]);
  const x = ones(33, 3, 4);
  assert.deepEqual(trainingOutputs(model(), x).slice(0, 5), trainingOutputs(model(), x.slice(0, 5)));
});

/** Layers that drop, on a sequence [3, 4]; not within TimeDistributed, which numbers the steps of a shard's rows one by one. */
const DROPPING: Record<string, (x: Symbolic) => Symbolic> = {
  Dropout: (x) => layers.dropout({ rate: 0.5, name: "dropping" }).apply(x),
  SpatialDropout1D: (x) => layers.spatialDropout1D({ rate: 0.5, name: "dropping" }).apply(x),
  LSTM: (x) => layers.lstm({ units: 2, dropout: 0.5, recurrentDropout: 0.5, name: "dropping" }).apply(x),
  Bidirectional: (x) =>
    layers
      .bidirectional({
        layer: layers.gru({ units: 2, dropout: 0.5, recurrentDropout: 0.5 }),
        name: "dropping",
      })
      .apply(x),
  Attention: (x) => layers.attention({ dropout: 0.5, name: "dropping" }).apply([x, x]),
};

/** What the layer "dropping" puts out in a training step, and in how many shards. */
function dropped(build: (x: Symbolic) => Symbolic, rows: number, asOne: boolean): [number[], shards: number] {
  const input = layers.input({ shape: [3, 4] });
  const flat = layers.flatten().apply(build(symbolic(input)));
  // Averages over the batch are taken in one shard of all rows.
  const last = asOne ? layers.batchNormalization() : layers.activation({ activation: "linear" });
  const outputs = last.apply(flat);
  const made = model({ inputs: input, outputs, seed: 3 });
  made.compile({ loss: "meanSquaredError" });
  const x = ones(rows, 3, 4);
  const data = made.dataset(x, new Array(rows).fill(new Array(made.outputSize).fill(0)), {});
  const trainer = trainerOf(made);
  const plan = trainer.plan(data, rows);
  trainer.write(plan, data, null, 0, rows);
  trainer.forwardBackward(plan);
  const out = new Float32Array(rows * made.outputSize);
  for (const { tensors, firstRow, rows } of plan.shards) {
    const { at, shape } = tensors.get("dropping")!;
    trainer.network.runtime.readTensor(out, at, shape, firstRow, rows);
  }
  return [Array.from(out), plan.shards.length];
}

for (const [name, build] of Object.entries(DROPPING)) {
  test(`${name}: shards drop what all rows together would`, () => {
    const [apart, shards] = dropped(build, 40, false);
    const [together, one] = dropped(build, 40, true);
    assert.deepEqual([shards, one], [3, 1]);
    assert.ok(new Set(apart).size > 1);
    assert.deepEqual(apart, together);
  });
}

/** The masks that a training step of these layers draws. */
function masksOf(list: readonly Layer[], x: number[][] | number[][][]): number {
  const model = compiled(list);
  const data = model.dataset(
    x,
    x.map(() => new Array<number>(model.outputSize).fill(0)),
    {},
  );
  const { calls } = trainerOf(model).plan(data, data.rows).shards[0]!;
  return calls.filter(({ kernel }) => kernel === "dropoutMask").length;
}

test("rate 0 draws no masks", () => {
  const list = [layers.input({ shape: [2, 1] }), layers.lstm({ units: 1 }), layers.dropout({ rate: 0 })];
  assert.equal(masksOf(list, ones(1, 2, 1)), 0);
});

test("rate 1: the Dropout layer leaves nothing, cells take it for no dropout, as in Keras", () => {
  const nothing = compiled([layers.input({ shape: [30] }), layers.dropout({ rate: 1 })]);
  assert.deepEqual(distinct(trainingOutputs(nothing, vectors(ROWS, 30)).flat()), [0]);
  const cell = layers.lstm({ units: 1, ...linear, dropout: 1, recurrentDropout: 1 });
  assert.equal(masksOf([layers.input({ shape: [2, 1] }), cell], ones(1, 2, 1)), 0);
});

test("rates outside 0 to 1 are refused", () => {
  for (const rate of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => layers.dropout({ rate }), /rate: expected a number from 0 to 1/);
    assert.throws(() => layers.gru({ units: 1, recurrentDropout: rate }), /recurrentDropout/);
  }
});

test("inference drops nothing", () => {
  const make = (rate: number) => [
    layers.input({ shape: [3, 4] }),
    layers.lstm({ units: 5, dropout: rate, recurrentDropout: rate }),
    layers.dropout({ rate }),
    layers.dense({ units: 2 }),
  ];
  const x = ones(7, 3, 4);
  assert.deepEqual(sequential(make(0.5)).predict(x), sequential(make(0)).predict(x));
});
