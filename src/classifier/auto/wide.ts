/**
 * The wide member of an automatic classifier: linear scores over n-grams, mixed. What it is made of follows from the data
 * (how many rows, how long, how many classes) and from rows held out; docs/accuracy.md has the figures behind each rule.
 */
import type { SynchronousEngine } from "../../engines/engine.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { fitTemperature } from "../../objectives/temperature.js";
import type { ClassCounts } from "../../tokens/feature-values.js";
import { BLOCKS, type Block, type NgramRules } from "../../tokens/ngrams.js";
import { type FeatureRows, featureRows, pick, select } from "../../tokens/sparse-texts.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import type { LinearOptions } from "../../train/linear.js";
import { Allowance } from "./allowance.js";
import { type Fold, foldsOf } from "./folds.js";
import { centred, deviationOf, type HeldOut, measured, type Trial } from "./held-out.js";
import { bytesOfFeature, easedFor, PLENTY, strongest } from "./pruning.js";
import { FEW_ROWS, recipesFor, usedBlocks, type WideMember, type WideRecipe } from "./recipes.js";
import { classCounts, fitScorer, type Labelled, type Scorer, scoresOf } from "./scorers.js";

/** Texts of this many tokens or more, by their median, are long: topics and opinions run through all of them. */
const LONG = 60;
/** Rows from which an n-gram must be in two. */
const NGRAMS_TWICE = 20_000;
/** n-grams of all rows that are kept in memory: 4 bytes each, several times over while they are counted. */
export const MOST_NGRAMS = 6e7;
/** Bytes that the features of a saved classifier may take, about. */
export const FEATURE_BYTES = 1.6e6;
/** They may take so many times more, again and again, where fewer lose more of the rows held out than this share. */
const RAISE = 4;
const MOST_LOST = 0.01;

/** What the recipe that is picked is fitted to: all rows, and again where n-grams are left out. */
const FINAL_FITS = 2;
/** And rows that n-grams are counted of again: all, for the record; leaving some out takes a little, too. */
const FINAL_ROWS = 1.2;

const LONG_LEAST: Partial<Record<Block, number>> = { w1: 2, w2: 3, w3: 3, p1: 2, p2: 3 };
const TWICE = Object.fromEntries(BLOCKS.map((block) => [block, 2]));

/** What is learned from. */
export interface WideData {
  readonly texts: TokenizedTexts;
  /** The rows of `texts` to learn from, and their classes. */
  readonly rows: Uint32Array;
  readonly classes: Int32Array;
  readonly labels: number;
}

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
  /** Told what is being done, before it is, and then again and again while it is; what it throws ends the training. */
  readonly onStep: (what: string) => Promise<void>;
}

/** A member that was fitted, and the standard deviation of its scores of rows that it had not seen. */
export interface FittedMember extends WideMember {
  readonly scorer: Scorer;
  readonly deviation: number;
}

/** A wide member, trained. */
export interface Wide {
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
  /** Most words that are kept as known. */
  readonly mostWords: number;
  /** Bytes that each of its features takes in a file, about. */
  readonly bytesOfFeature: number;
  /** The same of so few features, judged anew. */
  readonly keeping: (features: number) => Promise<Wide>;
  /** How that does on rows held out, of many rows on a fifth of them. */
  readonly judgedKeeping: (features: number) => Promise<Trial>;
  /** The share of known words below which texts are strange: of rows held out, few have less. */
  readonly familiar: number;
  /** The share of known words of rows held out, on average. */
  readonly known: number;
  /** What was left out of the data, if anything. */
  readonly notes: readonly string[];
}

