/** What `train` and `evaluate` do otherwise where several labels a text are learned, or an amount: one object each. */
import { counted, decimal } from "../base/numbers.js";
import type { AmountCorpus } from "../classifier/amount-corpus.js";
import type { LabelSetCorpus } from "../classifier/label-set-corpus.js";
import { refuseNoLabels } from "../classifier/label-set-kinds.js";
import type { MultiLabelEvaluation } from "../classifier/multi-label.js";
import { type EvaluateLabelSetsOptions, MultiLabelClassifier } from "../classifier/multi-label.js";
import type { OutputTrainOptions } from "../classifier/other-outputs.js";
import { type RegressorEvaluation, TextRegressor } from "../classifier/regressor.js";
import { amountSummary } from "../report/amount-summary.js";
import type { DatasetReport, ReportData } from "../report/data.js";
import type { CorpusFrontEndOptions } from "../tokens/options.js";
import type { EncodingReport } from "../tokens/vectorizer.js";
import { type LabelSetFlags, labelNotes, named, readAmountCorpus, readLabelSetCorpus } from "./data.js";
import type { Style } from "./terminal.js";
import { amountsText } from "./ui/amounts.js";
import { labelSetsText } from "./ui/label-sets.js";

/** What every evaluation tells. */
export interface Measured {
  rows: number;
  encoding: EncodingReport;
}

/** A corpus, what is trained on it, and how that is measured. */
export interface OutputKind<Corpus, Made, Evaluated extends Measured> {
  /** Reads data; says what was done to it. @param known labels that there are already */
  read(
    path: string,
    flags: LabelSetFlags,
    frontEnd: CorpusFrontEndOptions,
    options: { group?: string | number | undefined; known?: readonly string[] },
  ): Promise<{ corpus: Corpus; notes: string[] }>;
  /** @param where what messages call the data @throws InputError where it holds nothing that is learned so */
  checkLearned(corpus: Corpus, where: string): void;
  /** What of the labels may not be meant. */
  remarks(corpus: Corpus): string[];
  /** @throws InputError where rows to measure on ask for what is not learned */
  checkTest(learned: Corpus, tested: Corpus): void;
  train(corpus: Corpus, options: OutputTrainOptions<Corpus>): Promise<Made>;
  evaluate(
    made: Made,
    corpus: Corpus,
    options: Pick<EvaluateLabelSetsOptions, "rows" | "mistakes" | "signal" | "onProgress">,
  ): Promise<Evaluated>;
  /** What rows are to be answered with, in figures. */
  overview(
    learned: { corpus: Corpus; rows: ArrayLike<number> },
    tested: { corpus: Corpus; rows: ArrayLike<number> } | null,
  ): Pick<DatasetReport, "classes" | "labelsPerRow" | "amounts">;
  /** The worst mistakes, so many of them. */
  worst(evaluation: Evaluated, most: number): Evaluated;
  /** Has it answer as these rows suggest, and says how that is. */
  suggest?(made: Made, evaluation: Evaluated): string;
  /** What of the rows or labels could not be measured. */
  leftOut(evaluation: Evaluated): string[];
  text(evaluation: Evaluated, style: Style): string;
  summary(evaluation: Evaluated): object;
  report(evaluation: Evaluated): Pick<ReportData, "labelSets" | "amounts">;
  /** What the figures of its epochs are. */
  readonly epochs: string;
  /** What it is called in its report: "multi-label classifier". */
  readonly what: string;
}

export const LABEL_SETS: OutputKind<LabelSetCorpus, MultiLabelClassifier, MultiLabelEvaluation> = {
  what: "multi-label classifier",
  epochs: "accuracy: of each text and label by itself",
  read: readLabelSetCorpus,
  checkLearned: refuseNoLabels,
  remarks: (corpus) => labelNotes(corpus.labelCounts()),
  checkTest(learned, tested) {
    tested.truth([...tested.strata().keys()], learned.labels());
  },
  train: (corpus, options) => MultiLabelClassifier.train(corpus, options),
  evaluate: (made, corpus, options) => made.evaluate(corpus, options),
  overview(learned, tested) {
    const labels = learned.corpus.labels();
    const of = ({ corpus, rows }: { corpus: LabelSetCorpus; rows: ArrayLike<number> }) => {
      const counts = new Map(labels.map((label) => [label, 0]));
      for (let i = 0; i < rows.length; i++)
        for (const label of corpus.labelsOf(rows[i]!)) counts.set(label, (counts.get(label) ?? 0) + 1);
      return counts;
    };
    const [train, test] = [of(learned), tested && of(tested)];
    const total = [...train.values()].reduce((sum, rows) => sum + rows, 0);
    return {
      labelsPerRow: total / Math.max(1, learned.rows.length),
      classes: labels.map((label) => ({
        label,
        train: train.get(label)!,
        ...(test ? { test: test.get(label)! } : {}),
      })),
    };
  },
  worst: (evaluation, most) => ({ ...evaluation, mistakes: evaluation.mistakes.slice(0, most) }),
  suggest(made, { suggested, thresholds, micro, labels }) {
    made.thresholds = suggested;
    const moved = labels.flatMap((label, k) =>
      suggested[k] === thresholds[k]
        ? []
        : [`${JSON.stringify(label)} ${decimal(thresholds[k]!, 3)} → ${decimal(suggested[k]!, 3)}`],
    );
    if (moved.length === 0) return "Thresholds stay as they are: none is better on these texts.";
    return `Thresholds: ${named(moved)} (micro F1 was ${decimal(micro.f1, 3)}). They were chosen by these texts, which flatters the figures below: measure on others.`;
  },
  leftOut({ unknownLabels, perLabel, labels }) {
    const names = named(
      unknownLabels.map(({ label, rows }) => `${JSON.stringify(label)} (${counted(rows, "row")})`),
    );
    const absent = labels.filter((_, k) => perLabel[k]!.support === 0).map((label) => JSON.stringify(label));
    return [
      ...(unknownLabels.length > 0
        ? [
            `! Rows with labels that the classifier does not know are not measured: ${names}. --label-map says what they are called.`,
          ]
        : []),
      ...(absent.length > 0
        ? [
            `! No text that is measured has ${named(absent)}: macro F1 counts ${absent.length === 1 ? "it" : "them"} as 0.`,
          ]
        : []),
    ];
  },
  text: labelSetsText,
  summary({ mistakes: _, encoding: _e, unknownLabels, suggested: _s, ...figures }) {
    return { ...figures, ...(unknownLabels.length > 0 ? { unknownLabels } : {}) };
  },
  report: (labelSets) => ({ labelSets }),
};

export const AMOUNTS: OutputKind<AmountCorpus, TextRegressor, RegressorEvaluation> = {
  what: "regressor",
  epochs: "losses: mean squared errors as shares of the variance, 1 − R²",
  read: readAmountCorpus,
  checkLearned: () => {},
  remarks: () => [],
  checkTest: () => {},
  train: (corpus, options) => TextRegressor.train(corpus, options),
  evaluate: (made, corpus, options) => made.evaluate(corpus, options),
  overview: ({ corpus, rows }) => ({
    classes: [],
    amounts: amountSummary(Float64Array.from(rows, (row) => corpus.value(row))),
  }),
  worst: (evaluation, most) => ({ ...evaluation, mistakes: evaluation.mistakes.slice(0, most) }),
  leftOut: () => [],
  text: amountsText,
  summary: ({ mistakes: _, encoding: _e, ...figures }) => figures,
  report: (amounts) => ({ amounts }),
};
