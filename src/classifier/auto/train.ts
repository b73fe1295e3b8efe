/** `model: "auto"`: the classifier that rows held out of the data prefer, from labelled texts to parts. */
import { inputError, wholeNumber } from "../../base/errors.js";
import { percent } from "../../base/numbers.js";
import { ENGINES } from "../../engines/engines.js";
import { calibration } from "../../objectives/metrics/calibration.js";
import type { Predictions } from "../../objectives/metrics/predictions.js";
import { evaluatePredictions } from "../../objectives/metrics.js";
import { softmaxOf } from "../../objectives/temperature.js";
import { newEncodingReport } from "../../tokens/vectorizer.js";
import { Turns } from "../../train/turns.js";
import { allRows, type Corpus } from "../corpus.js";
import type { AutoRecord, Parts, TrainOptions } from "../options.js";
import { encoderOf, networkOf } from "./assemble.js";
import { trainWide, type Wide } from "./wide.js";

/** Options of `train` that an automatic classifier heeds. */
const HEEDED: ReadonlySet<string> = new Set([
  "model",
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
    if (HEEDED.has(name) || value === undefined) continue;
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

/** Trains an automatic classifier, or of `model: "linear"` the plainest one. @throws InputError; AutoAborted */
export async function trainAuto(corpus: Corpus, options: TrainOptions): Promise<Parts> {
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
  const wide = await trainWide(data, {
    seed,
    plain,
    engine: () => ENGINES.createSynchronous(solving),
    onStep,
  });
  const encoder = encoderOf(wide, corpus.texts, rows);
  const model = networkOf(wide, { seed, ...compute });
  const encoding = newEncodingReport();
  encoder.encodeCorpus(corpus.texts, rows, encoding);
  const counts = labels.map((_, k) => classes.reduce((sum, one) => sum + (one === k ? 1 : 0), 0));
  const training = {
    rows: rows.length,
    validationRows: 0,
    perClass: Object.fromEntries(labels.map((label, k) => [label, counts[k]!])),
    encoding,
    settings: { model: plain ? "linear" : "auto", seed },
    history: {},
    bestEpoch: null,
    stopped: null,
    auto: recordOf(wide, plain, fewRowsNotes(labels, counts)),
  };
  return { model, encoder, labels, threshold: 0.5, training };
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

/** Normal quantiles that 5 %, shared by one to four trials, lie above. */
const ONE_SIDED = [1.645, 1.96, 2.128, 2.241];

/** As an evaluation has them: of two labels the second's probability. */
function predictionsOf(probabilities: Float32Array, labels: Int32Array, outputs: number): Predictions {
  if (outputs > 2) return { probabilities, outputs, labels };
  return { probabilities: probabilities.filter((_, i) => i % 2 === 1), outputs: 1, labels };
}

/** Rows below which a label can neither be learned nor be judged: one for each part held out. */
const FEW = 5;
/** Labels that are named where there are many. */
const MOST_NAMED = 10;

/** Names the labels of few rows, in a sentence. */
function fewRowsNotes(labels: readonly string[], counts: readonly number[]): string[] {
  const few = labels.flatMap((label, k) => (counts[k]! < FEW ? [`${label} ${counts[k]}`] : []));
  if (few.length === 0) return [];
  const more = few.length > MOST_NAMED ? `, … ${few.length} in all` : "";
  return [
    `Fewer than ${FEW} rows, too few to learn or to be judged by: ${few.slice(0, MOST_NAMED).join(", ")}${more}`,
  ];
}

/** @param remarks what there is to note beside what was left out */
function recordOf(wide: Wide, plain: boolean, remarks: readonly string[]): AutoRecord {
  const { trials, picked, heldOut, factor, labelled } = wide;
  const notes = [...wide.notes, ...remarks];
  const labels = Int32Array.from(heldOut.rows, (row) => labelled.classes[row]!);
  const judged = (by: number) => predictionsOf(softmaxOf(heldOut.scores, by), labels, labelled.labels);
  const { accuracy, majority, mcc } = evaluatePredictions(judged(factor));
  // Under independence texts · mcc² is about chi-square of one degree: a one-sided test at 5 %, shared by all that was tried.
  const useful = mcc > (ONE_SIDED[trials.length - 1] ?? ONE_SIDED.at(-1)!) / Math.sqrt(heldOut.texts);
  const record = {
    members: trials.map((trial) => ({ ...trial, picked: trial === picked })),
    picked: picked.name,
    features: wide.data.features,
    heldOut: {
      rows: labels.length,
      accuracy,
      majority,
      mcc,
      known: wide.known,
      calibrationError: {
        before: calibration(judged(1)).expectedError,
        after: calibration(judged(factor)).expectedError,
      },
    },
    useful,
    notes,
  };
  return { ...record, why: explain(record, wide.data.rows, plain) };
}

/**
 * What was tried and picked and why, in a paragraph.
 * @param rows that were learned from: of very many a sample
 * @param plain whether there was nothing to pick from
 */
function explain(
  { members, picked, heldOut, useful }: Omit<AutoRecord, "why">,
  rows: number,
  plain: boolean,
): string {
  const judged =
    heldOut.rows === rows
      ? "each row judged by a fit to others"
      : `${heldOut.rows.toLocaleString("en")} rows held out`;
  const [first] = members;
  const tried = members.map(({ name, accuracy }) => `${name} ${percent(accuracy)}`).join("; ");
  const best = members.find((member) => member.picked)!;
  const parts = [`Tried (${judged}): ${tried}.`];
  if (plain) parts.push("It is what was asked for; nothing else was tried.");
  else if (members.length === 1) parts.push(`Picked ${picked}: the one for data of this kind.`);
  else if (best === first) parts.push(`Picked ${picked}: nothing larger did clearly better.`);
  else
    parts.push(
      `Picked ${picked}: better than ${first!.name} by ${percent(best.accuracy - first!.accuracy)}.`,
    );
  parts.push(
    `Then fitted to all ${rows.toLocaleString("en")} rows. Always answering the largest label would be right in ${percent(heldOut.majority)}.`,
  );
  if (useful && heldOut.accuracy < heldOut.majority) {
    parts.push(
      "It is right less often than that because rare labels are made to count as much as common ones: it finds more of them, and takes more others for them.",
    );
  }
  if (!useful) {
    parts.push("On rows it had not seen it did no better than that: its answers are not to be relied on.");
  }
  return parts.join(" ");
}
