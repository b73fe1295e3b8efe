/** Cross-validation: every row is measured once, by a classifier that has not learned from it. */
import { functionOf, indicesOf } from "../base/arguments.js";
import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { checkLongOptions, Long, type LongOptions } from "../base/progress.js";
import { stratifiedParts } from "../data/split.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { communicatorOf } from "../processes/communicator.js";
import type { ProcessGroup } from "../processes/group.js";
import { pack, unpack } from "../processes/packing.js";
import { groupOf } from "../processes/together.js";
import { bundlesOf } from "./bundles.js";
import { corpusToLearn, TextClassifier } from "./classifier.js";
import type { Corpus, LabelledText } from "./corpus.js";
import { isAutomatic, TRAIN_OPTION_NAMES, type TrainOptions, type TrainProgress } from "./options.js";
import { checkSameCorpus } from "./same-corpus.js";
import { allRows } from "./text-corpus.js";
import { learning } from "./unfinished.js";

/**
 * Options of `crossValidate`: how to split, and those of `TextClassifier.train` by which each classifier is trained. With a
 * `communicator` each process trains some of the classifiers by itself, and all come to the same figures.
 */
export interface CrossValidateOptions
  extends Omit<
      TrainOptions,
      "resume" | "replay" | "budget" | "scratch" | "onSizes" | "onPrepared" | "onProgress"
    >,
    LongOptions<FoldProgress> {
  /** Parts that the rows fall into, each held out once; at least 2. Default 5. */
  folds?: number;
  /** Told of each fold once it is measured. */
  onFold?(fold: Fold): void;
}

/** How far a cross-validation is: the phases of each fold's training, and of its evaluation. */
export interface FoldProgress extends TrainProgress {
  /** From 1; 0 before the first. */
  fold: number;
  /** How many there are. */
  folds: number;
}

/** One part of the rows, held out. */
export interface Fold {
  /** From 1. */
  number: number;
  /** Rows learned from (and stopped by), and rows measured on. */
  rows: { learned: number; measured: number };
  /** Share of rows answered rightly. */
  accuracy: number;
  /** Mean of F1 over the labels. */
  macroF1: number;
  /** Matthews correlation. */
  mcc: number;
  /** Mean cross-entropy a row, in nats. */
  loss: number;
}

/** A figure of several folds. */
export interface FoldFigure {
  /** Its mean. */
  mean: number;
  /** Its standard deviation from fold to fold (n − 1). */
  spread: number;
}

/** The figures of a fold, the most telling first. */
export const FOLD_FIGURES = ["accuracy", "macroF1", "mcc", "loss"] as const;

/** What cross-validation comes to: mean and spread of each figure, and each fold's. */
export interface CrossValidation extends Record<(typeof FOLD_FIGURES)[number], FoldFigure> {
  /** Fold by fold. */
  folds: Fold[];
}

/** What each classifier is trained without: a run that goes on, a record of other rows, a budget that is of one training. */
const WITHOUT: ReadonlySet<string> = new Set([
  "resume",
  "replay",
  "budget",
  "scratch",
  "onSizes",
  "onPrepared",
]);

/**
 * Trains a classifier for each of several parts of the rows, on all others, and measures it on that part. Each label is spread
 * evenly over the parts; rows of one `group` come to one part, and those of the same words where `duplicates` has them together.
 * Which rows come where follows from the seed.
 *
 * @param rows what to learn from and measure on
 * @param options of every model: "auto" too, and a classifier to go on from
 * @throws InputError on data or options that cannot work; AbortedTraining or an AbortError when the signal ends it
 * @example (await crossValidate(rows, { model: "gru" })).macroF1 // { mean: 0.97, spread: 0.01 }
 */
