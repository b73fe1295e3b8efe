/** Text in, labels out: any number of them, each a question of its own. */
import { textOf, textsOf } from "../base/arguments.js";
import { knownOptions, wholeNumber } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { checkLongOptions, isAbort, LONG_OPTIONS, Long, type LongOptions } from "../base/progress.js";
import { type LabelCount, labelKey } from "../data/labels.js";
import { modelOf } from "../model/given.js";
import { loadFile } from "../model/load.js";
import type { Model } from "../model/model.js";
import { type LoadOptions, type ModelSource, nameOf } from "../model/source.js";
import { checkLabelSetPart } from "../network/text-fits.js";
import {
  choosingThresholds,
  evaluatingLabelSets,
  type LabelScores,
  type LabelSetEvaluation,
  type LabelSetMistake,
  type LabelSetPredictions,
  worstLabelSets,
} from "../objectives/metrics/label-sets.js";
import {
  checkThresholds,
  type LabelSetPart,
  readLabelSetPart,
  writeLabelSetPart,
} from "../tokens/text-part.js";
import { type EncodingReport, newEncodingReport } from "../tokens/vectorizer.js";
import type { Reading } from "./answering.js";
import { rowsOf, trainLabelSets } from "./auto/label-sets.js";
import { outputsOf } from "./corpus-answers.js";
import { type LabelSetPrediction, labelSetReading } from "./label-set-answer.js";
import { LabelSetCorpus, type LabelSetText } from "./label-set-corpus.js";
import { refuseNoLabels } from "./label-set-kinds.js";
import { LabelSetLesson } from "./label-set-lesson.js";
import type { TrainingRecord, TrainProgress } from "./options.js";
import {
  checkOutputOptions,
  ngramsRecord,
  type OutputTrainOptions,
  orNull,
  outputFrontEnd,
  rowsToMeasure,
  trainLinear,
  trainOutputs,
} from "./other-outputs.js";
import { noteTexts, TextModel } from "./text-model.js";
import { checkFrontEnd } from "./training.js";
import { AbortedTraining, learning } from "./unfinished.js";

/** What a multi-label classifier is made of. */
export interface LabelSetParts extends LabelSetPart {
  /** The network, of a sigmoid output a label. */
  readonly model: Model;
  /** How it was trained; null where that is not on record. */
  readonly training: TrainingRecord | null;
}

/** How one label does. */
export interface MultiLabelScores extends Omit<LabelScores, "auc" | "averagePrecision"> {
  /** ROC AUC; null where the label applies to every row, or to none. */
  auc: number | null;
  /** Σ (recall gained · precision there), as scikit-learn's `average_precision_score`; null where the label applies to no row. */
  averagePrecision: number | null;
}

/** How a multi-label classifier does on texts with labels. */
export interface MultiLabelEvaluation extends Omit<LabelSetEvaluation, "labels" | "perLabel"> {
  /** [labels] how each does. */
  perLabel: MultiLabelScores[];
  /** The classifier's labels, in the order of `perLabel` and `thresholds`. */
  labels: string[];
  /** [labels] by which labels were answered. */
  thresholds: number[];
  /** Rows whose labels were not answered as they are, those of the largest loss first, with the beginning of their texts. */
  mistakes: (Omit<LabelSetMistake, "missed" | "wrong"> & {
    text: string;
    /** Labels that were not answered. */
    missed: string[];
    /** Labels that were answered and are not the row's. */
    wrong: string[];
  })[];
  /** What became of the texts: words that the vocabulary lacks, rows cut or empty. */
  encoding: EncodingReport;
  /** Labels that the classifier does not know, and how many rows have them: these rows are not measured. */
  unknownLabels: LabelCount[];
  /** [labels] the thresholds of best F1 on these rows; a label of fewer than ten rows (or all but ten) keeps its own. */
  suggested: number[];
}

/** Options of `MultiLabelClassifier.evaluate`. */
export interface EvaluateLabelSetsOptions extends LongOptions {
  /** With a corpus: the rows to measure on. Default all. */
  rows?: ArrayLike<number>;
  /** How many of the worst mistakes to list. Default 10. */
  mistakes?: number;
}

/**
 * Text in, labels out: a model with the vectorizer and the labels that belong to it; any number of labels apply to a text. Made by
 * `train` or `load`.
 */
export class MultiLabelClassifier extends TextModel<LabelSetPrediction> implements LabelSetPart {
  /** What the outputs stand for, in their order. */
  readonly labels: readonly string[];
  #thresholds: readonly number[];

