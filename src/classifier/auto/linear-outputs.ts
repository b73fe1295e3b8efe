/**
 * What linear models of n-grams have in common, whatever a text's outputs are: sets of labels (label-sets.ts) or amounts
 * (amounts.ts). n-grams are counted once, a few recipes are judged by rows held out, the best one is fitted to all rows, and
 * n-grams that decide little are left out.
 */
import { inputError, wholeNumber } from "../../base/errors.js";
import { warnOnce } from "../../base/notes.js";
import { percent } from "../../base/numbers.js";
import type { Pieces } from "../../base/pieces.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import { ENGINES } from "../../engines/engines.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import type { FeatureEncoder } from "../../tokens/feature-encoder.js";
import { BLOCKS, type NgramRules } from "../../tokens/ngrams.js";
import { type FeatureRows, featureRows, inOrder, pick, select } from "../../tokens/sparse-texts.js";
import type { LinearRecord, LinearTrial } from "../options.js";
import type { Strata } from "../strata.js";
import { isGain } from "./chance.js";
import type { Fold } from "./folds.js";
import {
  areLong,
  bundleOf,
  drawnOf,
  type Familiarity,
  familiarity,
  foldsWithin,
  functionWords,
  leastRowsOf,
  type Material,
} from "./material.js";
import { type GroupWeights, groupStrength, scaleOf } from "./ngram-groups.js";
import { knownWords, ngramEncoder } from "./ngram-network.js";
import { blocksOf, type OutputRecipe, outputRecipes } from "./output-recipes.js";
import { bytesOfFeature, commonest, FEATURE_BYTES, keptName, MOST_COUNTS, strongest } from "./pruning.js";
import { wordsWithin } from "./sizes.js";
import type { Steps } from "./steps.js";

/** What is learned from: rows of texts, and which of them are held out together. */
export type LinearData = Material;

export interface LinearOutputOptions extends Pick<ModelOptions, "engine" | "threads"> {
  readonly seed: number;
  /** What is being done; what it throws ends the training. */
  readonly steps: Steps;
  /** Bytes that the features may take in a file, about; then known words take a quarter of it at most. Default 1.6 MB. */
  readonly maxSize?: number;
}

/** A linear model of n-grams: its network, what reads texts for it, and what there is to say of it. */
export interface LinearModel {
  readonly model: Model;
  readonly encoder: FeatureEncoder;
  readonly record: LinearRecord;
}

/** Rows whose n-grams are counted. */
export interface Counted extends Familiarity {
  readonly material: Material;
  /** [rows] which they are of the rows that were given: all, or a sample */
  readonly drawn: Uint32Array;
  readonly long: boolean;
  readonly rules: NgramRules;
  readonly data: FeatureRows;
  readonly folds: readonly Fold[];
  readonly recipes: readonly OutputRecipe[];
  /** Most words that are kept as known. */
  readonly mostWords: number;
}

/** Rows of a fold: to fit to, and to judge by, by the same features. */
export interface OutputPart {
  readonly fold: Fold;
  readonly fit: FeatureRows;
  readonly judge: FeatureRows;
}

/** How a recipe does on rows held out, fold after fold. */
export interface JudgedOutputs {
  /** [rows held out] the loss of each, and that of an answer that ignores its text */
  readonly losses: Float64Array;
  readonly baseline: Float64Array;
  /** [groups][features] how much each n-gram decides in the fit of a part */
  readonly strengths: (part: number) => Pieces<Float32Array[]>;
  /** [groups] the standard deviations of their scores: what strengths are divided by */
  readonly deviations: readonly number[];
}

/** What differs by the kind of outputs. */
export interface Learner<J extends JudgedOutputs> {
  /** Numbers that are kept of an n-gram. */
  readonly columns: number;
  /** What losses are multiplied by, to be told. */
  readonly unit: number;
  /** @param share of the recipe's n-grams that are left in the parts */
  judge(recipe: OutputRecipe, parts: readonly OutputPart[], share: number): Promise<J>;
  /** [groups] a fit to all rows. @param by what was judged, which settles what is to be settled */
  fit(recipe: OutputRecipe, data: FeatureRows, by: J, share: number): Promise<GroupWeights[]>;
}

/** A recipe, picked and fitted to all rows. */
export interface Learned<J extends JudgedOutputs> {
  readonly recipe: OutputRecipe;
  readonly judged: J;
  /** The n-grams that are kept, in the order in which files list them. */
  readonly data: FeatureRows;
  readonly groups: readonly GroupWeights[];
  readonly trials: readonly LinearTrial[];
  readonly notes: readonly string[];
}

/** @throws InputError for fewer than two rows, of which none can be held out of a fit to the other */
function checkRowsOf({ rows }: Material): void {
  if (rows.length >= 2) return;
  throw inputError({
    expected: "two rows or more, to judge by one what is learned from the others",
    where: "rows",
    received: rows.length,
  });
}