/** Trains the wide member. */
export async function trainWide(given: WideData, options: WideOptions): Promise<Wide> {
  const notes: string[] = [];
  const { allowance = new Allowance() } = options;
  const sampled = sampleOf(given, options.seed, notes);
  const { texts, rows, classes, labels } = sampled;
  const long = areLong(texts, rows);
  const recipes = recipesFor(rows.length, long, classes, labels, options.plain);
  const blocks = usedBlocks(recipes.flatMap(({ members }) => members));
  const rules: NgramRules = { blocks, marks: !long, functionWords: functionWords(texts, rows) };
  let step = "counting n-grams";
  const begin = (what: string) => {
    step = what;
    return options.onStep(step);
  };
  await begin(step);
  const least = long && rows.length > FEW_ROWS ? LONG_LEAST : rows.length > NGRAMS_TWICE ? TWICE : {};
  const counted = allowance.watch("rows");
  const data = featureRows(texts, rows, rules, least);
  counted(rows.length);
  const all: Labelled = { data, classes, labels };
  const keyOf = (row: number) => texts.fingerprint(rows[row]!);
  const folds = foldsOf(classes, labels, options.seed, keyOf);
  const solving = { ...solvingFor(rows.length, long, options.seed), onEpoch: () => options.onStep(step) };
  const fit = (labelled: Labelled, member: WideMember) =>
    fitScorer(labelled, member.rules, options.engine, solving);
  const parts = partsOf(all, folds);
  const known = new Map<string, HeldOutScores>();
  // A fit to a part of the rows takes that part of the time.
  const passes = parts.reduce((sum, { labelled }) => sum + labelled.data.rows, 0) / rows.length;
  const keyOfMember = ({ rules }: WideMember) => JSON.stringify(rules);
  const heldOut = async (member: WideMember) => {
    const key = keyOfMember(member);
    const fitted = allowance.watch("fits");
    const scores = known.get(key) ?? (await heldOutScores(parts, member, fit));
    if (!known.has(key)) fitted(passes);
    known.set(key, scores);
    return scores;
  };
  const isLeft = ({ members }: WideRecipe) => {
    const more = members.filter((member) => !known.has(keyOfMember(member)));
    return { fits: more.length * passes + FINAL_FITS * members.length, rows: FINAL_ROWS * given.rows.length };
  };
  const judged: Judged[] = [];
  for (const [k, recipe] of recipes.entries()) {
    if (k > 0 && !allowance.admits("recipes", k, isLeft(recipe))) break;
    await begin(`trying ${recipe.name}`);
    judged.push(await judge(recipe, all, folds, heldOut));
  }
  const best = judged[choose(judged.map(({ trial }) => trial))]!;
  await begin(`fitting ${best.recipe.name}`);
  const whole: Labelled = { ...all, data: inOrder(withBlocks(data, usedBlocks(best.recipe.members))) };
  const scorers = await fitAll(whole, best.recipe, fit);
  const bytesEach = bytesOfFeature(scorers);
  /** The n-grams that decide most, and a fit to them alone. */
  const fewer = async (recipe: WideRecipe, most: number) => {
    await begin("leaving out n-grams that decide little");
    const kept = strongest(whole.data, scorers, best.deviations, most);
    const labelled = { ...whole, data: select(whole.data, kept) };
    return { labelled, scorers: await fitAll(labelled, recipe, fit) };
  };
  /** Parts with so few n-grams as their own fits would keep. */
  const partsKeeping = async (most: number, of: readonly Fold[]): Promise<Part[]> => {
    const found: Part[] = [];
    for (const { labelled, judged } of partsOf(whole, of)) {
      const kept = strongest(labelled.data, await fitAll(labelled, best.recipe, fit), best.deviations, most);
      const own = { ...labelled, data: select(labelled.data, kept) };
      found.push({ labelled: own, counts: classCounts(own), judged: select(judged, kept) });
    }
    return found;
  };
  /** How the recipe does with so few of them, on rows held out of that choice, too. */
  const judgeKeeping = async (most: number, of: readonly Fold[]) => {
    await begin(`judging ${most.toLocaleString("en")} n-grams`);
    const kept = await partsKeeping(most, of);
    const recipe = easedFor(most / whole.data.features, best.recipe, most);
    return judge(recipe, all, of, (member) => heldOutScores(kept, member, fit));
  };
  const scoresWithout = async (places: Uint32Array, { recipe, deviations }: Judged, most: number | null) => {
    await begin("fitting n-grams to the rows that the network has seen");
    const judge = places.map((place) => best.rows[place]!);
    const out = new Set(Array.from(judge, keyOf));
    const fold = { judge, fit: Uint32Array.from(rows.keys()).filter((row) => !out.has(keyOf(row))) };
    const parts = most === null ? partsOf(whole, [fold]) : await partsKeeping(most, [fold]);
    const found: HeldOutScores[] = [];
    for (const member of recipe.members) found.push(await heldOutScores(parts, member, fit));
    return mixed(recipe, found, deviations, labels);
  };
  const trials = judged.map(({ trial }) => trial);
  const shared = { rules: { ...rules, blocks: usedBlocks(best.recipe.members) }, notes };
  const { mostWords = Number.POSITIVE_INFINITY } = options;
  const strangeness = { mostWords, ...familiarity(texts, rows, folds, mostWords) };
  /** @param most n-grams that it was judged by; null: all, though those that decide next to nothing may be left out */
  const wideOf = (by: Judged, most: number | null, fitted: Awaited<ReturnType<typeof fewer>>): Wide => ({
    ...{ ...shared, ...strangeness, trials, picked: best.trial, bytesOfFeature: bytesEach },
    kept: most === null ? null : by.trial,
    scoresWithout: (places) => scoresWithout(places, by, most),
    ...{ data: fitted.labelled.data, labelled: fitted.labelled },
    members: by.recipe.members.map((member, m) => {
      return { ...member, scorer: fitted.scorers[m]!, deviation: by.deviations[m]! };
    }),
    factor: fitTemperature({ scores: by.scores, classes: by.classes }),
    leftOut: recipes.slice(judged.length).map(({ name }) => name),
    heldOut: {
      ...{ scores: by.scores, classes: by.classes, texts: new Set(Array.from(by.rows, keyOf)).size },
      rows: by.rows.map((row) => rows[row]!),
    },
    keeping: async (features) => keeping(await judgeKeeping(features, folds), features),
    judgedKeeping: async (features) => {
      return (await judgeKeeping(features, rows.length > FEW_ROWS ? folds.slice(0, 1) : folds)).trial;
    },
  });
  const keeping = async (by: Judged, most: number) => wideOf(by, most, await fewer(by.recipe, most));
  const { features } = whole.data;
  let most = Math.floor((options.featureBytes ?? FEATURE_BYTES) / bytesEach);
  if (most < features && most >= PLENTY * features) return wideOf(best, null, await fewer(best.recipe, most));
  // Of many classes a feature is large: then as many are kept as answers ask for.
  for (; most < features; most *= RAISE) {
    const own = await judgeKeeping(most, folds);
    if (own.trial.accuracy >= best.trial.accuracy - MOST_LOST) return keeping(own, most);
  }
  return wideOf(best, null, { labelled: whole, scorers });
}

