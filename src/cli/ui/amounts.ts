/** An evaluation of amounts as text: scores beside those of no model, and what was missed by most. */
import { amount, bracketed, counted, decimal } from "../../base/numbers.js";
import type { RegressorEvaluation } from "../../classifier/regressor.js";
import { PLAIN, type Style } from "../terminal.js";
import { textLines } from "./evaluation.js";
import { table } from "./table.js";

export function amountsText(evaluation: RegressorEvaluation, style: Style = PLAIN): string {
  const { rows, r2, rootMeanSquaredError, meanAbsoluteError, medianAbsoluteError } = evaluation;
  const { pearson, spearman, baseline, truth, intervals, mistakes } = evaluation;
  const three = (value: number | null) => (value === null ? "–" : decimal(value, 3));
  return [
    [
      `${style.bold(`Measured on ${counted(rows, "text")}`)} (in brackets: 95 % intervals)`,
      `  R² ${style.bold(three(r2))}${intervals.r2 ? bracketed(intervals.r2, three) : ""}   correlation ${three(pearson)}, of ranks ${three(spearman)}`,
    ].join("\n"),
    table([
      ["off by", "here", "", "without a model"],
      [
        "root mean square",
        amount(rootMeanSquaredError),
        bracketed(intervals.rootMeanSquaredError, amount).trim(),
        `${amount(baseline.rootMeanSquaredError)} (always the mean)`,
      ],
      [
        "mean",
        amount(meanAbsoluteError),
        bracketed(intervals.meanAbsoluteError, amount).trim(),
        `${amount(baseline.meanAbsoluteError)} (always the median)`,
      ],
      ["median", amount(medianAbsoluteError), "", ""],
    ]),
    style.dim(
      `  amounts from ${amount(truth.least)} to ${amount(truth.most)}, mean ${amount(truth.mean)}, deviation ${amount(truth.deviation)}`,
    ),
    ...(mistakes.length > 0 ? [mistakesText(mistakes, style)] : []),
  ].join("\n\n");
}

function mistakesText(mistakes: RegressorEvaluation["mistakes"], style: Style): string {
  const parts = mistakes.map(({ text, truth, predicted }) => {
    const verdict = `  ${style.bad(amount(predicted))}, is ${amount(truth)}`;
    return [verdict, ...textLines(text).map((line) => `    ${line}`)].join("\n");
  });
  return [style.bold("Furthest off"), ...parts].join("\n");
}
