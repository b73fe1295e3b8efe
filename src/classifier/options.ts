/** What a classifier is trained with, and what it is made of. */
import { knownOptions } from "../base/errors.js";
import type { LongOptions, Progress } from "../base/progress.js";
import type { VectorsFile } from "../data/vectors/read.js";
import type { EngineOptions } from "../engines/registry.js";
import type { Callback, Model } from "../model/model.js";
import type { Optimizer, OptimizerName } from "../objectives/optimizers.js";
import type { Schedule } from "../objectives/schedules.js";
import type { Communicator } from "../processes/communicator.js";
import type { FrontEndOptions, RowOptions } from "../tokens/options.js";
import type { TextPart } from "../tokens/text-part.js";
import type { EncodingReport, Vectorizer } from "../tokens/vectorizer.js";
import type { TrainingState } from "../train/training-state.js";
import type { Prediction } from "./answer.js";
import type { Duplicates } from "./bundles.js";
import type { Corpus, LabelledText, Target } from "./corpus.js";
import type { PresetSizes } from "./presets.js";
import type { Scratch } from "./text-corpus.js";

/**
 * Rows are padded and cut in front by default. Padding behind, without a mask, makes the network read its answer
 * after hundreds of empty steps: the flagship then never leaves the majority class (docs/text.md has the figures).
 */
export const DEFAULT_TEXT: FrontEndOptions & RowOptions = {
  frontEnd: "tokenizer",
  segment: "auto",
  padding: "pre",
  truncating: "pre",
};

/** Models over n-grams: "auto" takes what rows held out prefer, "linear" words and pairs of them alone. */
export const AUTOMATIC = ["auto", "linear"] as const;
export type Automatic = (typeof AUTOMATIC)[number];
export const isAutomatic = (model: unknown): model is Automatic =>
  (AUTOMATIC as readonly unknown[]).includes(model);

/** How much "auto" tries: low n-grams alone, medium a network beside them, high up to three of them. */
export const EFFORTS = ["low", "medium", "high"] as const;
export type Effort = (typeof EFFORTS)[number];

/** How far a training is. Its phases are in docs/training.md. */
export interface TrainProgress extends Progress {
  /** Of a network: which epoch, from 1. */
  epoch?: number;
  /** Of a network: as many as are asked for. */
  epochs?: number;
  /** Of "auto" and "linear": what is being done, in full. */
  step?: string;
}

