/** Models of every layer and option, for writing: opened again here, and by Python Keras through check_in_keras.py. */
import { layers, losses, type Model, model, optimizers, sequential } from "../../src/index.js";
import type { InputsLike } from "../../src/network/inputs.js";
import type { CompileOptions } from "../../src/train/trainer.js";

export interface WrittenModel {
  name: string;
  model: Model;
  /** A list of such for several inputs. */
  input: InputsLike;
  /** Of models that were compiled and trained three steps. */
  target?: number[][];
}

const STEPS = 6;
const IDS = [
  [3, 9, 1, 14, 0, 0],
  [11, 2, 5, 7, 8, 4],
  [0, 0, 0, 0, 0, 0],
  [6, 10, 0, 0, 0, 0],
];
const SIGNAL = IDS.map((row, r) => row.map((id, t) => [Math.sin(id + r), Math.cos(id * 2 + t)]));

/** Weights unlike each other, so that none can stand for another. */
function randomise(model: Model): Model {
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
  model.setWeights(model.getWeights().map(({ data }) => data.map(() => 1.6 * next())));
  return model;
}

const plain = (name: string, model: Model, input: InputsLike = IDS): WrittenModel => ({
  name,
  model: randomise(model),
  input,
});

function trained(name: string, options: CompileOptions, outputs: number, target: number[][]): WrittenModel {
  const model = randomise(
    sequential([
      layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true, inputLength: STEPS }),
      layers.lstm({ units: 3 }),
      layers.dense({ units: 3, activation: "tanh", trainable: name !== "adamw" }),
      layers.dense({ units: outputs, activation: outputs === 1 ? "sigmoid" : "softmax" }),
    ]),
  );
  model.compile(options);
  for (let step = 0; step < 3; step++) model.trainOnBatch(IDS, target);
  return { name, model, input: IDS, target };
}