async function fitAll(
  labelled: Labelled,
  { members }: WideRecipe,
  fit: (labelled: Labelled, member: WideMember) => Promise<Scorer>,
): Promise<Scorer[]> {
  const scorers: Scorer[] = [];
  for (const member of members) scorers.push(await fit(labelled, member));
  return scorers;
}

/** The rows with the features of some blocks. */
function withBlocks(data: FeatureRows, blocks: readonly Block[]): FeatureRows {
  const wanted = BLOCKS.map((block) => (blocks.includes(block) ? 1 : 0));
  return select(
    data,
    Uint8Array.from(data.blocks, (block) => wanted[block]!),
  );
}

/** What more than the plainest recipe must gain, as a share of the rows held out. */
const LEAST_GAIN = 0.005;

/** The first recipe, unless another answers clearly more rows rightly. */
function choose(trials: readonly Trial[]): number {
  let best = 0;
  for (let k = 1; k < trials.length; k++) {
    const margin = best === 0 ? LEAST_GAIN : 0;
    if (trials[k]!.accuracy > trials[best]!.accuracy + margin) best = k;
  }
  return best;
}

interface Judged {
  readonly recipe: WideRecipe;
  readonly trial: Trial;
  readonly deviations: readonly number[];
  readonly scores: Float64Array[];
  /** The rows held out and their classes. */
  readonly rows: Uint32Array;
  readonly classes: Int32Array;
}

