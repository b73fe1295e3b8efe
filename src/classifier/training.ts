/** From labelled texts to the parts of a classifier: splits, vocabulary, model, fit. */

import { functionOf, indicesOf, instanceOf, listOf, objectOf } from "../base/arguments.js";
import { narrow } from "../base/column.js";
import { finiteNumber, type InputError, inputError, oneOf, wholeNumber } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import type { Long, LongOptions } from "../base/progress.js";
import { stratifiedSplit } from "../data/split.js";
import { ENGINES } from "../engines/engines.js";
import { ENGINE_CHOICES } from "../engines/registry.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { copyModel } from "../model/copy.js";
import { modelOf } from "../model/given.js";
import { fitSources, type Model, remarksOf } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import type { Rows } from "../network/arrays.js";
import { factsOf, isOneHot, type Loss } from "../objectives/losses.js";
import { resolveOptimizer } from "../objectives/optimizers.js";
import { groupOf } from "../processes/together.js";
import {
  type CorpusFrontEndOptions,
  decided,
  type FrontEndOptions,
  isLexer,
  resolveCorpusFrontEnd,
} from "../tokens/options.js";
import { IdEncoder } from "../tokens/row-encoder.js";
import { type EncodingReport, newEncodingReport, Vectorizer } from "../tokens/vectorizer.js";
import { EarlyStopping } from "../train/callbacks.js";
import { ABORTED, type FitOptions, type FitProgress, type History } from "../train/fit.js";
import { checkAnswerable } from "./answering.js";
import { bundlesOf } from "./bundles.js";
import { checkSettled, continuedModel } from "./continuing.js";
import type { Lesson } from "./lesson.js";
import {
  DEFAULT_TEXT,
  type Prepared,
  type Start,
  type TrainingRecord,
  type TrainOptions,
  type TrainProgress,
} from "./options.js";
import { PRESET_NAMES, presetModel } from "./presets.js";
import { type FileRows, type HeldOut, heldOutIn, sharedRows, writtenRows } from "./row-files.js";
import { allBut, asideOf, type CorpusText, encodedRows, type TextCorpus } from "./text-corpus.js";
import { checkVectors, setVectors, vectorsRecord, wantedWords } from "./vectors.js";

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

/**
 * How texts are to be taken apart: as asked, or as the vocabulary wants that is there already.
 * @throws InputError where the two differ: words would be looked up that were never made that way
 */