const BINARY = [[1], [0], [1], [0]];
const CLASSES = [[2], [0], [1], [2]];
const ONE_HOT = [
  [0, 0, 1],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

function layerModels(): WrittenModel[] {
  const ids = () => layers.embedding({ inputDim: 15, outputDim: 3, inputLength: STEPS });
  const flagship = sequential([
    ids(),
    layers.lstm({ units: 4, dropout: 0.1, recurrentDropout: 0.1 }),
    layers.flatten(),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 5, activation: "sigmoid" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  const masked = sequential([
    layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true }),
    layers.lstm({ units: 3, returnSequences: true, useBias: false, recurrentActivation: "hardSigmoid" }),
    layers.gru({ units: 2, returnSequences: true, resetAfter: false, activation: "relu" }),
    layers.simpleRNN({ units: 3, goBackwards: true, activation: "softsign" }),
    layers.dense({ units: 3, activation: "softmax" }),
  ]);
  const signal = sequential(
    [
      layers.input({ shape: [null, 2], name: "signal" }),
      layers.gru({ units: 3, returnSequences: true, name: "first" }),
      layers.lstm({ units: 2, unitForgetBias: false, returnSequences: true, goBackwards: true }),
      layers.gru({ units: 2, useBias: false }),
      layers.activation({ activation: "gelu" }),
      layers.dense({ units: 2, useBias: false, activation: "silu" }),
    ],
    { name: "a_model" },
  );
  return [plain("flagship", flagship), plain("masked", masked), plain("signal", signal, SIGNAL)];
}

function optionModels(): WrittenModel[] {
  const names = [
    ...(["tanh", "hardSigmoid", "elu", "selu", "exponential", "softplus", "relu6", "leakyRelu"] as const),
    ...(["mish", "hardSilu", "hardTanh", "linear", "softmax"] as const),
  ];
  const activations = sequential([
    layers.input({ shape: [3] }),
    ...names.flatMap((activation) => [
      layers.dense({ units: 3, activation }),
      layers.activation({ activation: "tanh" }),
    ]),
  ]);
  const settings = sequential([
    layers.embedding({
      inputDim: 15,
      outputDim: 2,
      inputLength: STEPS,
      embeddingsInitializer: { name: "randomNormal", mean: 0.1, stddev: 0.2, seed: 3 },
      embeddingsRegularizer: { l2: 0.01 },
    }),
    layers.simpleRNN({
      units: 2,
      kernelInitializer: {
        name: "varianceScaling",
        scale: 2,
        mode: "fanOut",
        distribution: "untruncatedNormal",
      },
      recurrentInitializer: { name: "identity", gain: 0.5 },
      biasInitializer: { name: "constant", value: 0.25 },
      kernelRegularizer: { l1: 0.1, l2: 0.2 },
    }),
    layers.dense({ units: 2, kernelInitializer: "heNormal", trainable: false }),
    layers.dense({ units: 1, kernelInitializer: "lecunUniform", biasInitializer: "truncatedNormal" }),
  ]);
  return [
    plain(
      "activations",
      activations,
      SIGNAL.map((row) => row.flat().slice(0, 3)),
    ),
    plain("settings", settings),
  ];
}

const sequences = { returnSequences: true } as const;

/** Both ways, pooled, masked: the layers around the recurrent ones in chains. */
function chains(): WrittenModel[] {
  const masked = () => layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true, inputLength: STEPS });
  const { bidirectional, gru, lstm, simpleRNN } = layers;
  const bothWays = sequential([
    masked(),
    bidirectional({ layer: lstm({ units: 3, ...sequences }) }),
    bidirectional({ layer: gru({ units: 2, ...sequences, resetAfter: false }), mergeMode: "sum" }),
    bidirectional({ layer: simpleRNN({ units: 2, ...sequences, name: "cell" }), mergeMode: "mul" }),
    bidirectional({ layer: lstm({ units: 2, ...sequences }), mergeMode: "ave", name: "averaged" }),
    bidirectional({ layer: gru({ units: 2 }), trainable: false }),
  ]);
  const backward = gru({ units: 3, goBackwards: true, useBias: false });
  const other = sequential([
    layers.input({ shape: [STEPS, 2] }),
    layers.masking({ maskValue: 0.5 }),
    bidirectional({ layer: lstm({ units: 3, recurrentDropout: 0.1 }), backwardLayer: backward }),
    layers.dense({ units: 1 }),
  ]);
  const pooled = sequential([
    layers.input({ shape: [STEPS, 2] }),
    layers.averagePooling1D({ poolSize: 2, strides: 1, padding: "same" }),
    layers.maxPooling1D(),
    lstm({ units: 3, ...sequences, zeroOutputForMask: true }),
    layers.globalMaxPooling1D({ keepdims: true }),
    layers.flatten(),
  ]);
  const mean = sequential([
    layers.embedding({ inputDim: 15, outputDim: 3 }),
    layers.globalAveragePooling1D(),
  ]);
  return [
    plain("both_ways", bothWays),
    plain("other_backward", other, SIGNAL),
    plain("pooled", pooled, SIGNAL),
    plain("mean", mean),
  ];
}

