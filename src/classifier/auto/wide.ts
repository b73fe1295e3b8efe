/**
 * The wide member of an automatic classifier: linear scores over n-grams, mixed. What it is made of follows from the data
 * (how many rows, how long, how many classes) and from rows held out; docs/accuracy.md has the figures behind each rule.
 */
import { NUMBERS, type Pieces, spans } from "../../base/pieces.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import { fitTemperature } from "../../objectives/temperature.js";
import type { ProcessGroup } from "../../processes/group.js";
import { BLOCKS, type Block, type NgramRules } from "../../tokens/ngrams.js";
import { type FeatureRows, featureRows, inOrder, select } from "../../tokens/sparse-texts.js";
import { Allowance } from "./allowance.js";
import type { Fold } from "./folds.js";
import type { HeldOut, Trial } from "./held-out.js";
import { choose, type Fit, fitAll, type Judged, Judging } from "./judging.js";
import {
  areLong,
  bundleOf,
  type Familiarity,
  FEW_ROWS,
  familiarity,
  foldsWithin,
  functionWords,
  leastRowsOf,
  sampleOf,
  type WideData,
} from "./material.js";
import {
  bytesOfFeature,
  commonest,
  easedFor,
  FEATURE_BYTES,
  MOST_COUNTS,
  PLENTY,
  strengthOf,
  strongest,
} from "./pruning.js";
import { recipesFor, usedBlocks, type WideMember, type WideRecipe } from "./recipes.js";
import { columnsFor, fitScorer, type Labelled, type Scorer } from "./scorers.js";
import { MANY_ROWS, solvingFor } from "./solving.js";
import type { Steps } from "./steps.js";

/** They may take so many times more, again and again, where fewer lose more of the rows held out than this share; */
const RAISE = 4;
const MOST_LOST = 0.01;
/** but be so many numbers at the most, a fifth of which is what a file of them takes in bytes. */
const MOST_NUMBERS = 1.2e7;
/** What a fit to those that are kept takes of one to all, about. */
const JUDGED_AGAIN = 0.75;

/** What the recipe that is picked is fitted to: all rows, and again where n-grams are left out. */
const FINAL_FITS = 2;
/** And rows that n-grams are counted of again: all, for the record; leaving some out takes a little, too. */
const FINAL_ROWS = 1.2;

export interface WideOptions {
  readonly seed: number;
  readonly engine: () => SynchronousEngine;
  /** Which recipes there is time for, the first one always. Default: all. */
  readonly allowance?: Allowance;
  /** Tries the plainest recipe alone. Default false. */
  readonly plain?: boolean;
  /** Bytes that the features may take in a file, about. Default FEATURE_BYTES. */
  readonly featureBytes?: number;
  /** Most words to keep as known. Default: all. */
  readonly mostWords?: number;
  /** What is being done; what it throws ends the training. */
  readonly steps: Steps;
  /** Processes that share the fits. Default: this one is alone. */
  readonly group?: ProcessGroup | null;
}

/** A member that was fitted, and the standard deviation of its scores of rows that it had not seen. */
export interface FittedMember extends WideMember {
  readonly scorer: Scorer;
  readonly deviation: number;
}

/** A wide member, trained. */
export interface Wide extends Familiarity {
  readonly rules: NgramRules;
  /** The features that are known, of all rows learned from; in the order of BLOCKS, and of hashes in a block. */
  readonly data: FeatureRows;
  readonly members: readonly FittedMember[];
  readonly labelled: Labelled;
  /** The factor on the mixture's scores that makes their softmax honest. */
  readonly factor: number;
  readonly trials: readonly Trial[];
  readonly picked: Trial;
  /** How it did of fewer n-grams, where so few were asked for that it was judged anew. */
  readonly kept: Trial | null;
  /** The names of recipes that there was no time for. */
  readonly leftOut: readonly string[];
  /** Rows held out, and their scores in the mixture, times 1. */
  readonly heldOut: HeldOut;
  /**
   * [labels][places] the scores of some of these rows by fits to all other rows. Those of `heldOut` come of fits to four
   * fifths: beside a network that has learned from nine tenths they would do the n-grams wrong.
   */
  readonly scoresWithout: (places: Uint32Array) => Promise<Float64Array[]>;
  /** What that takes: n-grams of rows that members are fitted to. */
  readonly withoutTakes: number;
  /** Most words that are kept as known. */
  readonly mostWords: number;
  /** Bytes that each of its features takes in a file, about. */
  readonly bytesOfFeature: number;
  /** The same of so few features, judged anew. */
  readonly keeping: (features: number) => Promise<Wide>;
  /** How that does on rows held out, of many rows on a fifth of them. */
  readonly judgedKeeping: (features: number) => Promise<Trial>;
  /** What was left out of the data, if anything. */
  readonly notes: readonly string[];
}

