/** What a training run has to say, as the plain data that the overview and the report page draw. */
import { statSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { count } from "../base/numbers.js";
import { atOnce } from "../base/pieces.js";
import { version } from "../base/version.js";
import type { ClassifierEvaluation, TextClassifier } from "../classifier/classifier.js";
import { type Corpus, classLookup } from "../classifier/corpus.js";
import type { CrossValidation } from "../classifier/cross-validate.js";
import type { Prepared, SizedAccuracy, TrainingRecord, VectorsRecord } from "../classifier/options.js";
import { repeatedTexts } from "../classifier/repeated-texts.js";
import type { CorpusText, TextCorpus } from "../classifier/text-corpus.js";
import { describeModel } from "../model/describe.js";
import type { Schedule } from "../objectives/schedules.js";
import { kindOf } from "../report/classifier-report.js";
import type { ClassCount, DatasetReport, Facts, ReportData, Reproduction } from "../report/data.js";
import { summaryOfCounts } from "../report/lengths.js";
import { USELESS } from "../report/sentences.js";
import { FeatureEncoder } from "../tokens/feature-encoder.js";
import { isLexer } from "../tokens/options.js";
import type { IdEncoder, RowEncoder } from "../tokens/row-encoder.js";
import { newEncodingReport } from "../tokens/vectorizer.js";
import type { AnyTextModel } from "./asking.js";
import { sourceOf } from "./models.js";
import { AUTO, type TrainPlan } from "./train-plan.js";
import { changesSentences, type ShownChanges } from "./ui/changes.js";
import type { UnknownWords } from "./ui/overview.js";

export interface EpochLog {
  epoch: number;
  loss: number;
  /** Of labels. */
  accuracy?: number;
  valLoss?: number;
  valAccuracy?: number;
  /** With --balance, where it decides. */
  valMacroF1?: number;
  /** Missing for epochs that a resumed run found done. */
  seconds?: number;
}

/** The texts of a run, read once. */
export interface Material {
  corpus: Corpus;
  /** All that is learned from, old rows included; null where rows lie in a file: all that were not set aside. */
  trainRows: Uint32Array | null;
  /** Of --old-data. */
  oldRows: Uint32Array;
  test: { corpus: Corpus; rows: Uint32Array } | null;
  overview: DatasetReport;
}

/** Everything a finished run knows, for the report and `--json`. */
export interface TrainingOutcome extends Material {
  data: string;
  plan: TrainPlan;
  classifier: TextClassifier;
  evaluation: ClassifierEvaluation | null;
  /** Of --folds. */
  folds: CrossValidation | null;
  /** Where a classifier was gone on from: what that changed on texts to measure on, too. */
  changes: ShownChanges | null;
  epochs: EpochLog[];
  seconds: Record<string, number>;
  interrupted: boolean;
  /** Of a network of words: what of them the vocabulary lacks. */
  unseen?: Unseen | undefined;
  /** What files of fewer n-grams would answer, where that was measured. */
  sizes?: readonly SizedAccuracy[] | undefined;
  /** The command that makes the same classifier again, and what it reads. */
  command: string;
  inputs: Reproduction["inputs"];
}

/** Words that a vocabulary lacks, in texts that it was not learned from where there are any. */
export interface Unseen extends UnknownWords {
  rows: number;
  emptyRows: number;
}

/** Rows to measure on tell best, those held out to stop by else: of rows learned from, few words are unknown by nature. */
export function unseenBy(
  { corpus, vectorizer, length, encoding, heldOut }: Prepared<TextCorpus<CorpusText>>,
  test: { corpus: TextCorpus<CorpusText>; rows: ArrayLike<number> } | null,
): Unseen {
  if (!test && heldOut.length === 0) return { of: "training", ...encoding };
  const report = newEncodingReport();
  const judged = test ?? { corpus, rows: heldOut };
  const row = new Float32Array(length);
  const { texts } = judged.corpus;
  for (let i = 0; i < judged.rows.length; i++) texts.encodeInto(row, judged.rows[i]!, vectorizer, report);
  return { of: test ? "test" : "validation", ...report };
}

/** Counts and lengths of the data, before anything is learned from it. */
export function dataOverview(
  source: string,
  corpus: Corpus,
  labels: readonly string[],
  trainRows: ArrayLike<number>,
  test: { corpus: Corpus; rows: ArrayLike<number> } | null,
  cut: number | null,
): DatasetReport {
  const train = countRows(corpus, trainRows, labels);
  const tested = test && countRows(test.corpus, test.rows, labels);
  const { frontEnd } = corpus.texts;
  const segment = isLexer(frontEnd) ? undefined : frontEnd.segment;
  return {
    source,
    rows: { train: trainRows.length, ...(test ? { test: test.rows.length } : {}) },
    ...(test ? { repeated: atOnce(repeatedTexts({ corpus, rows: trainRows }, test)) } : {}),
    classes: labels.map((label, k): ClassCount => {
      return { label, train: train[k]!, ...(tested ? { test: tested[k]! } : {}) };
    }),
    ...(segment ? { segment } : {}),
    lengths: summaryOfCounts(lengthsOf(corpus, trainRows), cut),
  };
}

/** How many of the rows have each number of tokens. */
function lengthsOf({ texts }: Corpus, rows: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const length = texts.tokensIn(rows[i]!);
    counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  return counts;
}

function countRows(corpus: Corpus, rows: ArrayLike<number>, labels: readonly string[]): number[] {
  const classOf = classLookup(corpus, labels);
  const counts = new Array<number>(labels.length).fill(0);
  for (let i = 0; i < rows.length; i++) counts[classOf(rows[i]!)]!++;
  return counts;
}

/** The rows for training less those that were held out to validate on. */
function withValidation(overview: DatasetReport, training: TrainingRecord | null): DatasetReport {
  if (!training?.validationRows) return overview;
  const { rows, validationRows: validation, perClass } = training;
  return {
    ...overview,
    rows: { ...overview.rows, train: rows, validation },
    classes: overview.classes.map((entry) => {
      const train = Object.hasOwn(perClass, entry.label) ? perClass[entry.label]! : 0;
      return { ...entry, train, validation: entry.train - train };
    }),
  };
}

/** A rate as it stands, a schedule by its name and settings. */
function rateText(rate: number | Schedule): number | string {
  if (typeof rate === "number") return rate;
  const { name, ...options } = rate;
  const settings = Object.entries(options).filter(([, value]) => value !== null && value !== false);
  return `${name}: ${settings.map(([key, value]) => `${key} ${value}`).join(", ")}`;
}

/** What is to be said of any run, whatever was learned. */
export interface RunFacts {
  plan: TrainPlan;
  model: AnyTextModel;
  overview: DatasetReport;
  epochs: readonly EpochLog[];
  seconds: Record<string, number>;
  interrupted: boolean;
  inputs: Reproduction["inputs"];
  command: string;
  unseen?: Unseen | undefined;
  /** Different words in the texts. */
  distinct: number;
  /** What it is called: "LSTM classifier". */
  kind: string;
}

/** What the report says of a run whatever was learned. */
export function runReport(run: RunFacts): ReportData {
  const { plan, overview, epochs, seconds, command, inputs, interrupted, kind } = run;
  const { test, testSplit: share, seed, model: asked } = plan.flags;
  const { model, encoder, training } = run.model;
  const { encoding, auto, linear } = training ?? {};
  const lengths = overview.lengths &&
    encoding && { ...overview.lengths, rows: encoding.rows, truncated: encoding.truncatedRows };
  return {
    title: plan.name,
    kind,
    createdAt: new Date().toISOString().slice(0, 16).replace("T", " "),
    labels: "labels" in run.model ? run.model.labels : [],
    dataset: {
      ...withValidation(overview, training),
      ...(overview.rows.test === undefined
        ? {}
        : { tested: test === undefined ? { share, seed } : { source: test } }),
      ...(lengths ? { lengths } : {}),
      ...((auto ?? linear)
        ? {}
        : {
            vocabulary: {
              size: vocabularyOf(encoder),
              distinct: run.distinct,
              ...unknownOf(run),
            },
          }),
    },
    epochs,
    ...(linear ? { linear } : {}),
    ...(training?.bestEpoch != null ? { bestEpoch: training.bestEpoch } : {}),
    model: describeModel(model),
    settings: settingsOf(plan, run.model),
    environment: {
      engine: model.engineName,
      threads: model.threads,
      processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`,
      Node: process.version,
    },
    seconds,
    ...notesOf([...(interrupted ? [INTERRUPTED] : []), ...(linear?.useful === false ? [USELESS] : [])]),
    ...(plan.startFrom && sourceOf(asked) === "a model file" ? { startedFrom: asked } : {}),
    file: { name: plan.out, bytes: statSync(plan.out).size },
    reproduction: {
      ...{ command, inputs, seed, engine: model.engineName, version: version(), complete: !interrupted },
    },
  };
}

const INTERRUPTED = "Training was interrupted; the best weights until then were kept.";
const notesOf = (notes: readonly string[]) => (notes.length > 0 ? { notes } : {});

/** The report page's data. */
export function trainingReport(outcome: TrainingOutcome): ReportData {
  const { plan, classifier, evaluation, sizes, folds, changes, interrupted } = outcome;
  const { auto } = classifier.training ?? {};
  const run = runReport({
    ...outcome,
    model: classifier,
    distinct: outcome.corpus.texts.distinct,
    kind: auto
      ? `${plan.flags.model === AUTO ? "automatic" : plan.flags.model} classifier`
      : kindOf(classifier.model),
  });
  const measured = evaluation && {
    evaluation,
    evaluatedOn: "test",
    mistakes: evaluation.mistakes.map(({ text, label, predicted, probability }) => {
      return {
        ...{ text, probability },
        label: classifier.labels[label]!,
        predicted: classifier.labels[predicted]!,
      };
    }),
    mistakeCount: Math.round(evaluation.rows * (1 - evaluation.accuracy)),
  };
  return {
    ...run,
    ...(auto ? { auto } : {}),
    ...(sizes && sizes.length > 0 ? { sizes } : {}),
    ...(folds ? { folds } : {}),
    ...measured,
    // What is worth reading first.
    ...notesOf([
      ...(interrupted ? [INTERRUPTED] : []),
      ...(auto?.useful === false ? [USELESS] : []),
      ...(changes ? changesSentences(changes, plan.flags.model) : []),
    ]),
  };
}

function unknownOf({ unseen }: Pick<RunFacts, "unseen">) {
  if (!unseen) return {};
  const { of, tokens, outOfVocabulary } = unseen;
  return { unknownShare: tokens > 0 ? outOfVocabulary / tokens : 0, unknownOf: of };
}

/** Ids that the network knows: of words, or of n-grams. */
export const vocabularyOf = (encoder: RowEncoder): number =>
  encoder instanceof FeatureEncoder ? encoder.features : (encoder as IdEncoder).vectorizer.size;

const vectorsFact = ({ name, found, words, frozen }: VectorsRecord): string =>
  `${name}: ${count(found)} of ${count(words)} words, ${frozen ? "left as they were" : "tuned"}`;

function settingsOf({ flags, sizes, text, auto }: TrainPlan, { model, training }: AnyTextModel): Facts {
  if (auto) return training?.settings ?? {};
  return {
    vocabulary: sizes.vocabulary,
    length: sizes.length,
    "front end": flags.frontEnd,
    padding: text.padding ?? "pre",
    "batch size": flags.batchSize,
    optimizer: model.compiled.optimizer.name,
    "learning rate": rateText(model.compiled.optimizer.learningRate),
    "most epochs": flags.epochs,
    patience: flags.patience,
    ...(training?.vectors ? { vectors: vectorsFact(training.vectors) } : {}),
    seed: flags.seed,
  };
}
