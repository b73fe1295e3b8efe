/** What the units of a model do over a whole data set: how they spread, what excites them, and what they go with. */
import { inputError } from "../../base/errors.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { Best, type Context, contextAt } from "./contexts.js";
import { FEATURES, type Feature } from "./features.js";
import { labelTest, type Sampled, shiftTest } from "./permutation.js";
import { adjusted, auc, type Correction, Moments, midRanks } from "./statistics.js";
import type { Recorded, Signal, UnitWalk, WalkedText } from "./walk.js";

/** How a unit goes with a label, an amount or what tokens are. */
export interface Association {
  /** Place in `signals`. */
  signal: number;
  /** "label" of texts, against the state after the last word; "token", at every word. */
  of: "label" | "token";
  name: string;
  /** Pearson's r, over the whole file; null where either does not vary. */
  correlation: number | null;
  /** Chance that the unit is higher where it is so than where not, over the sample; null of amounts and counts. */
  auc: number | null;
  /** Of the permutation test over the sample; null where nothing can be tested. */
  p: number | null;
  /** Corrected for all that were tested. */
  q: number | null;
}

/** A unit over the whole file. */
export interface UnitSummary extends Signal {
  mean: number;
  deviation: number;
  least: number;
  most: number;
  highest: Context[];
  lowest: Context[];
}

export interface UnitSurvey {
  layers: readonly Recorded[];
  texts: number;
  tokens: number;
  /** Texts without a word that the model reads. */
  empty: number;
  /** Texts that AUC and tests are of. */
  sample: { texts: number; tokens: number; whole: boolean };
  /** What tokens were asked for, and how many are so. */
  features: { name: string; says: string; binary: boolean; tokens: number | null }[];
  targets: readonly string[];
  /** Texts whose target is known. */
  targeted: number;
  permutations: number;
  correction: Correction;
  alpha: number;
  seed: number;
  tests: number;
  /** What must be said of features asked for that nothing could be tested against. Mostly empty. */
  notes: string[];
  signals: UnitSummary[];
  /** Those tested, strongest first: by corrected p, then by the size of r. */
  associations: Association[];
}

export interface SurveyOptions {
  /** Names of what `targets` are, and whether they are 0 or 1. */
  targets?: { names: readonly string[]; binary: boolean };
  /** Beside those that every text has. */
  features?: readonly Feature[];
  contexts?: number;
  sample?: number;
  permutations?: number;
  correction?: Correction;
  alpha?: number;
  seed?: number;
  /** Told of every text. */
  onText?: (text: WalkedText) => void | Promise<void>;
}

export const SURVEY_DEFAULTS = {
  ...{ contexts: 5, sample: 1000, permutations: 999, correction: "bh", alpha: 0.05, seed: 0 },
} as const satisfies SurveyOptions;

/** Numbers that a sample may hold: 1 GiB. */
const MOST_SAMPLED = 2 ** 28;

/** @param share of the words that are so */
function untestedNote({ name, says, binary }: Feature, share: number): string {
  const nothing = "no text of the sample has words that are so and words that are not";
  const why = binary && share === 0 ? "no word is" : binary && share === 1 ? "every word is" : nothing;
  return `Nothing was tested against ${name} (${says}): ${why}.`;
}

