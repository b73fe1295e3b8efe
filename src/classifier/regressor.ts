/** Text in, amount out: a price, a rating, a duration. */
import { textOf } from "../base/arguments.js";
import { knownOptions, wholeNumber } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { checkLongOptions, LONG_OPTIONS, Long, type LongOptions } from "../base/progress.js";
import { modelOf } from "../model/given.js";
import { loadFile } from "../model/load.js";
import type { Model } from "../model/model.js";
import { type LoadOptions, type ModelSource, nameOf } from "../model/source.js";
import { checkAmountPart } from "../network/text-fits.js";
import {
  type AmountEvaluation,
  type AmountIntervals,
  type AmountMistake,
  evaluatingAmounts,
  worstAmounts,
} from "../objectives/metrics/amounts.js";
import type { Interval } from "../objectives/metrics/intervals.js";
import { type Encoding, readAmountPart, writeAmountPart } from "../tokens/text-part.js";
import { type EncodingReport, newEncodingReport } from "../tokens/vectorizer.js";
import { type AmountPrediction, amountReading } from "./amount-answer.js";
import { AmountCorpus, type AmountText } from "./amount-corpus.js";
import { AmountLesson } from "./amount-lesson.js";
import type { Reading } from "./answering.js";
import { trainAmounts } from "./auto/amounts.js";
import { outputsOf } from "./corpus-answers.js";
import type { TrainingRecord, TrainProgress } from "./options.js";
import {
  checkOutputOptions,
  ngramsRecord,
  type OutputTrainOptions,
  orNull,
  outputFrontEnd,
  rowsToMeasure,
  type TrainedNetwork,
  trainLinear,
  trainOutputs,
} from "./other-outputs.js";
import { noteTexts, TextModel } from "./text-model.js";
import { checkFrontEnd } from "./training.js";
import { learning } from "./unfinished.js";

/** What a regressor is made of. */
export interface AmountParts extends Encoding {
  /** The network, of one linear output. */
  readonly model: Model;
  /** How it was trained; null where that is not on record. */
  readonly training: TrainingRecord | null;
}

/** How a regressor does on texts with amounts. */
export interface RegressorEvaluation
  extends Omit<AmountEvaluation, "r2" | "pearson" | "spearman" | "intervals"> {
  /** 1 − Σ (predicted − truth)² / Σ (truth − its mean)²: 1 at best, below 0 where the mean does better. null where the truth does not vary. */
  r2: number | null;
  /** Pearson's correlation of predicted and true amounts, −1 to 1. null where either does not vary. */
  pearson: number | null;
  /** Pearson's of their ranks. null where either does not vary. */
  spearman: number | null;
  /** How far the figures may be from their values on ever more rows like these: 95 %. */
  intervals: Omit<AmountIntervals, "r2"> & { r2: Interval | null };
  /** The rows that it missed by most, with the beginning of their texts. */
  mistakes: (AmountMistake & { text: string })[];
  /** What became of the texts: words that the vocabulary lacks, rows cut or empty. */
  encoding: EncodingReport;
}

/** Options of `TextRegressor.evaluate`. */
export interface EvaluateAmountsOptions extends LongOptions {
  /** With a corpus: the rows to measure on. Default all. */
  rows?: ArrayLike<number>;
  /** How many of the rows that are missed by most to list. Default 10. */
  mistakes?: number;
}

/** Text in, amount out: a model with the vectorizer that belongs to it. Made by `train` or `load`. */
export class TextRegressor extends TextModel<AmountPrediction> implements Encoding {
  /** @throws InputError for parts of the wrong kind, or that do not fit each other */
  constructor(parts: AmountParts) {
    super(parts, "TextRegressor");
    checkAmountPart(this.model, this.encoder, "TextRegressor");
  }