/** Trains the wide member. */
export async function trainWide(given: WideData, options: WideOptions): Promise<Wide> {
  const notes: string[] = [];
  const { allowance = new Allowance(), mostWords = Number.POSITIVE_INFINITY, steps } = options;
  const { group = null } = options;
  const sampled = sampleOf(given, options.seed, notes);
  const { texts, rows, classes, labels } = sampled;
  const long = areLong(texts, rows);
  const recipes = recipesFor(rows.length, long, classes, labels, options.plain);
  const blocks = usedBlocks(recipes.flatMap(({ members }) => members));
  steps.begin("counting", "counting n-grams", rows.length);
  const counted = allowance.watch("rows");
  const rules: NgramRules = {
    blocks,
    marks: !long,
    functionWords: await steps.run(functionWords(texts, rows)),
  };
  const least = leastRowsOf(rows.length, long);
  const every = await steps.run(featureRows(texts, rows, rules, least));
  const data = await steps.run(commonest(every, Math.floor(MOST_COUNTS / labels)));
  counted(rows.length);
  const all: Labelled = { data, classes, labels };
  const folds = await steps.run(foldsWithin(sampled, classes, labels, options.seed));
  const solving = { ...solvingFor(rows.length, long, options.seed), turns: steps };
  const fit: Fit = async (labelled, member) => {
    const fitted = allowance.watch("fits");
    const scorer = await fitScorer(labelled, member.rules, options.engine, solving);
    fitted((await steps.run(countsOf(labelled.data)))([member]));
    return scorer;
  };
  const judging = await Judging.of(all, folds, fit, steps, group);
  const ngramsOf = await steps.run(countsOf(data));
  /** What of so many fits this process does. */
  const share = (fits: number) => Math.ceil(fits / (group?.size ?? 1)) / Math.max(1, fits);
  const left = (recipe: WideRecipe) => {
    const fresh = recipe.members.filter((member) => !judging.knows(member));
    const judged = share(fresh.length * folds.length) * judging.passes * ngramsOf(fresh);
    const fitted = share(recipe.members.length) * toFit(ngramsOf, data.features, recipe, labels);
    return { fits: judged + fitted, rows: FINAL_ROWS * given.rows.length };
  };
  const judged: Judged[] = [];
  for (const [k, recipe] of recipes.entries()) {
    if (k > 0 && !allowance.admits("recipes", k, left(recipe))) break;
    steps.begin("trying", `trying ${recipe.name}`);
    judged.push(await judging.judge(recipe));
  }
  const best = judged[choose(judged.map(({ trial }) => trial))]!;
  const picked = new Picked(
    best,
    all,
    sampled,
    { judging, folds, fit, steps, group, ngramsOf },
    {
      rules: { ...rules, blocks: usedBlocks(best.recipe.members) },
      trials: judged.map(({ trial }) => trial),
      picked: best.trial,
      leftOut: recipes.slice(judged.length).map(({ name }) => name),
      notes,
      mostWords,
      ...(await steps.run(familiarity(texts, rows, folds, mostWords))),
    },
  );
  return picked.within(options.featureBytes ?? FEATURE_BYTES);
}

/** What a row takes of a fit besides its n-grams, in n-grams. */
const ROW = 30;

/** The n-grams of all rows that members are fitted to, one member after another: what a fit takes goes by them. */
type NgramsOf = (members: readonly WideMember[]) => number;

