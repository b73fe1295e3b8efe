/** What trainings of several labels and of amounts have in common: their options, and the way from rows to a network. */
import { functionOf, indicesOf } from "../base/arguments.js";
import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { checkLongOptions, type Long } from "../base/progress.js";
import { Model } from "../model/model.js";
import { takesNgrams } from "../network/ngrams-input.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import type { LinearData, LinearOutputOptions } from "./auto/linear-outputs.js";
import { Steps } from "./auto/steps.js";
import { bundlesOf } from "./bundles.js";
import type { Lesson } from "./lesson.js";
import {
  type LinearRecord,
  type Prepared,
  TRAIN_OPTION_NAMES,
  type TrainOptions,
  type TrainProgress,
} from "./options.js";
import { PRESET_NAMES, type PresetSizes } from "./presets.js";
import { allRows, type CorpusText, type TextCorpus } from "./text-corpus.js";
import { checkFrontEnd, frontEndFor, type Trained, TrainingSession } from "./training.js";
import { madeBy } from "./unfinished.js";

/** Options of `train` that are for one label a text only. */
const OF_CLASSES = [
  "effort",
  "budget",
  "replay",
  "maxSize",
  "balance",
  "target",
  "scratch",
  "onSizes",
] as const;

/** Options of `MultiLabelClassifier.train` and `TextRegressor.train`; all may be left out. */
export interface OutputTrainOptions<C = unknown>
  extends Omit<TrainOptions, "model" | "onPrepared" | (typeof OF_CLASSES)[number]> {
  /**
   * "auto" (the default): a linear model over n-grams, of which rows held out choose the kind; it heeds `rows`, `duplicates`, `seed`,
   * `engine`, `threads`, `signal`, `onProgress` and `onStep` alone. Or a preset's name ("lstm", "gru", "rnn", "bilstm", "bigru", "cnn"); a model
   * to go on from, of which a copy is trained; or a function of the sizes that makes a new model.
   */
  model?: string | Model | ((sizes: PresetSizes) => Model);
  /** Called once, with everything in place and nothing learned yet: the moment to look for mistakes. */
  onPrepared?(prepared: Prepared<C>): void | Promise<void>;
}

/** What "auto" heeds. */
const HEEDED: ReadonlySet<string> = new Set([
  ...["model", "rows", "duplicates", "seed", "engine", "threads", "signal", "onProgress", "onStep"],
]);

/** @throws InputError for options that are none, or have no effect. @param where "MultiLabelClassifier.train" */
export function checkOutputOptions<C>(options: OutputTrainOptions<C>, where: string): void {
  const unknown: ReadonlySet<string> = new Set(OF_CLASSES);
  knownOptions(
    options,
    TRAIN_OPTION_NAMES.filter((name) => !unknown.has(name)),
    where,
  );
  checkLongOptions(options, where);
  const { model = "auto" } = options;
  const isNamed = typeof model === "string";
  if (typeof model !== "function" && !isNamed && !(model instanceof Model)) {
    const names = ["auto", ...PRESET_NAMES].map((name) => `"${name}"`).join(", ");
    throw inputError({
      expected: `${names}, a Model, or a function that makes one`,
      where: `${where} model`,
      received: model,
    });
  }
  if (model instanceof Model && takesNgrams(model)) {
    throw inputError({
      expected: "a network that reads words",
      where: `${where} model`,
      received: "that of an automatic one, which reads n-grams",
      next: 'Train anew on the old rows and the new ones together, or go on from model: "lstm" or any other network.',
    });
  }
  for (const [name, value] of Object.entries(options)) {
    const isIdle = model === "auto" ? !HEEDED.has(name) : name === "onStep";
    if (value === undefined || !isIdle) continue;
    throw inputError({
      expected: `to be left out with model: ${isNamed ? `"${model}"` : "a network"}${model === "auto" ? " (the default)" : ""}, where it has no effect`,
      where: `${where} ${name}`,
      received: value,
      next: model === "auto" ? 'A network heeds it: model: "lstm", for one.' : 'model: "auto" heeds it.',
    });
  }
}

