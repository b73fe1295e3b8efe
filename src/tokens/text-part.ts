/**
 * What turns a text into a row of ids and a row of outputs into an answer: a classifier (of one label a text, or of several) or
 * a regressor without its network, and how files keep it beside one.
 */
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";
import type { Json } from "../base/json.js";
import type { Note } from "../base/notes.js";
import { percent } from "../base/numbers.js";
import { FeatureEncoder } from "./feature-encoder.js";
import { IdEncoder, type RowEncoder } from "./row-encoder.js";
import { Vectorizer } from "./vectorizer.js";

/** What reads texts. */
export interface Encoding {
  /** Turns texts into what the network reads. */
  readonly encoder: RowEncoder;
}

/** Of a classifier: one label a text. */
export interface TextPart extends Encoding {
  /** One for each class, in order. */
  readonly labels: readonly string[];
  /** Two labels only: the second is answered when its probability is above this. */
  readonly threshold: number;
  /** Answers below this probability, and those to strange texts, are rejected where nothing else is asked; null: none. */
  readonly reject?: number | null;
}

/** Of a classifier of several labels a text. */
export interface LabelSetPart extends Encoding {
  /** One for each output, in order. */
  readonly labels: readonly string[];
  /** [labels] a label is among those answered when its probability is above its threshold. */
  readonly thresholds: readonly number[];
}

/** Of what a file holds besides the network. */
const VERSION = 1;
const FEATURES_VERSION = 2;

/** What reads the outputs, by how files call it. */
const READERS = {
  "text-classifier": "TextClassifier",
  "multi-label-classifier": "MultiLabelClassifier",
  "text-regressor": "TextRegressor",
} as const;
export type TextKind = keyof typeof READERS;

/** What the parts that a file carries besides its network make of it; null: nothing that reads texts. */
export function textKindOf(extras: unknown): TextKind | null {
  const kind = typeof extras === "object" && extras !== null ? (extras as { kind?: unknown }).kind : null;
  return typeof kind === "string" && Object.hasOwn(READERS, kind) ? (kind as TextKind) : null;
}

/** Whether what a file carries besides its network makes a text classifier of it. */
export const isTextPart = (extras: unknown): boolean => textKindOf(extras) === "text-classifier";

/** Files may not have such a key: rows of a label of that name go uncounted in what is kept of the training. */
const allowed = (key: string, value: unknown) => (key === "__proto__" ? undefined : value);

function extrasOf(kind: TextKind, encoder: RowEncoder, fields: object): Json {
  return JSON.parse(JSON.stringify({ kind, ...encoderFields(encoder), ...fields }, allowed)) as Json;
}

/** @param training how the classifier was trained, kept with it */
export function writeTextPart({ encoder, labels, threshold, reject }: TextPart, training: unknown): Json {
  const own = typeof reject === "number" ? { reject: checkReject(reject, "reject") } : {};
  return extrasOf("text-classifier", encoder, { labels, threshold, ...own, training });
}

/** As `writeTextPart`, of several labels a text. */
export const writeLabelSetPart = ({ encoder, labels, thresholds }: LabelSetPart, training: unknown): Json =>
  extrasOf("multi-label-classifier", encoder, { labels, thresholds, training });

/** As `writeTextPart`, of an amount a text. */
export const writeAmountPart = ({ encoder }: Encoding, training: unknown): Json =>
  extrasOf("text-regressor", encoder, { training });

/** What a file keeps of an encoder. Files of features are of a newer version, which an older Cellstate refuses by name. */
function encoderFields(encoder: RowEncoder): object {
  if (encoder instanceof IdEncoder) {
    return { version: VERSION, vectorizer: encoder.vectorizer, length: encoder.length };
  }
  return { version: FEATURES_VERSION, features: encoder };
}

function readEncoder(e: Record<string, unknown>, version: unknown, name: string): RowEncoder {
  if (version === FEATURES_VERSION) return FeatureEncoder.fromJSON(e["features"], `${name}: features`);
  if (version === VERSION) {
    return new IdEncoder(
      Vectorizer.fromJSON(e["vectorizer"], `${name}: vectorizer`),
      wholeNumber(e["length"], `${name}: length`, 1, 1e6),
    );
  }
  const next = "A newer Cellstate wrote it.";
  const expected = `${VERSION} or ${FEATURES_VERSION}`;
  throw inputError({ expected, where: `${name}: version`, received: version, next });
}

