/** Text in, label out: a vectorizer, a model and labels, trained together and saved as one file. */

import { functionOf, indicesOf, textOf, textsOf } from "../base/arguments.js";
import { finiteNumber, inputError, oneOf, wholeNumber } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { checkLongOptions, isAbort, LONG_OPTIONS, Long, type LongOptions } from "../base/progress.js";
import type { LabelCount } from "../data/labels.js";
import { modelOf } from "../model/given.js";
import { extrasOf, loadFile } from "../model/load.js";
import { Model } from "../model/model.js";
import { type LoadOptions, type ModelSource, nameOf } from "../model/source.js";
import { checkTextPart } from "../network/text-fits.js";
import { type Evaluation, evaluating, type Mistake, worstMistakes } from "../objectives/metrics.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import { type EncodedBatch, IdEncoder } from "../tokens/row-encoder.js";
import { checkReject, isTextPart, readTextPart, type TextPart, writeTextPart } from "../tokens/text-part.js";
import { type EncodingReport, newEncodingReport } from "../tokens/vectorizer.js";
import { type AnswerOptions, labelReading, type Prediction, rejectOf } from "./answer.js";
import type { Reading } from "./answering.js";
import type { Timing } from "./auto/allowance.js";
import { Steps } from "./auto/steps.js";
import { checkAutoOptions, trainAuto } from "./auto/train.js";
import { changedAnswers } from "./changes.js";
import { ClassLesson } from "./class-lesson.js";
import { Corpus, classesOf, type LabelledText, refuseNoClasses } from "./corpus.js";
import { outputsOf } from "./corpus-answers.js";
import {
  AUTOMATIC,
  type Changes,
  checkFinetuneOptions,
  checkTrainOptions,
  type FinetuneOptions,
  isAutomatic,
  type Parts,
  type Prepared,
  type TrainingRecord,
  type TrainOptions,
  type TrainProgress,
} from "./options.js";
import { PRESET_NAMES } from "./presets.js";
import { measureRejecting, type RejectingScores } from "./rejecting.js";
import { allRows, checkRows } from "./text-corpus.js";
import { noteTexts, readsNgrams, TextModel } from "./text-model.js";
import { checkFrontEnd, frontEndFor, TrainingSession } from "./training.js";
import { AbortedTraining, learning, madeBy } from "./unfinished.js";

/** How a classifier does on labelled texts: every metric, and its worst mistakes. */
export interface ClassifierEvaluation extends Evaluation {
  /** Mean cross-entropy a row, in nats: the same as `logLoss`. */
  loss: number;
  /** The classifier's labels, in the order of the confusion matrix's rows and columns. */
  labels: string[];
  /** Wrong answers, the surest first, with the beginning of their texts. */
  mistakes: (Mistake & { text: string })[];
  /** What became of the texts: words that the vocabulary lacks, rows cut or empty. */
  encoding: EncodingReport;
  /** Labels that the classifier does not know, and how many rows have them: they are not measured. */
  unknownLabels: LabelCount[];
  /** Where rejecting was asked for: what is left answered, and how well. All else is of every text. */
  rejecting?: RejectingScores;
}

/** Options of `TextClassifier.evaluate`. */
export interface EvaluateTextsOptions extends AnswerOptions, LongOptions {
  /** With a corpus: the rows to measure on. Default all. */
  rows?: ArrayLike<number>;
  /** How many of the worst mistakes to list. Default 10. */
  mistakes?: number;
}

/** The classifier that a network is part of: whoever trains on from the network alone must not lose words and labels. */
const classifierOf = new WeakMap<Model, TextClassifier>();

/** How the texts of automatic classifiers are taken apart. */
const LEXER = { frontEnd: "lexer" } as const;

/** The classifier to go on from; null where a model is new, or came without words and labels. */
function startOf(model: TrainOptions["model"]): TextClassifier | null {
  const found = knownStart(model);
  if (!found || found.encoder instanceof IdEncoder) return found;
  throw readsNgrams("a classifier that can be trained on", {
    instead: "Train anew on the old rows and the new ones together",
  });
}

/** @throws InputError for a classifier that cannot be trained on */
export const checkGoesOn = (classifier: TextClassifier): void => void startOf(classifier);

function knownStart(model: TrainOptions["model"]): TextClassifier | null {
  if (model instanceof TextClassifier) return model;
  if (!(model instanceof Model)) return null;
  const known = classifierOf.get(model);
  if (known) return known;
  const kept = extrasOf(model);
  return isTextPart(kept?.extras) ? TextClassifier.fromModel(model, kept!.extras, kept!.name) : null;
}

/**
 * Text in, label out: a model with the vectorizer and the labels that belong to it. Made by `train`, `load` or
 * `assembleClassifier`.
 */
