/** From labelled texts to the parts of a classifier: splits, vocabulary, model, fit. */

import { functionOf, indicesOf, instanceOf, listOf, objectOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { stratifiedSplit } from "../data/split.js";
import { ENGINE_CHOICES, type EngineOptions } from "../engines/index.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { copyModel } from "../model/copy.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import type { Rows } from "../network/arrays.js";
import { type Loss, losses } from "../objectives/losses.js";
import type { Optimizer, OptimizerName } from "../objectives/optimizers.js";
import { type FrontEndOptions, type RowOptions, resolveFrontEnd } from "../tokens/options.js";
import { type EncodingReport, newEncodingReport, Vectorizer } from "../tokens/vectorizer.js";
import { type Callback, EarlyStopping } from "../train/callbacks.js";
import { ABORTED, type FitOptions, type History } from "../train/fit.js";
import type { TrainingState } from "../train/training-state.js";
import { checkAnswerable } from "./answer.js";
import type { TextClassifier } from "./classifier.js";
import { checkSettled, continuedModel, type Start } from "./continuing.js";
import { allRows, type Corpus } from "./corpus.js";
import { presetModel } from "./presets.js";

/**
 * Rows are padded and cut in front by default. Padding behind, without a mask, makes the network read its answer
 * after hundreds of empty steps: the flagship then never leaves the majority class (docs/text.md has the figures).
 */
export const DEFAULT_TEXT: FrontEndOptions & RowOptions = {
  frontEnd: "tokenizer",
  padding: "pre",
  truncating: "pre",
};

/** Options of `TextClassifier.train`; all may be left out. */
export interface TrainOptions extends EngineOptions {
  /**
   * A preset's name (default "lstm"); a classifier or a model to go on from, which stays as it is: a copy is trained; or a
   * function of the sizes that makes a new model. A classifier settles the words, the length of rows and the labels that
   * there are; the model of one counts as the classifier. The outputs of any other model are the labels in order.
   */
  model?:
    | string
    | TextClassifier
    | Model
    | ((sizes: { vocabulary: number; length: number; classes: number }) => Model);
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
  /**
   * Epochs that may pass without a better validation loss. Default 3; without validation it has no meaning.
   */
  patience?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** With a corpus: the rows to learn from; the others are left alone (to test on). */
  rows?: ArrayLike<number>;
  /** Share of each class held out to choose the best epoch by. 0: none, and all epochs are run. Default 0.1. */
  validationSplit?: number;
  /** Default "adam", unless the model given is compiled: then its own. */
  optimizer?: OptimizerName | Optimizer;
  /** Weighs classes so that each counts alike. Default false. */
  balance?: boolean;
  /** Everything random follows from it. Default 0. */
  seed?: number;
  /** Told of every epoch and batch, and may steer; early stopping comes before them. */
  callbacks?: readonly Callback[];
  /** Called once, with everything in place and nothing learned yet: the moment to look for mistakes. */
  onPrepared?(prepared: Prepared): void;
  /**
   * Ends training after the current step: `train` then rejects with an AbortedTraining that holds what was learned.
   */
  signal?: AbortSignal;
  /** Goes on from a checkpoint of the same run, to the same bits. */
  resume?: TrainingState;
}

const TRAIN_OPTIONS: Record<keyof TrainOptions, true> = {
  model: true,
  vocabulary: true,
  length: true,
  text: true,
  vectorizer: true,
  epochs: true,
  patience: true,
  batchSize: true,
  rows: true,
  validationSplit: true,
  optimizer: true,
  balance: true,
  seed: true,
  callbacks: true,
  onPrepared: true,
  signal: true,
  resume: true,
  engine: true,
  threads: true,
};

/** What is about to be trained, and on which rows of the corpus. */
export interface Prepared {
  model: Model;
  vectorizer: Vectorizer;
  length: number;
  labels: readonly string[];
  corpus: Corpus;
  rows: Uint32Array;
  encoding: EncodingReport;
}

/** How a classifier came about; saved with it. */
export interface TrainingRecord {
  /** Rows learned from. */
  rows: number;
  /** Rows held out to choose the best epoch by; 0 where there were none. */
  validationRows: number;
  /** Rows of each label among those learned from. */
  perClass: Record<string, number>;
  /** What became of their texts: unknown words, rows cut or empty. */
  encoding: EncodingReport;
  /** The settings that were used, by name. */
  settings: Record<string, number | string | boolean>;
  /** A value an epoch of every metric: loss, accuracy, valLoss, valAccuracy. */
  history: Record<string, number[]>;
  /** Whose weights were kept, from 1; null where no epoch was chosen by validation. */
  bestEpoch: number | null;
  /** Why training ended before its last epoch; null where it did not. */
  stopped: string | null;
}

/** What a classifier is made of. */
export interface Parts {
  model: Model;
  vectorizer: Vectorizer;
  length: number;
  labels: readonly string[];
  threshold: number;
  training: TrainingRecord | null;
}

/** The most that may be asked for. */
export const LIMITS = { vocabulary: 2 ** 24, length: 1e6 };

const DEFAULTS = {
  vocabulary: 1000,
  length: 200,
  epochs: 20,
  patience: 3,
  batchSize: 32,
  validationSplit: 0.1,
};

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

export const checkTrainOptions = (options: TrainOptions): void =>
  knownOptions(options, Object.keys(TRAIN_OPTIONS), "TextClassifier.train");

/**
 * How texts are to be taken apart: as asked, or as the vocabulary wants that is there already.
 * @throws InputError where the two differ: words would be looked up that were never made that way
 */
export function frontEndFor({ text, vectorizer: given }: TrainOptions, start: Start | null): FrontEndOptions {
  const vectorizer = start?.vectorizer ?? given;
  const { padding, truncating, length: _, ...asked } = text ?? DEFAULT_TEXT;
  if (!vectorizer) return asked as FrontEndOptions;
  if (!text) return vectorizer.frontEnd;
  const same = { ...resolveFrontEnd(asked as FrontEndOptions), padding, truncating };
  const settled = { ...vectorizer.frontEnd, padding: vectorizer.padding, truncating: vectorizer.truncating };
  for (const [name, value] of Object.entries(same)) {
    const expected = (settled as Record<string, unknown>)[name];
    if (value === undefined || value === expected) continue;
    throw inputError({
      expected: `${JSON.stringify(expected)}, as the vocabulary was made with`,
      where: `text ${name}`,
      received: value,
      next: "Leave it out, or learn a new vocabulary.",
    });
  }
  return vectorizer.frontEnd;
}

/** Texts that were taken apart by other rules hold other words. */
export function checkFrontEnd(corpus: Corpus, frontEnd: FrontEndOptions): void {
  const [expected, received] = [resolveFrontEnd(frontEnd), corpus.texts.frontEnd].map((each) =>
    JSON.stringify(each),
  );
  if (expected === received) return;
  throw inputError({ expected: `texts taken apart by ${expected}`, where: "corpus", received });
}

/** One call of `TextClassifier.train`. */
export class TrainingSession {
  private readonly labels: string[];
  private readonly classes: Int32Array;
  private readonly seed: number;
  private readonly length: number;
  /** What is trained, once it is in place. */
  untrained: Parts | null = null;

  /** Whether this call's signal ended it, and whether a step was made until then. */
  aborted = false;
  learned = false;

  constructor(
    private readonly corpus: Corpus,
    private readonly options: TrainOptions,
    private readonly start: Start | null,
  ) {
    checkTrainOptions(options);
    if (options.callbacks !== undefined) listOf(options.callbacks, "callbacks", objectOf);
    if (options.rows !== undefined) indicesOf(options.rows, "rows", corpus.rows);
    if (options.vectorizer !== undefined)
      instanceOf(options.vectorizer, Vectorizer, "vectorizer", "a Vectorizer");
    if (options.onPrepared !== undefined) functionOf(options.onPrepared, "onPrepared");
    if (options.balance !== undefined && typeof options.balance !== "boolean") {
      throw inputError({ expected: "true or false", where: "balance", received: options.balance });
    }
    if (start) checkSettled(options, start);
    const { text, vectorizer } = options;
    this.seed = wholeNumber(options.seed ?? 0, "seed");
    this.length = wholeNumber(
      options.length ?? start?.length ?? text?.length ?? vectorizer?.length ?? DEFAULTS.length,
      "length",
      1,
      LIMITS.length,
    );
    wholeNumber(options.vocabulary ?? DEFAULTS.vocabulary, "vocabulary", 2, LIMITS.vocabulary);
    this.labels = corpus.labels(start?.labels);
    this.classes = corpus.classes(this.labels);
  }

  /**
   * The parts of a classifier, trained.
   * @throws TrainingError when the loss becomes NaN or infinite; what there was before is then in `untrained`
   */
  async run(): Promise<Parts> {
    const { options, corpus, labels, length, start } = this;
    const [trainRows, validationRows] = this.split();
    const size = options.vocabulary ?? DEFAULTS.vocabulary;
    const { padding, truncating } = options.text ?? DEFAULT_TEXT;
    const vectorizer =
      start?.vectorizer ??
      options.vectorizer ??
      corpus.texts.build({ size, padding, truncating, rows: trainRows });
    const model = this.makeModel(Math.max(size, vectorizer.size));
    checkOutputs(model, labels.length);
    const encoding = newEncodingReport();
    const x = corpus.encode(trainRows, vectorizer, length, encoding);
    checkAnswerable(model, corpus, [...trainRows, ...validationRows], vectorizer, length);
    const early = this.earlyStopping(validationRows.length > 0);
    const fitOptions = this.fitOptions(vectorizer, trainRows, validationRows, early);
    this.compile(model);
    options.onPrepared?.({ model, vectorizer, length, labels, corpus, rows: trainRows, encoding });
    const threshold = start && start.model.outputSize === model.outputSize ? start.threshold : 0.5;
    this.untrained = { model, vectorizer, length, labels, threshold, training: null };
    const before = model.iterations;
    const history = await model.fit(x, this.targets(trainRows), fitOptions);
    this.aborted = history.stopped === ABORTED;
    this.learned = model.iterations !== before;
    const training = this.record(trainRows, validationRows, encoding, history, early);
    return { ...this.untrained, training };
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

  /**
   * A model that comes compiled for labels keeps its optimizer and that optimizer's state. Any other loss gives way to the
   * cross-entropy of the labels, which is said.
   */
  private compile(model: Model): void {
    const before = model.isCompiled ? model.compiled : null;
    const loss = lossOfLabels(model, before?.loss);
    if (before && loss !== before.loss && !isSameLoss(loss, before.loss)) {
      const text = `model ${model.name} loss ${before.loss.name}: replaced by ${loss.name}, the loss of labels`;
      model.remarks.add([{ text, training: true }]);
    }
    if (!this.options.optimizer && before?.loss === loss) return;
    model.compile({
      optimizer: this.options.optimizer ?? before?.optimizer ?? "adam",
      loss,
      metrics: ["accuracy"],
    });
  }

  private makeModel(vocabulary: number): Model {
    const { model = "lstm", engine, threads } = this.options;
    const sizes = { vocabulary, length: this.length, classes: this.labels.length };
    if (typeof model === "function")
      return modelOf(functionOf(model, "model")(sizes), "what the function model gave");
    if (typeof model === "string") return presetModel(model, sizes, { seed: this.seed, engine, threads });
    if (this.start) return continuedModel(this.start, this.labels, this.copyOptions(this.start.model));
    return copyModel(modelOf(model, "model"), this.copyOptions(model as Model));
  }

  /** A copy computes as its source does, where nothing else is asked for. */
  private copyOptions({ engineName, runtime }: Model): ModelOptions {
    const {
      engine = ENGINE_CHOICES.find((name) => name === engineName),
      threads = runtime.engine.threads,
      seed,
    } = this.options;
    return { engine, threads, ...(seed === undefined ? {} : { seed }) };
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
    const present = counts.filter((count) => count > 0).length;
    return Object.fromEntries(counts.map((count, k) => [k, rows.length / (present * Math.max(1, count))]));
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
      bestEpoch: early && early.bestEpoch > 0 ? early.bestEpoch : null,
      stopped: history.stopped,
    };
  }
}

/** The loss of class numbers: the model's own where it is that, or says the same of one-hot rows. */
function lossOfLabels({ outputSize }: Model, own: Loss | undefined): Loss {
  const name = outputSize === 1 ? "binaryCrossentropy" : "sparseCategoricalCrossentropy";
  if (own?.name === name) return own;
  if (outputSize === 1 || own?.name !== "categoricalCrossentropy") return losses[name]();
  return losses.sparseCategoricalCrossentropy({ fromLogits: own.fromLogits, reduction: own.reduction });
}

/** Whether class numbers are to `loss` what one-hot rows are to `own`. */
const isSameLoss = (loss: Loss, own: Loss): boolean =>
  loss.name === "sparseCategoricalCrossentropy" &&
  own.name === "categoricalCrossentropy" &&
  own.labelSmoothing === 0;
