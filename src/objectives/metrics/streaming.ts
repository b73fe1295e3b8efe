/** The metrics that `compile` names, added up over the batches of an epoch or an evaluation. */
import { inputError, oneOf, wholeNumber } from "../../base/errors.js";
import { type Accumulator, type Logits, type MetricBatch, weightIn } from "./accumulator.js";
import { rocAreas } from "./auc.js";
import { buildMetric } from "./build.js";
import { type ConfusionMatrix, confusionScores, emptyConfusion } from "./confusion.js";
import { METRIC_KINDS, type Metric, makeMetric } from "./metric.js";
import type { MetricKind } from "./options.js";
import { argMax, classCount, DEFAULT_THRESHOLD, predictedClass, ratio } from "./predictions.js";

/** Plain names: they suit themselves to the model's outputs and targets. */
export const METRIC_NAMES = ["accuracy", "precision", "recall", "f1", "mcc", "auc"] as const;
/** Metrics without settings, by name. */
export type MetricName = (typeof METRIC_NAMES)[number];

/** What `compile({ metrics })` takes: a plain name, the name of one of `metrics` as it is without settings, or one made. */
export type MetricLike = MetricName | "acc" | MetricKind | Metric;

/** Checks a name from the user; "acc" means accuracy, as in Keras. */
export function metricName(name: unknown): MetricName {
  return name === "acc" ? "accuracy" : oneOf(name, METRIC_NAMES, "metrics");
}

/** Checks what the user named or made. */
export function resolveMetric(given: unknown): MetricName | Metric {
  if (typeof given !== "object" || given === null) {
    if ((METRIC_NAMES as readonly unknown[]).includes(given) || !METRIC_KINDS.includes(given as MetricKind)) {
      return given === "acc"
        ? "accuracy"
        : oneOf(given, [...METRIC_NAMES, ...METRIC_KINDS] as MetricName[], "metrics");
    }
    return makeMetric(given as MetricKind, {});
  }
  const { metric, name, settings } = given as Partial<Metric>;
  const kind = oneOf(metric, METRIC_KINDS, "metrics");
  return makeMetric(kind, { ...settings, ...(name === undefined ? {} : { name }) } as object);
}

/** How accuracy reads a batch; the same choice as Keras's: see `accuracyKind`. */
export type AccuracyKind = "binary" | "sparse" | "categorical";

/** Keras: one output is binary; else targets of one number a row are sparse class numbers, wider ones categorical. */
export function accuracyKind(outputs: number, targetWidth: number): AccuracyKind {
  if (outputs === 1) return "binary";
  return targetWidth === 1 ? "sparse" : "categorical";
}

export interface MetricOptions {
  /** Width of a prediction row. */
  outputs: number;
  /** Width of a target row: 1 for labels, `outputs` for one-hot rows. Default 1. */
  targetWidth?: number;
  /** One output only. Default 0.5. */
  threshold?: number;
  /** With more outputs: each is a yes-or-no question of its own, and a row has no one class. Default false. */
  independent?: boolean;
}

/**
 * Metrics of an epoch, added up batch by batch.
 *
 * Of the plain names, accuracy is as Keras resolves it, and auc as Keras's AUC; precision, recall and f1 are those of
 * class 1 with one output, the mean over classes (macro) with more, and those of all outputs of all rows together,
 * each above 0.5 or not, where outputs are independent; mcc likewise. Undefined ratios are 0, and so is every result
 * before the first row. Those with settings are as Keras's.
 */
export class MetricAccumulator {
  readonly names: readonly string[];
  readonly #parts: readonly Accumulator[];