/** @throws InputError where Holm's correction could find nothing with so few permutations */
export async function surveyUnits(
  walk: UnitWalk,
  texts: Parameters<UnitWalk["walk"]>[0],
  options: SurveyOptions = {},
): Promise<UnitSurvey> {
  const {
    contexts,
    sample: most,
    permutations,
    correction,
    alpha,
    seed,
  } = { ...SURVEY_DEFAULTS, ...options };
  const targets = options.targets ?? { names: [], binary: true };
  const features = [...FEATURES, ...(options.features ?? [])];
  const { signals } = walk;
  const S = signals.length;
  const first = targets.names.length === 2 && targets.binary ? 1 : 0;
  const asked = targets.names.length - first;
  checkFloor((features.length + asked) * S, { permutations, correction, alpha });
  const tokenMoments = new Moments(S, features.length);
  const lastMoments = new Moments(S, targets.names.length);
  const high = signals.map(() => new Best<Context>(contexts));
  const low = signals.map(() => new Best<Context>(contexts));
  const sampled: Sampled[] = [];
  const random = new Random(seed, PURPOSE.sample);
  let [seen, held] = [0, 0];
  for await (const text of walk.walk(texts)) {
    const { x, read, last } = text;
    const n = read.tokens.length;
    const values = features.map((feature) => feature.of(read));
    for (let k = 0; k < n; k++) {
      const own = values.map((of) => of[k]!);
      tokenMoments.add(x.subarray(k * S, (k + 1) * S), own);
    }
    if (text.targets) lastMoments.add(last, text.targets);
    keepContexts(text, S, high, low);
    // Reservoir sampling: each text is in the sample as likely as any other.
    const place = seen < most ? seen : Math.floor(random.uniform(seen) * (seen + 1));
    seen++;
    if (place < most) {
      held += x.length - (sampled[place]?.x.length ?? 0);
      if (held > MOST_SAMPLED) throw tooMuch(held, most);
      sampled[place] = { n, x, features: values, last, targets: text.targets };
    }
    await options.onText?.(text);
  }
  if (seen === 0) {
    throw inputError({
      expected: "a text with a word that the model reads",
      where: "the data",
      received: `${walk.empty} without one`,
    });
  }
  const associations = associate(sampled, { signals, features, targets, first, permutations, seed });
  const correlated = associations.map((one) => ({
    ...one,
    correlation:
      one.of === "token"
        ? tokenMoments.correlation(one.signal, one.index)
        : lastMoments.correlation(one.signal, one.index),
  }));
  const tested = correlated.filter(({ p }) => p !== null);
  const q = adjusted(
    tested.map(({ p }) => p!),
    correction,
  );
  const found = tested.map(({ index: _, ...one }, k): Association => ({ ...one, q: q[k]! }));
  const size = ({ correlation }: Association) => Math.abs(correlation ?? 0);
  return {
    layers: walk.recorded,
    ...{ texts: walk.texts, tokens: walk.tokens, empty: walk.empty },
    sample: {
      texts: sampled.length,
      tokens: sampled.reduce((sum, { n }) => sum + n, 0),
      whole: sampled.length === seen,
    },
    features: features.map(({ name, says, binary }, k) => ({
      ...{ name, says, binary },
      tokens: binary ? Math.round(tokenMoments.otherMeans[k]! * tokenMoments.count) : null,
    })),
    targets: targets.names,
    targeted: lastMoments.count,
    ...{ permutations, correction, alpha, seed, tests: found.length },
    notes: (options.features ?? []).flatMap((asked) => {
      if (found.some(({ of, name }) => of === "token" && name === asked.name)) return [];
      const share = tokenMoments.otherMeans[features.indexOf(asked)]!;
      return [untestedNote(asked, share)];
    }),
    signals: signals.map((signal, s) => ({
      ...signal,
      mean: tokenMoments.means[s]!,
      deviation: tokenMoments.deviation(s),
      least: tokenMoments.least[s]!,
      most: tokenMoments.most[s]!,
      highest: high[s]!.items.map(({ item }) => item),
      lowest: low[s]!.items.map(({ item }) => item),
    })),
    associations: found.sort((a, b) => a.q! - b.q! || size(b) - size(a)),
  };
}

/** One place a text, so that no text fills the list. */
function keepContexts(
  { x, read, row }: WalkedText,
  S: number,
  high: readonly Best<Context>[],
  low: readonly Best<Context>[],
): void {
  const n = read.tokens.length;
  let words: string[] | null = null;
  for (let s = 0; s < S; s++) {
    let [top, bottom] = [0, 0];
    for (let k = 1; k < n; k++) {
      if (x[k * S + s]! > x[top * S + s]!) top = k;
      if (x[k * S + s]! < x[bottom * S + s]!) bottom = k;
    }
    const make = (k: number) => () => {
      words ??= read.tokens.map(({ word }) => word);
      return contextAt(row, words, k, (j) => x[j * S + s]!);
    };
    high[s]!.offer(x[top * S + s]!, make(top));
    low[s]!.offer(-x[bottom * S + s]!, make(bottom));
  }
}

