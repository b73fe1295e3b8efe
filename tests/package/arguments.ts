/**
 * Every public function, constructor and method, with arguments that are right. The battery puts wrong ones in their
 * places; what is exported and not listed here fails the test.
 */
import { fastify } from "fastify";
import { strFromU8, unzipSync } from "fflate";
import * as tuning from "../../src/classifier/tuning/index.js";
import * as data from "../../src/data/index.js";
import * as explain from "../../src/explain/index.js";
import * as formats from "../../src/formats.js";
import * as main from "../../src/index.js";
import * as keras from "../../src/keras.js";
import * as lab from "../../src/lab/index.js";
import * as predict from "../../src/predict.js";
import * as mpi from "../../src/processes/mpi.js";
import * as report from "../../src/report/index.js";
import * as serve from "../../src/serve/index.js";
import { IdEncoder } from "../../src/tokens/row-encoder.js";
import * as worker from "../../src/worker/index.js";
import { traceArrays } from "../../src/worker/trace-arrays.js";
import { tiny } from "../classifier/automatic.js";

const { layers } = main;

export const ENTRIES = {
  ".": main,
  "./data": data,
  "./explain": explain,
  "./formats": formats,
  "./keras": keras,
  "./lab": lab,
  "./mpi": mpi,
  "./predict": predict,
  "./report": report,
  "./serve": serve,
  "./tune": tuning,
  "./worker": worker,
};

/** One public thing to call: `args` makes arguments that are right, afresh each time. */
export interface Callable {
  /** "Model.fit" */
  name: string;
  args(): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: the point is to call it with anything
  call(...args: any[]): unknown;
}

export const network = () =>
  main.sequential([layers.input({ shape: [3] }), layers.dense({ units: 1, activation: "sigmoid" })], {
    engine: "reference",
  });

const compiled = () => {
  const model = network();
  model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
  return model;
};

