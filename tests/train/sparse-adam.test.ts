/** Adam of the rows of a table that a batch names: bits, what stays, what it costs, resumes, and what is refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Arena, view } from "../../src/engines/arena.js";
import type { Engine } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import {
  type AdamOptions,
  type Callback,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitOptions,
  InputError,
  layers,
  type Model,
  model as modelOf,
  optimizers,
  sequential,
} from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { type Lookup, TouchedRows } from "../../src/network/touched-rows.js";
import { type WeightEntry, Weights } from "../../src/network/weights.js";
import { testedEngines } from "../contract/engines.js";
import { CountingEngine } from "./counting-engine.js";

const V = 60;
const F = 6;
const STEPS = 7;
/** Rows that name 34 words of 60 between them, padding in front; the more common ones often and in every shard. */
const X = Array.from({ length: 53 }, (_, r) =>
  Array.from({ length: STEPS }, (_, t) => (t < r % 4 ? 0 : 1 + ((r * 31 + t * 17 + r * t) % 33))),
);
const Y = X.map((row) => (row.includes(7) ? 1 : 0));

interface Made {
  engine?: Engine;
  vocabulary?: number;
  dropout?: number;
}

/** A table that goes by rows, in front of what trains as ever. */
function network(options: AdamOptions, { engine, vocabulary = V, dropout = 0.2 }: Made = {}): Model {
  const model = sequential(
    [
      layers.embedding({ inputDim: vocabulary, outputDim: F, maskZero: true }),
      layers.bidirectional({ layer: layers.lstm({ units: 5, dropout, recurrentDropout: dropout }) }),
      layers.dense({ units: 4, activation: "relu" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3, name: "m", ...(engine ? { engine } : {}) },
  );
  model.compile({ loss: "binaryCrossentropy", optimizer: optimizers.adam(options) });
  return model;
}

const rate = { learningRate: 0.01 };
const SETTINGS: Record<string, AdamOptions> = {
  plain: rate,
  amsgrad: { ...rate, amsgrad: true },
  clipvalue: { ...rate, clipvalue: 0.001 },
};

/** Batches of 40 (three shards), 3 and 10 rows. */
const BATCHES = [
  [0, 40],
  [40, 43],
  [43, 53],
  [20, 53],
] as const;

/** A model's weights, and what its optimizer keeps of them: each an array of every variable. */
const stateOf = (model: Model) => {
  const weights = model.getWeights().map(({ data }) => data);
  return { weights, optimizer: model.optimizerState() };
};

/** One step of dense Adam, after which the rows of the first variable that no id named are put back: lazy Adam. */
function lazyStep(model: Model, x: number[][], y: number[]): void {
  const before = stateOf(model);
  model.trainOnBatch(x, y);
  const after = stateOf(model);
  const named = new Set(x.flat());
  const kept = (now: Float32Array, then: Float32Array) =>
    now.map((value, i) => (named.has(Math.floor(i / F)) ? value : then[i]!));
  after.weights[0] = kept(after.weights[0]!, before.weights[0]!);
  model.setWeights(after.weights);
  const { slots } = after.optimizer;
  const shapes = model.slotShapes();
  slots.forEach((slot, i) => {
    if (shapes[i]!.join() === `${V},${F}`) slots[i] = kept(slot, before.optimizer.slots[i]!);
  });
  model.setOptimizerState(after.optimizer);
}

const ENGINES: { label: string; create: (threads?: number) => Engine; missing: string | undefined }[] = [
  ...testedEngines(),
  { label: "reference", create: () => new ReferenceEngine(), missing: undefined },
];

describe("the bits of dense Adam with other rows put back", () => {
  for (const { label, create, missing } of ENGINES) {
    for (const [name, options] of Object.entries(SETTINGS)) {
      test(`${label}, ${name}`, { skip: missing }, () => {
        const dense = network(options, { engine: create() });
        const sparse = network({ ...options, sparse: true }, { engine: create() });
        for (const [from, to] of BATCHES) {
          const [x, y] = [X.slice(from, to), Y.slice(from, to)];
          lazyStep(dense, x, y);
          sparse.trainOnBatch(x, y);
          assert.deepEqual(stateOf(sparse), stateOf(dense), `rows ${from} to ${to}`);
        }
        for (const model of [dense, sparse]) model.dispose();
      });
    }
  }
});

test("the first step of fresh moments is dense Adam's, and leaves all other rows alone", () => {
  const [dense, sparse] = [network(rate), network({ ...rate, sparse: true })];
  const before = stateOf(sparse).weights[0]!;
  for (const model of [dense, sparse]) model.trainOnBatch(X, Y);
  // Dense Adam does not move a row without a gradient either, as long as it has had none.
  assert.deepEqual(stateOf(sparse), stateOf(dense));
  const after = stateOf(sparse).weights[0]!;
  const moved = new Set(
    Array.from(after.keys())
      .filter((i) => after[i] !== before[i])
      .map((i) => Math.floor(i / F)),
  );
  // The mask hides padding, which is named too, from all that learns.
  const named = new Set(X.flat().filter((id) => id > 0));
  assert.deepEqual(
    [...moved],
    [...named].sort((a, b) => a - b),
  );
});

describe("a norm over the rows named is that of the table", () => {
  for (const limits of [{ clipnorm: 0.002 }, { globalClipnorm: 0.004 }]) {
    test(Object.keys(limits)[0]!, () => {
      const [dense, sparse] = [
        network({ ...rate, ...limits }),
        network({ ...rate, ...limits, sparse: true }),
      ];
      for (const [from, to] of BATCHES) {
        const [x, y] = [X.slice(from, to), Y.slice(from, to)];
        lazyStep(dense, x, y);
        sparse.trainOnBatch(x, y);
      }
      const [a, b] = [stateOf(dense), stateOf(sparse)];
      const moments = (state: typeof a) => state.optimizer.slots.filter((_, i) => i % 2 === 0);
      moments(a).forEach((slot, i) => {
        const most = Math.max(...slot.map(Math.abs));
        slot.forEach((value, k) => {
          assert.ok(Math.abs(value - moments(b)[i]![k]!) <= 1e-5 * most, `slot ${i} [${k}]`);
        });
      });
      // The limit bites: without it the moments are others.
      const free = network({ ...rate, sparse: true });
      free.trainOnBatch(X.slice(0, 40), Y.slice(0, 40));
      assert.ok(Math.max(...stateOf(free).optimizer.slots[0]!) > 3 * Math.max(...a.optimizer.slots[0]!));
    });
  }
});

async function trainedBits(engine: Engine): Promise<Uint32Array> {
  const model = network({ ...rate, globalClipnorm: 0.1, sparse: true }, { engine });
  await model.fit(X, Y, { epochs: 2, batchSize: 20 });
  const bits = new Uint32Array(model.weightSnapshot().buffer);
  model.dispose();
  return bits;
}

describe("the same bits", () => {
  for (const { label, create, missing } of testedEngines()) {
    test(`${label}, on 1, 2 and 3 threads`, { skip: missing }, async () => {
      const one = await trainedBits(create(1));
      for (const threads of [2, 3]) assert.deepEqual(await trainedBits(create(threads)), one);
    });
  }

  const fused = testedEngines().filter((engine) => engine.fused && !engine.missing);
  test(`on ${fused.map(({ label }) => label).join(", ")}`, { skip: fused.length < 2 }, async () => {
    const [first, ...others] = await Promise.all(fused.map(({ create }) => trainedBits(create())));
    for (const other of others) assert.deepEqual(other, first);
  });

  test("after a resume from every batch", async () => {
    const options: FitOptions = { epochs: 2, batchSize: 11 };
    const files: Uint8Array[] = [];
    const save: Callback = { onBatchEnd: (progress) => void files.push(encodeCheckpoint(progress.state())) };
    const whole = network({ ...rate, sparse: true });
    const expected = await whole.fit(X, Y, { ...options, callbacks: [save] });
    assert.equal(files.length, 10);
    for (const file of files) {
      const model = network({ ...rate, sparse: true });
      const resume = decodeCheckpoint(file, "checkpoint");
      assert.deepEqual(await model.fit(X, Y, { ...options, resume }), expected);
      assert.deepEqual(stateOf(model), stateOf(whole));
    }
    const other = network(rate).fit(X, Y, { ...options, resume: decodeCheckpoint(files[3]!, "checkpoint") });
    await assert.rejects(other, /differs in optimizer/);
  });
});

/** Two inputs, four tables: by rows, penalised, frozen, and one that nothing that is learned reads. */
function tables(sparse: boolean): Model {
  const [left, right] = [layers.input({ shape: [STEPS] }), layers.input({ shape: [3] })];
  const size = { inputDim: V, outputDim: F };
  const read = (layer: Layer, input: Layer) => layers.globalAveragePooling1D().apply(layer.apply(input));
  const parts = [
    read(layers.embedding({ ...size, name: "plain" }), left),
    read(layers.embedding({ ...size, name: "penalised", embeddingsRegularizer: { l2: 0.01 } }), left),
    read(layers.embedding({ ...size, name: "frozen", trainable: false }), right),
    read(layers.embedding({ ...size, name: "other" }), right),
  ];
  const outputs = layers.dense({ units: 1, activation: "sigmoid" }).apply(layers.concatenate().apply(parts));
  const model = modelOf({ inputs: [left, right], outputs, seed: 5 });
  model.compile({ loss: "binaryCrossentropy", optimizer: optimizers.adam({ ...rate, sparse }) });
  return model;
}

test("several tables, each by its own ids; a penalised one as a whole, a frozen one not at all", () => {
  const [dense, sparse] = [tables(false), tables(true)];
  const right = X.map((_, r) => [r % 5, 40 + (r % 3), 59]);
  const weight = (model: Model, name: string) =>
    model.getWeights().find((one) => one.name === `${name}/embeddings`)!.data;
  const start = Object.fromEntries(
    ["plain", "frozen", "other"].map((name) => [name, Array.from(weight(sparse, name))]),
  );
  const x = [X.slice(0, 20), right.slice(0, 20)];
  assert.equal(sparse.trainOnBatch(x, Y.slice(0, 20)), dense.trainOnBatch(x, Y.slice(0, 20)));
  assert.deepEqual(stateOf(sparse), stateOf(dense));
  sparse.trainOnBatch([X.slice(20), right.slice(20, 21).concat(right.slice(20, 52))], Y.slice(20));
  const changed = (name: string) => {
    const now = weight(sparse, name);
    return new Set(start[name]!.flatMap((value, i) => (now[i] === value ? [] : [Math.floor(i / F)])));
  };
  assert.deepEqual(changed("plain"), new Set([...X.flat()].sort((a, b) => a - b)));
  assert.deepEqual(changed("other"), new Set([0, 1, 2, 3, 4, 40, 41, 42, 59]));
  assert.deepEqual(changed("frozen"), new Set());
});

test("a batch without a word of the last one leaves that one's rows alone", () => {
  const model = network({ ...rate, sparse: true });
  model.trainOnBatch([[1, 1, 2, 2, 3, 3, 3]], [1]);
  const before = stateOf(model);
  model.trainOnBatch([[4, 4, 4, 4, 4, 4, 5]], [0]);
  const after = stateOf(model);
  const rows = (data: Float32Array) => Array.from(data.subarray(0, 4 * F));
  assert.deepEqual(rows(after.weights[0]!), rows(before.weights[0]!));
  for (const slot of [0, 1]) {
    assert.deepEqual(rows(after.optimizer.slots[slot]!), rows(before.optimizer.slots[slot]!));
  }
});

test("gradients are those of all rows, before and after a step", () => {
  const [dense, sparse] = [network(rate), network({ ...rate, sparse: true })];
  for (const step of [0, 1]) {
    assert.deepEqual(sparse.gradients(X, Y), dense.gradients(X, Y), `after ${step} steps`);
    for (const model of [dense, sparse]) model.trainOnBatch(X, Y);
  }
});

test("gradients of many shards are added in the order of all rows'", () => {
  const rows = [...X, ...X, ...X, ...X]
    .slice(0, 205)
    .map((row, r) => row.map((id) => (r % 3 === 0 && id > 9 ? 9 : id)));
  const labels = rows.map((row) => (row.includes(7) ? 1 : 0));
  // Thirteen shards, with words that some of them lack: of fresh moments a step is that of dense Adam.
  const [dense, sparse] = [network(rate), network({ ...rate, sparse: true })];
  for (const model of [dense, sparse]) model.trainOnBatch(rows, labels);
  assert.deepEqual(stateOf(sparse).optimizer.slots[0], stateOf(dense).optimizer.slots[0]);
});

describe("of a table that is looked up more than once", () => {
  test("the ids of all inputs and shards count, in the order in which gradients are added", () => {
    const engine = new ReferenceEngine();
    const arena = new Arena(engine);
    const [size, vocabulary] = [3, 9];
    const at = arena.allocate(vocabulary * size);
    const entry = { at, parameter: { shape: [vocabulary, size] } } as unknown as WeightEntry;
    const table = new TouchedRows(engine, arena, entry);
    // Two inputs of one shard, [2][2] and [2][1], and one of the next, [1][2]; 12 and −1 are no ids of the table's.
    const given = [
      { shard: 0, B: 2, T: 2, ids: [5, 3, 5, 12] },
      { shard: 0, B: 2, T: 1, ids: [3, 8] },
      { shard: 1, B: 1, T: 2, ids: [8, -1] },
    ];
    const lookups = given.map(({ shard, B, T }): Lookup => {
      return { shard, B, T, ids: arena.allocate(B * T), dOut: arena.allocate(B * T * size) };
    });
    const rows = table.gradient(arena, lookups);
    const dRows = arena.allocate(vocabulary * size);
    arena.commit();
    const dense = [new Float32Array(vocabulary * size), new Float32Array(vocabulary * size)];
    given.forEach(({ shard, B, T, ids }, g) => {
      view(engine, lookups[g]!.ids, B * T).set(ids);
      const dOut = view(engine, lookups[g]!.dOut, B * T * size);
      dOut.forEach((_, i) => void (dOut[i] = Math.sin(100 * g + i)));
      for (let t = 0; t < T; t++) {
        for (let b = 0; b < B; b++) {
          const id = ids[b * T + t]!;
          if (id < 0 || id >= vocabulary) continue;
          for (let f = 0; f < size; f++) dense[shard]![id * size + f]! += dOut[(t * B + b) * size + f]!;
        }
      }
    });
    const program = engine.load([rows.tasks(dRows)]);
    for (const _ of [1, 2]) {
      rows.collect();
      program.run();
      assert.deepEqual([...table.current], [5, 3, 8]);
      const sums = view(engine, dRows, 3 * size);
      const expected = [5, 3, 8].flatMap((id) =>
        Array.from({ length: size }, (_, f) =>
          Math.fround(dense[0]![id * size + f]! + dense[1]![id * size + f]!),
        ),
      );
      assert.deepEqual(Array.from(sums), expected);
    }
  });
});

describe("what a step costs does not grow with the table", () => {
  /** What the kernels of the third step visit, and the engine moves. */
  const visits = (options: AdamOptions, vocabulary: number) => {
    const engine = new CountingEngine();
    const model = network(options, { engine, vocabulary });
    for (let step = 0; step < 3; step++) {
      engine.visited.clear();
      model.trainOnBatch(X.slice(0, 18), Y.slice(0, 18));
    }
    return Object.fromEntries(engine.visited);
  };

  for (const [name, options] of Object.entries({
    ...SETTINGS,
    clipnorm: { clipnorm: 0.01 },
    globalClipnorm: { globalClipnorm: 0.01 },
  })) {
    test(name, () => {
      const [small, large] = [200, 4000].map((size) => visits({ ...options, sparse: true }, size));
      assert.deepEqual(large, small);
      assert.ok((small!["adamRows"] ?? 0) > 0);
    });
  }

  test("as it does without", () => {
    const [small, large] = [200, 4000].map((size) => visits(rate, size)) as [
      Record<string, number>,
      Record<string, number>,
    ];
    for (const kernel of ["fill", "sumShards", "adam"])
      assert.ok(large[kernel]! > 5 * small[kernel]!, kernel);
  });

  test("nor does what fit keeps of the weights before each step", async (context) => {
    const changed: number[] = [];
    const { snapshot } = Weights.prototype;
    context.mock.method(Weights.prototype, "snapshot", function (this: Weights, into, rows) {
      if (into) changed.push([...(rows?.values() ?? [])].reduce((sum, { length }) => sum + length, 0));
      return snapshot.call(this, into, rows);
    } satisfies typeof snapshot);
    const model = network({ ...rate, sparse: true });
    await model.fit(X, Y, { batchSize: 11, shuffle: false });
    const named = [0, 11, 22, 33].map((from) => new Set(X.slice(from, from + 11).flat()).size);
    assert.deepEqual(changed, [0, ...named]);
  });
});

describe("what fit goes back to where the loss is no number", () => {
  test("the weights before the last step, as with dense Adam", async () => {
    for (const sparse of [false, true]) {
      const model = network({ ...rate, sparse });
      const seen: Float32Array[] = [];
      const spoil: Callback = {
        onBatchEnd: ({ step, model: trained }) => {
          seen.push(trained.weightSnapshot());
          if (step !== 6) return;
          model.setWeights(model.getWeights().map(({ data }) => data.map(() => Number.NaN)));
        },
      };
      const fit = model.fit(X, Y, { batchSize: 11, epochs: 2, callbacks: [spoil] });
      await assert.rejects(fit, /the loss became NaN at step 7 .*from before step 6 are kept/);
      assert.deepEqual(model.weightSnapshot(), seen[4]);
    }
  });

  test("weights that a callback has set in between", async () => {
    const model = network({ ...rate, sparse: true });
    const seen: Float32Array[] = [];
    const spoil: Callback = {
      onBatchEnd: ({ step }) => {
        if (step === 3)
          model.setWeights(model.getWeights().map(({ data }) => data.map((value) => value / 2)));
        seen.push(model.weightSnapshot());
        if (step === 4) model.setWeights(model.getWeights().map(({ data }) => data.map(() => Number.NaN)));
      },
    };
    await assert.rejects(
      model.fit(X, Y, { batchSize: 11, callbacks: [spoil] }),
      /from before step 4 are kept/,
    );
    assert.deepEqual(model.weightSnapshot(), seen[2]);
  });
});

describe("refused by name", () => {
  const refused: [what: string, make: () => unknown, says: RegExp][] = [
    [
      "weight decay",
      () => optimizers.adam({ sparse: true, weightDecay: 0.1 }),
      /optimizers\.adam: expected sparse or weightDecay, not both/,
    ],
    [
      "accumulation",
      () => optimizers.adam({ sparse: true, gradientAccumulationSteps: 2 }),
      /expected sparse or gradientAccumulationSteps, not both/,
    ],
    ["what is no switch", () => optimizers.adam({ sparse: 1 as never }), /sparse: expected true or false/],
    ["AdamW", () => optimizers.adamw({ sparse: true } as object), /optimizers\.adamw.*sparse/],
    ["SGD", () => optimizers.sgd({ sparse: true } as object), /optimizers\.sgd.*sparse/],
  ];
  for (const [what, make, says] of refused) {
    test(what, () => {
      assert.throws(make, (error) => error instanceof InputError && says.test(error.message));
    });
  }
});