/** A fold's rows: to fit to, what is counted of them, and to judge by. */
interface Part {
  readonly labelled: Labelled;
  readonly counts: ClassCounts;
  readonly judged: FeatureRows;
}

const partsOf = (all: Labelled, folds: readonly Fold[]): Part[] =>
  folds.map(({ fit, judge }) => {
    const classes = Int32Array.from(fit, (row) => all.classes[row]!);
    const labelled: Labelled = { data: pick(all.data, fit), classes, labels: all.labels };
    return { labelled, counts: classCounts(labelled), judged: pick(all.data, judge) };
  });

/** A member's scores of rows that each fit has not seen, and what they are divided by in a mixture. */
interface HeldOutScores {
  /** [columns][rows held out] */
  readonly columns: readonly Float64Array[];
  readonly deviation: number;
}

/**
 * Rows held out that share no n-gram with the others have hardly a score; scores divided by next to nothing would pass for
 * certainty. So the divisor is at least this part of the deviation of scores of rows that were learned from.
 */
const LEAST_DEVIATION = 0.25;

async function heldOutScores(
  parts: readonly Part[],
  member: WideMember,
  fit: (labelled: Labelled, member: WideMember) => Promise<Scorer>,
): Promise<HeldOutScores> {
  const found: Float64Array[] = [];
  let learned = 0;
  for (const [p, { labelled, counts, judged }] of parts.entries()) {
    const scorer = await fit(labelled, member);
    if (p === 0) learned = deviationOf(centred(scoresOf(scorer, labelled.data, counts)));
    for (const [c, column] of scoresOf(scorer, judged, counts).entries()) {
      found[c] = Float64Array.from([...(found[c] ?? []), ...column]);
    }
  }
  return { columns: found, deviation: Math.max(deviationOf(centred(found)), LEAST_DEVIATION * learned) };
}

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

/** Mixes the scores of rows held out. @param heldOut a member's, whichever recipe it is of */
async function judge(
  recipe: WideRecipe,
  all: Labelled,
  folds: readonly Fold[],
  heldOut: (member: WideMember) => Promise<HeldOutScores>,
): Promise<Judged> {
  const { labels } = all;
  const rows = Uint32Array.from(folds.flatMap((fold) => Array.from(fold.judge)));
  const found: HeldOutScores[] = [];
  for (const member of recipe.members) found.push(await heldOut(member));
  const deviations = found.map(({ deviation }) => deviation);
  const scores = mixed(recipe, found, deviations, labels);
  const classes = Int32Array.from(rows, (row) => all.classes[row]!);
  return {
    recipe,
    deviations,
    scores,
    rows,
    classes,
    trial: { name: recipe.name, ...measured(scores, classes) },
  };
}

const solvingFor = (rows: number, long: boolean, seed: number): LinearOptions =>
  rows <= FEW_ROWS
    ? { epochs: 40, tolerance: 0.01, seed }
    : { epochs: long ? 10 : 15, tolerance: long ? 0.05 : 0.02, seed };

/** Whether most of the rows are long texts. */
export function areLong(texts: TokenizedTexts, rows: ArrayLike<number>): boolean {
  const lengths = Array.from(rows, (row) => texts.tokensIn(row)).sort((a, b) => a - b);
  return (lengths[lengths.length >> 1] ?? 0) >= LONG;
}

const MOST_FUNCTION_WORDS = 150;

