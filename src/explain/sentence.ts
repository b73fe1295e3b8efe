/** A text as the row a model reads, with the word at every place. */
import { indicesOf, instanceOf, listOf, objectOf, textOf, textsOf } from "../base/arguments.js";
import { inputError, wholeNumber } from "../base/errors.js";
import { MOST_IDS, specialWords } from "../tokens/options.js";
import { layRow } from "../tokens/pad.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import type { InputRow } from "./probe.js";

/** A word and where it stands in the row. */
export interface Word {
  /** Its place in the row, from 0. */
  t: number;
  /** The word as the text has it; "step 3", the third, where the steps are no words. */
  word: string;
  /** Whether the vocabulary has it. */
  known: boolean;
}

/** A row of ids with the words that they stand for. */
export interface Sentence {
  /** [T] */
  ids: number[];
  /** [T] the word at each place, as the text has it; "" where there is padding. None where the row is of something else. */
  words: string[];
  /** [T] false where the vocabulary lacks the word (and for padding true). */
  known: boolean[];
  /** Words that left no trace: unknown to a front end without a place for those, or cut for length. */
  lost: string[];
  /** What the model reads, where that is not the ids: numbers, or several inputs. */
  row?: InputRow;
}

/** What the model reads. */
export const rowOf = ({ ids, row }: Sentence): InputRow => row ?? ids;

/** What a step without a word is called: counted from 1, as people do. */
export const stepName = (t: number): string => `step ${t + 1}`;

/** The word at a place of a layer that has so many steps; its number where those are not the words. */
export const wordAt = ({ words }: Sentence, t: number, steps: number): string =>
  words.length === steps ? words[t]! : stepName(t);

/** The word of an id at a place, where the sentence is of the input that has it; else the id: "#17". */
export const wordOf = ({ t, id }: { t: number; id: number }, { ids, words }: Sentence): string =>
  ids[t] === id ? words[t]! : `#${id}`;

/** Numbers in order as people say them: "2 to 4", "1, 3 to 5". */
export function rangesOf(values: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && value === last[1] + 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
}

/** The places of a layer of so many steps that people count, from 1: its words without the padding, or all its steps. */
export const countedPlaces = (sentence: Sentence, steps: number): number[] =>
  Array.from({ length: steps }, (_, t) => t).filter((t) => wordAt(sentence, t, steps) !== "");

/** The words at places of a layer that has so many steps. */
export const wordsAt = (sentence: Sentence, places: readonly number[], steps: number): Word[] =>
  places.map((t) => {
    return { t, word: wordAt(sentence, t, steps), known: sentence.known[t] ?? true };
  });

/** What `readSentence` or `sentenceOfIds` made. */
export function checkSentence(sentence: Sentence): Sentence {
  const { ids, words, known } = objectOf(sentence, "sentence", "what readSentence made");
  indicesOf(ids, "sentence ids");
  textsOf(words, "sentence words");
  listOf(known, "sentence known");
  if (words.length === ids.length && known.length === ids.length) return sentence;
  throw inputError({ expected: "a word for each id", where: "sentence", received: words.length });
}

/** Reads a text as a vectorizer does. @throws InputError where nothing of it is left */
export function readSentence(vectorizer: Vectorizer, text: string, length: number): Sentence {
  instanceOf(vectorizer, Vectorizer, "readSentence vectorizer", "a Vectorizer");
  textOf(text, "text");
  wholeNumber(length, "length", 1, MOST_IDS);
  const idOf = new Map(vectorizer.vocabulary.map((word, id) => [word, id]));
  const unknown = specialWords(vectorizer.frontEnd).length === 2 ? 1 : null;
  const tokens = vectorizer.tokens(text).map((word) => {
    const id = idOf.get(word) ?? null;
    return { word, id: id ?? unknown, known: id !== null };
  });
  const kept = tokens.filter(({ id }) => id !== null);
  const row = new Float32Array(length);
  const { padding, truncating } = vectorizer;
  // Places 1 … n of the tokens are laid as ids would be; 0 is padding.
  layRow(
    row,
    Float32Array.from(kept, (_, i) => i + 1),
    kept.length,
    padding,
    truncating,
  );
  const laid = Array.from(row, (place) => (place > 0 ? kept[place - 1]! : null));
  if (laid.every((token) => token === null)) {
    throw inputError({
      expected: "a text with at least one word that the model knows",
      where: "text",
      received: text,
      next: "All of it would be padding.",
    });
  }
  return {
    ids: laid.map((token) => token?.id ?? 0),
    words: laid.map((token) => token?.word ?? ""),
    known: laid.map((token) => token?.known ?? true),
    lost: tokens.filter((token) => !laid.includes(token)).map(({ word }) => word),
  };
}

/** A row of numbers, or of several inputs, whose steps have no words. */
export const sentenceOfRow = (row: InputRow): Sentence => ({ ids: [], words: [], known: [], lost: [], row });

/** A row of ids without its text; words are those of a vocabulary, or "#17". Id 0 is taken for padding. */
export function sentenceOfIds(ids: readonly number[], vocabulary?: readonly string[]): Sentence {
  indicesOf(ids, "ids");
  if (vocabulary !== undefined) textsOf(vocabulary, "vocabulary");
  return {
    ids: Array.from(ids),
    words: Array.from(ids, (id) => (id === 0 ? "" : (vocabulary?.[id] ?? `#${id}`))),
    known: Array.from(ids, () => true),
    lost: [],
  };
}