/** Options of `TextClassifier.train`; all may be left out. */
export interface TrainOptions extends EngineOptions, LongOptions<TrainProgress> {
  /**
   * "auto" (the default): what rows held out prefer; "linear": the plainest of what it tries, a linear model over words and
   * pairs of them; both heed `rows`, `duplicates`, `seed`, `engine`, `threads`, `signal`, `onProgress`, `maxSize`, `communicator`, `onStep` and `onSizes` alone, "auto" also
   * `effort`, `budget` and `replay`. Or a preset's name ("lstm", "gru", "rnn", "bilstm", "bigru", "cnn"); a classifier or a model to go on from,
   * which stays as it is: a copy is trained; or a function of the sizes that makes a new model. A classifier settles the words,
   * the length of rows and the labels that there are; the model of one counts as the classifier. The outputs of any other model
   * are the labels in order.
   */
  model?: string | Classifier | Model | ((sizes: PresetSizes) => Model);
  /**
   * Of "auto": "low" tries n-grams alone, "medium" (the default) a network beside them, "high" up to three. What is tried
   * follows from the data alone, so that the seed settles the result on any machine.
   */
  effort?: Effort;
  /** Of "auto" and "linear": bytes that the saved file (.keras) may take; n-grams that decide little are left out. */
  maxSize?: number;
  /**
   * Of "auto": seconds that it may take, from the call to the saved file, kept to by leaving out members that would end later
   * (within a tenth of it). The first of n-grams are always fitted, however long that takes. Default: what `effort` asks for.
   */
  budget?: number;
  /**
   * Of "auto": the record of a classifier, whose members, effort and seed are taken again: on the same rows the same bits, on
   * any machine, whatever a budget left out at first.
   */
  replay?: TrainingRecord;
  /** Ids in the vocabulary, padding included. Default 1,000. */
  vocabulary?: number;
  /** Ids in a row. Default 200. */
  length?: number;
  /**
   * How text becomes ids; the default is Keras's Tokenizer with rows padded in front. Where `segment` is left out, texts in
   * scripts without spaces between words are cut as they need it ("auto").
   */
  text?: FrontEndOptions & RowOptions;
  /** A vectorizer made before, in place of learning a vocabulary. */
  vectorizer?: Vectorizer;
  /**
   * Most epochs; training stops before when validation loss (with `balance`: validation macro F1) has not improved for
   * `patience`. Default 20.
   */
  epochs?: number;
  /**
   * Epochs that may pass without a better validation loss, with `balance` without a better validation macro F1. Default 3;
   * without validation it has no meaning.
   */
  patience?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** With a corpus: the rows to learn from; the others are left alone (to test on). */
  rows?: ArrayLike<number>;
  /** Share of each class held out to choose the best epoch by. 0: none, and all epochs are run. Default 0.1. */
  validationSplit?: number;
  /**
   * Whether rows of the same words stay on one side where rows are held out: "together", the default of "auto" and "linear", or
   * "apart", that of networks, and of rows with a `group`: those of one group always stay on one side, and "together" besides
   * links all groups that share a text.
   */
  duplicates?: Duplicates;
  /** Default "adam", unless the model given is compiled: then its own. */
  optimizer?: OptimizerName | Optimizer;
  /** How far a step of the optimizer goes: a number, or a schedule. Default: the optimizer's own. */
  learningRate?: number | Schedule;
  /**
   * Word vectors learned elsewhere, as `readVectors` opens them: the Embedding of a preset, or of a function's model, begins
   * with them and is as wide as they are. Words without one begin as they would without the file.
   */
  vectors?: VectorsFile;
  /** Leaves the Embedding as `vectors` set it. Default false: it is tuned with the rest. */
  freezeVectors?: boolean;
  /**
   * Weighs classes so that each counts alike, in both losses. Stopping and the weights that are kept then follow macro F1 on
   * the rows held out (`valMacroF1`), and where that is equal the weighed loss. Default false.
   */
  balance?: boolean;
  /**
   * What the labels are. Default: classes, and amounts, ids or texts in their place are refused; "classes": each is one,
   * whatever it looks like.
   */
  target?: Target;
  /**
   * Of a network: where rows are kept that memory should not hold, as `Corpus.read` is told. The bits are those of a training in
   * memory. Node only.
   */
  scratch?: string | Scratch | undefined;
  /** Everything random follows from it. Default 0. */
  seed?: number;
  /** Told of every epoch and batch, and may steer; early stopping comes before them. */
  callbacks?: readonly Callback[];
  /** Called once, with everything in place and nothing learned yet: the moment to look for mistakes. */
  onPrepared?(prepared: Prepared): void | Promise<void>;
  /**
   * Ends training after the current step: `train` then rejects with an AbortedTraining that holds what was learned.
   */
  signal?: AbortSignal | undefined;
  /** Goes on from a checkpoint of the same run, to the same bits. */
  resume?: TrainingState;
  /**
   * Processes that train together, each with the same rows and options, to the bits that one would come to: they share the
   * batches of a network (see `FitOptions`), and of "auto" and "linear" the fits.
   */
  communicator?: Communicator | undefined;
  /** Of "auto" and "linear": told what is being done, whenever something else is begun. */
  onStep?(what: string): void;
  /** Of "auto" and "linear": told what files of fewer n-grams would answer, the largest first; measured if it is there. */
  onSizes?(sizes: readonly SizedAccuracy[]): void;
}

const TRAIN_OPTIONS: Record<keyof TrainOptions, true> = {
  model: true,
  effort: true,
  maxSize: true,
  budget: true,
  replay: true,
  vocabulary: true,
  length: true,
  text: true,
  vectorizer: true,
  epochs: true,
  patience: true,
  batchSize: true,
  rows: true,
  validationSplit: true,
  duplicates: true,
  optimizer: true,
  learningRate: true,
  vectors: true,
  freezeVectors: true,
  balance: true,
  target: true,
  scratch: true,
  seed: true,
  callbacks: true,
  onPrepared: true,
  signal: true,
  onProgress: true,
  resume: true,
  communicator: true,
  onStep: true,
  onSizes: true,
  engine: true,
  threads: true,
};

