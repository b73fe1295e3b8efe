/** What an automatic classifier tried and is, to be kept with it and told. */
import { objectOf } from "../../base/arguments.js";
import { inputError, oneOf, wholeNumber } from "../../base/errors.js";
import { count, percent } from "../../base/numbers.js";
import type { Pieces } from "../../base/pieces.js";
import { calibration } from "../../objectives/metrics/calibration.js";
import type { Predictions } from "../../objectives/metrics/predictions.js";
import { evaluating } from "../../objectives/metrics.js";
import { softmaxOf } from "../../objectives/temperature.js";
import { type AutoRecord, EFFORTS, type Effort, type Ran, type TrainingRecord } from "../options.js";
import type { Beside } from "./assemble.js";
import { quantileFor } from "./chance.js";
import type { Wide } from "./wide.js";

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
export function fewRowsNotes(labels: readonly string[], counts: readonly number[]): string[] {
  const few = labels.flatMap((label, k) => (counts[k]! < FEW ? [`${label} ${counts[k]}`] : []));
  if (few.length === 0) return [];
  const more = few.length > MOST_NAMED ? `, … ${few.length} in all` : "";
  return [
    `Fewer than ${FEW} rows, too few to learn or to be judged by: ${few.slice(0, MOST_NAMED).join(", ")}${more}`,
  ];
}

/** What a record says of a training that is to be had again. */
export interface Replay {
  readonly seed: number;
  readonly effort: Effort;
  readonly maxSize?: number;
  readonly ran: Ran;
  readonly perClass: TrainingRecord["perClass"];
}

/** Reads a record, which may come of a file. @throws InputError for one that does not say what ran */
export function replayOf(record: TrainingRecord): Replay {
  const { settings: given, auto, perClass } = objectOf(record, "replay", "a classifier's record");
  const settings = objectOf(given ?? {}, "replay settings") as Record<string, unknown>;
  if (!auto?.ran) {
    throw inputError({
      expected: 'the record of a classifier of model: "auto", which says what ran',
      where: "replay",
      received: settings["model"],
    });
  }
  return {
    seed: wholeNumber(settings["seed"], "replay settings.seed"),
    effort: oneOf(settings["effort"], EFFORTS, "replay settings.effort"),
    ...(settings["maxSize"] === undefined
      ? {}
      : { maxSize: wholeNumber(settings["maxSize"], "replay settings.maxSize", 1) }),
    ran: {
      recipes: wholeNumber(auto.ran.recipes, "replay auto.ran.recipes", 1),
      networks: wholeNumber(auto.ran.networks, "replay auto.ran.networks"),
      exceeded: auto.ran.exceeded === true,
    },
    perClass: objectOf(perClass, "replay perClass"),
  };
}

