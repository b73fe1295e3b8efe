/** What Attention takes and refuses, and its dropout: one number a score, by row, step and place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { strFromU8, strToU8, unzipSync } from "fflate";
import type { JsonObject } from "../../src/base/json.js";
import { checkExpectations, explainParameters } from "../../src/explain/index.js";
import { writeTfjs } from "../../src/formats.js";
import { type Layer, layers, type Model, model, optimizers, sequential } from "../../src/index.js";
import { readKeras, writeKeras } from "../../src/keras.js";
import type { AttentionOptions } from "../../src/layers/attention.js";
import { trainerOf } from "../../src/model/model.js";
import { readKerasScript } from "../../src/model/script.js";

const [T, S] = [3, 4];

/** Attention of T queries to S values, as rows of T · F numbers. */
function attending(options: AttentionOptions = {}, seed = 1, I = 1, F = S): Model {
  const inputs = [
    layers.input({ shape: [T, I] }),
    layers.input({ shape: [S, F] }),
    layers.input({ shape: [S, I] }),
  ];
  const y = layers.attention(options).apply(inputs);
  const made = model({ inputs, outputs: layers.flatten().apply(y), seed });
  made.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 0 }) });
  return made;
}

const rowsOf = (rows: number, steps: number, number: (t: number, f: number) => number, F: number) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: steps }, (_, t) => Array.from({ length: F }, (_, f) => number(t, f))),
  );

/** Scores all alike, and values that are the unit vectors: what comes out are the weights. */
const weighed = (rows: number) => [
  rowsOf(rows, T, () => 0, 1),
  rowsOf(rows, S, (s, f) => (s === f ? 1 : 0), S),
  rowsOf(rows, S, () => 1, 1),
];

/** The outputs of one training step, a row of T · S weights each. */
function trained(made: Model, rows: number): number[][] {
  const width = made.outputSize;
  const targets = Array.from({ length: rows }, () => new Array<number>(width).fill(0));
  const data = made.dataset(weighed(rows), targets, {});
  const trainer = trainerOf(made);
  const plan = trainer.plan(data, data.rows);
  trainer.write(plan, data, null, 0, data.rows);
  trainer.forwardBackward(plan);
  const out = new Float32Array(rows * width);
  trainer.output(plan, out);
  trainer.update(plan);
  return targets.map((_, r) => Array.from(out.subarray(r * width, (r + 1) * width)));
}

const share = (values: readonly number[], wanted: (value: number, i: number) => boolean) =>
  values.filter(wanted).length / values.length;
/** Four standard errors around p; seeds are fixed. */
const near = (value: number, p: number, n: number, what: string) =>
  assert.ok(Math.abs(value - p) < 4 * Math.sqrt((p * (1 - p)) / n), `${what}: ${value}, expected ${p}`);

const ROWS = 400;

test("dropout sets weights to 0 and scales up the rest, each score by itself", () => {
  const outputs = trained(attending({ dropout: 0.25 }), ROWS);
  const all = outputs.flat();
  assert.deepEqual([...new Set(all)].sort(), [0, Math.fround(0.25 * Math.fround(4 / 3))]);
  const dropped = (y: number) => y === 0;
  near(share(all, dropped), 0.25, all.length, "dropped");
  for (let place = 0; place < T * S; place++) {
    near(
      share(
        outputs.map((row) => row[place]!),
        dropped,
      ),
      0.25,
      ROWS,
      `score ${place}`,
    );
  }
  const alike = (apart: number) => {
    const pairs = outputs.flatMap((row) =>
      row.slice(0, T * S - apart).map((y, i) => (y === row[i + apart] ? 1 : 0)),
    );
    near(
      share(pairs, (same) => same === 1),
      0.25 ** 2 + 0.75 ** 2,
      pairs.length,
      `scores ${apart} apart alike`,
    );
  };
  alike(1);
  alike(S);
});

test("prediction drops nothing", () => {
  const made = attending({ dropout: 0.5 });
  assert.deepEqual(made.predict(weighed(1)), [new Array(T * S).fill(0.25)]);
});

test("every step drops anew, the same seed the same, and a row as it would in any batch", () => {
  const first = trained(attending({ dropout: 0.5 }), 33);
  assert.deepEqual(trained(attending({ dropout: 0.5 }), 33), first);
  assert.deepEqual(trained(attending({ dropout: 0.5 }), 5), first.slice(0, 5));
  const twice = attending({ dropout: 0.5 });
  trained(twice, 33);
  for (const other of [trained(twice, 33), trained(attending({ dropout: 0.5 }, 2), 33)]) {
    const alike = other.flat().map((y, i) => (y === first.flat()[i] ? 1 : 0));
    near(
      share(alike, (same) => same === 1),
      0.5,
      alike.length,
      "alike",
    );
  }
});