/** What is about to be trained, and on which rows of the corpus. */
export interface Prepared<C = Corpus> {
  /** The network, compiled, with fresh or kept weights. */
  model: Model;
  /** With the vocabulary that was learned or given. */
  vectorizer: Vectorizer;
  /** Ids in a row. */
  length: number;
  /** The labels in the order of the outputs. */
  labels: readonly string[];
  /** All texts that were given. */
  corpus: C;
  /** The rows of the corpus to learn from; those held out for validation are not among them. */
  rows: Uint32Array;
  /** What became of their texts. */
  encoding: EncodingReport;
  /** The rows held out to choose the best epoch by; none without validation. */
  heldOut: Uint32Array;
  /** What was found of the vocabulary in the vectors, where there were some. */
  vectors?: VectorsRecord;
}

/** Which words of a vocabulary a file of vectors had. */
export interface VectorsRecord {
  /** What the file is called. */
  name: string;
  /** "GloVe or other text", "word2vec text", "word2vec binary", "fastText .bin". */
  format: string;
  /** Numbers in a word's vector. */
  width: number;
  /** Words of the vocabulary. */
  words: number;
  /** How many of them have a vector. */
  found: number;
  /** Some of the others, the most frequent first. */
  missing: string[];
  /** How many of the others the file has in other case. */
  otherCase: number;
  /** One of these: as the vocabulary has it, and as the file does. */
  otherCaseExample: [string, string] | null;
  /** Whether training left the vectors as they were. */
  frozen: boolean;
}

/** How a classifier came about; saved with it. */
export interface TrainingRecord {
  /** Rows learned from. */
  rows: number;
  /** Rows held out to choose the best epoch by; 0 where there were none. */
  validationRows: number;
  /** Rows of each label among those learned from; empty of amounts. */
  perClass: Record<string, number>;
  /** What became of their texts: unknown words, rows cut or empty. */
  encoding: EncodingReport;
  /** The settings that were used, by name. */
  settings: Record<string, number | string | boolean>;
  /** A value an epoch of every metric: loss, accuracy, valLoss, valAccuracy, with `balance` valMacroF1. */
  history: Record<string, number[]>;
  /** Whose weights were kept, from 1; null where no epoch was chosen by validation. */
  bestEpoch: number | null;
  /** Why training ended before its last epoch; null where it did not. */
  stopped: string | null;
  /** Of an automatic classifier: what was tried. */
  auto?: AutoRecord;
  /** Of an automatic multi-label classifier or regressor: what was tried. */
  linear?: LinearRecord;
  /** What was found in the vectors that it began with, where there were some. */
  vectors?: VectorsRecord;
  /** Of one that `finetune` made: what that changed. Not saved. */
  changes?: Changes;
}

/** How answers to the same rows changed. */
export interface ChangedAnswers {
  /** How many rows they are. */
  rows: number;
  /** Rows that are answered otherwise than before. */
  changed: number;
  /** Share of rows answered rightly. */
  accuracy: { before: number; after: number };
}

/** What going on from a classifier changed. */
export interface Changes {
  /** Labels that it did not have: each has an output of its own now. */
  added: string[];
  /** Labels of it of which no row was learned from. */
  absent: string[];
  /** On the new rows, which it has learned from (those to stop by among them). */
  fresh: ChangedAnswers;
  /** On the old rows that were learned again, where there were some. */
  old?: ChangedAnswers;
}

/** What a classifier that is gone on from settles. */
const SETTLED = [
  "model",
  "effort",
  "maxSize",
  "budget",
  "replay",
  "vocabulary",
  "length",
  "text",
  "vectorizer",
  "vectors",
  "freezeVectors",
  "target",
  "scratch",
  "onStep",
  "onSizes",
] as const satisfies readonly (keyof TrainOptions)[];

/** Options of `classifier.finetune`: those of `TextClassifier.train`, but for what the classifier settles. */
export interface FinetuneOptions extends Omit<TrainOptions, (typeof SETTLED)[number]> {
  /**
   * Rows learned from before, to be learned again beside the new ones, lest they be forgotten. With a corpus: which of its rows
   * they are.
   */
  oldRows?: Iterable<LabelledText> | AsyncIterable<LabelledText> | ArrayLike<number>;
}

