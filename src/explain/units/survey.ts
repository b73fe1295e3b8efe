/** What the units of a model do over a whole data set: how they spread, what excites them, and what they go with. */
import { booleanOf, functionOf } from "../../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../../base/errors.js";
import { count, counted } from "../../base/numbers.js";
import { Long } from "../../base/progress.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { Best, contextAt, type UnitContext } from "./contexts.js";
import { checkFeatures, valuesOf, WORD_FEATURES, type WordFeature } from "./features.js";
import { openNetwork, type Targets, type TextNetwork } from "./network.js";
import type { UnitPart } from "./parts.js";
import { labelTest, type Sampled, shiftTest } from "./permutation.js";
import {
  checkStudy,
  readRows,
  STUDY_OPTIONS,
  type StudiedText,
  type StudyRows,
  type UnitOptions,
} from "./rows.js";
import {
  adjusted,
  auc,
  CORRECTIONS,
  type Correction,
  Moments,
  midRanks,
  placeInSample,
} from "./statistics.js";
import { type RecordedLayer, type RecordedText, type UnitSignal, UnitWalk } from "./walk.js";

/** How a unit goes with a label, an amount or what words are. */
export interface Association {
  /** Place in `signals`. */
  signal: number;
  /** "label" of texts, against the state after the last word; "token", at every word. */
  of: "label" | "token";
  /** The label, "amount", or the feature's name. */
  name: string;
  /** Pearson's r, over all texts; null where either does not vary. */
  correlation: number | null;
  /** Chance that the unit is higher where it is so than where not, over the sample; null of amounts and counts. */
  auc: number | null;
  /** Of the permutation test over the sample; null where nothing can be tested. */
  p: number | null;
  /** Corrected for all that were tested. */
  q: number | null;
}

/** A unit over all texts. */
export interface UnitSummary extends UnitSignal {
  /** Over all words. */
  mean: number;
  /** Standard deviation over all words. */
  deviation: number;
  /** The lowest value at any word. */
  least: number;
  /** The highest. */
  most: number;
  /** Where it is highest, one place a text. */
  highest: UnitContext[];
  /** Where it is lowest, one place a text. */
  lowest: UnitContext[];
}

/** What words were held against units: `UnitSurvey.features`. */
export interface SurveyedFeature extends Pick<WordFeature, "name" | "says" | "binary"> {
  /** How many words are so; null of a number. */
  tokens: number | null;
}

/** What the units of a network do over a data set. */
export interface UnitSurvey {
  /** What was recorded. */
  layers: readonly RecordedLayer[];
  /** Texts that were run. */
  texts: number;
  /** Words of them that the network reads. */
  tokens: number;
  /** Texts without a word that the network reads: left out. */
  empty: number;
  /** Texts that AUC and tests are of, their words, and whether they are all. */
  sample: { texts: number; tokens: number; whole: boolean };
  /** What words are was asked for, and how many are so. */
  features: SurveyedFeature[];
  /** Labels that units were held against; "amount" of an amount; none of texts alone. */
  targets: readonly string[];
  /** Texts whose label or amount is known. */
  targeted: number;
  /** Of every test. */
  permutations: number;
  /** For many tests. */
  correction: Correction;
  /** At which q is said to be found. */
  alpha: number;
  /** Of sample and permutations. */
  seed: number;
  /** How many there were. */
  tests: number;
  /** What must be said of features asked for that nothing could be tested against. Mostly empty. */
  notes: string[];
  /** [S] every unit of every part. */
  signals: UnitSummary[];
  /** Those tested, strongest first: by corrected p, then by the size of r. */
  associations: Association[];
}

/** Options of `surveyUnits`. */
export interface SurveyOptions extends UnitOptions {
  /** Gates and states. Default: all. */
  parts?: readonly UnitPart[];
  /** Texts alone: labels and amounts are not looked at. Default: false, and each text's must be given. */
  unlabelled?: boolean;
  /** What words are, beside `WORD_FEATURES`. Default: nothing. */
  features?: readonly WordFeature[];
  /** Places to keep of each unit, highest and lowest, 0 to 100. Default 5. */
  contexts?: number;
  /** Texts that AUC and tests are of, at least 2. Default 1000. */
  sample?: number;
  /** Of every test, 19 to 1,000,000; no p is below 1 / (1 + permutations). Default 999. */
  permutations?: number;
  /** "bh" (Benjamini and Hochberg: the share of false findings) or "holm" (the chance of one). Default "bh". */
  correction?: Correction;
  /** Above 0, below 1. Default 0.05. */
  alpha?: number;
  /** Of sample and permutations. Default 0. */
  seed?: number;
  /** Given every text as it was recorded, one after the other, before it is forgotten. */
  onRecorded?(text: RecordedText): void | Promise<void>;
}

