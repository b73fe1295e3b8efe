/** `model: "auto"`: the classifier that rows held out of the data prefer, from labelled texts to parts. */
import { functionOf } from "../../base/arguments.js";
import { finiteNumber, inputError, oneOf, wholeNumber } from "../../base/errors.js";
import type { Pieces } from "../../base/pieces.js";
import type { ModelOptions } from "../../model/options.js";
import { type Communicator, communicatorOf } from "../../processes/communicator.js";
import { groupOf } from "../../processes/together.js";
import { bundlesOf, type Duplicates } from "../bundles.js";
import { type Corpus, refuseNoClasses } from "../corpus.js";
import { EFFORTS, type Effort, type Parts, type TrainOptions } from "../options.js";
import { checkSameCorpus } from "../same-corpus.js";
import { allRows } from "../text-corpus.js";
import { Allowance, type Timing } from "./allowance.js";
import { type Beside, encoderOf, networkOf } from "./assemble.js";
import {
  affordable,
  bytesOfNetwork,
  channelRowsOf,
  deepRecipe,
  deepScores,
  rowShape,
  rulesFor,
  stepsOf,
  stepsToAnswer,
  trainDeep,
} from "./deep.js";
import { solverEngine } from "./linear-outputs.js";
import { areLong, bundleOf, type WideData } from "./material.js";
import { type Judged, mix, partsToHoldOut } from "./mixture.js";
import { isScarce } from "./recipes.js";
import { checkReplayed, fewRowsNotes, recordOf, replayOf } from "./record.js";
import { bytesOf, comparedSizes, fittedInto, wordsWithin } from "./sizes.js";
import type { Steps } from "./steps.js";
import { trainWide, type Wide } from "./wide.js";

/** Options of `train` that automatic classifiers heed, and those that choose among members, of which "linear" has one. */
const HEEDED: ReadonlySet<string> = new Set([
  "model",
  "maxSize",
  "onSizes",
  "rows",
  "seed",
  "engine",
  "threads",
  "signal",
  "onProgress",
  "onStep",
  "duplicates",
  "communicator",
]);
const CHOOSING: ReadonlySet<string> = new Set(["effort", "budget", "replay"]);

/** @throws InputError for the first option that would change nothing */
export function checkAutoOptions(options: TrainOptions): void {
  const { model = "auto" } = options;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || HEEDED.has(name) || (model === "auto" && CHOOSING.has(name))) continue;
    throw inputError({
      expected: `to be left out with model: "${model}"${model === "auto" ? " (the default)" : ""}, where it has no effect`,
      where: `TextClassifier.train ${name}`,
      received: value,
      next: CHOOSING.has(name) ? 'model: "auto" heeds it.' : 'A network heeds it: model: "lstm", for one.',
    });
  }
  for (const name of ["effort", "budget", "seed", "maxSize"] as const) {
    if (options.replay === undefined || options[name] === undefined) continue;
    throw inputError({
      expected: "to be left out beside replay, whose record says what runs",
      where: `TextClassifier.train ${name}`,
      received: options[name],
    });
  }
}

/**
 * Trains an automatic classifier, or of `model: "linear"` the plainest one.
 * @param sizeOf bytes of the file that is saved
 * @param steps what is being done
 * @param timing what the budget holds besides
 * @throws InputError; AbortError
 */