export function frontEndFor({ text, vectorizer: given }: TrainOptions, start: Start | null): FrontEndOptions {
  const vectorizer = start?.vectorizer ?? given;
  const { padding, truncating, length: _, ...rules } = text ?? DEFAULT_TEXT;
  const asked = { segment: "auto", ...rules } as FrontEndOptions;
  if (!vectorizer) return asked;
  if (!text) return vectorizer.frontEnd;
  const { segment = "none", ...settledRules } = vectorizer.frontEnd;
  const same = {
    ...resolveCorpusFrontEnd(decided(asked, segment)),
    ...{ segment: decided(asked, segment).segment, padding, truncating },
  };
  const settled = {
    ...{ ...settledRules, segment },
    ...{ padding: vectorizer.padding, truncating: vectorizer.truncating },
  };
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
export function checkFrontEnd(corpus: TextCorpus<CorpusText>, frontEnd: CorpusFrontEndOptions): void {
  const { frontEnd: own } = corpus.texts;
  const asked = decided(frontEnd, isLexer(own) ? "none" : own.segment);
  const [expected, received] = [resolveCorpusFrontEnd(asked), own].map((each) => JSON.stringify(each));
  if (expected === received) return;
  throw inputError({ expected: `texts taken apart by ${expected}`, where: "corpus", received });
}

/** What a training came to. */
export interface Trained {
  readonly model: Model;
  readonly encoder: IdEncoder;
  readonly training: TrainingRecord | null;
}

/** One training of a network. */
export class TrainingSession {
  private readonly seed: number;
  private readonly length: number;
  /** What is trained, once it is in place. */
  untrained: Trained | null = null;

  /** Whether this call's signal ended it, and whether a step was made until then. */
  aborted = false;
  learned = false;

  /**
   * @param lesson what is to be learned of the corpus's rows
   * @param long the training that this is
   * @param onPrepared told of what is in place, besides what the caller knows
   */
  constructor(
    private readonly corpus: TextCorpus<CorpusText>,
    private readonly options: Omit<TrainOptions, "onPrepared">,
    private readonly start: Start | null,
    private readonly lesson: Lesson,
    private readonly long: Long<TrainProgress>,
    private readonly onPrepared?: (prepared: Omit<Prepared, "corpus">) => void | Promise<void>,
  ) {
    if (options.callbacks !== undefined) listOf(options.callbacks, "callbacks", objectOf);
    if (options.rows !== undefined) indicesOf(options.rows, "rows", corpus.rows);
    if (options.vectorizer !== undefined)
      instanceOf(options.vectorizer, Vectorizer, "vectorizer", "a Vectorizer");
    if (start) checkSettled(options, start);
    checkVectors(options);
    const { text, vectorizer } = options;
    this.seed = wholeNumber(options.seed ?? 0, "seed");
    this.length = wholeNumber(
      options.length ?? start?.length ?? text?.length ?? vectorizer?.length ?? DEFAULTS.length,
      "length",
      1,
      LIMITS.length,
    );
    wholeNumber(options.vocabulary ?? DEFAULTS.vocabulary, "vocabulary", 2, LIMITS.vocabulary);
  }

  /**
   * The network, trained, and what encodes its texts.
   * @throws AbortError before the first step; TrainingError when the loss becomes NaN or infinite; what there was before is then in `untrained`
   */
  async run(): Promise<Trained> {
    const { options, corpus, lesson, length, start, long } = this;
    await long.did();
    await ENGINES.ready(options);
    await long.did();
    long.begin("splitting");
    let [trainRows, validationRows] = await long.run(this.split());
    const size = options.vocabulary ?? DEFAULTS.vocabulary;
    const { padding, truncating } = options.text ?? DEFAULT_TEXT;
    let vectorizer = start?.vectorizer ?? options.vectorizer;
    if (!vectorizer) {
      long.begin("vocabulary", trainRows.length);
      vectorizer = await long.run(corpus.texts.building({ size, padding, truncating, rows: trainRows }));
    }
    long.end();
    const vectors = options.vectors
      ? await options.vectors.collect(wantedWords(vectorizer), options.signal)
      : null;
    const model = this.makeModel(Math.max(size, vectorizer.size), options.vectors?.width);
    if (vectors) setVectors(model, vectors, options.freezeVectors ?? false);
    lesson.check(model);
    const found = vectors ? { vectors: vectorsRecord(options, vectors, vectorizer) } : {};
    const encoding = newEncodingReport();
    const ofHeldOut = newEncodingReport();
    const material = await this.material(
      model,
      vectorizer,
      [trainRows, validationRows],
      [encoding, ofHeldOut],
    );
    // Without a row of padding alone there is none that it may have no answer to.
    if (encoding.emptyRows + ofHeldOut.emptyRows > 0)
      await long.run(checkAnswerable(model, corpus, [trainRows, validationRows], vectorizer, length));
    long.end();
    lesson.begin?.(trainRows);
    const early = this.earlyStopping(validationRows.length > 0);
    const fitting = this.fitting(model, trainRows, validationRows, material, early);
    this.compile(model);
    await this.onPrepared?.({
      ...{ model, vectorizer, length, labels: lesson.labels, rows: trainRows, encoding },
      ...{ heldOut: validationRows, ...found },
    });
    const encoder = new IdEncoder(vectorizer, length);
    this.untrained = { model, encoder, training: null };
    const before = model.iterations;
    const recorded = this.record(trainRows, validationRows, encoding);
    // From here on the rows go by: of large data these lists are the most that memory holds.
    [trainRows, validationRows] = [EMPTY, EMPTY];
    const history = await fitting(long.inner()).finally(() => {
      lesson.finish?.(model);
      material.close();
    });
    this.aborted = history.stopped === ABORTED;
    this.learned = model.iterations !== before;
    const training = {
      ...recorded,
      history: history.history,
      bestEpoch: early && early.bestEpoch > 0 ? early.bestEpoch : null,
      stopped: history.stopped,
    };
    return { ...this.untrained, training: { ...training, ...found } };
  }

  /** The rows as the network reads them: in memory, or in files where the corpus lies in one. */
  private async material(
    model: Model,
    vectorizer: Vectorizer,
    [train, heldOut]: readonly [Uint32Array, Uint32Array],
    [encoding, ofHeldOut]: readonly [EncodingReport, EncodingReport],
  ): Promise<Material> {
    const { corpus, lesson, length, long } = this;
    const { scratch } = corpus;
    long.begin(scratch === null ? "encoding" : "writing rows", train.length + heldOut.length);
    if (scratch === null) {
      const x = await long.run(encodedRows(corpus, train, vectorizer, length, encoding));
      const of = (rows: Uint32Array) => encodedRows(corpus, rows, vectorizer, length, ofHeldOut);
      return { x, heldOut: heldOut.length > 0 ? await long.run(of(heldOut)) : null, close: () => undefined };
    }
    if (!lesson.target || lesson.prepare || model.inputShapes.length > 1) {
      const next = "Leave scratch out.";
      throw inputError({
        expected: "a classifier of one label a text, for rows in a file",
        where: "scratch",
        next,
      });
    }
    const target = (row: number) => lesson.target!(row);
    const group = await groupOf(this.options.communicator);
    const written = (rows: Uint32Array, report: EncodingReport) => {
      const write = () =>
        long.run(writtenRows(corpus, rows, scratch, { vectorizer, length, target, report }));
      return group ? sharedRows(group, write, { vectorizer, length, report }) : write();
    };
    const files = { train: await written(train, encoding) };
    try {
      const validation = heldOut.length > 0 ? await written(heldOut, ofHeldOut) : null;
      const close = () => {
        files.train.close();
        validation?.close();
      };
      return { files: { ...files, validation }, close };
    } catch (error) {
      files.train.close();
      throw error;
    }
  }

  /** Held out by label or amount, so that a sorted file leaves none out. */
  private *split(): Pieces<[Uint32Array, Uint32Array]> {
    const share = finiteNumber(
      this.options.validationSplit ?? DEFAULTS.validationSplit,
      "validationSplit",
      0,
      0.9,
    );
    const given = this.options.rows;
    const aside = given ? EMPTY : asideOf(this.corpus);
    const count = given?.length ?? this.corpus.rows - aside.length;
    if (share === 0) return [given ? Uint32Array.from(given) : allBut(this.corpus.rows, aside), EMPTY];
    const random = new Random(this.seed, PURPOSE.split, 1);
    const { lesson } = this;
    let last = 0;
    eachRow(given, this.corpus.rows, aside, (row) => {
      last = Math.max(last, lesson.stratum(row));
    });
    const strata = narrow(count, last);
    eachRow(given, this.corpus.rows, aside, (row, i) => {
      strata[i] = lesson.stratum(row);
    });
    if (this.corpus.scratch !== null && this.options.duplicates === "together") {
      const expected = 'rows in memory, to keep those of the same words together; or duplicates: "apart"';
      throw inputError({ expected, where: "scratch", next: "Leave scratch out." });
    }
    const bundles = yield* bundlesOf(this.corpus, { duplicates: this.options.duplicates, automatic: false });
    const own = bundles && new Int32Array(count);
    if (own) {
      eachRow(given, this.corpus.rows, aside, (row, i) => {
        own[i] = bundles[row]!;
      });
    }
    const parts = stratifiedSplit(strata, share, (i) => random.uniform(i), own);
    if (own && parts[1].length === 0 && Math.round(share * count) > 0) throw indivisible(own, share);
    // In place, and without a list of all rows: places rise in both parts.
    const at = [0, 0];
    eachRow(given, this.corpus.rows, aside, (row, i) => {
      const part = parts[0][at[0]!] === i ? 0 : 1;
      parts[part][at[part]!++] = row;
    });
    return parts;
  }

  /**
   * A model that comes compiled for such targets keeps its optimizer and that optimizer's state. Any other loss gives way to
   * that of the targets, which is said.
   */
  private compile(model: Model): void {
    const before = model.isCompiled ? model.compiled : null;
    const loss = this.lesson.lossFor(model, before?.loss);
    if (before && loss !== before.loss && !isSameLoss(loss, before.loss)) {
      const text = `model ${model.name} loss ${before.loss.name}: replaced by ${loss.name}, the loss of ${this.lesson.labels.length > 0 ? "labels" : "amounts"}`;
      remarksOf(model).add([{ text, training: true }]);
    }
    const { optimizer, learningRate } = this.options;
    if (!optimizer && learningRate === undefined && before?.loss === loss) return;
    const chosen = resolveOptimizer(optimizer ?? before?.optimizer ?? "adam");
    model.compile({
      optimizer: learningRate === undefined ? chosen : { ...chosen, learningRate },
      loss,
      metrics: this.lesson.metrics,
    });
  }

  private makeModel(vocabulary: number, width: number | undefined): Model {
    const { model = "lstm", engine, threads } = this.options;
    const sizes = {
      ...{ vocabulary, length: this.length, ...this.lesson.outputs },
      ...(width === undefined ? {} : { width }),
    };
    if (typeof model === "function")
      return modelOf(functionOf(model, "model")(sizes), "what the function model gave");
    if (typeof model === "string") {
      // The automatic ones are no networks and do not come here, but might have been asked for.
      oneOf(model, ["auto", ...PRESET_NAMES], "model");
      return presetModel(model, sizes, { seed: this.seed, engine, threads });
    }
    if (this.start) return continuedModel(this.start, this.lesson.labels, this.copyOptions(this.start.model));
    return copyModel(modelOf(model, "model"), this.copyOptions(model as Model));
  }

  /** A copy computes as its source does, where nothing else is asked for. */
  private copyOptions(model: Model): ModelOptions {
    const {
      engine = ENGINE_CHOICES.find((name) => name === model.engineName),
      threads = model.threads,
      seed,
    } = this.options;
    return { engine, threads, ...(seed === undefined ? {} : { seed }) };
  }

  private earlyStopping(validated: boolean): EarlyStopping | null {
    if (!validated) return null;
    const patience = wholeNumber(this.options.patience ?? DEFAULTS.patience, "patience", 1);
    const measure = this.lesson.stopping ?? { monitor: "valLoss" };
    return new EarlyStopping({ ...measure, patience, restoreBestWeights: true });
  }

  /** What fits the model to the rows, once it is compiled. */
  private fitting(
    model: Model,
    trainRows: Uint32Array,
    validationRows: Uint32Array,
    material: Material,
    early: EarlyStopping | null,
  ): (long: LongOptions<FitProgress>) => Promise<History> {
    const { epochs = DEFAULTS.epochs, batchSize = DEFAULTS.batchSize, callbacks = [] } = this.options;
    const { resume, communicator } = this.options;
    const { lesson } = this;
    const classWeight = lesson.classWeight?.(trainRows) ?? null;
    const options = (heldOut: HeldOut | null): FitOptions => {
      const watcher = heldOut && lesson.watcher?.(model, heldOut);
      return {
        ...{ epochs, batchSize, resume, communicator },
        // Early stopping comes first, so that checkpoints and pictures know what it decided.
        callbacks: [...(watcher ? [watcher] : []), ...(early ? [early] : []), ...callbacks],
        ...(classWeight ? { classWeight } : {}),
      };
    };
    if ("files" in material) {
      const { train, validation } = material.files;
      const own = options(validation && heldOutIn(validation));
      const sources = { train, validation, validationWeight: classWeight };
      return (long) => fitSources(model, sources, { ...own, ...long });
    }
    const { x, heldOut } = material;
    const targets = lesson.targets(validationRows);
    const y = targetRows(targets, validationRows.length);
    // Losses are weighed alike: unweighted, one that never answers the rare label looks best.
    const validationData = (input: Rows) =>
      classWeight
        ? ([input, y, targets.map((k: number) => classWeight[k]!)] as const)
        : ([input, y] as const);
    const own = options(heldOut && (() => [[heldOut, targets]]));
    const learned = lesson.targets(trainRows);
    const fitOptions = { ...own, ...(heldOut ? { validationData: validationData(heldOut) } : {}) };
    return (long) => {
      lesson.prepare?.(model, x, learned);
      return model.fit(x, targetRows(learned, x.rows), { ...fitOptions, ...long });
    };
  }

  private record(trainRows: Uint32Array, validationRows: Uint32Array, encoding: EncodingReport) {
    const { batchSize = DEFAULTS.batchSize, model = "lstm", balance = false } = this.options;
    return {
      rows: trainRows.length,
      validationRows: validationRows.length,
      perClass: this.lesson.perLabel(trainRows),
      encoding,
      settings: { model: typeof model === "string" ? model : "custom", batchSize, seed: this.seed, balance },
    };
  }
}

/** What is learned from, and what is held out. */
type Material = { close(): void } & (
  | { readonly x: Rows; readonly heldOut: Rows | null }
  | { readonly files: { readonly train: FileRows; readonly validation: FileRows | null } }
);

const EMPTY = new Uint32Array(0);

/** Goes through the rows that are given, or through all but those set aside. */
function eachRow(
  given: ArrayLike<number> | undefined,
  rows: number,
  aside: Uint32Array,
  visit: (row: number, i: number) => void,
): void {
  const all = given?.length ?? rows;
  for (let k = 0, i = 0, next = 0; k < all; k++) {
    if (k === aside[next]) next++;
    else visit(given ? given[k]! : k, i++);
  }
}

/** Rows of which none could be held out without their group. */
function indivisible(bundles: Int32Array, share: number): InputError {
  return inputError({
    expected: `groups small enough that some of them are about ${share} of the rows, to hold them out`,
    where: "validationSplit",
    received: `${bundles.length} rows in ${new Set(bundles).size} groups`,
    next: "Hold out a larger share, or none: validationSplit: 0.",
    typed: { next: "Hold out a larger share, or none: --validation-split 0." },
  });
}

/** Whether class numbers are to `loss` what one-hot rows are to `own`. */
const isSameLoss = (loss: Loss, own: Loss): boolean =>
  factsOf(loss).targets === "classes" && isOneHot(own) && own.labelSmoothing === 0;

/** [rows][width] numbers as the rows that `fit` takes. */
const targetRows = (data: Float32Array, rows: number): Rows => ({
  ...{ data, rows },
  shape: [rows === 0 ? 1 : data.length / rows],
});
