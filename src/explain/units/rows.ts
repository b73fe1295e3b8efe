/** The texts of a data set as they are given, and as they are gone through: read, numbered, with what is known of each. */
import { indicesOf, objectOf, textsOf } from "../../base/arguments.js";
import { finiteNumber, inputError, wholeNumber } from "../../base/errors.js";
import { atOnce } from "../../base/pieces.js";
import { checkLongOptions, LONG_OPTIONS, type Long, type LongOptions } from "../../base/progress.js";
import { checkRows } from "../../classifier/text-corpus.js";
import { labelKey } from "../../data/labels.js";
import { readsIds } from "../../layers/traits.js";
import { checkIds } from "../../network/arrays.js";
import type { OpenNetwork, TargetKind } from "./network.js";
import type { ReadText } from "./tokens.js";

/** What is known of a text: what the network answers to it, by the kind of network. */
export interface KnownOfText {
  /** Its number in the file. Default: counted from 1. */
  row?: number;
  /** Its label, of a network of one label a text; one that the network does not have counts as not known. */
  label?: string;
  /** Its labels, of a MultiLabelClassifier. */
  labels?: readonly string[];
  /** Its amount, of a TextRegressor. */
  value?: number;
}

/** A text to look at. */
export interface TextToStudy extends KnownOfText {
  /** As it is: the vectorizer standardises it. */
  text: string;
}

/** A row of ids to look at. */
export interface IdsToStudy extends KnownOfText {
  /** At most [T]; fewer are padded, in front unless the vectorizer says otherwise. Id 0 is padding. */
  ids: ArrayLike<number>;
}

/** A text, with or without what is known of it; or a row of ids in its place. */
export type StudyRow = string | TextToStudy | IdsToStudy;

/** Texts, gone through once; some questions go through them twice, which a list can and a generator cannot. */
export type StudyRows = Iterable<StudyRow> | AsyncIterable<StudyRow>;

/** What every function over a data set takes. */
export interface UnitOptions extends LongOptions {
  /** One recurrent layer by its name; of a Bidirectional one direction, as "bidirectional/forward_lstm". */
  layer?: string;
}

/** The names of those, for `knownOptions`. */
export const STUDY_OPTIONS = ["layer", ...LONG_OPTIONS] as const;

/** A text of a data set, read. */
export interface StudiedText {
  /** Its number in the file. */
  row: number;
  /** As it was given; of ids their words. */
  text: string;
  /** [targets] 1 and 0 by label, or an amount; null where that is not known. */
  targets: Float32Array | null;
  /** As the network reads it. */
  read: ReadText;
}

/** How texts are gone through. */
export interface Reading {
  /** What they are read for; undefined where another reader tells how far it is. */
  long?: Long | undefined;
  /** How many there are, where that is known. Default: told by the list that they are. */
  total?: number | null;
  /** The function that asks. */
  where: string;
  /** Whether what is known of a text must be known, is taken where it is, or is passed over. */
  targets: "needed" | "taken" | "none";
  /** What else can be done where it is not known. */
  next?: string;
}

/**
 * Goes through texts, a turn at a time.
 * @throws InputError for a row that is none; AbortError
 */
export async function* readRows(
  rows: StudyRows,
  network: OpenNetwork,
  reading: Reading,
): AsyncGenerator<StudiedText> {
  const { long, where } = reading;
  const targetsOf = targetReader(network, reading);
  let texts = 0;
  const { total = lengthOf(rows) } = reading;
  long?.begin("reading", total);
  for await (const given of rows) {
    const at = `${where} row ${++texts}`;
    const known: KnownOfText = typeof given === "string" ? {} : objectOf(given, at, ROW);
    yield {
      row: known.row === undefined ? texts : wholeNumber(known.row, `${at} row`),
      ...readOne(given, network, at),
      targets: targetsOf(known, at),
    };
    await long?.did(1);
  }
  long?.end();
}

/** How many texts there are; null where they come one by one. */
export const lengthOf = (texts: StudyRows): number | null => (Array.isArray(texts) ? texts.length : null);

const ROW = "a text, { text, … } or { ids, … }";

/** Checks what all functions over a data set are given besides the network. @throws InputError */
export function checkStudy(rows: unknown, options: UnitOptions, where: string): void {
  checkRows(rows, "texts, { text, … } or { ids, … }");
  checkLongOptions(options, where);
}

/** The text, and the row that the network reads. */
export function readOne(
  given: StudyRow,
  { reader, model }: OpenNetwork,
  where: string,
): Pick<StudiedText, "text" | "read"> {
  const row = typeof given === "string" ? { text: given } : objectOf(given, where, ROW);
  const { text, ids } = row as Partial<TextToStudy & IdsToStudy>;
  if (ids !== undefined && text === undefined) {
    const read = reader.readIds(indicesOf(ids, `${where} ids`), `${where} ids`);
    for (const layer of model.layers.filter(readsIds)) {
      atOnce(checkIds(read.ids, reader.length, layer.options.inputDim, layer.name));
    }
    return { text: read.text, read };
  }
  if (typeof text !== "string" || ids !== undefined) {
    throw inputError({ expected: ROW, where, received: given });
  }
  return { text, read: reader.read(text, where) };
}

type TargetReader = (known: KnownOfText, where: string) => Float32Array | null;

const KNOWN: Record<TargetKind, { key: keyof KnownOfText; expected: string }> = {
  label: { key: "label", expected: "{ text, label } of strings" },
  labels: { key: "labels", expected: "{ text, labels } of a string and a list of strings" },
  amount: { key: "value", expected: "{ text, value } of a string and a number" },
};

function targetReader(
  { kind, targets: { names } }: OpenNetwork,
  { targets: wanted, next }: Reading,
): TargetReader {
  if (kind === null || wanted === "none") return () => null;
  const { key, expected } = KNOWN[kind];
  const keys = names.map(labelKey);
  const ones = (labels: readonly string[]) => {
    const own = new Set(labels.map(labelKey));
    return Float32Array.from(keys, (one) => (own.has(one) ? 1 : 0));
  };
  return (known, where) => {
    const own = known[key];
    if (own === undefined && wanted === "taken") return null;
    if (kind === "label" && typeof own === "string") {
      return keys.includes(labelKey(own)) ? ones([own]) : null;
    }
    if (kind === "labels" && Array.isArray(own)) return ones(textsOf(own, `${where} labels`));
    if (kind === "amount" && typeof own === "number") return Float32Array.of(finiteNumber(own, where));
    throw inputError({
      ...{ expected, where, received: own },
      ...(own === undefined && next !== undefined ? { next } : {}),
    });
  };
}