/** @throws InputError where the rows to learn from cannot be those of the record: the result would be another */
export function checkReplayed(expected: Replay["perClass"], rows: Replay["perClass"]): void {
  const worded = (each: Replay["perClass"]) => {
    const named = Object.entries(each).map(([label, count]) => `${label} ${count}`);
    return [...named.slice(0, MOST_NAMED), ...(named.length > MOST_NAMED ? ["…"] : [])].join(", ");
  };
  const inOrder = (each: Replay["perClass"]) =>
    JSON.stringify(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (inOrder(expected) === inOrder(rows)) return;
  throw inputError({
    expected: `the rows that the record is of (${worded(expected)})`,
    where: "replay",
    received: worded(rows),
  });
}

/** What there is to say beside what the wide member notes. */
export interface Remarks {
  readonly notes: readonly string[];
  /** Members that there was no time for. */
  readonly leftOut: readonly string[];
  /** Networks that were trained, be they kept or not, and whether the budget was exceeded. */
  readonly networks: number;
  readonly exceeded: boolean;
}

/**
 * @param tried networks beside the n-grams, whether they were picked or not
 * @param plain whether there was nothing to pick from
 */
export function* recordOf(
  wide: Wide,
  tried: Beside | null,
  plain: boolean,
  remarks: Remarks,
): Pieces<AutoRecord> {
  const { picked, labelled } = wide;
  const notes = [...wide.notes, ...remarks.notes];
  const mixed = tried && tried.mixture.share > 0 ? tried.mixture : null;
  const { heldOut, factor } = mixed ?? wide;
  const { classes: labels } = heldOut;
  const beside = tried ? Object.values(tried.mixture.trials) : [];
  const trials = [...wide.trials, ...(wide.kept ? [wide.kept] : []), ...beside];
  const chosen = mixed?.trials.mixed ?? wide.kept ?? picked;
  const judged = (by: number) => predictionsOf(softmaxOf(heldOut.scores, by), labels, labelled.labels);
  const { accuracy, majority, mcc } = yield* evaluating(judged(factor));
  // Under independence texts · mcc² is about chi-square of one degree: a one-sided test at 5 %, shared by all that was tried.
  const useful = mcc > quantileFor(trials.length) / Math.sqrt(heldOut.texts);
  const record = {
    members: trials.map((trial) => ({ ...trial, picked: trial === chosen })),
    picked: chosen.name,
    networks: mixed ? { count: mixed.networks.length, share: mixed.share } : null,
    ran: plain
      ? null
      : { recipes: wide.trials.length, networks: remarks.networks, exceeded: remarks.exceeded },
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
  return { ...record, why: explain(record, wide, plain, remarks.leftOut) };
}

/** What was tried and picked and why, in a paragraph. @param plain whether there was nothing to pick from */
function explain(
  { members, networks, picked, heldOut, useful }: Omit<AutoRecord, "why">,
  wide: Wide,
  plain: boolean,
  leftOut: readonly string[],
): string {
  const { rows } = wide.data;
  const ngrams = members.slice(0, wide.trials.length);
  const beside = members.slice(wide.trials.length + (wide.kept ? 1 : 0));
  const tried = (list: AutoRecord["members"]) =>
    list.map(({ name, accuracy }) => `${name} ${percent(accuracy)}`).join("; ");
  const judged =
    ngrams[0]!.rows === rows
      ? "each row judged by a fit to others"
      : `${ngrams[0]!.rows.toLocaleString("en")} rows held out`;
  const [first] = ngrams;
  const best = ngrams.find(({ name }) => name === wide.picked.name)!;
  const parts = [`Tried (${judged}): ${tried(ngrams)}.`];
  if (plain) parts.push("It is what was asked for; nothing else was tried.");
  else if (ngrams.length > 1) {
    const gain = percent(best.accuracy - first!.accuracy);
    parts.push(
      best === first
        ? `Of these ${best.name}: nothing larger did clearly better.`
        : `Of these ${best.name}: better than ${first!.name} by ${gain}.`,
    );
  }
  if (wide.kept) {
    parts.push(
      `The file was to be small: ${count(wide.data.features)} n-grams kept ${percent(wide.kept.accuracy)}.`,
    );
  }
  if (beside.length > 0) {
    const on = `on ${beside[0]!.rows.toLocaleString("en")} rows that neither had seen`;
    parts.push(`Then, over words in order (${on}): ${tried(beside)}.`);
    const [wide, deep, both] = beside.map(({ accuracy }) => accuracy) as [number, number, number];
    const reason =
      (networks?.share ?? 0) > 0.5
        ? "the order of words decides"
        : both > Math.max(wide, deep)
          ? "they differ in what they get wrong"
          : "their probabilities together are nearer to what is right";
    parts.push(
      networks
        ? `Picked both, the network's share ${percent(networks.share)}: ${reason}.`
        : `Picked ${picked}: a network beside them did not answer better.`,
    );
  } else if (!plain) parts.push(`Picked ${picked}.`);
  if (leftOut.length > 0) parts.push(`Left out, as the budget had no time for it: ${leftOut.join("; ")}.`);
  parts.push(
    `The n-grams were fitted to all ${rows.toLocaleString("en")} rows. Always answering the largest label would be right in ${percent(heldOut.majority)}.`,
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
