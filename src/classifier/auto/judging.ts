/** How recipes do on rows held out of the fits that answer them. */
import type { Pieces } from "../../base/pieces.js";
import type { Turns } from "../../base/progress.js";
import type { ProcessGroup } from "../../processes/group.js";
import { type Numbers, pack, unpack } from "../../processes/packing.js";
import { type FeatureRows, pick, select } from "../../tokens/sparse-texts.js";
import type { Fold } from "./folds.js";
import { centred, deviationOf, measured, type Trial } from "./held-out.js";
import { strengthOf, strongest } from "./pruning.js";
import type { WideMember, WideRecipe } from "./recipes.js";
import { classCounts, type Labelled, packScorer, type Scorer, scoresOf, unpackScorer } from "./scorers.js";

/** Fits a member. */
export type Fit = (labelled: Labelled, member: WideMember) => Promise<Scorer>;

/** Fits members to the same rows; of several processes each fits some. */
export async function fitAll(
  fit: Fit,
  labelled: Labelled,
  members: readonly WideMember[],
  group: ProcessGroup | null,
): Promise<Scorer[]> {
  if (group) {
    const told = await group.spread(members.length, async (m) =>
      packScorer(await fit(labelled, members[m]!)),
    );
    return told.map(unpackScorer);
  }
  const scorers: Scorer[] = [];
  for (const member of members) scorers.push(await fit(labelled, member));
  return scorers;
}

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
  private readonly known = new Map<string, HeldOutScores>();

  private constructor(
    private readonly all: Labelled,
    private readonly folds: readonly Fold[],
    private readonly fit: Fit,
    private readonly turns: Turns,
    private readonly parts: readonly Part[],
    /** Processes that share the fits; null where this one is alone. */
    private readonly group: ProcessGroup | null,
  ) {}

  static async of(
    all: Labelled,
    folds: readonly Fold[],
    fit: Fit,
    turns: Turns,
    group: ProcessGroup | null,
  ): Promise<Judging> {
    const parts: Part[] = [];
    for (const fold of folds) parts.push(await turns.run(partOf(all, fold)));
    return new Judging(all, folds, fit, turns, parts, group);
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
    await this.learn(recipe.members);
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
    return new Judging(this.all, this.folds.slice(0, folds), this.fit, this.turns, parts, this.group);
  }

  /** [members][features] how much each feature decides in a fold's fits. */
  async strengths({ members }: WideRecipe, fold: number): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    for (const member of members) found.push((await this.heldOut(member)).strengths[fold]!);
    return found;
  }

  private async heldOut(member: WideMember): Promise<HeldOutScores> {
    if (!this.knows(member)) await this.learn([member]);
    return this.known.get(keyOf(member))!;
  }

  /** Fits members that were not yet: each without each part, several processes some of these each. */
  private async learn(members: readonly WideMember[]): Promise<void> {
    const fresh = members.filter(
      (member, m) =>
        !this.knows(member) && members.findIndex((other) => keyOf(other) === keyOf(member)) === m,
    );
    const folds = this.parts.length;
    const work = (piece: number) => this.fitted(fresh[Math.floor(piece / folds)]!, piece % folds);
    const fits: PartScores[] = [];
    if (this.group) {
      const told = await this.group.spread(fresh.length * folds, async (piece) =>
        packScores(await work(piece)),
      );
      fits.push(...told.map(unpackScores));
    } else for (let piece = 0; piece < fresh.length * folds; piece++) fits.push(await work(piece));
    for (const [m, member] of fresh.entries()) {
      this.known.set(keyOf(member), joined(fits.slice(m * folds, (m + 1) * folds)));
    }
  }

  private async fitted(member: WideMember, p: number): Promise<PartScores> {
    const { labelled, judged } = this.parts[p]!;
    const { turns } = this;
    const scorer = await this.fit(labelled, member);
    const counts = await turns.run(classCounts(labelled));
    let learned = 0;
    if (p === 0) {
      const some = await turns.run(someOf(labelled.data));
      learned = deviationOf(centred(await turns.run(scoresOf(scorer, some, counts))));
    }
    const columns = await turns.run(scoresOf(scorer, judged, counts));
    return { columns, learned, strengths: await turns.run(strengthOf(scorer, labelled.data.features)) };
  }
}

/** What a fit without one part says of it. */
interface PartScores {
  /** [columns][rows of the part] */
  readonly columns: readonly Numbers[];
  /** The deviation of scores of rows that were learned from; of the first part alone. */
  readonly learned: number;
  /** [features] */
  readonly strengths: Float32Array;
}

const packScores = ({ columns, learned, strengths }: PartScores): Uint8Array =>
  pack({ plain: null, arrays: [Float64Array.of(learned), strengths, ...columns] });

function unpackScores(bytes: Uint8Array): PartScores {
  const [learned, strengths, ...columns] = unpack(bytes).arrays;
  return { columns, learned: learned![0]!, strengths: strengths as Float32Array };
}

/** A member's scores of all parts, one part after another. */
function joined(parts: readonly PartScores[]): HeldOutScores {
  const rows = parts.reduce((sum, { columns }) => sum + columns[0]!.length, 0);
  const all = parts[0]!.columns.map((_, c) => {
    const column = new Float64Array(rows);
    let at = 0;
    for (const { columns } of parts) {
      column.set(columns[c]!, at);
      at += columns[c]!.length;
    }
    return column;
  });
  const deviation = Math.max(deviationOf(centred(all)), LEAST_DEVIATION * parts[0]!.learned);
  return { columns: all, deviation, strengths: parts.map(({ strengths }) => strengths) };
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
