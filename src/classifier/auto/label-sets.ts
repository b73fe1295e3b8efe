/**
 * Sets of labels: any number of them a text, each by itself. One linear support vector machine a label over n-grams, whose
 * scores Platt scaling makes probabilities; as a network, a Dense layer of sigmoids behind the table of n-grams.
 */
import { inputError, wholeNumber } from "../../base/errors.js";
import type { Pieces } from "../../base/pieces.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import { fitPlatt, type Logistic, logistic, logLossOf } from "../../objectives/platt.js";
import type { Block } from "../../tokens/ngrams.js";
import type { FeatureRows } from "../../tokens/sparse-texts.js";
import { type LinearOptions, type LinearProblem, LinearSolver, linearScores } from "../../train/linear.js";
import { strataOfSets } from "../strata.js";
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
  solverEngine,
} from "./linear-outputs.js";
import { type GroupRows, type GroupWeights, groupRows, groupStrength, spread } from "./ngram-groups.js";
import { type NgramWeights, ngramNetwork, putColumn } from "./ngram-network.js";
import type { OutputRecipe } from "./output-recipes.js";
import { easeFor } from "./pruning.js";
import { solvingFor } from "./solving.js";
import type { Steps } from "./steps.js";

export interface LabelSetOptions extends LinearOutputOptions {
  /** What notes call the labels. Default: their numbers, from 0. */
  readonly names?: readonly string[];
}

export interface LabelSets extends LinearModel {
  /** Rows that were held out. */
  readonly heldOut: {
    /** Which they are among the rows that were given. */
    readonly rows: Uint32Array;
    /** [rows][labels] by fits, and by calibrations, that had not seen the row */
    readonly probabilities: Float32Array;
  };
}

/** Labels that a network may have: its last layer holds a number for each pair of them, nearly all 0. */
const MOST_LABELS = 2000;

/**
 * Trains it.
 * @param truth [rows][labels] 1 for the labels that a row has, 0 for others; by the order of `data.rows`
 * @throws InputError
 */
export async function trainLabelSets(
  data: LinearData,
  truth: Uint8Array,
  labels: number,
  options: LabelSetOptions,
): Promise<LabelSets> {
  checkTruth(truth, data.rows.length, wholeNumber(labels, "labels", 1, MOST_LABELS));
  const notes: string[] = [];
  const drawn = rowsToLearn(data, options.seed, notes);
  const own = rowsOf(truth, drawn, labels);
  const { steps } = options;
  steps.begin("counting", "counting n-grams", drawn.length);
  const counted = await countedRows(
    data,
    drawn,
    strataOfSets(drawn.length, (row) => labelsIn(own, row, labels)),
    labels,
    options,
  );
  const learner = new LabelSetLearner(counted, own, labels, options.seed, await solverEngine(options), steps);
  const learned = await learn(counted, learner, steps, options.maxSize);
  steps.begin("assembling", "assembling the classifier");
  const encoder = await steps.run(encoderFor(counted, learned, labels));
  const weights = await steps.run(weightsOf(learned, learner));
  const compute = { seed: options.seed, ...computeOf(options) };
  const model = await steps.run(ngramNetwork(weights, "sigmoid", null, compute));
  const named = (found: readonly number[]) => namesOf(found, options.names);
  if (learner.constant.length > 0) {
    notes.push(
      `Fewer than 2 rows with, or without, a label: its probability is how common it is, whatever the text: ${named(learner.constant)}`,
    );
  }
  const untold = learner.live.filter((_, c) => learned.judged.calibrations[c]!.slope === 0);
  if (untold.length > 0) {
    notes.push(
      `On rows held out n-grams told nothing of a label: its probability is how common it is, whatever the text: ${named(untold)}`,
    );
  }
  return {
    ...{ model, encoder },
    heldOut: { rows: placesHeldOut(counted), probabilities: learned.judged.probabilities },
    record: recordFor(counted, learned, learner.unit, "log loss", notes),
  };
}