export class TextClassifier extends TextModel<Prediction, AnswerOptions> implements TextPart {
  /** What the outputs stand for, in their order; with one output, [below the threshold, above it]. */
  readonly labels: readonly string[];
  #threshold: number;
  #reject: number | null;

  /**
   * @throws InputError for parts of the wrong kind; `assembleClassifier` checks that they fit each other, too
   */
  constructor(parts: Parts) {
    super(parts, "TextClassifier");
    const { model, labels, threshold, reject } = parts;
    this.labels = textsOf(labels, "TextClassifier labels").slice();
    this.#threshold = finiteNumber(threshold, "TextClassifier threshold", 0, 1);
    this.#reject = checkReject(reject ?? null, "TextClassifier reject");
    classifierOf.set(model, this);
  }

  /**
   * Two labels only: the second is answered when its probability is above this.
   * @throws InputError when set to what is no number from 0 to 1
   */
  get threshold(): number {
    return this.#threshold;
  }

  set threshold(threshold: number) {
    this.#threshold = finiteNumber(threshold, "TextClassifier threshold", 0, 1);
  }

  /**
   * Answers below this probability (0 to 1), and those to strange texts, are rejected where `predict` is not asked
   * otherwise; saved with the classifier. null (the default): none are.
   * @throws InputError when set to what is neither null nor a probability
   */
  get reject(): number | null {
    return this.#reject;
  }

  set reject(reject: number | null) {
    this.#reject = checkReject(reject, "TextClassifier reject");
  }

