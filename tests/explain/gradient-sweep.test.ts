/** A gradient while a bias or R is moved: the model itself, its weights changed by hand, says what must come of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  gradientFlow,
  gradientPaths,
  gradientSweep,
  gradientView,
  recurrentLayers,
  type SweptPart,
  sentenceOfIds,
} from "../../src/explain/index.js";
import { type Layer, layers, type Model, sequential } from "../../src/index.js";
import { shake } from "./models.js";

const U = 5;
const IDS = [0, 0, 3, 7, 1, 9, 4];
const sentence = sentenceOfIds(IDS);

const modelOf = (cell: Layer, last: Layer = layers.dense({ units: 3, activation: "softmax" })): Model =>
  shake(
    sequential([layers.embedding({ inputDim: 12, outputDim: 3, inputLength: IDS.length }), cell, last], {
      engine: "reference",
    }),
    4,
  );

/** Where the numbers that are moved lie in which weight: worked out here by hand from Keras's order. */
const CASES: {
  name: string;
  cell: () => Layer;
  layer?: string;
  part?: SweptPart;
  value: number;
  array: string;
  from: number;
  of: number;
}[] = [
  {
    name: "LSTM, forget gate",
    cell: () => layers.lstm({ units: U }),
    value: -2.5,
    array: "lstm/bias",
    from: U,
    of: U,
  },
  {
    name: "LSTM, output gate",
    cell: () => layers.lstm({ units: U }),
    part: "output",
    value: 1.5,
    array: "lstm/bias",
    from: 3 * U,
    of: U,
  },
  {
    name: "GRU, update gate",
    cell: () => layers.gru({ units: U }),
    value: 2,
    array: "gru/bias",
    from: 0,
    of: U,
  },
  {
    name: "GRU of 2014, candidate",
    cell: () => layers.gru({ units: U, resetAfter: false }),
    part: "candidate",
    value: 1,
    array: "gru/bias",
    from: 2 * U,
    of: U,
  },
  {
    name: "SimpleRNN, R",
    cell: () => layers.simpleRNN({ units: U }),
    value: 1.75,
    array: "simple_rnn/recurrent_kernel",
    from: 0,
    of: U * U,
  },
  {
    name: "an LSTM read backwards in a Bidirectional",
    cell: () => layers.bidirectional({ layer: layers.lstm({ units: U, name: "lstm" }) }),
    layer: "bidirectional/backward_lstm",
    value: 3,
    array: "bidirectional/backward_lstm/bias",
    from: U,
    of: U,
  },
];

for (const { name, cell, layer, part, value, array, from, of } of CASES) {
  test(`${name}: a moved value gives the gradient of the model that has it`, async () => {
    const model = modelOf(cell());
    const asked = { ...(layer ? { layer } : {}), target: 1 };
    const before = model.getWeights().map(({ data }) => Float32Array.from(data));
    const sweep = await gradientSweep(model, sentence, {
      ...asked,
      ...(part ? { part } : {}),
      values: [value],
    });
    assert.deepEqual(
      model.getWeights().map(({ data }) => data),
      before,
      "the model stays as it is",
    );
    model.setWeights(
      model.getWeights().map(({ name: own, data }) =>
        data.map((weight, k) => {
          if (own !== array || k < from || k >= from + of) return weight;
          return sweep.does === "adds" ? weight + value : weight * value;
        }),
      ),
    );
    const flow = gradientFlow(model, IDS, asked);
    const wanted = flow.steps.filter(({ t }) => IDS[t] !== 0);
    const [swept] = sweep.gradients;
    assert.deepEqual(
      swept!.norms,
      wanted.map(({ norms }) => norms),
    );
    assert.equal(swept!.objective, flow.objective.value);
    assert.deepEqual(
      sweep.words.map(({ t }) => t),
      wanted.map(({ t }) => t),
    );
    const [first, last] = [wanted[0]!.norms.total, wanted.at(-1)!.norms.total];
    assert.ok(Math.abs(swept!.perStep ** (wanted.length - 1) - first / last) < 1e-9 * (first / last));
  });
}

test("as it is, it is gradientView's; a shut forget gate leaves nothing of the direct path, an open one all of it", async () => {
  const model = modelOf(layers.lstm({ units: U }));
  const sweep = await gradientSweep(model, sentence, { values: [-12, 0, 12] });
  const [shut, asItIs, open] = sweep.gradients;
  const { norms } = await gradientView(model, sentence);
  assert.equal(sweep.asItIs, 0);
  assert.deepEqual(asItIs!.norms, norms);
  assert.ok(shut!.open! < 1e-3 && open!.open! > 0.999);
  assert.ok(shut!.norms[0]!.direct < 1e-12 * shut!.norms.at(-1)!.direct);
  assert.ok(Math.abs(open!.norms[0]!.direct / open!.norms.at(-1)!.direct - 1) < 0.02);
});

test("R vanishes and explodes a SimpleRNN's gradient; by default a range is tried, and told", async () => {
  const model = modelOf(layers.simpleRNN({ units: U, activation: "linear" }), layers.dense({ units: 1 }));
  const told: [number, number | null][] = [];
  const sweep = await gradientSweep(model, sentence, {
    onProgress: ({ done, total }) => told.push([done, total]),
  });
  assert.deepEqual([sweep.part, sweep.does, sweep.asItIs], ["recurrent", "multiplies", 1]);
  assert.deepEqual(
    sweep.gradients.map(({ value }) => value),
    Array.from({ length: 19 }, (_, k) => (k + 2) / 10),
  );
  const factors = sweep.gradients.map(({ perStep }) => perStep);
  // Linear: every step back is R itself, so the factor a step grows as R does.
  assert.ok(Math.abs(factors.at(-1)! / factors[0]! - 10) < 1e-5);
  assert.ok(sweep.gradients.every(({ open }) => open === null));
  // The first and the last are told, those between in time.
  assert.deepEqual(
    [told[0], told.at(-1)],
    [
      [0, 19],
      [19, 19],
    ],
  );
});

test("gradientPaths is gradientView without what is checked", async () => {
  const model = modelOf(layers.gru({ units: U }));
  const {
    gains: _,
    check: __,
    notes: ___,
    study: ____,
    ...rest
  } = await gradientView(model, sentence, { at: 4 });
  assert.deepEqual(gradientPaths(model, sentence, { at: 4 }), rest);
});

test("what cannot be moved is refused, and a signal ends it", async () => {
  const lstm = modelOf(layers.lstm({ units: U }));
  const bare = modelOf(layers.lstm({ units: U, useBias: false }));
  await assert.rejects(gradientSweep(lstm, sentence, { part: "update" }), /part.*"update"/s);
  await assert.rejects(gradientSweep(bare, sentence), /"recurrent", as the layer has no biases/);
  await assert.rejects(gradientSweep(lstm, sentence, { values: [Number.NaN] }), /values/);
  const stop = new AbortController();
  const work = gradientSweep(lstm, sentence, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await assert.rejects(work, { name: "AbortError" });
});

test("the recurrent layers of a model, or what to ask of one that has none", () => {
  const model = modelOf(layers.bidirectional({ layer: layers.gru({ units: U, name: "gru" }) }));
  assert.deepEqual(
    recurrentLayers(model).map(({ layer, kind, units, goBackwards }) => [layer, kind, units, goBackwards]),
    [
      ["bidirectional/forward_gru", "GRU", U, false],
      ["bidirectional/backward_gru", "GRU", U, true],
    ],
  );
  const dense = sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })], {
    engine: "reference",
  });
  assert.throws(() => recurrentLayers(dense), /explain params, attribute and embedding/);
});