export const SURVEY_DEFAULTS = {
  ...{ contexts: 5, sample: 1000, permutations: 999, correction: "bh", alpha: 0.05, seed: 0 },
} as const satisfies SurveyOptions;

/** Bounds of some options, which the command line has too. */
export const SURVEY_BOUNDS = {
  ...{ contexts: [0, 100], sample: [2, Number.MAX_SAFE_INTEGER], permutations: [19, 1_000_000] },
} as const;

/** Numbers that a sample may hold: 1 GiB. */
const MOST_SAMPLED = 2 ** 28;

/** @param share of the words that are so */
function untestedNote({ name, says, binary }: WordFeature, share: number): string {
  const nothing = "no text of the sample has words that are so and words that are not";
  const why = binary && share === 0 ? "no word is" : binary && share === 1 ? "every word is" : nothing;
  return `Nothing was tested against ${name} (${says}): ${why}.`;
}

const WHERE = "surveyUnits";

/**
 * What every unit of a network's recurrent layers does over a data set: how it spreads, where it is highest and lowest, and how it
 * goes with labels and with what words are, tested by permutations. Texts are gone through once, 64 at a time; of all that is
 * recorded the sample stays in memory.
 * @param network a classifier or regressor whose network reads words, or `{ model, … }`
 * @throws InputError for options, texts or labels that are none, where no text has a word that the network reads, and where Holm's
 * correction could find nothing with so few permutations; AbortError
 * @example const { associations } = await surveyUnits(classifier, rows, { parts: ["hidden"] })
 */
export async function surveyUnits(
  network: TextNetwork,
  texts: StudyRows,
  options: SurveyOptions = {},
): Promise<UnitSurvey> {
  knownOptions(options, SURVEY_OPTIONS, WHERE);
  checkStudy(texts, options, WHERE);
  const asked = checkSurvey({ ...SURVEY_DEFAULTS, ...options });
  const open = openNetwork(network, WHERE);
  if (open.kind === null && !options.unlabelled) throw unnamed();
  const walk = new UnitWalk(open, options);
  try {
    const next = "Or give unlabelled: true, to hold units against what words are alone.";
    const targets = options.unlabelled ? "none" : "needed";
    const long = new Long(options, WHERE);
    const rows = readRows(texts, open, { long, where: WHERE, targets, next });
    return await surveyed(walk, rows, long, {
      ...asked,
      targets: options.unlabelled ? { names: [], binary: true } : open.targets,
    });
  } finally {
    walk.dispose();
  }
}

const SURVEY_OPTIONS = [
  ...STUDY_OPTIONS,
  ...["parts", "unlabelled", "features", "onRecorded"],
  ...Object.keys(SURVEY_DEFAULTS),
];

type Survey = SurveyOptions & Required<Pick<SurveyOptions, keyof typeof SURVEY_DEFAULTS>>;

/** What of the texts' labels or amounts units were not held against, and why. */
function targetNotes(
  { names, binary }: Targets,
  texts: number,
  known: number,
  found: readonly Association[],
): string[] {
  if (names.length === 0) return [];
  const what = binary ? `a label of the model's (${names.join(", ")})` : "an amount";
  if (known === 0) return [`No text has ${what}: units are held against what words are alone.`];
  return [
    ...(known < texts
      ? [
          `${counted(texts - known, "text")} of ${count(texts)} without ${what}: left out where units are held against it.`,
        ]
      : []),
    ...(found.some(({ of }) => of === "label")
      ? []
      : [
          `The texts' ${binary ? "labels do" : "amount does"} not differ enough for units to be held against ${binary ? "them" : "it"}.`,
        ]),
  ];
}

function checkSurvey(options: Survey): Survey {
  const { contexts, sample, permutations, correction, alpha, seed, unlabelled, onRecorded } = options;
  wholeNumber(contexts, `${WHERE} contexts`, ...SURVEY_BOUNDS.contexts);
  wholeNumber(sample, `${WHERE} sample`, ...SURVEY_BOUNDS.sample);
  wholeNumber(permutations, `${WHERE} permutations`, ...SURVEY_BOUNDS.permutations);
  oneOf(correction, CORRECTIONS, `${WHERE} correction`);
  finiteNumber(alpha, `${WHERE} alpha`, Number.MIN_VALUE, 1 - Number.EPSILON);
  wholeNumber(seed, `${WHERE} seed`);
  booleanOf(unlabelled, `${WHERE} unlabelled`);
  if (onRecorded !== undefined) functionOf(onRecorded, `${WHERE} onRecorded`);
  if (options.features !== undefined) checkFeatures(options.features, `${WHERE} features`);
  return options;
}