  /**
   * Learns from labelled texts. Given a classifier as `model`, it goes on from a copy of that one: with its words, its
   * labels by their names, and room for labels that are new.
   * @throws InputError on data or options that cannot work; AbortedTraining when the signal ends it; UnfinishedTraining
   */
  static async train(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: TrainOptions = {},
  ): Promise<TextClassifier> {
    checkTrainOptions(options);
    checkLongOptions(options, "TextClassifier.train");
    if (isAutomatic(options.model ?? "auto")) return trainAutomatically(rows, options);
    const long = new Long<TrainProgress>(options, "train");
    return learning(long, () => TextClassifier.#trainNetwork(rows, options, long));
  }

  static async #trainNetwork(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: TrainOptions,
    long: Long<TrainProgress>,
  ): Promise<TextClassifier> {
    if (typeof options.model === "string") oneOf(options.model, [...AUTOMATIC, ...PRESET_NAMES], "model");
    refuseChoosing(options);
    const start = startOf(options.model);
    const frontEnd = frontEndFor(options, start);
    const { scratch } = options;
    if (scratch !== undefined && rows instanceof Corpus) {
      const next = "Give it to Corpus.read.";
      throw inputError({
        expected: "to be left out with a corpus, which lies somewhere already",
        where: "scratch",
        next,
      });
    }
    const reading = { ...long.inner(), ...(scratch === undefined ? {} : { scratch }) };
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, frontEnd, reading);
    // A corpus alone says itself how its texts were taken apart.
    if (start ?? options.vectorizer ?? options.text) checkFrontEnd(corpus, frontEnd);
    if (options.onPrepared !== undefined) functionOf(options.onPrepared, "onPrepared");
    if (options.balance !== undefined && typeof options.balance !== "boolean") {
      throw inputError({ expected: "true or false", where: "balance", received: options.balance });
    }
    if (!start) refuseNoClasses(corpus, options.target);
    const lesson = new ClassLesson(corpus, start, options.balance ?? false);
    const { onPrepared, ...others } = options;
    const prepared = onPrepared && ((own: Omit<Prepared, "corpus">) => onPrepared({ ...own, corpus }));
    const session = new TrainingSession(corpus, others, start, lesson, long, prepared);
    return madeBy(session, (trained) => {
      const threshold = lesson.thresholdOf(trained.model);
      const { labels } = lesson;
      return new TextClassifier({ ...trained, labels, threshold, reject: start?.reject ?? null });
    });
  }

  /**
   * Learns from more rows: on a copy, this classifier stays as it is. Labels are matched by their names; those that are new get
   * outputs of their own, those that no row has stay. Words stay what they are. What that changed is in `training.changes`.
   * @param rows new rows, or a corpus of them (`rows` says which, by default all that are not `oldRows`)
   * @throws InputError as `train`, and for an automatic classifier, which counts n-grams and is trained anew on all rows;
   * AbortedTraining; UnfinishedTraining
   * @example const better = await spam.finetune(reported, { oldRows: rows, epochs: 3 })
   */
  async finetune(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: FinetuneOptions = {},
  ): Promise<TextClassifier> {
    checkFinetuneOptions(options);
    startOf(this);
    checkLongOptions(options, "finetune");
    const long = new Long<TrainProgress>(options, "finetune");
    const { oldRows, rows: chosen, ...training } = options;
    const given = await learning(long, () => joined(rows, { oldRows, chosen }, this.encoder.frontEnd, long));
    const { corpus, fresh, old } = given;
    const asked = { ...training, ...long.inner(), model: this, rows: [...fresh, ...old] };
    const tuned = await TextClassifier.train(corpus, asked);
    const labels = corpus.labels(this.labels);
    const classes = corpus.classes(labels);
    const learned = new Set([...fresh, ...old].map((row) => labels[classes[row]!]!));
    const changed = (own: number[]) =>
      changedAnswers(this, tuned, { corpus, rows: own }, long.inner()).catch((error: unknown) => {
        throw long.aborted && isAbort(error) ? new AbortedTraining(tuned) : error;
      });
    const changes: Changes = {
      added: labels.slice(this.labels.length),
      absent: this.labels.filter((label) => !learned.has(label)),
      fresh: await changed(fresh),
      ...(old.length > 0 ? { old: await changed(old) } : {}),
    };
    const { model, encoder, threshold, reject, training: record } = tuned;
    const parts = { model, encoder, threshold, labels: tuned.labels, reject };
    return new TextClassifier({ ...parts, training: record && { ...record, changes } });
  }

  protected override reading(options: AnswerOptions): Reading<Prediction> {
    return labelReading(this, rejectOf(options, this, "predict"));
  }

  /** Every metric on labelled texts, and the worst mistakes. @throws AbortError when the signal was given */
  async evaluate(
    rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
    options: EvaluateTextsOptions = {},
  ): Promise<ClassifierEvaluation> {
    const names = ["rows", "mistakes", ...LONG_OPTIONS];
    const reject = rejectOf(options, this, "TextClassifier.evaluate", names);
    checkLongOptions(options, "TextClassifier.evaluate");
    const long = new Long(options, "evaluate");
    const { frontEnd } = this.encoder;
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, frontEnd, long.inner());
    checkFrontEnd(corpus, frontEnd);
    if (options.rows !== undefined) indicesOf(options.rows, "evaluate rows", corpus.rows);
    wholeNumber(options.mistakes ?? 10, "evaluate mistakes");
    const asked = options.rows ?? allRows(corpus.rows);
    const unknown = this.labels.length;
    const found = classesOf(corpus, this.labels, asked, unknown);
    const isKnown = (_: number, i: number) => found[i] !== unknown;
    const chosen = kept(asked, isKnown);
    // Of rows that all have other labels there is nothing to measure.
    if (chosen.length === 0 && asked.length > 0) corpus.classes(this.labels);
    const unknownLabels = countsOf(
      corpus,
      kept(asked, (_, i) => found[i] === unknown),
    );
    const encoding = newEncodingReport();
    const labels = kept(found, isKnown);
    const shares: (number | undefined)[] = [];
    const probabilities = await outputsOf(this, corpus, chosen, {
      ...{ ...long.inner(), encoding },
      onEncoded: (batches, count) => {
        if (reject !== null) shares.push(...knownShares(batches, count));
      },
    });
    const outputs = this.model.outputSize;
    const predictions = {
      probabilities,
      outputs,
      labels,
      ...(outputs === 1 ? { threshold: this.threshold } : {}),
    };
    long.begin("measuring");
    const evaluation = await long.run(evaluating(predictions));
    const mistakes = worstMistakes(predictions, options.mistakes ?? 10).map((mistake) => ({
      ...mistake,
      text: corpus.excerpt(chosen[mistake.row]!),
    }));
    const measured = {
      ...evaluation,
      loss: evaluation.logLoss,
      labels: [...this.labels],
      mistakes,
      encoding,
      unknownLabels,
    };
    long.end();
    if (reject === null) return measured;
    const { familiar } = this.encoder;
    const rejecting = measureRejecting(
      { ...predictions, threshold: this.threshold },
      { reject, familiar, known: shares },
    );
    return { ...measured, rejecting };
  }

  protected override extras(): () => Json {
    // What changed is of two classifiers: a file is of one, and the same however it came to be trained so.
    const { changes: _, ...training } = this.training ?? {};
    const { encoder, labels, threshold, reject } = this;
    const record = this.training && training;
    return () => writeTextPart({ encoder, labels, threshold, reject }, record);
  }

  /** A classifier from a model and what its file carries besides. */
  static fromModel(model: Model, extras: unknown, name: string): TextClassifier {
    modelOf(model, textOf(name, "TextClassifier.fromModel name"));
    const part = readTextPart(extras, name);
    checkTextPart(model, part, name);
    noteTexts(model, part.encoder, name);
    const { training = null } = extras as { training?: TrainingRecord | null };
    return new TextClassifier({ ...part, model, training });
  }

  /**
   * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, its bytes, a File, Blob or Response.
   * @throws InputError when the file is no classifier of Cellstate's
   */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<TextClassifier> {
    const { model, extras } = await loadFile(source, options);
    return TextClassifier.fromModel(model, extras, options.name ?? nameOf(source));
  }
}

