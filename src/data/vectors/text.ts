/** Vectors as text: a line a word, its numbers after it with spaces between. GloVe's; word2vec's and fastText's begin with a line of counts. */
import { inputError } from "../../base/errors.js";
import type { Bytes } from "./bytes.js";
import { type Collector, checkCount, MOST_WIDTH, wordOf } from "./collector.js";

const [NEWLINE, SPACE, TAB, RETURN] = [10, 32, 9, 13];

/** Bytes of the longest word, and of a number with the space before it. */
export const LONGEST_WORD = 4096;
const LONGEST_NUMBER = 40;
/** Bytes of the longest line: the first one says how many numbers a line has. */
export const LONGEST_LINE = LONGEST_WORD + LONGEST_NUMBER * MOST_WIDTH;

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const FRACTION = /^[-+]?\d*\.\d+(e[-+]?\d+)?$/i;

/** Fields of a line with spaces or tabs between, none at its end. */
export const fieldsOf = (line: string): string[] => line.trimEnd().split(/[ \t]/);
export const isNumber = (field: string): boolean => NUMBER.test(field);

/** The next line without its end; null where there is none. @throws InputError where there is no end to it */
export async function nextLine(bytes: Bytes, longest: number, line: number): Promise<Uint8Array | null> {
  let searched = 0;
  for (;;) {
    const end = bytes.find(NEWLINE, searched);
    if (end >= 0) return trimmed(bytes.take(end + 1));
    searched = bytes.available;
    if (searched > longest) break;
    if (await bytes.ensure(searched + 1)) continue;
    return searched === 0 ? null : trimmed(bytes.take(searched));
  }
  throw inputError({
    expected: `lines of at most ${longest} bytes`,
    where: `${bytes.name}, line ${line}`,
    received: "a longer one",
    next: "Vectors as text have a word and its numbers in each line.",
  });
}

function trimmed(line: Uint8Array): Uint8Array {
  let end = line.length;
  while (end > 0 && isBlank(line[end - 1]!)) end--;
  return line.subarray(0, end);
}

const isBlank = (byte: number) => byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;

/**
 * Goes through the lines. Numbers are read of the words that are wanted alone, but each line must have as many.
 * @param said how many lines there are to be; null: not known
 * @param line the number of the first
 */
export async function readTextVectors(
  bytes: Bytes,
  collector: Collector,
  said: number | null,
  line: number,
  goOn: () => boolean,
): Promise<void> {
  const { width } = collector;
  const longest = LONGEST_WORD + LONGEST_NUMBER * width;
  let read = 0;
  for (let at = line; ; at++) {
    const found = await nextLine(bytes, longest, at);
    if (found === null || !goOn()) break;
    if (found.length === 0) continue;
    if (++read === (said ?? Infinity) + 1) break;
    const place = `line ${at}`;
    const end = endOfWord(found, width);
    if (end < 0) throw wrongWidth(bytes.name, place, width, wordsIn(found) - 1);
    const word = wordOf(found.subarray(0, end), bytes.name, place);
    const fields = word.split(" ");
    if (fields.length > 1 && FRACTION.test(fields.at(-1)!)) {
      throw wrongWidth(bytes.name, place, width, wordsIn(found) - 1);
    }
    const id = collector.id(word);
    if (id >= 0) readNumbers(found.subarray(end + 1), collector, id, word, place);
  }
  if (goOn()) checkCount(read, said, bytes.name);
}

/** Where the word ends: before the last `width` fields, as some words have spaces within; -1 where there are fewer. */
function endOfWord(line: Uint8Array, width: number): number {
  let left = width;
  for (let i = line.length - 1; i > 0; i--) {
    if (line[i] !== SPACE && line[i] !== TAB) continue;
    if (--left === 0) return i;
  }
  return -1;
}

const wordsIn = (line: Uint8Array) =>
  line.reduce((n, byte) => n + (byte === SPACE || byte === TAB ? 1 : 0), 1);

function readNumbers(
  numbers: Uint8Array,
  collector: Collector,
  id: number,
  word: string,
  place: string,
): void {
  const row = collector.row(id);
  fieldsOf(wordOf(numbers, word, place)).forEach((field, i) => {
    collector.checkNumber(isNumber(field) ? Number(field) : Number.NaN, word, place, field);
    row[i] = Number(field);
  });
}

const wrongWidth = (name: string, place: string, width: number, received: number) =>
  inputError({
    expected: `a word and ${width} numbers, as in the first line`,
    where: `${name}, ${place}`,
    received,
    next: "The file is damaged or cut short: fetch it again.",
  });
