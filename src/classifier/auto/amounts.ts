/**
 * Amounts: one number a text, by ridge regression over n-grams; as a network, a Dense layer of one linear unit behind the
 * table of n-grams. A text of no known n-gram is answered by the mean.
 */
import { inputError } from "../../base/errors.js";
import type { Pieces } from "../../base/pieces.js";
import type { FeatureRows } from "../../tokens/sparse-texts.js";
import {
  type RidgeBlock,
  type RidgeSolution,
  ridgeScores,
  ridgeWeights,
  solveRidge,
} from "../../train/ridge.js";
import { LARGEST_AMOUNT, spreadOf } from "../spread.js";
import { strataOfAmounts } from "../strata.js";
import {
  type Counted,
  computeOf,
  countedRows,
  encoderFor,
  type JudgedOutputs,
  judgedParts,
  judgedRows,
  type Learned,
  type Learner,
  type LinearData,
  type LinearModel,
  type LinearOutputOptions,
  learn,
  type OutputPart,
  placesHeldOut,
  recordFor,
  rowsToLearn,
} from "./linear-outputs.js";
import { type GroupRows, type GroupWeights, groupRows, groupStrength, spread } from "./ngram-groups.js";
import { type NgramWeights, ngramNetwork, putColumn } from "./ngram-network.js";
import type { OutputRecipe } from "./output-recipes.js";
import type { Steps } from "./steps.js";

export interface Amounts extends LinearModel {
  /** Rows that were held out. */
  readonly heldOut: {
    /** Which they are among the rows that were given. */
    readonly rows: Uint32Array;
    /** [rows] by fits that had not seen the row, of the λ that the others ask for */
    readonly predicted: Float64Array;
  };
}

/**
 * Trains it.
 * @param values [rows] finite; by the order of `data.rows`
 * @throws InputError
 */
export async function trainAmounts(
  data: LinearData,
  values: Float64Array,
  options: LinearOutputOptions,
): Promise<Amounts> {
  checkValues(values, data.rows.length);
  const notes: string[] = [];
  const drawn = rowsToLearn(data, options.seed, notes);
  const own = Float64Array.from(drawn, (row) => values[row]!);
  const { steps } = options;
  steps.begin("counting", "counting n-grams", drawn.length);
  const counted = await countedRows(data, drawn, strataOfAmounts(own), 1, options);
  const learner = new AmountLearner(counted, own, options.seed, steps);
  const learned = await learn(counted, learner, steps, options.maxSize);
  steps.begin("assembling", "assembling the regressor");
  const encoder = await steps.run(encoderFor(counted, learned, 1));
  const weights = await steps.run(weightsOf(learned, learner));
  const compute = { seed: options.seed, ...computeOf(options) };
  const model = await steps.run(ngramNetwork(weights, "linear", null, compute));
  if (learner.isConstant) notes.push("All rows have the same amount: it is the answer, whatever the text");
  if (!learner.isSolved) {
    notes.push(
      `The weights were not found to ${TOLERANCE} of the amounts in ${MOST_ITERATIONS} steps: they are as far as that leads`,
    );
  }
  const { mean, deviation } = learner;
  return {
    ...{ model, encoder },
    heldOut: {
      rows: placesHeldOut(counted),
      predicted: learned.judged.predicted.map((one) => mean + deviation * one),
    },
    record: recordFor(counted, learned, learner.unit, "mean squared error", notes),
  };
}

function checkValues(values: Float64Array, rows: number): void {
  const where = "values";
  if (values.length !== rows)
    throw inputError({ expected: `${rows} amounts`, where, received: values.length });
  const other = values.findIndex((value) => !(Math.abs(value) <= LARGEST_AMOUNT));
  if (other < 0) return;
  throw inputError({
    expected: `numbers from −${LARGEST_AMOUNT} to ${LARGEST_AMOUNT}`,
    where,
    received: values[other],
  });
}

/** λ: rows are of length 1 in each group of n-grams, whatever amounts are counted in. */
const PENALTIES = [1 / 16, 1 / 4, 1, 4, 16, 64, 256];
/** Errors of rows held out have settled to three digits by then. */
const TOLERANCE = 1e-3;
const MOST_ITERATIONS = 200;

/** What is judged of amounts, in standard deviations from the mean. */
interface JudgedAmounts extends JudgedOutputs {
  /** [rows held out] */
  readonly predicted: Float64Array;
  /** λ with the least error of all rows held out. */
  readonly penalty: number;
}

/** Fits and judges ridge regressions. */
class AmountLearner implements Learner<JudgedAmounts> {
  readonly columns = 1;
  readonly unit: number;
  readonly mean: number;
  readonly deviation: number;
  /** Whether the last fit to all rows reached the tolerance. */
  isSolved = true;
  /** [rows] in standard deviations from the mean */
  private readonly values: Float64Array;
  /** [rows held out] which they are, and which part each is of */
  private readonly rows: Uint32Array;
  private readonly parts: Uint8Array;

  constructor(
    counted: Counted,
    values: Float64Array,
    seed: number,
    private readonly steps: Steps,
  ) {
    const { mean, deviation } = spreadOf(values);
    this.mean = mean;
    this.isConstant = deviation === 0;
    this.deviation = deviation || 1;
    this.unit = this.deviation ** 2;
    this.values = values.map((value) => (this.isConstant ? 0 : (value - this.mean) / this.deviation));
    this.rows = judgedRows(counted);
    this.parts = judgedParts(counted, seed);
  }