function* countsOf(data: FeatureRows): Pieces<NgramsOf> {
  const counts = new Float64Array(BLOCKS.length);
  yield* spans(data.ids.length, NUMBERS, (from, to) => {
    for (let k = from; k < to; k++) counts[data.blocks[data.ids[k]!]!]!++;
  });
  const of = (blocks: readonly Block[]) =>
    blocks.reduce((sum, block) => sum + counts[BLOCKS.indexOf(block)]!, ROW * data.rows);
  return (members) =>
    members.reduce((sum, { rules }) => sum + rules.blocks.reduce((all, group) => all + of(group), 0), 0);
}

/** n-grams that the recipe, once picked, is fitted to: those of all rows, and again where some are left out. */
function toFit(ngramsOf: NgramsOf, features: number, { members }: WideRecipe, labels: number): number {
  const columns = columnsOf(members, labels);
  const most = FEATURE_BYTES / bytesOfFeature(columns);
  const end = Math.min(features, MOST_NUMBERS / columns);
  const raises = most < PLENTY * features ? 1 + Math.max(0, Math.log(end / most) / Math.log(RAISE)) : 0;
  return (FINAL_FITS + raises * JUDGED_AGAIN) * ngramsOf(members);
}

const columnsOf = (members: readonly WideMember[], labels: number): number =>
  members.reduce((sum, { rules }) => sum + rules.blocks.length * columnsFor(labels), 0);

/** What does not depend on how many n-grams are kept. */
type Settled = Familiarity & Pick<Wide, "rules" | "trials" | "picked" | "leftOut" | "notes" | "mostWords">;

/** What judges and fits. */
interface Means {
  readonly judging: Judging;
  readonly folds: readonly Fold[];
  readonly fit: Fit;
  readonly steps: Steps;
  readonly group: ProcessGroup | null;
  /** Of all rows. */
  readonly ngramsOf: NgramsOf;
}

/** The recipe that was picked, fitted to all rows: to all n-grams, or to those that decide most. */
class Picked {
  /** [features] 1 for the n-grams that the recipe looks at, and how many they are. */
  private readonly used: Uint8Array;
  private readonly features: number;
  private readonly columns: number;
  private readonly bytesEach: number;
  private known: Promise<Float32Array[]> | null = null;

  constructor(
    private readonly best: Judged,
    private readonly all: Labelled,
    private readonly rows: WideData,
    private readonly means: Means,
    private readonly settled: Settled,
  ) {
    const { members } = best.recipe;
    const blocks = usedBlocks(members);
    const wanted = BLOCKS.map((block) => (blocks.includes(block) ? 1 : 0));
    this.used = Uint8Array.from(all.data.blocks, (block) => wanted[block]!);
    this.features = this.used.reduce((sum, one) => sum + one, 0);
    this.columns = columnsOf(members, all.labels);
    this.bytesEach = bytesOfFeature(this.columns);
  }

  /** With as many n-grams as such bytes hold, or more where answers ask for them. */
  async within(bytes: number): Promise<Wide> {
    const { best, features } = this;
    const most = Math.max(1, Math.floor(bytes / this.bytesEach));
    if (most < features && most >= PLENTY * features) {
      return this.wideOf(best, null, await this.fewer(best.recipe, most));
    }
    // Of many classes a feature is large: then as many are kept as answers ask for, and as readers bear to unpack.
    const cap = Math.max(most, Math.floor(MOST_NUMBERS / this.columns));
    for (let kept = most; kept < features; kept = Math.min(cap, RAISE * kept)) {
      const own = await this.judgedBy(kept);
      const enough = own.trial.accuracy >= best.trial.accuracy - MOST_LOST;
      if (enough || kept === cap) return this.keeping(own, kept);
    }
    this.means.steps.begin("fitting", `fitting ${best.recipe.name}`);
    return this.wideOf(best, null, await this.fitted(best.recipe, this.used));
  }

  /** [members][features] how much each n-gram decides. */
  private strengths(): Promise<Float32Array[]> {
    this.known ??= this.findStrengths();
    return this.known;
  }

