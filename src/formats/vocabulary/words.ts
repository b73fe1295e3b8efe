/** From what files keep (words with their ids, or lists of words) to a vocabulary: the word of every id. */
import { inputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import { MOST_IDS, PADDING_WORD, UNKNOWN_WORD } from "../../tokens/options.js";

/** Words and their ids as a file has them: nothing is checked yet. */
export type WordIndex = ReadonlyMap<unknown, unknown>;

/** Words in a file, which is more than Keras's largest examples have and bounds what reading takes. */
export const MOST_WORDS = 600_000;

/** Characters in a word: one line of a file that is no list of words must not pass for a word. */
const MOST_CHARACTERS = 10_000;

function checkWord(word: unknown, where: string): string {
  if (typeof word !== "string") throw inputError({ expected: "a word", where, received: typeof word });
  if (word.length <= MOST_CHARACTERS) return word;
  throw inputError({
    expected: `words of at most ${MOST_CHARACTERS} characters`,
    where,
    received: word.length,
  });
}

export function checkWordCount(count: number, where: string): void {
  if (count > MOST_WORDS) {
    throw inputError({ expected: `at most ${MOST_WORDS} words`, where, received: count });
  }
}

/** Unused ids that a file may have: as many as words, and these. A single large id must not take memory for all below. */
const SPARE_IDS = 1000;

/**
 * The word of every id. What stands at id 0 is padding; ids without a word get one that no text holds: "[unused 3]".
 * @param size words from this id on are left out, but for `kept`
 */
export function wordsById(
  index: WordIndex,
  where: string,
  size = MOST_IDS,
  kept: string | null = null,
): string[] {
  checkWordCount(index.size, where);
  const most = Math.min(MOST_IDS, 2 * index.size + SPARE_IDS);
  const words: (string | undefined)[] = [PADDING_WORD];
  for (const [word, id] of index) {
    const [name, number] = checkEntry(word, id, where, most);
    if (number === 0 || name === PADDING_WORD || (number >= size && name !== kept)) continue;
    if (words[number] !== undefined) {
      const received = `${number}, which is ${words[number]}'s`;
      throw inputError({ expected: "an id of its own", where: `${where}: ${label(name)}`, received });
    }
    words[number] = name;
  }
  return Array.from(words, (word, id) => word ?? `[unused ${id}]`);
}

function checkEntry(key: unknown, id: unknown, where: string, most: number): [string, number] {
  const word = checkWord(key, where);
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < most) return [word, id];
  throw inputError({
    expected: `an id from 0 to ${most - 1}`,
    where: `${where}: ${label(word)}`,
    received: typeof id === "number" ? id : `a ${typeof id}`,
  });
}

/** A list of words as TextVectorization takes it: with padding and unknown in front, or without either. */
export function withSpecialWords(words: readonly unknown[], where: string): string[] {
  checkWordCount(words.length, where);
  for (const [i, word] of words.entries()) checkWord(word, `${where}[${i}]`);
  const complete = words[0] === PADDING_WORD && words[1] === UNKNOWN_WORD;
  return complete ? (words as string[]).slice() : [PADDING_WORD, UNKNOWN_WORD, ...(words as string[])];
}

/**
 * A vocabulary.txt: a word a line. Keras writes "\n" between words, and Windows "\r\n".
 * @throws InputError where some lines end in "\r" and others do not: it may be a part of a word
 */
export function wordLines(text: string, where: string): string[] {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks++;
  checkWordCount(breaks, where);
  const lines = text.split("\n");
  const odd = lines.slice(0, -1).filter((line) => line.endsWith("\r")).length;
  if (odd > 0 && odd < breaks) {
    const next = "Save it with one kind of line end.";
    throw inputError({
      expected: `\\r at the end of all ${breaks} lines or of none`,
      where,
      received: odd,
      next,
    });
  }
  const words = lines.map((line) => line.replace(/\r$/, ""));
  while (words.at(-1) === "") words.pop();
  return words;
}