  /**
   * Learns from texts with an amount each.
   * @throws InputError on data or options that cannot work; AbortedTraining when the signal ends it; UnfinishedTraining
   * @example const price = await TextRegressor.train([{ text: "two rooms, garden", value: 840 }, …])
   */
  static async train(
    rows: Iterable<AmountText> | AsyncIterable<AmountText> | AmountCorpus,
    options: OutputTrainOptions<AmountCorpus> = {},
  ): Promise<TextRegressor> {
    checkOutputOptions(options, "TextRegressor.train");
    const long = new Long<TrainProgress>(options, "train");
    return learning(long, async () => {
      const corpus =
        rows instanceof AmountCorpus
          ? rows
          : await AmountCorpus.read(rows, outputFrontEnd(options), long.inner());
      if ((options.model ?? "auto") === "auto") return trainedByNgrams(corpus, options, long);
      const make = ({ heldOut: _, ...parts }: TrainedNetwork) => new TextRegressor(parts);
      return trainOutputs(corpus, options, new AmountLesson(corpus), long, make);
    });
  }

  protected override reading(options: object): Reading<AmountPrediction> {
    return amountReading(this, options);
  }

  protected override extras(): () => Json {
    const { encoder, training } = this;
    return () => writeAmountPart({ encoder }, training);
  }

  /** Every metric on texts with amounts, and what was missed by most. @throws AbortError when the signal was given */
  async evaluate(
    rows: Iterable<AmountText> | AsyncIterable<AmountText> | AmountCorpus,
    options: EvaluateAmountsOptions = {},
  ): Promise<RegressorEvaluation> {
    knownOptions(options, ["rows", "mistakes", ...LONG_OPTIONS], "TextRegressor.evaluate");
    checkLongOptions(options, "TextRegressor.evaluate");
    const long = new Long(options, "evaluate");
    const { frontEnd } = this.encoder;
    const corpus =
      rows instanceof AmountCorpus ? rows : await AmountCorpus.read(rows, frontEnd, long.inner());
    checkFrontEnd(corpus, frontEnd);
    const most = wholeNumber(options.mistakes ?? 10, "evaluate mistakes");
    const chosen = rowsToMeasure(corpus, options.rows, "TextRegressor.evaluate");
    const encoding = newEncodingReport();
    const predictions = {
      predicted: await outputsOf(this, corpus, chosen, { ...long.inner(), encoding }),
      truth: Float64Array.from(chosen, (row) => corpus.value(row)),
    };
    long.begin("measuring");
    const evaluation = await long.run(evaluatingAmounts(predictions));
    long.end();
    const { r2, pearson, spearman, intervals, ...figures } = evaluation;
    return {
      ...{ ...figures, r2: orNull(r2), pearson: orNull(pearson), spearman: orNull(spearman) },
      intervals: { ...intervals, r2: orNull(r2) === null ? null : intervals.r2 },
      mistakes: worstAmounts(predictions, most).map((mistake) => ({
        ...mistake,
        text: corpus.excerpt(chosen[mistake.row]!),
      })),
      encoding,
    };
  }

  /**
   * A regressor from a model and what its file carries besides.
   * @throws InputError where that is of another kind, or does not fit
   */
  static fromModel(model: Model, extras: unknown, name: string): TextRegressor {
    modelOf(model, textOf(name, "TextRegressor.fromModel name"));
    const part = readAmountPart(extras, name);
    checkAmountPart(model, part.encoder, name);
    noteTexts(model, part.encoder, name);
    const { training = null } = extras as { training?: TrainingRecord | null };
    return new TextRegressor({ ...part, model, training });
  }

  /**
   * Reads a regressor in any format that keeps its texts: a path (Node), a URL, its bytes, a File, Blob or Response.
   * @throws InputError when the file is no regressor of Cellstate's
   */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<TextRegressor> {
    const { model, extras } = await loadFile(source, options);
    return TextRegressor.fromModel(model, extras, options.name ?? nameOf(source));
  }
}

async function trainedByNgrams(
  corpus: AmountCorpus,
  options: OutputTrainOptions<AmountCorpus>,
  long: Long<TrainProgress>,
): Promise<TextRegressor> {
  const all = corpus.values();
  return trainLinear(corpus, options, long, async (data, how) => {
    const values = Float64Array.from(data.rows, (row) => all[row]!);
    const { model, encoder, record } = await trainAmounts(data, values, how);
    const training = {
      ...ngramsRecord(record, how.seed, data.rows.length),
      perClass: {},
      encoding: await how.steps.run(encoder.reportOf(data.texts, data.rows)),
    };
    return new TextRegressor({ model, encoder, training });
  });
}
