/** What a regressor learns: an amount a row. */
import { inputError } from "../base/errors.js";
import { Dense } from "../layers/dense.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import { checkUnits } from "../network/text-fits.js";
import { type Loss, losses } from "../objectives/losses.js";
import type { AmountCorpus } from "./amount-corpus.js";
import { checkLastActivation, type Lesson } from "./lesson.js";
import { type Spread, spreadOf } from "./spread.js";

/**
 * The amounts of a corpus's rows. In training they are standard scores, (value − mean) / deviation of the rows that are learned
 * from, so that steps are of one size whatever the unit; the loss is then their mean squared error as a share of the variance,
 * 1 − R² of these rows. In the end the last layer takes the unit in: the network puts out amounts.
 */
export class AmountLesson implements Lesson {
  readonly labels: readonly string[] = [];
  private readonly strata: Int32Array;
  readonly metrics = [];
  readonly outputs = { classes: 1, output: "amount" } as const;
  private readonly values: Float64Array;
  private spread: Spread = { mean: 0, deviation: 1 };

  constructor(corpus: AmountCorpus) {
    this.values = corpus.values();
    this.strata = corpus.strata();
  }

  stratum(row: number): number {
    return this.strata[row]!;
  }

  check(model: Model): void {
    checkUnits(model, 1, "the amount");
    checkLastActivation(model, "linear", "an amount may be any number");
    lastDense(model);
  }

  lossFor(_: Model, own: Loss | undefined): Loss {
    return own?.name === "meanSquaredError" ? own : losses.meanSquaredError();
  }

  /** @throws InputError where the rows have one amount only, or a network would not tell them apart */
  begin(rows: Uint32Array): void {
    const values = Float64Array.from(rows, (row) => this.values[row]!);
    this.spread = spreadOf(values);
    if (this.spread.deviation > 0) return;
    throw inputError({
      expected: "amounts that differ",
      where: "data",
      received: values.length === 0 ? "no rows" : `${values[0]} in ${values.length} rows`,
    });
  }

  targets(rows: ArrayLike<number>): Float32Array {
    const { mean, deviation } = this.spread;
    return Float32Array.from(rows, (row) => (this.values[row]! - mean) / deviation);
  }

  /**
   * A network that was trained before puts out amounts: where these are nearer to the rows' amounts than, as they are, to the
   * standard scores, the unit is taken out of its last layer.
   */
  prepare(model: Model, x: Rows, targets: Float32Array): void {
    const { mean, deviation } = this.spread;
    const rows = Math.min(x.rows, JUDGED_ROWS);
    const width = x.data.length / x.rows;
    const some = { ...x, data: x.data.subarray(0, rows * width), rows };
    const outputs = model.predictFlat(some).data;
    let [asAmounts, asScores] = [0, 0];
    for (let row = 0; row < rows; row++) {
      asAmounts += ((outputs[row]! - mean) / deviation - targets[row]!) ** 2;
      asScores += (outputs[row]! - targets[row]!) ** 2;
    }
    if (asAmounts < asScores) rescale(model, 1 / deviation, -mean / deviation);
  }

  perLabel(): Record<string, number> {
    return {};
  }

  /** Puts the unit into the last layer. */
  finish(model: Model): void {
    rescale(model, this.spread.deviation, this.spread.mean);
  }
}

/** Rows by which it is told what a network puts out. */
const JUDGED_ROWS = 512;

/** Has a network put out factor · y + shift in place of y, by its last layer. */
function rescale(model: Model, factor: number, shift: number): void {
  const own = `${lastDense(model).name}/`;
  model.setWeights(
    model.getWeights().map(({ name, shape, data }) => {
      if (!name.startsWith(own)) return data;
      return data.map((weight) => weight * factor + (shape.length === 1 ? shift : 0));
    }),
  );
}

/** The layer that takes the unit in. */
function lastDense({ outputNode: { layer }, name }: Model): Dense {
  if (layer instanceof Dense && layer.options.useBias) return layer;
  throw inputError({
    expected: "a last layer that is a Dense with a bias, to take in the unit of the amounts",
    where: `model ${name}`,
    received: `${layer.className} ${layer.name}`,
  });
}