export async function trainAuto(
  corpus: Corpus,
  options: TrainOptions,
  sizeOf: (parts: Parts) => Promise<number>,
  steps: Steps,
  timing?: Timing,
): Promise<Parts> {
  const replay = options.replay === undefined ? null : replayOf(options.replay);
  const seed = replay?.seed ?? wholeNumber(options.seed ?? 0, "seed");
  const budget = options.budget === undefined ? undefined : finiteNumber(options.budget, "budget", 0);
  if (options.onSizes !== undefined) functionOf(options.onSizes, "onSizes");
  const maxSize = replay?.maxSize ?? options.maxSize;
  if (maxSize !== undefined) wholeNumber(maxSize, "maxSize", 1);
  const { communicator } = options;
  if (communicator !== undefined) communicatorOf(communicator, "TextClassifier.train communicator");
  const group = await groupOf(communicator);
  if (group) await checkSameCorpus(group, corpus, options, steps);
  const allowance = new Allowance({ budget, replay: replay?.ran ?? null, group }, timing);
  refuseNoClasses(corpus, options.target);
  const labels = corpus.labels();
  const allClasses = corpus.classes(labels);
  const rows = Uint32Array.from(options.rows ?? allRows(corpus.rows));
  const classes = Int32Array.from(rows, (row) => allClasses[row]!);
  checkRows(classes, labels);
  const counts = new Array<number>(labels.length).fill(0);
  for (const k of classes) counts[k]!++;
  const perClass = Object.fromEntries(labels.map((label, k) => [label, counts[k]!]));
  if (replay) checkReplayed(replay.perClass, perClass);
  const { engine, threads } = options;
  const compute = {
    ...(engine === undefined ? {} : { engine }),
    ...(threads === undefined ? {} : { threads }),
  };
  const data = {
    ...{ texts: corpus.texts, rows, classes, labels: labels.length },
    bundles: await steps.run(bundlesToJudge(corpus, options.duplicates)),
  };
  const plain = options.model === "linear";
  const effort = replay?.effort ?? oneOf(options.effort ?? "medium", EFFORTS, "effort");
  const wide = await trainWide(data, {
    seed,
    ...{ plain, allowance, group },
    engine: await solverEngine(compute),
    steps,
    ...(maxSize === undefined ? {} : { mostWords: wordsWithin(maxSize) }),
  });
  const room = maxSize === undefined ? Number.POSITIVE_INFINITY : maxSize - bytesOf(wide);
  const { tried, leftOut, tooLarge } = plain
    ? NOTHING_BESIDE
    : await trainBeside(wide, data, { effort, room }, { seed, allowance, communicator, ...compute }, steps);
  const { isExceeded: exceeded } = allowance;
  const assembled = async (of: Wide, members: Beside | null): Promise<Parts> => {
    steps.begin("assembling", "assembling the classifier", rows.length);
    const beside = members && members.mixture.share > 0 ? members : null;
    const encoder = await steps.run(encoderOf(of, beside?.channels ?? null, corpus.texts, rows));
    const model = await steps.run(networkOf(of, beside, { seed, ...compute }));
    const encoding = await steps.run(encoder.reportOf(corpus.texts, rows));
    const notes = [
      ...fewRowsNotes(labels, counts),
      ...exceededNotes(of, tried, exceeded),
      ...(tooLarge || members !== tried ? ["A network beside the n-grams would not fit into the file"] : []),
    ];
    const remarks = {
      ...{ notes, exceeded, networks: tried?.mixture.networks.length ?? 0 },
      leftOut: [...of.leftOut, ...leftOut],
    };
    const settings = { model: plain ? "linear" : "auto", ...(plain ? {} : { effort }), seed };
    const training = {
      rows: rows.length,
      validationRows: 0,
      perClass,
      encoding,
      settings: { ...settings, ...(maxSize === undefined ? {} : { maxSize }) },
      history: {},
      bestEpoch: null,
      stopped: null,
      auto: await steps.run(recordOf(of, members, plain, remarks)),
    };
    return { model, encoder, labels, threshold: 0.5, training };
  };
  try {
    const all = await assembled(wide, tried);
    const ngrams = (of: Wide) => assembled(of, null);
    const parts = maxSize === undefined ? all : await fittedInto(maxSize, wide, all, ngrams, sizeOf);
    if (options.onSizes) options.onSizes(await comparedSizes(wide, ngrams, sizeOf));
    steps.end();
    return parts;
  } finally {
    for (const { deep } of tried?.mixture.networks ?? []) deep.network.dispose();
  }
}

/** [rows] what is held out together; undefined where that is for texts to tell. */
function* bundlesToJudge(corpus: Corpus, duplicates: Duplicates | undefined): Pieces<Int32Array | undefined> {
  if (!corpus.isGrouped && (duplicates ?? "together") === "together") return undefined;
  return (yield* bundlesOf(corpus, { duplicates, automatic: true })) ?? Int32Array.from(allRows(corpus.rows));
}

/** Of rows held out, the share answered rightly from which no network can be seen to gain. */
const NOTHING_LEFT = 0.995;

/** Networks that were tried, and what of them there was no time for. */
interface Tried {
  readonly tried: Beside | null;
  readonly leftOut: readonly string[];
  /** Whether none was tried because the file has no room for it. */
  readonly tooLarge?: boolean;
}
const NOTHING_BESIDE: Tried = { tried: null, leftOut: [] };

interface BesideOptions {
  readonly seed: number;
  readonly allowance: Allowance;
  /** Processes that share the networks' steps. */
  readonly communicator: Communicator | undefined;
}

