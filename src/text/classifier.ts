/** Text in, label out: a vectorizer, a model and labels, trained together and saved as one file. */

import { writeAtomic } from "#files";
import { indicesOf, instanceOf, objectOf, pathOf, textOf, textsOf } from "../arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../errors.js";
import { writeKeras } from "../formats/keras/index.js";
import { type LoadOptions, loadFile, nameOf } from "../formats/load.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import { TrainingError } from "../train/fit.js";
import { type Evaluation, evaluatePredictions, type Mistake, worstMistakes } from "../train/metrics.js";
import { allRows, Corpus, type LabelledText } from "./corpus.js";
import type { FrontEndOptions } from "./options.js";
import {
  checkOutputs,
  DEFAULT_TEXT,
  type Parts,
  type TrainingRecord,
  TrainingSession,
  type TrainOptions,
} from "./training.js";
import { Vectorizer } from "./vectorizer.js";

export interface Prediction {
  label: string;
  /** Of that label. */
  probability: number;
  /** Probability of every label. */
  scores: Record<string, number>;
}

export interface ClassifierEvaluation extends Evaluation {
  loss: number;
  labels: string[];
  mistakes: (Mistake & { text: string })[];
}

export class TextClassifier {
  readonly model: Model;
  readonly vectorizer: Vectorizer;
  readonly length: number;
  readonly labels: readonly string[];
  /** Two labels only: the second is answered when its probability is above this. */
  threshold: number;
  readonly training: TrainingRecord | null;

  constructor(parts: Parts) {
    const { model, vectorizer, length, labels, threshold, training } = objectOf(parts, "TextClassifier");
    this.model = modelOf(model, "TextClassifier model");
    this.vectorizer = instanceOf(vectorizer, Vectorizer, "TextClassifier vectorizer", "a Vectorizer");
    this.length = wholeNumber(length, "TextClassifier length", 1, 1e6);
    this.labels = textsOf(labels, "TextClassifier labels");
    this.threshold = finiteNumber(threshold, "TextClassifier threshold", 0, 1);
    this.training = training;
  }

  /** Learns from labelled texts. @throws InputError on data or options that cannot work */
  static async train(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: TrainOptions = {},
  ): Promise<TextClassifier> {
    objectOf(options, "TextClassifier.train", "an object of options");
    const text = objectOf(options.text ?? DEFAULT_TEXT, "text options");
    const { padding, truncating, length: _, ...frontEnd } = text;
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, frontEnd as FrontEndOptions);
    const session = new TrainingSession(corpus, { padding, truncating }, options);
    try {
      return new TextClassifier(await session.run());
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error;
      throw new UnfinishedTraining(error.message, new TextClassifier(session.untrained!));
    }
  }

  /** The label of a text, with every label's probability. */
  predict(text: string): Prediction {
    return this.predictMany([textOf(text, "predict")])[0]!;
  }

  /** As `predict`, several at a time: faster than one by one. */
  predictMany(texts: readonly string[]): Prediction[] {
    textsOf(texts, "predictMany");
    const { ids, rows, length } = this.vectorizer.encodeRows(texts, this.length);
    if (rows === 0) return [];
    const { data } = this.model.predictFlat({ data: ids, rows, shape: [length] });
    const outputs = this.model.outputSize;
    return texts.map((_, row) => this.toPrediction(data.subarray(row * outputs, (row + 1) * outputs)));
  }

  private toPrediction(output: Float32Array): Prediction {
    const { labels } = this;
    const probabilities = output.length === 1 ? [1 - output[0]!, output[0]!] : Array.from(output);
    let best = 0;
    if (output.length === 1) best = output[0]! > Math.fround(this.threshold) ? 1 : 0;
    else for (let k = 1; k < output.length; k++) if (output[k]! > output[best]!) best = k;
    // Labels come from data: a plain object would drop "__proto__".
    const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
    return { label: labels[best]!, probability: probabilities[best]!, scores };
  }

  /** Every metric on labelled texts, and the worst mistakes. */
  async evaluate(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: { rows?: ArrayLike<number>; mistakes?: number; signal?: AbortSignal } = {},
  ): Promise<ClassifierEvaluation> {
    knownOptions(options, ["rows", "mistakes", "signal"], "evaluate");
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, this.vectorizer.frontEnd);
    if (options.rows !== undefined) indicesOf(options.rows, "evaluate rows", corpus.rows);
    wholeNumber(options.mistakes ?? 10, "evaluate mistakes");
    const chosen = options.rows ?? allRows(corpus.rows);
    const classes = corpus.classes(this.labels);
    const x = corpus.encode(chosen, this.vectorizer, this.length);
    const labels = Int32Array.from(chosen, (row) => classes[row]!);
    const { data: probabilities } = this.model.predictFlat(x);
    const outputs = this.model.outputSize;
    const predictions = {
      probabilities,
      outputs,
      labels,
      ...(outputs === 1 ? { threshold: this.threshold } : {}),
    };
    const evaluation = evaluatePredictions(predictions);
    const mistakes = worstMistakes(predictions, options.mistakes ?? 10).map((mistake) => ({
      ...mistake,
      text: corpus.excerpt(chosen[mistake.row]!),
    }));
    return { ...evaluation, loss: evaluation.logLoss, labels: [...this.labels], mistakes };
  }

  /** The classifier as a .keras file, which Python Keras opens too. */
  async toBytes(): Promise<Uint8Array> {
    const { vectorizer, length, labels, threshold, training } = this;
    const extras = { kind: "text-classifier", version: 1, vectorizer, length, labels, threshold, training };
    return writeKeras(this.model, { extras: JSON.parse(JSON.stringify(extras)) });
  }

  /** A classifier from a model and what its file carries besides. */
  static fromModel(model: Model, extras: unknown, name: string): TextClassifier {
    modelOf(model, textOf(name, "TextClassifier.fromModel name"));
    if (typeof extras !== "object" || extras === null) {
      throw inputError({
        expected: "a classifier with its vocabulary and labels",
        where: name,
        next: "This file holds a network only. Use loadModel, or assembleClassifier with its vocabulary.",
        typed: { next: "This file holds a network only: give its vocabulary with --tokenizer FILE." },
      });
    }
    const e = extras as Record<string, unknown>;
    const labels = e["labels"];
    if (!Array.isArray(labels) || !labels.every((label) => typeof label === "string")) {
      throw inputError({ expected: "a list of label names", where: `${name}: labels`, received: labels });
    }
    checkOutputs(model, labels.length);
    return new TextClassifier({
      model,
      vectorizer: Vectorizer.fromJSON(e["vectorizer"], `${name}: vectorizer`),
      length: wholeNumber(e["length"], `${name}: length`, 1, 1e6),
      labels,
      threshold: finiteNumber(e["threshold"], `${name}: threshold`, 0, 1),
      training: (e["training"] ?? null) as TrainingRecord | null,
    });
  }

  /** Writes one .keras file; an older one is replaced only once the new one is whole. Node only. */
  async save(path: string): Promise<void> {
    await writeAtomic(pathOf(path, "save path"), await this.toBytes());
  }

  /**
   * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, or its bytes.
   * @throws InputError when the file is no classifier of Cellstate's
   */
  static async load(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<TextClassifier> {
    const { model, extras } = await loadFile(source, options);
    return TextClassifier.fromModel(model, extras, options.name ?? nameOf(source));
  }
}

/** Training went wrong (its loss became NaN or infinite); what it had until then is in `classifier`. */
export class UnfinishedTraining extends TrainingError {
  constructor(
    message: string,
    readonly classifier: TextClassifier,
  ) {
    super(message);
  }
}