/** The numbers that are kept: the list itself where that is all of them, as it may be one of millions. */
function kept(
  numbers: ArrayLike<number>,
  isKept: (number: number, place: number) => boolean,
): ArrayLike<number> {
  const { filter, every } = Array.prototype;
  return every.call(numbers, isKept) ? numbers : (filter.call(numbers, isKept) as number[]);
}

/** How many of some rows have each label. */
function countsOf(corpus: Corpus, rows: ArrayLike<number>): LabelCount[] {
  const counts = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const label = corpus.label(rows[i]!);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows);
}

/** New rows and old ones as one corpus, and which are which. @throws InputError for lists that name no rows */
async function joined(
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
  { oldRows = [], chosen }: { oldRows: FinetuneOptions["oldRows"]; chosen: TrainOptions["rows"] },
  frontEnd: CorpusFrontEndOptions,
  long: Long<TrainProgress>,
): Promise<{ corpus: Corpus; fresh: number[]; old: number[] }> {
  if (rows instanceof Corpus) {
    checkFrontEnd(rows, frontEnd);
    const old = Array.from(indicesOf(oldRows, "finetune oldRows of a corpus", rows.rows));
    const known = new Set(old);
    const fresh = Array.from(
      chosen === undefined ? allRows(rows.rows) : indicesOf(chosen, "rows", rows.rows),
    );
    return { corpus: rows, fresh: fresh.filter((row) => !known.has(row)), old };
  }
  const corpus = await Corpus.read(rows, frontEnd, long.inner());
  const fresh = Array.from(
    chosen === undefined ? allRows(corpus.rows) : indicesOf(chosen, "rows", corpus.rows),
  );
  const first = corpus.rows;
  checkRows(oldRows);
  long.begin("reading", Array.isArray(oldRows) ? oldRows.length : null);
  for await (const row of oldRows as AsyncIterable<LabelledText>) {
    corpus.add(row);
    await long.did(1);
  }
  return { corpus, fresh, old: Array.from(allRows(corpus.rows)).slice(first) };
}

/** The texts to learn from, taken apart as the model that these options name wants them. */
export async function corpusToLearn(
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
  options: TrainOptions,
  long: LongOptions,
): Promise<Corpus> {
  if (rows instanceof Corpus) return rows;
  const automatic = isAutomatic(options.model ?? "auto");
  return Corpus.read(rows, automatic ? LEXER : frontEndFor(options, startOf(options.model)), long);
}

/** [texts] the shares of their words that are known, where the encoder tells. */
function knownShares(batches: readonly EncodedBatch[], texts: number): (number | undefined)[] {
  const shares = new Array<number | undefined>(texts);
  for (const { positions, known } of batches) {
    for (let row = 0; row < positions.length; row++) shares[positions[row]!] = known?.[row];
  }
  return shares;
}

/** @throws InputError for options that have no effect on a network */
function refuseChoosing(options: TrainOptions): void {
  for (const name of ["onStep", "onSizes", "maxSize", "effort", "budget", "replay"] as const) {
    if (options[name] === undefined) continue;
    const both = name === "onStep" || name === "onSizes" || name === "maxSize";
    throw inputError({
      expected: `to be left out but with model: ${both ? '"auto" or "linear"' : '"auto"'}`,
      where: `TextClassifier.train ${name}`,
    });
  }
}

/** As `TextClassifier.train` of model "auto" or "linear". @param timing what a budget holds besides */
export async function trainAutomatically(
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
  options: TrainOptions,
  timing: Timing = {},
): Promise<TextClassifier> {
  checkTrainOptions(options);
  checkLongOptions(options, "TextClassifier.train");
  checkAutoOptions(options);
  const { clock = () => performance.now() } = timing;
  const began = timing.began ?? clock();
  const long = new Long<TrainProgress>(options, "train");
  return learning(long, async () => {
    const corpus = rows instanceof Corpus ? rows : await Corpus.read(rows, LEXER, long.inner());
    checkFrontEnd(corpus, LEXER);
    if (corpus.scratch !== null) {
      const next = 'Leave scratch out, or train a network: model: "lstm", for one.';
      throw inputError({ expected: "texts in memory, for an automatic classifier", where: "corpus", next });
    }
    if (options.rows !== undefined) indicesOf(options.rows, "rows", corpus.rows);
    const sizeOf = async (parts: Parts) => (await new TextClassifier(parts).toBytes()).length;
    const work = new Steps(long, options.onStep);
    return new TextClassifier(await trainAuto(corpus, options, sizeOf, work, { ...timing, clock, began }));
  });
}
