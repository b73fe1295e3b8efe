/** The vectors of the words that are wanted, out of a file of many more. */
import { inputError } from "../../base/errors.js";

/** Numbers of a table that is kept: 1 GiB. */
const MOST_NUMBERS = 2 ** 28;
/** Numbers in a word's vector. */
export const MOST_WIDTH = 10_000;

/** The vectors of a vocabulary's words. */
export interface FoundVectors {
  /** Numbers in a word's vector. */
  readonly width: number;
  /** [words][width], zero where a word was not found. */
  readonly table: Float32Array;
  /** [words] 1 where there is a vector. */
  readonly found: Uint8Array;
  /** Words of the file that were gone through. */
  readonly words: number;
  /** Words not found that are in the file in other case: as asked, and as they stand there. */
  readonly otherCase: ReadonlyMap<string, string>;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Keeps what is wanted of what a file holds. */
export class Collector {
  readonly table: Float32Array;
  readonly found: Uint8Array;
  words = 0;
  private readonly ids = new Map<string, number>();
  /** Words that are wanted by their lower-case form, and those of the file that are alike in it. */
  private readonly byLower = new Map<string, string>();
  private readonly otherCase = new Map<string, string>();

  /** @param wanted the words; empty ones are passed over. @throws InputError where their vectors would not fit */
  constructor(
    readonly wanted: readonly string[],
    readonly width: number,
    private readonly name: string,
  ) {
    if (wanted.length * width > MOST_NUMBERS) {
      throw inputError({
        expected: `words and numbers of each that make at most ${MOST_NUMBERS}`,
        where: name,
        received: `${wanted.length} words of ${width} numbers`,
        next: "Ask for a smaller vocabulary.",
      });
    }
    wanted.forEach((word, id) => {
      if (word === "") return;
      this.ids.set(word, id);
      this.byLower.set(word.toLowerCase(), word);
    });
    this.table = new Float32Array(wanted.length * width);
    this.found = new Uint8Array(wanted.length);
  }

  /** A word of the file: its id where its vector is wanted, else -1. The first of a word counts. */
  id(word: string): number {
    this.words++;
    const id = this.ids.get(word);
    if (id !== undefined) return this.found[id] ? -1 : id;
    const wanted = this.byLower.get(word.toLowerCase());
    if (wanted !== undefined && !this.otherCase.has(wanted)) this.otherCase.set(wanted, word);
    return -1;
  }

  /** The row of a word's vector, which counts as found from now on. */
  row(id: number): Float32Array {
    this.found[id] = 1;
    return this.table.subarray(id * this.width, (id + 1) * this.width);
  }

  /** @throws InputError for a number that is none */
  checkNumber(value: number, word: string, place: string, received: unknown = value): void {
    // What float32 cannot hold would be infinite in the table.
    if (Number.isFinite(Math.fround(value))) return;
    throw inputError({
      expected: `finite numbers for the word ${JSON.stringify(word)}`,
      where: `${this.name}, ${place}`,
      received,
    });
  }

  result(): FoundVectors {
    const { width, table, found, words } = this;
    const otherCase = new Map([...this.otherCase].filter(([word]) => !found[this.ids.get(word)!]));
    return { width, table, found, words, otherCase };
  }
}

/** A word's bytes as text. @throws InputError where they are no UTF-8 */
export function wordOf(bytes: Uint8Array, name: string, place: string): string {
  // Most words are ASCII, for which the decoder costs more than the word.
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! >= 0x80) {
      try {
        return strict.decode(bytes);
      } catch {
        throw inputError({
          expected: "a word in UTF-8",
          where: `${name}, ${place}`,
          received: new TextDecoder().decode(bytes.subarray(0, 40)),
          next: "Save the vectors with their words in UTF-8.",
        });
      }
    }
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
}

/** Numbers in a vector, as a file has it. @throws InputError */
export function checkWidth(width: number, name: string, place: string): number {
  if (Number.isInteger(width) && width >= 1 && width <= MOST_WIDTH) return width;
  throw inputError({
    expected: `from 1 to ${MOST_WIDTH} numbers a word`,
    where: `${name}, ${place}`,
    received: width,
  });
}

/** @throws InputError where a file held other than the words that it said */
export function checkCount(read: number, said: number | null, name: string): void {
  if (said === null || read === said) return;
  throw inputError({
    expected: `${said} words, as its first line says`,
    where: name,
    received: read < said ? read : "more",
    next: read < said ? "The file is cut short: fetch it again." : "Correct the count in its first line.",
  });
}