/** Thrown by a network that would end too late. */
class GivenUp extends Error {}

/** Deep members beside the wide one, where there are rows and time enough. */
async function trainBeside(
  wide: Wide,
  data: WideData,
  { effort, room }: { effort: Effort; room: number },
  { allowance, ...options }: ModelOptions & BesideOptions,
  steps: Steps,
): Promise<Tried> {
  const { texts, rows, classes, labels } = data;
  if (effort === "low" || isScarce(classes, labels) || wide.picked.accuracy >= NOTHING_LEFT) {
    return NOTHING_BESIDE;
  }
  const long = areLong(texts, rows);
  const plan = affordable(deepRecipe(long, labels), rows.length, rowShape(texts, rows, long).length, effort);
  if (!plan) return NOTHING_BESIDE;
  const { recipe } = plan;
  // Of long texts and many words a network is large: what the file has room for.
  const channels = await steps.run(rulesFor(recipe, texts, rows, long));
  const networks = Math.min(plan.networks, Math.floor(room / bytesOfNetwork(recipe, channels, labels)));
  if (networks < 1) return { ...NOTHING_BESIDE, tooLarge: true };
  const keyOf = bundleOf(data);
  const parts = partsToHoldOut(rows.length, wide.heldOut, networks, options.seed, keyOf);
  if (parts.length === 0) return NOTHING_BESIDE;
  /** Work until training ends, with the network of this number, of which so many steps are made. */
  const isLeft = (number: number, steps: number, made: number) => ({
    steps: steps - made + stepsToAnswer(parts[number]!.length + (number + 1) * allowance.testRows),
    ...{ fits: wide.withoutTakes, rows: rows.length },
  });
  const judged: Judged[] = [];
  for (const [number, places] of parts.entries()) {
    const step = `learning ${recipe.name}${networks > 1 ? `, ${number + 1} of ${networks}` : ""}`;
    const held = places.map((place) => wide.heldOut.rows[place]!);
    const out = new Set(Array.from(held, keyOf));
    const fit = Uint32Array.from(rows.keys()).filter((i) => !out.has(keyOf(rows[i]!)));
    const toMake = stepsOf(recipe, fit.length);
    if (!allowance.admits("networks", number, isLeft(number, toMake, 0))) break;
    steps.begin("network", step, toMake);
    const part = {
      ...{ texts, labels, rows: fit.map((i) => rows[i]!) },
      classes: Int32Array.from(fit, (i) => classes[i]!),
    };
    let stepped: ((amount: number) => void) | null = null;
    const deep = await trainDeep(part, recipe, channels, {
      ...{ ...options, number },
      steps,
      onStep: (made) => {
        // What comes before the first step, and what that itself takes, says nothing of the others.
        stepped?.(1);
        stepped ??= allowance.watch("steps");
        if (!allowance.goesOn(made, isLeft(number, toMake, made))) throw new GivenUp();
      },
    }).catch((error: unknown) => {
      if (error instanceof GivenUp) return null;
      throw error;
    });
    if (!deep) break;
    const read = await steps.run(channelRowsOf(texts, held, channels));
    const columns = await steps.run(deepScores(deep, read));
    judged.push({ deep, places, columns, wide: await wide.scoresWithout(places) });
  }
  const missing = networks - judged.length;
  const name = networks > 1 ? `${missing} of ${networks} networks (${recipe.name})` : recipe.name;
  const leftOut = missing > 0 ? [name] : [];
  if (judged.length === 0) return { tried: null, leftOut };
  const mixture = await steps.run(mix(wide, judged, rows.length, labels, (row) => texts.fingerprint(row)));
  return { tried: { mixture, channels }, leftOut };
}

/** A budget that was too small is said. */
function exceededNotes(wide: Wide, tried: Beside | null, exceeded: boolean): string[] {
  if (!exceeded) return [];
  return wide.trials.length === 1 && !tried
    ? ["The budget is exceeded: reading, the first n-grams and saving alone take longer"]
    : ["The budget is exceeded: what was tried took longer than its first steps told"];
}

/** Two rows of a class are the least that one can be told by another. */
function checkRows(classes: Int32Array, labels: readonly string[]): void {
  const seen = new Set(classes);
  if (seen.size >= 2) return;
  throw inputError({
    expected: "rows of two labels or more, to tell apart",
    where: "rows",
    received: `${seen.size === 0 ? "no rows" : `rows of ${labels[[...seen][0]!]} alone`}`,
  });
}
