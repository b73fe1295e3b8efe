/**
 * What turns a text into a row of ids and a row of outputs into a label: a classifier without its network, and how files
 * keep it beside one.
 */
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";
import { isObject, type Json } from "../base/json.js";
import type { Note } from "../base/notes.js";
import { percent } from "../base/numbers.js";
import { FeatureEncoder } from "./feature-encoder.js";
import { IdEncoder, type RowEncoder } from "./row-encoder.js";
import { Vectorizer } from "./vectorizer.js";

export interface TextPart {
  /** Turns texts into what the network reads. */
  readonly encoder: RowEncoder;
  /** One for each class, in order. */
  readonly labels: readonly string[];
  /** Two labels only: the second is answered when its probability is above this. */
  readonly threshold: number;
  /** Answers below this probability, and those to strange texts, are rejected where nothing else is asked; null: none. */
  readonly reject?: number | null;
}

/** Of what a file holds besides the network. */
const VERSION = 1;
const FEATURES_VERSION = 2;
const KIND = "text-classifier";

/** Whether what a file carries besides its network makes a text classifier of it. */
export const isTextPart = (extras: Json | undefined): boolean => isObject(extras) && extras["kind"] === KIND;

/** Files may not have such a key: rows of a label of that name go uncounted in what is kept of the training. */
const allowed = (key: string, value: unknown) => (key === "__proto__" ? undefined : value);

/** @param training how the classifier was trained, kept with it */
export function writeTextPart(part: TextPart, training: unknown): Json {
  const { encoder, labels, threshold, reject } = part;
  const own = typeof reject === "number" ? { reject: checkReject(reject, "reject") } : {};
  const extras = { kind: KIND, ...encoderFields(encoder), labels, threshold, ...own, training };
  return JSON.parse(JSON.stringify(extras, allowed)) as Json;
}

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

/** @throws InputError that names the place in the file `name` where it is not what `writeTextPart` gave */
export function readTextPart(extras: unknown, name: string): TextPart {
  if (typeof extras !== "object" || extras === null) {
    throw inputError({
      expected: "a classifier with its vocabulary and labels",
      where: name,
      next: "This file holds a network only. Use loadModel, or assembleClassifier with its vocabulary.",
      typed: { next: "This file holds a network only: give its vocabulary with --tokenizer FILE." },
    });
  }
  const e = extras as Record<string, unknown>;
  const labels = e["labels"];
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === "string")) {
    throw inputError({ expected: "a list of label names", where: `${name}: labels`, received: labels });
  }
  return {
    encoder: readEncoder(e, e["version"] ?? VERSION, name),
    labels,
    threshold: finiteNumber(e["threshold"], `${name}: threshold`, 0, 1),
    reject: checkReject(e["reject"] ?? null, `${name}: reject`),
  };
}

/** @throws InputError for what is neither null nor a probability */
export const checkReject = (reject: unknown, where: string): number | null =>
  reject === null ? null : finiteNumber(reject, where, 0, 1);

/** What may make a classifier answer otherwise than where it was trained. @param name what messages call it */
export function notesOfText({ encoder }: TextPart, name: string): Note[] {
  const otherwise = encoder instanceof IdEncoder ? encoder.vectorizer.cutOtherwise : 0;
  if (otherwise === 0) return [];
  const text = `${name}: its texts were cut into words by another dictionary than this platform's, which cuts ${percent(otherwise)} of its probes otherwise: answers may differ from those where it was trained. Trained with segment "characters", it needs no dictionary.`;
  return [{ text, training: false }];
}
