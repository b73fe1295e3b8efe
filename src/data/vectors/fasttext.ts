/**
 * fastText's .bin models (Bojanowski et al. 2017; version 12 and 11): settings, dictionary, and a matrix with a row for each
 * word and each bucket of character n-grams. A word's vector is the mean of its own row and those of its n-grams; a word
 * that the model never saw has its n-grams'. Rows are added up as they pass: of the matrix nothing else is kept.
 */
import { inputError } from "../../base/errors.js";
import type { Bytes } from "./bytes.js";
import { type Collector, checkWidth, wordOf } from "./collector.js";
import { LONGEST_WORD } from "./text.js";

export const FASTTEXT_MAGIC = 793_712_314;
const VERSIONS = [11, 12];
const SUPERVISED = 3;
/** Character n-grams of all words that are wanted: 8 bytes each. */
const MOST_NGRAMS = 2 ** 24;
/** fastText's word for the end of a line, which has no n-grams. */
const END_OF_LINE = "</s>";

/** What is needed of a model's settings. */
export interface FastTextSettings {
  /** Numbers in a vector. */
  readonly width: number;
  /** Shared rows of n-grams, and the lengths of these in characters. */
  readonly buckets: number;
  readonly shortest: number;
  readonly longest: number;
}

/** Reads the settings: they follow on the magic number. @throws InputError */
export async function readFastTextSettings(bytes: Bytes): Promise<FastTextSettings> {
  await bytes.need(4 + 4 + 12 * 4 + 8, "settings");
  bytes.int32();
  const version = bytes.int32();
  if (!VERSIONS.includes(version)) {
    throw inputError({
      expected: `fastText's version ${VERSIONS.join(" or ")}`,
      where: bytes.name,
      received: version,
    });
  }
  const [dim, , , , , , , model, buckets, shortest, longest] = Array.from({ length: 12 }, () =>
    bytes.int32(),
  );
  bytes.take(8);
  // Before version 12 supervised models had no n-grams, whatever was asked for.
  const most = version === 11 && model === SUPERVISED ? 0 : longest!;
  const width = checkWidth(dim!, bytes.name, "dim");
  if (buckets! < 0 || shortest! < 0 || most < 0 || most > 100) {
    throw inputError({
      expected: "settings of n-grams: bucket and minn of at least 0, maxn from 0 to 100",
      where: bytes.name,
      received: [buckets, shortest, most],
    });
  }
  return { width, buckets: buckets!, shortest: shortest!, longest: most };
}

/** Goes through dictionary and matrix. */
export async function readFastTextVectors(
  bytes: Bytes,
  collector: Collector,
  settings: FastTextSettings,
  goOn: () => boolean,
): Promise<void> {
  const { width, buckets } = settings;
  await bytes.need(4 * 3 + 8 * 2, "counts of the dictionary");
  const [size, words, labels] = [bytes.int32(), bytes.int32(), bytes.int32()];
  bytes.int64();
  const pruned = bytes.int64();
  if (size < 0 || words < 0 || labels < 0 || words + labels !== size) {
    throw inputError({
      expected: "a dictionary of words and labels that add up to its size",
      where: bytes.name,
      received: [size, words, labels],
    });
  }
  const idOfRow = await dictionary(bytes, collector, size, words);
  await bytes.need(1, "the kind of matrix");
  if (bytes.take(1)[0] !== 0 || pruned >= 0) {
    throw inputError({
      expected: "a model that is not quantized",
      where: bytes.name,
      received: "a quantized one (.ftz)",
      next: "Take the .bin or .vec that it was made of.",
    });
  }
  await bytes.need(16, "the size of the matrix");
  const [rows, columns] = [bytes.int64(), bytes.int64()];
  if (rows !== words + buckets || columns !== width) {
    throw inputError({
      expected: `a matrix of ${words + buckets} rows of ${width}`,
      where: bytes.name,
      received: [rows, columns],
    });
  }
  await addRows(bytes, collector, usersOf(bytes, collector.wanted, idOfRow, words, settings), rows, goOn);
}