/** The words in most rows: each in three, and in one of two hundred. */
function functionWords(texts: TokenizedTexts, rows: ArrayLike<number>): string[] {
  const counts = new Map<string, number>();
  const lower: string[] = [];
  for (let i = 0; i < rows.length; i++) {
    const own = new Set<string>();
    for (const token of texts.tokensOf(rows[i]!)) {
      lower[token] ??= texts.table.word(token).toLowerCase();
      own.add(lower[token]);
    }
    for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const least = Math.max(3, 0.005 * rows.length);
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_FUNCTION_WORDS)
    .map(([word]) => word);
}

/** The rows, or a seeded sample of them where their n-grams would not fit. */
function sampleOf(data: WideData, seed: number, notes: string[]): WideData {
  const { texts, rows } = data;
  let tokens = 0;
  for (const row of rows) tokens += texts.tokensIn(row);
  const long = areLong(texts, rows);
  const expected = tokens * (long ? LONG_NGRAMS : SHORT_NGRAMS);
  if (expected <= MOST_NGRAMS) return data;
  const share = MOST_NGRAMS / expected;
  const random = new Random(seed, PURPOSE.split, 3);
  const drawn = Array.from(rows.keys()).filter((i) => random.uniform(i) < share);
  notes.push(
    `${rows.length.toLocaleString("en")} rows hold about ${Math.round(expected / 1e6)} million n-grams, more than the ${MOST_NGRAMS / 1e6} million that are kept in memory: the linear members learn from ${drawn.length.toLocaleString("en")} of the rows, drawn by the seed`,
  );
  return {
    ...data,
    rows: Uint32Array.from(drawn, (i) => rows[i]!),
    classes: Int32Array.from(drawn, (i) => data.classes[i]!),
  };
}

/** n-grams a token, about. */
const LONG_NGRAMS = 5;
const SHORT_NGRAMS = 20;

/** Of a hundred texts of the data, two hold a smaller share of known words. */
const STRANGEST = 0.02;
const [LEAST_FAMILIAR, MOST_FAMILIAR] = [0.05, 0.5];

/** The share of tokens known from other rows: on average, and what all but the strangest rows have. */
function familiarity(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  folds: readonly Fold[],
  mostWords: number,
): Pick<Wide, "familiar" | "known"> {
  const shares: number[] = [];
  for (const { fit, judge } of folds) {
    const uses = new Uint32Array(texts.distinct);
    for (const i of fit) for (const token of texts.tokensOf(rows[i]!)) uses[token]!++;
    const least = Math.max(1, uses.slice().sort().at(-mostWords) ?? 0);
    const known = uses.map((count) => (count >= least ? 1 : 0));
    for (const i of judge) {
      const tokens = texts.tokensOf(rows[i]!);
      if (tokens.length === 0) continue;
      shares.push(tokens.reduce((sum, token) => sum + known[token]!, 0) / tokens.length);
    }
  }
  const share = shares.sort((a, b) => a - b)[Math.floor(STRANGEST * shares.length)] ?? 0;
  return {
    familiar: Math.min(MOST_FAMILIAR, Math.max(LEAST_FAMILIAR, share)),
    known: shares.reduce((sum, one) => sum + one, 0) / Math.max(1, shares.length),
  };
}

/** The same rows, features numbered by block and hash: as a file lists them. */
function inOrder(data: FeatureRows): FeatureRows {
  const order = Uint32Array.from({ length: data.features }, (_, j) => j).sort(
    (a, b) => data.blocks[a]! - data.blocks[b]! || data.hashes[a]! - data.hashes[b]!,
  );
  const numbers = new Uint32Array(data.features);
  order.forEach((old, number) => {
    numbers[old] = number;
  });
  return {
    ...data,
    ids: data.ids.map((id) => numbers[id]!),
    hashes: Uint32Array.from(order, (old) => data.hashes[old]!),
    blocks: Uint8Array.from(order, (old) => data.blocks[old]!),
  };
}