/** Counts the n-grams of rows, or of a sample of them. @param outputs how many a row has */
export async function countedRows(
  given: Material,
  drawn: Uint32Array,
  strata: Strata,
  outputs: number,
  { seed, maxSize, steps }: LinearOutputOptions,
): Promise<Counted> {
  const { texts } = given;
  const material = { ...given, rows: drawn.map((i) => given.rows[i]!) };
  const { rows } = material;
  const long = areLong(texts, rows);
  const recipes = outputRecipes(long, outputs);
  const rules = {
    blocks: blocksOf(recipes),
    marks: !long,
    functionWords: await steps.run(functionWords(texts, rows)),
  };
  const every = await steps.run(featureRows(texts, rows, rules, leastRowsOf(rows.length, long)));
  const folds = await steps.run(foldsWithin(material, strata.of, strata.count, seed));
  const mostWords =
    maxSize === undefined ? Number.POSITIVE_INFINITY : wordsWithin(wholeNumber(maxSize, "maxSize", 1));
  return {
    ...{ material, drawn, long, rules, folds, recipes, mostWords },
    data: await steps.run(commonest(every, Math.floor(MOST_COUNTS / outputs))),
    ...(await steps.run(familiarity(texts, rows, folds, mostWords))),
  };
}

/** Which rows there is memory for; what is left out is noted. */
export function rowsToLearn(given: Material, seed: number, notes: string[]): Uint32Array {
  checkRowsOf(given);
  return drawnOf(given, seed, notes);
}

/** Makes the engine that fits: one of the solver's own, by name; one of the caller's is the network's. */
export async function solverEngine({
  engine,
  threads,
}: Pick<ModelOptions, "engine" | "threads">): Promise<() => SynchronousEngine> {
  const own = typeof engine === "object" ? {} : computeOf({ engine, threads });
  await ENGINES.ready(own);
  return () => {
    const made = ENGINES.createSynchronous(own);
    for (const note of made.notes ?? []) warnOnce(note);
    return made;
  };
}

/** What a network computes with. */
export const computeOf = ({ engine, threads }: Pick<ModelOptions, "engine" | "threads">) => ({
  ...(engine === undefined ? {} : { engine }),
  ...(threads === undefined ? {} : { threads }),
});

/** [rows held out] as places among the rows that were given, fold after fold. */
export const placesHeldOut = ({ folds, drawn }: Counted): Uint32Array =>
  Uint32Array.from(folds.flatMap(({ judge }) => Array.from(judge, (row) => drawn[row]!)));

/** [rows held out] as rows that are counted. */
export const judgedRows = ({ folds }: Pick<Counted, "folds">): Uint32Array =>
  Uint32Array.from(folds.flatMap(({ judge }) => Array.from(judge)));

/** Parts of a single fold's rows. */
const PARTS = 5;
/** The stream of random numbers that deals them. */
const STREAM = 32;

/**
 * [rows held out] which part each is of: what is settled by rows held out is settled for each part by the others, so that no
 * row is judged by what it has settled itself. Folds are parts; a single one falls into some, rows that are held out together
 * into one.
 */
export function judgedParts({ folds, material }: Counted, seed: number): Uint8Array {
  if (folds.length > 1) return Uint8Array.from(folds.flatMap(({ judge }, f) => Array(judge.length).fill(f)));
  const random = new Random(seed, PURPOSE.split, STREAM);
  const rows = judgedRows({ folds });
  const bundle = bundleOf(material);
  const known = new Map<number, number>();
  const parts = Uint8Array.from(rows, (row) => {
    const key = bundle(material.rows[row]!);
    const part = known.get(key) ?? Math.floor(PARTS * random.uniform(known.size));
    known.set(key, part);
    return part;
  });
  // Of one bundle alone there is nothing to keep together.
  return new Set(parts).size > 1 ? parts : parts.map((_, i) => i % PARTS);
}

/** What more than a plainer recipe must gain, as a share of the loss. */
const LEAST_GAIN = 0.005;
/** The same of leaving n-grams out: more is said. */
const NOTED_LOSS = 0.02;

