import type { MultiLabelEvaluation } from "../../src/classifier/multi-label.js";
import type { RegressorEvaluation } from "../../src/classifier/regressor.js";
import { evaluateAmounts, worstAmounts } from "../../src/objectives/metrics/amounts.js";
import { evaluateLabelSets, worstLabelSets } from "../../src/objectives/metrics/label-sets.js";
import { amountSummary } from "../../src/report/amount-summary.js";
import type { ReportData } from "../../src/report/data.js";
import { newEncodingReport } from "../../src/tokens/vectorizer.js";
import { fullReport } from "./sample.js";

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** As a classifier evaluates, of probabilities given by hand. */
export function labelSetsOf(
  labels: readonly string[],
  probabilities: readonly number[],
  truth: readonly number[],
  thresholds: readonly number[] = labels.map(() => 0.5),
): MultiLabelEvaluation {
  const p = {
    probabilities: Float32Array.from(probabilities),
    truth: Uint8Array.from(truth),
    ...{ labels: labels.length, thresholds },
  };
  const { perLabel, ...figures } = evaluateLabelSets(p);
  const named = (of: readonly number[]) => of.map((k) => labels[k]!);
  return {
    ...figures,
    perLabel: perLabel.map(({ auc, averagePrecision, ...scores }) => {
      return { ...scores, auc: orNull(auc), averagePrecision: orNull(averagePrecision) };
    }),
    labels: [...labels],
    thresholds: [...thresholds],
    mistakes: worstLabelSets(p, 20).map(({ missed, wrong, ...mistake }) => {
      return { ...mistake, missed: named(missed), wrong: named(wrong), text: `text ${mistake.row}` };
    }),
    ...{ encoding: newEncodingReport(), unknownLabels: [], suggested: [...thresholds] },
  };
}

/** As a regressor evaluates, of amounts given by hand. */
export function amountsOf(truth: readonly number[], predicted: readonly number[]): RegressorEvaluation {
  const p = { truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) };
  const { r2, pearson, spearman, intervals, ...figures } = evaluateAmounts(p);
  return {
    ...{ ...figures, r2: orNull(r2), pearson: orNull(pearson), spearman: orNull(spearman) },
    intervals: { ...intervals, r2: orNull(r2) === null ? null : intervals.r2 },
    mistakes: worstAmounts(p, 20).map((mistake) => ({ ...mistake, text: `text ${mistake.row}` })),
    encoding: newEncodingReport(),
  };
}

/** Of four rows: three labels, of which row 1 misses one, row 2 is given one too many, row 3 has none. */
export const threeLabels = labelSetsOf(
  ["bug", "urgent", "praise"],
  [0.9, 0.8, 0.1, 0.75, 0.25, 0.1, 0.1, 0.625, 0.9, 0.1, 0.2, 0.3],
  [1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0],
  [0.5, 0.5, 0.375],
);

const reproduction = {
  ...{ command: "cellstate train rows.csv --seed 7", version: "1.2.3", seed: 7, engine: "wasm" },
  ...{ inputs: [], complete: true },
};

/** A report of several labels a text with every part. */
export function labelSetReport(): ReportData {
  const { evaluation: _, mistakes: _m, mistakeCount: _c, dataset, kind: _k, ...data } = fullReport();
  return {
    ...data,
    labels: threeLabels.labels,
    labelSets: threeLabels,
    reproduction,
    dataset: {
      ...dataset!,
      rows: { train: 30, test: 4 },
      tested: { share: 0.1, seed: 7 },
      classes: [
        { label: "bug", train: 24, test: 2 },
        { label: "urgent", train: 15, test: 2 },
        { label: "praise", train: 3, test: 1 },
      ],
      labelsPerRow: 1.4,
    },
  };
}

export const TRUTH = Array.from({ length: 60 }, (_, k) => 100 + 10 * k);

/** A report of amounts with every part. */
export function amountReport(): ReportData {
  const { labelSets: _, dataset, epochs, ...data } = labelSetReport();
  const { classes: _c, labelsPerRow: _l, ...rest } = dataset!;
  return {
    ...data,
    labels: [],
    epochs: epochs!.map(({ accuracy: _a, valAccuracy: _v, ...epoch }) => epoch),
    dataset: { ...rest, classes: [], amounts: amountSummary(TRUTH) },
    amounts: amountsOf(
      TRUTH,
      TRUTH.map((value, k) => value + (k % 2 === 0 ? 20 : -10)),
    ),
  };
}
