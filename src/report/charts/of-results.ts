/** Charts of results, for others: data and options are checked. */
import { numbersOf, textsOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import type { SizedAccuracy } from "../../classifier/options.js";
import type { RegressorEvaluation } from "../../classifier/regressor.js";
import type { TuneResult } from "../../classifier/tuning/tune.js";
import type { PictureOptions } from "../../drawing/canvas.js";
import { pictured } from "../../drawing/given.js";
import type { Markup } from "../../drawing/markup.js";
import { amount } from "../../drawing/numbers.js";
import type { Evaluation } from "../../objectives/metrics.js";
import { amountSummary } from "../amount-summary.js";
import { claimOf } from "../sentences.js";
import { trialName } from "../tuning.js";
import { amountHistogram, partsChart } from "./amounts.js";
import { calibrationChart } from "./calibration.js";
import { confusionChart } from "./confusion.js";
import { sizeChart } from "./sizes.js";
import { thresholdChart } from "./threshold.js";
import { tuningChart } from "./tuning.js";

/** @throws InputError where there are not as many names as the evaluation has classes */
function namesOf({ classes }: Evaluation, labels: readonly string[], where: string): string[] {
  const names = textsOf(labels, `${where} labels`);
  if (names.length === classes) return names;
  throw inputError({
    expected: `${classes} names of classes`,
    where: `${where} labels`,
    received: names.length,
  });
}

/**
 * How often each class was answered for each: rows are what is, columns what was answered, shades shares of the row.
 * @param evaluation what `evaluate` gives @param labels names of the classes by number
 * @throws InputError for anything else, and for options that it does not have
 */
export const confusion = pictured(
  (evaluation: Evaluation, labels: readonly string[], options?: PictureOptions): Markup =>
    confusionChart(evaluation.confusion, namesOf(evaluation, labels, "charts.confusion"), options),
  "charts.confusion",
  "evaluate",
  2,
);

/**
 * What came true by what was called how probable, with 95 % intervals; below, how many rows stand behind each point.
 * @param evaluation what `evaluate` gives @param labels names of the classes by number
 * @throws InputError for anything else, and for options that it does not have
 */
export const calibration = pictured(
  (evaluation: Evaluation, labels: readonly string[], options?: PictureOptions): Markup =>
    calibrationChart(
      evaluation.calibration,
      claimOf(evaluation.calibration, namesOf(evaluation, labels, "charts.calibration")),
      options,
    ),
  "charts.calibration",
  "evaluate",
  2,
);

/**
 * Precision, recall and F1 as the threshold moves.
 * @param evaluation what `evaluate` gives of two classes with one output
 * @throws InputError for anything else, and for options that it does not have
 */
export const threshold = pictured(
  (evaluation: Evaluation, options?: PictureOptions): Markup => thresholdChart(evaluation.binary!, options),
  "charts.threshold",
  "evaluate of two classes with one output",
  1,
);

/**
 * Mean answers by mean true amounts, with the limits that four in five answers lie between.
 * @param evaluation what `TextRegressor.evaluate` gives
 * @throws InputError for anything else, and for options that it does not have
 */
export const parts = pictured(
  (evaluation: RegressorEvaluation, options?: PictureOptions): Markup =>
    partsChart(evaluation.parts, options),
  "charts.parts",
  "TextRegressor.evaluate",
  1,
);

function amountsOfRows(values: ArrayLike<number>, options?: PictureOptions): Markup {
  const where = "charts.amounts";
  const { bins, least, median, most } = amountSummary(numbersOf(values, where));
  if (!bins) throw inputError({ expected: "amounts that differ", where, received: values });
  const told = `From ${amount(least)} to ${amount(most)}, half of the rows up to ${amount(median)}.`;
  return amountHistogram(bins, told, options);
}

/**
 * How many rows have which amounts.
 * @param values the amounts, which differ
 * @throws InputError for anything else, and for options that it does not have
 */
export const amounts = pictured(amountsOfRows, "charts.amounts", "a list of amounts", 1);

/**
 * Accuracy on rows held out by the size of the file.
 * @param list what an automatic classifier's training says of smaller files, the largest first
 * @throws InputError for anything else, and for options that it does not have
 */
export const sizes = pictured(
  (list: readonly SizedAccuracy[], options?: PictureOptions): Markup => sizeChart(list, options),
  "charts.sizes",
  "a training of an automatic classifier as its sizes",
  1,
);

/**
 * Validation loss of every trial over its epochs, the best in front.
 * @param result what `tune` gives
 * @throws InputError for anything else, and for options that it does not have
 */
export const tuning = pictured(
  ({ trials, rungs, best }: TuneResult, options?: PictureOptions): Markup =>
    tuningChart(trials, rungs, best, trialName, options),
  "charts.tuning",
  "tune",
  1,
);