/** Tries the recipes, picks one and fits it to all rows. */
export async function learn<J extends JudgedOutputs>(
  counted: Counted,
  learner: Learner<J>,
  steps: Steps,
  bytes = FEATURE_BYTES,
): Promise<Learned<J>> {
  const { data, folds, recipes } = counted;
  const parts: OutputPart[] = [];
  for (const fold of folds) {
    const fit = await steps.run(pick(data, fold.fit));
    parts.push({ fold, fit, judge: await steps.run(pick(data, fold.judge)) });
  }
  const tried: { recipe: OutputRecipe; judged: J; loss: number }[] = [];
  for (const recipe of recipes) {
    steps.begin("trying", `trying ${recipe.name}`);
    const judged = await learner.judge(recipe, parts, 1);
    tried.push({ recipe, judged, loss: meanOf(judged.losses) });
  }
  const best = tried.reduce((a, b) => (b.loss < a.loss * (1 - LEAST_GAIN) ? b : a));
  const { recipe, judged } = best;
  const trial = (name: string, { losses }: J, picked: boolean): LinearTrial => {
    return { name, rows: losses.length, loss: meanOf(losses) * learner.unit, picked };
  };
  const used = usedBy(data, recipe);
  const features = used.reduce((sum, one) => sum + one, 0);
  const most = Math.max(1, Math.floor(bytes / bytesOfFeature(learner.columns)));
  if (features <= most) {
    steps.begin("fitting", `fitting ${recipe.name}`);
    const own = await steps.run(inOrder(await steps.run(select(data, used))));
    const trials = tried.map((one) => trial(one.recipe.name, one.judged, one === best));
    return {
      ...{ recipe, judged, data: own, trials, notes: [] },
      groups: await learner.fit(recipe, own, judged, 1),
    };
  }
  const share = most / features;
  const few = { ...recipe, name: keptName(recipe.name, most) };
  steps.begin("judging", `judging ${most.toLocaleString("en")} n-grams`);
  const fewer: OutputPart[] = [];
  for (const [p, { fold, fit, judge }] of parts.entries()) {
    const strengths = await steps.run(judged.strengths(p));
    const kept = await steps.run(strongestOf(fit, used, strengths, judged.deviations, most));
    const own = await steps.run(select(fit, kept));
    fewer.push({ fold, fit: own, judge: await steps.run(select(judge, kept)) });
  }
  const again = await learner.judge(few, fewer, share);
  steps.begin("pruning", "leaving out n-grams that decide little");
  // Of many rows the fit that was judged has learned from most.
  const strengths: Float32Array[] = folds.length === 1 ? await steps.run(judged.strengths(0)) : [];
  if (folds.length > 1) {
    for (const group of await learner.fit(recipe, data, judged, 1)) {
      strengths.push(await steps.run(groupStrength(group, data.features)));
    }
  }
  const kept = await steps.run(strongestOf(data, used, strengths, judged.deviations, most));
  const own = await steps.run(inOrder(await steps.run(select(data, kept))));
  const lost = meanOf(again.losses) / best.loss - 1;
  const notes =
    lost > NOTED_LOSS
      ? [
          `Of ${features.toLocaleString("en")} n-grams ${most.toLocaleString("en")} are kept, for a file that is not large: the loss on rows held out is ${percent(lost)} higher`,
        ]
      : [];
  return {
    ...{ recipe: few, judged: again, data: own, notes },
    trials: [...tried.map((one) => trial(one.recipe.name, one.judged, false)), trial(few.name, again, true)],
    groups: await learner.fit(few, own, again, share),
  };
}

/** [features] 1 for those of the used ones that decide most. */
function* strongestOf(
  data: FeatureRows,
  used: Uint8Array,
  strengths: readonly Float32Array[],
  deviations: readonly number[],
  most: number,
): Pieces<Uint8Array> {
  // Where fewer than so many decide anything, others would fill up what is left.
  return (yield* strongest(data, strengths, deviations, most)).map((kept, j) => kept & used[j]!);
}

/** [features] 1 for the n-grams that a recipe looks at. */
function usedBy({ blocks }: FeatureRows, recipe: OutputRecipe): Uint8Array {
  const own = blocksOf([recipe]);
  const wanted = BLOCKS.map((block) => (own.includes(block) ? 1 : 0));
  return Uint8Array.from(blocks, (block) => wanted[block]!);
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** What reads texts for the network. @param columns of each group in the table */
export function* encoderFor(
  counted: Counted,
  learned: Learned<JudgedOutputs>,
  columns: number,
): Pieces<FeatureEncoder> {
  const { material, rules, familiar, mostWords } = counted;
  const scales = learned.groups.map(scaleOf);
  return yield* ngramEncoder(learned.data, { ...rules, blocks: blocksOf([learned.recipe]) }, scales, {
    counts: null,
    columnsPerRule: columns,
    words: yield* knownWords(material.texts, material.rows, mostWords),
    familiar,
    channels: null,
  });
}

/** @param notes what else there is to say */
export function recordFor(
  counted: Counted,
  learned: Learned<JudgedOutputs>,
  unit: number,
  loss: LinearRecord["loss"],
  notes: readonly string[],
): LinearRecord {
  const { trials, judged, data } = learned;
  const { losses, baseline } = judged;
  const bundle = bundleOf(counted.material);
  const rows = judgedRows(counted);
  return {
    members: trials,
    picked: trials.find(({ picked }) => picked)!.name,
    loss,
    features: data.features,
    baseline: meanOf(baseline) * unit,
    useful: isGain(
      baseline.map((one, i) => one - losses[i]!),
      (i) => bundle(counted.material.rows[rows[i]!]!),
      trials.length,
    ),
    notes: [...notes, ...learned.notes],
  };
}
