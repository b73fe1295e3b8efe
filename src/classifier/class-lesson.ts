/** What a classifier of one label a text learns: which of its classes a row is of. */
import type { Callback, Model } from "../model/model.js";
import { checkOutputs } from "../network/text-fits.js";
import { isOneHot, type Loss, losses, lossOfLabels } from "../objectives/losses.js";
import { type ConfusionMatrix, confusionMatrix, confusionScores } from "../objectives/metrics/confusion.js";
import { type Corpus, classLookup } from "./corpus.js";
import type { Lesson } from "./lesson.js";
import type { Start } from "./options.js";
import { answersTo, type HeldOut } from "./row-files.js";

const added = (one: ConfusionMatrix, other: ConfusionMatrix): ConfusionMatrix =>
  one.map((row, k) => row.map((rows, m) => rows + other[k]![m]!));

/** The classes of a corpus's rows. */
export class ClassLesson implements Lesson {
  readonly labels: readonly string[];
  readonly stratum: (row: number) => number;
  readonly metrics = ["accuracy"] as const;
  readonly stopping: Lesson["stopping"];

  /**
   * @param start whose labels keep their outputs
   * @param balance whether classes are to count alike
   */
  constructor(
    corpus: Corpus,
    private readonly start: Pick<Start, "model" | "labels" | "threshold"> | null,
    private readonly balance: boolean,
  ) {
    this.labels = corpus.labels(start?.labels);
    this.stratum = classLookup(corpus, this.labels);
    this.stopping = balance ? { monitor: "valMacroF1", mode: "max", tieBreaker: "valLoss" } : undefined;
  }

  get outputs() {
    return { classes: this.labels.length };
  }

  check(model: Model): void {
    checkOutputs(model, this.labels.length);
  }

  /** The loss of class numbers: the model's own where it is that, or says the same of one-hot rows. */
  lossFor({ outputSize }: Model, own: Loss | undefined): Loss {
    const name = lossOfLabels(outputSize);
    if (own?.name === name) return own;
    if (outputSize === 1 || !own || !isOneHot(own)) return losses[name]();
    return losses.sparseCategoricalCrossentropy({ fromLogits: own.fromLogits, reduction: own.reduction });
  }

  targets(rows: ArrayLike<number>): Float32Array {
    return Float32Array.from(rows, this.stratum);
  }

  target(row: number): number {
    return this.stratum(row);
  }

  /** rows / (classes · rows of the class), as scikit-learn's "balanced". */
  classWeight(rows: Uint32Array): Record<number, number> | null {
    if (!this.balance) return null;
    const counts = this.counts(rows);
    const present = counts.filter((count) => count > 0).length;
    return Object.fromEntries(counts.map((count, k) => [k, rows.length / (present * Math.max(1, count))]));
  }

  /** Of labels that are to count alike: `valMacroF1`. Its name puts it before others. */
  watcher(model: Model, heldOut: HeldOut): Callback | null {
    if (!this.balance) return null;
    const threshold = this.thresholdOf(model);
    return {
      name: "valMacroF1",
      onEpochEnd({ model }, logs) {
        const outputs = model.outputSize;
        const asked = outputs === 1 ? { outputs, threshold } : { outputs };
        const counts: ConfusionMatrix[] = [];
        for (const [probabilities, labels] of answersTo(model, heldOut))
          counts.push(confusionMatrix({ ...asked, probabilities, labels }));
        logs["valMacroF1"] = confusionScores(counts.reduce(added)).macro.f1;
      },
    };
  }

  /** By what the second of two labels is answered: as before, unless there are other outputs now. */
  thresholdOf({ outputSize }: Model): number {
    return this.start && this.start.model.outputSize === outputSize ? this.start.threshold : 0.5;
  }

  perLabel(rows: ArrayLike<number>): Record<string, number> {
    const counts = this.counts(rows);
    return Object.fromEntries(this.labels.map((label, k) => [label, counts[k]!]));
  }

  private counts(rows: ArrayLike<number>): number[] {
    const counts = new Array<number>(this.labels.length).fill(0);
    for (let i = 0; i < rows.length; i++) counts[this.stratum(rows[i]!)]!++;
    return counts;
  }
}