const recurrent = () =>
  main.sequential(
    [
      layers.embedding({ inputDim: 6, outputDim: 2, inputLength: 4 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference" },
  );

export const WORDS = ["", "good", "bad", "film", "a", "the"];
const vectorizer = () => new main.Vectorizer({ frontEnd: "tokenizer" }, WORDS, { length: 4 });
const classifier = () =>
  main.assembleClassifier(recurrent(), { vectorizer: vectorizer(), labels: ["no", "yes"], threshold: 0.5 });
const ROWS = [
  { text: "a good film", label: "yes" },
  { text: "a bad film", label: "no" },
  { text: "the good", label: "yes" },
  { text: "the bad", label: "no" },
];
const servingOptions = () => ({
  ...{
    maxBody: 1000,
    maxBodies: 9999,
    maxTexts: 9,
    maxCharacters: 99,
    maxQueue: 99,
    batchSize: 4,
    batchWait: 0,
    reloadEvery: 0,
  },
  ...{ metrics: true, publicMetrics: false, onLog: () => {}, engine: "reference", threads: 1 },
});
const SETS = [
  { text: "a good film", labels: ["yes", "new"] },
  { text: "a bad film", labels: [] },
  { text: "the good", labels: ["yes"] },
  { text: "the bad", labels: ["new"] },
];
const PRICES = [
  { text: "a good film", value: 4.5 },
  { text: "a bad film", value: 1 },
  { text: "the good", value: 4 },
  { text: "the bad", value: 2 },
];
const TEXTS = ROWS.map(({ text }) => text);
const CSV = new TextEncoder().encode("text,label\na good film,yes\na bad one,no\n");
const AMOUNTS = new TextEncoder().encode("text,label\na good film,4.5\na bad one,2\n");
const TABLE = {
  format: "csv",
  delimiter: ",",
  quoted: true,
  encoding: "utf-8",
  header: true,
  onReject: () => {},
} as const;
const corpus = () => {
  const made = new main.Corpus({ frontEnd: "tokenizer" });
  for (const row of ROWS) made.add(row);
  return made;
};
const labelSets = () => {
  const made = new main.LabelSetCorpus({ frontEnd: "tokenizer" });
  for (const row of SETS) made.add(row);
  return made;
};
const amounts = () => {
  const made = new main.AmountCorpus({ frontEnd: "tokenizer" });
  for (const row of PRICES) made.add(row);
  return made;
};
/** @param activation of the last layer, of as many units */
const ending = (units: number, activation: "sigmoid" | "linear") =>
  main.sequential([
    main.layers.embedding({ inputDim: 6, outputDim: 2, inputLength: 4 }),
    main.layers.gru({ units: 2 }),
    main.layers.dense({ units, activation }),
  ]);
const encoder = () => new IdEncoder(vectorizer(), 4);
const multiLabel = () =>
  new main.MultiLabelClassifier({
    ...{ model: ending(2, "sigmoid"), encoder: encoder(), labels: ["new", "yes"] },
    ...{ thresholds: [0.4, 0.6], training: null },
  });
const regressor = () =>
  new main.TextRegressor({ model: ending(1, "linear"), encoder: encoder(), training: null });
const briefly = () => ({
  ...{ model: "rnn", vocabulary: 6, length: 4, epochs: 1, batchSize: 2, validationSplit: 0.5, patience: 1 },
  ...{ seed: 0, engine: "reference" as const },
});
const X = () => [
  [1, 2, 3],
  [0, 1, 0],
];
const Y = () => [1, 0];
const IDS = () => [0, 1, 4, 3];
const sentence = () => explain.readSentence(vectorizer(), "a good film", 4);
/** Made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
const ablated = once(() => explain.ablateUnits(classifier(), ROWS));
const found = once(() => explain.findSpans(classifier(), "a good film", TEXTS, { threshold: 1e-6 }));
const comparedTexts = once(() => explain.compareOnText(classifier(), classifier(), "a good film"));
const surveyed = once(() => explain.surveyUnits(classifier(), ROWS, { permutations: 19 }));
const table = () => explain.wordTable(recurrent(), vectorizer());
const progress = () => ({
  ...{ model: compiled(), epochs: 2, epoch: 0, batches: 1, batch: 0, batchSize: 2, step: 1, aborted: false },
  stop: () => {},
  state: () => state(),
});
const logs = () => ({ loss: 1, valLoss: 1 });
let kept: main.TrainingState | undefined;
/** A training state as `fit` hands it out. */
export async function keepState(): Promise<void> {
  const save = (given: main.TrainingState) => {
    kept = given;
  };
  await compiled().fit(X(), Y(), { epochs: 1, callbacks: [new main.Checkpoint(save)] });
  experiment = await lab.runLab("latch", {
    ...{ lags: [2], cells: ["rnn"], seeds: 1, units: 2, batchSize: 2, sequences: 2, learningRate: 0.01 },
    ...{ engine: "reference", threads: 1 },
  });
  measured = await classifier().evaluate(ROWS);
  priced = await regressor().evaluate(PRICES);
  matched = await explain.compareUnits(classifier(), classifier(), ROWS);
}
let experiment: lab.LabResult | undefined;
let matched: explain.UnitComparison | undefined;
const labResult = () => structuredClone(experiment!);
let measured: Awaited<ReturnType<main.TextClassifier["evaluate"]>> | undefined;
let priced: Awaited<ReturnType<main.TextRegressor["evaluate"]>> | undefined;
const evaluated = () => structuredClone(measured!);
const trial = (number: number, losses: number[]) => ({
  ...{ number, settings: { batchSize: number }, stopped: null, diverged: null },
  history: losses.map((loss) => ({ loss, valLoss: loss })),
  ...{ valLoss: Math.min(...losses), bestEpoch: losses.length },
});
const search = () => ({
  ...{ trials: [trial(1, [0.9]), trial(2, [0.8, 0.6])], best: trial(2, [0.8, 0.6]) },
  ...{
    rungs: [
      { epochs: 1, trials: 2 },
      { epochs: 2, trials: 1 },
    ],
    classifier: null,
    ended: null,
  },
});
const SIZES = [
  { bytes: 20_000, features: 900, rows: 50, accuracy: 0.98 },
  { bytes: 4000, features: 100, rows: 50, accuracy: 0.95 },
];
/** A network of two steps of one number. */
const numeric = () =>
  main.sequential(
    [
      layers.input({ shape: [2, 1] }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { engine: "reference" },
  );
const { charts } = report;
/** What can be asked of a picture; and of one with maps. */
const ids = () => ({ idPrefix: "a-" });
const asked = () => ({ idPrefix: "a-", interactive: true });
const state = () => structuredClone(kept!);

const fit = { epochs: 1, batchSize: 2, validationSplit: 0, shuffle: true };
const train = () => ({
  ...{ model: "rnn", vocabulary: 6, length: 4, epochs: 1, patience: 1, batchSize: 2, validationSplit: 0 },
  ...{ seed: 0, engine: "reference", balance: false, callbacks: [] },
});

const opened = () => {
  const config = JSON.parse(strFromU8(unzipSync(keras.writeKeras(network()))["config.json"]!));
  return { format: "an archive", version: "3.15.1", config, where: "config", optimizer: [], extras: null };
};

function withSignal(options: unknown): lab.LabOptions {
  const isOptions = typeof options === "object" && options !== null && !Array.isArray(options);
  const aborted = { ...(options as object), signal: AbortSignal.abort() };
  return (isOptions || options === undefined ? aborted : options) as lab.LabOptions;
}

/** Options a layer takes besides those that are told here. */
const LAYERS: Record<string, unknown[]> = {
  activation: [{ activation: "tanh" }],
  add: [{}],
  attention: [{ useScale: true, scoreMode: "concat", dropout: 0.1 }],
  average: [{}],
  averagePooling1D: [{ poolSize: 2, strides: 1, padding: "valid" }],
  batchNormalization: [{ axis: -1, momentum: 0.9, epsilon: 0.001, center: true, scale: true }],
  bidirectional: [{ layer: layers.lstm({ units: 2 }), mergeMode: "concat" }],
  concatenate: [{ axis: -1 }],
  conv1D: [{ filters: 2, kernelSize: 2, strides: 1, padding: "valid", activation: "relu", useBias: true }],
  dense: [{ units: 2, activation: "tanh", useBias: true, kernelInitializer: "glorotUniform", name: "d" }],
  dropout: [{ rate: 0.5 }],
  elu: [{ alpha: 1 }],
  embedding: [{ inputDim: 3, outputDim: 2, maskZero: true, inputLength: 4 }],
  flatten: [{}],
  globalAveragePooling1D: [{}],
  globalMaxPooling1D: [{}],
  gru: [{ units: 2, activation: "tanh", dropout: 0.1, returnSequences: true, resetAfter: true }],
  gruCell: [{ units: 2 }],
  input: [{ shape: [3], name: "i" }],
  layerNormalization: [{ axis: -1, epsilon: 0.001 }],
  leakyReLU: [{ negativeSlope: 0.1 }],
  lstm: [{ units: 2, activation: "tanh", recurrentActivation: "sigmoid", unitForgetBias: true }],
  lstmCell: [{ units: 2 }],
  masking: [{ maskValue: 0 }],
  maxPooling1D: [{ poolSize: 2 }],
  maximum: [{}],
  minimum: [{}],
  multiply: [{}],
  permute: [{ dims: [2, 1] }],
  prelu: [{ sharedAxes: [1] }],
  relu: [{ maxValue: 6, negativeSlope: 0, threshold: 0 }],
  repeatVector: [{ n: 3 }],
  reshape: [{ targetShape: [3, 1] }],
  rnn: [{ cell: layers.lstmCell({ units: 2 }), returnSequences: true }],
  simpleRNN: [{ units: 2 }],
  simpleRNNCell: [{ units: 2 }],
  softmax: [{ axis: -1 }],
  spatialDropout1D: [{ rate: 0.5 }],
  stackedRNNCells: [{ cells: [layers.lstmCell({ units: 2 })] }],
  subtract: [{}],
  textVectorization: [{ vocabulary: ["", "[UNK]", "a"], outputSequenceLength: 4 }],
  timeDistributed: [{ layer: layers.dense({ units: 2 }) }],
  zeroPadding1D: [{ padding: 1 }],
};

/** What takes long to make is made once, and copied for each call. */
function madeOnce<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => structuredClone((made ??= make()));
}
const viewed = madeOnce(() => explain.cellView(recurrent(), sentence()));
const unrolled = madeOnce(() => explain.unroll(recurrent(), IDS(), { steps: 1 }));
const remembered = madeOnce(() => explain.decomposeMemory(recurrent(), IDS()));

const simple = (name: string, call: Callable["call"], ...args: unknown[]): Callable => ({
  name,
  args: () => args.map((arg) => (typeof arg === "function" ? arg() : structuredClone(arg))),
  call,
});

/** A method of a thing made afresh. */
function method<T>(make: () => T, of: string, name: keyof T & string, ...args: unknown[]): Callable {
  // biome-ignore lint/suspicious/noExplicitAny: whatever it takes
  return simple(`${of}.${name}`, (...given) => (make() as any)[name](...given), ...args);
}

/** An argument that is itself a function. */
const fn = (value: unknown) => () => value;

const optimizer = (options: object) => [options];
const draw = explain.draw;

/** What these cannot be made without. */
const METRICS: Record<string, object> = {
  sensitivityAtSpecificity: { specificity: 0.5 },
  specificityAtSensitivity: { sensitivity: 0.5 },
  precisionAtRecall: { recall: 0.5 },
  recallAtPrecision: { precision: 0.5 },
};

const SCHEDULES: Record<string, object> = {
  exponentialDecay: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 },
  piecewiseConstantDecay: { boundaries: [1, 2], values: [0.1, 0.2, 0.3] },
  polynomialDecay: { initialLearningRate: 0.1, decaySteps: 10 },
  inverseTimeDecay: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 },
  cosineDecay: { initialLearningRate: 0.1, decaySteps: 10 },
  cosineDecayRestarts: { initialLearningRate: 0.1, firstDecaySteps: 10 },
};

export const CALLABLES: Callable[] = [
  // ---- cellstate
  simple("sequential", main.sequential, () => [layers.dense({ units: 1 })], {
    name: "n",
    seed: 1,
    engine: "reference",
    threads: 1,
  }),
  simple("model", main.model, () => {
    const input = layers.input({ shape: [3] });
    // biome-ignore lint/suspicious/noExplicitAny: an input layer applied to nothing
    return { inputs: input, outputs: (layers.dense({ units: 1 }) as any).apply(input) };
  }),
  simple(
    "Model",
    (a, b, c, d) => new main.Model(a, b, c, d),
    () => [layers.dense({ units: 1 })],
    fn(null),
    {},
    fn(undefined),
  ),
  method(network, "Model", "build", [3]),
  method(network, "Model", "setWeights", () => network().getWeights()),
  method(network, "Model", "weightSnapshot", () => new Float32Array(4)),
  method(network, "Model", "restoreWeights", () => new Float32Array(4)),
  method(network, "Model", "compile", { optimizer: "adam", loss: "meanSquaredError", metrics: ["accuracy"] }),
  simple(
    "Model.learningRate",
    (rate) => {
      compiled().learningRate = rate;
    },
    0.1,
  ),
  method(network, "Model", "summary", {
    format: "keras3",
    lineLength: 60,
    terminalColumns: 80,
    showTrainable: true,
  }),
  method(compiled, "Model", "setOptimizerState", () => compiled().optimizerState()),
  method(compiled, "Model", "fit", X, Y, fit),
  method(compiled, "Model", "trainOnBatch", X, Y, { sampleWeight: [1, 1] }),
  method(compiled, "Model", "gradients", X, Y, { classWeight: { 0: 1, 1: 2 } }),
  method(compiled, "Model", "slotShapes"),
  method(compiled, "Model", "evaluate", X, Y, { batchSize: 2 }),
  method(network, "Model", "predict", X, { batchSize: 2 }),
  method(network, "Model", "predictFlat", X, { batchSize: 2 }),
  method(network, "Model", "predictAsync", X, { batchSize: 2 }),
  method(network, "Model", "predictFlatAsync", X, { batchSize: 2 }),
  method(compiled, "Model", "dataset", X, Y, {}),
  ...(["countParams", "getWeights", "optimizerState", "dispose"] as const).map((name) =>
    method(compiled, "Model", name),
  ),
  method(network, "Model", "save", "model.keras"),
  simple(
    "TextClassifier",
    (parts) => new main.TextClassifier(parts),
    () => ({
      ...{ model: recurrent(), encoder: new IdEncoder(vectorizer(), 4), labels: ["no", "yes"] },
      ...{ threshold: 0.5, training: null },
    }),
  ),
  simple("TextClassifier.train", (rows, options) => main.TextClassifier.train(rows, options), ROWS, train),
  simple(
    "TextClassifier.fromModel",
    (a, b, c) => main.TextClassifier.fromModel(a, b, c),
    recurrent,
    () => ({
      ...{ vectorizer: vectorizer().toJSON(), length: 4, labels: ["no", "yes"], threshold: 0.5 },
    }),
    "file",
  ),
  simple(
    "TextClassifier.load",
    (a, b) => main.TextClassifier.load(a, b),
    () => classifier().toBytes(),
    {},
  ),
  method(classifier, "TextClassifier", "predict", "a good film", { reject: 0.8 }),
  method(classifier, "TextClassifier", "predictMany", ["a good film"], { reject: 0.8 }),
  method(classifier, "TextClassifier", "predictAsync", "a good film", { reject: 0.8 }),
  method(classifier, "TextClassifier", "predictManyAsync", ["a good film"], { reject: 0.8 }),
  method(classifier, "TextClassifier", "answers", ["a good film"], 1, { reject: 0.8 }),
  method(classifier, "TextClassifier", "evaluate", ROWS, { rows: [0, 1], mistakes: 2, reject: 0.8 }),
  method(classifier, "TextClassifier", "finetune", ROWS, {
    ...{ oldRows: [{ text: "a film", label: "yes" }], epochs: 1, batchSize: 2, validationSplit: 0, seed: 0 },
  }),
  method(classifier, "TextClassifier", "toBytes"),
  method(classifier, "TextClassifier", "toFiles", "m.onnx"),
  simple("crossValidate", main.crossValidate, ROWS, () => ({
    ...{
      model: "rnn",
      vocabulary: 6,
      length: 4,
      epochs: 1,
      validationSplit: 0,
      seed: 0,
      engine: "reference",
    },
    ...{ folds: 2, onFold: () => {} },
  })),
  simple(
    "MultiLabelClassifier",
    (parts) => new main.MultiLabelClassifier(parts),
    () => ({
      ...{ model: ending(2, "sigmoid"), encoder: encoder(), labels: ["new", "yes"] },
      ...{ thresholds: [0.4, 0.6], training: null },
    }),
  ),
  simple("MultiLabelClassifier.train", (a, b) => main.MultiLabelClassifier.train(a, b), SETS, briefly),
  simple(
    "MultiLabelClassifier.fromModel",
    (a, b, c) => main.MultiLabelClassifier.fromModel(a, b, c),
    () => ending(2, "sigmoid"),
    () => ({
      ...{ kind: "multi-label-classifier", vectorizer: vectorizer().toJSON(), length: 4 },
      ...{ labels: ["no", "yes"], thresholds: [0.5, 0.5] },
    }),
    "file",
  ),
  simple(
    "MultiLabelClassifier.load",
    (a, b) => main.MultiLabelClassifier.load(a, b),
    () => multiLabel().toBytes(),
    {},
  ),
  method(multiLabel, "MultiLabelClassifier", "predict", "a good film"),
  method(multiLabel, "MultiLabelClassifier", "predictMany", ["a good film"]),
  method(multiLabel, "MultiLabelClassifier", "predictAsync", "a good film"),
  method(multiLabel, "MultiLabelClassifier", "predictManyAsync", ["a good film"]),
  method(multiLabel, "MultiLabelClassifier", "answers", ["a good film"], 1),
  method(multiLabel, "MultiLabelClassifier", "evaluate", SETS, { rows: [0, 1], mistakes: 2 }),
  method(multiLabel, "MultiLabelClassifier", "toBytes"),
  method(multiLabel, "MultiLabelClassifier", "toFiles", "m.onnx"),
  method(multiLabel, "MultiLabelClassifier", "save", "labels.keras"),
  simple(
    "TextRegressor",
    (parts) => new main.TextRegressor(parts),
    () => ({
      ...{ model: ending(1, "linear"), encoder: encoder(), training: null },
    }),
  ),
  simple("TextRegressor.train", (a, b) => main.TextRegressor.train(a, b), PRICES, briefly),
  simple(
    "TextRegressor.fromModel",
    (a, b, c) => main.TextRegressor.fromModel(a, b, c),
    () => ending(1, "linear"),
    () => ({ kind: "text-regressor", vectorizer: vectorizer().toJSON(), length: 4 }),
    "file",
  ),
  simple(
    "TextRegressor.load",
    (a, b) => main.TextRegressor.load(a, b),
    () => regressor().toBytes(),
    {},
  ),
  method(regressor, "TextRegressor", "predict", "a good film"),
  method(regressor, "TextRegressor", "predictMany", ["a good film"]),
  method(regressor, "TextRegressor", "predictAsync", "a good film"),
  method(regressor, "TextRegressor", "predictManyAsync", ["a good film"]),
  method(regressor, "TextRegressor", "answers", ["a good film"], 1),
  method(regressor, "TextRegressor", "evaluate", PRICES, { rows: [0, 1], mistakes: 2 }),
  method(regressor, "TextRegressor", "toBytes"),
  method(regressor, "TextRegressor", "toFiles", "m.onnx"),
  method(regressor, "TextRegressor", "save", "amounts.keras"),
  simple("LabelSetCorpus", (options) => new main.LabelSetCorpus(options), { frontEnd: "tokenizer" }),
  simple("LabelSetCorpus.read", (a, b) => main.LabelSetCorpus.read(a, b), SETS, { frontEnd: "tokenizer" }),
  method(labelSets, "LabelSetCorpus", "add", { text: "a", labels: ["b"] }),
  method(labelSets, "LabelSetCorpus", "strata"),
  method(labelSets, "LabelSetCorpus", "labels", ["old"]),
  method(labelSets, "LabelSetCorpus", "labelCounts"),
  method(labelSets, "LabelSetCorpus", "spellings"),
  method(labelSets, "LabelSetCorpus", "mergeLabels", ["old"]),
  method(labelSets, "LabelSetCorpus", "truth", [0, 1], ["new", "yes"]),
  method(labelSets, "LabelSetCorpus", "labelsOf", 0),
  method(labelSets, "LabelSetCorpus", "excerpt", 0),
  method(labelSets, "LabelSetCorpus", "rowNumber", 0),
  method(labelSets, "LabelSetCorpus", "group", 0),
  method(labelSets, "LabelSetCorpus", "isEmpty", 0, vectorizer),
  method(labelSets, "LabelSetCorpus", "encode", [0, 1], vectorizer, 4, fn(undefined)),
  simple("AmountCorpus", (options) => new main.AmountCorpus(options), { frontEnd: "tokenizer" }),
  simple("AmountCorpus.read", (a, b) => main.AmountCorpus.read(a, b), PRICES, { frontEnd: "tokenizer" }),
  method(amounts, "AmountCorpus", "add", { text: "a", value: 3 }),
  method(amounts, "AmountCorpus", "strata"),
  method(amounts, "AmountCorpus", "values"),
  method(amounts, "AmountCorpus", "value", 0),
  method(amounts, "AmountCorpus", "excerpt", 0),
  method(amounts, "AmountCorpus", "rowNumber", 0),
  method(amounts, "AmountCorpus", "group", 0),
  method(amounts, "AmountCorpus", "isEmpty", 0, vectorizer),
  method(amounts, "AmountCorpus", "encode", [0, 1], vectorizer, 4, fn(undefined)),
  simple("compareClassifiers", main.compareClassifiers, classifier, classifier, ROWS, { mistakes: 2 }),
  simple("mcnemar", main.mcnemar, 10, 22),
  method(classifier, "TextClassifier", "save", "classifier.keras"),
  simple(
    "assembleClassifier",
    main.assembleClassifier,
    recurrent,
    () => ({
      ...{ vectorizer: vectorizer(), length: 4, labels: ["a", "b"], threshold: 0.5 },
    }),
    "file",
  ),
  simple(
    "assembleMultiLabel",
    main.assembleMultiLabel,
    recurrent,
    () => ({ ...{ vectorizer: vectorizer(), length: 4, labels: ["a"], thresholds: [0.4] } }),
    "file",
  ),
  simple(
    "assembleRegressor",
    main.assembleRegressor,
    recurrent,
    () => ({ vectorizer: vectorizer(), length: 4 }),
    "file",
  ),
  simple("readTable", data.readTable, ROWS, {}),
  simple("readTable", data.readTable, CSV, () => TABLE),
  simple("readLabelled", data.readLabelled, CSV, () => ({
    ...TABLE,
    text: 1,
    label: "label",
    skipUnlabelled: true,
    labelMap: { a: "b" },
  })),
  simple("readLabelSets", data.readLabelSets, CSV, () => ({
    ...TABLE,
    ...{ text: 1, label: "label", skipUnlabelled: true, labelMap: { a: "b" }, labelSeparator: ";" },
  })),
  simple("readAmounts", data.readAmounts, AMOUNTS, () => ({
    ...TABLE,
    ...{ text: 1, label: "label", skipUnlabelled: true },
  })),
  simple("readTexts", data.readTexts, CSV, () => ({ ...TABLE, text: ["text"] })),
  simple("Corpus", (options) => new main.Corpus(options), { frontEnd: "tokenizer" }),
  simple("Corpus.read", (a, b) => main.Corpus.read(a, b), ROWS, { frontEnd: "tokenizer" }),
  method(corpus, "Corpus", "add", { text: "a", label: "b" }),
  method(corpus, "Corpus", "strata"),
  method(corpus, "Corpus", "labels"),
  method(corpus, "Corpus", "classes", ["yes", "no"]),
  method(corpus, "Corpus", "labelCounts"),
  method(corpus, "Corpus", "spellings"),
  method(corpus, "Corpus", "mergeLabels"),
  method(corpus, "Corpus", "label", 0),
  method(corpus, "Corpus", "excerpt", 0),
  method(corpus, "Corpus", "rowNumber", 0),
  method(corpus, "Corpus", "group", 0),
  method(corpus, "Corpus", "isEmpty", 0, vectorizer),
  method(corpus, "Corpus", "encode", [0, 1], vectorizer, 4, fn(undefined)),
  simple(
    "Vectorizer",
    (a, b, c) => new main.Vectorizer(a, b, c),
    { frontEnd: "tokenizer", charLevel: false, lower: true },
    WORDS,
    {
      length: 4,
      padding: "pre",
      truncating: "post",
    },
  ),
  simple(
    "Vectorizer.fromJSON",
    (a, b) => main.Vectorizer.fromJSON(a, b),
    () => vectorizer().toJSON(),
    "v",
  ),
  method(vectorizer, "Vectorizer", "tokens", "a good film"),
  method(vectorizer, "Vectorizer", "encode", "a good film"),
  method(vectorizer, "Vectorizer", "encodeInto", () => new Float32Array(4), "a good film", fn(undefined)),
  method(vectorizer, "Vectorizer", "encodeRows", ["a good film"], 4, fn(undefined)),
  method(vectorizer, "Vectorizer", "decode", [1, 2]),
  method(vectorizer, "Vectorizer", "toJSON"),
  simple("VocabularyBuilder", (options) => new main.VocabularyBuilder(options), {
    frontEnd: "textVectorization",
  }),
  method(() => new main.VocabularyBuilder({ frontEnd: "tokenizer" }), "VocabularyBuilder", "add", "a text"),
  simple(
    "VocabularyBuilder.build",
    (options) => {
      const builder = new main.VocabularyBuilder({ frontEnd: "tokenizer" });
      builder.add("a text");
      return builder.build(options);
    },
    { size: 2, length: 3, padding: "post", truncating: "pre" },
  ),
  simple("padSequences", main.padSequences, [[1, 2], [3]], {
    length: 3,
    padding: "pre",
    truncating: "pre",
    value: 0,
  }),
  simple(
    "presetModel",
    main.presetModel,
    "lstm",
    { vocabulary: 9, length: 4, classes: 2 },
    { engine: "reference", seed: 1 },
  ),
  simple("readVocabulary", main.readVocabulary, () => new TextEncoder().encode('{"a":1,"b":2}'), {
    name: "word_index.json",
    size: 2,
  }),
  simple("readVectors", main.readVectors, () => new Blob(["a 1 2\nb 3 4\n"]).stream(), {
    name: "vectors.txt",
  }),
  simple("loadModel", main.loadModel, () => keras.writeKeras(network()), {
    name: "file",
    engine: "reference",
  }),
  simple("prepareEngine", main.prepareEngine, { workerUrl: "/engine-worker.js" }),
  simple("loadFile", main.loadFile, () => keras.writeKeras(network()), { name: "file", engine: "reference" }),
  simple("loadMultiLabelClassifier", predict.loadMultiLabelClassifier, () => multiLabel().toBytes(), {}),
  simple("loadRegressor", predict.loadRegressor, () => regressor().toBytes(), {}),
  simple("loadClassifier", predict.loadClassifier, () => classifier().toBytes(), {
    name: "file",
    engine: "reference",
  }),
  simple("saveModel", main.saveModel, network, "model.keras"),
  simple("encodeCheckpoint", main.encodeCheckpoint, state),
  simple("decodeCheckpoint", main.decodeCheckpoint, () => main.encodeCheckpoint(state()), "checkpoint"),
  simple("EarlyStopping", (options) => new main.EarlyStopping(options), {
    ...{ monitor: "valLoss", mode: "min", minDelta: 0, patience: 1, restoreBestWeights: true },
  }),
  method(() => new main.EarlyStopping(), "EarlyStopping", "onEpochEnd", progress, logs),
  method(() => new main.EarlyStopping(), "EarlyStopping", "onTrainBegin", progress),
  method(() => new main.EarlyStopping(), "EarlyStopping", "onTrainEnd", progress),
  method(() => new main.EarlyStopping(), "EarlyStopping", "state"),
  method(
    () => new main.EarlyStopping(),
    "EarlyStopping",
    "restore",
    () => new main.EarlyStopping().state(),
  ),
  simple("ReduceLearningRateOnPlateau", (options) => new main.ReduceLearningRateOnPlateau(options), {
    ...{
      monitor: "valLoss",
      mode: "min",
      minDelta: 0,
      patience: 1,
      factor: 0.5,
      minLearningRate: 0,
      cooldown: 0,
    },
  }),
  method(
    () => new main.ReduceLearningRateOnPlateau(),
    "ReduceLearningRateOnPlateau",
    "onEpochEnd",
    progress,
    logs,
  ),
  method(
    () => new main.ReduceLearningRateOnPlateau(),
    "ReduceLearningRateOnPlateau",
    "onTrainBegin",
    progress,
  ),
  method(() => new main.ReduceLearningRateOnPlateau(), "ReduceLearningRateOnPlateau", "state"),
  method(
    () => new main.ReduceLearningRateOnPlateau(),
    "ReduceLearningRateOnPlateau",
    "restore",
    () => new main.ReduceLearningRateOnPlateau().state(),
  ),
  simple(
    "Checkpoint",
    (save, every) => new main.Checkpoint(save, every),
    fn(() => {}),
    10,
  ),
  method(() => new main.Checkpoint(() => {}), "Checkpoint", "onTrainBegin"),
  method(() => new main.Checkpoint(() => {}), "Checkpoint", "onTrainEnd"),
  method(() => new main.Checkpoint(() => {}), "Checkpoint", "onBatchEnd", progress),
  method(() => new main.Checkpoint(() => {}), "Checkpoint", "onEpochEnd", progress),
  simple("callbacks.earlyStopping", main.callbacks.earlyStopping, { patience: 1 }),
  simple("callbacks.reduceLearningRateOnPlateau", main.callbacks.reduceLearningRateOnPlateau, {
    patience: 1,
  }),
  simple(
    "callbacks.checkpoint",
    main.callbacks.checkpoint,
    fn(() => {}),
    10,
  ),
  ...Object.entries(layers).map(([name, layer]) => ({
    name: `layers.${name}`,
    args: () => (LAYERS[name] ?? [{}]).map((one) => ({ ...(one as object) })),
    call: layer as Callable["call"],
  })),
  ...Object.entries(main.losses).map(([name, loss]) =>
    simple(
      `losses.${name}`,
      loss as Callable["call"],
      name === "meanSquaredError" ? {} : { fromLogits: false },
    ),
  ),
  ...Object.entries(main.metrics).map(([name, metric]) =>
    simple(`metrics.${name}`, metric as Callable["call"], { ...METRICS[name], name: "m" }),
  ),
  ...Object.entries(main.schedules).map(([name, make]) =>
    simple(`schedules.${name}`, make as Callable["call"], SCHEDULES[name]),
  ),
  ...Object.entries(main.optimizers).map(([name, make]) =>
    simple(`optimizers.${name}`, make as Callable["call"], ...optimizer({ learningRate: 0.1, clipnorm: 1 })),
  ),
  // ---- cellstate/formats
  simple("writeClassifierModule", formats.writeClassifierModule, classifier, { weights: "int8" }),
  simple("writeModelModule", formats.writeModelModule, network, { weights: "int8" }),
  simple("writeOnnx", formats.writeOnnx, network, {}),
  simple("writeSafetensors", formats.writeSafetensors, network, {}),
  simple("writeTfjs", formats.writeTfjs, network, { stem: "model" }),
  // ---- cellstate/keras
  simple("readKeras", keras.readKeras, () => keras.writeKeras(network()), {
    name: "file",
    engine: "reference",
  }),
  simple("readKerasWeights", keras.readKerasWeights, network, () => keras.writeKeras(network()), {
    name: "file",
  }),
  simple("readOpened", keras.readOpened, opened, { name: "file" }),
  simple(
    "readShardedKerasWeights",
    keras.readShardedKerasWeights,
    network,
    () => new TextEncoder().encode('{"metadata":{},"weight_map":{}}'),
    fn(() => new Uint8Array(3)),
    { name: "file" },
  ),
  simple("writeKeras", keras.writeKeras, network, { extras: {} }),
  simple("writeKerasH5", keras.writeKerasH5, network),
  // ---- cellstate/lab
  simple(
    "runLab",
    // Aborted from the start: defaults would train for minutes.
    (name, options) => lab.runLab(name, withSignal(options)),
    "latch",
    {
      ...{
        lags: [2],
        cells: ["rnn"],
        seeds: 1,
        seed: 0,
        units: 2,
        batchSize: 2,
        sequences: 2,
        engine: "reference",
        threads: 1,
      },
    },
    fn(() => {}),
  ),
  simple("taskNamed", lab.taskNamed, "latch"),
  simple("svgText", lab.svgText, () => lab.labPicture(labResult())),
  simple("labPicture", lab.labPicture, labResult, ids),
  simple("labPage", lab.labPage, labResult),
  simple("labTable", lab.labTable, labResult),
  // ---- cellstate/report
  simple("modelCard", report.modelCard, tiny, { title: "films", source: "films.csv", evaluation: undefined }),
  simple("modelCard, labels", report.modelCard, multiLabel, { title: "films", evaluation: undefined }),
  simple("modelCard, amounts", report.modelCard, regressor, { title: "prices", evaluation: undefined }),
  simple("reportPage", report.reportPage, tiny, {
    title: "films",
    source: "films.csv",
    evaluation: undefined,
  }),
  simple("reportPage, amounts", report.reportPage, regressor, { title: "prices", evaluation: undefined }),
  simple("charts.svgText", charts.svgText, () => charts.threshold(evaluated())),
  simple("charts.curves", charts.curves, { loss: [1, 0.5], valLoss: [1, 0.7] }, () => ({
    ...{ metric: "loss", best: 2, idPrefix: "a-" },
  })),
  simple("charts.bars", charts.bars, [{ name: "ham", value: 3, text: "3" }], () => ({
    ...{ title: "rows", idPrefix: "a-" },
  })),
  simple("charts.lengths", charts.lengths, [3, 4, 9], 5, ids),
  simple("charts.amounts", charts.amounts, [1, 4.5, 3], ids),
  simple("charts.confusion", charts.confusion, evaluated, ["no", "yes"], ids),
  simple("charts.calibration", charts.calibration, evaluated, ["no", "yes"], ids),
  simple("charts.threshold", charts.threshold, evaluated, ids),
  simple("charts.parts", charts.parts, () => structuredClone(priced!), ids),
  simple("charts.sizes", charts.sizes, () => SIZES, ids),
  simple("charts.tuning", charts.tuning, search, ids),
  // ---- cellstate/tune
  simple("tune", tuning.tune, corpus, () => ({
    ...{
      space: { batchSize: tuning.choice([2, 4]) },
      optionsOf: () => ({ ...train(), validationSplit: 0.5 }),
    },
    ...{ trials: 1, epochs: 1, seed: 0, budget: 60, now: () => 0, onTrial: () => {}, onPlanned: () => {} },
    ...{
      recorded: new Map(),
      signal: new AbortController().signal,
      store: { read: () => null, keep: () => {} },
    },
  })),
  simple("choice", tuning.choice, [1, 2]),
  simple("uniform", tuning.uniform, 0, 0.5),
  simple("logUniform", tuning.logUniform, 1e-4, 1e-2),
  simple("integer", tuning.integer, 1, 3),
  // ---- cellstate/explain
  simple("ablateUnits", explain.ablateUnits, classifier, () => ROWS, {
    ...{ layer: "lstm", part: "cell", groups: [[0, 1]], value: 0.5, words: "first" },
    ...{ signal: undefined, onProgress: undefined },
  }),
  simple("attributeFeatures", explain.attributeFeatures, tiny, "a good film", { features: 3, label: "no" }),
  simple("attribute", explain.attribute, recurrent, IDS, { kind: "logOdds", target: 0 }),
  simple("cellAnatomy", explain.cellAnatomy, () => layers.lstm({ units: 2 }), 3, "lstm"),
  simple("cellView", explain.cellView, recurrent, sentence, { at: 1, units: [0] }),
  simple("checkExpectations", explain.checkExpectations, recurrent, [{ layer: "total", count: 5 }]),
  simple("checkGradient", explain.checkGradient, recurrent, IDS, { target: 0 }),
  simple("checkup", explain.checkup, () => ({ model: recurrent() })),
  simple("quickCheckup", explain.quickCheckup, () => ({ model: recurrent() })),
  simple("compareCells", explain.compareCells, 3, 2),
  simple("compareOnText", explain.compareOnText, classifier, classifier, "a good film", { layer: "lstm" }),
  simple("compareUnits", explain.compareUnits, classifier, multiLabel, () => TEXTS, { signal: undefined }),
  simple("decomposeMemory", explain.decomposeMemory, recurrent, IDS, fn(undefined)),
  simple("embeddingMap", explain.embeddingMap, recurrent, table, { words: 5 }),
  simple("embeddingTsv", explain.embeddingTsv, table),
  simple("explainNumber", explain.explainNumber, recurrent, IDS, {
    ...{ layer: "lstm", at: 1, part: "forget", unit: 0 },
    held: [{ layer: "lstm", at: 0, part: "input", unit: 1, value: 1 }],
  }),
  simple("explainParameters", explain.explainParameters, recurrent),
  simple("findSpans", explain.findSpans, multiLabel, "a good film", () => SETS, {
    ...{ from: 1, to: 2, threshold: 1e-6, alone: false, matches: 2, parts: ["hidden"], layer: "gru" },
  }),
  simple("gradientFlow", explain.gradientFlow, recurrent, IDS, { target: 0 }),
  simple("gradientPaths", explain.gradientPaths, recurrent, sentence, { target: 0, at: 1 }),
  simple("gradientSweep", explain.gradientSweep, recurrent, sentence, {
    part: "forget",
    values: [0, 1],
    target: 0,
  }),
  simple("gradientStudy", explain.gradientStudy, recurrent, IDS, { seed: 0, units: 2 }),
  simple("gradientView", explain.gradientView, recurrent, sentence, { target: 0, study: null }),
  simple("idOf", explain.idOf, table, "good"),
  simple("memoryView", explain.memoryView, remembered, sentence),
  simple("nearestWords", explain.nearestWords, table, 1, 2),
  simple("parseExpectation", explain.parseExpectation, "lstm=5"),
  simple(
    "patternFeature",
    explain.patternFeature,
    "go+d",
    fn(() => []),
  ),
  simple("probeLayers", explain.probeLayers, classifier, () => [...ROWS, ...ROWS, ...ROWS], {
    ...{ parts: ["hidden"], penalty: 1, sample: 12, seed: 0, words: "last" },
  }),
  simple(
    "recordUnits",
    async (...args: Parameters<typeof explain.recordUnits>) => {
      const texts: unknown[] = [];
      for await (const text of explain.recordUnits(...args)) texts.push(text);
      return texts;
    },
    () => ({ model: recurrent() }),
    () => [{ ids: [1, 4, 3], row: 1 }],
    { parts: ["cell"], layer: "lstm", signal: undefined },
  ),
  simple("recurrentLayers", explain.recurrentLayers, recurrent),
  simple("readSentence", explain.readSentence, vectorizer, "a good film", 4),
  simple("sentenceOfIds", explain.sentenceOfIds, IDS, WORDS),
  simple("sentenceOfRow", explain.sentenceOfRow, IDS),
  simple("surveyUnits", explain.surveyUnits, regressor, () => PRICES, {
    ...{ parts: ["hidden"], contexts: 1, sample: 3, permutations: 19, correction: "bh", alpha: 0.1, seed: 0 },
    ...{ unlabelled: false, features: [], onRecorded: undefined, onProgress: undefined, layer: "gru" },
  }),
  simple("intervene", explain.intervene, recurrent, IDS, [
    { layer: "lstm", at: 1, part: "input", unit: 0, value: 1 },
  ]),
  simple("trace", explain.trace, recurrent, IDS),
  simple(
    "trackTraining",
    explain.trackTraining,
    () => [sentence()],
    () => ({ targets: [0] }),
  ),
  simple("unroll", explain.unroll, recurrent, IDS, { steps: 2 }),
  simple("wordOutputs", explain.wordOutputs, recurrent, 5, 4, "pre"),
  simple("wordTable", explain.wordTable, recurrent, vectorizer),
  simple(
    "draw.attributionPicture",
    draw.attributionPicture,
    () => explain.attribute(recurrent(), IDS()),
    sentence,
    ids,
  ),
  simple(
    "draw.featureAttributionPicture",
    draw.featureAttributionPicture,
    () => explain.attributeFeatures(tiny(), "a good film"),
    ids,
  ),
  simple("formula", explain.formula, "c_{t} = f_{t} \\odot c_{t-1}", { block: true }),
  simple("draw.doctorPage", draw.doctorPage, () => explain.checkup({ model: recurrent() }), "a.keras"),
  simple(
    "draw.embeddingPage",
    draw.embeddingPage,
    async () => ({
      ...{ table: table(), map: await explain.embeddingMap(recurrent(), table()) },
      words: [{ word: "good", id: 1, neighbours: explain.nearestWords(table(), 1) }],
    }),
    "a.keras",
  ),
  simple(
    "draw.embeddingPicture",
    draw.embeddingPicture,
    () => explain.embeddingMap(recurrent(), table()),
    [1],
    ids,
  ),
  simple("draw.matchesPicture", draw.matchesPicture, () => structuredClone(matched!), asked),
  simple(
    "draw.numberSharesPicture",
    draw.numberSharesPicture,
    () => explain.attribute(numeric(), [[0.5], [-1]]),
    asked,
  ),
  simple("draw.statesComparisonPicture", draw.statesComparisonPicture, comparedTexts, asked),
  simple(
    "draw.cellPicture",
    draw.cellPicture,
    () => explain.cellAnatomy(layers.lstm({ units: 2 }), 3, "lstm"),
    viewed,
    asked,
  ),
  simple(
    "draw.diagramPicture",
    draw.diagramPicture,
    () => explain.cellAnatomy(layers.lstm({ units: 2 }), 3, "lstm"),
    viewed,
    ids,
  ),
  simple("draw.ablationPage", draw.ablationPage, ablated, "a.keras"),
  simple("draw.findPage", draw.findPage, found, "a.keras"),
  simple("draw.textComparisonPicture", draw.textComparisonPicture, comparedTexts, ids),
  simple("draw.twoModelsPage", draw.twoModelsPage, async () => ({
    ...{ names: ["a.keras", "b.keras"], text: await comparedTexts(), data: null },
  })),
  simple("draw.unitsPage", draw.unitsPage, surveyed, "a.keras"),
  simple("draw.chainPicture", draw.chainPicture, viewed, asked),
  simple("draw.comparisonPicture", draw.comparisonPicture, () => explain.compareCells(3, 2), ids),
  simple(
    "draw.gradientPicture",
    draw.gradientPicture,
    () => explain.gradientView(recurrent(), sentence(), { study: null }),
    asked,
  ),
  simple("draw.parametersPicture", draw.parametersPicture, () => explain.explainParameters(recurrent()), ids),
  simple("draw.svgText", draw.svgText, () => draw.parametersPicture(explain.explainParameters(recurrent()))),
  simple(
    "draw.unrollPicture",
    draw.unrollPicture,
    unrolled,
    fn(null),
    fn(() => "word"),
    asked,
  ),
  {
    name: "createTrainer",
    args: () => [{ workerUrl: "w.js" }],
    call: (options) => worker.createTrainer(options).close(),
  },
  { name: "createLab", args: () => [{ workers: 1 }], call: (options) => worker.createLab(options) },
  {
    name: "createModel",
    args: () => [classifier().toBytes(), { kind: "classifier", name: "m" }],
    call: async (source, options) => (await worker.createModel(await source, options)).close(),
  },
  {
    name: "createServer",
    args: () => [
      { spam: classifier() },
      { ...servingOptions(), port: 0, host: "127.0.0.1", allowHosts: ["a.example"], cors: "*", timeout: 30 },
    ],
    call: async (models, options) => (await serve.createServer(models, options)).close(),
  },
  {
    name: "servePlugin",
    // An application is an object of dozens of functions: what is none is tried in tests/serve.
    args: () => [{ models: { spam: classifier() }, prefix: "/a", ...servingOptions() }],
    async call(options) {
      const app = fastify();
      await serve.servePlugin(app, options);
      await app.close();
    },
  },
  simple("traceOfArrays", worker.traceOfArrays, () => traceArrays(explain.trace(recurrent(), IDS()))),
];
