/** From what files keep (words with their ids, or lists of words) to a vocabulary: the word of every id. */
import { inputError } from "../../errors.js";
import { MOST_IDS, PADDING_WORD, UNKNOWN_WORD } from "../../text/options.js";
import { label } from "../label.js";

/** Words and their ids as a file has them: nothing is checked yet. */
export type WordIndex = ReadonlyMap<unknown, unknown>;

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

function checkEntry(word: unknown, id: unknown, where: string, most: number): [string, number] {
  if (typeof word !== "string") {
    throw inputError({ expected: "words that are texts", where, received: typeof word });
  }
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < most) return [word, id];
  throw inputError({
    expected: `an id from 0 to ${most - 1}`,
    where: `${where}: ${label(word)}`,
    received: typeof id === "number" ? id : `a ${typeof id}`,
  });
}

/** A list of words as TextVectorization takes it: with padding and unknown in front, or without either. */
export function withSpecialWords(words: readonly unknown[], where: string): string[] {
  for (const [i, word] of words.entries()) {
    if (typeof word !== "string") {
      throw inputError({ expected: "a word", where: `${where}[${i}]`, received: typeof word });
    }
  }
  const complete = words[0] === PADDING_WORD && words[1] === UNKNOWN_WORD;
  return complete ? (words as string[]).slice() : [PADDING_WORD, UNKNOWN_WORD, ...(words as string[])];
}

/** A vocabulary.txt: a word a line. Keras writes "\n" between words, and Windows "\r\n". */
export function wordLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
