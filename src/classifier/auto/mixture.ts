/** How much deep members have to say beside the wide one, by rows that none of them has learned from. */
import type { Pieces } from "../../base/pieces.js";
import { stratifiedSplit } from "../../data/split.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { fitTemperature } from "../../objectives/temperature.js";
import type { Deep } from "./deep.js";
import {
  answersOf,
  centred,
  deviationOf,
  evenLogLoss,
  type HeldOut,
  measured,
  type Trial,
} from "./held-out.js";
import type { Wide } from "./wide.js";

/** Different texts below which a network learns nothing that n-grams do not. */
export const LEAST_DEEP_ROWS = 400;
/** Rows up to which too few can be held out to choose a share by. */
const FIXED_SHARE_ROWS = 3000;
/** A network holds out a tenth of the rows, but so many where they are a quarter at most. */
const HELD_OUT = 0.1;
const LEAST_HELD_OUT = 500;
const MOST_SHARE_HELD_OUT = 0.25;
const MOST_HELD_OUT = 2500;
/** Beyond .4 the loss on rows held out falls on, but answers get worse; */
const SHARES = [0.2, 0.3, 0.4];
/** unless the network answers clearly more of them: where n-grams see little of what the order of words says. */
const LARGE_SHARES = [0.6, 0.8];
/** As a share of the rows, and in standard errors. */
const CLEARLY = 0.03;
const STANDARD_ERRORS = 2.5;

/**
 * Rows that each of several networks is to hold out: places among those that judged the wide member. None where there are
 * too few different texts to train one. @param rows learned from @param keyOf the same for what is held out together
 */
export function partsToHoldOut(
  rows: number,
  judged: HeldOut,
  networks: number,
  seed: number,
  keyOf: (row: number) => number,
): Uint32Array[] {
  // A text that stands more than once is held out as a whole: a network knows it by heart. So are groups.
  const placesOf = new Map<number, number[]>();
  judged.rows.forEach((row, place) => {
    const key = keyOf(row);
    placesOf.set(key, [...(placesOf.get(key) ?? []), place]);
  });
  const groups = [...placesOf.values()];
  const texts = (rows * judged.texts) / judged.rows.length;
  if (texts < LEAST_DEEP_ROWS) return [];
  const least = Math.min(LEAST_HELD_OUT, MOST_SHARE_HELD_OUT * texts);
  const wanted = Math.min(MOST_HELD_OUT, Math.max(HELD_OUT * texts, least));
  let left = Uint32Array.from(groups.keys());
  return Array.from({ length: networks }, (_, n) => {
    const random = new Random(seed, PURPOSE.split, 4 + n);
    const classes = Int32Array.from(left, (group) => judged.classes[groups[group]![0]!]!);
    const leftTexts = (judged.texts * left.length) / groups.length;
    const share = Math.min(1 / (networks - n), wanted / leftTexts);
    const [others, own] = stratifiedSplit(classes, share, (i) => random.uniform(i));
    const part = Array.from(own).flatMap((i) => groups[left[i]!]!);
    left = others.map((i) => left[i]!);
    return Uint32Array.from(part).sort();
  });
}

/** A trained network beside the rows that it held out. */
export interface Judged {
  readonly deep: Deep;
  /** Which rows: places among those that judged the wide member. */
  readonly places: Uint32Array;
  /** [columns][places] the network's scores of them. */
  readonly columns: readonly Float64Array[];
  /** [labels][places] the n-grams' scores of them, by a fit to the same rows as the network. */
  readonly wide: readonly Float64Array[];
}

/** What the members weigh: 1 − share the wide one's, the deep ones share the rest, each at a standard deviation of 1. */
export interface Mixture {
  readonly share: number;
  readonly wideDeviation: number;
  readonly networks: readonly { readonly deep: Deep; readonly deviation: number }[];
  /** The factor on the mixture's scores that makes their softmax honest. */
  readonly factor: number;
  /** The rows that all were judged by, and the mixture's scores of them. */
  readonly heldOut: HeldOut;
  /** How the wide member did on these rows, the deep ones, and all together. */
  readonly trials: { readonly wide: Trial; readonly deep: Trial; readonly mixed: Trial };
}