/** Windows, normalisation, one layer at every step, shapes, activations. */
function shaped(): WrittenModel[] {
  const steps = () => layers.input({ shape: [STEPS, 2] });
  const windows = sequential([
    steps(),
    layers.conv1D({ filters: 4, kernelSize: 3, padding: "causal", dilationRate: 2, activation: "relu" }),
    layers.batchNormalization({ momentum: 0.9, epsilon: 0.01 }),
    layers.spatialDropout1D({ rate: 0.2 }),
    layers.conv1D({ filters: 4, kernelSize: 2, strides: 2, groups: 2, padding: "same", useBias: false }),
    layers.layerNormalization({ center: false }),
    layers.zeroPadding1D({ padding: [1, 2] }),
    layers.prelu({ sharedAxes: [1] }),
    layers.batchNormalization({ scale: false, center: false, trainable: false }),
    layers.flatten(),
  ]);
  const shapes = sequential([
    steps(),
    layers.timeDistributed({ layer: layers.dense({ units: 3, activation: "tanh" }) }),
    layers.timeDistributed({ layer: layers.prelu(), name: "bent" }),
    layers.permute({ dims: [2, 1] }),
    layers.softmax({ axis: 1 }),
    layers.reshape({ targetShape: [-1] }),
    layers.relu({ maxValue: 2, negativeSlope: 0.1, threshold: 0.05 }),
    layers.repeatVector({ n: 3 }),
    layers.leakyReLU({ negativeSlope: 0.4 }),
    layers.elu({ alpha: 0.5 }),
    layers.gru({ units: 2 }),
  ]);
  const masked = sequential([
    layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true }),
    layers.batchNormalization(),
    layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
    layers.layerNormalization({ axis: [-1] }),
    layers.lstm({ units: 2 }),
  ]);
  // A variance is positive.
  const settled = (made: WrittenModel): WrittenModel => {
    const weights = made.model.getWeights();
    made.model.setWeights(
      weights.map(({ name, data }) =>
        name.endsWith("moving_variance") ? data.map((v) => 0.5 + Math.abs(v)) : data,
      ),
    );
    return made;
  };
  return [
    plain("windows", windows, SIGNAL),
    plain("shapes", shapes, SIGNAL),
    plain("masked_norm", masked),
  ].map(settled);
}

/** RNN of cells: single, stacked, backwards and both ways. */
function cells(): WrittenModel[] {
  const { bidirectional, gruCell, lstmCell, rnn, simpleRNNCell, stackedRNNCells } = layers;
  const masked = sequential([
    layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true, inputLength: STEPS }),
    rnn({ cell: lstmCell({ units: 3, dropout: 0.1, recurrentActivation: "hardSigmoid" }), ...sequences }),
    rnn({ cell: gruCell({ units: 3, resetAfter: false }), ...sequences, zeroOutputForMask: true }),
    bidirectional({
      layer: rnn({ cell: gruCell({ units: 2, name: "own" }), ...sequences }),
      mergeMode: "mul",
    }),
    rnn({ cell: simpleRNNCell({ units: 2, useBias: false, trainable: false }), goBackwards: true }),
  ]);
  const stacked = sequential([
    layers.input({ shape: [STEPS, 2] }),
    rnn({ cell: [lstmCell({ units: 3 }), gruCell({ units: 3 }), lstmCell({ units: 3 })], ...sequences }),
    bidirectional({
      layer: rnn({ cell: [lstmCell({ units: 2 }), lstmCell({ units: 2 })] }),
      backwardLayer: rnn({ cell: [gruCell({ units: 2 })], goBackwards: true }),
    }),
  ]);
  const below = { cells: [simpleRNNCell({ units: 2 }), gruCell({ units: 3 })] };
  const backwards = sequential([
    layers.input({ shape: [STEPS, 2] }),
    rnn({ cell: stackedRNNCells(below), goBackwards: true, ...sequences }),
    layers.globalMaxPooling1D(),
  ]);
  return [
    plain("cells_masked", masked),
    plain("cells_stacked", stacked, SIGNAL),
    plain("cells_backwards", backwards, SIGNAL),
  ];
}

/** Several inputs, every way of merging, masks that meet. */
function graphs(): WrittenModel[] {
  const words = layers.input({ shape: [STEPS], name: "words" });
  const others = layers.input({ shape: [STEPS], name: "others" });
  const masked = (name: string) => layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true, name });
  const [x, y] = [masked("left").apply(words), masked("right").apply(others)];
  const merged = (["add", "subtract", "multiply", "average", "maximum", "minimum"] as const).map((kind) =>
    layers[kind]().apply([x, y]),
  );
  const beside = layers.lstm({ units: 3 }).apply(layers.concatenate().apply(merged));
  const after = layers.gru({ units: 2 }).apply(layers.concatenate({ axis: 1 }).apply([x, y]));
  const both = layers.bidirectional({ layer: layers.lstm({ units: 2 }) }).apply(merged[0]!);
  const end = layers.dense({ units: 2 }).apply(layers.concatenate().apply([beside, after, both]));
  const twoTexts = model({ inputs: [words, others], outputs: end });
  const ids = layers.input({ shape: [null], name: "ids" });
  const numbers = layers.input({ shape: [2], name: "numbers" });
  const text = layers.gru({ units: 2 }).apply(masked("table").apply(ids));
  const row = layers.dense({ units: 2, activation: "relu" }).apply(numbers);
  const joined = layers.concatenate().apply([text, row]);
  const out = layers.dense({ units: 1, activation: "sigmoid" }).apply(joined);
  const textAndNumbers = model({ inputs: [ids, numbers], outputs: out });
  const reversed = IDS.map((row) => [...row].reverse());
  return [
    plain("two_texts", twoTexts, [IDS, reversed]),
    plain("text_and_numbers", textAndNumbers, [IDS, SIGNAL.map((rows) => rows[0]!)]),
  ];
}