function checkTruth(truth: Uint8Array, rows: number, labels: number): void {
  const where = "truth";
  if (truth.length !== rows * labels) {
    const expected = `${rows} rows of ${labels} numbers`;
    throw inputError({ expected, where, received: `${truth.length} numbers` });
  }
  const other = truth.findIndex((one) => one > 1);
  if (other >= 0) throw inputError({ expected: "0 or 1", where, received: truth[other] });
}

/** The numbers of the labels that a row has. */
function labelsIn(truth: Uint8Array, row: number, labels: number): number[] {
  const own: number[] = [];
  for (let k = 0; k < labels; k++) if (truth[row * labels + k] === 1) own.push(k);
  return own;
}

/** [rows][labels] of some rows. */
export const rowsOf = (truth: Uint8Array, rows: Uint32Array, labels: number): Uint8Array => {
  const own = new Uint8Array(rows.length * labels);
  rows.forEach((row, i) => void own.set(truth.subarray(row * labels, (row + 1) * labels), i * labels));
  return own;
};

/** Labels that are named where there are many. */
const MOST_NAMED = 10;

function namesOf(found: readonly number[], names: readonly string[] | undefined): string {
  const more = found.length > MOST_NAMED ? `, … ${found.length} in all` : "";
  return `${found
    .slice(0, MOST_NAMED)
    .map((k) => names?.[k] ?? `label ${k}`)
    .join(", ")}${more}`;
}

/** A label of fewer rows, or of all but fewer, is not learned. */
const LEAST_ROWS = 2;
/** What a row's error costs; both sides of a label count alike, as most labels are of few rows. */
const COST = 1;

/** The share of rows that have a label, one row of each kind added. */
const frequencyOf = (own: number, rows: number): number => (own + 1) / (rows + 2);

/** What is judged of label sets. */
interface JudgedSets extends JudgedOutputs {
  /** [live labels] of all rows held out */
  readonly calibrations: readonly Logistic[];
  /** [rows held out][labels] each by calibrations of others */
  readonly probabilities: Float32Array;
}

/** A group's scores of rows by fits that had not seen them. */
interface HeldOutGroup {
  /** [live labels][rows held out] */
  readonly scores: readonly Float32Array[];
  /** Of the scores of a label, on average over labels. */
  readonly deviation: number;
  /** [parts][features] */
  readonly strengths: readonly Float32Array[];
}

/** Fits and judges machines. */
class LabelSetLearner implements Learner<JudgedSets> {
  readonly unit = 1;
  /** The labels that are learned, and those of which there are too few rows. */
  readonly live: readonly number[];
  readonly constant: readonly number[];
  /** [labels] the log-odds of a text of which nothing is known */
  readonly priors: readonly number[];
  /** [live labels][rows] */
  private readonly columnsOfTruth: readonly Uint8Array[];
  private readonly known = new Map<string, Promise<HeldOutGroup>>();
  /** [rows held out] which they are, and which part each is of */
  private readonly rows: Uint32Array;
  private readonly parts: Uint8Array;

  constructor(
    private readonly counted: Counted,
    private readonly truth: Uint8Array,
    readonly labels: number,
    private readonly seed: number,
    private readonly engine: () => SynchronousEngine,
    private readonly steps: Steps,
  ) {
    const rows = truth.length / labels;
    const counts = countsOf(truth, labels);
    const all = Array.from({ length: labels }, (_, k) => k);
    this.live = all.filter((k) => Math.min(counts[k]!, rows - counts[k]!) >= LEAST_ROWS);
    this.constant = all.filter((k) => !this.live.includes(k));
    this.priors = Array.from(counts, (own) => Math.log((own + 1) / (rows - own + 1)));
    this.columnsOfTruth = this.live.map((k) =>
      Uint8Array.from({ length: rows }, (_, i) => truth[i * labels + k]!),
    );
    this.rows = judgedRows(counted);
    this.parts = judgedParts(counted, seed);
  }

  get columns(): number {
    return Math.max(1, this.live.length);
  }