/** What an automatic classifier tried, and how that did on rows that it had not learned from. */
export interface AutoRecord {
  /** What was tried, the plainest first. */
  members: {
    /** What it is made of, in words. */
    name: string;
    /** Rows held out that it was judged by. */
    rows: number;
    /** Share of them that it answered rightly. */
    accuracy: number;
    /** The mean of that share over classes. */
    macroRecall: number;
    /** Mean cross-entropy a row at the best temperature, in nats. */
    logLoss: number;
    /** Whether the classifier is this. */
    picked: boolean;
  }[];
  /** The name of the one that the classifier is. */
  picked: string;
  /** Why, in a paragraph. */
  why: string;
  /** Networks over words in order beside the n-grams: how many, and what they weigh, from 0 to 1; null: none. */
  networks: { count: number; share: number } | null;
  /**
   * What ran, for `replay` to run again: how many recipes of n-grams were tried, and how many networks trained, whether they
   * have a share or not, and whether a budget was exceeded by it; null of "linear", which has no choice.
   */
  ran: { recipes: number; networks: number; exceeded: boolean } | null;
  /** n-grams that it knows. */
  features: number;
  /** Of the one that was picked, on rows that it had not learned from. */
  heldOut: {
    /** How many they were. */
    rows: number;
    /** Share of them that was answered rightly. */
    accuracy: number;
    /** Share of the largest class: what always answering it would reach. */
    majority: number;
    /** Matthews correlation. */
    mcc: number;
    /** Share of their words that other rows hold, too. */
    known: number;
    /** Expected calibration error of the answers' probabilities, before and after they were scaled. */
    calibrationError: { before: number; after: number };
  };
  /** Whether it did better than one that knows nothing (at 5 %). */
  useful: boolean;
  /** What was left out of the data, which labels have too few rows to learn or judge by, and whether a budget was exceeded. */
  notes: readonly string[];
}

/** How a recipe of n-grams did on rows held out. */
export interface LinearTrial {
  /** What it is made of, in words. */
  readonly name: string;
  /** Rows that it was judged by. */
  readonly rows: number;
  /** Its mean loss on them. */
  readonly loss: number;
  /** Whether the model is this. */
  readonly picked: boolean;
}

/** What an automatic multi-label classifier or regressor tried and picked. */
export interface LinearRecord {
  /** What was tried, the plainest first. */
  readonly members: readonly LinearTrial[];
  /** The name of the one that was picked. */
  readonly picked: string;
  /** What they were judged by. */
  readonly loss: "log loss" | "mean squared error";
  /** n-grams that are kept. */
  readonly features: number;
  /** The same loss of an answer that ignores the text: how common each label is, or the mean. */
  readonly baseline: number;
  /** Whether what was picked is better than that by more than chance: paired over rows held out, at 5 %. */
  readonly useful: boolean;
  /** What was left out of the data, and which labels have too few rows. */
  readonly notes: readonly string[];
}

/** What a file of so many bytes answers. */
export interface SizedAccuracy {
  /** Of the .keras file; but for the first, an estimate. */
  bytes: number;
  /** n-grams that it knows. */
  features: number;
  /** Rows held out that it was judged by, and the share of them that was answered rightly. */
  rows: number;
  accuracy: number;
}
/** How many members ran. */
export type Ran = NonNullable<AutoRecord["ran"]>;

/** What a classifier is made of. */
export interface Parts extends TextPart {
  /** The network. */
  readonly model: Model;
  /** How it was trained; null where that is not on record. */
  readonly training: TrainingRecord | null;
}

/** What is gone on from: a classifier of words. */
export type Start = Pick<Parts, "model" | "labels" | "threshold" | "reject"> & {
  readonly vectorizer: Vectorizer;
  readonly length: number;
};

/** What a TextClassifier is to those below it. */
export interface Classifier extends Parts {
  predict(text: string): Prediction;
}

export const TRAIN_OPTION_NAMES: readonly string[] = Object.keys(TRAIN_OPTIONS);

const FINETUNE_OPTION_NAMES = [
  "oldRows",
  ...TRAIN_OPTION_NAMES.filter((name) => !(SETTLED as readonly string[]).includes(name)),
];

export const checkFinetuneOptions = (options: FinetuneOptions): void =>
  knownOptions(options, FINETUNE_OPTION_NAMES, "finetune");

export const checkTrainOptions = (options: TrainOptions): void =>
  knownOptions(options, TRAIN_OPTION_NAMES, "TextClassifier.train");