  readonly isConstant: boolean;

  async judge(recipe: OutputRecipe, parts: readonly OutputPart[]): Promise<JudgedAmounts> {
    const truth = Float64Array.from(this.rows, (row) => this.values[row]!);
    const answers = PENALTIES.map(() => new Float64Array(truth.length));
    const plain = new Float64Array(truth.length);
    const solutions: RidgeSolution[][] = [];
    let from = 0;
    for (const { fold, fit, judge } of parts) {
      const own = Float64Array.from(fold.fit, (row) => this.values[row]!);
      const mean = meanOf(own);
      const { steps } = this;
      const blocks = await steps.run(blocksFor(recipe, fit));
      const solved = await this.solve(blocks, own, PENALTIES);
      const judged = await steps.run(blocksFor(recipe, judge));
      for (const [p, { dual }] of solved.entries()) {
        const weights = await steps.run(ridgeWeights(blocks, dual));
        const scores = await steps.run(ridgeScores(judged, weights));
        answers[p]!.set(
          scores.map((score) => mean + score),
          from,
        );
      }
      plain.fill(mean, from, from + judge.rows);
      solutions.push(solved);
      from += judge.rows;
    }
    const errors = answers.map((each) => each.map((answer, i) => (answer - truth[i]!) ** 2));
    const { predicted, losses } = this.crossPicked(answers, errors);
    const best = leastOf(errors, () => true);
    return {
      ...{ predicted, losses, penalty: PENALTIES[best]!, deviations: recipe.groups.map(() => 1) },
      baseline: plain.map((answer, i) => (answer - truth[i]!) ** 2),
      *strengths(part) {
        const { fit } = parts[part]!;
        const found: Float32Array[] = [];
        for (const group of yield* groupsOf(recipe, fit, solutions[part]![best]!)) {
          found.push(yield* groupStrength(group, fit.features));
        }
        return found;
      },
    };
  }

  async fit(recipe: OutputRecipe, data: FeatureRows, { penalty }: JudgedAmounts): Promise<GroupWeights[]> {
    const { steps } = this;
    const [solution] = await this.solve(await steps.run(blocksFor(recipe, data)), this.values, [penalty]);
    this.isSolved = solution!.solved;
    return steps.run(groupsOf(recipe, data, solution!));
  }

  private async solve(
    blocks: readonly RidgeBlock[],
    values: Float64Array,
    penalties: readonly number[],
  ): Promise<RidgeSolution[]> {
    const mean = meanOf(values);
    const targets = values.map((value) => value - mean);
    const options = { tolerance: TOLERANCE, iterations: MOST_ITERATIONS, turns: this.steps };
    return solveRidge(blocks, targets, penalties, options);
  }

  /** Rows held out, each answered by the λ that has the least error of the other parts. */
  private crossPicked(answers: readonly Float64Array[], errors: readonly Float64Array[]) {
    const { parts } = this;
    const [predicted, losses] = [new Float64Array(parts.length), new Float64Array(parts.length)];
    for (const part of new Set(parts)) {
      const best = leastOf(errors, (i) => parts[i] !== part);
      for (let i = 0; i < parts.length; i++) {
        if (parts[i] !== part) continue;
        predicted[i] = answers[best]![i]!;
        losses[i] = errors[best]![i]!;
      }
    }
    return { predicted, losses };
  }
}

/** The recipe's groups as a regression has them. */
function* blocksFor(recipe: OutputRecipe, data: FeatureRows): Pieces<RidgeBlock[]> {
  const found: RidgeBlock[] = [];
  for (const blocks of recipe.groups) {
    const { rows, scales } = yield* groupRows(data, blocks);
    found.push({ ...rows, scales });
  }
  return found;
}

function* groupsOf(recipe: OutputRecipe, data: FeatureRows, { dual }: RidgeSolution): Pieces<GroupWeights[]> {
  const own: GroupRows[] = [];
  for (const blocks of recipe.groups) own.push(yield* groupRows(data, blocks));
  const weights = yield* ridgeWeights(
    own.map(({ rows, scales }) => ({ ...rows, scales })),
    dual,
  );
  return own.map(({ blocks, places }, g) => {
    return { blocks, places, columns: [Float32Array.from(weights[g]!)], bias: [0] };
  });
}

/** Which has the least sum over some rows, of equal ones the last: λ is then the largest. */
function leastOf(errors: readonly Float64Array[], isIn: (row: number) => boolean): number {
  const sums = errors.map((each) => each.reduce((sum, error, i) => sum + (isIn(i) ? error : 0), 0));
  return sums.lastIndexOf(Math.min(...sums));
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

/** The table of n-grams, and what turns its sums into amounts. */
function* weightsOf({ groups, data }: Learned<JudgedAmounts>, learner: AmountLearner): Pieces<NgramWeights> {
  const columns = groups.length + 1;
  const table = new Float32Array((data.features + 2) * columns);
  const kernel = new Float32Array(columns);
  for (const [g, group] of groups.entries()) {
    const weights = spread(group, group.columns[0]!, data.features);
    kernel[g] = learner.deviation * (yield* putColumn({ table, columns }, g, weights));
  }
  table[table.length - 1] = 1;
  return { table, columns, kernel, bias: Float32Array.of(learner.mean) };
}
