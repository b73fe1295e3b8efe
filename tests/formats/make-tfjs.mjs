// Makes golden/tfjs.json: models saved by real TensorFlow.js, with what it answers.
//   npm install @tensorflow/tfjs@4.22.0   (in a folder of its own)
//   node make-tfjs.mjs FOLDER             (FOLDER: where it was installed)
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const tf = createRequire(join(process.argv[2], "package.json"))("@tensorflow/tfjs");
await tf.setBackend("cpu");
const { layers: L } = tf;

let state = 20260;
function uniform() {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}

const ids = (T, V = 11) => Array.from({ length: T }, () => 1 + Math.floor(uniform() * (V - 1)));
const floats = (T, F) => Array.from({ length: T }, () => Array.from({ length: F }, () => 2 * uniform() - 1));
const embedding = (T, maskZero = false) =>
  L.embedding({ inputDim: 11, outputDim: 5, inputLength: T, maskZero });

function chain(...list) {
  return tf.sequential({ layers: list });
}

function twoInputs() {
  const a = tf.input({ shape: [6], name: "words" });
  const b = tf.input({ shape: [3], name: "numbers" });
  const read = L.lstm({ units: 4 }).apply(embedding(6).apply(a));
  const joined = L.concatenate({ name: "both" }).apply([
    read,
    L.dense({ units: 2, activation: "relu" }).apply(b),
  ]);
  return tf.model({ inputs: [a, b], outputs: L.dense({ units: 2, activation: "softmax" }).apply(joined) });
}

function compiled(model) {
  model.compile({ optimizer: tf.train.adam(0.003), loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return model;
}

const CASES = {
  "flagship, small": {
    model: compiled(
      chain(
        embedding(9),
        L.lstm({ units: 6, recurrentActivation: "sigmoid", dropout: 0.1, recurrentDropout: 0.1 }),
        L.dropout({ rate: 0.1 }),
        L.dense({ units: 7, activation: "sigmoid" }),
        L.dense({ units: 1, activation: "sigmoid" }),
      ),
    ),
    rows: [ids(9), ids(9), ids(9)],
  },
  "masked stack with its own hard sigmoid": {
    model: chain(
      embedding(7, true),
      L.lstm({ units: 4, returnSequences: true }),
      L.gru({ units: 3, returnSequences: true }),
      L.simpleRNN({ units: 5, activation: "relu", useBias: false }),
      L.dense({ units: 3, activation: "hardSigmoid" }),
    ),
    rows: [[3, 4, 0, 5, 0, 0, 0], [0, 0, 2, 0, 1, 9, 10], ids(7)],
  },
  "sequence of numbers, backwards": {
    model: chain(
      L.gru({
        units: 4,
        inputShape: [5, 3],
        goBackwards: true,
        returnSequences: true,
        activation: "softsign",
      }),
      L.lstm({ units: 3, activation: "elu" }),
      L.dense({ units: 2, activation: "softmax" }),
    ),
    rows: [floats(5, 3), floats(5, 3)],
  },
  "both ways": {
    model: chain(
      embedding(6),
      L.bidirectional({ layer: L.lstm({ units: 3, returnSequences: true }), mergeMode: "concat" }),
      L.bidirectional({ layer: L.gru({ units: 4 }), mergeMode: "ave" }),
      L.dense({ units: 1, activation: "sigmoid" }),
    ),
    rows: [ids(6), ids(6)],
  },
  "two inputs": { model: twoInputs(), rows: [[ids(6), ids(6)], floats(2, 3)], inputs: 2 },
};
for (const dtype of ["uint8", "uint16", "float16"]) {
  const model = chain(embedding(6), L.lstm({ units: 8 }), L.dense({ units: 2 }));
  CASES[`quantized to ${dtype}`] = { model, rows: [ids(6), ids(6)], dtype };
}
CASES["as the Python converter writes it, in small shards"] = {
  model: compiled(
    chain(embedding(6), L.simpleRNN({ units: 6 }), L.dense({ units: 1, activation: "sigmoid" })),
  ),
  rows: [ids(6), ids(6)],
  converter: true,
};
CASES["convolution, normalised, pooled"] = {
  model: chain(
    embedding(9, true),
    L.spatialDropout1d({ rate: 0.3 }),
    L.conv1d({ filters: 6, kernelSize: 3, padding: "same", strides: 2, activation: "relu" }),
    L.batchNormalization({ epsilon: 0.01 }),
    L.conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, useBias: false }),
    L.reLU({ maxValue: 1.5 }),
    L.globalMaxPooling1d(),
    L.dense({ units: 2, activation: "softmax" }),
  ),
  rows: [ids(9), ids(9)],
};
CASES["steps by themselves, shapes and slopes"] = {
  model: chain(
    L.permute({ dims: [2, 1], inputShape: [4, 3] }),
    L.timeDistributed({ layer: L.dense({ units: 5, activation: "tanh" }) }),
    L.layerNormalization({ center: false }),
    L.leakyReLU({ alpha: 0.15 }),
    L.reshape({ targetShape: [-1, 3] }),
    L.prelu({ sharedAxes: [1] }),
    L.softmax({ axis: -1 }),
    L.globalMaxPooling1d(),
    L.repeatVector({ n: 3 }),
    L.elu(),
    L.prelu(),
    L.gru({ units: 3 }),
  ),
  rows: [floats(4, 3), floats(4, 3)],
};