/** The kind; files of the first versions have none, and are of classifiers. @throws InputError for one that is not known */
function kindIn(extras: object, name: string): TextKind {
  const { kind } = extras as { kind?: unknown };
  const found = textKindOf(extras);
  if (found !== null || typeof kind !== "string") return found ?? "text-classifier";
  const expected = `one of ${Object.keys(READERS).join(", ")}`;
  throw inputError({ expected, where: `${name}: kind`, received: kind, next: "A newer Cellstate wrote it." });
}

/** @throws InputError for extras that are none, or of another kind than is read */
function fieldsOf(extras: unknown, kind: TextKind, name: string): Record<string, unknown> {
  if (typeof extras !== "object" || extras === null) {
    throw inputError({
      expected: "a classifier with its vocabulary and labels",
      where: name,
      next: "This file holds a network only. Use loadModel, or assembleClassifier with its vocabulary.",
      typed: { next: "This file holds a network only: give its vocabulary with --tokenizer FILE." },
    });
  }
  const found = kindIn(extras, name);
  if (found !== kind) {
    throw inputError({
      expected: `a ${READERS[kind]} (${kind})`,
      where: name,
      received: `a ${READERS[found]} (${found})`,
      next: `Load it with ${READERS[found]}.load.`,
      typed: {
        next: "predict, convert, and evaluate with no other beside it, read it; no training goes on from it.",
      },
    });
  }
  return extras as Record<string, unknown>;
}

const encoderIn = (fields: Record<string, unknown>, name: string): RowEncoder =>
  readEncoder(fields, fields["version"] ?? VERSION, name);

function labelsIn(fields: Record<string, unknown>, name: string): string[] {
  const { labels } = fields;
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  throw inputError({ expected: "a list of label names", where: `${name}: labels`, received: labels });
}

/** @throws InputError that names the place in the file `name` where it is not what `writeTextPart` gave */
export function readTextPart(extras: unknown, name: string): TextPart {
  const fields = fieldsOf(extras, "text-classifier", name);
  const labels = labelsIn(fields, name);
  return {
    encoder: encoderIn(fields, name),
    labels,
    threshold: finiteNumber(fields["threshold"], `${name}: threshold`, 0, 1),
    reject: checkReject(fields["reject"] ?? null, `${name}: reject`),
  };
}

/** As `readTextPart`, of several labels a text. */
export function readLabelSetPart(extras: unknown, name: string): LabelSetPart {
  const fields = fieldsOf(extras, "multi-label-classifier", name);
  const labels = labelsIn(fields, name);
  const thresholds = checkThresholds(fields["thresholds"], labels.length, `${name}: thresholds`);
  return { encoder: encoderIn(fields, name), labels, thresholds };
}

/** As `readTextPart`, of an amount a text. */
export const readAmountPart = (extras: unknown, name: string): Encoding => ({
  encoder: encoderIn(fieldsOf(extras, "text-regressor", name), name),
});

/** @throws InputError for what is no list of as many probabilities */
export function checkThresholds(given: unknown, labels: number, where: string): number[] {
  if (!Array.isArray(given) || given.length !== labels) {
    throw inputError({ expected: `${labels} probabilities, one a label`, where, received: given });
  }
  return given.map((threshold, k) => finiteNumber(threshold, `${where}[${k}]`, 0, 1));
}

/** @throws InputError for what is neither null nor a probability */
export const checkReject = (reject: unknown, where: string): number | null =>
  reject === null ? null : finiteNumber(reject, where, 0, 1);

/** What may make a classifier answer otherwise than where it was trained. @param name what messages call it */
export function notesOfText({ encoder }: Encoding, name: string): Note[] {
  const otherwise = encoder instanceof IdEncoder ? encoder.vectorizer.cutOtherwise : 0;
  if (otherwise === 0) return [];
  const text = `${name}: its texts were cut into words by another dictionary than this platform's, which cuts ${percent(otherwise)} of its probes otherwise: answers may differ from those where it was trained. Trained with segment "characters", it needs no dictionary.`;
  return [{ text, training: false }];
}