export async function crossValidate(
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText> | Corpus,
  options: CrossValidateOptions = {},
): Promise<CrossValidation> {
  const allowed = TRAIN_OPTION_NAMES.filter((name) => !WITHOUT.has(name));
  knownOptions(options, [...allowed, "folds", "onFold"], "crossValidate");
  const { folds: count = 5, onFold, onProgress: _, communicator, ...training } = options;
  if (communicator !== undefined) communicatorOf(communicator, "crossValidate communicator");
  wholeNumber(count, "crossValidate folds", 2);
  if (onFold !== undefined) functionOf(onFold, "crossValidate onFold");
  checkLongOptions(options, "crossValidate");
  const long = new Long<FoldProgress>(options, "crossValidate");
  const corpus = await learning(long, () =>
    corpusToLearn(rows, training, long.inner({ fold: 0, folds: count })),
  );
  if (training.rows !== undefined) indicesOf(training.rows, "rows", corpus.rows);
  const parts = await long.run(splits(corpus, training, count));
  const foldOf = async (number: number): Promise<Fold> => {
    const { learned, measured } = parts[number - 1]!;
    const inner = long.inner<TrainProgress>({ fold: number, folds: count });
    const classifier = await TextClassifier.train(corpus, { ...training, ...inner, rows: learned });
    const asked = { rows: measured, mistakes: 0, ...inner };
    const { accuracy, macro, mcc, loss } = await classifier.evaluate(corpus, asked);
    classifier.model.dispose();
    const rows = { learned: learned.length, measured: measured.length };
    return { number, rows, accuracy, macroF1: macro.f1, mcc, loss };
  };
  const group = await groupOf(communicator);
  if (group) await checkSameCorpus(group, corpus, { ...training, count }, long);
  const folds: Fold[] = [];
  while (folds.length < count) {
    const next = folds.length + 1;
    const round = group
      ? await spreadFolds(group, next, Math.min(group.size, count - folds.length), foldOf)
      : [await foldOf(next)];
    folds.push(...round);
    for (const fold of round) onFold?.(fold);
  }
  const figures = Object.fromEntries(
    FOLD_FIGURES.map((name) => [name, figureOf(folds.map((fold) => fold[name]))]),
  ) as Record<(typeof FOLD_FIGURES)[number], FoldFigure>;
  return { ...figures, folds };
}

/** A fold in each of the processes. */
async function spreadFolds(
  group: ProcessGroup,
  first: number,
  count: number,
  foldOf: (number: number) => Promise<Fold>,
): Promise<Fold[]> {
  const packed = await group.spread(count, async (piece) => {
    const fold = await foldOf(first + piece);
    // JSON would lose what is no finite number.
    return pack({ plain: fold, arrays: [Float64Array.from(FOLD_FIGURES, (name) => fold[name])] });
  });
  return packed.map((bytes) => {
    const { plain, arrays } = unpack(bytes);
    const figures = FOLD_FIGURES.map((name, k) => [name, arrays[0]![k]!]);
    return { ...(plain as Fold), ...Object.fromEntries(figures) };
  });
}

/** Which rows are learned from and which measured on, fold by fold. */
function* splits(
  corpus: Corpus,
  { model, seed = 0, duplicates, rows: chosen }: TrainOptions,
  count: number,
): Pieces<{ learned: Uint32Array; measured: Uint32Array }[]> {
  const rows = Uint32Array.from(chosen ?? allRows(corpus.rows));
  const labels = corpus.labels(model instanceof TextClassifier ? model.labels : []);
  const all = corpus.classes(labels);
  const bundles = yield* bundlesOf(corpus, { duplicates, automatic: isAutomatic(model ?? "auto") });
  const random = new Random(wholeNumber(seed, "seed"), PURPOSE.split, STREAM);
  const own = bundles && Int32Array.from(rows, (row) => bundles[row]!);
  checkBundles(own ? new Set(own).size : rows.length, count, corpus.isGrouped);
  const classes = Int32Array.from(rows, (row) => all[row]!);
  const parts = stratifiedParts(classes, count, (row) => random.uniform(row), own);
  return parts.map((part) => {
    const held = new Set(part);
    return {
      learned: rows.filter((_, i) => !held.has(i)),
      measured: Uint32Array.from(part, (i) => rows[i]!),
    };
  });
}

/** Of the numbers that splits are drawn by: behind those of the test, validation and automatic splits. */
const STREAM = 16;

/** @throws InputError where a part would have no rows */
function checkBundles(found: number, count: number, grouped: boolean): void {
  if (found >= count) return;
  throw inputError({
    expected: `at least ${count} ${grouped ? "groups" : "different rows"}, one for each fold`,
    where: "crossValidate folds",
    received: found,
    typed: { where: "--folds" },
  });
}

function figureOf(values: readonly number[]): FoldFigure {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}