/** How texts are taken apart for these options. */
export const outputFrontEnd = (options: OutputTrainOptions): CorpusFrontEndOptions =>
  (options.model ?? "auto") === "auto" ? { frontEnd: "lexer" } : frontEndFor(sessionOptions(options), null);

/** As a session of a network takes them: what it does not know is not there. */
function sessionOptions<C>({
  onPrepared: _,
  ...options
}: OutputTrainOptions<C>): Omit<TrainOptions, "onPrepared"> {
  return options;
}

/** A network that was trained, and the rows that were held out to stop by. */
export interface TrainedNetwork extends Trained {
  readonly heldOut: Uint32Array;
}

/**
 * Trains a network on a corpus.
 * @param make what is made of it
 * @throws InputError; AbortError; AbortedTraining; UnfinishedTraining
 */
export async function trainOutputs<C extends TextCorpus<CorpusText>, Made>(
  corpus: C,
  options: OutputTrainOptions<C>,
  lesson: Lesson,
  long: Long<TrainProgress>,
  make: (trained: TrainedNetwork) => Made,
): Promise<Made> {
  const { onPrepared } = options;
  if (onPrepared !== undefined) functionOf(onPrepared, "onPrepared");
  const own = sessionOptions(options);
  checkFrontEnd(corpus, frontEndFor(own, null));
  let heldOut = new Uint32Array(0);
  const session = new TrainingSession(corpus, own, null, lesson, long, (prepared) => {
    heldOut = prepared.heldOut as Uint32Array<ArrayBuffer>;
    return onPrepared?.({ ...prepared, corpus });
  });
  return madeBy(session, (trained) => make({ ...trained, heldOut }));
}

/**
 * Trains a linear model over n-grams of a corpus.
 * @param train given the rows and how to compute
 * @throws InputError; AbortError
 */
export async function trainLinear<C extends TextCorpus<CorpusText>, Result>(
  corpus: C,
  options: OutputTrainOptions<C>,
  long: Long<TrainProgress>,
  train: (data: LinearData, options: LinearOutputOptions) => Promise<Result>,
): Promise<Result> {
  checkFrontEnd(corpus, { frontEnd: "lexer" });
  if (options.rows !== undefined) indicesOf(options.rows, "rows", corpus.rows);
  if (options.onStep !== undefined) functionOf(options.onStep, "onStep");
  const { engine, threads, duplicates } = options;
  const steps = new Steps(long, options.onStep);
  const compute = {
    ...(engine === undefined ? {} : { engine }),
    ...(threads === undefined ? {} : { threads }),
  };
  const bundles = await long.run(bundlesOf(corpus, { duplicates, automatic: true }));
  const rows = Uint32Array.from(options.rows ?? allRows(corpus.rows));
  const data = { texts: corpus.texts, rows, ...(bundles ? { bundles } : {}) };
  const result = await train(data, { seed: wholeNumber(options.seed ?? 0, "seed"), ...compute, steps });
  long.end();
  return result;
}

/** The record of a linear model, but for what its labels and texts say. */
export const ngramsRecord = (linear: LinearRecord, seed: number, rows: number) => ({
  ...{ rows, validationRows: 0, settings: { model: "auto", seed }, history: {} },
  ...{ bestEpoch: null, stopped: null, linear },
});

/** The rows to measure on: all, unless some were asked for. @throws InputError where there are none */
export function rowsToMeasure(
  corpus: TextCorpus<CorpusText>,
  asked: ArrayLike<number> | undefined,
  where: string,
): Uint32Array {
  const rows =
    asked === undefined
      ? allRows(corpus.rows)
      : Uint32Array.from(indicesOf(asked, "evaluate rows", corpus.rows));
  if (rows.length === 0) throw inputError({ expected: "rows to measure on", where, received: "none" });
  return rows;
}

/** What is not defined is null, as in JSON: NaN would spread. */
export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