  constructor(
    metrics: readonly (MetricName | Metric)[],
    { outputs, targetWidth = 1, threshold, independent = false }: MetricOptions,
  ) {
    wholeNumber(outputs, "metrics outputs", 1);
    if (targetWidth !== 1 && targetWidth !== outputs) {
      throw inputError({ expected: `1 or ${outputs}`, where: "metrics targetWidth", received: targetWidth });
    }
    const shape = { outputs, targetWidth };
    const look = { ...shape, threshold: Math.fround(threshold ?? DEFAULT_THRESHOLD), independent };
    const classes = new ClassCounts(look);
    this.names = metrics.map((metric) => (typeof metric === "string" ? metric : metric.name));
    this.#parts = metrics.map((metric): Accumulator => {
      if (typeof metric !== "string") return buildMetric(metric, shape);
      if (metric === "auc") return rocAreas(shape);
      if (metric === "accuracy") return new Accuracy(look);
      return classes.of(metric);
    });
  }

  reset(): void {
    for (const part of this.#parts) part.reset();
  }

  /**
   * Adds `rows` rows: probabilities [rows][outputs], targets [rows][targetWidth], weights [rows] if any.
   * Keras weighs `metrics` by nothing but the mask; sample weights belong to its `weighted_metrics`.
   */
  update(
    probabilities: ArrayLike<number>,
    targets: ArrayLike<number>,
    rows: number,
    weights?: ArrayLike<number>,
    logits?: Logits | null,
  ): void {
    for (const part of this.#parts) part.update({ outputs: probabilities, targets, rows, weights, logits });
  }

  /** The metrics so far, each with a name. */
  values(names: readonly string[]): [string, number | number[]][] {
    return this.#parts.map((part, i) => [names[i]!, part.result()]);
  }

  /** The metrics so far, by name; of those with several values, each by its place: "recall[0]". */
  result(): Record<string, number> {
    return byName(this.values(this.names));
  }
}

export function byName(values: readonly (readonly [string, number | number[]])[]): Record<string, number> {
  return Object.fromEntries(
    values.flatMap(([name, value]): [string, number][] =>
      typeof value === "number" || value.length === 1
        ? [[name, Number(value)]]
        : value.map((each, k) => [`${name}[${k}]`, each]),
    ),
  );
}

interface Look {
  outputs: number;
  targetWidth: number;
  threshold: number;
  independent: boolean;
}

/** Binary and sparse targets are read as they are: one that is no class number never counts as right. */
function labelIn({ targetWidth, outputs }: Look, targets: ArrayLike<number>, row: number): number {
  const kind = accuracyKind(outputs, targetWidth);
  return kind === "categorical" ? argMax(targets, row * targetWidth, targetWidth) : targets[row]!;
}

class Accuracy implements Accumulator {
  private correct = 0;
  private total = 0;

  constructor(private readonly look: Look) {}

  reset(): void {
    this.correct = 0;
    this.total = 0;
  }

  update(batch: MetricBatch): void {
    const { outputs, threshold } = this.look;
    for (let row = 0; row < batch.rows; row++) {
      const weight = weightIn(batch, row);
      this.total += weight;
      const predicted = predictedClass(batch.outputs, row, outputs, threshold);
      if (predicted === labelIn(this.look, batch.targets, row)) this.correct += weight;
    }
  }

  result(): number {
    return ratio(this.correct, this.total);
  }
}

/** One confusion matrix for all the plain metrics that come from it. */
class ClassCounts {
  private matrix: ConfusionMatrix | null = null;
  /** Outputs that are independent are rows of one output. */
  private readonly look: Look;
  private readonly questions: number;

  constructor(look: Look) {
    this.questions = look.independent ? look.outputs : 1;
    this.look = look.independent ? { ...look, outputs: 1, targetWidth: 1 } : look;
  }

  /** The first of the metrics that are taken from here keeps the matrix up to date for all. */
  of(name: Exclude<MetricName, "accuracy" | "auc">): Accumulator {
    const leads = this.matrix === null;
    this.matrix ??= emptyConfusion(classCount(this.look.outputs));
    const { matrix } = this;
    return {
      reset: () => {
        if (leads) for (const row of matrix) row.fill(0);
      },
      update: (batch) => {
        if (leads) this.add(matrix, batch);
      },
      result: () => {
        const scores = confusionScores(matrix);
        if (name === "mcc") return scores.mcc;
        return (this.look.outputs === 1 ? scores.perClass[1]! : scores.macro)[name];
      },
    };
  }

  private add(matrix: ConfusionMatrix, batch: MetricBatch): void {
    const { look, questions } = this;
    for (let at = 0; at < batch.rows * questions; at++) {
      const predicted = predictedClass(batch.outputs, at, look.outputs, look.threshold);
      const weight = weightIn(batch, Math.floor(at / questions));
      addTo(matrix, labelIn(look, batch.targets, at), predicted, weight);
    }
  }
}

function addTo(matrix: ConfusionMatrix, label: number, predicted: number, weight: number): void {
  const row = matrix[label];
  if (row === undefined) {
    throw inputError({
      expected: `a class number from 0 to ${matrix.length - 1}`,
      where: "metrics targets",
      received: label,
    });
  }
  row[predicted]! += weight;
}
