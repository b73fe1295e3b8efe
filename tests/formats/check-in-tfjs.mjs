// Whether real TensorFlow.js opens what writeTfjs writes and answers as Keras does, over every golden model.
//   npm install @tensorflow/tfjs@4.22.0     (in a folder of its own)
//   node check-in-tfjs.mjs FOLDER           (after npm run build; FOLDER: where it was installed)
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeTfjs } from "../../dist/src/formats/tfjs/write.js";
import { layers, sequential } from "../../dist/src/index.js";
import { goldenModels } from "../../dist/tests/formats/golden-models.js";

const tf = createRequire(join(process.argv[2], "package.json"))("@tensorflow/tfjs");
await tf.setBackend("cpu");

async function answersOf(files, input, inputs) {
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json")));
  const [{ paths, weights }] = json.weightsManifest;
  const data = Buffer.concat(paths.map((path) => files.get(path)));
  const { modelTopology, trainingConfig } = json;
  const weightData = new Uint8Array(data).buffer;
  const model = await tf.loadLayersModel({
    load: async () => ({ modelTopology, trainingConfig, weightSpecs: weights, weightData }),
  });
  const output = model.predict(inputs === 1 ? tf.tensor(input) : input.map((rows) => tf.tensor(rows)));
  return Array.from(output.dataSync());
}

/** Layers that hand a mask on to one that heeds it; Cellstate's own answers are the measure. */
function masked() {
  const between = {
    batchNormalization: [layers.batchNormalization({ movingMeanInitializer: "randomNormal" })],
    dropouts: [layers.dropout({ rate: 0.5 }), layers.spatialDropout1D({ rate: 0.5 })],
    layerNormalization: [layers.layerNormalization()],
    prelu: [layers.prelu({ alphaInitializer: "randomNormal" })],
    relu: [layers.relu({ maxValue: 0.5 })],
    timeDistributed: [layers.timeDistributed({ layer: layers.leakyReLU() })],
  };
  const input = [
    [0, 3, 0, 5, 0, 2, 0, 0],
    [1, 2, 3, 4, 5, 6, 7, 8],
    [0, 0, 0, 0, 0, 0, 0, 9],
  ];
  return Object.entries(between).map(([name, list]) => {
    const words = layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 8, maskZero: true });
    const model = sequential([words, ...list, layers.lstm({ units: 3 })], { seed: 4, engine: "reference" });
    return { name: `masked: ${name}`, model, input, inputs: 1, output: model.predict(input).flat() };
  });
}

let written = 0;
let worst = 0;
let failed = 0;
const refused = new Map();
for (const { name, model, input, inputs, output } of [...goldenModels(), ...masked()]) {
  let files;
  try {
    files = writeTfjs(model);
  } catch (error) {
    refused.set(error.message.replace(/^layer \S+/, "layer …"), name);
    continue;
  }
  try {
    const found = await answersOf(files, input, inputs);
    const difference = Math.max(
      ...found.map((v, i) => Math.abs(v - output[i]) / Math.max(1, Math.abs(output[i]))),
    );
    if (!(difference <= 1e-5) || found.length !== output.length) {
      console.log(`${name}: differs by ${difference}`);
      failed++;
    } else worst = Math.max(worst, difference);
    written++;
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    failed++;
  }
}
for (const [why, name] of refused) console.log(`refused (${name}): ${why}`);
console.log(
  `TensorFlow.js ${tf.version.tfjs}: ${written} models, outputs within ${worst.toExponential(1)}; ${failed} failed`,
);
process.exit(failed > 0 ? 1 : 0);