interface Asked {
  signals: readonly Signal[];
  features: readonly Feature[];
  targets: { names: readonly string[]; binary: boolean };
  /** Of two labels the second says all. */
  first: number;
  permutations: number;
  seed: number;
}

type Tested = Omit<Association, "correlation" | "q"> & { index: number };

function associate(sampled: readonly Sampled[], asked: Asked): Tested[] {
  const { signals, features, targets, first } = asked;
  const S = signals.length;
  const found: Tested[] = [];
  const add = (
    of: Tested["of"],
    index: number,
    name: string,
    p: Float64Array | null,
    aucs: (number | null)[],
  ) =>
    signals.forEach((_, signal) => {
      found.push({ signal, of, name, index, auc: aucs[signal]!, p: p?.[signal] ?? null });
    });
  const none = signals.map(() => null);
  const aucsOf = (columns: (s: number) => Float32Array, sides: readonly (ArrayLike<number> | null)[]) => {
    const table = sides.map(() => new Array<number | null>(S).fill(null));
    if (sides.every((side) => side === null)) return table;
    for (let s = 0; s < S; s++) {
      const ranks = midRanks(columns(s));
      for (const [k, side] of sides.entries()) if (side) table[k]![s] = auc(ranks, side);
    }
    return table;
  };
  const tokens = sampled.reduce((sum, { n }) => sum + n, 0);
  const column = (s: number) => {
    const out = new Float32Array(tokens);
    let at = 0;
    for (const { n, x } of sampled) for (let k = 0; k < n; k++) out[at++] = x[k * S + s]!;
    return out;
  };
  const joined = features.map(({ binary }, f) =>
    binary ? Float32Array.from(sampled.flatMap(({ features: own }) => Array.from(own[f]!))) : null,
  );
  const tokenAucs = aucsOf(column, joined);
  for (const [f, { name }] of features.entries()) {
    add("token", f, name, shiftTest(sampled, f, S, asked), tokenAucs[f]!);
  }
  const known = sampled.filter(({ targets: own }) => own !== null);
  const chosen = targets.names.slice(first);
  const sides = chosen.map((_, k) =>
    targets.binary ? Float32Array.from(known, ({ targets: own }) => own![first + k]!) : null,
  );
  const labelAucs =
    known.length === 0
      ? chosen.map(() => none)
      : aucsOf((s) => Float32Array.from(known, ({ last }) => last[s]!), sides);
  for (const [k, name] of chosen.entries()) {
    const p = known.length === 0 ? null : labelTest(sampled, first + k, S, asked);
    add("label", first + k, name, p, labelAucs[k]!);
  }
  return found;
}

/** The least p that so many permutations can give, against what the correction asks of it. */
function checkFloor(
  tests: number,
  { permutations, correction, alpha }: { permutations: number; correction: Correction; alpha: number },
): void {
  if (correction !== "holm" || tests / (permutations + 1) <= alpha) return;
  throw inputError({
    expected: `at least ${Math.ceil(tests / alpha) - 1} permutations for Holm's correction over ${tests} tests, or it could find nothing at ${alpha}`,
    where: "permutations",
    received: permutations,
    next: "Ask for fewer parts or one layer, or for Benjamini and Hochberg's.",
    typed: { where: "--permutations", next: "Ask for fewer --parts or one --layer, or --correct bh." },
  });
}

const tooMuch = (held: number, most: number) =>
  inputError({
    expected: `a sample of at most ${MOST_SAMPLED} numbers`,
    where: "sample",
    received: `${held} in some of ${most} texts`,
    next: "Sample fewer texts, or record fewer parts or one layer.",
    typed: { where: "--sample", next: "Give a smaller --sample, fewer --parts or one --layer." },
  });
