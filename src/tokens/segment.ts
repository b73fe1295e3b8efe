/**
 * Words of scripts that set no spaces between them (Chinese, Japanese, Thai, Lao, Khmer, Burmese). Keras's front ends split
 * at spaces, which leaves a whole clause one token, and one that no other text holds. Such tokens are cut once more:
 *
 *   words: by a dictionary, that of `Intl.Segmenter`, which may be another on another platform · characters: each letter
 *   with the marks over and under it, which are the same everywhere
 *
 * Tokens without a letter of these scripts stay as they are, and so do the parts in other scripts of those that have one.
 */
import { inputError } from "../base/errors.js";
import { type CorpusFrontEnd, type Cutting, type FrontEnd, isLexer, type Segmentation } from "./options.js";
import { UNSPACED_LETTERS } from "./scripts.js";
import { hashOf, Scanner, TokenScanner } from "./split.js";
import { standardizerFor } from "./standardize.js";
import type { TokenTable } from "./token-table.js";

/** Takes a token apart. */
export type Cut = (token: string) => string[];

/** With signs that repeat a character or stand for one, and the narrow kana. */
const LETTERS = `${UNSPACED_LETTERS}\\u3005-\\u3007\\uff66-\\uff9f`;
export const HAS_LETTERS = new RegExp(`[${LETTERS}]`, "u");
/** Whether a token has such letters, and is cut. */
export const isUnspaced = (token: string): boolean => HAS_LETTERS.test(token);
/** A run of such letters, or of whatever else is no punctuation beyond ASCII. */
export const RUNS = new RegExp(`[${LETTERS}]+|(?:(?![${LETTERS}])(?:[\\x00-\\x7f]|[^\\p{P}\\p{Z}]))+`, "gu");
export const CHARACTERS = /[\p{L}\p{N}]\p{M}*/gu;
const encoder = new TextEncoder();
/** The first byte of U+0800 and beyond, below which none of these letters is. */
const LEAST_BYTE = 0xe0;

/** @throws InputError where the platform lacks what is asked for */
export function cutter(by: Cutting): Cut {
  const cutRun = by === "words" ? byDictionary() : (run: string) => run.match(CHARACTERS) ?? [];
  return (token) => (token.match(RUNS) ?? []).flatMap((run) => (HAS_LETTERS.test(run) ? cutRun(run) : [run]));
}

function byDictionary(): Cut {
  if (typeof Intl !== "object" || typeof Intl.Segmenter !== "function") {
    throw inputError({
      expected: "a platform with Intl.Segmenter, which cuts texts into words",
      where: 'segment: "words"',
      next: 'Train with segment: "characters" for platforms without it.',
      typed: { next: "Train with --segment characters for platforms without it." },
    });
  }
  const segmenter = new Intl.Segmenter("en", { granularity: "word" });
  return (run) =>
    Array.from(segmenter.segment(run)).flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}

/** What walks texts by a front end's rules. @throws InputError where the platform lacks what they ask for */
export function scannerFor(frontEnd: FrontEnd): Scanner {
  const scanner = new TokenScanner(standardizerFor(frontEnd));
  return frontEnd.segment ? new SegmentingScanner(scanner, cutter(frontEnd.segment)) : scanner;
}

/** Walks a text's tokens, those of scripts without spaces taken apart. */
export class SegmentingScanner extends Scanner {
  /** Of the token last cut, and how many of them were given. */
  private pieces: string[] = [];
  private given = 0;
  private own = new Uint8Array(256);

  constructor(
    private readonly scanner: TokenScanner,
    private readonly cut: Cut,
  ) {
    super();
  }

  override begin(text: string): void {
    this.scanner.begin(text);
    this.pieces = [];
    this.given = 0;
  }

  override next(): boolean {
    const { scanner } = this;
    while (this.given === this.pieces.length) {
      if (!scanner.next()) return false;
      const token = mayHaveLetters(scanner) ? scanner.token() : "";
      if (!HAS_LETTERS.test(token)) {
        this.bytes = scanner.bytes;
        this.start = scanner.start;
        this.length = scanner.length;
        this.hash = scanner.hash;
        return true;
      }
      this.pieces = this.cut(token);
      this.given = 0;
    }
    this.give(this.pieces[this.given++]!);
    return true;
  }

  private give(piece: string): void {
    if (piece.length * 3 > this.own.length) this.own = new Uint8Array(piece.length * 6);
    this.bytes = this.own;
    this.start = 0;
    this.length = encoder.encodeInto(piece, this.own).written;
    this.hash = hashOf(this.own, this.length);
  }
}

