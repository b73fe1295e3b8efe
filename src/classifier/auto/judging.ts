/** How recipes do on rows held out of the fits that answer them. */
import type { Pieces } from "../../base/pieces.js";
import type { Turns } from "../../base/progress.js";
import { type FeatureRows, pick, select } from "../../tokens/sparse-texts.js";
import type { Fold } from "./folds.js";
import { centred, deviationOf, measured, type Trial } from "./held-out.js";
import { strengthOf, strongest } from "./pruning.js";
import type { WideMember, WideRecipe } from "./recipes.js";
import { classCounts, type Labelled, type Scorer, scoresOf } from "./scorers.js";

/** Fits a member. */
export type Fit = (labelled: Labelled, member: WideMember) => Promise<Scorer>;

/** A recipe, and what it says of rows held out. */
export interface Judged {
  readonly recipe: WideRecipe;
  readonly trial: Trial;
  /** [members] what each one's scores are divided by. */
  readonly deviations: readonly number[];
  /** [labels][rows held out] */
  readonly scores: Float64Array[];
  /** The rows held out and their classes. */
  readonly rows: Uint32Array;
  readonly classes: Int32Array;
}

/** A fold's rows: to fit to and to judge by. */
interface Part {
  readonly labelled: Labelled;
  readonly judged: FeatureRows;
}

function* partOf(all: Labelled, { fit, judge }: Fold): Pieces<Part> {
  const classes = Int32Array.from(fit, (row) => all.classes[row]!);
  const labelled: Labelled = { data: yield* pick(all.data, fit), classes, labels: all.labels };
  return { labelled, judged: yield* pick(all.data, judge) };
}

/** The part with some of its features alone. */
function* keeping({ labelled, judged }: Part, kept: Uint8Array): Pieces<Part> {
  const own = { ...labelled, data: yield* select(labelled.data, kept) };
  return { labelled: own, judged: yield* select(judged, kept) };
}

/** A member's scores of rows that each fit has not seen, and what they are divided by in a mixture. */
interface HeldOutScores {
  /** [columns][rows held out] */
  readonly columns: readonly Float64Array[];
  readonly deviation: number;
  /** [folds][features] how much each feature decides. */
  readonly strengths: readonly Float32Array[];
}

/**
 * Rows held out that share no n-gram with the others have hardly a score; scores divided by next to nothing would pass for
 * certainty. So the divisor is at least this part of the deviation of scores of rows that were learned from.
 */
const LEAST_DEVIATION = 0.25;
/** Of so many rows learned from, spread over all. */
const LEARNED_ROWS = 5000;

function* someOf(data: FeatureRows): Pieces<FeatureRows> {
  const every = Math.ceil(data.rows / LEARNED_ROWS);
  if (every === 1) return data;
  return yield* pick(
    data,
    Uint32Array.from({ length: Math.floor(data.rows / every) }, (_, i) => i * every),
  );
}

/** Rows held out of fits to the others. A member is fitted once, whichever recipes it is of. */
export class Judging {
  private readonly known = new Map<string, Promise<HeldOutScores>>();

  private constructor(
    private readonly all: Labelled,
    private readonly folds: readonly Fold[],
    private readonly fit: Fit,
    private readonly turns: Turns,
    private readonly parts: readonly Part[],
  ) {}

  static async of(all: Labelled, folds: readonly Fold[], fit: Fit, turns: Turns): Promise<Judging> {
    const parts: Part[] = [];
    for (const fold of folds) parts.push(await turns.run(partOf(all, fold)));
    return new Judging(all, folds, fit, turns, parts);
  }

  /** How often a member is fitted to all rows, so to speak: a fit to a part of them counts as that part. */
  get passes(): number {
    return this.parts.reduce((sum, { labelled }) => sum + labelled.data.rows, 0) / this.all.data.rows;
  }

  /** Whether its fits are made. */
  knows(member: WideMember): boolean {
    return this.known.has(keyOf(member));
  }

