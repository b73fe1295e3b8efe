/** Text in, label out: a vectorizer, a model and labels, trained together and saved as one file. */
import { writeAtomic } from "#files";
import { stratifiedSplit } from "../data/split.js";
import type { EngineOptions } from "../engine/index.js";
import { PURPOSE, Random } from "../engine/philox.js";
import { finiteNumber, inputError, wholeNumber } from "../errors.js";
import { writeKeras } from "../formats/keras/index.js";
import { type LoadOptions, loadFile } from "../formats/load.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../train/arrays.js";
import { type Callback, EarlyStopping } from "../train/callbacks.js";
import type { TrainingState } from "../train/checkpoint.js";
import { type FitOptions, type History, TrainingError } from "../train/fit.js";
import { losses } from "../train/losses.js";
import { type Evaluation, evaluatePredictions, type Mistake, worstMistakes } from "../train/metrics.js";
import type { Optimizer, OptimizerName } from "../train/optimizers.js";
import { allRows, Corpus, type LabelledText } from "./corpus.js";
import type { FrontEndOptions, RowOptions } from "./options.js";
import { presetModel } from "./presets.js";
import { type EncodingReport, newEncodingReport, Vectorizer } from "./vectorizer.js";

/**
 * Rows are padded and cut in front by default. Padding behind, without a mask, makes the network read its answer
 * after hundreds of empty steps: the flagship then never leaves the majority class (docs/text.md has the figures).
 */
const DEFAULT_TEXT: FrontEndOptions & RowOptions = {
  frontEnd: "tokenizer",
  padding: "pre",
  truncating: "pre",
};

export interface TrainOptions extends EngineOptions {
  /** A preset's name (default "lstm"), a model, or a function of the sizes that makes one. */
  model?: string | Model | ((sizes: { vocabulary: number; length: number; classes: number }) => Model);
  /** Ids in the vocabulary, padding included. Default 1,000. */
  vocabulary?: number;
  /** Ids in a row. Default 200. */
  length?: number;
  /** How text becomes ids; the default is Keras's Tokenizer with rows padded in front. */
  text?: FrontEndOptions & RowOptions;
  /** A vectorizer made before, in place of learning a vocabulary. */
  vectorizer?: Vectorizer;
  /** Most epochs; training stops before when validation loss has not improved for `patience`. Default 20. */
  epochs?: number;
  patience?: number;
  batchSize?: number;
  /** With a corpus: the rows to learn from; the others are left alone (to test on). */
  rows?: ArrayLike<number>;
  /** Share of each class held out to choose the best epoch by. 0: none, and all epochs are run. Default 0.1. */
  validationSplit?: number;
  optimizer?: OptimizerName | Optimizer;
  /** Weighs classes so that each counts alike. Default false. */
  balance?: boolean;
  /** Everything random follows from it. Default 0. */
  seed?: number;
  callbacks?: readonly Callback[];
  /** Called once, with everything in place and nothing learned yet: the moment to look for mistakes. */
  onPrepared?(prepared: Prepared): void;
  signal?: AbortSignal;
  resume?: TrainingState;
}

/** What is about to be trained, and on which rows of the corpus. */
export interface Prepared {
  model: Model;
  vectorizer: Vectorizer;
  length: number;
  labels: readonly string[];
  corpus: Corpus;
  rows: Uint32Array;
}

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

/** How a classifier came about; saved with it. */
export interface TrainingRecord {
  rows: number;
  validationRows: number;
  perClass: Record<string, number>;
  encoding: EncodingReport;
  settings: Record<string, number | string | boolean>;
  history: Record<string, number[]>;
  bestEpoch: number | null;
  stopped: string | null;
}

interface Parts {
  model: Model;
  vectorizer: Vectorizer;
  length: number;
  labels: readonly string[];
  threshold: number;
  training: TrainingRecord | null;
}

const DEFAULTS = {
  vocabulary: 1000,
  length: 200,
  epochs: 20,
  patience: 3,
  batchSize: 32,
  validationSplit: 0.1,
};

export class TextClassifier {
  readonly model: Model;
  readonly vectorizer: Vectorizer;
  readonly length: number;
  readonly labels: readonly string[];
  /** Two labels only: the second is answered when its probability is above this. */
  threshold: number;
  readonly training: TrainingRecord | null;