function mayHaveLetters({ bytes, start, length }: Scanner): boolean {
  for (let i = start; i < start + length; i++) if (bytes[i]! >= LEAST_BYTE) return true;
  return false;
}

/** Texts that tell whether a dictionary is the same: words of the vocabulary in a row, and how many such texts. */
const WORDS_IN_A_ROW = 8;
const MOST_TEXTS = 32;

/**
 * Texts of the commonest words of scripts without spaces, written in a row: what another dictionary cuts otherwise is likely
 * to be among them, and no text that was learned from is kept.
 */
export function probesOf(vocabulary: readonly string[]): string[] {
  const words = vocabulary.filter(isUnspaced).slice(0, WORDS_IN_A_ROW * MOST_TEXTS);
  return Array.from({ length: Math.ceil(words.length / WORDS_IN_A_ROW) }, (_, k) =>
    words.slice(k * WORDS_IN_A_ROW, (k + 1) * WORDS_IN_A_ROW).join(""),
  );
}

/** A number for how each of a vocabulary's probes is cut. */
export const cutsOf = (vocabulary: readonly string[], cut: Cut): number[] =>
  probesOf(vocabulary).map((text) => hashOf(encoder.encode(cut(text).join(" "))) >>> 0);

/** Letters of scripts that set no spaces, and how many of them in one piece are more than a word. */
const MORE_THAN_A_WORD: readonly [letters: RegExp, many: number][] = [
  [/[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}]/gu, 4],
  [/[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/gu, 12],
];
/** Letters that stand for sounds: kana, and those of Thai, Lao, Khmer and Burmese. */
const SOUNDS = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\uff66-\uff9f]/gu;

/** Texts that were taken apart. */
interface Tokenized {
  readonly frontEnd: CorpusFrontEnd;
  readonly table: TokenTable;
  readonly rows: number;
  tokensOf(row: number): Int32Array;
}

/** The share of rows, by default of all, that come in pieces of such a script, each longer than a word. */
export function shareInOnePiece(texts: Tokenized, rows?: ArrayLike<number>): number {
  const { frontEnd } = texts;
  if (isLexer(frontEnd) || standardizerFor(frontEnd).unit !== "word") return 0;
  const unspaced = unspacedIn(texts.table);
  const counts = MORE_THAN_A_WORD.map(
    ([letters]) =>
      new Map(Array.from(unspaced, ([token, word]) => [token, word.match(letters)?.length ?? 0])),
  );
  const count = rows ? rows.length : texts.rows;
  let pieces = 0;
  for (let i = 0; i < count && unspaced.size > 0; i++) {
    const tokens = texts.tokensOf(rows ? rows[i]! : i);
    const isPieces = MORE_THAN_A_WORD.some(([, many], k) => {
      const letters = tokens.reduce((sum, token) => sum + (counts[k]!.get(token) ?? 0), 0);
      return tokens.length > 0 && letters >= many * tokens.length;
    });
    if (isPieces) pieces++;
  }
  return pieces / Math.max(1, count);
}

/** By number, the tokens that have letters of scripts without spaces. */
function unspacedIn(table: TokenTable): Map<number, string> {
  const found = new Map<number, string>();
  for (let token = 0; token < table.size; token++) {
    if (!table.reaches(token, LEAST_BYTE)) continue;
    const word = table.word(token);
    if (isUnspaced(word)) found.set(token, word);
  }
  return found;
}

/** Of how many rows at least a part must come in one piece for all to be cut. */
const ENOUGH = 0.05;
/** Chinese texts have fewer letters that stand for sounds, and Japanese ones more. */
const FEW_SOUNDS = 0.1;

/**
 * How texts are cut where nobody says it: not at all where spaces part their words, as they do in most languages. A Chinese
 * character says about as much as a word, and networks learn as well from characters, which no dictionary cuts; a letter
 * that stands for a sound says little (docs/text.md has the figures).
 */
export function segmentationFor(texts: Tokenized): Segmentation {
  if (shareInOnePiece(texts) < ENOUGH) return "none";
  let [sounds, letters] = [0, 0];
  for (const word of unspacedIn(texts.table).values()) {
    sounds += word.match(SOUNDS)?.length ?? 0;
    letters += word.match(/\p{L}/gu)?.length ?? 0;
  }
  return sounds < FEW_SOUNDS * letters ? "characters" : "words";
}