/** Goes through the dictionary: which row is which wanted word's. */
async function dictionary(
  bytes: Bytes,
  collector: Collector,
  size: number,
  words: number,
): Promise<Map<number, number>> {
  const idOfRow = new Map<number, number>();
  for (let row = 0; row < size; row++) {
    const place = `byte ${bytes.offset}`;
    let end = bytes.find(0);
    while (end < 0 && bytes.available <= LONGEST_WORD) {
      await bytes.need(bytes.available + 1, `word ${row + 1} of ${size}`);
      end = bytes.find(0);
    }
    if (end < 0 || end > LONGEST_WORD) {
      throw inputError({
        expected: `a word of at most ${LONGEST_WORD} bytes`,
        where: `${bytes.name}, ${place}`,
        received: "a longer one",
      });
    }
    const word = wordOf(bytes.peek(end), bytes.name, place);
    bytes.take(end + 1);
    await bytes.need(9, `the count of the word ${JSON.stringify(word.slice(0, 40))}`);
    bytes.take(9);
    const id = row < words ? collector.id(word) : -1;
    if (id >= 0) idOfRow.set(row, id);
  }
  return idOfRow;
}

/** By row of the matrix: the words that have a part in it. */
function usersOf(
  bytes: Bytes,
  wanted: readonly string[],
  idOfRow: ReadonlyMap<number, number>,
  words: number,
  settings: FastTextSettings,
): Map<number, number[]> {
  checkNgrams(bytes.name, wanted, settings);
  const users = new Map<number, number[]>();
  const add = (row: number, id: number) => {
    const others = users.get(row);
    if (others) others.push(id);
    else users.set(row, [id]);
  };
  for (const [row, id] of idOfRow) add(row, id);
  wanted.forEach((word, id) => {
    if (word === "") return;
    for (const bucket of bucketsOf(word, settings)) add(words + bucket, id);
  });
  return users;
}

/** Counted before they are made: a file may ask for long ones, and a word be as long as a text. @throws InputError */
function checkNgrams(
  name: string,
  wanted: readonly string[],
  { buckets, shortest, longest }: FastTextSettings,
): void {
  if (buckets === 0) return;
  const letters = wanted.reduce((sum, word) => sum + (word === "" ? 0 : word.length + 2), 0);
  const ngrams = letters * Math.max(0, longest - Math.max(1, shortest) + 1);
  if (ngrams <= MOST_NGRAMS) return;
  throw inputError({
    expected: `words of at most ${MOST_NGRAMS} character n-grams`,
    where: name,
    received: ngrams,
    next: "Ask for a smaller vocabulary, or take the .vec beside it.",
  });
}

async function addRows(
  bytes: Bytes,
  collector: Collector,
  users: ReadonlyMap<number, readonly number[]>,
  rows: number,
  goOn: () => boolean,
): Promise<void> {
  const { width, wanted } = collector;
  const parts = new Uint32Array(wanted.length);
  const values = new Float32Array(width);
  for (let row = 0; row < rows && goOn(); row++) {
    await bytes.need(4 * width, `row ${row + 1} of ${rows}`);
    const own = users.get(row);
    if (!own) {
      bytes.take(4 * width);
      continue;
    }
    const place = `byte ${bytes.offset}`;
    for (let i = 0; i < width; i++) {
      values[i] = bytes.float32();
      collector.checkNumber(values[i]!, wanted[own[0]!]!, place);
    }
    for (const id of own) {
      const sum = collector.row(id);
      for (let i = 0; i < width; i++) sum[i]! += values[i]!;
      parts[id]!++;
    }
  }
  parts.forEach((count, id) => {
    if (count === 0) return;
    const sum = collector.row(id);
    for (let i = 0; i < width; i++) sum[i]! /= count;
  });
}

const encoder = new TextEncoder();
const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** The buckets of a word's character n-grams, `<` before it and `>` behind. */
function bucketsOf(word: string, { buckets, shortest, longest }: FastTextSettings): number[] {
  if (buckets === 0 || word === END_OF_LINE) return [];
  const letters = encoder.encode(`<${word}>`);
  const found: number[] = [];
  for (let i = 0; i < letters.length; i++) {
    if (isContinuation(letters[i])) continue;
    let hash = FNV_OFFSET;
    for (let j = i, n = 1; j < letters.length && n <= longest; n++) {
      do hash = hashed(hash, letters[j++]!);
      while (isContinuation(letters[j]));
      const edge = n === 1 && (i === 0 || j === letters.length);
      if (n >= shortest && !edge) found.push((hash >>> 0) % buckets);
    }
  }
  return found;
}

/** FNV-1a of 32 bits over signed bytes, as fastText has it: a byte more. */
const FNV_OFFSET = 2_166_136_261;
const hashed = (hash: number, letter: number) => Math.imul(hash ^ ((letter << 24) >> 24), 16_777_619);
