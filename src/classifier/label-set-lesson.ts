/** What a classifier of several labels a text learns: for each label by itself, whether a row has it. */
import { inputError } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { checkUnits } from "../network/text-fits.js";
import { type Loss, losses } from "../objectives/losses.js";
import { metrics } from "../objectives/metrics/makers.js";
import type { LabelSetCorpus } from "./label-set-corpus.js";
import { checkLastActivation, type Lesson } from "./lesson.js";

/** The labels of a corpus's rows. */
export class LabelSetLesson implements Lesson {
  readonly labels: readonly string[];
  private readonly strata: Int32Array;
  /** The share of questions (rows times labels) that are answered rightly: argmax would compare labels with each other. */
  readonly metrics = [metrics.binaryAccuracy({ name: "accuracy" })];

  constructor(private readonly corpus: LabelSetCorpus) {
    this.labels = corpus.labels();
    this.strata = corpus.strata();
  }

  stratum(row: number): number {
    return this.strata[row]!;
  }

  get outputs() {
    return { classes: this.labels.length, output: "labels" } as const;
  }

  check(model: Model): void {
    checkUnits(model, this.labels.length, "one a label");
    checkLastActivation(model, "sigmoid", "each label is a question of its own");
  }

  lossFor(_: Model, own: Loss | undefined): Loss {
    if (own?.name !== "binaryCrossentropy") return losses.binaryCrossentropy();
    if (!own.fromLogits) return own;
    const next = "The last layer's sigmoid makes probabilities of them: compile with fromLogits: false.";
    throw inputError({ expected: "a loss of probabilities", where: "model loss", received: own, next });
  }

  targets(rows: ArrayLike<number>): Float32Array {
    return Float32Array.from(this.corpus.truth(rows, this.labels));
  }

  perLabel(rows: ArrayLike<number>): Record<string, number> {
    const truth = this.corpus.truth(rows, this.labels);
    const counts = new Array<number>(this.labels.length).fill(0);
    truth.forEach((one, i) => {
      counts[i % counts.length]! += one;
    });
    return Object.fromEntries(this.labels.map((label, k) => [label, counts[k]!]));
  }
}