  /** @throws InputError for parts of the wrong kind, or that do not fit each other */
  constructor(parts: LabelSetParts) {
    super(parts, "MultiLabelClassifier");
    this.labels = Object.freeze(textsOf(parts.labels, "MultiLabelClassifier labels").slice());
    this.#thresholds = checkThresholds(
      parts.thresholds,
      this.labels.length,
      "MultiLabelClassifier thresholds",
    );
    checkLabelSetPart(this.model, this, "MultiLabelClassifier");
  }

  /**
   * [labels] a label is answered when its probability is above its threshold.
   * @throws InputError when set to anything but as many numbers from 0 to 1
   */
  get thresholds(): readonly number[] {
    return [...this.#thresholds];
  }

  set thresholds(thresholds: readonly number[]) {
    this.#thresholds = checkThresholds(thresholds, this.labels.length, "MultiLabelClassifier thresholds");
  }

  /**
   * Learns from texts with any number of labels each. Each label's threshold is that of best F1 on the rows held out, where those
   * are enough to tell (ten with the label, and ten without it), else 0.5.
   * @throws InputError on data or options that cannot work; AbortedTraining when the signal ends it; UnfinishedTraining
   * @example const tags = await MultiLabelClassifier.train([{ text: "…", labels: ["billing", "urgent"] }, …])
   */
  static async train(
    rows: Iterable<LabelSetText> | AsyncIterable<LabelSetText> | LabelSetCorpus,
    options: OutputTrainOptions<LabelSetCorpus> = {},
  ): Promise<MultiLabelClassifier> {
    checkOutputOptions(options, "MultiLabelClassifier.train");
    const long = new Long<TrainProgress>(options, "train");
    return learning(long, () => MultiLabelClassifier.#trained(rows, options, long));
  }

  static async #trained(
    rows: Iterable<LabelSetText> | AsyncIterable<LabelSetText> | LabelSetCorpus,
    options: OutputTrainOptions<LabelSetCorpus>,
    long: Long<TrainProgress>,
  ): Promise<MultiLabelClassifier> {
    const corpus =
      rows instanceof LabelSetCorpus
        ? rows
        : await LabelSetCorpus.read(rows, outputFrontEnd(options), long.inner());
    refuseNoLabels(corpus);
    if ((options.model ?? "auto") === "auto") return trainedByNgrams(corpus, options, long);
    const lesson = new LabelSetLesson(corpus);
    const { labels } = lesson;
    const even = labels.map(() => 0.5);
    let heldOut = new Uint32Array(0);
    const classifier = await trainOutputs(corpus, options, lesson, long, ({ heldOut: own, ...parts }) => {
      heldOut = Uint32Array.from(own);
      return new MultiLabelClassifier({ ...parts, labels, thresholds: even });
    });
    if (heldOut.length === 0) return classifier;
    try {
      const predictions = await classifier.#predictionsOf(corpus, heldOut, long.inner());
      long.begin("thresholds");
      classifier.thresholds = await long.run(choosingThresholds(predictions));
    } catch (error) {
      throw isAbort(error) ? new AbortedTraining(classifier) : error;
    }
    long.end();
    return classifier;
  }

  protected override reading(options: object): Reading<LabelSetPrediction> {
    return labelSetReading(this, options);
  }

  protected override extras(): () => Json {
    const { encoder, labels, thresholds, training } = this;
    return () => writeLabelSetPart({ encoder, labels, thresholds }, training);
  }

  /** What it says of rows, and what is true of them. */
  async #predictionsOf(
    corpus: LabelSetCorpus,
    rows: ArrayLike<number>,
    long: LongOptions,
    encoding?: EncodingReport,
  ): Promise<LabelSetPredictions> {
    const watching = { ...long, ...(encoding ? { encoding } : {}) };
    return {
      probabilities: await outputsOf(this, corpus, rows, watching),
      truth: corpus.truth(rows, this.labels),
      labels: this.labels.length,
      thresholds: this.thresholds,
    };
  }

  /** Every metric on texts with labels, and the worst mistakes. @throws AbortError when the signal was given */
  async evaluate(
    rows: Iterable<LabelSetText> | AsyncIterable<LabelSetText> | LabelSetCorpus,
    options: EvaluateLabelSetsOptions = {},
  ): Promise<MultiLabelEvaluation> {
    knownOptions(options, ["rows", "mistakes", ...LONG_OPTIONS], "MultiLabelClassifier.evaluate");
    checkLongOptions(options, "MultiLabelClassifier.evaluate");
    const long = new Long(options, "evaluate");
    const { frontEnd } = this.encoder;
    const corpus =
      rows instanceof LabelSetCorpus ? rows : await LabelSetCorpus.read(rows, frontEnd, long.inner());
    checkFrontEnd(corpus, frontEnd);
    const most = wholeNumber(options.mistakes ?? 10, "evaluate mistakes");
    const asked = rowsToMeasure(corpus, options.rows, "MultiLabelClassifier.evaluate");
    const { known: chosen, unknownLabels } = rowsOfKnown(corpus, asked, this.labels);
    // Of rows that all have other labels there is nothing to measure.
    if (chosen.length === 0) corpus.truth(asked, this.labels);
    const encoding = newEncodingReport();
    const predictions = await this.#predictionsOf(corpus, chosen, long.inner(), encoding);
    const named = (labels: readonly number[]) => labels.map((k) => this.labels[k]!);
    long.begin("measuring");
    const { perLabel, ...figures } = await long.run(evaluatingLabelSets(predictions));
    const suggested = await long.run(choosingThresholds(predictions));
    long.end();
    return {
      ...figures,
      perLabel: perLabel.map(({ auc, averagePrecision, ...scores }) => {
        return { ...scores, auc: orNull(auc), averagePrecision: orNull(averagePrecision) };
      }),
      labels: [...this.labels],
      thresholds: [...this.thresholds],
      mistakes: worstLabelSets(predictions, most).map(({ missed, wrong, ...mistake }) => ({
        ...mistake,
        ...{ missed: named(missed), wrong: named(wrong), text: corpus.excerpt(chosen[mistake.row]!) },
      })),
      encoding,
      unknownLabels,
      suggested,
    };
  }

  /**
   * A classifier from a model and what its file carries besides.
   * @throws InputError where that is of another kind, or does not fit
   */
  static fromModel(model: Model, extras: unknown, name: string): MultiLabelClassifier {
    modelOf(model, textOf(name, "MultiLabelClassifier.fromModel name"));
    const part = readLabelSetPart(extras, name);
    checkLabelSetPart(model, part, name);
    noteTexts(model, part.encoder, name);
    const { training = null } = extras as { training?: TrainingRecord | null };
    return new MultiLabelClassifier({ ...part, model, training });
  }

  /**
   * Reads a classifier in any format that keeps its texts and labels: a path (Node), a URL, its bytes, a File, Blob or Response.
   * @throws InputError when the file is no multi-label classifier of Cellstate's
   */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<MultiLabelClassifier> {
    const { model, extras } = await loadFile(source, options);
    return MultiLabelClassifier.fromModel(model, extras, options.name ?? nameOf(source));
  }
}

