/** `model: "auto"`: the classifier that rows held out of the data prefer, from labelled texts to parts. */
import { inputError, oneOf, wholeNumber } from "../../base/errors.js";
import { ENGINES } from "../../engines/engines.js";
import type { ModelOptions } from "../../model/options.js";
import { newEncodingReport } from "../../tokens/vectorizer.js";
import { Turns } from "../../train/turns.js";
import { allRows, type Corpus } from "../corpus.js";
import { EFFORTS, type Effort, type Parts, type TrainOptions } from "../options.js";
import { type Beside, encoderOf, networkOf } from "./assemble.js";
import {
  affordable,
  bytesOfNetwork,
  channelRowsOf,
  deepRecipe,
  deepScores,
  rowShape,
  rulesFor,
  trainDeep,
} from "./deep.js";
import { type Judged, mix, partsToHoldOut } from "./mixture.js";
import { isScarce } from "./recipes.js";
import { fewRowsNotes, recordOf } from "./record.js";
import { bytesOf, comparedSizes, fittedInto, wordsWithin } from "./sizes.js";
import { areLong, trainWide, type Wide, type WideData } from "./wide.js";

/** Options of `train` that an automatic classifier heeds. */
const HEEDED: ReadonlySet<string> = new Set([
  "model",
  "effort",
  "maxSize",
  "compareSizes",
  "rows",
  "seed",
  "engine",
  "threads",
  "signal",
  "onStep",
]);

/** @throws InputError for the first option that would change nothing */
export function checkAutoOptions(options: TrainOptions): void {
  const { model = "auto" } = options;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (HEEDED.has(name) && !(model === "linear" && name === "effort"))) continue;
    throw inputError({
      expected: `to be left out with model: "${model}"${model === "auto" ? " (the default)" : ""}, where it has no effect`,
      where: `TextClassifier.train ${name}`,
      received: value,
      next: 'A network heeds it: model: "lstm", for one.',
    });
  }
}

/** Thrown when the signal ends it: nothing was learned that could be kept. */
export class AutoAborted extends Error {}

/**
 * Trains an automatic classifier, or of `model: "linear"` the plainest one. @param sizeOf bytes of the file that is saved
 * @throws InputError; AutoAborted
 */
export async function trainAuto(
  corpus: Corpus,
  options: TrainOptions,
  sizeOf: (parts: Parts) => Promise<number>,
): Promise<Parts> {
  const seed = wholeNumber(options.seed ?? 0, "seed");
  const labels = corpus.labels();
  const allClasses = corpus.classes(labels);
  const rows = Uint32Array.from(options.rows ?? allRows(corpus.rows));
  const classes = Int32Array.from(rows, (row) => allClasses[row]!);
  checkRows(classes, labels);
  const { engine, threads, signal } = options;
  const turns = new Turns();
  let last = "";
  const onStep = async (what: string) => {
    if (what !== last) options.onStep?.(what);
    last = what;
    await turns.share();
    if (signal?.aborted) throw new AutoAborted();
  };
  const compute = {
    ...(engine === undefined ? {} : { engine }),
    ...(threads === undefined ? {} : { threads }),
  };
  const data = { texts: corpus.texts, rows, classes, labels: labels.length };
  // The solver wants an engine that is its own, by name: one of the caller's is the network's.
  const solving = typeof engine === "object" ? {} : compute;
  const plain = options.model === "linear";
  const effort = oneOf(options.effort ?? "medium", EFFORTS, "effort");
  const { maxSize } = options;
  if (maxSize !== undefined) wholeNumber(maxSize, "maxSize", 1);
  const wide = await trainWide(data, {
    seed,
    plain,
    engine: () => ENGINES.createSynchronous(solving),
    onStep,
    ...(maxSize === undefined ? {} : { mostWords: wordsWithin(maxSize) }),
  });
  const notes = fewRowsNotes(labels, perClass(classes, labels.length));
  const room = maxSize === undefined ? Number.POSITIVE_INFINITY : maxSize - bytesOf(wide);
  const tried = plain
    ? null
    : await trainBeside(wide, data, { effort, room, notes }, { seed, ...compute }, onStep);
  const assembled = (of: Wide, members: Beside | null): Parts => {
    const beside = members && members.mixture.share > 0 ? members : null;
    const encoder = encoderOf(of, beside?.channels ?? null, corpus.texts, rows);
    const model = networkOf(of, beside, { seed, ...compute });
    const encoding = newEncodingReport();
    encoder.encodeCorpus(corpus.texts, rows, encoding);
    const settings = { model: plain ? "linear" : "auto", ...(plain ? {} : { effort }), seed };
    const training = {
      rows: rows.length,
      validationRows: 0,
      perClass: Object.fromEntries(perClass(classes, labels.length).map((count, k) => [labels[k]!, count])),
      encoding,
      settings: { ...settings, ...(maxSize === undefined ? {} : { maxSize }) },
      history: {},
      bestEpoch: null,
      stopped: null,
      auto: recordOf(of, members, plain, notes),
    };
    return { model, encoder, labels, threshold: 0.5, training };
  };
  try {
    let parts = assembled(wide, tried);
    const ngrams = (of: Wide) => assembled(of, null);
    if (maxSize !== undefined) {
      const size = await sizeOf(parts);
      if (size > maxSize) {
        parts.model.dispose();
        parts = await fittedInto(maxSize, wide, size, ngrams, sizeOf);
      }
    }
    if (options.compareSizes) parts.training!.auto!.sizes = await comparedSizes(wide, ngrams, sizeOf);
    return parts;
  } finally {
    for (const { deep } of tried?.mixture.networks ?? []) deep.network.dispose();
  }
}