/** A network alone does not say what its outputs stand for. */
const unnamed = () =>
  inputError({
    expected: "labels of a network alone, { model, labels, … }, or unlabelled: true",
    where: WHERE,
    next: "Units are then held against what words are.",
  });

async function surveyed(
  walk: UnitWalk,
  texts: AsyncIterable<StudiedText>,
  long: Long,
  options: Survey & { targets: Targets },
): Promise<UnitSurvey> {
  const { contexts, sample: most, permutations, correction, alpha, seed, targets } = options;
  const features = [...WORD_FEATURES, ...(options.features ?? [])];
  const { signals } = walk;
  const S = signals.length;
  const first = targets.names.length === 2 && targets.binary ? 1 : 0;
  const asked = targets.names.length - first;
  checkFloor((features.length + asked) * S, { permutations, correction, alpha });
  const tokenMoments = new Moments(S, features.length);
  const lastMoments = new Moments(S, targets.names.length);
  const high = signals.map(() => new Best<UnitContext>(contexts));
  const low = signals.map(() => new Best<UnitContext>(contexts));
  const sampled: Sampled[] = [];
  const random = new Random(seed, PURPOSE.sample);
  let [seen, held] = [0, 0];
  for await (const text of walk.walk(texts, long)) {
    const { x, read, last } = text;
    const n = read.tokens.length;
    const values = features.map((feature) => valuesOf(feature, read));
    for (let k = 0; k < n; k++) {
      const own = values.map((of) => of[k]!);
      tokenMoments.add(x.subarray(k * S, (k + 1) * S), own);
    }
    if (text.targets) lastMoments.add(last, text.targets);
    keepContexts(text, S, high, low);
    const place = placeInSample(seen++, most, random);
    if (place !== null) {
      held += x.length - (sampled[place]?.x.length ?? 0);
      if (held > MOST_SAMPLED) throw tooMuch(held, most);
      sampled[place] = { n, x, features: values, last, targets: text.targets };
    }
    await options.onRecorded?.(text);
  }
  if (seen === 0) {
    throw inputError({
      expected: "a text with a word that the model reads",
      where: "the data",
      received: `${walk.empty} without one`,
    });
  }
  const associations = await associate(sampled, long, {
    ...{ signals, features, targets, first, permutations, seed },
  });
  long.end();
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
    notes: [
      ...(options.features ?? []).flatMap((asked) => {
        if (found.some(({ of, name }) => of === "token" && name === asked.name)) return [];
        const share = tokenMoments.otherMeans[features.indexOf(asked)]!;
        return [untestedNote(asked, share)];
      }),
      ...targetNotes(targets, seen, lastMoments.count, found),
    ],
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
  { x, read, row }: RecordedText,
  S: number,
  high: readonly Best<UnitContext>[],
  low: readonly Best<UnitContext>[],
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
  signals: readonly UnitSignal[];
  features: readonly WordFeature[];
  targets: Targets;
  /** Of two labels the second says all. */
  first: number;
  permutations: number;
  seed: number;
}

type Tested = Omit<Association, "correlation" | "q"> & { index: number };

async function associate(sampled: readonly Sampled[], long: Long, asked: Asked): Promise<Tested[]> {
  const { signals, features, targets, first } = asked;
  const S = signals.length;
  const found: Tested[] = [];
  long.begin("testing", features.length + targets.names.length - first);
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
  const aucsOf = async (
    columns: (s: number) => Float32Array,
    sides: readonly (ArrayLike<number> | null)[],
  ) => {
    const table = sides.map(() => new Array<number | null>(S).fill(null));
    if (sides.every((side) => side === null)) return table;
    for (let s = 0; s < S; s++) {
      const ranks = midRanks(columns(s));
      for (const [k, side] of sides.entries()) if (side) table[k]![s] = auc(ranks, side);
      await long.did();
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
  const tokenAucs = await aucsOf(column, joined);
  for (const [f, { name }] of features.entries()) {
    add("token", f, name, await long.run(shiftTest(sampled, f, S, asked)), tokenAucs[f]!);
    await long.did(1);
  }
  const known = sampled.filter(({ targets: own }) => own !== null);
  const chosen = targets.names.slice(first);
  const sides = chosen.map((_, k) =>
    targets.binary ? Float32Array.from(known, ({ targets: own }) => own![first + k]!) : null,
  );
  const labelAucs =
    known.length === 0
      ? chosen.map(() => none)
      : await aucsOf((s) => Float32Array.from(known, ({ last }) => last[s]!), sides);
  for (const [k, name] of chosen.entries()) {
    const p = known.length === 0 ? null : await long.run(labelTest(sampled, first + k, S, asked));
    add("label", first + k, name, p, labelAucs[k]!);
    await long.did(1);
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