/** Weights that tell every place from every other. */
function randomize(model) {
  for (const layer of model.layers) {
    layer.setWeights(
      layer.getWeights().map((w, i) => {
        const drawn = Float32Array.from({ length: w.size }, () => 1.6 * uniform() - 0.8);
        const variance = /moving_variance/.test(layer.weights[i].originalName);
        return tf.tensor(variance ? drawn.map((v) => v + 1) : drawn, w.shape);
      }),
    );
  }
}

async function artifactsOf(model) {
  let kept;
  const handler = {
    async save(artifacts) {
      kept = artifacts;
      return { modelArtifactsInfo: {} };
    },
  };
  await model.save(handler, { includeOptimizer: model.optimizer !== undefined });
  return kept;
}

function quantized(specs, data, dtype) {
  const floats = new Float32Array(data);
  const parts = [];
  let at = 0;
  const weights = specs.map((spec) => {
    const values = floats.subarray(at, (at += spec.shape.reduce((a, b) => a * b, 1)));
    if (dtype === "float16") {
      parts.push(new Uint8Array(Uint16Array.from(values, toHalf).buffer));
      return { ...spec, quantization: { dtype, original_dtype: "float32" } };
    }
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const scale = (max - min) / (dtype === "uint8" ? 255 : 65535);
    const Kind = dtype === "uint8" ? Uint8Array : Uint16Array;
    parts.push(new Uint8Array(Kind.from(values, (value) => Math.round((value - min) / scale)).buffer));
    return { ...spec, quantization: { dtype, scale, min, original_dtype: "float32" } };
  });
  return { weights, data: Buffer.concat(parts) };
}

/** Of a number below 1, rounded down. */
function toHalf(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >>> 23) & 0xff) - 112;
  return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

async function golden(name, { model, rows, inputs = 1, dtype, converter }) {
  randomize(model);
  const artifacts = await artifactsOf(model);
  let { weightSpecs: weights, weightData } = artifacts;
  let data = Buffer.from(weightData);
  if (dtype) ({ weights, data } = quantized(weights, weightData, dtype));
  let { modelTopology } = artifacts;
  if (converter) {
    const { keras_version: _, backend, class_name, config } = modelTopology;
    modelTopology = { keras_version: "2.4.0", backend, model_config: { class_name, config } };
  }
  const shards = {};
  const size = converter ? 100 : data.length;
  const count = Math.ceil(data.length / size);
  for (let i = 0; i < count; i++) {
    shards[`group1-shard${i + 1}of${count}.bin`] = data.subarray(i * size, (i + 1) * size).toString("base64");
  }
  const json = {
    ...{ format: artifacts.format, generatedBy: artifacts.generatedBy, convertedBy: artifacts.convertedBy },
    modelTopology,
    ...(artifacts.trainingConfig && { trainingConfig: artifacts.trainingConfig }),
    weightsManifest: [{ paths: Object.keys(shards), weights }],
  };
  // What is stored is what answers: quantized weights are read back first.
  const again = await tf.loadLayersModel({
    load: async () => ({
      modelTopology: artifacts.modelTopology,
      weightSpecs: weights,
      weightData: new Uint8Array(data).buffer,
    }),
  });
  const given = inputs === 1 ? tf.tensor(rows) : rows.map((input) => tf.tensor(input));
  const output = Array.from(again.predict(given).dataSync());
  return { name, json, shards, input: rows, output };
}

const all = [];
for (const [name, given] of Object.entries(CASES)) all.push(await golden(name, given));
writeFileSync(new URL("golden/tfjs.json", import.meta.url), JSON.stringify(all));