  async judge(recipe: OutputRecipe, parts: readonly OutputPart[], share: number): Promise<JudgedSets> {
    const groups: HeldOutGroup[] = [];
    for (const blocks of recipe.groups) groups.push(await this.heldOut(blocks, parts, share));
    const deviations = groups.map(({ deviation }) => deviation);
    const scores = this.live.map((_, c) =>
      added(
        groups.map((group) => group.scores[c]!),
        deviations,
      ),
    );
    const frequencies = this.frequencies(parts);
    const { labels, rows } = this;
    const probabilities = new Float32Array(rows.length * labels);
    const [losses, baseline] = [new Float64Array(rows.length), new Float64Array(rows.length)];
    const logOdds = await this.steps.run(this.crossFitted(scores));
    for (let i = 0; i < rows.length; i++) {
      let c = 0;
      for (let k = 0; k < labels; k++) {
        const plain = frequencies[i]![k]!;
        const odds = this.live[c] === k ? logOdds[c++]![i]! : plain;
        const yes = this.truth[rows[i]! * labels + k] === 1;
        losses[i]! += logLossOf(odds, yes) / labels;
        baseline[i]! += logLossOf(plain, yes) / labels;
        probabilities[i * labels + k] = logistic(odds);
      }
      if (i % 64 === 0) await this.steps.did();
    }
    const calibrations: Logistic[] = [];
    for (const [c, own] of scores.entries()) {
      calibrations.push(fitPlatt(own, this.truthOf(c)));
      await this.steps.did();
    }
    return {
      ...{ losses, baseline, probabilities, deviations },
      *strengths(part) {
        return groups.map(({ strengths }) => strengths[part]!);
      },
      calibrations,
    };
  }

  async fit(recipe: OutputRecipe, data: FeatureRows, _: JudgedSets, share: number): Promise<GroupWeights[]> {
    const groups: GroupWeights[] = [];
    for (const blocks of recipe.groups) {
      groups.push(await this.solve(await this.steps.run(groupRows(data, blocks)), null, share));
    }
    return groups;
  }

  /** [rows held out][labels] the log-odds of each label among the rows that the row's fit has seen */
  private frequencies(parts: readonly OutputPart[]): Float64Array[] {
    return parts.flatMap(({ fold }) => {
      const own = countsOf(rowsOf(this.truth, fold.fit, this.labels), this.labels);
      const odds = Float64Array.from(own, (count) => {
        const share = frequencyOf(count, fold.fit.length);
        return Math.log(share / (1 - share));
      });
      return Array.from(fold.judge, () => odds);
    });
  }

  /** [live labels][rows held out] log-odds by calibrations of the other parts */
  private *crossFitted(scores: readonly Float64Array[]): Pieces<Float64Array[]> {
    const { parts } = this;
    const every = Uint32Array.from(parts.keys());
    const splits = Array.from(new Set(parts), (part) => ({
      own: every.filter((i) => parts[i] === part),
      others: every.filter((i) => parts[i] !== part),
    }));
    const all: Float64Array[] = [];
    for (const [c, column] of scores.entries()) {
      const truth = this.truthOf(c);
      const odds = new Float64Array(column.length);
      for (const { own, others } of splits) {
        const { slope, intercept } = fitPlatt(
          Float64Array.from(others, (i) => column[i]!),
          Uint8Array.from(others, (i) => truth[i]!),
        );
        for (const i of own) odds[i] = slope * column[i]! + intercept;
        yield 0;
      }
      all.push(odds);
    }
    return all;
  }

  /** [rows held out] */
  private truthOf(column: number): Uint8Array {
    return Uint8Array.from(this.rows, (row) => this.columnsOfTruth[column]![row]!);
  }

  private heldOut(
    blocks: readonly Block[],
    parts: readonly OutputPart[],
    share: number,
  ): Promise<HeldOutGroup> {
    if (share < 1) return this.heldOutOf(blocks, parts, share);
    const key = blocks.join(" ");
    const found = this.known.get(key) ?? this.heldOutOf(blocks, parts, share);
    this.known.set(key, found);
    return found;
  }

