/** Training on the engines: the same bits for any number of threads, on every engine that fuses. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Engine } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import {
  type Layer,
  layers,
  type Model,
  type ModelOptions,
  model,
  optimizers,
  sequential,
} from "../../src/index.js";
import { testedEngines } from "./engines.js";

const STEPS = 9;

/** Networks that between them train every kind of layer, with masks, dropout and both directions of time. */
const CHAINS: Record<string, () => Layer[]> = {
  flagship: () => [
    layers.embedding({ inputDim: 30, outputDim: 8, inputLength: STEPS }),
    layers.lstm({ units: 13, dropout: 0.1, recurrentDropout: 0.1 }),
    layers.flatten(),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 20, activation: "sigmoid" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ],
  stacked: () => [
    layers.embedding({ inputDim: 30, outputDim: 7, inputLength: STEPS, maskZero: true }),
    layers.gru({ units: 9, returnSequences: true, dropout: 0.2, goBackwards: true }),
    layers.gru({ units: 5, returnSequences: true, resetAfter: false, recurrentDropout: 0.2 }),
    layers.simpleRNN({ units: 17 }),
    layers.dense({ units: 6, activation: "gelu" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ],
  normalised: () => [
    layers.embedding({ inputDim: 30, outputDim: 7, inputLength: STEPS, maskZero: true }),
    layers.conv1D({ filters: 6, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.batchNormalization({ momentum: 0.8 }),
    layers.gru({ units: 9, returnSequences: true }),
    layers.layerNormalization(),
    layers.lstm({ units: 5 }),
    layers.batchNormalization({ center: false }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ],
  shaped: () => [
    layers.embedding({ inputDim: 30, outputDim: 7, inputLength: STEPS }),
    layers.spatialDropout1D({ rate: 0.2 }),
    layers.timeDistributed({ layer: layers.dropout({ rate: 0.2 }) }),
    layers.timeDistributed({ layer: layers.dense({ units: 5, activation: "tanh" }) }),
    layers.zeroPadding1D(),
    layers.prelu({ sharedAxes: [1] }),
    layers.permute({ dims: [2, 1] }),
    layers.relu({ negativeSlope: 0.1, threshold: 0.1 }),
    layers.softmax({ axis: 1 }),
    layers.reshape({ targetShape: [-1] }),
    layers.repeatVector({ n: 2 }),
    layers.gru({ units: 5 }),
    layers.elu({ alpha: 0.5 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ],
};

/** Attention of words to words, masked, and of what was read of them to itself. */
function attending(options: ModelOptions): Model {
  const words = layers.input({ shape: [STEPS] });
  const embedded = () => layers.embedding({ inputDim: 30, outputDim: 7, maskZero: true }).apply(words);
  const concat = layers.attention({ useScale: true, scoreMode: "concat", dropout: 0.2 });
  const met = concat.apply([embedded(), embedded()]);
  const read = layers.lstm({ units: 5, returnSequences: true }).apply(met);
  const again = layers.attention({ useScale: true, dropout: 0.1 }).apply([read, met, read]);
  const outputs = layers
    .dense({ units: 1, activation: "sigmoid" })
    .apply(layers.gru({ units: 4 }).apply(again));
  return model({ inputs: words, outputs, ...options });
}

const NETWORKS: Record<string, (options: ModelOptions) => Model> = {
  ...Object.fromEntries(
    Object.entries(CHAINS).map(([name, list]) => [
      name,
      (options: ModelOptions) => sequential(list(), options),
    ]),
  ),
  attending,
};

const x = Array.from({ length: 100 }, (_, r) =>
  Array.from({ length: STEPS }, (_, t) => (t < STEPS - (r % 4) ? 1 + ((r * 31 + t * 17 + r * t) % 29) : 0)),
);
const y = x.map((row, r) => (row.includes(7) || r % 5 === 0 ? 1 : 0));

/** The bits of the weights after two epochs of 48 rows a batch: three shards, and a last batch of one. */
async function trainedBits(
  network: (options: ModelOptions) => Model,
  engine: Engine,
): Promise<Uint32Array[]> {
  const model = network({ seed: 5, engine });
  model.compile({ optimizer: optimizers.adam({ globalClipnorm: 0.5 }), loss: "binaryCrossentropy" });
  await model.fit(x, y, { epochs: 2, batchSize: 48 });
  const bits = model
    .getWeights()
    .map(({ data }) => Uint32Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)));
  model.dispose();
  return bits;
}

for (const [name, network] of Object.entries(NETWORKS)) {
  describe(`training the ${name} network`, () => {
    for (const { label, create, missing } of testedEngines()) {
      test(`${label}: the same weights on 1, 2 and 3 threads`, { skip: missing }, async () => {
        const one = await trainedBits(network, create(1));
        assert.ok(one.some((values) => values.some((value) => value !== 0)));
        for (const threads of [2, 3]) assert.deepEqual(await trainedBits(network, create(threads)), one);
      });
    }

    const fused = testedEngines().filter((engine) => engine.fused && !engine.missing);
    test(`the same weights on ${fused.map(({ label }) => label).join(", ")}`, {
      skip: fused.length < 2,
    }, async () => {
      const [first, ...others] = await Promise.all(fused.map(({ create }) => trainedBits(network, create())));
      for (const other of others) assert.deepEqual(other, first);
    });

    for (const { label, create, missing } of testedEngines()) {
      test(`${label}: close to the reference engine`, { skip: missing }, async () => {
        const values = async (engine: Engine) =>
          (await trainedBits(network, engine)).map((bits) => new Float32Array(bits.buffer));
        const expected = await values(new ReferenceEngine());
        const got = await values(create());
        got.forEach((weights, w) => {
          const furthest = Math.max(...weights.map((value, i) => Math.abs(value - expected[w]![i]!)));
          // Adam's first steps move every weight by about the learning rate, whatever its gradient's size.
          assert.ok(furthest < 2e-5, `weight ${w} is ${furthest} away`);
        });
      });
    }
  });
}
