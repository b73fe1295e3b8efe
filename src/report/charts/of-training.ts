/** Charts of what was learned from and of learning itself, for others: data and options are checked. */
import { numbersOf, objectOf, textOf } from "../../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../../base/errors.js";
import { checkPictureOptions, type PictureOptions } from "../../drawing/canvas.js";
import { drawn } from "../../drawing/given.js";
import type { Markup } from "../../drawing/markup.js";
import { amount, decimal, percent } from "../../drawing/numbers.js";
import { lengthSummary } from "../lengths.js";
import { type Bar, barChart, lengthHistogram } from "./bars.js";
import { type Curve, type CurveChart, epochChart } from "./curves.js";

/** Options of `charts.curves`. */
export interface CurveOptions extends PictureOptions {
  /** What is drawn, by its name in the history; beside it that of rows held out, "valLoss". Default "loss". */
  metric?: string;
  /** The epoch to mark, from 1: that whose weights were kept. Default: none. */
  best?: number;
}

/** Metrics that are shares of rows, from 0 to 1. */
const SHARES = /accuracy|precision|recall|auc|f1/i;

function epochCurves(
  history: Readonly<Record<string, readonly number[]>>,
  options: CurveOptions = {},
): Markup {
  const where = "charts.curves";
  knownOptions(options, ["idPrefix", "metric", "best"], where);
  const { metric = "loss", best, ...rest } = options;
  checkPictureOptions(rest, where, ["idPrefix"]);
  const name = textOf(metric, `${where} metric`);
  const known = Object.keys(objectOf(history, where, "a history: { loss: [0.7, 0.5] }"));
  const given = [
    { name: "training", kind: "two" as const, of: name },
    { name: "validation", kind: "one" as const, of: `val${name.charAt(0).toUpperCase()}${name.slice(1)}` },
  ].filter(({ of }) => known.includes(of));
  if (given.length === 0)
    throw inputError({ expected: `one of ${known.join(", ")}`, where: `${where} metric`, received: metric });
  const lines = given.map(
    ({ of, ...line }): Curve => ({ ...line, values: [...numbersOrNaN(history[of]!, `${where} ${of}`)] }),
  );
  const epochs = Array.from(
    { length: Math.max(...lines.map(({ values }) => values.length)) },
    (_, k) => k + 1,
  );
  if (epochs.length === 0) throw inputError({ expected: "at least one epoch", where, received: "none" });
  if (best !== undefined) wholeNumber(best, `${where} best`, 1, epochs.length);
  const share = SHARES.test(name);
  const about: CurveChart = {
    id: name,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    curves: lines,
    format: share ? percent : decimal,
    ...(share ? { to: 1, nameRow: 14 } : { from: 0 }),
  };
  return epochChart(epochs, best, about, rest);
}

/** Numbers that may not be finite: an epoch that diverged leaves a gap. */
function numbersOrNaN(values: readonly number[], where: string): readonly number[] {
  const wrong = Array.isArray(values) ? values.findIndex((value) => typeof value !== "number") : 0;
  if (wrong < 0) return values;
  throw inputError({ expected: "a list of numbers, one an epoch", where, received: values });
}

/**
 * A figure over the epochs of a training; that of rows held out beside that of rows learned from.
 * @param history as `fit` and `train` give it: `{ loss: [0.7, 0.5], valLoss: [0.6, 0.55] }`
 * @throws InputError for what is no history, and for options that cannot work
 */
export const curves = drawn(epochCurves, "charts.curves", "model.fit as its history");

/** Options of `charts.bars`. */
export interface BarOptions extends PictureOptions {
  /** What it is called, for those who do not see it: "Rows of each class". Default "Amounts by name". */
  title?: string;
}

function namedBars(
  items: readonly { name: string; value: number; text?: string }[],
  options: BarOptions = {},
): Markup {
  const where = "charts.bars";
  knownOptions(options, ["idPrefix", "title"], where);
  const { title = "Amounts by name", ...rest } = options;
  checkPictureOptions(rest, where, ["idPrefix"]);
  const list = items.map(({ name, value, text }, k): Bar => {
    textOf(name, `${where} [${k}] name`);
    finiteNumber(value, `${where} [${k}] value`, 0);
    return { name, value, text: text === undefined ? amount(value) : textOf(text, `${where} [${k}] text`) };
  });
  const description = `${list.map(({ name, text }) => `${name} ${text}`).join(", ")}.`;
  return barChart({ id: "bars", title: textOf(title, `${where} title`), description }, list, undefined, rest);
}

/**
 * Bars from zero, one a name.
 * @param items `[{ name: "spam", value: 747, text: "747 (13 %)" }]`: values from 0; a text stands at the end of its bar, by default the value
 * @throws InputError for anything else, and for options that cannot work
 */
export const bars = drawn(namedBars, "charts.bars", "a list of { name, value }");

function lengthsOfRows(
  values: ArrayLike<number>,
  cut: number | null = null,
  options?: PictureOptions,
): Markup {
  const where = "charts.lengths";
  if (options !== undefined) checkPictureOptions(options, where, ["idPrefix"]);
  const numbers = numbersOf(values, where);
  if (numbers.length === 0) throw inputError({ expected: "at least one length", where, received: values });
  for (let k = 0; k < numbers.length; k++) wholeNumber(numbers[k], `${where} [${k}]`, 0);
  return lengthHistogram(lengthSummary(numbers, cut), options);
}

/**
 * How many rows have how many tokens.
 * @param values the rows' lengths @param cut tokens that are read of a row, which is marked; null (the default) where all are
 * @throws InputError for anything else, and for options that it does not have
 */
export const lengths = drawn(lengthsOfRows, "charts.lengths", "a list of lengths");
