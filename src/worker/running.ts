/** One training in the worker, from rows to a classifier that can be asked, with all that is kept of the way. */
import { inputError } from "../base/errors.js";
import { Long, type LongOptions } from "../base/progress.js";
import { TextClassifier } from "../classifier/classifier.js";
import { Corpus, type LabelledText } from "../classifier/corpus.js";
import { holdOut } from "../classifier/hold-out.js";
import { isAutomatic, type Prepared, type TrainOptions, type TrainProgress } from "../classifier/options.js";
import { frontEndFor } from "../classifier/training.js";
import { AbortedTraining, UnfinishedTraining } from "../classifier/unfinished.js";
import { readVectors } from "../data/vectors/read.js";
import type { Finding } from "../explain/doctor/finding.js";
import { checkup, quickCheckup } from "../explain/doctor/index.js";
import type { Subject } from "../explain/doctor/subject.js";
import { IdEncoder } from "../tokens/row-encoder.js";
import type { TrainingState } from "../train/training-state.js";
import type { Context } from "./context.js";
import { abortError } from "./errors.js";
import { Gate } from "./gate.js";
import { KeptEpochs } from "./kept-epochs.js";
import type { TrainingSummary } from "./reports.js";
import type { SentFile } from "./sources.js";
import { type SentModel, type StartModel, startModel } from "./start-model.js";
import { type Telling, TrainingWatch } from "./training-watch.js";
import { vectorBytes } from "./vector-bytes.js";

/** A training as it is ordered. */
export interface TrainOrder extends Telling {
  readonly options: Omit<TrainOptions, "model" | "vectors" | "signal" | "callbacks">;
  readonly model: SentModel | undefined;
  readonly vectors: SentFile | undefined;
  readonly testSplit: number | undefined;
  readonly paused: boolean;
  readonly keepEpochs: boolean;
}

export class Running {
  readonly gate: Gate;
  readonly #kept: KeptEpochs;
  readonly #stop = new AbortController();
  #watch: TrainingWatch | null = null;
  #classifier: TextClassifier | null = null;
  #test: { corpus: Corpus; rows: Uint32Array } | null = null;
  #hasEnded = false;
  #isForgotten = false;

  constructor(private readonly order: TrainOrder) {
    this.gate = new Gate(order.paused);
    this.#kept = new KeptEpochs(order.keepEpochs);
  }