/** Attention to another text, by products and by sums, and to itself; the mask goes on. */
function attending(): WrittenModel[] {
  const [asked, told] = ["asked", "told"].map((name) => layers.input({ shape: [STEPS], name }));
  const masked = () => layers.embedding({ inputDim: 15, outputDim: 3, maskZero: true });
  const [query, value] = [masked().apply(asked!), masked().apply(told!)];
  const key = layers.dense({ units: 3, activation: "tanh" }).apply(value);
  const met = layers
    .attention({ useScale: true, scoreMode: "concat", dropout: 0.2 })
    .apply([query, value, key]);
  const own = layers.attention({ useScale: true }).apply([met, met]);
  const end = layers.lstm({ units: 2 }).apply(layers.attention().apply([own, value]));
  const made = model({ inputs: [asked!, told!], outputs: end });
  const steps = layers.input({ shape: [STEPS, 2] });
  const sums = layers.attention({ scoreMode: "concat" }).apply([steps, steps]);
  const alone = model({ inputs: [steps], outputs: layers.flatten().apply(sums) });
  return [
    plain("attention", made, [IDS, IDS.map((row) => [...row].reverse())]),
    plain("attention_sums", alone, SIGNAL),
  ];
}

/** Lists of names beyond what one HDF5 attribute holds. */
function longModel(): WrittenModel {
  const long = "a".repeat(700);
  const many = Array.from({ length: 100 }, (_, i) => layers.dense({ units: 2, name: `${long}_${i}` }));
  return plain("long_names", sequential([layers.input({ shape: [2] }), ...many]), [[0.5, -1]]);
}

export function writtenModels(): WrittenModel[] {
  const smoothed = losses.binaryCrossentropy({ labelSmoothing: 0.1 });
  const metrics = ["accuracy", "auc", "precision", "recall", "f1", "mcc"] as const;
  const adam = optimizers.adam({ learningRate: 0.02, clipnorm: 0.5 });
  const amsgrad = optimizers.adam({
    learningRate: 0.02,
    beta1: 0.8,
    beta2: 0.95,
    epsilon: 1e-4,
    amsgrad: true,
  });
  const adamw = optimizers.adamw({ learningRate: 0.02, weightDecay: 0.05 });
  const rmsprop = optimizers.rmsprop({ learningRate: 0.005, momentum: 0.4, centered: true });
  const sgd = optimizers.sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true, globalClipnorm: 1 });
  return [
    ...layerModels(),
    ...optionModels(),
    ...chains(),
    ...shaped(),
    ...cells(),
    ...graphs(),
    ...attending(),
    longModel(),
    trained("adam", { optimizer: adam, loss: smoothed, metrics }, 1, BINARY),
    trained("amsgrad", { optimizer: amsgrad, loss: "binaryCrossentropy" }, 1, BINARY),
    trained("adamw", { optimizer: adamw, loss: "sparseCategoricalCrossentropy" }, 3, CLASSES),
    trained("rmsprop", { optimizer: rmsprop, loss: "meanSquaredError" }, 1, BINARY),
    trained("sgd", { optimizer: sgd, loss: "categoricalCrossentropy", metrics }, 3, ONE_HOT),
  ];
}
