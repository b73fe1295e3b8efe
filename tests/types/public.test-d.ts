/**
 * What TypeScript tells users of the public API: types that must come out, and slips that must not compile. Nothing here
 * runs: `tsc` checks it. (The options of layers and optimizers have tests of their own.)
 */
import {
  type Callback,
  type ClassifierEvaluation,
  Corpus,
  callbacks,
  type History,
  type LabelledText,
  layers,
  loadModel,
  losses,
  type Model,
  metrics,
  type Output,
  type Prediction,
  readVocabulary,
  type Scores,
  sequential,
  TextClassifier,
  type TrainingRecord,
  Vectorizer,
  VocabularyBuilder,
  type WeightArray,
} from "../../src/index.js";
import { loadClassifier, loadModel as loadPredictor, type TextPredictor } from "../../src/predict.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only where the value's type is T exactly. */
const is = <T>() => ({ of: <V>(_value: V & (Same<V, T> extends true ? unknown : never)): void => {} });

declare const rows: LabelledText[];
declare const model: Model;
declare const classifier: TextClassifier;

export async function textClassifierTrain() {
  is<TextClassifier>().of(await TextClassifier.train(rows));
  await TextClassifier.train([{ text: "hello", label: "ham", row: 3 }]);
  await TextClassifier.train(new Set(rows));
  await TextClassifier.train(new Corpus({ frontEnd: "tokenizer" }));
  await TextClassifier.train(
    (async function* () {
      yield { text: "hello", label: "ham" };
    })(),
  );
  // @ts-expect-error a label is a text
  await TextClassifier.train([{ text: "hello", label: 1 }]);
  // @ts-expect-error a row has a label
  await TextClassifier.train([{ text: "hello" }]);

  await TextClassifier.train(rows, {
    model: ({ vocabulary, length, classes }) => {
      is<number>().of(vocabulary);
      is<number>().of(length);
      is<number>().of(classes);
      return sequential([layers.embedding({ inputDim: vocabulary, outputDim: 8 })]);
    },
    text: { frontEnd: "textVectorization", standardize: "lower", padding: "pre" },
    engine: "wasm",
    signal: new AbortController().signal,
    onPrepared: ({ labels, rows }) => {
      is<readonly string[]>().of(labels);
      is<Uint32Array>().of(rows);
    },
  });
  await TextClassifier.train(rows, { model: classifier });
  await TextClassifier.train(rows, { model: "gru" });
  // @ts-expect-error a misspelt option
  await TextClassifier.train(rows, { model: "lstm", epoch: 5 });
  // @ts-expect-error an engine that there is not
  await TextClassifier.train(rows, { engine: "cuda" });
  // @ts-expect-error `filters` belongs to the other front end
  await TextClassifier.train(rows, { model: "lstm", text: { frontEnd: "textVectorization", filters: "" } });
}

export async function textClassifierAnswers() {
  is<Prediction>().of(classifier.predict("a text"));
  is<Prediction[]>().of(classifier.predictMany(["a text", "another"]));
  is<Prediction>().of(await classifier.predictAsync("a text"));
  is<Prediction[]>().of(await classifier.predictManyAsync(["a text", "another"]));
  const { label, probability, scores } = classifier.predict("a text");
  is<string>().of(label);
  is<number>().of(probability);
  is<Record<string, number>>().of(scores);
  // @ts-expect-error one text at a time
  classifier.predict(["a text"]);
  // @ts-expect-error nor later
  await classifier.predictAsync(["a text"]);

  const evaluation = await classifier.evaluate(rows, { mistakes: 3 });
  is<ClassifierEvaluation>().of(evaluation);
  is<number>().of(evaluation.accuracy);
  is<string | undefined>().of(evaluation.mistakes[0]?.text);
  is<TrainingRecord | null>().of(classifier.training);
  classifier.threshold = 0.7;
  // @ts-expect-error labels are settled
  classifier.labels = ["a", "b"];

  is<void>().of(await classifier.save("spam.keras"));
  is<Uint8Array>().of(await classifier.toBytes());
  is<TextClassifier>().of(await TextClassifier.load(new URL("https://example.com/spam.keras")));
}