  /** Learns. @throws AbortError where nothing was learned; and as `TextClassifier.train` */
  async run(context: Context, rows: Promise<readonly LabelledText[]>): Promise<TrainingSummary> {
    context.signal.addEventListener("abort", () => this.cancel());
    if (context.signal.aborted) this.cancel();
    try {
      return await this.#learn(context, await rows);
    } finally {
      this.#hasEnded = true;
      this.#watch?.flush(false);
      if (this.#watch) this.#watch.progress = null;
      this.gate.end();
      if (this.#isForgotten) this.#free();
    }
  }

  async #learn(context: Context, rows: readonly LabelledText[]): Promise<TrainingSummary> {
    const { order } = this;
    const began = performance.now();
    const onProgress = (progress: TrainProgress) =>
      context.tell("progress", { ...progress, seconds: (performance.now() - began) / 1000 });
    const long = new Long({ signal: this.#stop.signal, onProgress }, "trainer.train");
    long.begin("preparing");
    const { engine, threads, seed = 0 } = order.options;
    const start = await startModel(order.model ?? "auto", {
      ...(order.options.engine && { engine }),
      ...(threads === undefined ? {} : { threads }),
      seed,
    });
    const { testSplit = 0.2, ...settled } = {
      ...start.settled,
      ...(order.testSplit === undefined ? {} : { testSplit: order.testSplit }),
    };
    const options: TrainOptions = { ...settled, ...order.options, model: start.model };
    const automatic = isAutomatic(start.model);
    const corpus = await Corpus.read(rows, frontEndOf(options, start), long.inner());
    const known = start.model instanceof TextClassifier ? start.model.labels : [];
    const classes = corpus.classes(corpus.labels(known));
    const { duplicates } = options;
    long.begin("holding out");
    const [train, test] = await long.run(
      holdOut(corpus, classes, { share: testSplit, seed, duplicates, automatic }),
    );
    this.#test = { corpus, rows: test };
    const material = { corpus, train, test };
    const vectors = order.vectors && (await readVectors(...(await vectorBytes(order.vectors))));
    const learning: TrainOptions = {
      ...options,
      ...{ rows: train, ...long.inner() },
      ...(vectors ? { vectors } : {}),
      ...(automatic
        ? {}
        : {
            callbacks: [(this.#watch = new TrainingWatch(context, order, this.gate, this.#kept))],
            onPrepared: (prepared) => this.#prepared(context, prepared, material, start),
          }),
    };
    const classifier = await this.#trained(corpus, learning);
    if (context.signal.aborted || this.#isForgotten) throw abortError("trainer.train");
    // What was learned until it was cancelled is measured all the same.
    const then = { signal: context.signal, onProgress };
    const evaluation =
      test.length > 0 ? await classifier.evaluate(corpus, { rows: test, mistakes: 20, ...then }) : null;
    const findings = await examine(classifier, { corpus, rows: train }, test, then);
    return {
      ...{ labels: classifier.labels, evaluation, findings, epochs: this.#kept.epochs },
      ...{ parameters: classifier.model.countParams(), engine: classifier.model.engineName },
      threads: classifier.model.threads,
      ...{ training: classifier.training!, notes: classifier.model.notes },
    };
  }

  /** What was learned, to the end or until it was cancelled. */
  async #trained(corpus: Corpus, options: TrainOptions): Promise<TextClassifier> {
    try {
      return (this.#classifier = await TextClassifier.train(corpus, options));
    } catch (error) {
      if (error instanceof UnfinishedTraining) {
        this.#classifier = error.classifier as TextClassifier;
      }
      if (!(error instanceof AbortedTraining)) throw error;
      const classifier = error.cause.classifier as TextClassifier | null;
      if (!classifier) throw abortError("trainer.train, before its first step,");
      return (this.#classifier = classifier);
    }
  }

  async #prepared(
    context: Context,
    { model, vectorizer, length, labels, rows, heldOut }: Prepared,
    { corpus, test }: { corpus: Corpus; test: Uint32Array },
    { model: from }: StartModel,
  ): Promise<void> {
    const continued = from instanceof TextClassifier && from.model.outputSize === model.outputSize;
    const threshold = continued ? from.threshold : 0.5;
    const live = new TextClassifier({
      ...{ model, labels, threshold, reject: null },
      ...{ encoder: new IdEncoder(vectorizer, length), training: null },
    });
    const watch = this.#watch!;
    watch.live = live;
    watch.heldOut = { corpus, rows: heldOut };
    const texts = { corpus, rows };
    const tested = test.length > 0 ? { test: { corpus, rows: test } } : {};
    context.tell("prepared", {
      labels,
      rows: { train: rows.length, validation: heldOut.length, test: test.length },
      ...{ vocabulary: vectorizer.size, length },
      ...{ parameters: model.countParams(), engine: model.engineName, threads: model.threads },
      summary: model.summary(),
      findings: await quickCheckup({ model, vectorizer, length, labels, texts, ...tested }),
    });
  }

  /** Ends it after the batch at work. */
  cancel(): void {
    this.#stop.abort();
    this.gate.release();
  }

  /** Rows that were held out to measure on. @throws InputError where there are none */
  get heldOut(): { corpus: Corpus; rows: Uint32Array } {
    if (this.#test && this.#test.rows.length > 0) return this.#test;
    throw inputError({
      expected: "rows held out to measure on, or data",
      where: "training.evaluate",
      received: this.#test ? "testSplit 0" : "a training that is being prepared",
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * What was learned so far, or until an epoch, for what asks it at once: the next call may give it other weights.
   * @throws InputError before there is anything
   */
  classifier(epoch: number | null): TextClassifier {
    return this.#isItself(epoch) ? this.#made : this.#kept.at(epoch, this.#made);
  }

  /** As `classifier`, for what takes its time, whoever else asks meanwhile. */
  async during<R>(epoch: number | null, use: (classifier: TextClassifier) => Promise<R>): Promise<R> {
    return this.#isItself(epoch) ? use(this.#made) : this.#kept.during(epoch, this.#made, use);
  }

  /** While it learns, its own network is left to that. */
  #isItself(epoch: number | null): boolean {
    return epoch === null && this.#hasEnded;
  }

  get #made(): TextClassifier {
    const made = this.#classifier ?? this.#watch?.live;
    if (made) return made;
    throw inputError({
      expected: "a training that has learned something",
      where: "training",
      received: this.#hasEnded ? "one that ended before its first step" : "one that is being prepared",
      ...(this.#hasEnded ? {} : { next: "Wait for onPrepared, or for done." }),
    });
  }

  /** @throws InputError where it does not run, or is no network's */
  state(): TrainingState {
    const progress = this.#watch?.progress;
    if (progress) return progress.state();
    throw inputError({
      expected: "a network that is being trained",
      where: "training.state",
      received: this.#hasEnded
        ? "a training that has ended"
        : "one that is being prepared, or an automatic one",
    });
  }

  /** Settles by what it answers, from now on. */
  settle({ threshold, reject }: { threshold?: number; reject?: number | null }): void {
    if (threshold !== undefined) this.#made.threshold = threshold;
    if (reject !== undefined) this.#made.reject = reject;
  }

  /** Ends it, and frees what it holds. */
  forget(): void {
    this.#isForgotten = true;
    this.cancel();
    if (this.#hasEnded) this.#free();
  }

  #free(): void {
    this.#kept.dispose();
    this.#classifier?.model.dispose();
  }
}

function frontEndOf(options: TrainOptions, { model }: StartModel) {
  if (isAutomatic(model)) return { frontEnd: "lexer" } as const;
  return frontEndFor(options, model instanceof TextClassifier ? model : null);
}

/** What the doctor finds; of an automatic classifier, which reads n-grams, without its vectorizer. */
async function examine(
  classifier: TextClassifier,
  texts: NonNullable<Subject["texts"]>,
  test: Uint32Array,
  options: LongOptions,
): Promise<Finding[]> {
  const { model, encoder, labels, threshold, training } = classifier;
  const reads =
    encoder instanceof IdEncoder ? { vectorizer: encoder.vectorizer, length: encoder.length } : {};
  const tested = test.length > 0 ? { test: { corpus: texts.corpus, rows: test } } : {};
  const subject: Subject = { model, ...reads, labels, threshold, training, texts, ...tested };
  return encoder instanceof IdEncoder ? checkup(subject, options) : quickCheckup(subject, options);
}