/** Mixes the networks into the wide member. @param rows learned from @param keyOf the same for the same text */
export function* mix(
  { heldOut: wide }: Pick<Wide, "heldOut">,
  judged: readonly Judged[],
  rows: number,
  labels: number,
  keyOf: (row: number) => number,
): Pieces<Mixture> {
  const places = judged.flatMap((one) => Array.from(one.places));
  const classes = Int32Array.from(places, (place) => wide.classes[place]!);
  const wideOwn = wide.scores.map((_, k) =>
    Float64Array.from(judged.flatMap((one) => Array.from(one.wide[k]!))),
  );
  const wideDeviation = deviationOf(wideOwn);
  const networks = judged.map(({ deep, columns }) => ({ deep, deviation: deviationOf(centred(columns)) }));
  const deepOwn = wide.scores.map((_, k) => {
    return Float64Array.from(
      judged.flatMap(({ columns }, n) =>
        Array.from(centred(columns)[k]!, (score) => score / networks[n]!.deviation),
      ),
    );
  });
  const at = (share: number) =>
    wideOwn.map((column, k) =>
      column.map((score, i) => ((1 - share) * score) / wideDeviation + share * deepOwn[k]![i]!),
    );
  const { name } = judged[0]!.deep.recipe;
  const alone = yield* measured(wideOwn, classes);
  const deep = yield* measured(deepOwn, classes);
  const shares = rows <= FIXED_SHARE_ROWS ? [fixedShare(alone, deep, labels)] : SHARES;
  const large = isAhead(deepOwn, wideOwn, classes) ? LARGE_SHARES : [];
  const share = yield* chosenShare(at, classes, [...shares, ...large]);
  const scores = at(share);
  const factor = yield* fitTemperature({ scores, classes });
  const both = yield* measured(scores, classes);
  const own = Uint32Array.from(places, (place) => wide.rows[place]!);
  return {
    ...{ share, wideDeviation, networks },
    factor,
    heldOut: { rows: own, classes, scores, texts: new Set(Array.from(own, keyOf)).size },
    trials: {
      wide: { name: "n-grams, fitted again", ...alone },
      deep: { name, ...deep },
      mixed: { name: `n-grams and ${name}`, ...both },
    },
  };
}

/**
 * The share of the least log loss, on average over rows and over classes: a network that answers common labels better may
 * have rare ones forgotten. Rows answered rightly are too few to count by: a rare label's few would decide.
 */
function* chosenShare(
  at: (share: number) => Float64Array[],
  classes: Int32Array,
  shares: readonly number[],
): Pieces<number> {
  const tried: { share: number; loss: number }[] = [];
  for (const share of [0, ...shares]) tried.push({ share, loss: yield* evenLogLoss(at(share), classes) });
  return tried.sort((a, b) => a.loss - b.loss)[0]!.share;
}

/** Whether scores answer clearly more rows rightly than others do: by the rows that only one of them does (McNemar). */
function isAhead(
  own: readonly Float64Array[],
  others: readonly Float64Array[],
  classes: Int32Array,
): boolean {
  const [mine, theirs] = [answersOf(own), answersOf(others)];
  let [gained, lost] = [0, 0];
  classes.forEach((k, i) => {
    if (mine[i] === k && theirs[i] !== k) gained++;
    if (mine[i] !== k && theirs[i] === k) lost++;
  });
  const ahead = gained - lost;
  return ahead > CLEARLY * classes.length && ahead > STANDARD_ERRORS * Math.sqrt(gained + lost);
}

/** Where few rows are held out: what has proved itself elsewhere, less where the network did much worse. */
function fixedShare(wide: Omit<Trial, "name">, deep: Omit<Trial, "name">, labels: number): number {
  const behind = wide.accuracy - deep.accuracy;
  if (behind > 0.05) return 0;
  return labels > 2 && behind <= 0.015 ? 0.4 : 0.2;
}