export async function models() {
  is<Model>().of(await loadModel("anything.keras"));
  is<Model>().of(await loadModel(new Uint8Array(8), { engine: "reference", onWarning: null }));
  // @ts-expect-error a path, a URL or bytes
  await loadModel(17);

  model.compile({ loss: "binaryCrossentropy" });
  model.compile({
    optimizer: "adam",
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy", metrics.auc({ curve: "PR" })],
  });
  // @ts-expect-error a model has no training without a loss
  model.compile({ optimizer: "adam" });
  // @ts-expect-error a loss that there is not
  model.compile({ loss: "hinge" });
  // @ts-expect-error integers have no smooth labels
  losses.sparseCategoricalCrossentropy({ labelSmoothing: 0.1 });
  // @ts-expect-error a curve that there is not
  metrics.auc({ curve: "ROCK" });

  const history = await model.fit([[1, 2, 3]], [1], {
    epochs: 5,
    batchSize: 32,
    validationSplit: 0.2,
    callbacks: [callbacks.earlyStopping({ patience: 2 }), { onEpochEnd: (_, logs) => void logs["loss"] }],
    classWeight: { 0: 1, 1: 5 },
  });
  is<History>().of(history);
  is<string | null>().of(history.stopped);
  is<number[] | undefined>().of(history.history["loss"]);
  await model.fit({ data: new Float32Array(6), rows: 2, shape: [3] }, new Float32Array(2));
  await model.fit([[1]], [1], { validationData: [[[1]], [1]] });
  // @ts-expect-error Keras's name of the option, not ours
  await model.fit([[1]], [1], { batch_size: 32 });
  // @ts-expect-error validation data is a pair
  await model.fit([[1]], [1], { validationData: [[[1]]] });

  is<Output[]>().of(model.predict([[1, 2, 3]]));
  is<Output[]>().of(model.predict(["texts, where the model takes them"]));
  is<Scores>().of(await model.evaluate([[1]], [1]));
  is<number>().of((await model.evaluate([[1]], [1])).loss);
  is<WeightArray[]>().of(model.getWeights());
  is<number>().of(model.countParams());
  is<string>().of(model.summary({ format: "keras2" }));
  // @ts-expect-error the engine is chosen when the model is made
  model.engineName = "wasm";
}

export async function predictors() {
  const spam = await loadClassifier("spam.keras");
  is<TextPredictor>().of(spam);
  is<Prediction>().of(await spam.predictAsync("a text"));
  is<Prediction[]>().of(await spam.predictManyAsync(["a text"]));
  is<Prediction>().of(spam.predict("a text"));
  const predictor = await loadPredictor(new URL("https://example.com/anything.keras"));
  is<Output[]>().of(predictor.predict([[1, 2, 3]]));
  // @ts-expect-error what only answers is not trained
  await predictor.fit([[1]], [1]);
}

/** Events are known by name, and may be asynchronous. */
export const watching: Callback = {
  onBatchEnd: async (progress, logs) => {
    is<number>().of(progress.step);
    is<number | undefined>().of(logs["loss"]);
    progress.stop("enough");
  },
};
// @ts-expect-error an event that there is not
export const misspelt: Callback = { onEpochFinish: () => {} };

export function words() {
  const builder = new VocabularyBuilder({ frontEnd: "tokenizer", oovToken: "<unk>" });
  is<void>().of(builder.add("a text"));
  is<Vectorizer>().of(builder.build({ size: 1000, length: 200 }));
  // @ts-expect-error a front end must be named
  new VocabularyBuilder({ lower: true });
  const { vectorizer } = readVocabulary(new Uint8Array(8), { name: "tokenizer.json" });
  is<number[]>().of(vectorizer.encode("a text"));
  is<string>().of(vectorizer.decode([1, 2]));
  is<Vectorizer>().of(Vectorizer.fromJSON(vectorizer.toJSON()));
  // @ts-expect-error words are settled
  vectorizer.vocabulary.push("another");
}