  /** @param deviations what members' scores are divided by; default: their own deviations */
  async judge(recipe: WideRecipe, deviations?: readonly number[]): Promise<Judged> {
    const { labels } = this.all;
    const found: HeldOutScores[] = [];
    for (const member of recipe.members) found.push(await this.heldOut(member));
    const divisors = deviations ?? found.map(({ deviation }) => deviation);
    const scores = mixed(recipe, found, divisors, labels);
    const rows = Uint32Array.from(this.folds.flatMap((fold) => Array.from(fold.judge)));
    const classes = Int32Array.from(rows, (row) => this.all.classes[row]!);
    const trial = { name: recipe.name, ...(await this.turns.run(measured(scores, classes))) };
    return { recipe, trial, deviations: divisors, scores, rows, classes };
  }

  /**
   * The same rows, each fit with so few n-grams as it would keep itself.
   * @param folds the first so many; default all
   */
  async keeping(by: Judged, most: number, folds = this.folds.length): Promise<Judging> {
    const parts: Part[] = [];
    for (const [p, part] of this.parts.slice(0, folds).entries()) {
      const strengths = await this.strengths(by.recipe, p);
      const { turns } = this;
      const kept = await turns.run(strongest(part.labelled.data, strengths, by.deviations, most));
      parts.push(await turns.run(keeping(part, kept)));
    }
    return new Judging(this.all, this.folds.slice(0, folds), this.fit, this.turns, parts);
  }

  /** [members][features] how much each feature decides in a fold's fits. */
  async strengths({ members }: WideRecipe, fold: number): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    for (const member of members) found.push((await this.heldOut(member)).strengths[fold]!);
    return found;
  }

  private heldOut(member: WideMember): Promise<HeldOutScores> {
    const known = this.known.get(keyOf(member)) ?? this.fitted(member);
    this.known.set(keyOf(member), known);
    return known;
  }

  private async fitted(member: WideMember): Promise<HeldOutScores> {
    const found: Float64Array[] = [];
    const strengths: Float32Array[] = [];
    let learned = 0;
    for (const [p, { labelled, judged }] of this.parts.entries()) {
      const scorer = await this.fit(labelled, member);
      const { turns } = this;
      const counts = await turns.run(classCounts(labelled));
      if (p === 0) {
        const some = await turns.run(someOf(labelled.data));
        learned = deviationOf(centred(await turns.run(scoresOf(scorer, some, counts))));
      }
      for (const [c, column] of (await turns.run(scoresOf(scorer, judged, counts))).entries()) {
        const before = found[c] ?? new Float64Array(0);
        found[c] = new Float64Array(before.length + column.length);
        found[c].set(before);
        found[c].set(column, before.length);
      }
      strengths.push(await turns.run(strengthOf(scorer, labelled.data.features)));
    }
    const deviation = Math.max(deviationOf(centred(found)), LEAST_DEVIATION * learned);
    return { columns: found, deviation, strengths };
  }
}

const keyOf = ({ rules }: WideMember): string => JSON.stringify(rules);

/** [labels][rows] the members' scores, each centred and at its weight. */
function mixed(
  { members }: WideRecipe,
  found: readonly HeldOutScores[],
  deviations: readonly number[],
  labels: number,
): Float64Array[] {
  const scores = Array.from({ length: labels }, () => new Float64Array(found[0]!.columns[0]!.length));
  members.forEach(({ weight }, m) => {
    centred(found[m]!.columns).forEach((column, k) => {
      for (let i = 0; i < column.length; i++) scores[k]![i]! += (weight * column[i]!) / deviations[m]!;
    });
  });
  return scores;
}

/** What more than the plainest recipe must gain, as a share of the rows held out. */
const LEAST_GAIN = 0.005;

/** The first recipe, unless another answers clearly more rows rightly. */
export function choose(trials: readonly Trial[]): number {
  let best = 0;
  for (let k = 1; k < trials.length; k++) {
    const margin = best === 0 ? LEAST_GAIN : 0;
    if (trials[k]!.accuracy > trials[best]!.accuracy + margin) best = k;
  }
  return best;
}