async function trainedByNgrams(
  corpus: LabelSetCorpus,
  options: OutputTrainOptions<LabelSetCorpus>,
  long: Long<TrainProgress>,
): Promise<MultiLabelClassifier> {
  const labels = corpus.labels();
  return trainLinear(corpus, options, long, async (data, how) => {
    const truth = corpus.truth(data.rows, labels);
    const { model, encoder, heldOut, record } = await trainLabelSets(data, truth, labels.length, {
      ...how,
      names: labels,
    });
    how.steps.begin("thresholds", "choosing thresholds");
    const thresholds = await how.steps.run(
      choosingThresholds({
        probabilities: heldOut.probabilities,
        truth: rowsOf(truth, heldOut.rows, labels.length),
        labels: labels.length,
        thresholds: labels.map(() => 0.5),
      }),
    );
    const counts = labels.map((_, k) => sumOf(truth, k, labels.length));
    const training = {
      ...ngramsRecord(record, how.seed, data.rows.length),
      perClass: Object.fromEntries(labels.map((label, k) => [label, counts[k]!])),
      encoding: await how.steps.run(encoder.reportOf(data.texts, data.rows)),
    };
    return new MultiLabelClassifier({ model, encoder, labels, thresholds, training });
  });
}

function sumOf(truth: Uint8Array, label: number, width: number): number {
  let sum = 0;
  for (let at = label; at < truth.length; at += width) sum += truth[at]!;
  return sum;
}

/** Of some rows those that have no other labels than these; of the others, how many rows have each label. */
function rowsOfKnown(
  corpus: LabelSetCorpus,
  rows: Uint32Array,
  labels: readonly string[],
): { known: Uint32Array; unknownLabels: LabelCount[] } {
  const keys = new Set(labels.map(labelKey));
  const counts = new Map<string, number>();
  const known = rows.filter((row) => {
    const others = corpus.labelsOf(row).filter((label) => !keys.has(labelKey(label)));
    for (const label of others) counts.set(label, (counts.get(label) ?? 0) + 1);
    return others.length === 0;
  });
  const unknownLabels = [...counts].map(([label, rows]) => ({ label, rows }));
  return { known, unknownLabels: unknownLabels.sort((a, b) => b.rows - a.rows) };
}