  constructor({ model, vectorizer, length, labels, threshold, training }: Parts) {
    this.model = model;
    this.vectorizer = vectorizer;
    this.length = length;
    this.labels = labels;
    this.threshold = threshold;
    this.training = training;
  }

  /** Learns from labelled texts. @throws InputError on data or options that cannot work */
  static async train(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: TrainOptions = {},
  ): Promise<TextClassifier> {
    const text = options.text ?? DEFAULT_TEXT;
    const { padding, truncating, length: _, ...frontEnd } = text;
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, frontEnd as FrontEndOptions);
    const session = new TrainingSession(corpus, { padding, truncating }, options);
    return session.run();
  }

  /** The label of a text, with every label's probability. */
  predict(text: string): Prediction {
    return this.predictMany([text])[0]!;
  }

  /** As `predict`, several at a time: faster than one by one. */
  predictMany(texts: readonly string[]): Prediction[] {
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
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, this.vectorizer.frontEnd);
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
    if (typeof extras !== "object" || extras === null) {
      throw inputError({
        expected: "a classifier with its vocabulary and labels",
        where: name,
        next: "This file holds a network only. Use loadModel, or give its tokenizer with --tokenizer.",
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
    await writeAtomic(path, await this.toBytes());
  }

  /**
   * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, or its bytes.
   * @throws InputError when the file is no classifier of Cellstate's
   */
  static async load(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<TextClassifier> {
    const name = source instanceof Uint8Array ? "file" : String(source);
    const { model, extras } = await loadFile(source, { name, ...options });
    return TextClassifier.fromModel(model, extras, options.name ?? name);
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

/** One sigmoid unit for two labels, else one softmax unit a label. */
export function checkOutputs(model: Model, classes: number): void {
  const outputs = model.outputSize;
  if (outputs === classes || (outputs === 1 && classes === 2)) return;
  throw inputError({
    expected:
      classes === 2
        ? "a last layer of 1 or 2 units for 2 labels"
        : `a last layer of ${classes} units, one a label`,
    where: `model ${model.name}`,
    received: outputs,
  });
}

/** One call of `TextClassifier.train`. */
class TrainingSession {
  private readonly labels: string[];
  private readonly classes: Int32Array;
  private readonly seed: number;
  private readonly length: number;

  constructor(
    private readonly corpus: Corpus,
    private readonly row: RowOptions,
    private readonly options: TrainOptions,
  ) {
    this.seed = wholeNumber(options.seed ?? 0, "seed");
    this.length = wholeNumber(
      options.length ?? options.vectorizer?.length ?? DEFAULTS.length,
      "length",
      1,
      1e6,
    );
    wholeNumber(options.vocabulary ?? DEFAULTS.vocabulary, "vocabulary", 2, 2 ** 24);
    this.labels = corpus.labels();
    this.classes = corpus.classes(this.labels);
  }

  async run(): Promise<TextClassifier> {
    const { options, corpus, labels } = this;
    const [trainRows, validationRows] = this.split();
    const size = options.vocabulary ?? DEFAULTS.vocabulary;
    const vectorizer = options.vectorizer ?? corpus.texts.build({ size, ...this.row, rows: trainRows });
    const model = this.makeModel(Math.max(size, vectorizer.size));
    checkOutputs(model, labels.length);
    const encoding = newEncodingReport();
    const x = corpus.encode(trainRows, vectorizer, this.length, encoding);
    const y = this.targets(trainRows);
    this.compile(model);
    options.onPrepared?.({ model, vectorizer, length: this.length, labels, corpus, rows: trainRows });
    const early = this.earlyStopping(validationRows.length > 0);
    const parts = { model, vectorizer, length: this.length, labels, threshold: 0.5 };
    try {
      const history = await model.fit(x, y, this.fitOptions(vectorizer, trainRows, validationRows, early));
      const training = this.record(trainRows, validationRows, encoding, history, early);
      return new TextClassifier({ ...parts, training });
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error;
      throw new UnfinishedTraining(error.message, new TextClassifier({ ...parts, training: null }));
    }
  }

  /** Held out by class, so that a file sorted by label does not leave a class out. */
  private split(): [Uint32Array, Uint32Array] {
    const share = finiteNumber(
      this.options.validationSplit ?? DEFAULTS.validationSplit,
      "validationSplit",
      0,
      0.9,
    );
    const rows = Uint32Array.from(this.options.rows ?? allRows(this.corpus.rows));
    if (share === 0) return [rows, new Uint32Array(0)];
    const random = new Random(this.seed, PURPOSE.split, 1);
    const classes = Int32Array.from(rows, (row) => this.classes[row]!);
    const [train, validation] = stratifiedSplit(classes, share, (i) => random.uniform(i));
    return [train.map((i) => rows[i]!), validation.map((i) => rows[i]!)];
  }

  /** A model that comes compiled for labels keeps its optimizer and that optimizer's state. */
  private compile(model: Model): void {
    const loss =
      model.outputSize === 1 ? losses.binaryCrossentropy() : losses.sparseCategoricalCrossentropy();
    const before = model.isCompiled ? model.compiled : null;
    if (!this.options.optimizer && before?.loss.name === loss.name) return;
    const optimizer = this.options.optimizer ?? before?.optimizer ?? "adam";
    model.compile({ optimizer, loss, metrics: ["accuracy"] });
  }

  private makeModel(vocabulary: number): Model {
    const { model = "lstm", engine, threads } = this.options;
    const sizes = { vocabulary, length: this.length, classes: this.labels.length };
    if (typeof model === "function") return model(sizes);
    if (typeof model !== "string") return model;
    return presetModel(model, sizes, { seed: this.seed, engine, threads });
  }

  private targets(rows: ArrayLike<number>): Float32Array {
    return Float32Array.from(rows, (row) => this.classes[row]!);
  }

  private earlyStopping(validated: boolean): EarlyStopping | null {
    if (!validated) return null;
    const patience = wholeNumber(this.options.patience ?? DEFAULTS.patience, "patience", 1);
    return new EarlyStopping({ monitor: "valLoss", patience, restoreBestWeights: true });
  }

  private fitOptions(
    vectorizer: Vectorizer,
    trainRows: Uint32Array,
    validationRows: Uint32Array,
    early: EarlyStopping | null,
  ): FitOptions {
    const {
      epochs = DEFAULTS.epochs,
      batchSize = DEFAULTS.batchSize,
      callbacks = [],
      signal,
      resume,
    } = this.options;
    const validation = (): [Rows, Float32Array] => [
      this.corpus.encode(validationRows, vectorizer, this.length),
      this.targets(validationRows),
    ];
    return {
      epochs,
      batchSize,
      signal,
      resume,
      // Early stopping comes first, so that checkpoints and pictures know what it decided.
      callbacks: [...(early ? [early] : []), ...callbacks],
      ...(validationRows.length > 0 ? { validationData: validation() } : {}),
      ...(this.options.balance ? { classWeight: this.balancedWeights(trainRows) } : {}),
    };
  }

  /** rows / (classes · rows of the class), as scikit-learn's "balanced". */
  private balancedWeights(rows: Uint32Array): Record<number, number> {
    const counts = this.countClasses(rows);
    return Object.fromEntries(
      counts.map((count, k) => [k, rows.length / (counts.length * Math.max(1, count))]),
    );
  }

  private countClasses(rows: ArrayLike<number>): number[] {
    const counts = new Array<number>(this.labels.length).fill(0);
    for (let i = 0; i < rows.length; i++) counts[this.classes[rows[i]!]!]!++;
    return counts;
  }

  private record(
    trainRows: Uint32Array,
    validationRows: Uint32Array,
    encoding: EncodingReport,
    history: History,
    early: EarlyStopping | null,
  ): TrainingRecord {
    const { batchSize = DEFAULTS.batchSize, model = "lstm", balance = false } = this.options;
    const counts = this.countClasses(trainRows);
    return {
      rows: trainRows.length,
      validationRows: validationRows.length,
      perClass: Object.fromEntries(this.labels.map((label, k) => [label, counts[k]!])),
      encoding,
      settings: { model: typeof model === "string" ? model : "custom", batchSize, seed: this.seed, balance },
      history: history.history,
      bestEpoch: early && early.bestEpoch >= 0 ? early.bestEpoch : null,
      stopped: history.stopped,
    };
  }
}
