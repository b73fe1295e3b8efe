import { inputError, oneOf, wholeNumber } from "../../errors.js";
import { AucBuckets } from "./auc.js";
import { type ConfusionMatrix, confusionScores, emptyConfusion } from "./confusion.js";
import { argMax, classCount, DEFAULT_THRESHOLD, predictedClass, ratio } from "./predictions.js";

/** The names that `compile({ metrics })` takes. */
export const METRIC_NAMES = ["accuracy", "precision", "recall", "f1", "mcc", "auc"] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** Checks a name from the user; "acc" means accuracy, as in Keras. */
export function metricName(name: unknown): MetricName {
  return name === "acc" ? "accuracy" : oneOf(name, METRIC_NAMES, "metrics");
}

/** How accuracy reads a batch; the same choice as Keras's: see `accuracyKind`. */
export type AccuracyKind = "binary" | "sparse" | "categorical";

/** Keras: one output is binary; else targets of one number a row are sparse class numbers, wider ones categorical. */
export function accuracyKind(outputs: number, targetWidth: number): AccuracyKind {
  if (outputs === 1) return "binary";
  return targetWidth === 1 ? "sparse" : "categorical";
}

export interface MetricShape {
  /** Width of a prediction row. */
  outputs: number;
  /** Width of a target row: 1 for labels, `outputs` for one-hot rows. Default 1. */
  targetWidth?: number;
  /** One output only. Default 0.5. */
  threshold?: number;
}

/**
 * Metrics of an epoch, added up batch by batch; nothing is allocated in `update`.
 *
 * accuracy as Keras resolves it; precision, recall and f1 are those of class 1 with one output and the mean over
 * classes (macro) with more; auc as Keras's AUC. Undefined ratios are 0, and so is every result before the first row.
 */
export class MetricAccumulator {
  readonly names: readonly MetricName[];
  readonly #outputs: number;
  readonly #targetWidth: number;
  readonly #kind: AccuracyKind;
  readonly #threshold: number;
  readonly #matrix: ConfusionMatrix | undefined;
  readonly #buckets: AucBuckets | undefined;
  #correct = 0;
  #total = 0;

  constructor(names: readonly MetricName[], { outputs, targetWidth = 1, threshold }: MetricShape) {
    this.names = names;
    this.#outputs = wholeNumber(outputs, "metrics outputs", 1);
    this.#targetWidth = targetWidth;
    this.#kind = accuracyKind(outputs, targetWidth);
    this.#threshold = Math.fround(threshold ?? DEFAULT_THRESHOLD);
    if (targetWidth !== 1 && targetWidth !== outputs) {
      throw inputError({ expected: `1 or ${outputs}`, where: "metrics targetWidth", received: targetWidth });
    }
    if (names.some((name) => name !== "accuracy" && name !== "auc")) {
      this.#matrix = emptyConfusion(classCount(outputs));
    }
    if (names.includes("auc")) this.#buckets = new AucBuckets();
  }

  reset(): void {
    this.#correct = 0;
    this.#total = 0;
    for (const row of this.#matrix ?? []) row.fill(0);
    this.#buckets?.reset();
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
  ): void {
    for (let row = 0; row < rows; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      const predicted = predictedClass(probabilities, row, this.#outputs, this.#threshold);
      const label = this.#label(targets, row);
      this.#total += weight;
      if (predicted === label) this.#correct += weight;
      if (this.#matrix !== undefined) addTo(this.#matrix, label, predicted, weight);
      if (this.#buckets !== undefined) this.#addScores(this.#buckets, probabilities, row, label, weight);
    }
  }

  /** The metrics so far, by name. */
  result(): Partial<Record<MetricName, number>> {
    const scores = this.#matrix && confusionScores(this.#matrix);
    const focus = this.#outputs === 1 ? scores?.perClass[1] : scores?.macro;
    const value = (name: MetricName): number => {
      if (name === "accuracy") return ratio(this.#correct, this.#total);
      if (name === "auc") return this.#buckets?.area() ?? 0;
      if (name === "mcc") return scores?.mcc ?? 0;
      return focus?.[name] ?? 0;
    };
    return Object.fromEntries(this.names.map((name) => [name, value(name)]));
  }

  /** Binary and sparse targets are read as they are: one that is no class number never counts as right. */
  #label(targets: ArrayLike<number>, row: number): number {
    if (this.#kind === "categorical") return argMax(targets, row * this.#targetWidth, this.#targetWidth);
    return targets[row]!;
  }

  #addScores(buckets: AucBuckets, scores: ArrayLike<number>, row: number, label: number, weight: number) {
    for (let k = 0; k < this.#outputs; k++) {
      const positive = this.#outputs === 1 ? label !== 0 : label === k;
      buckets.add(scores[row * this.#outputs + k]!, positive, weight);
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