  private async findStrengths(): Promise<Float32Array[]> {
    const { best, means, all } = this;
    // Of many rows the fit that was judged has learned from all but a few.
    if (all.data.rows > MANY_ROWS) return means.judging.strengths(best.recipe, 0);
    means.steps.begin("fitting", `fitting ${best.recipe.name}`);
    const found: Float32Array[] = [];
    for (const scorer of await fitAll(means.fit, all, best.recipe.members, means.group)) {
      found.push(await means.steps.run(strengthOf(scorer, all.data.features)));
    }
    return found;
  }

  /** How the recipe does with so few of them, on rows held out of that choice, too. */
  private async judgedBy(most: number, folds?: number): Promise<Judged> {
    const { best, means } = this;
    means.steps.begin("judging", `judging ${most.toLocaleString("en")} n-grams`);
    const judging = await means.judging.keeping(best, most, folds);
    return judging.judge(easedFor(most / this.features, best.recipe, most));
  }

  private async keeping(by: Judged, most: number): Promise<Wide> {
    return this.wideOf(by, most, await this.fewer(by.recipe, most));
  }

  /** The n-grams that decide most, and a fit to them alone. */
  private async fewer(recipe: WideRecipe, most: number): Promise<Fitted> {
    const { best, means, all } = this;
    const strengths = await this.strengths();
    means.steps.begin("pruning", "leaving out n-grams that decide little");
    const kept = await means.steps.run(strongest(all.data, strengths, best.deviations, most));
    return this.fitted(recipe, kept);
  }

  private async fitted(recipe: WideRecipe, kept: Uint8Array): Promise<Fitted> {
    const { steps } = this.means;
    const some = await steps.run(select(this.all.data, kept));
    const labelled = { ...this.all, data: await steps.run(inOrder(some)) };
    return { labelled, scorers: await fitAll(this.means.fit, labelled, recipe.members, this.means.group) };
  }

  private async scoresWithout(places: Uint32Array, by: Judged, most: number | null): Promise<Float64Array[]> {
    const { best, means, all } = this;
    const { rows } = this.rows;
    means.steps.begin("fitting", "fitting n-grams to the rows that the network has seen");
    const bundle = bundleOf(this.rows);
    const keyOf = (row: number) => bundle(rows[row]!);
    const judge = places.map((place) => best.rows[place]!);
    const out = new Set(Array.from(judge, keyOf));
    const fold = { judge, fit: Uint32Array.from(rows.keys()).filter((row) => !out.has(keyOf(row))) };
    const full = await Judging.of(all, [fold], means.fit, means.steps, means.group);
    const judging = most === null ? full : await full.keeping(best, most);
    return (await judging.judge(by.recipe, by.deviations)).scores;
  }

  /** @param most n-grams that it was judged by; null: all, though those that decide next to nothing may be left out */
  private async wideOf(by: Judged, most: number | null, { labelled, scorers }: Fitted): Promise<Wide> {
    const { texts, rows } = this.rows;
    const { members } = by.recipe;
    const again = most === null ? 1 : 2;
    const { steps, ngramsOf } = this.means;
    const factor = await steps.run(fitTemperature({ scores: by.scores, classes: by.classes }));
    return {
      ...this.settled,
      bytesOfFeature: this.bytesEach,
      kept: most === null ? null : by.trial,
      scoresWithout: (places) => this.scoresWithout(places, by, most),
      withoutTakes: again * ngramsOf(members),
      ...{ data: labelled.data, labelled },
      members: members.map((member, m) => ({
        ...member,
        ...{ scorer: scorers[m]!, deviation: by.deviations[m]! },
      })),
      factor,
      heldOut: {
        ...{ scores: by.scores, classes: by.classes },
        texts: new Set(Array.from(by.rows, (row) => texts.fingerprint(rows[row]!))).size,
        rows: by.rows.map((row) => rows[row]!),
      },
      keeping: async (features) => this.keeping(await this.judgedBy(features), features),
      judgedKeeping: async (features) => {
        return (await this.judgedBy(features, rows.length > FEW_ROWS ? 1 : undefined)).trial;
      },
    };
  }
}

/** Members fitted to rows. */
interface Fitted {
  readonly labelled: Labelled;
  readonly scorers: readonly Scorer[];
}