test("threads do not matter", () => {
  const losses = [1, 2].map((threads) => {
    const inputs = [layers.input({ shape: [T, 2] }), layers.input({ shape: [S, 2] })];
    const y = layers.attention({ useScale: true, scoreMode: "concat", dropout: 0.3 }).apply(inputs);
    const outputs = layers.dense({ units: 1 }).apply(layers.flatten().apply(y));
    const made = model({ inputs, outputs, seed: 5, threads });
    made.compile({ loss: "meanSquaredError", optimizer: "adam" });
    const x = [rowsOf(40, T, (t, f) => Math.sin(t + f), 2), rowsOf(40, S, (s, f) => Math.cos(2 * s + f), 2)];
    return [0, 1, 2].map(() => made.trainOnBatch(x, new Array(40).fill(1)));
  });
  assert.deepEqual(losses[0], losses[1]);
});

test("inputs of other numbers and shapes are refused in words", () => {
  const apply = (...shapes: number[][]) => {
    const inputs = shapes.map((shape) => layers.input({ shape }));
    return () => model({ inputs, outputs: layers.attention().apply(inputs) });
  };
  assert.throws(apply([3, 2]), /expected two inputs, query and value, or a key besides.*received 1/);
  assert.throws(apply([3, 2], [3, 2], [3, 2], [3, 2]), /received 4/);
  assert.throws(apply([3, 2], [4, 5]), /as many features in queries as in keys.*"2 and 5"/);
  assert.throws(apply([3, 2], [4, 5], [3, 2]), /as many keys as values.*"3 and 4"/);
  assert.throws(apply([3, 2], [4]), /expected a sequence \[steps, features\]/);
  const chain = (layer: Layer) => () => sequential([layers.input({ shape: [3, 2] }), layer]);
  assert.throws(chain(layers.attention()), /layers\.attention\(\)\.apply\(\[query, value\]\)/);
  assert.throws(() => layers.attention({ scoreMode: "additive" as "dot" }), /dot.*concat/);
  assert.throws(() => layers.attention({ dropout: 1.5 }), /dropout/);
});

test("Keras's files say it as Keras does: a shape an input, and no false argument of a call matters", () => {
  const [call, read] = kerasCall();
  assert.deepEqual(call["build_config"], {
    input_shape: [
      [null, T, 1],
      [null, S, S],
      [null, S, 1],
    ],
  });
  assert.deepEqual((call["config"] as JsonObject)["score_mode"], "concat");
  for (const key of ["use_causal_mask", "return_attention_scores"]) {
    assert.ok(read({ [key]: false }).layers.some(({ className }) => className === "Attention"));
    assert.throws(() => read({ [key]: true }), new RegExp(`received "${key}"`));
  }
});

/** Attention's entry in a Keras configuration, and what reads that with arguments of its call. */
function kerasCall(): [JsonObject, (kwargs: JsonObject) => Model] {
  const made = attending({ useScale: true, scoreMode: "concat" });
  const file = (kwargs: JsonObject) => {
    const config = JSON.parse(strFromU8(unzipSync(writeKeras(made))["config.json"]!)) as JsonObject;
    const entries = (config["config"] as JsonObject)["layers"] as JsonObject[];
    const entry = entries.find(({ class_name }) => class_name === "Attention")!;
    Object.assign((entry["inbound_nodes"] as JsonObject[])[0]!, { kwargs });
    return { config, entry };
  };
  const read = (kwargs: JsonObject) =>
    readKeras(strToU8(JSON.stringify(file(kwargs).config)), { name: "config" }).model;
  return [file({}).entry, read];
}

test("Keras scripts may call it", () => {
  const script = (call: string) =>
    `a = Input((9, 4))\nb = Input((7, 4))\nx = Attention(use_scale=True, score_mode="concat", dropout=0.1)(${call})\n` +
    "model = Model([a, b], Dense(1)(Flatten()(x)))\n";
  const { model: read } = readKerasScript(script("[a, b], use_causal_mask=False"));
  const layer = read.layers.find(({ className }) => className === "Attention")!;
  assert.deepEqual(layer.options, { useScale: true, scoreMode: "concat", dropout: 0.1 });
  assert.equal(read.outputSize, 1);
  for (const argument of ["use_causal_mask=True", "return_attention_scores=True", "training=False"]) {
    const [name] = argument.split("=");
    const says = new RegExp(`line 3: Attention is called with ${name}; only inputs are read`);
    assert.throws(() => readKerasScript(script(`[a, b], ${argument}`)), says);
  }
  assert.throws(() => readKerasScript(script("[a, b]").replace("Attention", "attention")), /attention/);
});

test("its parameters are explained", () => {
  const total = (options: AttentionOptions) => explainParameters(attending(options)).layers.at(-2)!;
  assert.match(total({}).formula, /^0/);
  assert.equal(total({ useScale: true }).count, 1);
  assert.equal(total({ useScale: true, scoreMode: "concat" }).count, 2);
  const layer = "attention";
  const [wrong] = checkExpectations(attending({ useScale: true }, 1, 3), [{ layer, count: 9 }]);
  assert.match(wrong!.cause!.slips[0]!.says, /weights between queries and keys were counted/);
});

test("TensorFlow.js has no such layer", () => {
  assert.throws(
    () => writeTfjs(attending()),
    /expected a layer that TensorFlow\.js has .*received "Attention"/,
  );
});
