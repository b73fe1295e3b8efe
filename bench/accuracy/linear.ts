/** The baseline: TF-IDF of words and pairs of words, and logistic regression. */
import { classNames } from "../../src/data/labels.js";
import { stratifiedSplit } from "../../src/data/split.js";
import type { LabelledText } from "../../src/index.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import { classOf, fitLogistic, type Linear, lossOf, scoresOf } from "./logistic-regression.js";
import { TfIdf } from "./tf-idf.js";

const C_TRIED = [1, 10, 100];
const HELD_OUT = 0.2;

export class LinearClassifier {
  private constructor(
    readonly labels: readonly string[],
    private readonly tfIdf: TfIdf,
    private readonly linear: Linear,
  ) {}

  /** Nothing in it is random. @param c what a row's loss weighs against the weights; scikit-learn's default is 1 */
  static train(rows: readonly LabelledText[], c = 1): LinearClassifier {
    const labels = classNames(rows.map(({ label }) => label));
    const classes = rows.map(({ label }) => labels.indexOf(label));
    const { tfIdf, rows: x } = TfIdf.fit(rows.map(({ text }) => text));
    const linear = fitLogistic(x, classes, labels.length, tfIdf.idf.length, c);
    return new LinearClassifier(labels, tfIdf, linear);
  }

  /**
   * With the c that answers a fifth of the rows, held out, with the least cross-entropy; then all rows are learned from.
   * Rows of length 1 ask for more than 1 once there are thousands of them.
   */
  static tuned(rows: readonly LabelledText[]): LinearClassifier {
    const labels = classNames(rows.map(({ label }) => label));
    const classes = rows.map(({ label }) => labels.indexOf(label));
    const random = new Random(0, PURPOSE.split);
    const [kept, heldOut] = stratifiedSplit(classes, HELD_OUT, (row) => random.uniform(row));
    const [known, asked] = [kept, heldOut].map((part) => Array.from(part, (row) => rows[row]!));
    const losses = C_TRIED.map((c) => LinearClassifier.train(known!, c).crossEntropy(asked!));
    return LinearClassifier.train(rows, C_TRIED[losses.indexOf(Math.min(...losses))]);
  }

  /** Summed over rows, in nats. */
  private crossEntropy(rows: readonly LabelledText[]): number {
    const scores = this.scores(rows.map(({ text }) => text));
    return scores.reduce((sum, z, row) => sum + lossOf(z, this.labels.indexOf(rows[row]!.label)), 0);
  }

  /** [texts][scores]: one score with two labels, above 0 for the second; else one a label. */
  scores(texts: readonly string[]): Float64Array[] {
    return scoresOf(this.linear, this.tfIdf.transform(texts));
  }

  predict(texts: readonly string[]): string[] {
    return this.scores(texts).map((z) => this.labels[classOf(z)]!);
  }

  /** All that answering takes: the terms a line each; idf and weights as float32. */
  toBytes(): Uint8Array {
    const terms = new TextEncoder().encode([...this.tfIdf.terms].join("\n"));
    const numbers = Float32Array.from([...this.tfIdf.idf, ...this.linear.weights]);
    const bytes = new Uint8Array(terms.length + numbers.byteLength);
    bytes.set(terms);
    bytes.set(new Uint8Array(numbers.buffer), terms.length);
    return bytes;
  }
}