/** Rows of each class. */
function perClass(classes: Int32Array, labels: number): number[] {
  const counts = new Array<number>(labels).fill(0);
  for (const k of classes) counts[k]!++;
  return counts;
}

/** Of rows held out, the share answered rightly from which no network can be seen to gain. */
const NOTHING_LEFT = 0.995;

/** Deep members beside the wide one, where there are rows and time enough; null where there are not. */
async function trainBeside(
  wide: Wide,
  data: WideData,
  { effort, room, notes }: { effort: Effort; room: number; notes: string[] },
  options: ModelOptions & { seed: number },
  onStep: (what: string) => Promise<void>,
): Promise<Beside | null> {
  const { texts, rows, classes, labels } = data;
  if (effort === "low" || isScarce(classes, labels) || wide.picked.accuracy >= NOTHING_LEFT) return null;
  const long = areLong(texts, rows);
  const plan = affordable(deepRecipe(long, labels), rows.length, rowShape(texts, rows, long).length, effort);
  if (!plan) return null;
  const { recipe, networks } = plan;
  const keyOf = (row: number) => texts.fingerprint(row);
  const parts = partsToHoldOut(rows.length, wide.heldOut, networks, options.seed, keyOf);
  if (parts.length === 0) return null;
  await onStep(`learning ${recipe.name}`);
  const channels = rulesFor(recipe, texts, rows, long);
  if (networks * bytesOfNetwork(recipe, channels, labels) > room) {
    notes.push(`Networks over words in order were left out: they would not fit into the file`);
    return null;
  }
  const judged: Judged[] = [];
  for (const [number, places] of parts.entries()) {
    const step = `learning ${recipe.name}${networks > 1 ? `, ${number + 1} of ${networks}` : ""}`;
    await onStep(step);
    const held = places.map((place) => wide.heldOut.rows[place]!);
    const out = new Set(Array.from(held, keyOf));
    const fit = Uint32Array.from(rows.keys()).filter((i) => !out.has(keyOf(rows[i]!)));
    const part = {
      ...{ texts, labels, rows: fit.map((i) => rows[i]!) },
      classes: Int32Array.from(fit, (i) => classes[i]!),
    };
    const deep = await trainDeep(part, recipe, channels, { ...options, number, onStep: () => onStep(step) });
    const columns = deepScores(deep, channelRowsOf(texts, held, channels));
    judged.push({ deep, places, columns, wide: await wide.scoresWithout(places) });
  }
  const mixture = mix(wide, judged, rows.length, labels, keyOf);
  return { mixture, channels };
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
