/** What a regressor learns: an amount a row. */
import { inputError } from "../base/errors.js";
import { Dense } from "../layers/dense.js";
import type { Model } from "../model/model.js";
import { checkUnits } from "../network/text-fits.js";
import { type Loss, losses } from "../objectives/losses.js";
import type { AmountCorpus } from "./amount-corpus.js";
import { checkLastActivation, type Lesson } from "./lesson.js";

/** A smaller deviation beside the mean would be lost in float32. */
const LEAST_SPREAD = 1e-5;

/**
 * The amounts of a corpus's rows. In training they are standard scores, (value − mean) / deviation of the rows that are learned
 * from, so that steps are of one size whatever the unit; the loss is then their mean squared error as a share of the variance,
 * 1 − R² of these rows. In the end the last layer takes the unit in: the network puts out amounts.
 */
export class AmountLesson implements Lesson {
  readonly labels: readonly string[] = [];
  readonly strata: Int32Array;
  readonly metrics = [];
  readonly outputs = { classes: 1, output: "amount" } as const;
  private readonly values: Float64Array;
  private mean = 0;
  private deviation = 1;

  constructor(corpus: AmountCorpus) {
    this.values = corpus.values();
    this.strata = corpus.strata();
  }

  check(model: Model): void {
    checkUnits(model, 1, "the amount");
    checkLastActivation(model, "linear", "an amount may be any number");
    lastDense(model);
  }

  lossFor(_: Model, own: Loss | undefined): Loss {
    return own?.name === "meanSquaredError" ? own : losses.meanSquaredError();
  }

  /** @throws InputError where the rows have one amount only */
  begin(rows: Uint32Array): void {
    const values = Float64Array.from(rows, (row) => this.values[row]!);
    this.mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const squares = values.reduce((sum, value) => sum + (value - this.mean) ** 2 / values.length, 0);
    this.deviation = Math.sqrt(squares);
    const first = values[0];
    if (first === undefined || values.every((value) => value === first) || !Number.isFinite(this.deviation)) {
      throw inputError({
        expected: "amounts that differ, within the range of numbers",
        where: "data",
        received: first === undefined ? "no rows" : `${first} in ${values.length} rows`,
      });
    }
    if (this.deviation >= LEAST_SPREAD * Math.abs(this.mean)) return;
    throw inputError({
      expected: "amounts that differ within the seven digits that a network has",
      where: "data",
      received: `a deviation of ${this.deviation} around ${this.mean}`,
      next: "Subtract what they have in common.",
    });
  }

  targets(rows: ArrayLike<number>): Float32Array {
    return Float32Array.from(rows, (row) => (this.values[row]! - this.mean) / this.deviation);
  }

  perLabel(): Record<string, number> {
    return {};
  }

  /** Puts the unit into the last layer: kernel · deviation, bias · deviation + mean. */
  finish(model: Model): void {
    const own = `${lastDense(model).name}/`;
    const { mean, deviation } = this;
    model.setWeights(
      model.getWeights().map(({ name, shape, data }) => {
        if (!name.startsWith(own)) return data;
        return data.map((weight) => weight * deviation + (shape.length === 1 ? mean : 0));
      }),
    );
  }
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