  private async heldOutOf(
    blocks: readonly Block[],
    parts: readonly OutputPart[],
    share: number,
  ): Promise<HeldOutGroup> {
    const scores = this.live.map(() => new Float32Array(this.rows.length));
    const strengths: Float32Array[] = [];
    let from = 0;
    for (const { fold, fit, judge } of parts) {
      const { steps } = this;
      const group = await this.solve(await steps.run(groupRows(fit, blocks)), fold.fit, share);
      const { rows, scales } = await steps.run(groupRows(judge, blocks));
      for (const [c, weights] of group.columns.entries()) {
        const solution = { weights, bias: group.bias[c]! };
        scores[c]!.set(await steps.run(linearScores(rows, scales, solution)), from);
      }
      strengths.push(await steps.run(groupStrength(group, fit.features)));
      from += judge.rows;
    }
    return { scores, deviation: deviationOfColumns(scores), strengths };
  }

  /** @param which rows of all they are; null: all */
  private async solve({ blocks, places, rows, scales }: GroupRows, which: Uint32Array | null, share: number) {
    const values = new Float32Array(rows.features).fill(1);
    const { columnsOfTruth } = this;
    const problemOf = (truth: Uint8Array): LinearProblem => {
      const yes = which ? Uint8Array.from(which, (row) => truth[row]!) : truth;
      const inside = yes.reduce((sum, one) => sum + one, 0);
      const costOf = (side: number) => (easeFor(share) * COST * rows.rows) / (2 * Math.max(1, side));
      const [own, others] = [costOf(inside), costOf(rows.rows - inside)];
      return {
        ...{ values, scales },
        targets: Float32Array.from(yes, (one) => (one === 1 ? 1 : -1)),
        costs: Float32Array.from(yes, (one) => (one === 1 ? own : others)),
      };
    };
    function* problems() {
      for (const truth of columnsOfTruth) yield problemOf(truth);
    }
    const solving: LinearOptions = {
      ...solvingFor(rows.rows, this.counted.long, this.seed),
      turns: this.steps,
    };
    const engine = this.engine();
    try {
      const solutions = await new LinearSolver(engine, rows).solve(problems(), solving);
      const columns = solutions.map(({ weights }) => weights);
      return { blocks, places, columns, bias: solutions.map(({ bias }) => bias) };
    } finally {
      engine.dispose();
    }
  }
}

/** [labels] rows that have each */
function countsOf(truth: Uint8Array, labels: number): Uint32Array {
  const counts = new Uint32Array(labels);
  for (let at = 0; at < truth.length; at++) counts[at % labels]! += truth[at]!;
  return counts;
}

/** [rows] Σ of groups' scores, each over its deviation */
function added(scores: readonly Float32Array[], deviations: readonly number[]): Float64Array {
  const sum = new Float64Array(scores[0]!.length);
  scores.forEach((own, g) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += own[i]! / deviations[g]!;
  });
  return sum;
}

/** The root of the mean over columns of their variance; 1 where nothing varies. */
function deviationOfColumns(columns: readonly Float32Array[]): number {
  let squares = 0;
  for (const column of columns) {
    const mean = column.reduce((sum, one) => sum + one, 0) / column.length;
    for (const one of column) squares += (one - mean) ** 2 / column.length;
  }
  return Math.sqrt(squares / Math.max(1, columns.length)) || 1;
}

/** The table of n-grams, and what turns its sums into log-odds. */
function* weightsOf(learned: Learned<JudgedSets>, learner: LabelSetLearner): Pieces<NgramWeights> {
  const { groups, judged, data } = learned;
  const { labels, live, priors } = learner;
  const columns = groups.length * labels + 1;
  const table = new Float32Array((data.features + 2) * columns);
  const kernel = new Float32Array(columns * labels);
  const biases = new Float64Array(labels);
  for (const [g, group] of groups.entries()) {
    for (const [c, k] of live.entries()) {
      const factor = judged.calibrations[c]!.slope / judged.deviations[g]!;
      const column = g * labels + k;
      const weights = spread(group, group.columns[c]!, data.features);
      const largest = yield* putColumn({ table, columns }, column, weights);
      kernel[column * labels + k] = factor * largest;
      biases[k]! += factor * group.bias[c]!;
    }
  }
  // What a text has in full only where its words are known; a text of strangers is answered by how common labels are.
  table[table.length - 1] = 1;
  live.forEach((k, c) => {
    kernel[(columns - 1) * labels + k] = biases[k]! + judged.calibrations[c]!.intercept - priors[k]!;
  });
  return { table, columns, kernel, bias: Float32Array.from(priors) };
}
